/*
 * gemm_kernel.h
 *		Products by blocks that live in registers; kernels of gemm.c.
 *
 * Goto & van de Geijn, "Anatomy of high-performance matrix multiplication",
 * ACM TOMS 34(3), 2008, the innermost two loops: a block of RN_ROWS rows of c
 * by PANEL_VECTORS vectors stays in registers while k runs; numbers of a are
 * broadcast, rows of b are panels, packed so that they stand one behind the
 * other.
 */
#define PANEL_VECTORS 3

/*
 * One block: c [rows][vectors * RN_LANES] = start + the sum of the terms' a b,
 * of the last vector only the first last lanes.  rows, vectors and whole (last
 * is RN_LANES) are constants where this is inlined.
 */
RN_INLINE void
RN_NAME(block) (const int rows, const int vectors, const bool whole, int last,
				const Term *term, int terms, size_t panel, size_t row,
				RnStart start, const rn_real *bias, rn_real *c, size_t ldc)
{
	VEC			sum[RN_ROWS][PANEL_VECTORS];

#define PART(v) (!whole && (v) == vectors - 1)
#pragma GCC unroll 8
	for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
		for (int v = 0; v < vectors; v++)
		{
			const rn_real *from = start == RN_START_C ? c + (size_t) r * ldc : bias;

			if (start == RN_START_ZERO)
				sum[r][v] = (VEC) {0};
			else if (PART(v))
				sum[r][v] = load_part(from + v * RN_LANES, last);
			else
				sum[r][v] = load(from + v * RN_LANES);
		}
	for (int i = 0; i < terms; i++)
	{
		const rn_real *a = term[i].a + row * term[i].row_stride;
		size_t		stride = term[i].row_stride;
		size_t		next = term[i].column_stride;
		size_t		b_next = term[i].b_stride > 0 ? term[i].b_stride : (size_t) vectors * RN_LANES;
		const rn_real *b = term[i].b + panel * term[i].packed_K + term[i].from * b_next;

		for (size_t k = term[i].K; k > 0; k--)
		{
			VEC			bv[PANEL_VECTORS];

#pragma GCC unroll 3
			for (int v = 0; v < vectors; v++)
				bv[v] = load(b + v * RN_LANES);
#pragma GCC unroll 8
			for (int r = 0; r < rows; r++)
			{
				rn_real		x = a[(size_t) r * stride];

#pragma GCC unroll 3
				for (int v = 0; v < vectors; v++)
					sum[r][v] += x * bv[v];
			}
			a += next;
			b += b_next;
		}
	}
#pragma GCC unroll 8
	for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
		for (int v = 0; v < vectors; v++)
		{
			rn_real    *to = c + (size_t) r * ldc + v * RN_LANES;

			if (PART(v))
				store_part(to, sum[r][v], last);
			else
				store(to, sum[r][v]);
		}
#undef PART
}

#define BLOCK(r, v, w) \
	RN_NAME(block) (r, v, w, last, term, terms, panel, row, start, bias, c, ldc)
#define BLOCKS_BY_WIDTH(r) \
	do { \
		if (whole && vectors == 3) \
			BLOCK(r, 3, true); \
		else if (vectors == 3) \
			BLOCK(r, 3, false); \
		else if (vectors == 2) \
			BLOCK(r, 2, false); \
		else \
			BLOCK(r, 1, false); \
	} while (0)

/* All rows of one panel, panel its first column. */
static RN_TARGET __attribute__((noinline)) void
RN_NAME(panel_product) (size_t M, size_t N, size_t panel, const Term *term, int terms,
						RnStart start, const rn_real *bias, rn_real *c, size_t ldc)
{
	size_t		width = N - panel < PANEL_VECTORS * RN_LANES ? N - panel : PANEL_VECTORS * RN_LANES;
	int			vectors = (int) (width + RN_LANES - 1) / RN_LANES;
	int			last = (int) width - (vectors - 1) * RN_LANES;
	bool		whole = last == RN_LANES;

	c += panel;
	if (start == RN_START_BIAS)
		bias += panel;			/* else there may be none */
	for (size_t row = 0; row < M; row += RN_ROWS, c += RN_ROWS * ldc)
		switch (M - row)
		{
			case 1:
				BLOCKS_BY_WIDTH(1);
				break;
			case 2:
				BLOCKS_BY_WIDTH(2);
				break;
			case 3:
				BLOCKS_BY_WIDTH(3);
				break;
#if RN_ROWS > 4
			case 4:
				BLOCKS_BY_WIDTH(4);
				break;
			case 5:
				BLOCKS_BY_WIDTH(5);
				break;
			case 6:
				BLOCKS_BY_WIDTH(6);
				break;
			case 7:
				BLOCKS_BY_WIDTH(7);
				break;
#endif
			default:
				BLOCKS_BY_WIDTH(RN_ROWS);
				break;
		}
}

/*
 * b, as it stands with leading dimension ldb or transposed, into panels: [K]
 * rows of PANEL_VECTORS vectors each, in the last panel of as many as it takes,
 * the last vector filled up with zeroes.
 */
static RN_TARGET void
RN_NAME(pack) (RnTranspose op, size_t K, size_t N, const rn_real *b, size_t ldb, rn_real *panels)
{
	const size_t panel = PANEL_VECTORS * RN_LANES;

	for (size_t n = 0; n < N; n += panel, panels += K * panel)
	{
		size_t		width = N - n < panel ? N - n : panel;
		size_t		wide = (width + RN_LANES - 1) / RN_LANES * RN_LANES;
		int			last = (int) (width - (wide - RN_LANES));

		if (op == RN_AS_IS)
			for (size_t k = 0; k < K; k++)
			{
				const rn_real *from = b + k * ldb + n;
				rn_real    *to = panels + k * wide;
				size_t		j = 0;

				for (; j + RN_LANES < wide; j += RN_LANES)
					store(to + j, load(from + j));
				store(to + j, load_part(from + j, last));
			}
		else					/* by squares that stay in the first cache */
			for (size_t k = 0; k < K; k += 16)
				for (size_t j = 0; j < wide; j++)
					for (size_t i = k; i < K && i < k + 16; i++)
						panels[i * wide + j] = j < width ? b[(n + j) * ldb + i] : 0;
	}
}

static size_t
RN_NAME(lanes) (void)
{
	return RN_LANES;
}

static size_t
RN_NAME(panel_width) (void)
{
	return PANEL_VECTORS * RN_LANES;
}

#undef PANEL_VECTORS
#undef BLOCK
#undef BLOCKS_BY_WIDTH
