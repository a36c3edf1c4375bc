/*
 * gemm.c
 *		Products: through kernels of our own where operands are small or used
 *		many times, through CBLAS where they are large.
 *
 * The products inside the recursion have few rows and weights that do not
 * change within a batch: packed once, they run without the copying that a
 * BLAS does at every call.  Where an operand is too large for that to matter,
 * OpenBLAS is as good as it gets.  All of them run in slices, between which
 * the host is polled.
 *
 * The only file that includes cblas.h.  OpenBLAS is linked statically in its
 * serial build: the shared one may come with threads, and a signal handler of
 * the host process must never land on one.
 */
#include "base/gemm.h"

#include <string.h>

#include <cblas.h>

#include "base/vector.h"

/*
 * Work between two polls, in multiply-adds: 10 ms on a core that does 10
 * GFLOP/s, 1 ms on one that does 100.
 */
#define SLICE_WORK	((size_t) 50 * 1000 * 1000)

/* Slices are not made narrower than this: packing would dominate. */
#define SLICE_ROWS	((size_t) 32)
#define SLICE_DEPTH ((size_t) 128)

/* Products with as few rows or columns, or multiply-adds, are small. */
#define SMALL_SIDE	((size_t) 128)
#define SMALL_WORK	((size_t) 16 * 1000 * 1000)

/* OpenBLAS takes one buffer of this size, and spins for ever if it cannot. */
#define BLAS_BUFFER ((size_t) 192 * 1024 * 1024)

/* ---- kernels of our own ---- */

/*
 * A term as the kernels see it: any strides, so that a may be transposed, and
 * a whole panel of b need not be packed.
 */
typedef struct Term
{
	size_t		K;
	const rn_real *a;
	size_t		row_stride;
	size_t		column_stride;
	const rn_real *b;
	size_t		b_stride;		/* of the rows in a panel; 0: packed */
} Term;

#define RN_KERNELS "base/gemm_kernel.h"
#include "base/vector_foreach.h"

size_t
rn_gemm_packed_size(size_t K, size_t N)
{
	size_t		lanes = RN_KERNEL(lanes)();

	return (N + lanes - 1) / lanes * lanes * K;
}

RnCode
rn_gemm_pack(RnHost *host, RnTranspose op, size_t K, size_t N, const rn_real *b, size_t ldb,
			 rn_real *packed)
{
	size_t		wide = RN_KERNEL(panel_width)();
	size_t		columns = SLICE_WORK / 16 / (K > 0 ? K : 1) / wide * wide;

	columns = columns > 0 ? columns : wide;
	for (size_t n = 0; n < N; n += columns)
	{
		RN_TRY(rn_poll(host));
		RN_KERNEL(pack)(op, K, N - n < columns ? N - n : columns,
						op == RN_AS_IS ? b + n : b + n * ldb, ldb, packed + n * K);
	}
	return RN_OK;
}

/* All panels of a sum of products, polling. */
static RnCode
panel_products(RnHost *host, size_t M, size_t N, const Term *term, int terms,
			   RnStart start, const rn_real *bias, rn_real *c, size_t ldc)
{
	size_t		wide = RN_KERNEL(panel_width)();
	size_t		depth = (terms > 0 ? term[0].K : 0) + (terms > 1 ? term[1].K : 0);
	size_t		rows = SLICE_WORK / wide / (depth > 0 ? depth : 1) / 8 * 8;
	size_t		work = SLICE_WORK;

	rows = rows > 0 ? rows : 8;
	for (size_t n = 0; n < N; n += wide)
		for (size_t m = 0; m < M; m += rows)
		{
			size_t		count = M - m < rows ? M - m : rows;
			Term		slice[2];

			work += count * wide * depth;
			if (work > SLICE_WORK)
			{
				RN_TRY(rn_poll(host));
				work = 0;
			}
			for (int i = 0; i < terms; i++)
			{
				slice[i] = term[i];
				slice[i].a += m * term[i].row_stride;
			}
			RN_KERNEL(panel_product)(count, N, n, slice, terms, start, bias, c + m * ldc, ldc);
		}
	return RN_OK;
}

RnCode
rn_gemm_sum(RnHost *host, size_t M, size_t N, const RnTerm *term, int terms,
			RnStart start, const rn_real *bias, rn_real *c, size_t ldc)
{
	Term		kernel_term[2];

	for (int i = 0; i < terms; i++)
		kernel_term[i] = (Term) {
			term[i].K, term[i].a, term[i].lda, 1, term[i].packed, 0
		};
	return panel_products(host, M, N, kernel_term, terms, start, bias, c, ldc);
}

/* Depth and width of what is packed on the stack: the widest level's panel. */
#define SMALL_DEPTH 128
#define SMALL_WIDTH 48
#define FEW_ROWS	64

/*
 * A whole product by the kernels.  b is packed a panel at a time on the stack,
 * but where c has so few rows that it pays to read it as it stands.
 */
static RnCode
small_product(RnHost *host, RnTranspose op_a, RnTranspose op_b, size_t M, size_t N, size_t K,
			  const rn_real *a, size_t lda, const rn_real *b, size_t ldb,
			  rn_real beta, rn_real *c, size_t ldc)
{
	rn_real		panel[SMALL_DEPTH * SMALL_WIDTH] __attribute__((aligned(64)));
	size_t		wide = RN_KERNEL(panel_width)();

	for (size_t n = 0; n < N; n += wide)
		for (size_t k = 0; k == 0 || k < K; k += SMALL_DEPTH)
		{
			size_t		depth = K - k < SMALL_DEPTH ? K - k : SMALL_DEPTH;
			size_t		width = N - n < wide ? N - n : wide;
			const rn_real *from = op_b == RN_AS_IS ? b + k * ldb + n : b + n * ldb + k;
			bool		direct = op_b == RN_AS_IS && width == wide && M <= FEW_ROWS;
			Term		term = {
				depth,
				op_a == RN_AS_IS ? a + k : a + k * lda,
				op_a == RN_AS_IS ? lda : 1,
				op_a == RN_AS_IS ? 1 : lda,
				direct ? from : panel,
				direct ? ldb : 0
			};

			if (!direct)
				RN_KERNEL(pack)(op_b, depth, width, from, ldb, panel);
			RN_TRY(panel_products(host, M, width, &term, 1,
								  k == 0 && beta == 0 ? RN_START_ZERO : RN_START_C, NULL, c + n, ldc));
		}
	return RN_OK;
}

/* ---- CBLAS ---- */

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

/* Where the kernels beat OpenBLAS, packing included (measured). */
static bool
is_small(size_t M, size_t N, size_t K)
{
	return M < SMALL_SIDE || N < SMALL_SIDE || M * N * K < SMALL_WORK;
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
	if (is_small(M, N, K))
		return small_product(host, op_a, op_b, M, N, K, a, lda, b, ldb, beta, c, ldc);
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
