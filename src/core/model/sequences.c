/*
 * sequences.c
 *		Sequences of windows, gathered into batches.
 */
#include "model/sequences.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

/* Targets are kept within so many scales: a network can learn nothing from farther ones. */
#define FARTHEST	100

/* The row of step j of a sequence that ends at row end; negative: before the series. */
static ptrdiff_t
row_of(size_t end, int j, int steps, int stride)
{
	return (ptrdiff_t) end - (ptrdiff_t) stride * (steps - 1 - j);
}

void
rn_sequences_inputs(const RnLocalSpec *spec, const RnLocal *local, size_t end, size_t first,
					int steps, int stride, rn_real *x, size_t stride_x)
{
	for (int j = 0; j < steps; j++, x += stride_x)
	{
		ptrdiff_t	t = row_of(end, j, steps, stride);

		if (t < (ptrdiff_t) first)
			memset(x, 0, (size_t) rn_local_inputs(spec) * sizeof(rn_real));
		else
			rn_local_input(spec, local, (size_t) t, x);
	}
}

/* What follows row t, as far as it is known. */
static void
put_targets(const RnSequences *s, const RnLocal *local, ptrdiff_t t, size_t first, rn_real *target)
{
	size_t		O = (size_t) s->horizon;
	size_t		known = t < (ptrdiff_t) first ? 0 : local->n - 1 - (size_t) t;

	known = known < O ? known : O;
	for (size_t k = 0; k < known; k++)
	{
		double		base = rn_local_base(s->spec, local, (size_t) t, (int) k + 1);
		double		scales = ((double) local->x[(size_t) t + 1 + k] - base) / local->scale;

		scales = scales > FARTHEST ? FARTHEST : scales;
		target[k] = (rn_real) (scales < -FARTHEST ? -FARTHEST : scales);
	}
	for (size_t k = known; k < O; k++)
		target[k] = (rn_real) NAN;
}

/* The series of a sequence, and the row that it ends at. */
static RnLocal *
draw(const RnSequences *s, uint32_t number, size_t *first, size_t *end)
{
	RnPermutation order = rn_rng_permutation(s->seed, rn_rng_stream(RN_RANDOM_SERIES, number / s->count), s->count);
	RnLocal    *local = &s->local[rn_rng_permuted(&order, (uint32_t) (number % s->count))];
	size_t		last = local->n > 1 ? local->n - 2 : 0;
	size_t		least;

	*first = rn_local_first(s->spec, local->n);
	least = *first + (size_t) s->stride * (size_t) (s->steps - 1);
	if (least > last)
		least = last;
	*end = least + (size_t) (rn_rng_uniform(s->seed, rn_rng_stream(RN_RANDOM_END, 0), number)
							 * (double) (last - least + 1));
	return local;
}

void
rn_sequences_gather(const void *source, const uint32_t *number, int B, rn_real *x, rn_real *target)
{
	const RnSequences *s = source;
	size_t		I = (size_t) rn_local_inputs(s->spec);
	size_t		O = (size_t) s->horizon;

	for (size_t b = 0; b < (size_t) B; b++)
	{
		size_t		first;
		size_t		end;
		RnLocal    *local = draw(s, number[b], &first, &end);

		if (s->smoothing != NULL)
			rn_smoothing_use(s->smoothing, (int) b, (size_t) (local - s->local), local, end, s->stride);
		rn_sequences_inputs(s->spec, local, end, first, s->steps, s->stride, x + b * I, (size_t) B * I);
		for (int j = 0; j < s->steps; j++)
			put_targets(s, local, row_of(end, j, s->steps, s->stride), first,
						target + ((size_t) j * (size_t) B + b) * O);
	}
}

/* The gradient of the loss by the level of a row: of what is seen there, and of the base that targets are beside. */
static double
by_level(const RnSequences *s, const RnLocal *local, const rn_real *x, const rn_real *dx,
		 const rn_real *target, const rn_real *dy)
{
	double		sum = 0;

	for (int k = 0; k < s->horizon; k++)
		if (target[k] > -FARTHEST && target[k] < FARTHEST)
			sum += (double) dy[k];
	return rn_local_input_backward(s->spec, local, x, dx) + sum * rn_local_base_by_level(local) / local->scale;
}

void
rn_sequences_backward(const void *source, int B, const rn_real *x, const rn_real *dx,
					  const rn_real *target, const rn_real *dy)
{
	const RnSequences *s = source;
	size_t		I = (size_t) rn_local_inputs(s->spec);
	size_t		O = (size_t) s->horizon;

	for (int b = 0; b < B; b++)
	{
		const RnLocal *local = &s->local[s->smoothing->series[b]];
		double		by[RN_LOCAL_MAX_STEPS];

		for (int j = 0; j < s->steps; j++)
		{
			size_t		at = (size_t) j * (size_t) B + (size_t) b;

			by[j] = by_level(s, local, x + at * I, dx + at * I, target + at * O, dy + at * O);
		}
		rn_smoothing_backward(s->smoothing, b, by);
	}
}

void
rn_sequences_step(const void *source, double pace)
{
	rn_smoothing_step(((const RnSequences *) source)->smoothing, pace);
}
