/*
 * activation.h
 *		The activation a layer names, over blocks of a gate matrix, and its
 *		derivative from its output.
 */
#ifndef RN_ACTIVATION_H
#define RN_ACTIVATION_H

#include "nn/cell.h"

/* In place over x [n]. */
extern void rn_activation_apply(RnActivation activation, rn_real *x, size_t n);

/*
 * dx = dy * f'(x), where y = f(x) is known: all activations here have
 * derivatives that are functions of their value.
 */
static inline rn_real
rn_activation_slope(RnActivation activation, rn_real y)
{
	switch (activation)
	{
		case RN_ACTIVATION_TANH:
			return 1 - y * y;
		case RN_ACTIVATION_RELU:
			return y > 0 ? 1 : 0;
		case RN_ACTIVATION_SIGMOID:
			return y * (1 - y);
		case RN_ACTIVATION_LINEAR:
			break;
	}
	return 1;
}

#endif							/* RN_ACTIVATION_H */
