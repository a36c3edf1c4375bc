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
#include <math.h>
#include <string.h>

#include "nn/sequence.h"

#define RN_KERNELS "nn/lstm_kernel.h"
#include "base/vector_foreach.h"

static RnCode
forward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		RnLayerTape *tape, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		used = 0;
	RnColumns	all;

	RN_TRY(rn_sequence_pack(host, spec, weights, tape, 0, 4 * H, &used, &all));
	memset(tape->h, 0, BH * sizeof(rn_real));
	memset(tape->c, 0, BH * sizeof(rn_real));
	for (int t = 0; t < T; t++)
	{
		size_t		at = (size_t) t * BH;
		rn_real    *gates = tape->gates + 4 * at;

		RN_TRY(rn_sequence_sums(host, spec, tape, &all, weights->bias, 4 * H, t, B, gates, 4 * H));
		RN_KERNEL(forward_step)(spec->activation, gates, tape->c + at, tape->c + at + BH,
								tape->aux + at, tape->h + at + BH, (size_t) B, H);
	}
	return RN_OK;
}

/*
 * Step by step the gates become the gradients by the sums, da [4H], with dc
 * [B][H] the gradient by c_t that comes from t + 1.
 */
static RnCode
backward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		 RnLayerTape *tape, rn_real *dh, rn_real *dx, RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		used = 0;
	rn_real    *dc = tape->work;
	const rn_real *recurrent_back;
	const rn_real *kernel_back = NULL;

	RN_TRY(rn_sequence_pack_recurrent_back(host, spec, weights, tape, 0, 4 * H, &used, &recurrent_back));
	if (dx != NULL)
		RN_TRY(rn_sequence_pack_kernel_back(host, spec, weights, tape, &used, &kernel_back));
	memset(dc, 0, BH * sizeof(rn_real));
	if (!tape->add)
		memset(grad->bias, 0, 4 * H * sizeof(rn_real));
	for (int t = T - 1; t >= 0; t--)
	{
		size_t		at = (size_t) t * BH;
		rn_real    *da = tape->gates + 4 * at;
		RnTerm		term = {4 * H, da, 4 * H, recurrent_back};

		RN_KERNEL(backward_step)(spec->activation, da, tape->c + at, tape->aux + at, dh + at,
								 dc, grad->bias, (size_t) B, H);
		RN_TRY(rn_sequence_feed_below(host, spec, da, kernel_back, dx, t, B));
		if (t > 0)
			RN_TRY(rn_sequence_feed_back(host, spec, tape, &term, 1, dh + at - BH, B));
	}
	RN_TRY(rn_sequence_recurrent_gradient(host, spec, tape, rn_sequence_fed_back(tape), tape->gates,
										  4 * H, 4 * H, 0, grad, T, B));
	return rn_sequence_kernel_gradient(host, spec, tape, grad, T, B);
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
