/*
 * window.c
 *		Sliding windows over one series, scaled and gathered into batches.
 *
 * Batches are time-major, [T][B]: a step of the network reads one row of B
 * numbers.  So the gathering walks time outside and samples inside: writes go
 * straight on, and the B places that are read from move on together, each
 * cache line of theirs staying for as many steps as it holds numbers.
 */
#include "series/window.h"

#include "base/vector.h"

size_t
rn_windows_count(size_t n, int window, int horizon)
{
	size_t		span;

	if (window < 1 || horizon < 0)
		return 0;
	span = (size_t) window + (size_t) horizon;
	return n < span ? 0 : n - span + 1;
}

/* One time step of B samples; step is that of sample 0. */
RN_VECTOR static void
gather_step(const double *step, const uint32_t *index, int B, const RnTransform *transform, rn_real *x)
{
	RnTransform by = *transform;

	for (int b = 0; b < B; b++)
		x[b] = (rn_real) rn_transform_apply(&by, step[index[b]]);
}

void
rn_windows_gather(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	const RnWindows *windows = source;
	size_t		T = (size_t) windows->window;
	size_t		O = (size_t) windows->horizon;

	for (size_t t = 0; t < T; t++)
		gather_step(windows->value + t, index, B, windows->transform, x + t * (size_t) B);
	for (size_t b = 0; b < (size_t) B; b++)
		for (size_t o = 0; o < O; o++)
			target[b * O + o] = (rn_real) rn_transform_apply(windows->transform,
															 windows->value[index[b] + T + o]);
}
