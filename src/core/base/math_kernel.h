/*
 * math_kernel.h
 *		Activations over an array, in place; kernels of math.c.
 */
#include "base/vector_math.h"

#define MAP(name, function) \
	static RN_TARGET void \
	RN_NAME(name) (rn_real *x, size_t n) \
	{ \
		size_t		i = 0; \
\
		for (; i + RN_LANES <= n; i += RN_LANES) \
			store(x + i, function(load(x + i))); \
		if (i < n) \
			store_part(x + i, function(load_part(x + i, (int) (n - i))), (int) (n - i)); \
	}

MAP(sigmoid, vsigmoid)
MAP(tanh, vtanh)

#undef MAP
