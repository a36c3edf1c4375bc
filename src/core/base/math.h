/*
 * math.h
 *		Activations and elementwise kernels, vectorised by the compiler and
 *		dispatched at run time.
 */
#ifndef RN_MATH_H
#define RN_MATH_H

#include "base/vector.h"

/*
 * In place over x [n].  Float kernels: at most 3 ulp off the true
 * value (test/unit/test_base.c measures); the double build uses libm.
 */
extern void rn_math_sigmoid(rn_real *x, size_t n);
extern void rn_math_tanh(rn_real *x, size_t n);
extern void rn_math_relu(rn_real *x, size_t n);

/* x [rows][n] = bias [n] in every row. */
extern void rn_math_fill_rows(rn_real *x, const rn_real *bias, size_t rows, size_t n);

/* sum [n] += the rows of x [rows][n], rows ld apart. */
extern void rn_math_add_rows(rn_real *sum, const rn_real *x, size_t rows, size_t n, size_t ld);

/* z = x + y, elementwise [n]; z may be x. */
extern void rn_math_add(rn_real *z, const rn_real *x, const rn_real *y, size_t n);

/* y = x * mask, elementwise [n]; y may be x. */
extern void rn_math_multiply(rn_real *y, const rn_real *x, const rn_real *mask, size_t n);

/* Sum of squares of x [n], in double. */
extern double rn_math_square_sum(const rn_real *x, size_t n);
extern void rn_math_scale(rn_real *x, rn_real factor, size_t n);

/* The vector level that runs: "x86-64-v4", "x86-64-v3", "baseline". */
extern const char *rn_math_path(void);

#endif							/* RN_MATH_H */
