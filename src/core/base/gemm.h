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
 * To be called before the first product of a run: makes sure that the BLAS
 * has its work buffer, or fails with RN_NO_MEMORY.
 */
extern RnCode rn_gemm_prepare(RnHost *host);

/* Name, version and kernel of the BLAS in use. */
extern const char *rn_gemm_library(void);

#endif							/* RN_GEMM_H */
