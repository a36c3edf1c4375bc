/*
 * cell_lstm.c
 *		LSTM with forget gate, without peepholes: Keras's and PyTorch's.
 *
 *	i_t = s(W_i x_t + U_i h_{t-1} + b_i)
 *	f_t = s(W_f x_t + U_f h_{t-1} + b_f)
 *	g_t = f(W_c x_t + U_c h_{t-1} + b_c)
 *	o_t = s(W_o x_t + U_o h_{t-1} + b_o)
 *	c_t = f_t * c_{t-1} + i_t * g_t
 *	h_t = o_t * f(c_t)
 *
 * with s the sigmoid and f the layer's activation; gate order i, f, c, o in
 * kernel, recurrent kernel and bias, as in Keras.
 *
 * Hochreiter & Schmidhuber, "Long short-term memory", Neural Computation 9(8),
 * 1997; Gers, Schmidhuber, Cummins, "Learning to forget", 2000.  Recurrent
 * dropout as in cell_simple.c.  tape->aux holds f(c_t).
 */
#include <string.h>

#include "base/gemm.h"
#include "base/math.h"
#include "nn/activation.h"
#include "nn/sequence.h"

/* c = f * c_before + i * g, and a copy of it; all [H]. */
RN_VECTOR static void
new_state(rn_real *c, rn_real *copy, const rn_real *gates, const rn_real *before, size_t H)
{
	const rn_real *i = gates;
	const rn_real *f = gates + H;
	const rn_real *g = gates + 2 * H;

	for (size_t j = 0; j < H; j++)
		c[j] = copy[j] = f[j] * before[j] + i[j] * g[j];
}

/*
 * One step of one sequence: gates [4H] hold the sums and get their
 * activations; c, fc, h [H] are written.
 */
static void
forward_row(RnActivation activation, rn_real *gates, const rn_real *c_before,
			rn_real *c, rn_real *fc, rn_real *h, size_t H)
{
	rn_math_sigmoid(gates, 2 * H);
	rn_activation_apply(activation, gates + 2 * H, H);
	rn_math_sigmoid(gates + 3 * H, H);
	new_state(c, fc, gates, c_before, H);
	rn_activation_apply(activation, fc, H);
	rn_math_multiply(h, gates + 3 * H, fc, H);
}

static RnCode
forward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		RnLayerTape *tape, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;

	RN_TRY(rn_sequence_inputs(host, spec, weights, tape, T, B));
	memset(tape->h, 0, BH * sizeof(rn_real));
	memset(tape->c, 0, BH * sizeof(rn_real));
	for (int t = 0; t < T; t++)
	{
		rn_real    *gates = tape->gates + (size_t) t * 4 * BH;
		const rn_real *h_before = rn_sequence_previous(spec, tape, t, B);

		if (t > 0)
			RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) B, 4 * H, H, h_before, H,
						   weights->recurrent, 4 * H, 1, gates, 4 * H));
		for (size_t row = (size_t) t * BH; row < (size_t) (t + 1) * BH; row += H)
			forward_row(spec->activation, tape->gates + 4 * row, tape->c + row,
						tape->c + row + BH, tape->aux + row, tape->h + row + BH, H);
	}
	return RN_OK;
}

/*
 * One step of one sequence: gates [4H] hold the activations and get the
 * gradients by the sums; dc [H] holds the gradient by c_t that came from
 * t + 1 and gets the one for t - 1.
 */
RN_VECTOR static void
backward_row(RnActivation activation, rn_real *gates, const rn_real *c_before,
			 const rn_real *fc, const rn_real *dh, rn_real *dc, size_t H)
{
	rn_real    *i = gates;
	rn_real    *f = gates + H;
	rn_real    *g = gates + 2 * H;
	rn_real    *o = gates + 3 * H;

	for (size_t j = 0; j < H; j++)
	{
		rn_real		d = dc[j] + dh[j] * o[j] * rn_activation_slope(activation, fc[j]);
		rn_real		di = d * g[j] * i[j] * (1 - i[j]);
		rn_real		dg = d * i[j] * rn_activation_slope(activation, g[j]);

		dc[j] = d * f[j];
		i[j] = di;
		f[j] = d * c_before[j] * f[j] * (1 - f[j]);
		g[j] = dg;
		o[j] = dh[j] * fc[j] * o[j] * (1 - o[j]);
	}
}

static RnCode
backward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		 RnLayerTape *tape, rn_real *dh, rn_real *dx, RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	rn_real    *dc = tape->work;

	memset(dc, 0, BH * sizeof(rn_real));
	for (int t = T - 1; t >= 0; t--)
	{
		rn_real    *da = tape->gates + (size_t) t * 4 * BH;

		for (size_t row = 0; row < BH; row += H)
		{
			size_t		at = (size_t) t * BH + row;

			backward_row(spec->activation, da + 4 * row, tape->c + at, tape->aux + at,
						 dh + at, dc + row, H);
		}
		if (t > 0)
			RN_TRY(rn_sequence_feed_back(host, spec, weights, tape, da,
										 dh + (size_t) (t - 1) * BH, B));
	}
	RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, H, 4 * H, (size_t) T * (size_t) B,
				   rn_sequence_fed_back(tape), H, tape->gates, 4 * H, 0, grad->recurrent, 4 * H));
	return rn_sequence_input_gradients(host, spec, weights, tape, dx, grad, T, B);
}

const RnCell rn_cell_lstm = {
	.name = "lstm",
	.title = "LSTM",
	.gates = 4,
	.has_c = true,
	.has_aux = true,
	.forward = forward,
	.backward = backward
};
