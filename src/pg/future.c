/*
 * future.c
 *		What is known ahead: covariates of the steps to be forecast.
 *
 * The query may return more than is needed, past rows and other series, but
 * nothing may be missing: a forecast from a made-up price is worse than none.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "future.h"
#include "history.h"
#include "panel_check.h"
#include "reader.h"

struct RecurnetFuture
{
	const RecurnetSubject *subject;
	RecurnetNames known;
	RecurnetRows rows;			/* combined, and in order, but not settled */
	const RnSeries **by_key;	/* [count] in the order of their keys */
};

static int
compare_keys(const void *a, const void *b)
{
	const char *x = (*(const RnSeries *const *) a)->key;
	const char *y = (*(const RnSeries *const *) b)->key;

	return x == NULL || y == NULL ? 0 : strcmp(x, y);
}

/* May the query be there, or be missing? */
static void
check_needed(const RecurnetSubject *subject, const RecurnetNames *known, const char *query)
{
	if ((query != NULL) == (known->n > 0))
		return;
	if (query != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has no covariates that are known ahead"),
				 errhint("Leave out future, or train with covariates => '... known'.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model needs to know its covariates ahead: %s", recurnet_names_list(known)),
			 errhint("Give them for every step to be forecast: future => 'SELECT %stime, %s FROM ...'.",
					 subject->series.n > 0 ? psprintf("%s, ", recurnet_names_list(&subject->series)) : "",
					 recurnet_names_list(known))));
}

/*
 * Combine rows as those of the training were: covariates are averaged where
 * values are added.  What is no number is told where one is needed.
 */
static void
combine(RecurnetHost *host, const RnModel *model, RnPanel *panel)
{
	RnRowPolicy policy = recurnet_history_policy(host, model);

	for (size_t i = 0; i < panel->rows * panel->columns; i++)
		if (!isfinite(panel->covariate[i]))
			panel->covariate[i] = get_float4_nan();
	policy.missing = RN_MISSING_LOCF;
	policy.on_error = RN_ON_ERROR_FAIL;
	if (policy.duplicates == RN_DUPLICATES_SUM)
		policy.duplicates = RN_DUPLICATES_AVG;
	recurnet_panel_check(host, panel, rn_panel_combine(&host->core, panel, &policy));
}

RecurnetFuture *
recurnet_future_read(RecurnetHost *host, const RecurnetSubject *subject, const char *query)
{
	RecurnetFuture *future = palloc0(sizeof(RecurnetFuture));
	RecurnetSource from = {
		.query = query,.allow_null = true,.time_zone = subject->time_zone,.zone_fixed = true
	};
	RnPanel    *panel = &future->rows.panel;

	future->subject = subject;
	future->known = recurnet_subject_known(subject);
	check_needed(subject, &future->known, query);
	if (query == NULL)
		return NULL;
	from.wanted = (RecurnetWanted) {
		.usual_time = subject->version != NULL ? subject->version->time_column : NULL,
		.no_target = true,.series = subject->series,.covariates = future->known
	};
	from.inputs.given = future->known.n;
	recurnet_reader_read(host, &from, &future->rows);
	recurnet_history_check_type(subject->time_type, future->rows.time_type);
	combine(host, subject->model, panel);

	future->by_key = MemoryContextAllocHuge(host->context, (panel->count + 1) * sizeof(RnSeries *));
	for (size_t s = 0; s < panel->count; s++)
		future->by_key[s] = &panel->series[s];
	qsort(future->by_key, panel->count, sizeof(RnSeries *), compare_keys);
	return future;
}

/* The series of that key, or NULL. */
static const RnSeries *
find_series(const RecurnetFuture *future, const char *key)
{
	RnSeries	wanted = {.key = key};
	const RnSeries *at = &wanted;
	const RnSeries **found = bsearch(&at, future->by_key, future->rows.panel.count,
									 sizeof(RnSeries *), compare_keys);

	return found != NULL ? *found : NULL;
}

/* The first row of a series that is not before time. */
static size_t
find_row(const RnSeries *series, int64 time)
{
	size_t		low = 0;
	size_t		high = series->n;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (rn_time_at(&series->time, middle) < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void __attribute__((noreturn))
refuse_step(const RecurnetFuture *future, const char *key, int64 time, const char *what)
{
	char		text[RN_TIME_TEXT];

	rn_time_describe(future->subject->model->calendar.kind, time, text, sizeof(text));
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("future has %s at %s%s%s", what, text, key != NULL ? " for series " : "", key != NULL ? key : ""),
			 errhint("Every step to be forecast needs one row with all covariates that are known ahead.")));
	pg_unreachable();
}

/* The row of a step; NULL: what there is instead is in *what. */
static const float *
row_at(const RecurnetFuture *future, const RnSeries *series, int64 time, const char **what)
{
	const RnPanel *panel = &future->rows.panel;
	size_t		i = series != NULL ? find_row(series, time) : 0;
	const float *row;

	*what = "no row";
	if (series == NULL || i == series->n || rn_time_at(&series->time, i) != time)
		return NULL;
	*what = "more than one row";
	if (i + 1 < series->n && rn_time_at(&series->time, i + 1) == time)
		return NULL;
	row = panel->covariate + (series->first + i) * panel->columns;
	for (int c = 0; c < panel->columns; c++)
		if (!isfinite(row[c]))
		{
			*what = psprintf("no usable %s", quote_identifier(future->known.name[c]));
			return NULL;
		}
	return row;
}

void
recurnet_future_fill(RecurnetHost *host, const RecurnetFuture *future, const RnOrigin *origin,
					 const char *key, int steps, float *values)
{
	const RnInputs *inputs = &future->subject->model->inputs;
	const RnSeries *series = find_series(future, key);
	const float *row = NULL;
	int			ahead = rn_forecast_ahead(future->subject->model, steps);

	for (int k = 0; k < ahead; k++)
	{
		float	   *to = values + (size_t) k * inputs->given;
		const float *from;
		const char *what = NULL;
		int64		time;
		RnCode		code = rn_calendar_add(&host->core, &origin->calendar, origin->last_time, k + 1, &time);

		if (k < steps)
			recurnet_host_check(host, code);
		from = code == RN_OK ? row_at(future, series, time, &what) : NULL;
		if (from == NULL && (k < steps || row == NULL))
			refuse_step(future, key, time, what);
		from = row = from != NULL ? from : row;
		for (int c = 0; c < inputs->given; c++)
			to[c] = inputs->covariate[c].kind == RN_COVARIATE_KNOWN ? *from++ : 0;
	}
}
