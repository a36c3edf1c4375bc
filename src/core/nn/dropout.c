/*
 * dropout.c
 *		Masks over sequences, a time step at a time, polling in between.
 */
#include "nn/dropout.h"

#include "base/math.h"

/* 34 bits of step, 6 of layer, 16 of t: none of them reaches its limit. */
uint64_t
rn_dropout_stream(RnPurpose purpose, uint64_t step, int layer, int t)
{
	return rn_rng_stream(purpose, (step << 22) ^ ((uint64_t) layer << 16) ^ (uint64_t) t);
}

RnCode
rn_dropout_forward(RnHost *host, double rate, uint64_t seed, uint64_t step, int layer,
				   size_t position, rn_real *y, const rn_real *x, rn_real *mask, int T, size_t n)
{
	for (int t = 0; t < T; t++)
	{
		size_t		at = (size_t) t * n;

		RN_TRY(rn_poll(host));
		rn_rng_mask(seed, rn_dropout_stream(RN_RANDOM_DROPOUT, step, layer, t), position, rate,
					mask + at, n);
		rn_math_multiply(y + at, x + at, mask + at, n);
	}
	return RN_OK;
}

RnCode
rn_dropout_apply(RnHost *host, rn_real *y, const rn_real *x, const rn_real *mask,
				 bool shared, int T, size_t n)
{
	for (int t = 0; t < T; t++)
	{
		size_t		at = (size_t) t * n;

		RN_TRY(rn_poll(host));
		rn_math_multiply(y + at, x + at, shared ? mask : mask + at, n);
	}
	return RN_OK;
}
