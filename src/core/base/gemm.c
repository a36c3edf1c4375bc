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
#include <sys/mman.h>

#include <cblas.h>

#include "base/vector.h"

/*
 * Work between two polls, in multiply-adds: 10 ms on a core that does 20
 * GFLOP/s, as one without AVX does, 2 ms on one that does 100.
 */
#define SLICE_WORK	((size_t) 100 * 1000 * 1000)

/* What a BLAS works on at a time; rows are as many as the work allows. */
#define SLICE_COLUMNS ((size_t) 512)
#define SLICE_DEPTH ((size_t) 384)

/* Numbers packed between two polls. */
#define PACK_WORK	((size_t) 1 << 20)

/*
 * Depth of a product that goes on in registers: a panel of so many rows of b,
 * and as many columns of a few rows of a, stay in the second cache.
 */
#define DEPTH		((size_t) 576)

/* Products with as few rows or columns, or multiply-adds, are small. */
#define SMALL_SIDE	((size_t) 128)
#define SMALL_WORK	((size_t) 16 * 1000 * 1000)

/* As much as OpenBLAS would take for itself; products in slices use a small part of it. */
#define BLAS_BUFFER ((size_t) 128 * 1024 * 1024)

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
	size_t		packed_K;		/* K of all of b, in front of each other panel */
	size_t		from;			/* row of b to begin with */
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
	size_t		columns = PACK_WORK / (K > 0 ? K : 1) / wide * wide;

	columns = columns > 0 ? columns : wide;
	for (size_t n = 0; n < N; n += columns)
	{
		RN_TRY(rn_poll(host));
		RN_KERNEL(pack)(op, K, N - n < columns ? N - n : columns,
						op == RN_AS_IS ? b + n : b + n * ldb, ldb, packed + n * K);
	}
	return RN_OK;
}

/* All panels of a sum of products that is deep enough for the cache, polling. */
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

/* Rows of a deep term that are copied at a time, and how far apart they are put. */
#define COPY_ROWS	((size_t) 32)
#define COPY_STRIDE (DEPTH + 16)

/*
 * A term that is deeper than the cache likes, added to c in slices.  Rows of a
 * that are a power of two apart would all want the same few lines of the first
 * cache: a slice of them is copied to where they are not.
 */
static RnCode
add_deep_term(RnHost *host, size_t M, size_t N, const Term *term, rn_real *c, size_t ldc)
{
	rn_real		copy[COPY_ROWS * COPY_STRIDE];

	for (size_t k = 0; k < term->K; k += DEPTH)
		for (size_t m = 0; m < M; m += COPY_ROWS)
		{
			size_t		rows = M - m < COPY_ROWS ? M - m : COPY_ROWS;
			Term		slice = *term;

			slice.K = term->K - k < DEPTH ? term->K - k : DEPTH;
			slice.from = k;
			for (size_t r = 0; r < rows; r++)
				memcpy(copy + r * COPY_STRIDE, term->a + (m + r) * term->row_stride + k,
					   slice.K * sizeof(rn_real));
			slice.a = copy;
			slice.row_stride = COPY_STRIDE;
			RN_TRY(panel_products(host, rows, N, &slice, 1, RN_START_C, NULL, c + m * ldc, ldc));
		}
	return RN_OK;
}

RnCode
rn_gemm_sum(RnHost *host, size_t M, size_t N, const RnTerm *term, int terms,
			RnStart start, const rn_real *bias, rn_real *c, size_t ldc)
{
	Term		shallow[2];
	Term		deep[2];
	int			shallows = 0;
	int			deeps = 0;

	for (int i = 0; i < terms; i++)
	{
		Term		t = {
			.K = term[i].K,.a = term[i].a,.row_stride = term[i].lda,.column_stride = 1,
			.b = term[i].packed,.packed_K = term[i].K
		};

		if (t.K > DEPTH)
			deep[deeps++] = t;
		else
			shallow[shallows++] = t;
	}
	if (shallows > 0 || start != RN_START_C)
		RN_TRY(panel_products(host, M, N, shallow, shallows, start, bias, c, ldc));
	for (int i = 0; i < deeps; i++)
		RN_TRY(add_deep_term(host, M, N, &deep[i], c, ldc));
	return RN_OK;
}

/* Depth and width of what is packed on the stack: the widest level's panel. */
#define SMALL_DEPTH 256
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
				.K = depth,
				.a = op_a == RN_AS_IS ? a + k : a + k * lda,
				.row_stride = op_a == RN_AS_IS ? lda : 1,
				.column_stride = op_a == RN_AS_IS ? 1 : lda,
				.b = direct ? from : panel,
				.b_stride = direct ? ldb : 0
			};

			if (!direct)
				RN_KERNEL(pack)(op_b, depth, width, from, ldb, panel);
			RN_TRY(panel_products(host, M, width, &term, 1,
								  k == 0 && beta == 0 ? RN_START_ZERO : RN_START_C, NULL, c + n, ldc));
		}
	return RN_OK;
}

/* ---- CBLAS ---- */

/*
 * The work buffer of OpenBLAS, from the first rn_gemm_prepare on for as long as the process
 * lives, which no host's memory does.  OpenBLAS itself would take one at its first product, in
 * a loop that ends when it has it: never, where there is no memory.  The linker has these two
 * called instead (BLAS_LINK in the Makefile).
 */
static void *buffer = NULL;
static bool lent = false;

extern void *__real_blas_memory_alloc(int position);
extern void __real_blas_memory_free(void *memory);
extern void *__wrap_blas_memory_alloc(int position);
extern void __wrap_blas_memory_free(void *memory);

/* A serial product has one at a time; if one of a later OpenBLAS wants two, it is on its own. */
void *
__wrap_blas_memory_alloc(int position)
{
	if (lent || buffer == NULL)
		return __real_blas_memory_alloc(position);
	lent = true;
	return buffer;
}

void
__wrap_blas_memory_free(void *memory)
{
	if (memory != buffer)
		__real_blas_memory_free(memory);
	else
		lent = false;
}

RnCode
rn_gemm_prepare(RnHost *host)
{
	void	   *memory;

	if (buffer != NULL)
		return RN_OK;
	memory = mmap(NULL, BLAS_BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return rn_fail(host, RN_NO_MEMORY, "out of memory: %zu bytes for matrix products were not available", BLAS_BUFFER);
	buffer = memory;
	return RN_OK;
}

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

/* Where the slice of x that starts at a row and a column of op(x) stands. */
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
	bool		whole = N <= SLICE_WORK && M * N <= SLICE_WORK / (K > 0 ? K : 1);
	size_t		depth = whole ? K : smaller(K, SLICE_DEPTH);
	size_t		columns = whole ? N : smaller(N, SLICE_COLUMNS);
	size_t		rows = whole ? M : SLICE_WORK / (SLICE_DEPTH * SLICE_COLUMNS);

	if (M == 0 || N == 0)
		return RN_OK;
	if (is_small(M, N, K))
		return small_product(host, op_a, op_b, M, N, K, a, lda, b, ldb, beta, c, ldc);

	for (size_t n = 0; n < N; n += columns)
		for (size_t k = 0; k < K; k += depth)
			for (size_t m = 0; m < M; m += rows)
			{
				RN_TRY(rn_poll(host));
				multiply(op_a, op_b, smaller(rows, M - m), smaller(columns, N - n), smaller(depth, K - k),
						 operand(op_a, a, lda, m, k), lda,
						 operand(op_b, b, ldb, k, n), ldb,
						 k == 0 ? beta : 1, c + m * ldc + n, ldc);
			}
	return RN_OK;
}

extern char *openblas_get_config(void);
extern char *openblas_get_corename(void);

const char *
rn_gemm_library(void)
{
	return openblas_get_config();
}
