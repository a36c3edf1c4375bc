/*
 * gemm.c
 *		Products through CBLAS, in slices between which the host is polled.
 *
 * The only file that includes cblas.h.  OpenBLAS is linked statically in its
 * serial build: the shared one may come with threads, and a signal handler of
 * the host process must never land on one.
 */
#include "base/gemm.h"

#include <cblas.h>

/*
 * Work between two polls, in multiply-adds: 10 ms on a core that does 10
 * GFLOP/s, 1 ms on one that does 100.
 */
#define SLICE_WORK	((size_t) 50 * 1000 * 1000)

/* Slices are not made narrower than this: packing would dominate. */
#define SLICE_ROWS	((size_t) 32)
#define SLICE_DEPTH ((size_t) 128)

/* OpenBLAS takes one buffer of this size, and spins for ever if it cannot. */
#define BLAS_BUFFER ((size_t) 192 * 1024 * 1024)

static void
multiply(RnTranspose op_a, RnTranspose op_b, size_t M, size_t N, size_t K,
		 const rn_real *a, size_t lda, const rn_real *b, size_t ldb,
		 rn_real beta, rn_real *c, size_t ldc)
{
	CBLAS_TRANSPOSE ta = op_a == RN_TRANSPOSED ? CblasTrans : CblasNoTrans;
	CBLAS_TRANSPOSE tb = op_b == RN_TRANSPOSED ? CblasTrans : CblasNoTrans;

#ifdef RN_REAL_DOUBLE
	cblas_dgemm(CblasRowMajor, ta, tb, (int) M, (int) N, (int) K, 1.0,
				a, (int) lda, b, (int) ldb, beta, c, (int) ldc);
#else
	cblas_sgemm(CblasRowMajor, ta, tb, (int) M, (int) N, (int) K, 1.0f,
				a, (int) lda, b, (int) ldb, beta, c, (int) ldc);
#endif
}

/* Rows of a, in memory, that slice at row m (depth k) starts with. */
static const rn_real *
operand(RnTranspose op, const rn_real *x, size_t ld, size_t row, size_t column)
{
	return op == RN_AS_IS ? x + row * ld + column : x + column * ld + row;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

RnCode
rn_gemm(RnHost *host, RnTranspose op_a, RnTranspose op_b, size_t M, size_t N, size_t K,
		const rn_real *a, size_t lda, const rn_real *b, size_t ldb,
		rn_real beta, rn_real *c, size_t ldc)
{
	size_t		depth;
	size_t		rows;

	if (M == 0 || N == 0)
		return RN_OK;
	depth = SLICE_WORK / (SLICE_ROWS * N);
	depth = smaller(K, depth > SLICE_DEPTH ? depth : SLICE_DEPTH);
	rows = SLICE_WORK / (N * (depth > 0 ? depth : 1));
	rows = smaller(M, rows > SLICE_ROWS ? rows : SLICE_ROWS);

	for (size_t k = 0; k == 0 || k < K; k += depth)
	{
		for (size_t m = 0; m < M; m += rows)
		{
			RN_TRY(rn_poll(host));
			multiply(op_a, op_b, smaller(rows, M - m), N, smaller(depth, K - k),
					 operand(op_a, a, lda, m, k), lda,
					 operand(op_b, b, ldb, k, 0), ldb,
					 k == 0 ? beta : 1, c + m * ldc, ldc);
		}
		if (depth == 0)
			break;
	}
	return RN_OK;
}

/*
 * OpenBLAS asks for its buffer at the first product and loops until it gets
 * one (blas_memory_alloc), for ever under an address-space limit.  So ask for
 * as much ourselves, in a way that can fail, give it back, and let OpenBLAS
 * take it at once with a product large enough to need it.
 */
RnCode
rn_gemm_prepare(RnHost *host)
{
	/* The one piece of state here: OpenBLAS keeps the buffer, as must we. */
	static bool prepared = false;
	void	   *trial;
	rn_real    *x;

	if (prepared)
		return RN_OK;
	RN_TRY(rn_alloc(host, BLAS_BUFFER, 1, &trial));
	rn_free(host, trial);

	RN_TRY(rn_alloc(host, 3 * 128 * 128, sizeof(rn_real), (void **) &x));
	for (size_t i = 0; i < (size_t) 3 * 128 * 128; i++)
		x[i] = 0;
	multiply(RN_AS_IS, RN_AS_IS, 128, 128, 128, x, 128, x + 128 * 128, 128,
			 0, x + 2 * 128 * 128, 128);
	rn_free(host, x);
	prepared = true;
	return RN_OK;
}

extern char *openblas_get_config(void);
extern char *openblas_get_corename(void);

const char *
rn_gemm_library(void)
{
	return openblas_get_config();
}
