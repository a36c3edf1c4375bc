/*
 * lstm_kernel.h
 *		The elementwise part of the LSTM, fused; kernels of cell_lstm.c, in its
 *		names.
 */
#include "base/vector_math.h"
#include "nn/activation_kernel.h"

/*
 * One row, n columns of it, RN_LANES if whole; pointers at the first of them.
 * In two passes, so that the chains of operations stay short and the processor
 * can have several of them under way.
 */
RN_INLINE void
RN_NAME(state_columns) (const bool whole, int n, RnActivation activation, rn_real *gates,
						const rn_real *c_before, rn_real *c, size_t H)
{
	VEC			i = vsigmoid(GET(gates));
	VEC			f = vsigmoid(GET(gates + H));
	VEC			g = vactivate(activation, GET(gates + 2 * H));
	VEC			o = vsigmoid(GET(gates + 3 * H));

	PUT(gates, i);
	PUT(gates + H, f);
	PUT(gates + 2 * H, g);
	PUT(gates + 3 * H, o);
	PUT(c, f * GET(c_before) + i * g);
}

RN_INLINE void
RN_NAME(output_columns) (const bool whole, int n, RnActivation activation, const rn_real *o,
						 const rn_real *c, rn_real *fc, rn_real *h)
{
	VEC			f_of_state = vactivate(activation, GET(c));

	PUT(fc, f_of_state);
	PUT(h, GET(o) * f_of_state);
}

/* Step t of B sequences: gates [B][4H] from sums to activations, and c, f(c), h [B][H]. */
static RN_TARGET void
RN_NAME(forward_step) (RnActivation activation, rn_real *gates, const rn_real *c_before,
					   rn_real *c, rn_real *fc, rn_real *h, size_t B, size_t H)
{
	for (size_t row = 0; row < B * H; row += H, gates += 4 * H)
	{
		size_t		j = 0;

		for (; j + RN_LANES <= H; j += RN_LANES)
			RN_NAME(state_columns) (true, RN_LANES, activation, gates + j, c_before + row + j,
									c + row + j, H);
		if (j < H)
			RN_NAME(state_columns) (false, (int) (H - j), activation, gates + j, c_before + row + j,
									c + row + j, H);
	}
	gates -= 4 * B * H;
	for (size_t row = 0; row < B * H; row += H)
	{
		const rn_real *o = gates + 4 * row + 3 * H;
		size_t		j = 0;

		for (; j + RN_LANES <= H; j += RN_LANES)
			RN_NAME(output_columns) (true, RN_LANES, activation, o + j, c + row + j, fc + row + j,
									 h + row + j);
		if (j < H)
			RN_NAME(output_columns) (false, (int) (H - j), activation, o + j, c + row + j, fc + row + j,
									 h + row + j);
	}
}

RN_INLINE void
RN_NAME(backward_columns) (const bool whole, int n, RnActivation activation, rn_real *gates,
						   const rn_real *c_before, const rn_real *fc, const rn_real *dh,
						   rn_real *dc, rn_real *dbias, size_t H)
{
	VEC			i = GET(gates);
	VEC			f = GET(gates + H);
	VEC			g = GET(gates + 2 * H);
	VEC			o = GET(gates + 3 * H);
	VEC			dh_here = GET(dh);
	VEC			f_of_state = GET(fc);
	VEC			d = GET(dc) + dh_here * o * vslope(activation, f_of_state);
	VEC			di = d * g * i * (1 - i);
	VEC			df = d * GET(c_before) * f * (1 - f);
	VEC			dg = d * i * vslope(activation, g);
	VEC			d_o = dh_here * f_of_state * o * (1 - o);

	PUT(dc, d * f);
	PUT(gates, di);
	PUT(gates + H, df);
	PUT(gates + 2 * H, dg);
	PUT(gates + 3 * H, d_o);
	ADD(dbias, di);
	ADD(dbias + H, df);
	ADD(dbias + 2 * H, dg);
	ADD(dbias + 3 * H, d_o);
}

/*
 * Step t back: gates from activations to the gradients by the sums, which are
 * also added up in dbias [4H]; dc [B][H] from the gradient by c_t that came
 * from t + 1 to the one for t - 1.
 */
static RN_TARGET void
RN_NAME(backward_step) (RnActivation activation, rn_real *gates, const rn_real *c_before,
						const rn_real *fc, const rn_real *dh, rn_real *dc, rn_real *dbias,
						size_t B, size_t H)
{
	for (size_t row = 0; row < B * H; row += H)
	{
		size_t		j = 0;

		for (; j + RN_LANES <= H; j += RN_LANES)
			RN_NAME(backward_columns) (true, RN_LANES, activation, gates + 4 * row + j, c_before + row + j,
									   fc + row + j, dh + row + j, dc + row + j, dbias + j, H);
		if (j < H)
			RN_NAME(backward_columns) (false, (int) (H - j), activation, gates + 4 * row + j,
									   c_before + row + j, fc + row + j, dh + row + j, dc + row + j,
									   dbias + j, H);
	}
}
