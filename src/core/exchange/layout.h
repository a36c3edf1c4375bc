/*
 * layout.h
 *		Weights of a layer as PyTorch has them, from and to ours (nn/cell.h).
 *
 * weight_ih [G*H][I] and weight_hh [G*H][H] are our kernels, transposed; of the gates
 * of a GRU the first two change places (r, z, n there; z, r, h here).  Of the two
 * biases, bias_ih has ours, and bias_hh is that of the recurrent sums of a GRU
 * with reset_after; it is 0 for other cells, which only ever see the sum.
 */
#ifndef RN_LAYOUT_H
#define RN_LAYOUT_H

#include "exchange/package.h"
#include "nn/network.h"

/* The layer's variables in its network's block. */
extern RnLayerWeights rn_layout_layer(const RnNetworkSpec *spec, rn_real *weights, int layer);

/* Has the cell two biases in PyTorch?  All have, but a GRU without reset_after, which is not known there. */
static inline bool
rn_layout_two_biases(const RnLayerSpec *layer)
{
	return layer->kind != RN_CELL_GRU || layer->reset_after;
}

/* Into arrays of these shapes; bias_hh may be NULL without two biases. */
extern void rn_layout_store(const RnLayerSpec *layer, const RnLayerWeights *weights,
							float *weight_ih, float *weight_hh, float *bias_ih, float *bias_hh);

/* And back from tensors of these shapes and real numbers; biases that are NULL are 0. */
extern void rn_layout_load(const RnLayerSpec *layer, const RnTensor *weight_ih, const RnTensor *weight_hh,
						   const RnTensor *bias_ih, const RnTensor *bias_hh, RnLayerWeights *weights);

/* Is it a tensor of real numbers and of this shape?  columns 0: of one axis. */
extern bool rn_layout_fits(const RnTensor *tensor, size_t rows, size_t columns);

#endif							/* RN_LAYOUT_H */
