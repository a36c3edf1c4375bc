/*
 * sql_window.c
 *		rn_predict as a window function: one step ahead beside any other SQL.
 *
 * The first row of a partition has all predictions of the partition made, which
 * are then handed out row by row.  Rows need not be all that a model would want:
 * the first of them, before which there is no full window, have none.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "argument.h"
#include "guc.h"
#include "history.h"
#include "series_key.h"
#include "value.h"
#include "zone.h"

#define ROWS_PER_CHECK	65536

/* What a partition keeps from row to row. */
typedef struct Partition
{
	bool		ready;
	double	   *predicted;		/* [rows] NaN: none */
} Partition;

/* Finds the model of a partition, by an argument of its first row. */
typedef RecurnetSubject (*Finder) (RecurnetHost *host, Datum argument);

static RecurnetSubject
find_by_id(RecurnetHost *host, Datum argument)
{
	return recurnet_subject_stored(host, (RecurnetModelKey) {.id = DatumGetInt64(argument)});
}

static RecurnetSubject
find_by_name(RecurnetHost *host, Datum argument)
{
	return recurnet_subject_stored(host, recurnet_catalog_key(TextDatumGetCString(argument)));
}

static RecurnetSubject
find_value(RecurnetHost *host, Datum argument)
{
	return recurnet_subject(recurnet_value_decode(host, DatumGetByteaPP(argument)), NULL);
}

/* An argument at a row of the partition. */
static Datum
argument_at(WindowObject window, int argument, int64 row, bool *isnull)
{
	bool		outside;

	return WinGetFuncArgInPartition(window, argument, (int) row, WINDOW_SEEK_HEAD, false, isnull, &outside);
}

/* The model, which the first row names for all. */
static RecurnetSubject
find_subject(WindowObject window, RecurnetHost *host, Finder find)
{
	bool		isnull;
	Datum		argument = argument_at(window, 0, 0, &isnull);
	RecurnetSubject subject;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"model\" must not be null")));
	subject = find(host, argument);
	if (subject.covariates.n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the window function rn_predict cannot give the model its covariates"),
				 errdetail("The model has covariates: %s.", recurnet_names_list(&subject.covariates)),
				 errhint("Use rn_predict(model, query).")));
	return subject;
}

/* Which of the model's series the rows are; -1: none that it has seen. */
static int64
find_series(WindowObject window, FunctionCallInfo fcinfo, const RecurnetSubject *subject)
{
	RecurnetKeyIndex index = {0};
	bool		isnull = true;
	Datum		key = (Datum) 0;
	Jsonb	   *jsonb;

	if (PG_NARGS() > 3)
		key = argument_at(window, 3, 0, &isnull);
	if (subject->series.n == 0)
		return 0;
	if (isnull)
		return -1;
	jsonb = DatumGetJsonbP(key);
	return recurnet_history_find(subject->model, &index, JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)));
}

/* All rows of the partition, as they come. */
static void
collect(WindowObject window, FunctionCallInfo fcinfo, RecurnetHost *host, const RecurnetSubject *subject,
		RecurnetRows *rows)
{
	RnPanel    *panel = &rows->panel;
	size_t		n = (size_t) WinGetPartitionRowCount(window);

	memset(rows, 0, sizeof(*rows));
	rows->time_type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1));
	recurnet_history_check_type(subject->time_type, rows->time_type);
	recurnet_guc_check_memory(n * (3 * sizeof(double) + rn_inputs_columns(&subject->model->inputs) * sizeof(float))
							  + rn_predict_bytes(subject->model), "predicting a partition",
							  "partition the rows further");
	panel->kind = recurnet_reader_kind(rows->time_type);
	panel->count = 1;
	panel->rows = n;
	panel->columns = rn_inputs_columns(&subject->model->inputs);
	panel->series = MemoryContextAllocZero(host->context, sizeof(RnSeries));
	panel->series[0].n = n;
	panel->value = MemoryContextAllocHuge(host->context, n * sizeof(double));
	if (panel->columns > 0)
		panel->covariate = MemoryContextAllocExtended(host->context, n * panel->columns * sizeof(float),
													  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (size_t i = 0; i < n; i++)
	{
		bool		isnull;
		Datum		time = argument_at(window, 1, i, &isnull);
		int64		count;

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (isnull)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"ts\" must not be null")));
		count = recurnet_reader_time(time, rows->time_type, i + 1);
		if (i > 0 && count < rn_time_at(&panel->series[0].time, i - 1))
			ereport(ERROR,
					(errcode(ERRCODE_WINDOWING_ERROR),
					 errmsg("the rows of the window are not in the order of ts"),
					 errhint("Write rn_predict(model, ts, value) OVER (PARTITION BY ... ORDER BY ts).")));
		recurnet_host_check(host, rn_times_append(&host->core, &panel->series[0].time, i, count));
		panel->value[i] = DatumGetFloat8(argument_at(window, 2, i, &isnull));
		if (isnull)
			panel->value[i] = get_float8_nan();
	}
	if (rows->time_type == TIMESTAMPTZOID)
		recurnet_zone_convert(host, panel, recurnet_zone_find(subject->time_zone));
}

/*
 * Give each row of the partition the prediction of its time: rows may have been
 * combined or made up.  times are those of the rows.
 */
static void
hand_out(const RnPanel *panel, const RnModel *model, const RnTimes *times, size_t n, const double *predicted,
		 double *result)
{
	const RnSeries *series = &panel->series[0];
	RnCalendar	calendar = rn_panel_calendar(panel, series);

	for (size_t i = 0; i < n; i++)
	{
		int64		step;

		result[i] = get_float8_nan();
		if (rn_calendar_steps(&calendar, series->start, rn_time_at(times, i), &step) &&
			step >= model->window && step < (int64) series->n)
			result[i] = predicted[step];
	}
}

/* All predictions of a partition, [rows] in the order of its rows. */
static void
predict_partition(WindowObject window, FunctionCallInfo fcinfo, RecurnetHost *host, Finder find, double *result)
{
	RecurnetSubject subject = find_subject(window, host, find);
	int64		of_model = find_series(window, fcinfo, &subject);
	RecurnetRows rows;
	RnTimes		times = {0};
	RnRows		view_of;
	RnView		view;
	double	   *predicted;
	size_t		n;

	collect(window, fcinfo, host, &subject, &rows);
	n = rows.panel.rows;
	for (size_t i = 0; i < n; i++)
		recurnet_host_check(host, rn_times_append(&host->core, &times, i,
												  rn_time_at(&rows.panel.series[0].time, i)));
	recurnet_history_settle(host, subject.model, &rows.panel, 0);
	predicted = MemoryContextAllocHuge(host->context, rows.panel.series[0].n * sizeof(double));
	view = recurnet_history_view(host, &subject, &rows.panel, &rows.panel.series[0], of_model);
	view_of = (RnRows) {rows.panel.value, rows.panel.missing, rows.panel.covariate};
	recurnet_host_check(host, rn_predict(&host->core, subject.model, &view_of, &view,
										 rows.panel.series[0].n, predicted));
	hand_out(&rows.panel, subject.model, &times, n, predicted, result);
}

static Datum
predict(FunctionCallInfo fcinfo, Finder find)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(window, sizeof(Partition));
	double		predicted;

	if (!partition->ready)
	{
		MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet partition",
													  ALLOCSET_DEFAULT_SIZES);
		MemoryContext caller = MemoryContextSwitchTo(context);
		RecurnetHost host;

		recurnet_host_init(&host, context);
		partition->predicted = MemoryContextAllocHuge(GetMemoryChunkContext(partition),
													  WinGetPartitionRowCount(window) * sizeof(double));
		predict_partition(window, fcinfo, &host, find, partition->predicted);
		partition->ready = true;
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	predicted = partition->predicted[WinGetCurrentPosition(window)];
	if (isnan(predicted))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(predicted);
}

/*
 * rn_predict(model, ts, value [, series]) OVER (PARTITION BY … ORDER BY ts)
 */
PG_FUNCTION_INFO_V1(recurnet_predict_over_id);
Datum
recurnet_predict_over_id(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_by_id);
}

PG_FUNCTION_INFO_V1(recurnet_predict_over_name);
Datum
recurnet_predict_over_name(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_by_name);
}

PG_FUNCTION_INFO_V1(recurnet_predict_over_value);
Datum
recurnet_predict_over_value(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_value);
}
