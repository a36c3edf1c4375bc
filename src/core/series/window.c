/*
 * window.c
 *		Sliding windows over one scaled series, gathered into batches.
 *
 * Batches are time-major, [T][B]: a step of the network reads one row of B
 * numbers.  So the gathering walks time outside and samples inside: writes go
 * straight on, and the B places that are read from move on together, each
 * cache line of theirs staying for as many steps as it holds numbers.
 */
#include "series/window.h"

#include <string.h>

size_t
rn_windows_count(size_t n, int window, int horizon)
{
	size_t		span;

	if (window < 1 || horizon < 0)
		return 0;
	span = (size_t) window + (size_t) horizon;
	return n < span ? 0 : n - span + 1;
}

void
rn_windows_gather(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	const RnWindows *windows = source;
	size_t		T = (size_t) windows->window;
	size_t		O = (size_t) windows->horizon;

	for (size_t t = 0; t < T; t++)
	{
		const rn_real *step = windows->value + t;

		for (int b = 0; b < B; b++)
			*x++ = step[index[b]];
	}
	if (O == 0)
		return;
	for (int b = 0; b < B; b++)
		memcpy(target + (size_t) b * O, windows->value + index[b] + T, O * sizeof(rn_real));
}
