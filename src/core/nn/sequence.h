/*
 * sequence.h
 *		What all cells do alike over a whole sequence.
 *
 * W x_t for all t is one product of T*B rows, and so are the gradients by W,
 * U and x: only the products with U inside the recursion run step by step.
 */
#ifndef RN_SEQUENCE_H
#define RN_SEQUENCE_H

#include "nn/cell.h"

/* gates [T][B][G*H] = x W + b, b the first G*H of the layer's bias. */
extern RnCode rn_sequence_inputs(RnHost *host, const RnLayerSpec *spec,
								 const RnLayerWeights *weights, RnLayerTape *tape, int T, int B);

/*
 * From the gradients by x W + b, standing in tape->gates: those by W and (the
 * first G*H of) b into grad, and by x into dx [T][B][I] unless it is NULL.
 */
extern RnCode rn_sequence_input_gradients(RnHost *host, const RnLayerSpec *spec,
										  const RnLayerWeights *weights, const RnLayerTape *tape,
										  rn_real *dx, RnLayerWeights *grad, int T, int B);

/* bias [n] = sum over the rows of gradient [rows][n], rows ld apart. */
extern RnCode rn_sequence_bias_gradient(RnHost *host, const rn_real *gradient, size_t rows,
										size_t n, size_t ld, rn_real *bias);

/*
 * h_{t-1} [B][H] as it goes into the products with U: masked (and kept in
 * tape->hm for the backward pass) under recurrent dropout, else as it is.
 */
extern const rn_real *rn_sequence_previous(const RnLayerSpec *spec, RnLayerTape *tape, int t, int B);

/* The same for all time steps, [T][B][H], once forward has run. */
extern const rn_real *rn_sequence_fed_back(const RnLayerTape *tape);

/* dh [n] += dhm [n], times the recurrent mask where there is one; n = B*H. */
extern void rn_sequence_add_masked(const RnLayerTape *tape, rn_real *dh, const rn_real *dhm, size_t n);

/*
 * dh_{t-1} [B][H] += da U^T (times the recurrent mask): the way back through
 * the recursion, for da [B][G*H] the gradients by U h_{t-1}.
 */
extern RnCode rn_sequence_feed_back(RnHost *host, const RnLayerSpec *spec,
									const RnLayerWeights *weights, RnLayerTape *tape,
									const rn_real *da, rn_real *dh, int B);

#endif							/* RN_SEQUENCE_H */
