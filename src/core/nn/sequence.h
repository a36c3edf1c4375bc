/*
 * sequence.h
 *		What all cells do alike over a whole sequence.
 *
 * Step t takes x_t W + h_{t-1} U in one go, from weights that are packed once
 * for all steps; the way back takes da_t U^T and da_t W^T likewise.  The
 * gradients by W and U are one product each over all steps at once.
 */
#ifndef RN_SEQUENCE_H
#define RN_SEQUENCE_H

#include "base/gemm.h"
#include "nn/cell.h"

/* Numbers of tape->packed that a pass over a layer needs at most. */
extern size_t rn_sequence_packed_size(const RnLayerSpec *spec);

/* Some neighbouring columns of W [I][G*H] and U [H][G*H], packed. */
typedef struct RnColumns
{
	const rn_real *kernel;		/* packed [I][n] */
	const rn_real *recurrent;	/* packed [H][n] */
} RnColumns;

/* Packs columns first .. first + n - 1 into tape->packed, from *used on. */
extern RnCode rn_sequence_pack(RnHost *host, const RnLayerSpec *spec, const RnLayerWeights *weights,
							   RnLayerTape *tape, size_t first, size_t n, size_t *used,
							   RnColumns *columns);

/* Packs the transposed: rows first .. first + n - 1 of U^T, and all of W^T. */
extern RnCode rn_sequence_pack_recurrent_back(RnHost *host, const RnLayerSpec *spec,
											  const RnLayerWeights *weights, RnLayerTape *tape,
											  size_t first, size_t n, size_t *used,
											  const rn_real **packed);
extern RnCode rn_sequence_pack_kernel_back(RnHost *host, const RnLayerSpec *spec,
										   const RnLayerWeights *weights, RnLayerTape *tape,
										   size_t *used, const rn_real **packed);

/* x_t W, for the columns packed. */
static inline RnTerm
rn_sequence_input_term(const RnLayerSpec *spec, const RnLayerTape *tape, const RnColumns *columns,
					   int t, int B)
{
	size_t		I = (size_t) spec->inputs;

	return (RnTerm) {I, tape->x + (size_t) t * (size_t) B * I, I, columns->kernel};
}

/* before U, for the columns packed; before [B][H] from rn_sequence_previous. */
static inline RnTerm
rn_sequence_recurrent_term(const RnLayerSpec *spec, const RnColumns *columns, const rn_real *before)
{
	size_t		H = (size_t) spec->units;

	return (RnTerm) {H, before, H, columns->recurrent};
}

/* sums [B][n], rows ld apart, = bias + x_t W + h_{t-1} U (h_0 is zero). */
extern RnCode rn_sequence_sums(RnHost *host, const RnLayerSpec *spec, RnLayerTape *tape,
							   const RnColumns *columns, const rn_real *bias, size_t n,
							   int t, int B, rn_real *sums, size_t ld);

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
 * dh_{t-1} [B][H] += the sum of terms da U^T (times the recurrent mask): the
 * way back through the recursion, for da the gradients by U h_{t-1}.
 */
extern RnCode rn_sequence_feed_back(RnHost *host, const RnLayerSpec *spec, RnLayerTape *tape,
									const RnTerm *term, int terms, rn_real *dh, int B);

/*
 * dx_t [B][I] = da W^T, for da [B][G*H] the gradients by x_t W: the way to the
 * layer below.  Nothing where dx is NULL.
 */
extern RnCode rn_sequence_feed_below(RnHost *host, const RnLayerSpec *spec, const rn_real *da,
									 const rn_real *kernel_back, rn_real *dx, int t, int B);

/* From the gradients by x W, all in tape->gates, those by W into grad. */
extern RnCode rn_sequence_kernel_gradient(RnHost *host, const RnLayerSpec *spec,
										  const RnLayerTape *tape, RnLayerWeights *grad, int T, int B);

/*
 * From da [T][B][n], rows ld apart, the gradients by some n columns of U
 * h_{t-1}: that by these columns of U, first being their first, into grad.
 */
extern RnCode rn_sequence_recurrent_gradient(RnHost *host, const RnLayerSpec *spec,
											 const RnLayerTape *tape, const rn_real *before,
											 const rn_real *da, size_t n, size_t ld, size_t first,
											 RnLayerWeights *grad, int T, int B);

#endif							/* RN_SEQUENCE_H */
