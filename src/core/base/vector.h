/*
 * vector.h
 *		Vector levels, and how a kernel is written once for all of them.
 *
 * A level is an instruction set that this processor may or may not have.  A
 * kernel stands in a header of its own, written with the types and primitives
 * of vector_level.h, each of its functions named RN_NAME(...) and marked
 * RN_TARGET.  A source file has it compiled once for every level by
 *
 *	#define RN_KERNELS "nn/lstm_kernel.h"
 *	#include "base/vector_foreach.h"
 *
 * and calls the one for this processor as RN_KERNEL(name)(...).  (The pattern
 * is that of Highway's foreach_target.h.)  Results may differ between levels
 * in the last bits, as the order of sums does; on one machine they do not.
 *
 * RN_VECTOR, before a plain loop, leaves the vectors to the compiler: it emits
 * the function once per level, and the dynamic loader picks.
 */
#ifndef RN_VECTOR_H
#define RN_VECTOR_H

#include "base/real.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define RN_LEVELS_X86
#endif

/* Sanitizers run before the loader's resolvers may: their builds go without. */
#if defined(RN_LEVELS_X86) && !defined(RN_NO_DISPATCH)
#define RN_VECTOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RN_VECTOR
#endif

typedef enum RnVectorLevel
{
	RN_LEVEL_BASELINE,			/* SSE2 on x86-64, NEON on arm64 */
	RN_LEVEL_V3,				/* x86-64-v3: AVX2, FMA */
	RN_LEVEL_V4					/* x86-64-v4: AVX-512 */
} RnVectorLevel;

/* The best level of this processor, and of those that tests allow. */
#ifndef RN_HIGHEST_LEVEL
#define RN_HIGHEST_LEVEL RN_LEVEL_V4
#endif

static inline RnVectorLevel
rn_vector_level(void)
{
#ifdef RN_LEVELS_X86
	if (RN_HIGHEST_LEVEL >= RN_LEVEL_V4 && __builtin_cpu_supports("x86-64-v4"))
		return RN_LEVEL_V4;
	if (RN_HIGHEST_LEVEL >= RN_LEVEL_V3 && __builtin_cpu_supports("x86-64-v3"))
		return RN_LEVEL_V3;
#endif
	return RN_LEVEL_BASELINE;
}

#define RN_PASTE2(a, b) a##_##b
#define RN_PASTE(a, b) RN_PASTE2(a, b)
#define RN_NAME(name) RN_PASTE(name, RN_LEVEL)

/* The double build checks mathematics: one level is enough for it. */
#if defined(RN_LEVELS_X86) && !defined(RN_REAL_DOUBLE)
#define RN_KERNEL(name) \
	(rn_vector_level() == RN_LEVEL_V4 ? name##_v4 : \
	 rn_vector_level() == RN_LEVEL_V3 ? name##_v3 : name##_baseline)
#else
#define RN_KERNEL(name) name##_baseline
#endif

#endif							/* RN_VECTOR_H */
