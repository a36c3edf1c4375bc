/*
 * activation_kernel.h
 *		The activation a layer names, and its slope, of a vector: part of the
 *		kernels of cells, after base/vector_math.h.
 */
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

/* f'(x) from y = f(x), as rn_activation_slope. */
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

#define vactivate(activation, x) RN_NAME(vactivate) (activation, x)
#define vslope(activation, y) RN_NAME(vslope) (activation, y)
