/*
 * activation_kernel.h
 *		What the kernels of cells share: columns of a row, and of a vector the
 *		activation that a layer names and its slope.  After base/vector_math.h.
 */
#ifndef RN_ACTIVATION_KERNEL_H
#define RN_ACTIVATION_KERNEL_H

/* n columns of a row at p, RN_LANES of them if whole: the caller's names. */
#define GET(p) (whole ? load(p) : load_part(p, n))
#define PUT(p, x) (whole ? store(p, x) : store_part(p, x, n))
#define ADD(p, x) PUT(p, GET(p) + (x))

#define vactivate(activation, x) RN_NAME(vactivate) (activation, x)
#define vslope(activation, y) RN_NAME(vslope) (activation, y)

#endif							/* the rest is for every level */

RN_INLINE VEC
RN_NAME(vactivate) (RnActivation activation, VEC x)
{
	switch (activation)
	{
		case RN_ACTIVATION_TANH:
			return vtanh(x);
		case RN_ACTIVATION_RELU:
			return vless((VEC) {0}, x, x, (VEC) {0});
		case RN_ACTIVATION_SIGMOID:
			return vsigmoid(x);
		case RN_ACTIVATION_LINEAR:
			break;
	}
	return x;
}

/*
 * f'(x) from y = f(x): all activations here have derivatives that are functions
 * of their value.
 */
RN_INLINE VEC
RN_NAME(vslope) (RnActivation activation, VEC y)
{
	const VEC	zero = {0};

	switch (activation)
	{
		case RN_ACTIVATION_TANH:
			return 1 - y * y;
		case RN_ACTIVATION_RELU:
			return vless(zero, y, zero + 1, zero);
		case RN_ACTIVATION_SIGMOID:
			return y * (1 - y);
		case RN_ACTIVATION_LINEAR:
			break;
	}
	return zero + 1;
}
