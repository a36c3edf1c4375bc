/*
 * gemm.h
 *		The only product interface of the core.
 */
#ifndef RN_GEMM_H
#define RN_GEMM_H

#include "base/host.h"

/* Is an operand taken as it stands in memory, or transposed? */
typedef enum RnTranspose
{
	RN_AS_IS,
	RN_TRANSPOSED
} RnTranspose;

/*
 * A right operand b [K][N] packed for many products: weights stay the same
 * for all time steps of a batch.  The layout is the kernels' own, and that of
 * the processor's vector level: it is never stored.
 */
extern size_t rn_gemm_packed_size(size_t K, size_t N);	/* numbers it takes */

/* Pack op(b), which has leading dimension ldb as it stands in memory. */
extern RnCode rn_gemm_pack(RnHost *host, RnTranspose op, size_t K, size_t N,
						   const rn_real *b, size_t ldb, rn_real *packed);

/* One a [M][K] times b [K][N] in a sum of products. */
typedef struct RnTerm
{
	size_t		K;
	const rn_real *a;
	size_t		lda;
	const rn_real *packed;		/* b, from rn_gemm_pack */
} RnTerm;

/* What a sum of products starts from. */
typedef enum RnStart
{
	RN_START_ZERO,
	RN_START_C,					/* what stands in c */
	RN_START_BIAS				/* bias [N], in every row */
} RnStart;

/*
 * c [M][N], with leading dimension ldc, = start + the sum of up to 2 terms.
 * bias is looked at for RN_START_BIAS alone.
 */
extern RnCode rn_gemm_sum(RnHost *host, size_t M, size_t N, const RnTerm *term, int terms,
						  RnStart start, const rn_real *bias, rn_real *c, size_t ldc);

/*
 * c [M][N] = op(a) [M][K] * op(b) [K][N] + beta * c, row-major, with leading
 * dimensions lda, ldb, ldc as the matrices stand in memory.  beta is 0 or 1;
 * with 0, c need not be set.  Large products run in slices, so that the host
 * is asked every few milliseconds whether to stop.
 */
extern RnCode rn_gemm(RnHost *host, RnTranspose op_a, RnTranspose op_b,
					  size_t M, size_t N, size_t K,
					  const rn_real *a, size_t lda, const rn_real *b, size_t ldb,
					  rn_real beta, rn_real *c, size_t ldc);

/*
 * To be called before the first product of a run: takes the work buffer of the
 * BLAS, of which hardly any is ever touched, or fails with RN_NO_MEMORY.
 */
extern RnCode rn_gemm_prepare(RnHost *host);

/* Name, version and kernel of the BLAS in use. */
extern const char *rn_gemm_library(void);

#endif							/* RN_GEMM_H */
