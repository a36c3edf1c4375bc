/*
 * sequences.h
 *		What networks of series that are taken apart (local.h) train on: sequences
 *		of windows, ends of their own drawn at random.
 *
 * Every series is drawn as often as any other, however long it is: a forecast
 * is wanted of each.
 */
#ifndef RN_SEQUENCES_H
#define RN_SEQUENCES_H

#include "model/smoothing.h"

typedef struct RnSequences
{
	const RnLocalSpec *spec;
	RnLocal    *local;			/* [count], the rows to learn from */
	size_t		count;
	int			steps;			/* J: windows of a sequence */
	int			stride;			/* rows from one to the next */
	int			horizon;		/* O */
	uint64_t	seed;
	RnSmoothing *smoothing;		/* levels are as it has them when a sequence is
								 * gathered; NULL: as they are */
} RnSequences;

/*
 * The B sequences of the given numbers, of which any is one, into x [J][B][I]
 * and target [J][B][O]: differences from the base in units of the scale, NaN
 * behind the rows or where the window shows too little.  source is an
 * RnSequences; the signature is what nn/fit.h's data sets want.
 */
extern void rn_sequences_gather(const void *source, const uint32_t *number, int B,
								rn_real *x, rn_real *target);

/*
 * What smoothing learns of B sequences that were gathered last, as nn/fit.h has
 * it: each of these changes what its levels are.
 */
extern void rn_sequences_backward(const void *source, int B, const rn_real *x, const rn_real *dx,
								  const rn_real *target, const rn_real *dy);
extern void rn_sequences_step(const void *source, double pace);

/*
 * The J inputs of the sequence that ends at row end of a series: the first at
 * x, each stride_x behind the last.  Steps before row first are 0.
 */
extern void rn_sequences_inputs(const RnLocalSpec *spec, const RnLocal *local, size_t end, size_t first,
								int steps, int stride, rn_real *x, size_t stride_x);

#endif							/* RN_SEQUENCES_H */
