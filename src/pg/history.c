/*
 * history.c
 *		The rows that a stored model looks back on.
 *
 * By default those stored with it.  Otherwise a query's, which must return
 * the same kind of time, in the same steps: a network that has learnt months
 * knows nothing of days.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "guc.h"
#include "history.h"
#include "zone.h"

#define ROWS_PER_CHECK	65536

void
recurnet_history_check_type(const RecurnetVersion *version, Oid type)
{
	if (recurnet_reader_kind(type) == recurnet_reader_kind(version->time_type) &&
		(type == TIMESTAMPTZOID) == (version->time_type == TIMESTAMPTZOID))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("query returns times of type %s, but the model was trained on %s",
					format_type_be(type), format_type_be(version->time_type)),
			 errhint("Cast the time column in the query.")));
}

/* Drop the rows after the cut; the others stay in their order. */
static void
cut_rows(RecurnetHost *host, RnSeries *series, int64 cut)
{
	RnTimes		times = {0};
	size_t		kept = 0;

	for (size_t i = 0; i < series->n; i++)
	{
		int64		time = rn_time_at(&series->time, i);

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (time > cut)
			continue;
		recurnet_host_check(host, rn_times_append(&host->core, &times, kept, time));
		series->value[kept] = series->value[i];
		kept++;
	}
	rn_times_free(&host->core, &series->time);
	series->time = times;
	series->n = kept;
}

/*
 * Are the times those that the model's calendar counts back from the last?
 */
static void
check_steps(RecurnetHost *host, const RecurnetVersion *version, const RnModel *model,
			const RnSeries *series)
{
	size_t		last = series->n - 1;
	char		found[RN_TIME_TEXT];
	char		expected[RN_TIME_TEXT];

	for (size_t i = 0; i <= last; i++)
	{
		int64		time;
		RnCode		code = rn_calendar_add(&host->core, &model->calendar, rn_time_at(&series->time, last),
										   -(int64) i, &time);

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		recurnet_host_check(host, code);
		if (time == rn_time_at(&series->time, last - i))
			continue;
		rn_time_describe(series->kind, rn_time_at(&series->time, last - i), found, sizeof(found));
		rn_time_describe(series->kind, time, expected, sizeof(expected));
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("query does not return the steps of %s that the model was trained on",
						version->step),
				 errdetail("It returns a row at %s where the model's calendar has %s.",
						   found, expected)));
	}
}

void
recurnet_history_read(RecurnetHost *host, const RecurnetVersion *version, const RnModel *model,
					  const char *query, bool source, const int64 *cut, size_t needed,
					  RecurnetRows *rows)
{
	RecurnetSource from = {
		.query = query,
		.time = source ? version->time_column : NULL,
		.target = source ? version->target_column : NULL,
		.time_zone = version->time_zone,
		.zone_fixed = true
	};
	RnCode		code;

	recurnet_reader_read(host, &from, rows);
	recurnet_history_check_type(version, rows->time_type);
	if (cut != NULL)
		cut_rows(host, &rows->series, *cut);
	if (rows->series.n < needed)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("query returns %zu rows%s, but the model needs at least %zu",
						rows->series.n, cut != NULL ? " up to the given time" : "", needed),
				 cut != NULL ? errhint("Give a later time, or a history with more rows before it.")
				 : errhint("Give a history with more rows.")));
	code = rn_series_prepare(&host->core, &rows->series, needed);
	recurnet_host_check(host, code);
	check_steps(host, version, model, &rows->series);
}

/*
 * as_of or as_of_t as the model counts time, or NULL where neither is given.
 */
static const int64 *
find_cut(const RecurnetVersion *version, const RecurnetOriginSpec *spec, int64 *cut)
{
	bool		integer = recurnet_reader_kind(version->time_type) == RN_TIME_INTEGER;

	if (spec->as_of == NULL && spec->as_of_t == NULL)
		return NULL;
	if ((integer && spec->as_of != NULL) || (!integer && spec->as_of_t != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s does not fit a model whose times are of type %s",
						integer ? "as_of" : "as_of_t", format_type_be(version->time_type)),
				 errhint("Use %s.", integer ? "as_of_t" : "as_of")));
	if (integer)
		*cut = *spec->as_of_t;
	else if (TIMESTAMP_NOT_FINITE(*spec->as_of))
		*cut = *spec->as_of;	/* after, or before, every row */
	else if (version->time_type == TIMESTAMPTZOID)
		*cut = recurnet_zone_civil(*spec->as_of, recurnet_zone_find(version->time_zone));
	else
		*cut = recurnet_zone_civil(*spec->as_of, session_timezone);
	return cut;
}

/* Whoever judges the model by its forecasts from there should know. */
static void
notice_hindsight(const RecurnetVersion *version, const RnModel *model, int64 last_time)
{
	char		origin[RN_TIME_TEXT];
	char		trained[RN_TIME_TEXT];

	if (last_time >= version->to)
		return;
	rn_time_describe(model->calendar.kind, last_time, origin, sizeof(origin));
	rn_time_describe(model->calendar.kind, version->to, trained, sizeof(trained));
	ereport(NOTICE,
			(errmsg("forecast starts at %s, but the model's weights have seen rows up to %s",
					origin, trained)));
}

void
recurnet_history_origin(RecurnetHost *host, const RecurnetVersion *version, const RnModel *model,
						const RecurnetOriginSpec *spec, RecurnetOrigin *origin)
{
	int64		time;
	const int64 *cut = find_cut(version, spec, &time);
	bool		source = spec->history == NULL || strcmp(spec->history, "source") == 0;
	RecurnetRows rows;

	if (cut == NULL && spec->history == NULL)
	{
		origin->value = model->tail;
		origin->n = (size_t) model->window;
		origin->last_time = model->last_time;
		return;
	}
	if (source)
		recurnet_catalog_check_query(version);
	recurnet_history_read(host, version, model, source ? version->query : spec->history, source,
						  cut, (size_t) model->window, &rows);
	origin->value = rows.series.value;
	origin->n = rows.series.n;
	origin->last_time = rn_time_at(&rows.series.time, rows.series.n - 1);
	if (cut != NULL)
		notice_hindsight(version, model, origin->last_time);
}
