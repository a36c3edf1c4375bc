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
#include <math.h>
#include <string.h>

#include "base/math.h"
#include "nn/activation.h"
#include "nn/sequence.h"

#define RN_KERNELS "nn/simple_kernel.h"
#include "base/vector_foreach.h"

static RnCode
forward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		RnLayerTape *tape, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		used = 0;
	RnColumns	all;

	RN_TRY(rn_sequence_pack(host, spec, weights, tape, 0, H, &used, &all));
	memset(tape->h, 0, BH * sizeof(rn_real));
	for (int t = 0; t < T; t++)
	{
		rn_real    *h = tape->h + (size_t) (t + 1) * BH;

		RN_TRY(rn_sequence_sums(host, spec, tape, &all, weights->bias, H, t, B, h, H));
		rn_activation_apply(spec->activation, h, BH);
	}
	return RN_OK;
}

/* The gradients by the sums are also added up over time, in work [B][H]. */
static RnCode
backward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		 RnLayerTape *tape, rn_real *dh, rn_real *dx, RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		used = 0;
	const rn_real *recurrent_back;
	const rn_real *kernel_back = NULL;

	RN_TRY(rn_sequence_pack_recurrent_back(host, spec, weights, tape, 0, H, &used, &recurrent_back));
	if (dx != NULL)
		RN_TRY(rn_sequence_pack_kernel_back(host, spec, weights, tape, &used, &kernel_back));
	memset(tape->work, 0, BH * sizeof(rn_real));
	for (int t = T - 1; t >= 0; t--)
	{
		size_t		at = (size_t) t * BH;
		rn_real    *da = tape->gates + at;
		RnTerm		term = {H, da, H, recurrent_back};

		RN_KERNEL(backward_step)(spec->activation, da, dh + at, tape->h + at + BH, tape->work, BH);
		RN_TRY(rn_sequence_feed_below(host, spec, da, kernel_back, dx, t, B));
		if (t > 0)
			RN_TRY(rn_sequence_feed_back(host, spec, tape, &term, 1, dh + at - BH, B));
	}
	if (!tape->add)
		memset(grad->bias, 0, H * sizeof(rn_real));
	rn_math_add_rows(grad->bias, tape->work, (size_t) B, H, H);
	RN_TRY(rn_sequence_recurrent_gradient(host, spec, tape, rn_sequence_fed_back(tape), tape->gates,
										  H, H, 0, grad, T, B));
	return rn_sequence_kernel_gradient(host, spec, tape, grad, T, B);
}

const RnCell rn_cell_simple = {
	.name = "rnn",
	.title = "SimpleRNN",
	.gates = 1,
	.forward = forward,
	.backward = backward
};
