/*
 * cell.c
 *		The list of cells, and what they share: activations, and the parts of
 *		a sequence that are one product over all its time steps.
 */
#include "nn/cell.h"

#include <string.h>

#include "base/gemm.h"
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

/*
 * Rows of a gate matrix that are worked on between two polls: about 16 MB,
 * since the first touch of so much memory alone takes some milliseconds.
 */
static size_t
rows_at_once(size_t GH)
{
	size_t		rows = ((size_t) 4 << 20) / GH;

	return rows > 0 ? rows : 1;
}

RnCode
rn_sequence_inputs(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
				   RnLayerTape *tape, int T, int B)
{
	size_t		rows = (size_t) T * (size_t) B;
	size_t		I = (size_t) spec->inputs;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * (size_t) spec->units;
	size_t		slice = rows_at_once(GH);

	for (size_t r = 0; r < rows; r += slice)
	{
		size_t		count = rows - r < slice ? rows - r : slice;

		rn_math_fill_rows(tape->gates + r * GH, weights->bias, count, GH);
		RN_TRY(rn_gemm(host, RN_AS_IS, RN_AS_IS, count, GH, I, tape->x + r * I, I,
					   weights->kernel, GH, 1, tape->gates + r * GH, GH));
	}
	return RN_OK;
}

RnCode
rn_sequence_bias_gradient(RnHost *host, const rn_real *gradient, size_t rows, size_t n, size_t ld,
						  rn_real *bias)
{
	size_t		slice = rows_at_once(ld);

	memset(bias, 0, n * sizeof(rn_real));
	for (size_t r = 0; r < rows; r += slice)
	{
		RN_TRY(rn_poll(host));
		rn_math_add_rows(bias, gradient + r * ld, rows - r < slice ? rows - r : slice, n, ld);
	}
	return RN_OK;
}

RnCode
rn_sequence_input_gradients(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
							const RnLayerTape *tape, rn_real *dx, RnLayerWeights *grad,
							int T, int B)
{
	size_t		rows = (size_t) T * (size_t) B;
	size_t		I = (size_t) spec->inputs;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * (size_t) spec->units;

	RN_TRY(rn_gemm(host, RN_TRANSPOSED, RN_AS_IS, I, GH, rows,
				   tape->x, I, tape->gates, GH, 0, grad->kernel, GH));
	RN_TRY(rn_sequence_bias_gradient(host, tape->gates, rows, GH, GH, grad->bias));
	if (dx == NULL)
		return RN_OK;
	return rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, rows, I, GH,
				   tape->gates, GH, weights->kernel, GH, 0, dx, I);
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
rn_sequence_feed_back(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
					  RnLayerTape *tape, const rn_real *da, rn_real *dh, int B)
{
	size_t		H = (size_t) spec->units;
	size_t		GH = (size_t) rn_cell(spec->kind)->gates * H;

	if (tape->recurrent_mask == NULL)
		return rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, (size_t) B, H, GH,
					   da, GH, weights->recurrent, GH, 1, dh, H);

	RN_TRY(rn_gemm(host, RN_AS_IS, RN_TRANSPOSED, (size_t) B, H, GH,
				   da, GH, weights->recurrent, GH, 0, tape->dhm, H));
	rn_sequence_add_masked(tape, dh, tape->dhm, (size_t) B * H);
	return RN_OK;
}
