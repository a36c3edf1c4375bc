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
static const RnLocal *
draw(const RnSequences *s, uint32_t number, size_t *first, size_t *end)
{
	RnPermutation order = rn_rng_permutation(s->seed, rn_rng_stream(RN_RANDOM_SERIES, number / s->count), s->count);
	const RnLocal *local = &s->local[rn_rng_permuted(&order, (uint32_t) (number % s->count))];
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
		const RnLocal *local = draw(s, number[b], &first, &end);

		rn_sequences_inputs(s->spec, local, end, first, s->steps, s->stride, x + b * I, (size_t) B * I);
		for (int j = 0; j < s->steps; j++)
			put_targets(s, local, row_of(end, j, s->steps, s->stride), first,
						target + ((size_t) j * (size_t) B + b) * O);
	}
}
