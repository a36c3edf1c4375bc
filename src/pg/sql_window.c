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
#include "utils/datum.h"
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
#define MODEL_ARGUMENT	0
#define SERIES_ARGUMENT	3

/* What a partition keeps from row to row. */
typedef struct Partition
{
	bool		ready;
	double	   *predicted;		/* [rows] NaN: none; NULL without a model */
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

/* An argument that is to be the same in all rows of a partition. */
typedef struct Constant
{
	int			argument;
	const char *name;
	const char *subject;		/* what a partition has one of by it */
	bool		surely;			/* there is no need to look at each row */
	bool		by_value;
	int16		length;
	bool		isnull;
	Datum		value;			/* of the first row; a copy */
} Constant;

/* An argument as the first row gives it, in the current memory context. */
static Constant
first_of(WindowObject window, FunctionCallInfo fcinfo, int argument, const char *name, const char *subject)
{
	Constant	constant = {.argument = argument,.name = name,.subject = subject,.surely = true,.isnull = true};

	if (argument >= PG_NARGS())
		return constant;
	constant.surely = get_fn_expr_arg_stable(fcinfo->flinfo, argument);
	get_typlenbyval(get_fn_expr_argtype(fcinfo->flinfo, argument), &constant.length, &constant.by_value);
	constant.value = argument_at(window, argument, 0, &constant.isnull);
	if (!constant.isnull)
		constant.value = datumCopy(constant.value, constant.by_value, constant.length);
	return constant;
}

/*
 * Is the value that of the first row?  A copy of it mostly is, bit by bit, and so
 * costs neither detoasting nor decoding; JSON may write one number in two ways.
 */
static bool
is_same(const Constant *constant, Datum value, bool is_json)
{
	if (datumIsEqual(value, constant->value, constant->by_value, constant->length) ||
		datum_image_eq(value, constant->value, constant->by_value, constant->length))
		return true;
	return is_json &&
		compareJsonbContainers(&DatumGetJsonbP(value)->root, &DatumGetJsonbP(constant->value)->root) == 0;
}

/* ERROR unless the argument is that of the first row. */
static void
check_same(WindowObject window, const Constant *constant, int64 row)
{
	bool		isnull;
	Datum		value;

	if (constant->surely || row == 0)
		return;
	value = argument_at(window, constant->argument, row, &isnull);
	if (isnull == constant->isnull && (isnull || is_same(constant, value, constant->argument == SERIES_ARGUMENT)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" of rn_predict differs from row to row of a partition", constant->name),
			 errhint("A partition is one %s: give all its rows the same, or PARTITION BY it.", constant->subject)));
}

/* The model, which the first row gives for all. */
static RecurnetSubject
find_subject(RecurnetHost *host, Finder find, Datum model)
{
	RecurnetSubject subject = find(host, model);

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
find_series(const RecurnetSubject *subject, const Constant *series)
{
	if (series->isnull)
		return subject->series.n == 0 ? 0 : -1;
	if (subject->series.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has one series without a key"),
				 errhint("Leave out the argument series.")));
	return recurnet_history_find_given(subject->model, DatumGetJsonbP(series->value));
}

/* One row of the partition, its number from 0. */
static void
collect_row(WindowObject window, RecurnetHost *host, RecurnetRows *rows, size_t i)
{
	RnTimes    *times = &rows->panel.series[0].time;
	bool		isnull;
	Datum		datum = argument_at(window, 1, i, &isnull);
	int64		time;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"ts\" must not be null")));
	time = recurnet_reader_time(datum, rows->time_type, i + 1);
	if (i > 0 && time < rn_time_at(times, i - 1))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("the rows of the window are not in the order of ts"),
				 errhint("Write rn_predict(model, ts, value) OVER (PARTITION BY ... ORDER BY ts).")));
	recurnet_host_check(host, rn_times_append(&host->core, times, i, time));
	datum = argument_at(window, 2, i, &isnull);
	rows->panel.value[i] = isnull ? get_float8_nan() : DatumGetFloat8(datum);
}

/*
 * All rows of the partition, as they come.  What evaluating their expressions
 * leaves behind lives in a context of its own.
 */
static void
collect(WindowObject window, FunctionCallInfo fcinfo, RecurnetHost *host, const RecurnetSubject *subject,
		const Constant *model, const Constant *series, RecurnetRows *rows)
{
	size_t		n = (size_t) WinGetPartitionRowCount(window);
	int			columns = rn_inputs_columns(&subject->model->inputs);
	Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1));
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "recurnet window rows",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(scratch);

	recurnet_history_check_type(subject->time_type, type);
	recurnet_guc_check_memory(n * (4 * sizeof(double) + columns * sizeof(float))
							  + rn_predict_bytes(subject->model), "predicting a partition",
							  "partition the rows further");
	recurnet_reader_single(host, type, n, columns, rows);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_same(window, model, (int64) i);
		check_same(window, series, (int64) i);
		collect_row(window, host, rows, i);
		MemoryContextReset(scratch);
	}
	rows->bytes += n * 3 * sizeof(double) + rn_predict_bytes(subject->model);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	if (type == TIMESTAMPTZOID)
		recurnet_zone_convert(host, &rows->panel, recurnet_zone_find(subject->time_zone));
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

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		result[i] = get_float8_nan();
		if (rn_calendar_steps(&calendar, series->start, rn_time_at(times, i), &step) &&
			step >= rn_model_first_predicted(model) && step < (int64) series->n)
			result[i] = predicted[step];
	}
}

/* The times of the rows once more, as settling the rows does away with them. */
static RnTimes
copy_times(RecurnetHost *host, const RnSeries *series)
{
	RnTimes		times = {0};

	for (size_t i = 0; i < series->n; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		recurnet_host_check(host, rn_times_append(&host->core, &times, i, rn_time_at(&series->time, i)));
	}
	return times;
}

/* All predictions of a partition, [rows] in the order of its rows. */
static void
predict_partition(WindowObject window, FunctionCallInfo fcinfo, RecurnetHost *host, Finder find,
				  const Constant *model, const Constant *series, double *result)
{
	RecurnetSubject subject = find_subject(host, find, model->value);
	int64		of_model = find_series(&subject, series);
	RecurnetRows rows;
	RnPanel    *panel = &rows.panel;
	RnTimes		times;
	RnRows		view_of;
	RnView		view;
	double	   *predicted;
	size_t		n;

	collect(window, fcinfo, host, &subject, model, series, &rows);
	n = panel->rows;
	times = copy_times(host, &panel->series[0]);
	recurnet_history_settle(host, subject.model, &rows, 0);
	predicted = MemoryContextAllocHuge(host->context, 2 * panel->series[0].n * sizeof(double));
	view = recurnet_history_view(host, &subject, panel, &panel->series[0], of_model);
	view_of = (RnRows) {panel->value, panel->missing, panel->covariate};
	recurnet_host_check(host, rn_predict(&host->core, subject.model, &view_of, &view,
										 panel->series[0].n, predicted, predicted + panel->series[0].n));
	hand_out(panel, subject.model, &times, n, predicted, result);
}

/* ERROR unless a model that is null in the first row is so in all. */
static void
check_no_model(WindowObject window, const Constant *model)
{
	int64		n = model->surely ? 0 : WinGetPartitionRowCount(window);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "recurnet window rows",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(scratch);

	for (int64 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_same(window, model, i);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
}

/* Make the predictions of a partition; without a model there are none. */
static void
make_ready(WindowObject window, FunctionCallInfo fcinfo, Finder find, Partition *partition)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet partition",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	RecurnetHost host;
	Constant	model = first_of(window, fcinfo, MODEL_ARGUMENT, "model", "model");
	Constant	series = first_of(window, fcinfo, SERIES_ARGUMENT, "series", "series");

	recurnet_host_init(&host, context);
	if (model.isnull)
		check_no_model(window, &model);
	else
	{
		partition->predicted = MemoryContextAllocHuge(GetMemoryChunkContext(partition),
													  WinGetPartitionRowCount(window) * sizeof(double));
		predict_partition(window, fcinfo, &host, find, &model, &series, partition->predicted);
	}
	partition->ready = true;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

static Datum
predict(FunctionCallInfo fcinfo, Finder find)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(window, sizeof(Partition));
	double		predicted;

	if (!partition->ready)
		make_ready(window, fcinfo, find, partition);
	if (partition->predicted == NULL)
		PG_RETURN_NULL();
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
