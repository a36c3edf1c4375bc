/*
 * math.c
 *		Activations and elementwise loops.
 *
 * Activations are kernels (math_kernel.h); the rest are plain loops without
 * branches, which gcc turns into vector code for every level of RN_VECTOR.
 * Compiled with -fno-math-errno and -fno-trapping-math (not -ffast-math):
 * these only say that nobody looks at errno or at the floating-point flags.
 */
#include "base/math.h"

#include <math.h>
#include <string.h>

#define RN_KERNELS "base/math_kernel.h"
#include "base/vector_foreach.h"

void
rn_math_sigmoid(rn_real *x, size_t n)
{
	RN_KERNEL(sigmoid)(x, n);
}

void
rn_math_tanh(rn_real *x, size_t n)
{
	RN_KERNEL(tanh)(x, n);
}

RN_VECTOR void
rn_math_relu(rn_real *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] > 0 ? x[i] : 0;
}

void
rn_math_fill_rows(rn_real *x, const rn_real *bias, size_t rows, size_t n)
{
	for (size_t r = 0; r < rows; r++)
		memcpy(x + r * n, bias, n * sizeof(rn_real));
}

RN_VECTOR void
rn_math_add_rows(rn_real *sum, const rn_real *x, size_t rows, size_t n, size_t ld)
{
	for (size_t r = 0; r < rows; r++)
	{
		const rn_real *row = x + r * ld;

		for (size_t i = 0; i < n; i++)
			sum[i] += row[i];
	}
}

RN_VECTOR void
rn_math_add(rn_real *z, const rn_real *x, const rn_real *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		z[i] = x[i] + y[i];
}

RN_VECTOR void
rn_math_multiply(rn_real *y, const rn_real *x, const rn_real *mask, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] * mask[i];
}

/* In a fixed number of lanes, so that the order of additions is our own. */
#define SUM_LANES 8

RN_VECTOR double
rn_math_square_sum(const rn_real *x, size_t n)
{
	double		lane[SUM_LANES] = {0};
	double		sum = 0;
	size_t		i = 0;

	for (; i + SUM_LANES <= n; i += SUM_LANES)
		for (int j = 0; j < SUM_LANES; j++)
			lane[j] += (double) x[i + j] * (double) x[i + j];
	for (; i < n; i++)
		sum += (double) x[i] * (double) x[i];
	for (int j = 0; j < SUM_LANES; j++)
		sum += lane[j];
	return sum;
}

RN_VECTOR void
rn_math_scale(rn_real *x, rn_real factor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] *= factor;
}

const char *
rn_math_path(void)
{
	static const char *const names[] = {"baseline", "x86-64-v3", "x86-64-v4"};

	return names[rn_vector_level()];
}
