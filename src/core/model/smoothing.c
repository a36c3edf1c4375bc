/*
 * smoothing.c
 *		Levels that learn.
 *
 * Each series is drawn a few dozen times in a training, so it has Adam's moments
 * and their corrections of its own (Kingma & Ba 2015), which count the times
 * that it was drawn, and steps that are far longer than those of weights.
 */
#include "model/smoothing.h"

#include <math.h>
#include <string.h>

/* The longest step, of a logit. */
#define RATE		0.03
#define BETA_1		0.9
#define BETA_2		0.999
#define EPSILON		1e-7

/* A logit goes no farther from where least squares have it. */
#define FARTHEST	RN_SMOOTHING_FARTHEST

/* Of more rows even the slowest level knows nothing any more. */
#define MOST_ROWS ((size_t) 65536)

#define SERIES_PER_POLL ((size_t) 1 << 20)

/* Over an arena without a block this only measures. */
static void
lay_out(RnSmoothing *smoothing, RnArena *arena)
{
	size_t		S = smoothing->count;
	size_t		B = (size_t) smoothing->batch;

	smoothing->faster = rn_arena_take(arena, S, sizeof(double));
	smoothing->grad = rn_arena_take(arena, S, sizeof(double));
	smoothing->m = rn_arena_take(arena, S, sizeof(double));
	smoothing->v = rn_arena_take(arena, S, sizeof(double));
	smoothing->updates = rn_arena_take(arena, S, sizeof(uint32_t));
	smoothing->series = rn_arena_take(arena, B, sizeof(uint32_t));
	smoothing->change = rn_arena_take(arena, B, sizeof(uint32_t));
	smoothing->slope = rn_arena_take(arena, B * (size_t) smoothing->steps, sizeof(rn_real));
	smoothing->row = rn_arena_take(arena, smoothing->lookback, sizeof(rn_real));
}

static RnSmoothing
shaped(const RnLocalSpec *spec, size_t count, int batch, int steps)
{
	size_t		lookback = (size_t) spec->lookback;

	return (RnSmoothing) {
		.count = count,.batch = batch,.steps = steps,.lookback = lookback < MOST_ROWS ? lookback : MOST_ROWS
	};
}

size_t
rn_smoothing_bytes(const RnLocalSpec *spec, size_t count, int batch, int steps)
{
	RnSmoothing smoothing = shaped(spec, count, batch, steps);
	RnArena		arena = {0};

	lay_out(&smoothing, &arena);
	return rn_arena_bytes(&arena);
}

RnCode
rn_smoothing_create(RnHost *host, const RnLocalSpec *spec, size_t count, int batch, int steps, RnSmoothing *smoothing)
{
	*smoothing = shaped(spec, count, batch, steps);
	lay_out(smoothing, &smoothing->arena);
	RN_TRY(rn_arena_allocate(host, &smoothing->arena));
	lay_out(smoothing, &smoothing->arena);
	for (size_t s = 0; s < count; s++)
	{
		if (s % SERIES_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		smoothing->faster[s] = smoothing->grad[s] = smoothing->m[s] = smoothing->v[s] = 0;
		smoothing->updates[s] = 0;
	}
	return RN_OK;
}

void
rn_smoothing_free(RnHost *host, RnSmoothing *smoothing)
{
	rn_arena_free(host, &smoothing->arena);
	*smoothing = (RnSmoothing) {0};
}

RnCode
rn_smoothing_load(RnHost *host, RnSmoothing *smoothing, const rn_real *from, size_t stride)
{
	for (size_t s = 0; s < smoothing->count; s++)
	{
		if (s % SERIES_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		smoothing->faster[s] = (double) from[s * stride];
	}
	return RN_OK;
}

RnCode
rn_smoothing_store(RnHost *host, const RnSmoothing *smoothing, rn_real *to, size_t stride)
{
	for (size_t s = 0; s < smoothing->count; s++)
	{
		if (s % SERIES_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		to[s * stride] = (rn_real) smoothing->faster[s];
	}
	return RN_OK;
}

RnCode
rn_smoothing_collect(RnHost *host, const rn_real *from, size_t stride, size_t S, size_t members, rn_real *to)
{
	for (size_t i = 0; i < members; i++)
	{
		double		sum = 0;

		for (size_t s = 0; s < S; s++)
		{
			if (s % SERIES_PER_POLL == 0)
				RN_TRY(rn_poll(host));
			sum += (double) (to[s * members + i] = from[s * stride + i]);
		}
		to[S * members + i] = (rn_real) (sum / (double) S);
	}
	return RN_OK;
}

void
rn_smoothing_use(RnSmoothing *smoothing, int b, size_t s, RnLocal *local, size_t end, int stride)
{
	size_t		first = end + 1 > smoothing->lookback ? end + 1 - smoothing->lookback : 0;
	size_t		J = (size_t) smoothing->steps;
	double		alpha = rn_local_faster(local, smoothing->faster[s]);
	double		by_logit = alpha * (1 - alpha);
	rn_real    *slope = smoothing->slope + (size_t) b * J;

	smoothing->series[b] = (uint32_t) s;
	memset(slope, 0, J * sizeof(rn_real));
	if (isnan(alpha))
		return;
	rn_local_smooth(local, alpha, first, end, smoothing->row);
	for (size_t j = 0; j < J && j * (size_t) stride <= end - first; j++)
		slope[J - 1 - j] = (rn_real) (by_logit * (double) smoothing->row[end - first - j * (size_t) stride]);
}

void
rn_smoothing_backward(RnSmoothing *smoothing, int b, const double *by_level)
{
	size_t		J = (size_t) smoothing->steps;
	const rn_real *slope = smoothing->slope + (size_t) b * J;

	smoothing->change[smoothing->changed++] = smoothing->series[b];
	for (size_t j = 0; j < J; j++)
		smoothing->grad[smoothing->series[b]] += by_level[j] * (double) slope[j];
}

/* Kingma & Ba, "Adam: a method for stochastic optimization", 2015. */
static void
step(RnSmoothing *smoothing, size_t s, double rate)
{
	double		g = smoothing->grad[s];
	double		t = ++smoothing->updates[s];
	double		m = smoothing->m[s] = BETA_1 * smoothing->m[s] + (1 - BETA_1) * g;
	double		v = smoothing->v[s] = BETA_2 * smoothing->v[s] + (1 - BETA_2) * g * g;
	double		faster = smoothing->faster[s];

	faster -= rate * (m / (1 - pow(BETA_1, t))) / (sqrt(v / (1 - pow(BETA_2, t))) + EPSILON);
	smoothing->faster[s] = fmin(fmax(faster, -FARTHEST), FARTHEST);
	smoothing->grad[s] = 0;
}

void
rn_smoothing_step(RnSmoothing *smoothing, double pace)
{
	for (int i = 0; i < smoothing->changed; i++)
		if (smoothing->grad[smoothing->change[i]] != 0)	/* else it had its step, or none is due */
			step(smoothing, smoothing->change[i], pace * RATE);
	smoothing->changed = 0;
}
