/*
 * rng.h
 *		Random numbers by counter: the same (seed, stream, position) gives the
 *		same number in any order, in any process.
 */
#ifndef RN_RNG_H
#define RN_RNG_H

#include "base/host.h"

/*
 * What a stream is used for; streams of different purpose or number never
 * overlap.  The number is a variable, an epoch, a layer: whatever tells the
 * uses of one purpose apart.
 */
typedef enum RnPurpose
{
	RN_RANDOM_INIT = 1,
	RN_RANDOM_SHUFFLE,
	RN_RANDOM_DROPOUT,
	RN_RANDOM_INPUT_DROPOUT,
	RN_RANDOM_RECURRENT_DROPOUT,
	RN_RANDOM_SERIES,
	RN_RANDOM_END,
	RN_RANDOM_TRIALS
} RnPurpose;

extern uint64_t rn_rng_stream(RnPurpose purpose, uint64_t number);

/* The four words of block position. */
extern void rn_rng_words(uint64_t seed, uint64_t stream, uint64_t position, uint32_t words[4]);

/* Uniform in [0, 1), 53 bits. */
extern double rn_rng_uniform(uint64_t seed, uint64_t stream, uint64_t position);

/* Standard normal. */
extern double rn_rng_normal(uint64_t seed, uint64_t stream, uint64_t position);

/*
 * A permutation of 0 .. n-1, 1 <= n <= 2^32, as a function of the position: an
 * epoch over ten million samples needs no list of them.
 */
typedef struct RnPermutation
{
	uint64_t	n;
	int			low_bits;		/* of the numbers below the next power of two */
	int			high_bits;
	uint32_t	key[4];
} RnPermutation;

extern RnPermutation rn_rng_permutation(uint64_t seed, uint64_t stream, uint64_t n);
extern uint32_t rn_rng_permuted(const RnPermutation *permutation, uint32_t position);

/*
 * Dropout masks: each of mask [n] is 0 with probability rate, else 1 / (1 -
 * rate), so that the expectation stays.  It is the part of the stream's mask
 * that starts at position.
 */
extern void rn_rng_mask(uint64_t seed, uint64_t stream, size_t position, double rate,
						rn_real *mask, size_t n);

#endif							/* RN_RNG_H */
