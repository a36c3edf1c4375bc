/*
 * dense.h
 *		The output head: a linear layer.
 *
 * x [B][H], kernel [H][O], bias [O], y [B][O].
 */
#ifndef RN_DENSE_H
#define RN_DENSE_H

#include "base/host.h"

/* y = x W + b */
extern RnCode rn_dense_forward(RnHost *host, const rn_real *x, const rn_real *kernel,
							   const rn_real *bias, rn_real *y, int B, int H, int O);

/* Overwrites dx from dy, and dkernel and dbias too, or adds to these (add). */
extern RnCode rn_dense_backward(RnHost *host, const rn_real *x, const rn_real *kernel,
								const rn_real *dy, bool add, rn_real *dx, rn_real *dkernel,
								rn_real *dbias, int B, int H, int O);

#endif							/* RN_DENSE_H */
