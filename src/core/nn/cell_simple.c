/*
 * cell_simple.c
 *		SimpleRNN: Elman's network.
 *
 *	a_t = W x_t + U h_{t-1} + b
 *	h_t = f(a_t)
 *
 * Elman, "Finding structure in time", Cognitive Science 14, 1990.  Recurrent
 * dropout masks h_{t-1} inside the product, one mask per sequence: Gal &
 * Ghahramani, "A theoretically grounded application of dropout in recurrent
 * neural networks", NIPS 2016.
 */
#include <string.h>

#include "base/gemm.h"
#include "base/math.h"
#include "nn/activation.h"
#include "nn/sequence.h"

static RnCode
forward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		RnLayerTape *tape, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;

	RN_TRY(rn_sequence_inputs(host, spec, weights, tape, T, B));
	memset(tape->h, 0, BH * sizeof(rn_real));
	for (int t = 0; t < T; t++)
	{
		rn_real    *a = tape->gates + (size_t) t * BH;
		rn_real    *h = tape->h + (size_t) (t + 1) * BH;
		const rn_real *before = rn_sequence_previous(spec, tape, t, B);

		if (t > 0)
			RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) B, H, H, before, H,
						   weights->recurrent, H, 1, a, H));
		memcpy(h, a, BH * sizeof(rn_real));
		rn_activation_apply(spec->activation, h, BH);
	}
	return RN_OK;
}

/* da = dh * f'(a), from h = f(a); all [n]. */
RN_VECTOR static void
activation_gradient(RnActivation activation, rn_real *da, const rn_real *dh, const rn_real *h, size_t n)
{
	for (size_t i = 0; i < n; i++)
		da[i] = dh[i] * rn_activation_slope(activation, h[i]);
}

static RnCode
backward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		 RnLayerTape *tape, rn_real *dh, rn_real *dx, RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;

	for (int t = T - 1; t >= 0; t--)
	{
		rn_real    *da = tape->gates + (size_t) t * BH;

		activation_gradient(spec->activation, da, dh + (size_t) t * BH,
							tape->h + (size_t) (t + 1) * BH, BH);
		if (t > 0)
			RN_TRY(rn_sequence_feed_back(host, spec, weights, tape, da,
										 dh + (size_t) (t - 1) * BH, B));
	}
	RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, H, H, (size_t) T * (size_t) B,
				   rn_sequence_fed_back(tape), H, tape->gates, H, 0, grad->recurrent, H));
	return rn_sequence_input_gradients(host, spec, weights, tape, dx, grad, T, B);
}

const RnCell rn_cell_simple = {
	.name = "rnn",
	.title = "SimpleRNN",
	.gates = 1,
	.forward = forward,
	.backward = backward
};
