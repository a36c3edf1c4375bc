/*
 * gru_kernel.h
 *		The elementwise parts of the GRU, fused; kernels of cell_gru.c, in its
 *		names.
 */
#include "base/vector_math.h"
#include "nn/activation_kernel.h"

/*
 * columns(whole, n, at, row, ...) for all vectors of B rows of H: at is the place
 * of its first column in [B][H], row that in [B][3H]; n columns, RN_LANES if
 * whole.  Arguments may name j, the column.
 */
#define FOR_ALL(columns, ...) \
	for (size_t b = 0; b < B; b++) \
	{ \
		size_t		j = 0; \
\
		for (; j + RN_LANES <= H; j += RN_LANES) \
			RN_NAME(columns) (true, RN_LANES, b * H + j, b * 3 * H + j, __VA_ARGS__); \
		if (j < H) \
			RN_NAME(columns) (false, (int) (H - j), b * H + j, b * 3 * H + j, __VA_ARGS__); \
	}

/* ---- reset_after ---- */

RN_INLINE void
RN_NAME(forward_after_columns) (const bool whole, int n, size_t at, size_t row,
								RnActivation activation, rn_real *gates, const rn_real *q,
								const rn_real *before, rn_real *h, size_t H)
{
	VEC			z = vsigmoid(GET(gates + row));
	VEC			r = vsigmoid(GET(gates + row + H));
	VEC			g = vactivate(activation, GET(gates + row + 2 * H) + r * GET(q + at));

	PUT(gates + row, z);
	PUT(gates + row + H, r);
	PUT(gates + row + 2 * H, g);
	PUT(h + at, z * GET(before + at) + (1 - z) * g);
}

/* Gates from sums to activations, and h_t; q as it is. */
static RN_TARGET void
RN_NAME(forward_after) (RnActivation activation, rn_real *gates, const rn_real *q,
						const rn_real *before, rn_real *h, size_t B, size_t H)
{
	FOR_ALL(forward_after_columns, activation, gates, q, before, h, H);
}

RN_INLINE void
RN_NAME(backward_after_columns) (const bool whole, int n, size_t at, size_t row,
								 RnActivation activation, rn_real *gates, rn_real *q,
								 const rn_real *before, const rn_real *dh,
								 rn_real *dh_before, rn_real *dbias, size_t H)
{
	VEC			z = GET(gates + row);
	VEC			r = GET(gates + row + H);
	VEC			g = GET(gates + row + 2 * H);
	VEC			d = GET(dh + at);
	VEC			da = d * (1 - z) * vslope(activation, g);
	VEC			dz = d * (GET(before + at) - g) * z * (1 - z);
	VEC			dr = da * GET(q + at) * r * (1 - r);
	VEC			dq = da * r;

	PUT(gates + row, dz);
	PUT(gates + row + H, dr);
	PUT(gates + row + 2 * H, da);
	PUT(q + at, dq);
	if (dh_before != NULL)
		ADD(dh_before + at, d * z);
	ADD(dbias, dz);
	ADD(dbias + H, dr);
	ADD(dbias + 2 * H, da);
	ADD(dbias + 5 * H, dq);
}

/*
 * Gates and q from activations to gradients; what z carries over is added to
 * dh_before (NULL at the first step), and sums over the rows to dbias [6H]:
 * parts z, r, h of b and part h of b' (those of z and r are the same in both).
 */
static RN_TARGET void
RN_NAME(backward_after) (RnActivation activation, rn_real *gates, rn_real *q, const rn_real *before,
						 const rn_real *dh, rn_real *dh_before, rn_real *dbias, size_t B, size_t H)
{
	FOR_ALL(backward_after_columns, activation, gates, q, before, dh, dh_before, dbias + j, H);
}

/* ---- the original variant, whose candidate waits for r * h_{t-1} ---- */

RN_INLINE void
RN_NAME(reset_columns) (const bool whole, int n, size_t at, size_t row, rn_real *gates,
						const rn_real *before, rn_real *q, size_t H)
{
	VEC			r = vsigmoid(GET(gates + row + H));

	PUT(gates + row, vsigmoid(GET(gates + row)));
	PUT(gates + row + H, r);
	PUT(q + at, r * GET(before + at));
}

/* z and r from sums to activations, and q = r * before. */
static RN_TARGET void
RN_NAME(reset) (rn_real *gates, const rn_real *before, rn_real *q, size_t B, size_t H)
{
	FOR_ALL(reset_columns, gates, before, q, H);
}

RN_INLINE void
RN_NAME(mix_columns) (const bool whole, int n, size_t at, size_t row,
					  RnActivation activation, rn_real *gates, const rn_real *before,
					  rn_real *h, size_t H)
{
	VEC			z = GET(gates + row);
	VEC			g = vactivate(activation, GET(gates + row + 2 * H));

	PUT(gates + row + 2 * H, g);
	PUT(h + at, z * GET(before + at) + (1 - z) * g);
}

/* The candidate from sum to activation, and h_t. */
static RN_TARGET void
RN_NAME(mix) (RnActivation activation, rn_real *gates, const rn_real *before, rn_real *h,
			  size_t B, size_t H)
{
	FOR_ALL(mix_columns, activation, gates, before, h, H);
}

RN_INLINE void
RN_NAME(backward_mix_columns) (const bool whole, int n, size_t at, size_t row,
							   RnActivation activation, rn_real *gates,
							   const rn_real *before, const rn_real *dh, rn_real *dh_before,
							   rn_real *dbias, size_t H)
{
	VEC			z = GET(gates + row);
	VEC			g = GET(gates + row + 2 * H);
	VEC			d = GET(dh + at);
	VEC			da = d * (1 - z) * vslope(activation, g);
	VEC			dz = d * (GET(before + at) - g) * z * (1 - z);

	PUT(gates + row, dz);
	PUT(gates + row + 2 * H, da);
	if (dh_before != NULL)
		ADD(dh_before + at, d * z);
	ADD(dbias, dz);
	ADD(dbias + 2 * H, da);
}

/* z and the candidate from activations to gradients; dh_before, dbias [3H] as above. */
static RN_TARGET void
RN_NAME(backward_mix) (RnActivation activation, rn_real *gates, const rn_real *before,
					   const rn_real *dh, rn_real *dh_before, rn_real *dbias, size_t B, size_t H)
{
	FOR_ALL(backward_mix_columns, activation, gates, before, dh, dh_before, dbias + j, H);
}

RN_INLINE void
RN_NAME(backward_reset_columns) (const bool whole, int n, size_t at, size_t row,
								 rn_real *gates, const rn_real *before, rn_real *dq,
								 rn_real *dbias, size_t H)
{
	VEC			r = GET(gates + row + H);
	VEC			d = GET(dq + at);
	VEC			dr = d * GET(before + at) * r * (1 - r);

	PUT(gates + row + H, dr);
	PUT(dq + at, d * r);
	ADD(dbias + H, dr);
}

/* r from activation to gradient; dq [B][H] becomes the gradient by before. */
static RN_TARGET void
RN_NAME(backward_reset) (rn_real *gates, const rn_real *before, rn_real *dq, rn_real *dbias,
						 size_t B, size_t H)
{
	FOR_ALL(backward_reset_columns, gates, before, dq, dbias + j, H);
}

#undef FOR_ALL
