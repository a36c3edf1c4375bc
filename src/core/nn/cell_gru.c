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
#include <math.h>
#include <string.h>

#include "nn/sequence.h"

#define RN_KERNELS "nn/gru_kernel.h"
#include "base/vector_foreach.h"

/* The columns of z and r, and those of the candidate. */
typedef struct Packed
{
	RnColumns	zr;
	RnColumns	candidate;
	const rn_real *zr_bias;		/* [2H] all that is added to the sums of z and r */
} Packed;

/* Both groups of columns; with reset_after the sum of both biases in work [2H]. */
static RnCode
pack(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights, RnLayerTape *tape,
	 rn_real *work, Packed *packed)
{
	size_t		H = (size_t) spec->units;
	size_t		used = 0;

	RN_TRY(rn_sequence_pack(host, spec, weights, tape, 0, 2 * H, &used, &packed->zr));
	RN_TRY(rn_sequence_pack(host, spec, weights, tape, 2 * H, H, &used, &packed->candidate));
	packed->zr_bias = weights->bias;
	if (spec->reset_after)
	{
		for (size_t i = 0; i < 2 * H; i++)
			work[i] = weights->bias[i] + weights->bias[3 * H + i];
		packed->zr_bias = work;
	}
	return RN_OK;
}

/* Step t with reset_after; before is h_{t-1} as U sees it. */
static RnCode
step_reset_after(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
				 RnLayerTape *tape, const Packed *packed, const rn_real *before, int t, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		at = (size_t) t * BH;
	rn_real    *gates = tape->gates + 3 * at;
	RnTerm		x = rn_sequence_input_term(spec, tape, &packed->candidate, t, B);
	RnTerm		h = rn_sequence_recurrent_term(spec, &packed->candidate, before);

	RN_TRY(rn_gemm_sum(host, (size_t) B, H, &x, 1, RN_START_BIAS, weights->bias + 2 * H,
					   gates + 2 * H, 3 * H));
	RN_TRY(rn_gemm_sum(host, (size_t) B, H, &h, t > 0 ? 1 : 0, RN_START_BIAS, weights->bias + 5 * H,
					   tape->aux + at, H));
	RN_KERNEL(forward_after)(spec->activation, gates, tape->aux + at, tape->h + at,
							 tape->h + at + BH, (size_t) B, H);
	return RN_OK;
}

/* Step t of the original variant. */
static RnCode
step_original(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
			  RnLayerTape *tape, const Packed *packed, const rn_real *before, int t, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		at = (size_t) t * BH;
	rn_real    *gates = tape->gates + 3 * at;
	rn_real    *q = tape->aux + at;
	RnTerm		term[2] = {
		rn_sequence_input_term(spec, tape, &packed->candidate, t, B),
		rn_sequence_recurrent_term(spec, &packed->candidate, q)
	};

	RN_KERNEL(reset)(gates, before, q, (size_t) B, H);
	RN_TRY(rn_gemm_sum(host, (size_t) B, H, term, t > 0 ? 2 : 1, RN_START_BIAS,
					   weights->bias + 2 * H, gates + 2 * H, 3 * H));
	RN_KERNEL(mix)(spec->activation, gates, tape->h + at, tape->h + at + BH, (size_t) B, H);
	return RN_OK;
}

static RnCode
forward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		RnLayerTape *tape, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	Packed		packed;

	RN_TRY(pack(host, spec, weights, tape, tape->work, &packed));
	memset(tape->h, 0, BH * sizeof(rn_real));
	for (int t = 0; t < T; t++)
	{
		const rn_real *before = rn_sequence_previous(spec, tape, t, B);
		RnTerm		term[2] = {
			rn_sequence_input_term(spec, tape, &packed.zr, t, B),
			rn_sequence_recurrent_term(spec, &packed.zr, before)
		};

		RN_TRY(rn_gemm_sum(host, (size_t) B, 2 * H, term, t > 0 ? 2 : 1, RN_START_BIAS,
						   packed.zr_bias, tape->gates + 3 * (size_t) t * BH, 3 * H));
		if (spec->reset_after)
			RN_TRY(step_reset_after(host, spec, weights, tape, &packed, before, t, B));
		else
			RN_TRY(step_original(host, spec, weights, tape, &packed, before, t, B));
	}
	return RN_OK;
}

/* U^T by the rows of z and r and of the candidate, and W^T. */
typedef struct PackedBack
{
	const rn_real *zr;
	const rn_real *candidate;
	const rn_real *kernel;		/* NULL without a layer below */
} PackedBack;

static RnCode
pack_back(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights, RnLayerTape *tape,
		  bool below, PackedBack *packed)
{
	size_t		H = (size_t) spec->units;
	size_t		used = 0;

	packed->kernel = NULL;
	RN_TRY(rn_sequence_pack_recurrent_back(host, spec, weights, tape, 0, 2 * H, &used, &packed->zr));
	RN_TRY(rn_sequence_pack_recurrent_back(host, spec, weights, tape, 2 * H, H, &used,
										   &packed->candidate));
	if (!below)
		return RN_OK;
	return rn_sequence_pack_kernel_back(host, spec, weights, tape, &used, &packed->kernel);
}

/* Step t back with reset_after: gates and aux (q) become their gradients. */
static RnCode
back_reset_after(RnHost *host, const RnLayerSpec *spec, RnLayerTape *tape, const PackedBack *packed,
				 rn_real *dh, RnLayerWeights *grad, int t, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		at = (size_t) t * BH;
	rn_real    *dh_before = t > 0 ? dh + at - BH : NULL;
	RnTerm		term[2] = {
		{2 * H, tape->gates + 3 * at, 3 * H, packed->zr},
		{H, tape->aux + at, H, packed->candidate}
	};

	RN_KERNEL(backward_after)(spec->activation, tape->gates + 3 * at, tape->aux + at, tape->h + at,
							  dh + at, dh_before, grad->bias, (size_t) B, H);
	if (t == 0)
		return RN_OK;
	return rn_sequence_feed_back(host, spec, tape, term, 2, dh_before, B);
}

/* Step t back of the original variant: gates become their gradients. */
static RnCode
back_original(RnHost *host, const RnLayerSpec *spec, RnLayerTape *tape, const PackedBack *packed,
			  rn_real *dh, RnLayerWeights *grad, int t, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	size_t		at = (size_t) t * BH;
	rn_real    *gates = tape->gates + 3 * at;
	rn_real    *dh_before = t > 0 ? dh + at - BH : NULL;
	const rn_real *before = rn_sequence_fed_back(tape) + at;
	rn_real    *dq = tape->work;
	RnTerm		candidate = {H, gates + 2 * H, 3 * H, packed->candidate};
	RnTerm		zr = {2 * H, gates, 3 * H, packed->zr};

	RN_KERNEL(backward_mix)(spec->activation, gates, tape->h + at, dh + at, dh_before,
							grad->bias, (size_t) B, H);
	RN_TRY(rn_gemm_sum(host, (size_t) B, H, &candidate, 1, RN_START_ZERO, NULL, dq, H));
	RN_KERNEL(backward_reset)(gates, before, dq, grad->bias, (size_t) B, H);
	if (t == 0)
		return RN_OK;
	RN_TRY(rn_gemm_sum(host, (size_t) B, H, &zr, 1, RN_START_C, NULL, dq, H));
	rn_sequence_add_masked(tape, dh_before, dq, BH);
	return RN_OK;
}

static RnCode
backward(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
		 RnLayerTape *tape, rn_real *dh, rn_real *dx, RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		BH = (size_t) B * H;
	const rn_real *before = rn_sequence_fed_back(tape);
	PackedBack	packed;

	RN_TRY(pack_back(host, spec, weights, tape, dx != NULL, &packed));
	if (!tape->add)
		memset(grad->bias, 0, rn_cell_bias_size(spec) * sizeof(rn_real));
	for (int t = T - 1; t >= 0; t--)
	{
		if (spec->reset_after)
			RN_TRY(back_reset_after(host, spec, tape, &packed, dh, grad, t, B));
		else
			RN_TRY(back_original(host, spec, tape, &packed, dh, grad, t, B));
		RN_TRY(rn_sequence_feed_below(host, spec, tape->gates + 3 * (size_t) t * BH,
									  packed.kernel, dx, t, B));
	}

	/* by U: of the candidate from q, or through what stands in it */
	RN_TRY(rn_sequence_recurrent_gradient(host, spec, tape, before, tape->gates, 2 * H, 3 * H, 0,
										  grad, T, B));
	if (spec->reset_after)
	{
		memcpy(grad->bias + 3 * H, grad->bias, 2 * H * sizeof(rn_real));
		RN_TRY(rn_sequence_recurrent_gradient(host, spec, tape, before, tape->aux, H, H, 2 * H, grad, T, B));
	}
	else
		RN_TRY(rn_sequence_recurrent_gradient(host, spec, tape, tape->aux, tape->gates + 2 * H, H,
											  3 * H, 2 * H, grad, T, B));
	return rn_sequence_kernel_gradient(host, spec, tape, grad, T, B);
}

const RnCell rn_cell_gru = {
	.name = "gru",
	.title = "GRU",
	.gates = 3,
	.has_aux = true,
	.forward = forward,
	.backward = backward
};
