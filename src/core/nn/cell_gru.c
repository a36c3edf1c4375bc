/*
 * cell_gru.c
 *		GRU, in both variants, gate order z, r, h as in Keras.
 *
 *	z_t = s(W_z x_t + U_z h_{t-1} + b_z)
 *	r_t = s(W_r x_t + U_r h_{t-1} + b_r)
 *
 * with reset_after (Keras's default, PyTorch's and cuDNN's only one), where
 * the recurrent sums have a bias b' of their own:
 *
 *	q_t = U_h h_{t-1} + b'_h
 *	g_t = f(W_h x_t + b_h + r_t * q_t)
 *
 * without it, as in Cho et al., "Learning phrase representations using RNN
 * encoder-decoder for statistical machine translation", EMNLP 2014:
 *
 *	q_t = r_t * h_{t-1}
 *	g_t = f(W_h x_t + U_h q_t + b_h)
 *
 * and in both
 *
 *	h_t = z_t * h_{t-1} + (1 - z_t) * g_t
 *
 * Recurrent dropout masks the h_{t-1} of the products, not the one that z_t
 * carries over.  tape->aux holds q_t; backward overwrites it.
 */
#include <string.h>

#include "base/gemm.h"
#include "base/math.h"
#include "nn/activation.h"
#include "nn/sequence.h"

/* h = z * before + (1 - z) * g; all [H]. */
RN_VECTOR static void
mix(rn_real *h, const rn_real *z, const rn_real *before, const rn_real *g, size_t H)
{
	for (size_t j = 0; j < H; j++)
		h[j] = z[j] * before[j] + (1 - z[j]) * g[j];
}

/* gates [2H] += recurrent [2H], the sums of z and r; q [H] is the third part. */
RN_VECTOR static void
add_recurrent(rn_real *gates, rn_real *q, const rn_real *recurrent, size_t H)
{
	for (size_t j = 0; j < 2 * H; j++)
		gates[j] += recurrent[j];
	for (size_t j = 0; j < H; j++)
		q[j] = recurrent[2 * H + j];
}

/* g += r * q; all [H]. */
RN_VECTOR static void
add_product(rn_real *g, const rn_real *r, const rn_real *q, size_t H)
{
	for (size_t j = 0; j < H; j++)
		g[j] += r[j] * q[j];
}

/* Step t with reset_after; before is h_{t-1} as U sees it. */
static RnCode
step_reset_after(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
				 RnLayerTape *tape, const rn_real *before, int t, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	rn_real    *recurrent = tape->work;

	rn_math_fill_rows(recurrent, weights->bias + 3 * H, (size_t) B, 3 * H);
	if (t > 0)
		RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) B, 3 * H, H, before, H,
					   weights->recurrent, 3 * H, 1, recurrent, 3 * H));
	for (size_t row = 0; row < BH; row += H)
	{
		size_t		at = (size_t) t * BH + row;
		rn_real    *gates = tape->gates + 3 * at;

		add_recurrent(gates, tape->aux + at, recurrent + 3 * row, H);
		rn_math_sigmoid(gates, 2 * H);
		add_product(gates + 2 * H, gates + H, tape->aux + at, H);
		rn_activation_apply(spec->activation, gates + 2 * H, H);
		mix(tape->h + at + BH, gates, tape->h + at, gates + 2 * H, H);
	}
	return RN_OK;
}

/* Step t of the original variant. */
static RnCode
step_original(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
			  RnLayerTape *tape, const rn_real *before, int t, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	rn_real    *gates = tape->gates + (size_t) t * 3 * BH;
	rn_real    *q = tape->aux + (size_t) t * BH;

	if (t > 0)
		RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) B, 2 * H, H, before, H,
					   weights->recurrent, 3 * H, 1, gates, 3 * H));
	for (size_t row = 0; row < BH; row += H)
	{
		rn_math_sigmoid(gates + 3 * row, 2 * H);
		rn_math_multiply(q + row, gates + 3 * row + H, before + row, H);
	}
	if (t > 0)
		RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, (size_t) B, H, H, q, H,
					   weights->recurrent + 2 * H, 3 * H, 1, gates + 2 * H, 3 * H));
	for (size_t row = 0; row < BH; row += H)
	{
		size_t		at = (size_t) t * BH + row;

		rn_activation_apply(spec->activation, gates + 3 * row + 2 * H, H);
		mix(tape->h + at + BH, gates + 3 * row, tape->h + at, gates + 3 * row + 2 * H, H);
	}
	return RN_OK;
}

static RnCode
forward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		RnLayerTape *tape, int T, int B)
{
	size_t		BH = (size_t) B * (size_t) spec->units;

	RN_TRY(rn_sequence_inputs(host, spec, weights, tape, T, B));
	memset(tape->h, 0, BH * sizeof(rn_real));
	for (int t = 0; t < T; t++)
	{
		const rn_real *before = rn_sequence_previous(spec, tape, t, B);

		if (spec->reset_after)
			RN_TRY(step_reset_after(host, spec, weights, tape, before, t, B));
		else
			RN_TRY(step_original(host, spec, weights, tape, before, t, B));
	}
	return RN_OK;
}

/*
 * One step of one sequence with reset_after: gates [3H] and q [H] hold the
 * activations and get the gradients by W x + b and by q; recurrent [3H] gets
 * the gradients by U h + b' in one piece; the part of dh that z carries over
 * is added to dh_before (NULL at the first step).
 */
RN_VECTOR static void
backward_reset_after(RnActivation activation, rn_real *gates, rn_real *q, rn_real *recurrent,
					 const rn_real *h_before, const rn_real *dh, rn_real *dh_before, size_t H)
{
	rn_real    *z = gates;
	rn_real    *r = gates + H;
	rn_real    *g = gates + 2 * H;

	if (dh_before != NULL)
		for (size_t j = 0; j < H; j++)
			dh_before[j] += dh[j] * z[j];
	for (size_t j = 0; j < H; j++)
	{
		rn_real		da = dh[j] * (1 - z[j]) * rn_activation_slope(activation, g[j]);
		rn_real		dz = dh[j] * (h_before[j] - g[j]) * z[j] * (1 - z[j]);
		rn_real		dr = da * q[j] * r[j] * (1 - r[j]);
		rn_real		dq = da * r[j];

		z[j] = recurrent[j] = dz;
		r[j] = recurrent[H + j] = dr;
		q[j] = recurrent[2 * H + j] = dq;
		g[j] = da;
	}
}

static RnCode
unroll_reset_after(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
				   RnLayerTape *tape, rn_real *dh, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	rn_real    *recurrent = tape->work;

	for (int t = T - 1; t >= 0; t--)
	{
		for (size_t row = 0; row < BH; row += H)
		{
			size_t		at = (size_t) t * BH + row;

			backward_reset_after(spec->activation, tape->gates + 3 * at, tape->aux + at,
								 recurrent + 3 * row, tape->h + at, dh + at,
								 t > 0 ? dh + at - BH : NULL, H);
		}
		if (t > 0)
			RN_TRY(rn_sequence_feed_back(host, spec, weights, tape, recurrent,
										 dh + (size_t) (t - 1) * BH, B));
	}
	return RN_OK;
}

/* The first half of a step of the original variant: z and g. */
RN_VECTOR static void
backward_candidate(RnActivation activation, rn_real *gates, const rn_real *h_before,
				   const rn_real *dh, rn_real *dh_before, size_t H)
{
	rn_real    *z = gates;
	rn_real    *g = gates + 2 * H;

	if (dh_before != NULL)
		for (size_t j = 0; j < H; j++)
			dh_before[j] += dh[j] * z[j];
	for (size_t j = 0; j < H; j++)
	{
		rn_real		da = dh[j] * (1 - z[j]) * rn_activation_slope(activation, g[j]);

		z[j] = dh[j] * (h_before[j] - g[j]) * z[j] * (1 - z[j]);
		g[j] = da;
	}
}

/*
 * The second half: from dq [H] the gradient by r's sum; dq itself becomes
 * that by the h_{t-1} in q = r * h_{t-1}.
 */
RN_VECTOR static void
backward_reset(rn_real *r, rn_real *dq, const rn_real *before, size_t H)
{
	for (size_t j = 0; j < H; j++)
	{
		rn_real		dh = dq[j] * r[j];

		r[j] = dq[j] * before[j] * r[j] * (1 - r[j]);
		dq[j] = dh;
	}
}

static RnCode
unroll_original(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
				RnLayerTape *tape, rn_real *dh, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	const rn_real *U = weights->recurrent;
	rn_real    *dq = tape->work;

	for (int t = T - 1; t >= 0; t--)
	{
		size_t		step = (size_t) t * BH;
		rn_real    *gates = tape->gates + 3 * step;
		const rn_real *before = rn_sequence_fed_back(tape) + step;

		for (size_t row = 0; row < BH; row += H)
			backward_candidate(spec->activation, gates + 3 * row, tape->h + step + row,
							   dh + step + row, t > 0 ? dh + step + row - BH : NULL, H);
		RN_TRY(rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, (size_t) B, H, H,
					   gates + 2 * H, 3 * H, U + 2 * H, 3 * H, 0, dq, H));
		for (size_t row = 0; row < BH; row += H)
			backward_reset(gates + 3 * row + H, dq + row, before + row, H);
		if (t == 0)
			break;
		RN_TRY(rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, (size_t) B, H, 2 * H,
					   gates, 3 * H, U, 3 * H, 1, dq, H));
		rn_sequence_add_masked(tape, dh + step - BH, dq, BH);
	}
	return RN_OK;
}

static RnCode
backward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		 RnLayerTape *tape, rn_real *dh, rn_real *dx, RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		rows = (size_t) T * (size_t) B;
	const rn_real *before = rn_sequence_fed_back(tape);

	if (spec->reset_after)
	{
		RN_TRY(unroll_reset_after(host, spec, weights, tape, dh, T, B));
		RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, H, H, rows, before, H,
					   tape->aux, H, 0, grad->recurrent + 2 * H, 3 * H));
		RN_TRY(rn_sequence_bias_gradient(host, tape->gates, rows, 2 * H, 3 * H, grad->bias + 3 * H));
		RN_TRY(rn_sequence_bias_gradient(host, tape->aux, rows, H, H, grad->bias + 5 * H));
	}
	else
	{
		RN_TRY(unroll_original(host, spec, weights, tape, dh, T, B));
		RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, H, H, rows, tape->aux, H,
					   tape->gates + 2 * H, 3 * H, 0, grad->recurrent + 2 * H, 3 * H));
	}
	RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, H, 2 * H, rows, before, H,
				   tape->gates, 3 * H, 0, grad->recurrent, 3 * H));
	return rn_sequence_input_gradients(host, spec, weights, tape, dx, grad, T, B);
}

const RnCell rn_cell_gru = {
	.name = "gru",
	.title = "GRU",
	.gates = 3,
	.has_aux = true,
	.forward = forward,
	.backward = backward
};
