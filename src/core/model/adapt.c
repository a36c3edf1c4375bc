/*
 * adapt.c
 *		Intervals that learn from new rows.
 *
 * An interval is a quantile q_k(level) of the errors that were held out in
 * training, in spreads of a series (interval.h): split conformal, so right as
 * long as errors stay what they were.  When they do not, adaptive conformal
 * inference moves the level by what was covered lately (Gibbs & Candes, NeurIPS
 * 2021).  But no level of the stored errors reaches beyond the largest of them,
 * each level would have to learn by itself, and intervals of two levels could
 * cross.  So scores are scaled instead, as in normalised conformal prediction
 * (Papadopoulos, Gammerman & Vovk, 2008; Lei et al., JASA 113, 2018, section
 * 5.2): by how large errors are now beside those of training.  With e_{t,k} the
 * absolute error of the forecast of row t from k rows before it, in spreads as
 * the series has them now, and m_k the mean of those stored, the factor of step k is
 *
 *		s_k = (n0 s_{k-1} + sum_t r_{t,k} / k) / (n0 + n_k / k),	s_0 = 1,
 *		r_{t,k} = min(e_{t,k} / m_k, c s),
 *
 * over the n_k new rows t that have one; s in the minimum is s_k from the rows
 * before t.  This is the posterior mean of a scale of errors whose prior counts
 * as n0 of them; so a few rows change little.  Errors of k steps overlap and
 * count as 1 / k of independent ones each, and steps are shrunk towards the one
 * before, of which more is known.  The minimum is Huber's (1964): one wild row
 * is not a change of scale, many of them are, as c s grows with them.
 *
 * Divided by s_k, new errors look like those stored, so both together are what
 * the quantile is of: with errors of weight 1 stored and 1 / k new, W in all, the
 * half width is s_k times the least of them up to which there is a weight of
 * level (W + 1) (of many series more, rn_interval_weight), or the largest.  Where
 * few were held out, the new ones so soon say of what shape the errors are.
 */
#include "model/adapt.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/order.h"
#include "model/interval.h"
#include "series/box_cox.h"

/* n0: so many errors of a series weigh as much as those of training. */
#define PRIOR_ERRORS 10

/* c: an error counts as at most so many times what is expected by then. */
#define MOST_TIMES	5

int
rn_adapt_steps(const RnModel *model, int steps)
{
	int			O = model->network.spec.outputs;

	if (steps > O && rn_inputs_end_early(&model->inputs))
		steps = O;
	return steps < model->residual_steps ? steps : model->residual_steps;
}

/* Mean of the stored errors at step k >= 1, each at most MOST_TIMES the mean of all. */
static double
expected_error(const RnModel *model, int k)
{
	size_t		points = (size_t) model->residual_points;
	const double *residual = model->residual + (size_t) (k - 1) * points;
	double		most = INFINITY;
	double		mean = 0;

	for (int pass = 0; pass < 2; pass++)
	{
		mean = 0;
		for (size_t i = 0; i < points; i++)
			mean += fmin(residual[i], most) / (double) points;
		most = MOST_TIMES * mean;
	}
	return mean;
}

/*
 * s_k from s_{k-1}, the error expected, and errors [n] in the order of time (NaN:
 * none).
 */
static double
next_factor(double before, int k, double expected, const double *error, size_t n)
{
	double		weight = PRIOR_ERRORS;
	double		sum = weight * before;

	for (size_t i = 0; i < n && expected > 0; i++)
	{
		if (isnan(error[i]))
			continue;
		sum += fmin(error[i] / expected, MOST_TIMES * sum / weight) / k;
		weight += 1.0 / k;
	}
	return weight > PRIOR_ERRORS ? sum / weight : before;
}

/* The place of an error among sorted ones [n]. */
static size_t
place_of(const double *sorted, size_t n, double error)
{
	size_t		i = 0;

	while (i < n && sorted[i] < error)
		i++;
	return i;
}

static void
put_in(double *sorted, size_t *n, double error)
{
	size_t		i = place_of(sorted, *n, error);

	memmove(sorted + i + 1, sorted + i, (*n - i) * sizeof(double));
	sorted[i] = error;
	++*n;
}

static void
take_out(double *sorted, size_t *n, double error)
{
	size_t		i = place_of(sorted, *n, error);

	--*n;
	memmove(sorted + i, sorted + i + 1, (*n - i) * sizeof(double));
}

/* Errors [n] that are known, sorted; returns how many. */
static size_t
sort_known(const double *error, size_t n, double *sorted)
{
	size_t		count = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(error[t]))
			sorted[count++] = error[t];
	rn_order_sort(sorted, count);
	return count;
}

/*
 * Half width in units at step k, of errors where factor is 1: of the errors stored
 * and of new ones, sorted [count], which divided by divisor look like these.
 * expected: their mean.
 */
static double
pooled_width(const RnModel *model, int k, double level, const double *sorted, size_t count, double divisor, double expected)
{
	size_t		points = (size_t) model->residual_points;
	const double *stored = model->residual + (size_t) (k - 1) * points;
	size_t		i = 0;
	size_t		j = 0;
	double		most = expected > 0 ? MOST_TIMES * expected : INFINITY;
	double		weight = 0;
	double		wanted;

	if (count == 0)
		return rn_interval_width(model, level, k);
	wanted = rn_interval_weight(model, level, (double) count / k);
	for (;;)
	{
		double		news = j < count ? fmin(sorted[j] / divisor, most) : INFINITY;
		bool		old = j == count || (i < points && stored[i] <= news);
		double		width = old ? stored[i++] : news;

		j += !old;

		weight += old ? 1 : 1.0 / k;
		if (weight >= wanted || (i == points && j == count))
			return width;
	}
}

/* An error as intervals count them, once it is divided by a unit. */
static double
error_of(const RnModel *model, double actual, double forecast)
{
	double		lambda = rn_model_lambda(model);

	if (lambda > 0)
		return fabs(rn_box_cox(lambda, actual) - rn_box_cox(lambda, forecast));
	/* no logarithm: as far out as can be */
	if (!(actual > 0) || !(forecast > 0))
		return actual == forecast ? 0 : DBL_MAX;
	return fabs(log(actual / forecast));
}

/* The error of the forecast of a row, or NaN where that was made up, or has no logarithm. */
static double
error_at(const RnModel *model, const RnNews *news, size_t i, double forecast)
{
	size_t		row = news->view.start + i;

	if (news->rows.missing != NULL && news->rows.missing[row] && model->rows.missing != RN_MISSING_ZERO)
		return NAN;
	if (rn_model_lambda(model) == 0 && !(news->rows.value[row] > 0))
		return NAN;
	return error_of(model, news->rows.value[row], forecast);
}

/* The first row of n whose forecast from the rows before it counts, so many being new. */
static size_t
first_row(const RnModel *model, size_t n, size_t fresh)
{
	size_t		count = fresh < RN_ADAPT_ROWS ? fresh : RN_ADAPT_ROWS;
	size_t		least = (size_t) rn_model_first_predicted(model);
	size_t		first = count < n ? n - count : 0;

	return first > least ? first : least;
}

static void
lay_out(RnAdapt *adapt)
{
	size_t		K = (size_t) adapt->steps;
	size_t		B = (size_t) adapt->part;

	adapt->expected = rn_arena_take(&adapt->arena, K, sizeof(double));
	adapt->error = rn_arena_take(&adapt->arena, K * RN_ADAPT_ROWS, sizeof(double));
	adapt->forecast = rn_arena_take(&adapt->arena, B * K, sizeof(double));
	adapt->scaled = rn_arena_take(&adapt->arena, B * K, sizeof(rn_real));
}

static RnAdapt
measure(const RnModel *model, int steps)
{
	RnAdapt		adapt = {.model = model,.steps = rn_adapt_steps(model, steps),.part = rn_fit_part(model->window)};

	lay_out(&adapt);
	return adapt;
}

RnCode
rn_adapt_create(RnHost *host, const RnModel *model, int steps, RnAdapt *adapt)
{
	*adapt = measure(model, steps);
	RN_TRY(rn_arena_allocate(host, &adapt->arena));
	lay_out(adapt);
	for (int k = 1; k <= adapt->steps; k++)
		adapt->expected[k - 1] = expected_error(model, k);
	if (model->method == RN_METHOD_LOCAL)
		return rn_outlook_create(host, model, adapt->part, adapt->steps, &adapt->outlook);
	return RN_OK;
}

void
rn_adapt_free(RnHost *host, RnAdapt *adapt)
{
	rn_outlook_free(host, &adapt->outlook);
	rn_arena_free(host, &adapt->arena);
	*adapt = (RnAdapt) {0};
}

size_t
rn_adapt_bytes(const RnModel *model, int steps)
{
	RnAdapt		adapt = measure(model, steps);
	size_t		B = (size_t) adapt.part;
	size_t		bytes = rn_arena_bytes(&adapt.arena);
	size_t		path = ((size_t) model->window + (size_t) adapt.steps) * B * sizeof(rn_real);
	size_t		run = model->method == RN_METHOD_LOCAL ? rn_outlook_bytes(model, adapt.part, adapt.steps)
		: rn_tape_bytes(&model->network.spec, model->window, adapt.part, false) + path;

	return __builtin_add_overflow(bytes, run, &bytes) ? SIZE_MAX : bytes;
}

/* Forecasts [count][K] of rows first .. first + count - 1 and on, each from all rows before it, by RN_METHOD_LOCAL. */
static RnCode
forecast_local(RnHost *host, RnAdapt *adapt, const RnNews *news, size_t first, int count)
{
	RnHistory	history[RN_FIT_PART] = {{0}};
	size_t		K = (size_t) adapt->steps;

	for (int b = 0; b < count; b++)
		history[b] = (RnHistory) {news->rows.value + news->view.start, first + (size_t) b, news->view.faster};
	RN_TRY(rn_outlook_run(host, &adapt->outlook, history, count, false));
	for (int b = 0; b < count; b++)
		RN_TRY(rn_outlook_values(host, &adapt->outlook, b, adapt->steps, adapt->forecast + (size_t) b * K, NULL));
	return RN_OK;
}

/* The same by windows. */
static RnCode
forecast_windows(RnHost *host, RnAdapt *adapt, const RnNews *news, size_t first, int count)
{
	const RnModel *model = adapt->model;
	RnView		view[RN_FIT_PART];
	size_t		K = (size_t) adapt->steps;

	for (int b = 0; b < count; b++)
	{
		view[b] = news->view;
		view[b].row = news->view.start + first + (size_t) b - (size_t) model->window;
	}
	RN_TRY(rn_forecast_scaled(host, model, &news->rows, view, count, adapt->steps, adapt->scaled));
	for (size_t i = 0; i < (size_t) count * K; i++)
	{
		double		value = rn_transform_invert(&news->view.transform, (double) adapt->scaled[i]);

		if (!isfinite(value))
			return rn_outlook_not_finite(host, (int) (i % K) + 1);
		adapt->forecast[i] = rn_model_bound(model, value);
	}
	return RN_OK;
}

/*
 * Errors of the rows first .. n - 1, step by step: [K][RN_ADAPT_ROWS], those of row
 * first + i at i.  Origins that no forecast can be made from have none.
 */
static RnCode
collect_errors(RnHost *host, RnAdapt *adapt, const RnNews *news, size_t first, size_t n)
{
	size_t		K = (size_t) adapt->steps;

	for (size_t i = 0; i < K * RN_ADAPT_ROWS; i++)
		adapt->error[i] = NAN;
	for (size_t at = first; at < n; at += (size_t) adapt->part)
	{
		int			count = (int) (n - at < (size_t) adapt->part ? n - at : (size_t) adapt->part);
		RnCode		code;

		RN_TRY(rn_poll(host));
		code = adapt->model->method == RN_METHOD_LOCAL ? forecast_local(host, adapt, news, at, count)
			: forecast_windows(host, adapt, news, at, count);
		if (code == RN_DIVERGED || code == RN_INVALID_DATA)
			continue;			/* nobody asked for these */
		RN_TRY(code);
		for (size_t b = 0; b < (size_t) count; b++)
			for (size_t k = 0; k < K && at + b + k < n; k++)
				adapt->error[k * RN_ADAPT_ROWS + at + b + k - first] =
					error_at(adapt->model, news, at + b + k, adapt->forecast[b * K + k]);
	}
	return RN_OK;
}

RnCode
rn_adapt_learn(RnHost *host, RnAdapt *adapt, const RnNews *news, double unit, double level, double *width)
{
	const RnModel *model = adapt->model;
	size_t		n = news->view.end - news->view.start;
	size_t		first = first_row(model, n, news->fresh);
	size_t		count = first < n ? n - first : 0;
	double		sorted[RN_ADAPT_ROWS];
	double		factor = 1;

	if (count > 0)
		RN_TRY(collect_errors(host, adapt, news, first, n));
	for (int k = 1; k <= adapt->steps; k++)
	{
		const double *error = adapt->error + (size_t) (k - 1) * RN_ADAPT_ROWS;
		double		expected = adapt->expected[k - 1];

		RN_TRY(rn_poll(host));
		factor = next_factor(factor, k, expected * unit, error, count);
		width[k - 1] = factor * pooled_width(model, k, level, sorted, sort_known(error, count, sorted), factor * unit, expected);
		if (k > 1)
			width[k - 1] = fmax(width[k - 1], width[k - 2]);
	}
	return RN_OK;
}

RnCode
rn_adapt_predicted(RnHost *host, const RnModel *model, const RnNews *news, double level, const double *predicted,
				   double *unit)
{
	size_t		n = news->view.end - news->view.start;
	size_t		old = n - (news->fresh < n ? news->fresh : n);
	double		stored = rn_interval_width(model, level, 1);
	double		expected = expected_error(model, 1);
	double		error[RN_ADAPT_ROWS];
	double		sorted[RN_ADAPT_ROWS];	/* those that are known */
	size_t		count = 0;
	size_t		known = 0;

	for (size_t i = (size_t) rn_model_first_predicted(model); i < n; i++)
	{
		double		factor = next_factor(1, 1, expected * unit[i], error, count);

		RN_TRY(rn_poll(host));
		unit[i] *= count == 0 ? stored
			: factor * pooled_width(model, 1, level, sorted, known, factor * unit[i], expected);
		if (i < old)
			continue;
		if (count == RN_ADAPT_ROWS)
		{
			if (!isnan(error[0]))
				take_out(sorted, &known, error[0]);
			memmove(error, error + 1, --count * sizeof(double));
		}
		error[count] = error_at(model, news, i, predicted[i]);
		if (!isnan(error[count]))
			put_in(sorted, &known, error[count]);
		count++;
	}
	return RN_OK;
}
