/*
 * local.c
 *		A series taken apart.
 */
#include "model/local.h"

#include <math.h>
#include <string.h>

#include "base/vector.h"
#include "series/box_cox.h"
#include "series/season.h"
#include "series/smooth.h"

/* A spread below so much of the typical one counts as that much. */
#define LEAST_SPREAD 0.05

/* Errors are counted in at least this: smaller spreads are those of perfect seasons. */
#define LEAST_UNIT	1e-6

/*
 * How much of the scale is the series' own spread: as a power.  With two seasons
 * it is that of changes from day to day, say, and tells more of what is to come.
 */
#define OWN_SCALE	0.25
#define OWN_SCALE_TWO_SEASONS 0.45

/* Rows that are far from the newest may be anything: not beyond what floats can be squared. */
#define LARGEST		1e15
#define ROWS_PER_POLL ((size_t) 65536)

/* Of alphas that networks learn. */
#define LARGEST_LOGIT 6

/* What a network sees is kept within so many scales. */
#define FARTHEST	20

size_t
rn_local_phases(const RnLocalSpec *spec)
{
	return (size_t) (spec->outer > spec->season ? spec->outer : spec->season);
}

RnCode
rn_local_scratch(RnHost *host, const RnLocalSpec *spec, RnLocalScratch *scratch)
{
	size_t		q = (size_t) spec->lookback;

	RN_TRY(rn_alloc(host, q + rn_season_scratch(q), sizeof(double), (void **) &scratch->x));
	scratch->work = scratch->x + q;
	return RN_OK;
}

void
rn_local_scratch_free(RnHost *host, RnLocalScratch *scratch)
{
	rn_free(host, scratch->x);
	*scratch = (RnLocalScratch) {0};
}

double
rn_local_number(const RnLocalSpec *spec, const RnLocal *local, double value)
{
	if (spec->lambda == 0 && !(value > 0))
		value = local->least;
	return rn_box_cox(spec->lambda, value / local->unit) - local->centre;
}

double
rn_local_value(const RnLocalSpec *spec, const RnLocal *local, double number)
{
	return rn_box_cox_invert(spec->lambda, number + local->centre) * local->unit;
}

static RnCode
not_positive(RnHost *host)
{
	rn_fail(host, RN_INVALID_DATA, "none of the newest values of a series is positive, and the model counts in logarithms");
	return rn_fail_hint(host, "Train a model anew on rows like these, or with option \"transform\" set to \"none\".");
}

/* The newest q values as numbers around 0; least is 0 where none has a logarithm. */
static void
take_numbers(const RnLocalSpec *spec, const double *value, size_t q, RnLocal *local, double *x)
{
	double		magnitude = 0;
	double		least = INFINITY;
	double		sum = 0;

	for (size_t t = 0; t < q; t++)
	{
		magnitude += fabs(value[t]) / (double) q;
		if (value[t] > 0 && value[t] < least)
			least = value[t];
	}
	local->least = spec->lambda == 0 && isinf(least) ? 0 : least;
	local->unit = spec->lambda > 0 && magnitude > 0 ? magnitude : 1;
	local->centre = 0;
	if (local->least == 0)
		return;
	for (size_t t = 0; t < q; t++)
		sum += x[t] = rn_local_number(spec, local, value[t]);
	local->centre = sum / (double) q;
	for (size_t t = 0; t < q; t++)
		x[t] -= local->centre;
}

/* The mean change over so many rows. */
static double
mean_change(const double *x, size_t n, size_t rows)
{
	double		sum = 0;

	if (n <= rows)
		return 0;
	for (size_t t = rows; t < n; t++)
		sum += fabs(x[t] - x[t - rows]);
	return sum / (double) (n - rows);
}

/* The level of row t, the last that is there. */
static void
put_level(const RnLocalSpec *spec, RnLocal *local, size_t t)
{
	if (!isnan(local->alpha))
	{
		double		before = t > 0 ? (double) local->level[t - 1] : (double) local->x[t];

		local->level[t] = (rn_real) (before + local->alpha * ((double) local->x[t] - before));
	}
	else
	{
		size_t		season = (size_t) spec->season;
		size_t		m = season < t + 1 ? season : t + 1;

		local->sum = (t > 0 ? local->sum : 0) + (double) local->x[t] - (t >= season ? (double) local->x[t - season] : 0);
		if (t % season == 0)	/* rounding does not add up */
		{
			local->sum = 0;
			for (size_t i = t + 1 - m; i <= t; i++)
				local->sum += (double) local->x[i];
		}
		local->level[t] = (rn_real) (local->sum / (double) m);
	}
}

static rn_real
limited(double x)
{
	return (rn_real) fmin(fmax(x, -LARGEST), LARGEST);
}

RnCode
rn_local_fit(RnHost *host, const RnLocalSpec *spec, const double *value, size_t n,
			 RnLocalScratch *scratch, RnLocal *local)
{
	size_t		q = n < (size_t) spec->lookback ? n : (size_t) spec->lookback;
	double	   *x = scratch->x;
	bool		two;

	local->n = n;
	take_numbers(spec, value + n - q, q, local, x);
	if (local->least == 0)
		return not_positive(host);
	local->cycle = rn_season_indices(x, q, spec->season, spec->outer, local->index, scratch->work);
	local->phase = 0;
	if (local->cycle > 1)
		local->phase = (size_t) local->cycle - (n - q) % (size_t) local->cycle;
	two = spec->outer > 0 && local->cycle == spec->outer;
	if (two)
		local->spread = mean_change(x, q, (size_t) spec->season);
	for (size_t t = 0; t < q; t++)
		x[t] -= rn_local_season(local, n - q + t);
	if (!two)
		local->spread = mean_change(x, q, 1);
	local->alpha = two ? (double) NAN : rn_smooth_alpha(x, q);

	for (size_t t = 0; t < n; t++)
	{
		double		number = rn_local_number(spec, local, value[t]) - rn_local_season(local, t);

		if (t % ROWS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		local->x[t] = limited(number);
		put_level(spec, local, t);
	}
	rn_local_rescale(spec, local);
	return RN_OK;
}

void
rn_local_rescale(const RnLocalSpec *spec, RnLocal *local)
{
	double		typical = fmax(spec->typical_spread, RN_NO_SPREAD);
	double		own = fmax(local->spread, LEAST_SPREAD * typical);
	double		power = isnan(local->alpha) ? OWN_SCALE_TWO_SEASONS : OWN_SCALE;

	local->scale = pow(own, power) * pow(typical, 1 - power);
}

double
rn_local_unit(const RnLocalSpec *spec, const RnLocal *local)
{
	return pow(local->unit, spec->lambda);
}

double
rn_local_error_unit(const RnLocalSpec *spec, const RnLocal *local)
{
	return fmax(local->spread, fmax(LEAST_SPREAD * spec->typical_spread, LEAST_UNIT)) * rn_local_unit(spec, local);
}

void
rn_local_append(const RnLocalSpec *spec, RnLocal *local, double x)
{
	local->x[local->n] = limited(x);
	put_level(spec, local, local->n++);
}

double
rn_local_faster(const RnLocal *local, double faster)
{
	double		logit = log(local->alpha / (1 - local->alpha)) + faster;

	if (isnan(logit))
		return NAN;
	return 1 / (1 + exp(-fmin(fmax(logit, -LARGEST_LOGIT), LARGEST_LOGIT)));
}

/*
 * Of l_t = l_{t-1} + alpha (x_t - l_{t-1}) the derivative by alpha is
 *		d_t = (1 - alpha) d_{t-1} + x_t - l_{t-1}.
 */
void
rn_local_smooth(RnLocal *local, double alpha, size_t first, size_t last, rn_real *slope)
{
	double		level = (double) local->x[first];
	double		d = 0;

	for (size_t t = first; t <= last; t++)
	{
		double		news = (double) local->x[t] - level;

		d = (1 - alpha) * d + news;
		level += alpha * news;
		local->level[t] = (rn_real) level;
		if (slope != NULL)
			slope[t - first] = (rn_real) d;
	}
}

/* Numbers [n] less a level, in scales. */
RN_VECTOR static void
scale_numbers(const rn_real *x, size_t n, rn_real level, rn_real per_scale, rn_real *scaled)
{
	for (size_t i = 0; i < n; i++)
	{
		rn_real		seen = (x[i] - level) * per_scale;

		seen = seen > FARTHEST ? FARTHEST : seen;
		scaled[i] = seen < -FARTHEST ? -FARTHEST : seen;
	}
}

void
rn_local_input(const RnLocalSpec *spec, const RnLocal *local, size_t t, rn_real *input)
{
	size_t		W = (size_t) spec->window;
	size_t		before = t + 1 < W ? W - 1 - t : 0;	/* steps before the first row */
	rn_real		level = local->level[t];
	rn_real		per_scale = (rn_real) (1 / local->scale);
	double		typical = fmax(spec->typical_spread, RN_NO_SPREAD);

	scale_numbers(local->x, 1, level, per_scale, input);
	for (size_t i = 1; i < before; i++)
		input[i] = input[0];
	scale_numbers(local->x + (t + 1 + before - W), W - before, level, per_scale, input + before);
	input[W] = (rn_real) log(fmax(local->spread, LEAST_SPREAD * typical) / typical);
}

double
rn_local_input_backward(const RnLocalSpec *spec, const RnLocal *local, const rn_real *input, const rn_real *by_input)
{
	double		sum = 0;

	for (int i = 0; i < spec->window; i++)
		if (input[i] > -FARTHEST && input[i] < FARTHEST)
			sum += (double) by_input[i];
	return -sum / local->scale;
}
