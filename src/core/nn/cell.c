/*
 * cell.c
 *		The list of cells, and what they share: activations, and the parts of
 *		a sequence that are one product over all its time steps.
 */
#include "nn/cell.h"

#include <string.h>

#include "base/math.h"
#include "nn/activation.h"
#include "nn/sequence.h"

const RnCell *
rn_cell(RnCellKind kind)
{
	switch (kind)
	{
		case RN_CELL_SIMPLE:
			return &rn_cell_simple;
		case RN_CELL_LSTM:
			return &rn_cell_lstm;
		case RN_CELL_GRU:
			break;
	}
	return &rn_cell_gru;
}

size_t
rn_cell_bias_size(const RnLayerSpec *spec)
{
	size_t		size = (size_t) rn_cell(spec->kind)->gates * (size_t) spec->units;

	return spec->kind == RN_CELL_GRU && spec->reset_after ? 2 * size : size;
}

const char *
rn_activation_name(RnActivation activation)
{
	static const char *const names[RN_ACTIVATIONS] = {"tanh", "relu", "sigmoid", "linear"};

	return names[activation];
}

void
rn_activation_apply(RnActivation activation, rn_real *x, size_t n)
{
	switch (activation)
	{
		case RN_ACTIVATION_TANH:
			rn_math_tanh(x, n);
			break;
		case RN_ACTIVATION_RELU:
			rn_math_relu(x, n);
			break;
		case RN_ACTIVATION_SIGMOID:
			rn_math_sigmoid(x, n);
			break;
		case RN_ACTIVATION_LINEAR:
			break;
	}
}

size_t
rn_sequence_packed_size(const RnLayerSpec *spec)
{
	size_t		I = (size_t) spec->inputs;
	size_t		H = (size_t) spec->units;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * H;
	/* forward: at most two groups of columns, of which each fills up its last panel */
	size_t		forward = rn_gemm_packed_size(I + H, GH - H) + rn_gemm_packed_size(I + H, H);
	size_t		back = rn_gemm_packed_size(GH, I) + rn_gemm_packed_size(GH, H);

	return forward > back ? forward : back;
}

RnCode
rn_sequence_pack(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
				 RnLayerTape *tape, size_t first, size_t n, size_t *used, RnColumns *columns)
{
	size_t		I = (size_t) spec->inputs;
	size_t		H = (size_t) spec->units;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * H;
	rn_real    *kernel = tape->packed + *used;
	rn_real    *recurrent = kernel + rn_gemm_packed_size(I, n);

	*used += rn_gemm_packed_size(I + H, n);
	*columns = (RnColumns) {kernel, recurrent};
	RN_TRY(rn_gemm_pack(host, RN_AS_IS, I, n, weights->kernel + first, GH, kernel));
	return rn_gemm_pack(host, RN_AS_IS, H, n, weights->recurrent + first, GH, recurrent);
}

RnCode
rn_sequence_pack_recurrent_back(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
								RnLayerTape *tape, size_t first, size_t n, size_t *used,
								const rn_real **packed)
{
	size_t		H = (size_t) spec->units;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * H;
	rn_real    *to = tape->packed + *used;

	*packed = to;
	*used += rn_gemm_packed_size(n, H);
	return rn_gemm_pack(host, RN_TRANSPOSED, n, H, weights->recurrent + first, GH, to);
}

RnCode
rn_sequence_pack_kernel_back(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
							 RnLayerTape *tape, size_t *used, const rn_real **packed)
{
	size_t		I = (size_t) spec->inputs;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * (size_t) spec->units;
	rn_real    *to = tape->packed + *used;

	*packed = to;
	*used += rn_gemm_packed_size(GH, I);
	return rn_gemm_pack(host, RN_TRANSPOSED, GH, I, weights->kernel, GH, to);
}

RnCode
rn_sequence_sums(RnHost *host, const RnLayerSpec *spec, RnLayerTape *tape, const RnColumns *columns,
				 const rn_real *bias, size_t n, int t, int B, rn_real *sums, size_t ld)
{
	RnTerm		term[2] = {
		rn_sequence_input_term(spec, tape, columns, t, B),
		rn_sequence_recurrent_term(spec, columns, rn_sequence_previous(spec, tape, t, B))
	};

	return rn_gemm_sum(host, (size_t) B, n, term, t > 0 ? 2 : 1, RN_START_BIAS, bias, sums, ld);
}

const rn_real *
rn_sequence_previous(const RnLayerSpec *spec, RnLayerTape *tape, int t, int B)
{
	size_t		BH = (size_t) B * (size_t) spec->units;
	const rn_real *h = tape->h + (size_t) t * BH;

	if (tape->recurrent_mask == NULL)
		return h;
	rn_math_multiply(tape->hm + (size_t) t * BH, h, tape->recurrent_mask, BH);
	return tape->hm + (size_t) t * BH;
}

const rn_real *
rn_sequence_fed_back(const RnLayerTape *tape)
{
	return tape->recurrent_mask != NULL ? tape->hm : tape->h;
}

RN_VECTOR static void
add(rn_real *y, const rn_real *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] += x[i];
}

RN_VECTOR static void
add_masked(rn_real *y, const rn_real *x, const rn_real *mask, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] += x[i] * mask[i];
}

void
rn_sequence_add_masked(const RnLayerTape *tape, rn_real *dh, const rn_real *dhm, size_t n)
{
	if (tape->recurrent_mask == NULL)
		add(dh, dhm, n);
	else
		add_masked(dh, dhm, tape->recurrent_mask, n);
}

RnCode
rn_sequence_feed_back(RnHost *host, const RnLayerSpec *spec, RnLayerTape *tape,
					  const RnTerm *term, int terms, rn_real *dh, int B)
{
	size_t		H = (size_t) spec->units;

	if (tape->recurrent_mask == NULL)
		return rn_gemm_sum(host, (size_t) B, H, term, terms, RN_START_C, NULL, dh, H);

	RN_TRY(rn_gemm_sum(host, (size_t) B, H, term, terms, RN_START_ZERO, NULL, tape->dhm, H));
	rn_sequence_add_masked(tape, dh, tape->dhm, (size_t) B * H);
	return RN_OK;
}

RnCode
rn_sequence_feed_below(RnHost *host, const RnLayerSpec *spec, const rn_real *da,
					   const rn_real *kernel_back, rn_real *dx, int t, int B)
{
	size_t		I = (size_t) spec->inputs;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * (size_t) spec->units;
	RnTerm		term = {GH, da, GH, kernel_back};

	if (dx == NULL)
		return RN_OK;
	return rn_gemm_sum(host, (size_t) B, I, &term, 1, RN_START_ZERO, NULL,
					   dx + (size_t) t * (size_t) B * I, I);
}

RnCode
rn_sequence_kernel_gradient(RnHost *host, const RnLayerSpec *spec, const RnLayerTape *tape,
							RnLayerWeights *grad, int T, int B)
{
	size_t		I = (size_t) spec->inputs;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * (size_t) spec->units;

	return rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, I, GH, (size_t) T * (size_t) B,
				   tape->x, I, tape->gates, GH, tape->add, grad->kernel, GH);
}

RnCode
rn_sequence_recurrent_gradient(RnHost *host, const RnLayerSpec *spec, const RnLayerTape *tape,
							   const rn_real *before, const rn_real *da, size_t n, size_t ld, size_t first,
							   RnLayerWeights *grad, int T, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * H;
	size_t		rows = (size_t) B;	/* of h_0, which is zero and adds nothing */

	return rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, H, n, (size_t) (T - 1) * rows,
				   before + rows * H, H, da + rows * ld, ld, tape->add, grad->recurrent + first, GH);
}
