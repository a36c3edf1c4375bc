/*
 * dense.c
 *		The output head: y = x W + b.
 */
#include "nn/dense.h"

#include <string.h>

#include "base/gemm.h"
#include "base/math.h"

RnCode
rn_dense_forward(RnHost *host, const rn_real *x, const rn_real *kernel, const rn_real *bias,
				 rn_real *y, int B, int H, int O)
{
	rn_math_fill_rows(y, bias, (size_t) B, (size_t) O);
	return rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) B, (size_t) O, (size_t) H,
				   x, (size_t) H, kernel, (size_t) O, 1, y, (size_t) O);
}

RnCode
rn_dense_backward(RnHost *host, const rn_real *x, const rn_real *kernel, const rn_real *dy,
				  bool add, rn_real *dx, rn_real *dkernel, rn_real *dbias, int B, int H, int O)
{
	RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, (size_t) H, (size_t) O, (size_t) B,
				   x, (size_t) H, dy, (size_t) O, add, dkernel, (size_t) O));
	if (!add)
		memset(dbias, 0, (size_t) O * sizeof(rn_real));
	rn_math_add_rows(dbias, dy, (size_t) B, (size_t) O, (size_t) O);
	return rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, (size_t) B, (size_t) H, (size_t) O,
				   dy, (size_t) O, kernel, (size_t) O, 0, dx, (size_t) H);
}
