/*
 * vector_math.h
 *		exp, sigmoid and tanh of a vector: part of kernels, after vector_level.h.
 *
 * In float at most 3 ulp off the true value (test/unit/test_base.c measures);
 * NaN stays NaN.  The double build takes libm's, lane by lane.
 */
#ifndef RN_VECTOR_MATH_H
#define RN_VECTOR_MATH_H

#define vtanh(x) RN_NAME(vtanh) (x)
#define vsigmoid(x) RN_NAME(vsigmoid) (x)

#endif							/* the rest is for every level */

#ifndef RN_REAL_DOUBLE

/*
 * exp(x) = 2^n exp(r), n = round(x / ln 2), r = x - n ln 2 in two parts (Cody
 * & Waite), exp(r) by the minimax polynomial of Moshier's Cephes (expf.c).
 * Arguments beyond [-87, 88] are clamped: no infinities, no denormals.
 */
RN_INLINE VEC
RN_NAME(vexp) (VEC x)
{
	const VEC	zero = {0};
	VEC			n;
	VEC			r;
	VEC			p;

#ifndef RN_LEVEL_IS_V4
	x = vmax(zero - 87.0f, x);
	x = vmin(zero + 88.0f, x);
#endif
	n = vround(x * 1.44269504088896341f);
	r = x - n * 0.693359375f;
	r = r - n * -2.12194440e-4f;
	p = zero + 1.9875691500e-4f;
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * (r * r) + r + 1.0f;
	return vscale(p, n);
}

/*
 * tanh(x) = x + x^3 P(x^2) for |x| < 0.625, else 1 - 2 / (exp(2 |x|) + 1)
 * with the sign of x (Moshier's Cephes, tanhf.c).
 */
RN_INLINE VEC
RN_NAME(vtanh) (VEC x)
{
	const VEC	zero = {0};
	IVEC		sign_of_x = (IVEC) x & ((IVEC) {0} + INT32_MIN);
	VEC			magnitude = (VEC) ((IVEC) x ^ sign_of_x);
	VEC			z = x * x;
	VEC			p;
	VEC			tail;

	p = zero - 5.70498872745e-3f;
	p = p * z + 2.06390887954e-2f;
	p = p * z - 5.37397155531e-2f;
	p = p * z + 1.33314422036e-1f;
	p = p * z - 3.33332819422e-1f;
	p = p * z * x + x;
	tail = 1.0f - 2.0f / (RN_NAME(vexp) (2.0f * magnitude) + 1.0f);
	tail = (VEC) ((IVEC) tail | sign_of_x);
	return vless(magnitude, zero + 0.625f, p, tail);
}

RN_INLINE VEC
RN_NAME(vsigmoid) (VEC x)
{
	return 1.0f / (1.0f + RN_NAME(vexp) (-x));
}

#else							/* RN_REAL_DOUBLE */

RN_INLINE VEC
RN_NAME(vtanh) (VEC x)
{
	for (int i = 0; i < RN_LANES; i++)
		x[i] = tanh(x[i]);
	return x;
}

RN_INLINE VEC
RN_NAME(vsigmoid) (VEC x)
{
	for (int i = 0; i < RN_LANES; i++)
		x[i] = 1 / (1 + exp(-x[i]));
	return x;
}

#endif							/* RN_REAL_DOUBLE */
