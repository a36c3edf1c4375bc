/*
 * backtest.c
 *		Rolling origins: a panel cut off before a fold, and forecasts from there.
 *
 * What a fold trains on must not depend on anything later.  So rows are cut off
 * before what is missing is made up: a straight line to a value that comes after
 * the origin would tell of it.
 */
#include "model/backtest.h"

#include <math.h>
#include <string.h>

#include "model/interval.h"
#include "series/baseline.h"

#define POLL_ROWS	0x10000

RnCode
rn_backtest_horizon(RnHost *host, const RnTrainSpec *spec, RnPanel *all, int *horizon, int *season)
{
	RnTrainSpec open = *spec;
	RnPanel		panel = *all;
	RnTrainPlan plan;
	RnCode		code;

	*horizon = spec->horizon;
	if (spec->horizon > 0 && season == NULL)
		return RN_OK;
	open.transform = RN_RECIPE_TRANSFORM_NONE; /* values are not looked at */
	open.lambda = NAN;
	RN_TRY(rn_alloc(host, all->count, sizeof(RnSeries), (void **) &panel.series));
	for (size_t s = 0; s < all->count; s++)
	{
		panel.series[s] = all->series[s];
		panel.series[s].time = (RnTimes) {0};
		panel.series[s].skipped = NULL;
	}
	code = rn_recipe_plan(host, &open, &panel, &plan);
	all->failed = panel.failed;
	*horizon = plan.spec.horizon;
	if (season != NULL)
		*season = plan.spec.season;
	for (size_t s = 0; s < all->count; s++)
		rn_free(host, panel.series[s].skipped);
	rn_free(host, panel.series);
	return code;
}

/* Steps that a model of spec can forecast from its last row. */
static int
reach(const RnTrainSpec *spec)
{
	return rn_inputs_end_early(&spec->inputs) ? spec->horizon : RN_MAX_HORIZON;
}

RnCode
rn_backtest_check(RnHost *host, const RnBacktest *backtest, const RnTrainSpec *spec)
{
	int64_t		steps = (int64_t) backtest->gap + backtest->horizon;

	if (steps <= reach(spec))
		return RN_OK;
	rn_fail(host, RN_INVALID_OPTION, "a gap of %d and %d steps are more than the %d that the model can forecast",
			backtest->gap, backtest->horizon, reach(spec));
	if (!rn_inputs_end_early(&spec->inputs))
		return rn_fail_hint(host, "Ask for fewer steps.");
	rn_fail_detail(host, "It has covariates whose future is not known.");
	return rn_fail_hint(host, "Set a longer horizon among the options, or have covariates that are known ahead.");
}

size_t
rn_backtest_least_rows(const RnBacktest *backtest, const RnTrainSpec *spec)
{
	size_t		horizon = (size_t) (spec->horizon > 0 ? spec->horizon : backtest->horizon);
	size_t		window = rn_recipe_method(spec) == RN_METHOD_WINDOWS && spec->window > 0 ? (size_t) spec->window : 1;

	return window + horizon + (size_t) backtest->gap + (size_t) backtest->horizon
		+ (size_t) (backtest->folds - 1) * (size_t) backtest->step;
}

/* Too few rows of a series for a fold. */
static RnCode
too_few(RnHost *host, const RnBacktest *backtest, const RnTrainSpec *spec, int number, size_t n)
{
	size_t		least = rn_backtest_least_rows(backtest, spec);

	rn_fail(host, RN_TOO_FEW_ROWS, "%zu %s too few for fold %d of %d", n, n == 1 ? "row is" : "rows are", number,
			backtest->folds);
	rn_fail_detail(host, "There is no value before its steps.");
	return rn_fail_hint(host, "Give at least %zu rows, or ask for fewer folds, a smaller step or a shorter horizon.", least);
}

/* The row of a series that the rows of a fold end before. */
static size_t
origin_of(const RnBacktest *backtest, size_t s, size_t n, int number)
{
	size_t		last = (size_t) backtest->gap + (size_t) backtest->horizon; /* of the last fold */
	size_t		steps = last + (size_t) (backtest->folds - number) * (size_t) backtest->step;
	size_t		origin;

	if (backtest->origin == NULL)
		return n > steps ? n - steps : 0;
	origin = backtest->origin[s] + (size_t) (number - 1) * (size_t) backtest->step;
	return origin < n ? origin : n;
}

/*
 * Cut a series off: rows left .. right - 1 of it, less those without a value at
 * both ends.
 */
static RnCode
cut_series(RnHost *host, const RnBacktest *backtest, const RnTrainSpec *spec, const RnPanel *all, size_t s, RnFold *fold)
{
	const RnSeries *whole = &all->series[s];
	const double *value = all->value + whole->first;
	RnSeries   *series = &fold->panel.series[s];
	size_t		width = origin_of(backtest, s, whole->n, 1);
	size_t		origin = origin_of(backtest, s, whole->n, fold->number);
	size_t		left = backtest->expanding ? 0 : origin - width;
	size_t		right = origin;

	while (right > left && isnan(value[right - 1]))
		right--;
	while (left < right && isnan(value[left]))
		left++;
	if (left == right)
		return too_few(host, backtest, spec, fold->number, whole->n);
	fold->series[s].next = whole->first + origin + (size_t) backtest->gap;
	if (origin - right > (size_t) (reach(spec) - backtest->gap - backtest->horizon))
	{
		rn_fail(host, RN_TOO_FEW_ROWS, "the last value is %zu steps before fold %d", origin - right, fold->number);
		return rn_fail_detail(host, "That is further than the model can forecast.");
	}
	fold->series[s].unseen = (int) (origin - right) + backtest->gap;
	RN_TRY(rn_panel_time(host, all, whole, left, &series->start));
	series->first = whole->first + left;
	series->n = right - left;
	return RN_OK;
}

/* The rows of all series cut off, one after the other, into arrays of their own. */
static RnCode
copy_rows(RnHost *host, const RnPanel *all, RnPanel *panel)
{
	size_t		C = (size_t) all->columns;
	size_t		at = 0;

	RN_TRY(rn_alloc(host, panel->rows, sizeof(double), (void **) &panel->value));
	if (C > 0)
		RN_TRY(rn_alloc(host, panel->rows * C, sizeof(float), (void **) &panel->covariate));
	for (size_t s = 0; s < panel->count; s++)
	{
		RnSeries   *series = &panel->series[s];

		RN_TRY(rn_poll(host));
		if (series->n == 0)
			continue;
		memcpy(panel->value + at, all->value + series->first, series->n * sizeof(double));
		if (C > 0)
			memcpy(panel->covariate + at * C, all->covariate + series->first * C, series->n * C * sizeof(float));
		series->first = at;
		at += series->n;
	}
	return RN_OK;
}

RnCode
rn_backtest_cut(RnHost *host, const RnBacktest *backtest, const RnTrainSpec *spec, const RnPanel *all, int number,
				RnFold *fold)
{
	RnPanel    *panel = &fold->panel;

	*fold = (RnFold) {.number = number,.panel = *all,.copied = spec->rows.missing != RN_MISSING_ERROR};
	panel->series = NULL;
	panel->rows = 0;
	panel->failed = all->count;
	if (fold->copied)
	{
		panel->value = NULL;
		panel->covariate = NULL;
	}
	RN_TRY(rn_alloc(host, all->count, sizeof(RnFoldSeries), (void **) &fold->series));
	RN_TRY(rn_alloc(host, all->count, sizeof(RnSeries), (void **) &panel->series));
	for (size_t s = 0; s < all->count; s++)
	{
		panel->series[s] = (RnSeries) {.key = all->series[s].key,.anchor_day = all->series[s].anchor_day};
		fold->series[s] = (RnFoldSeries) {0};
	}
	for (size_t s = 0; s < all->count; s++)
	{
		RnCode		code = all->series[s].n > 0 ? cut_series(host, backtest, spec, all, s, fold) : RN_OK;

		RN_TRY(rn_poll(host));
		if (code != RN_OK)
			RN_TRY(rn_panel_skip(host, panel, &spec->rows, s, code));
		panel->rows += panel->series[s].n;
	}
	panel->failed = all->count;
	if (!fold->copied || panel->rows == 0)
		return RN_OK;
	RN_TRY(copy_rows(host, all, panel));
	return rn_panel_fill(host, panel, &spec->rows);
}

void
rn_backtest_free(RnHost *host, RnFold *fold)
{
	if (!fold->copied)
	{
		fold->panel.value = NULL;
		fold->panel.covariate = NULL;
	}
	if (fold->panel.series == NULL)
		fold->panel.count = 0;
	rn_panel_free(host, &fold->panel);
	rn_free(host, fold->series);
	memset(fold, 0, sizeof(*fold));
}

size_t
rn_backtest_bytes(const RnTrainSpec *spec, const RnPanel *all)
{
	size_t		row = sizeof(double) + (size_t) all->columns * sizeof(float) + 1;
	size_t		series = all->count * (sizeof(RnSeries) + sizeof(RnFoldSeries));

	return series + (spec->rows.missing != RN_MISSING_ERROR ? all->rows * row : 0);
}

/* Behind the last row of series s of the panel. */
static size_t
end_of(const RnPanel *all, size_t s)
{
	return all->series[s].first + all->series[s].n;
}

/*
 * What is known ahead of a series, ahead steps [given] from its last row trained
 * on: as it was, where the panel does not say.  Nothing behind the fold is looked at.
 */
static void
find_future(const RnBacktest *backtest, const RnFold *fold, const RnPanel *all, const RnModel *model, size_t s,
			int ahead, float *future)
{
	const RnFoldSeries *of = &fold->series[s];
	const RnSeries *trained = &fold->panel.series[s];
	size_t		C = (size_t) all->columns;
	size_t		given = (size_t) model->inputs.given;
	const float *before = fold->panel.covariate + (trained->first + trained->n - 1) * C;

	for (size_t k = 0; k < (size_t) ahead; k++)
	{
		size_t		at = of->next - (size_t) of->unseen + k;
		bool		known = k < (size_t) of->unseen + (size_t) backtest->horizon && at < end_of(all, s);
		const float *row = known ? all->covariate + at * C : before;

		for (size_t c = 0; c < given; c++)
			future[k * given + c] = known && !isnan(row[c]) ? row[c] : before[c];
		before = future + k * given;
	}
}

/* Forecasts of the steps unseen and of H more. */
static RnCode
forecast_series(RnHost *host, const RnBacktest *backtest, const RnFold *fold, const RnPanel *all, const RnModel *model,
				size_t s, RnOrigin origin, int steps, double *forecast, double *unit)
{
	int			ahead = rn_forecast_ahead(model, steps);
	float	   *future = NULL;
	RnCode		code;

	if (rn_inputs_need_future(&model->inputs))
	{
		RN_TRY(rn_alloc(host, (size_t) ahead * (size_t) model->inputs.given, sizeof(float), (void **) &future));
		find_future(backtest, fold, all, model, s, ahead, future);
		origin.future = future;
	}
	code = rn_forecast(host, model, &origin, 1, steps, forecast, unit);
	rn_free(host, future);
	return code;
}

/* Is a row of the fold one that was there? */
static bool
is_there(const RnFold *fold, const RnModel *model, size_t row)
{
	return fold->panel.missing == NULL || !fold->panel.missing[row] || model->rows.missing == RN_MISSING_ZERO;
}

/*
 * Hyndman & Koehler (2006): the in-sample mean of |Y_t - Y_{t-m}|, over the pairs of
 * rows that are there.
 */
static RnCode
find_scale(RnHost *host, const RnFold *fold, const RnModel *model, size_t s, size_t season, double *scale)
{
	const RnSeries *series = &fold->panel.series[s];
	RnMean		mean = {0};

	for (size_t i = series->first + season; i < series->first + series->n; i++)
	{
		if (i % POLL_ROWS == 0)
			RN_TRY(rn_poll(host));
		if (is_there(fold, model, i) && is_there(fold, model, i - season))
			rn_metric_add_absolute(&mean, fold->panel.value[i], fold->panel.value[i - season]);
	}
	*scale = rn_mean_value(&mean);
	if (!(*scale > 0))
		*scale = NAN;
	return RN_OK;
}

RnCode
rn_backtest_forecast(RnHost *host, const RnBacktest *backtest, const RnFold *fold, const RnPanel *all,
					 const RnModel *model, size_t s, size_t m, double level, RnFoldStep *step, double *scale)
{
	RnOrigin	tail = rn_forecast_tail(model, m);

	return rn_backtest_forecast_from(host, backtest, fold, all, model, s, &tail, level, step, scale);
}

RnCode
rn_backtest_forecast_from(RnHost *host, const RnBacktest *backtest, const RnFold *fold, const RnPanel *all,
						  const RnModel *model, size_t s, const RnOrigin *origin, double level,
						  RnFoldStep *step, double *scale)
{
	const RnSeries *series = &fold->panel.series[s];
	const double *value = fold->panel.value + series->first;
	int			unseen = fold->series[s].unseen;
	int			steps = unseen + backtest->horizon;
	double	   *forecast;
	double	   *seasonal;
	double		unit;
	int			season = backtest->season > 0 ? backtest->season : model->season;
	RnCode		code;

	RN_TRY(find_scale(host, fold, model, s, (size_t) season, scale));
	RN_TRY(rn_alloc(host, 2 * (size_t) steps, sizeof(double), (void **) &forecast));
	seasonal = forecast + steps;
	rn_baseline_seasonal_naive(value, series->n, season, seasonal, steps);
	code = forecast_series(host, backtest, fold, all, model, s, *origin, steps, forecast, &unit);
	for (int h = 0; code == RN_OK && h < backtest->horizon; h++)
	{
		int			k = unseen + h;
		size_t		row = fold->series[s].next + (size_t) h;
		bool		there = row < end_of(all, s);
		double		actual = there ? all->value[row] : NAN;

		step[h] = (RnFoldStep) {
			.actual = there && isnan(actual) && model->rows.missing == RN_MISSING_ZERO ? 0 : actual,
			.forecast = forecast[k],.lower = NAN,.upper = NAN,
			.naive = value[series->n - 1],.seasonal = seasonal[k]
		};
		if (rn_interval_known(model))
			rn_interval_bounds(model, level, k + 1, forecast[k], unit, &step[h].lower, &step[h].upper);
	}
	rn_free(host, forecast);
	return code;
}

void
rn_backtest_score(const RnBacktest *backtest, const RnFoldStep *step, double scale, RnBacktestScore *score)
{
	score->forecasts++;
	for (int h = 0; h < backtest->horizon; h++)
	{
		if (isnan(step[h].actual))
			continue;
		rn_metric_add_absolute(&score->absolute, step[h].actual, step[h].forecast);
		rn_metric_add_square(&score->square, step[h].actual, step[h].forecast);
		rn_metric_add_symmetric(&score->symmetric, step[h].actual, step[h].forecast);
		if (!isnan(step[h].lower))
			rn_metric_add_within(&score->within, step[h].actual, step[h].lower, step[h].upper);
		if (!(scale > 0))
			continue;
		rn_metric_add_scaled(&score->scaled, step[h].actual, step[h].forecast, scale);
		rn_metric_add_scaled(&score->naive_scaled, step[h].actual, step[h].seasonal, scale);
	}
}

size_t
rn_backtest_forecast_bytes(const RnBacktest *backtest, const RnFold *fold, const RnModel *model)
{
	int			steps = backtest->gap + backtest->horizon;

	for (size_t s = 0; s < fold->panel.count; s++)
		if (fold->panel.series[s].n > 0 && fold->series[s].unseen + backtest->horizon > steps)
			steps = fold->series[s].unseen + backtest->horizon;
	return rn_forecast_bytes(model, 1, steps) + 2 * (size_t) steps * sizeof(double) +
		(size_t) rn_forecast_ahead(model, steps) * (size_t) model->inputs.given * sizeof(float) +
		(size_t) backtest->horizon * sizeof(RnFoldStep);
}
