/*
 * simple_kernel.h
 *		The elementwise part of SimpleRNN's way back; kernel of cell_simple.c.
 */
#include "base/vector_math.h"
#include "nn/activation_kernel.h"

RN_INLINE void
RN_NAME(backward_columns) (const bool whole, int n, RnActivation activation, rn_real *da,
						   const rn_real *dh, const rn_real *h, rn_real *sum)
{
	VEC			d = GET(dh) * vslope(activation, GET(h));

	PUT(da, d);
	ADD(sum, d);
}

/* da = dh * f'(a), from h = f(a), and added up in sum; all [n]. */
static RN_TARGET void
RN_NAME(backward_step) (RnActivation activation, rn_real *da, const rn_real *dh, const rn_real *h,
						rn_real *sum, size_t n)
{
	size_t		i = 0;

	for (; i + RN_LANES <= n; i += RN_LANES)
		RN_NAME(backward_columns) (true, RN_LANES, activation, da + i, dh + i, h + i, sum + i);
	if (i < n)
		RN_NAME(backward_columns) (false, (int) (n - i), activation, da + i, dh + i, h + i, sum + i);
}
