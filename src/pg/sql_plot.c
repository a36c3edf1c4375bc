/*
 * sql_plot.c
 *		rn_plot: the rows of a model's series and its forecasts, as a picture.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/interval.h"
#include "plot/ticks.h"

#include "argument.h"
#include "guc.h"
#include "picture.h"
#include "series_key.h"
#include "use.h"

/* Rows that are shown where nobody says: so many times the horizon, but in these bounds. */
#define HORIZONS_SHOWN	4
#define FEWEST_SHOWN	40
#define MOST_SHOWN		600
#define MOST_ROWS		1000000
#define USUAL_FACETS	12

typedef struct Plot
{
	RecurnetUse use;
	RecurnetAheadSpec ahead;
	int			rows;			/* shown of each series, at most */
	RnChart		chart;
	RnFacet    *facet;
} Plot;

/* ---- rows ---- */

/* Times of n steps, the first of which is so many after the last row of an origin. */
static int64 *
times_of(Plot *plot, const RnOrigin *origin, int64 first, size_t n)
{
	int64	   *time = MemoryContextAllocHuge(plot->use.host.context, n * sizeof(int64));

	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(&plot->use.host, rn_calendar_add(&plot->use.host.core, &origin->calendar,
															 origin->last_time, first + (int64) i, &time[i]));
	}
	return time;
}

static double *
numbers(Plot *plot, size_t n)
{
	return MemoryContextAllocHuge(plot->use.host.context, Max(n, 1) * sizeof(double));
}

/* Where the rows of an origin are: all of them, those it holds being the newest. */
typedef struct Past
{
	RnRows		rows;
	RnView		view;
	size_t		n;
} Past;

static Past
past_of(Plot *plot, const RecurnetAhead *ahead)
{
	const RecurnetOrigins *origins = plot->ahead.origins;
	const RnOrigin *origin = ahead->origin;
	const RnPanel *panel;
	const RnSeries *series;

	if (origins->rows == NULL)
		return (Past) {
			{origin->value, origin->missing, NULL}, {0, 0, origin->n, origin->transform, origin->base_season}, origin->n
		};
	panel = &origins->rows->panel;
	series = &panel->series[origins->series[ahead->number]];
	return (Past) {
		{panel->value, panel->missing, panel->covariate},
		recurnet_history_view(&plot->use.host, plot->ahead.origins->subject, panel, series, origins->of_model[ahead->number]),
		series->n
	};
}

/* The newest n of those rows; made up ones are gaps. */
static RnCurve
actual_curve(Plot *plot, const Past *past, const int64 *time, size_t n)
{
	size_t		first = past->view.row + past->n - n;
	double	   *y = numbers(plot, n);

	for (size_t i = 0; i < n; i++)
		y[i] = past->rows.missing != NULL && past->rows.missing[first + i] && plot->use.model->rows.missing != RN_MISSING_ZERO
			? NAN : past->rows.value[first + i];
	return (RnCurve) {.ink = RN_INK_ACTUAL,.n = n,.x = time,.y = y};
}

/* Rows before the first of n of all that there are, for the model to look back on: a window, or all it ever does. */
static size_t
rows_before(const Plot *plot, size_t all, size_t n)
{
	const RnModel *model = plot->use.model;

	return Min((size_t) Max(rn_model_most_rows(model), rn_model_first_predicted(model)), all - n);
}

/* What the model would have said of them one step ahead. */
static RnCurve
predicted_curve(Plot *plot, const Past *past, const int64 *time, size_t n)
{
	const RnModel *model = plot->use.model;
	size_t		before = rows_before(plot, past->n, n);
	RnView		view = past->view;
	double	   *y = numbers(plot, before + n);

	view.row += past->n - n - before;
	for (size_t i = 0; i < before + n; i++)
		y[i] = NAN;
	recurnet_host_check(&plot->use.host, rn_predict(&plot->use.host.core, model, &past->rows, &view, before + n, y, NULL));
	return (RnCurve) {.ink = RN_INK_PREDICTED,.n = n,.x = time,.y = y + before};
}

/* ---- forecasts ---- */

/* The forecast, and its band, which both begin at the last row; its last number stands behind it. */
static void
put_ahead(Plot *plot, const RecurnetAhead *ahead, double last, RnFacet *facet)
{
	size_t		n = (size_t) ahead->steps + 1;
	int64	   *time = times_of(plot, ahead->origin, 0, n);
	double	   *y = numbers(plot, 3 * n);
	double	   *lower = y + n;
	double	   *upper = lower + n;

	y[0] = lower[0] = upper[0] = last;
	for (int step = 1; step <= ahead->steps; step++)
	{
		y[step] = ahead->forecast[step - 1];
		rn_interval_around(plot->use.model, recurnet_ahead_half(&plot->use, ahead, step), y[step], &lower[step], &upper[step]);
	}
	facet->curve[facet->curves++] = (RnCurve) {
		.ink = RN_INK_FORECAST,.n = n,.x = time,.y = y,.dots = n - 1
	};
	if (plot->use.intervals)
		facet->band = (RnBand) {n, time, lower, upper};
	facet->ruled = true;
	facet->rule = time[0];
}

/* The last number of a forecast in so many digits as tell the facet's numbers apart. */
static const char *
end_text(Plot *plot, const RnFacet *facet, double last)
{
	char	   *text = MemoryContextAlloc(plot->use.host.context, RN_TICK_TEXT);
	double		low = last;
	double		high = last;
	RnNumberStyle style;

	for (int c = 0; c < facet->curves; c++)
		for (size_t i = 0; i < facet->curve[c].n; i++)
			if (!isnan(facet->curve[c].y[i]))
			{
				low = Min(low, facet->curve[c].y[i]);
				high = Max(high, facet->curve[c].y[i]);
			}
	style = rn_number_style(Max(fabs(low), fabs(high)), high > low ? (high - low) / 100 : Max(fabs(high) / 100, 1e-12));
	rn_number_text(&style, last, text, RN_TICK_TEXT);
	return text;
}

/* {"store": 7, "item": "x"} as "store 7, item x". */
static const char *
key_words(const char *key)
{
	Jsonb	   *json = DatumGetJsonbP(recurnet_key_datum(key));
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbValue	value;
	StringInfoData text;

	initStringInfo(&text);
	JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		appendStringInfo(&text, "%s%.*s ", text.len > 0 ? ", " : "", value.val.string.len, value.val.string.val);
		JsonbIteratorNext(&iterator, &value, true);
		if (value.type == jbvString)
			appendBinaryStringInfo(&text, value.val.string.val, value.val.string.len);
		else
		{
			Jsonb	   *part = JsonbValueToJsonb(&value);

			appendStringInfoString(&text, JsonbToCString(NULL, &part->root, VARSIZE(part)));
		}
	}
	return recurnet_picture_words(text.data);
}

/* One series becomes one facet. */
static void
put_series(void *listener, const RecurnetAhead *ahead)
{
	Plot	   *plot = listener;
	RnFacet    *facet = &plot->facet[ahead->number];
	MemoryContext caller = MemoryContextSwitchTo(plot->use.host.context);
	Past		past = past_of(plot, ahead);
	size_t		n = Min(past.n, (size_t) plot->rows);
	int64	   *time = times_of(plot, ahead->origin, 1 - (int64) n, n);
	double		last = past.rows.value[past.view.row + past.n - 1];
	RnCurve    *forecast;

	if (ahead->key != NULL)
		facet->title = key_words(ahead->key);
	facet->curve[facet->curves++] = predicted_curve(plot, &past, time, n);
	facet->curve[facet->curves++] = actual_curve(plot, &past, time, n);
	put_ahead(plot, ahead, last, facet);
	forecast = &facet->curve[facet->curves - 1];
	forecast->end = end_text(plot, facet, forecast->y[forecast->n - 1]);
	MemoryContextSwitchTo(caller);
}

/* ---- words ---- */

/* "24 months", "1 hour", "3 steps of 00:15:00" */
static char *
span_words(const RnCalendar *calendar, int steps)
{
	char		step[RN_TIME_TEXT];
	const char *unit = NULL;

	rn_calendar_describe(calendar, step, sizeof(step));
	if (strncmp(step, "1 ", 2) == 0 && strchr(step, ':') == NULL)
		unit = step + 2;
	else if (calendar->kind == RN_TIME_CIVIL && calendar->months == 3)
		unit = "quarter";
	else if (calendar->kind == RN_TIME_CIVIL && strcmp(step, "7 days") == 0)
		unit = "week";
	else if (calendar->kind == RN_TIME_CIVIL && strcmp(step, "01:00:00") == 0)
		unit = "hour";
	else if (calendar->kind == RN_TIME_INTEGER && strcmp(step, "1") == 0)
		unit = "step";
	if (unit == NULL)
		return psprintf("%d step%s of %s", steps, steps == 1 ? "" : "s", step);
	return psprintf("%d %s%s", steps, unit, steps == 1 ? "" : "s");
}

/* "amount, the next 24 months" */
static const char *
subtitle(const Plot *plot, size_t all)
{
	const RecurnetSubject *subject = &plot->use.subject;
	const RnCalendar *calendar = &plot->use.model->calendar;
	StringInfoData text;

	initStringInfo(&text);
	if (subject->version != NULL)
		appendStringInfo(&text, "%s, ", subject->version->target_column);
	appendStringInfo(&text, "the next %s", span_words(calendar, plot->ahead.steps));
	if (subject->time_zone != NULL && calendar->kind == RN_TIME_CIVIL && calendar->months == 0 &&
		calendar->business_days == 0 && calendar->step < RN_USECS_PER_DAY)
		appendStringInfo(&text, ", times in %s", subject->time_zone);
	if (plot->chart.facets < all)
		appendStringInfo(&text, "; %zu of %zu series", plot->chart.facets, all);
	return recurnet_picture_words(text.data);
}

static const char *
usual_title(const RecurnetSubject *subject)
{
	if (subject->version == NULL)
		return "Forecast";
	return subject->version->name != NULL ? subject->version->name : psprintf("Model " INT64_FORMAT, subject->version->model_id);
}

static void
put_legend(Plot *plot)
{
	bool		predicted = false;

	for (size_t f = 0; f < plot->chart.facets && !predicted; f++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < plot->facet[f].curve[0].n && !predicted; i++)
			predicted = !isnan(plot->facet[f].curve[0].y[i]);
	}
	plot->chart.legend[RN_INK_ACTUAL] = "actual";
	if (predicted)
		plot->chart.legend[RN_INK_PREDICTED] = "one step ahead";
	plot->chart.legend[RN_INK_FORECAST] = "forecast";
	if (plot->use.intervals)
		plot->chart.legend[RN_INK_BAND] = psprintf("%.6g%% interval", 100 * plot->use.level);
}

/* ---- the function ---- */

/* Rows shown where nobody says. */
static int
usual_rows(const Plot *plot)
{
	int			rows = Max(HORIZONS_SHOWN * (double) plot->ahead.steps, 3 * (double) plot->use.model->season);

	return Min(Max(rows, FEWEST_SHOWN), MOST_SHOWN);
}

/* The rows of the longest series that is shown. */
static size_t
most_rows(const Plot *plot)
{
	const RecurnetOrigins *origins = plot->ahead.origins;
	size_t		most = 0;

	if (origins->rows == NULL)
		return rn_model_most_rows(plot->use.model);
	for (size_t i = 0; i < origins->count; i++)
		most = Max(most, origins->rows->panel.series[origins->series[i]].n);
	return most;
}

/* ERROR if the numbers of all facets are too many: times, rows and predictions, and those of forecasts and bands. */
static void
check_memory(const Plot *plot)
{
	size_t		all = most_rows(plot);
	size_t		shown = Min((size_t) plot->rows, all);
	size_t		each = 3 * shown + rows_before(plot, all, shown) + 4 * ((size_t) plot->ahead.steps + 1);

	recurnet_guc_check_memory(rn_predict_bytes(plot->use.model) + plot->chart.facets * each * sizeof(double),
							  "plotting", "ask for fewer rows or steps");
}

/*
 * Arguments: model, horizon, level; those of recurnet_use_ahead; title, theme, width, height,
 * rows, facets.
 */
static Datum
plot(FunctionCallInfo fcinfo, RecurnetFinder find)
{
	double		level = recurnet_argument_level(fcinfo, 2, RECURNET_DEFAULT_LEVEL);
	int			facets = recurnet_argument_int(fcinfo, 13, "facets", USUAL_FACETS, 1, RN_CHART_FACETS);
	Plot		plot = {.rows = 0};
	size_t		all;
	Datum		result;

	recurnet_use_open(&plot.use, fcinfo, find, 0, level);
	recurnet_picture_arguments(fcinfo, 8, usual_title(&plot.use.subject), &plot.chart);
	plot.ahead = recurnet_use_ahead(&plot.use, fcinfo, 1, 3);
	plot.rows = recurnet_argument_int(fcinfo, 12, "rows", usual_rows(&plot), 1, MOST_ROWS);
	all = plot.ahead.origins->count;
	plot.ahead.origins->count = plot.chart.facets = Min(all, (size_t) facets);
	check_memory(&plot);
	plot.facet = palloc0(plot.chart.facets * sizeof(RnFacet));
	plot.chart.facet = plot.facet;
	plot.chart.calendar = plot.use.model->calendar;
	plot.chart.subtitle = subtitle(&plot, all);
	recurnet_picture_check_height(&plot.chart);
	recurnet_use_forecast(&plot.use, &plot.ahead, put_series, &plot);
	put_legend(&plot);
	result = recurnet_picture(&plot.use.host, &plot.chart, plot.use.caller);
	recurnet_use_close(&plot.use);
	return result;
}

PG_FUNCTION_INFO_V1(recurnet_plot_id);
Datum
recurnet_plot_id(PG_FUNCTION_ARGS)
{
	return plot(fcinfo, recurnet_find_by_id);
}

PG_FUNCTION_INFO_V1(recurnet_plot_name);
Datum
recurnet_plot_name(PG_FUNCTION_ARGS)
{
	return plot(fcinfo, recurnet_find_by_name);
}

/* Where rn_fit gave a group no model there is nothing to draw. */
PG_FUNCTION_INFO_V1(recurnet_plot_value);
Datum
recurnet_plot_value(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return plot(fcinfo, recurnet_find_value);
}
