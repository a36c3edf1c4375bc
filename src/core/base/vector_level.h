/*
 * vector_level.h
 *		Types and primitives of one vector level; kernels are written in them.
 *
 *	RN_LANES			numbers in a vector
 *	RN_ROWS				rows of a block of a product: what the registers hold
 *	VEC					RN_LANES numbers; + - * / and unary - work on it
 *	load, store			from and to memory, of any alignment
 *	load_part, store_part	the first n lanes; the others read as 0, and stay
 *	vmin, vmax, vless	per lane; vless(a, b, x, y) is a < b ? x : y
 *	vround, vscale		to the nearest integer; x * 2^n for integers n of at most
 *						127 in magnitude (float only)
 *
 * gcc's generic vectors everywhere, and intrinsics for what these have no
 * words for.  Included by vector_foreach.h alone.
 */
#if defined(RN_LEVEL_IS_V4)
#include <immintrin.h>
#define RN_TARGET __attribute__((target("arch=x86-64-v4")))
#define RN_VECTOR_BYTES 64
#define RN_ROWS 8
#elif defined(RN_LEVEL_IS_V3)
#include <immintrin.h>
#define RN_TARGET __attribute__((target("arch=x86-64-v3")))
#define RN_VECTOR_BYTES 32
#define RN_ROWS 4
#else
#define RN_TARGET
#define RN_VECTOR_BYTES 16
#if defined(__aarch64__)
#define RN_ROWS 8
#else
#define RN_ROWS 4
#endif
#endif

#define RN_LANES ((int) (RN_VECTOR_BYTES / sizeof(rn_real)))
#define RN_INLINE static inline __attribute__((always_inline, unused)) RN_TARGET

typedef rn_real RN_NAME(vec) __attribute__((vector_size(RN_VECTOR_BYTES)));
typedef rn_real RN_NAME(vec_memory)
			__attribute__((vector_size(RN_VECTOR_BYTES), aligned(sizeof(rn_real)), may_alias));
typedef int32_t RN_NAME(ivec) __attribute__((vector_size(RN_VECTOR_BYTES)));
#define VEC RN_NAME(vec)
#define IVEC RN_NAME(ivec)

#define load(p) RN_NAME(load)(p)
#define store(p, x) RN_NAME(store)(p, x)
#define load_part(p, n) RN_NAME(load_part)(p, n)
#define store_part(p, x, n) RN_NAME(store_part)(p, x, n)
#define vmin(a, b) RN_NAME(vmin)(a, b)
#define vmax(a, b) RN_NAME(vmax)(a, b)
#define vless(a, b, x, y) RN_NAME(vless)(a, b, x, y)
#define vround(x) RN_NAME(vround)(x)
#define vscale(x, n) RN_NAME(vscale)(x, n)

RN_INLINE VEC
load(const rn_real *p)
{
	return *(const RN_NAME(vec_memory) *) p;
}

RN_INLINE void
store(rn_real *p, VEC x)
{
	*(RN_NAME(vec_memory) *) p = x;
}

#if defined(RN_LEVEL_IS_V4)

RN_INLINE VEC
load_part(const rn_real *p, int n)
{
	return (VEC) _mm512_maskz_loadu_ps((__mmask16) ((1u << n) - 1), p);
}

RN_INLINE void
store_part(rn_real *p, VEC x, int n)
{
	_mm512_mask_storeu_ps(p, (__mmask16) ((1u << n) - 1), (__m512) x);
}

RN_INLINE VEC
vmin(VEC a, VEC b)
{
	return (VEC) _mm512_min_ps((__m512) a, (__m512) b);
}

RN_INLINE VEC
vmax(VEC a, VEC b)
{
	return (VEC) _mm512_max_ps((__m512) a, (__m512) b);
}

RN_INLINE VEC
vless(VEC a, VEC b, VEC x, VEC y)
{
	return (VEC) _mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512) a, (__m512) b, _CMP_LT_OQ),
									  (__m512) y, (__m512) x);
}

RN_INLINE VEC
vround(VEC x)
{
	return (VEC) _mm512_roundscale_ps((__m512) x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

RN_INLINE VEC
vscale(VEC x, VEC n)
{
	return (VEC) _mm512_scalef_ps((__m512) x, (__m512) n);
}

#elif defined(RN_LEVEL_IS_V3)

RN_INLINE __m256i
RN_NAME(first_lanes)(int n)
{
	return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

RN_INLINE VEC
load_part(const rn_real *p, int n)
{
	return (VEC) _mm256_maskload_ps(p, RN_NAME(first_lanes)(n));
}

RN_INLINE void
store_part(rn_real *p, VEC x, int n)
{
	_mm256_maskstore_ps(p, RN_NAME(first_lanes)(n), (__m256) x);
}

RN_INLINE VEC
vmin(VEC a, VEC b)
{
	return (VEC) _mm256_min_ps((__m256) a, (__m256) b);
}

RN_INLINE VEC
vmax(VEC a, VEC b)
{
	return (VEC) _mm256_max_ps((__m256) a, (__m256) b);
}

RN_INLINE VEC
vless(VEC a, VEC b, VEC x, VEC y)
{
	return (VEC) _mm256_blendv_ps((__m256) y, (__m256) x,
								  _mm256_cmp_ps((__m256) a, (__m256) b, _CMP_LT_OQ));
}

#else

RN_INLINE VEC
load_part(const rn_real *p, int n)
{
	VEC			x = {0};

	for (int i = 0; i < n; i++)
		x[i] = p[i];
	return x;
}

RN_INLINE void
store_part(rn_real *p, VEC x, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = x[i];
}

RN_INLINE VEC
vmin(VEC a, VEC b)
{
	for (int i = 0; i < RN_LANES; i++)
		a[i] = a[i] < b[i] ? a[i] : b[i];
	return a;
}

RN_INLINE VEC
vmax(VEC a, VEC b)
{
	for (int i = 0; i < RN_LANES; i++)
		a[i] = a[i] > b[i] ? a[i] : b[i];
	return a;
}

RN_INLINE VEC
vless(VEC a, VEC b, VEC x, VEC y)
{
	for (int i = 0; i < RN_LANES; i++)
		x[i] = a[i] < b[i] ? x[i] : y[i];
	return x;
}

#endif

#if !defined(RN_LEVEL_IS_V4) && !defined(RN_REAL_DOUBLE)

RN_INLINE VEC
vround(VEC x)
{
	const float shifter = 12582912.0f;	/* 1.5 * 2^23: adding it rounds */

	return (x + shifter) - shifter;
}

RN_INLINE VEC
vscale(VEC x, VEC n)
{
	return x * (VEC) ((__builtin_convertvector(n, IVEC) + 127) << 23);
}

#endif
