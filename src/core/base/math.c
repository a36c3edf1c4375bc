/*
 * math.c
 *		Activations and elementwise kernels.
 *
 * Plain loops without branches, which gcc turns into vector code for every
 * level that RN_VECTOR names.  Compiled with -fno-math-errno and
 * -fno-trapping-math (not -ffast-math): these only say that nobody looks at
 * errno or at the floating-point flags.
 */
#include "base/math.h"

#include <math.h>
#include <string.h>

#ifdef RN_REAL_DOUBLE

static inline rn_real
real_exp(rn_real x)
{
	return exp(x);
}

static inline rn_real
real_tanh(rn_real x)
{
	return tanh(x);
}

#else

/*
 * exp(x) = 2^n exp(r), n = round(x / ln 2), r = x - n ln 2 in two parts (Cody
 * & Waite), exp(r) by the minimax polynomial of Moshier's Cephes (expf.c).
 * Arguments beyond [-87, 88] are clamped: no infinities, no denormals.
 */
static inline float
real_exp(float x)
{
	const float shifter = 12582912.0f;	/* 1.5 * 2^23: adding it rounds */
	float		n;
	float		r;
	float		p;
	int32_t		exponent;
	float		power;

	x = x < -87.0f ? -87.0f : x;
	x = x > 88.0f ? 88.0f : x;
	n = (x * 1.44269504088896341f + shifter) - shifter;
	r = x - n * 0.693359375f;
	r = r - n * -2.12194440e-4f;
	p = 1.9875691500e-4f;
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * (r * r) + r + 1.0f;
	exponent = ((int32_t) n + 127) << 23;
	memcpy(&power, &exponent, sizeof(power));
	return p * power;
}

/*
 * tanh(x) = x + x^3 P(x^2) for |x| < 0.625, else 1 - 2 / (exp(2 |x|) + 1)
 * with the sign of x (Moshier's Cephes, tanhf.c).
 */
static inline float
real_tanh(float x)
{
	float		magnitude = fabsf(x);
	float		z = x * x;
	float		p;
	float		tail;

	p = -5.70498872745e-3f;
	p = p * z + 2.06390887954e-2f;
	p = p * z - 5.37397155531e-2f;
	p = p * z + 1.33314422036e-1f;
	p = p * z - 3.33332819422e-1f;
	p = p * z * x + x;
	tail = 1.0f - 2.0f / (real_exp(2.0f * magnitude) + 1.0f);
	tail = copysignf(tail, x);
	return magnitude < 0.625f ? p : tail;
}

#endif							/* RN_REAL_DOUBLE */

RN_VECTOR void
rn_math_sigmoid(rn_real *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = 1 / (1 + real_exp(-x[i]));
}

RN_VECTOR void
rn_math_tanh(rn_real *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = real_tanh(x[i]);
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
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(RN_NO_DISPATCH)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("x86-64-v4"))
		return "x86-64-v4";
	if (__builtin_cpu_supports("x86-64-v3"))
		return "x86-64-v3";
#endif
	return "baseline";
}
