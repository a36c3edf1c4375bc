/*
 * dropout.h
 *		Masks over sequences, and their application.
 *
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from
 * overfitting", JMLR 15, 2014; one mask for all time steps of a sequence: Gal
 * & Ghahramani, NIPS 2016.
 */
#ifndef RN_DROPOUT_H
#define RN_DROPOUT_H

#include "base/host.h"
#include "base/rng.h"

/* The stream of the masks that one layer draws at one training step. */
extern uint64_t rn_dropout_stream(RnPurpose purpose, uint64_t step, int layer, int t);

/*
 * A mask of its own for every element of T steps of n: mask [T][n] is drawn,
 * and y = x * mask; y may be x.  The n are those from position on of what
 * the whole batch has per step.
 */
extern RnCode rn_dropout_forward(RnHost *host, double rate, uint64_t seed, uint64_t step, int layer,
								 size_t position, rn_real *y, const rn_real *x, rn_real *mask,
								 int T, size_t n);

/* y [T][n] = x * mask, with mask [T][n], or mask [n] for all T (shared). */
extern RnCode rn_dropout_apply(RnHost *host, rn_real *y, const rn_real *x, const rn_real *mask,
							   bool shared, int T, size_t n);

#endif							/* RN_DROPOUT_H */
