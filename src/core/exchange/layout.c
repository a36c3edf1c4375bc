/*
 * layout.c
 *		Weights of a layer as PyTorch has them.
 */
#include "exchange/layout.h"

RnLayerWeights
rn_layout_layer(const RnNetworkSpec *spec, rn_real *weights, int layer)
{
	return (RnLayerWeights) {
		.kernel = weights + rn_network_variable(spec, 3 * layer).offset,
		.recurrent = weights + rn_network_variable(spec, 3 * layer + 1).offset,
		.bias = weights + rn_network_variable(spec, 3 * layer + 2).offset
	};
}

/* The column of ours that is row r there: rows of gates, one after the other. */
static size_t
column_of(const RnLayerSpec *layer, size_t r)
{
	size_t		H = (size_t) layer->units;

	if (layer->kind != RN_CELL_GRU || r >= 2 * H)
		return r;
	return r < H ? r + H : r - H;
}

static size_t
rows_of(const RnLayerSpec *layer)
{
	return (size_t) rn_cell(layer->kind)->gates * (size_t) layer->units;
}

/* from [columns][GH], ours, to [GH][columns]. */
static void
store(const RnLayerSpec *layer, const rn_real *from, size_t columns, float *to)
{
	size_t		GH = rows_of(layer);

	for (size_t r = 0; r < GH; r++)
		for (size_t i = 0; i < columns; i++)
			to[r * columns + i] = (float) from[i * GH + column_of(layer, r)];
}

static void
load(const RnLayerSpec *layer, const RnTensor *from, size_t columns, rn_real *to)
{
	size_t		GH = rows_of(layer);

	for (size_t r = 0; r < GH; r++)
		for (size_t i = 0; i < columns; i++)
			to[i * GH + column_of(layer, r)] = (rn_real) rn_tensor_real(from, r * columns + i);
}

void
rn_layout_store(const RnLayerSpec *layer, const RnLayerWeights *weights,
				float *weight_ih, float *weight_hh, float *bias_ih, float *bias_hh)
{
	size_t		GH = rows_of(layer);

	store(layer, weights->kernel, (size_t) layer->inputs, weight_ih);
	store(layer, weights->recurrent, (size_t) layer->units, weight_hh);
	store(layer, weights->bias, 1, bias_ih);
	if (bias_hh == NULL)
		return;
	if (rn_cell_bias_size(layer) == 2 * GH)
		store(layer, weights->bias + GH, 1, bias_hh);
	else
		for (size_t r = 0; r < GH; r++)
			bias_hh[r] = 0;
}

void
rn_layout_load(const RnLayerSpec *layer, const RnTensor *weight_ih, const RnTensor *weight_hh,
			   const RnTensor *bias_ih, const RnTensor *bias_hh, RnLayerWeights *weights)
{
	size_t		GH = rows_of(layer);

	load(layer, weight_ih, (size_t) layer->inputs, weights->kernel);
	load(layer, weight_hh, (size_t) layer->units, weights->recurrent);
	for (size_t i = 0; i < rn_cell_bias_size(layer); i++)
		weights->bias[i] = 0;
	if (bias_ih != NULL)
		load(layer, bias_ih, 1, weights->bias);
	if (bias_hh == NULL)
		return;
	if (rn_cell_bias_size(layer) == 2 * GH)
		load(layer, bias_hh, 1, weights->bias + GH);
	else
		for (size_t r = 0; r < GH; r++)
			if (rn_tensor_real(bias_hh, r) != 0)	/* and -0 stays what it is */
				weights->bias[column_of(layer, r)] += (rn_real) rn_tensor_real(bias_hh, r);
}

bool
rn_layout_fits(const RnTensor *tensor, size_t rows, size_t columns)
{
	return tensor != NULL && (tensor->kind == RN_F32 || tensor->kind == RN_F64) &&
		tensor->axes == (columns > 0 ? 2 : 1) && tensor->shape[0] == rows && (columns == 0 || tensor->shape[1] == columns);
}
