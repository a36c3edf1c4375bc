/*
 * rng.c
 *		Philox4x32-10, a counter-based generator.
 *
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
 * SC'11.  Nothing is carried from one number to the next, so that masks and
 * shuffles do not depend on what ran before them or beside them.
 */
#include "base/rng.h"

#include <math.h>

#include "base/math.h"

#define PHILOX_M0	UINT32_C(0xD2511F53)
#define PHILOX_M1	UINT32_C(0xCD9E8D57)
#define PHILOX_W0	UINT32_C(0x9E3779B9)
#define PHILOX_W1	UINT32_C(0xBB67AE85)
#define PHILOX_ROUNDS 10

uint64_t
rn_rng_stream(RnPurpose purpose, uint64_t number)
{
	return ((uint64_t) purpose << 56) ^ number;
}

static inline void
philox(uint64_t seed, uint64_t stream, uint64_t position, uint32_t words[4])
{
	uint32_t	c0 = (uint32_t) position;
	uint32_t	c1 = (uint32_t) (position >> 32);
	uint32_t	c2 = (uint32_t) stream;
	uint32_t	c3 = (uint32_t) (stream >> 32);
	uint32_t	k0 = (uint32_t) seed;
	uint32_t	k1 = (uint32_t) (seed >> 32);

	for (int round = 0; round < PHILOX_ROUNDS; round++)
	{
		uint64_t	p0 = (uint64_t) PHILOX_M0 * c0;
		uint64_t	p1 = (uint64_t) PHILOX_M1 * c2;

		c0 = (uint32_t) (p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t) p1;
		c2 = (uint32_t) (p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t) p0;
		k0 += PHILOX_W0;
		k1 += PHILOX_W1;
	}
	words[0] = c0;
	words[1] = c1;
	words[2] = c2;
	words[3] = c3;
}

void
rn_rng_words(uint64_t seed, uint64_t stream, uint64_t position, uint32_t words[4])
{
	philox(seed, stream, position, words);
}

/* 53 random bits as a fraction of 2^53. */
static double
fraction(uint32_t high, uint32_t low)
{
	uint64_t	bits = ((uint64_t) high << 21) ^ (low >> 11);

	return (double) bits * 0x1p-53;
}

double
rn_rng_uniform(uint64_t seed, uint64_t stream, uint64_t position)
{
	uint32_t	words[4];

	philox(seed, stream, position, words);
	return fraction(words[0], words[1]);
}

/* Box & Muller, "A note on the generation of random normal deviates", 1958. */
double
rn_rng_normal(uint64_t seed, uint64_t stream, uint64_t position)
{
	uint32_t	words[4];
	double		radius;
	double		angle;

	philox(seed, stream, position, words);
	radius = sqrt(-2.0 * log(1.0 - fraction(words[0], words[1])));
	angle = 6.283185307179586 * fraction(words[2], words[3]);
	return radius * cos(angle);
}

RnPermutation
rn_rng_permutation(uint64_t seed, uint64_t stream, uint64_t n)
{
	RnPermutation permutation = {.n = n};
	int			bits = 2;

	while (bits < 32 && (n - 1) >> bits != 0)
		bits++;
	permutation.low_bits = bits / 2;
	permutation.high_bits = bits - bits / 2;
	philox(seed, stream, 0, permutation.key);
	return permutation;
}

/* Murmur3's finaliser (Appleby), keyed. */
static inline uint32_t
mix(uint32_t x, uint32_t key)
{
	x = (x ^ key) * 0x85ebca6bU;
	x = (x ^ (x >> 13)) * 0xc2b2ae35U;
	return x ^ (x >> 16);
}

/*
 * Four rounds of a Feistel network over the bits of n - 1, whose halves may
 * differ by one bit (Luby & Rackoff, "How to construct pseudorandom
 * permutations from pseudorandom functions", SIAM J. Comput. 17, 1988), again
 * for as long as the number is not below n (cycle walking: Black & Rogaway,
 * "Ciphers with arbitrary finite domains", CT-RSA 2002; twice at most on
 * average).
 */
uint32_t
rn_rng_permuted(const RnPermutation *permutation, uint32_t position)
{
	uint32_t	low_mask = (UINT32_C(1) << permutation->low_bits) - 1;
	uint32_t	high_mask = (UINT32_C(1) << permutation->high_bits) - 1;
	uint32_t	low = position & low_mask;
	uint32_t	high = position >> permutation->low_bits;

	do
	{
		for (int round = 0; round < 4; round += 2)
		{
			low ^= mix(high, permutation->key[round]) & low_mask;
			high ^= mix(low, permutation->key[round + 1]) & high_mask;
		}
	} while ((((uint64_t) high << permutation->low_bits) | low) >= permutation->n);
	return (high << permutation->low_bits) | low;
}

/* Blocks of words at a time, so that the compiler runs several side by side. */
#define MASK_BLOCKS 64

RN_VECTOR static void
mask_words(uint64_t seed, uint64_t stream, uint64_t position, uint32_t words[4][MASK_BLOCKS])
{
	for (int i = 0; i < MASK_BLOCKS; i++)
	{
		uint32_t	block[4];

		philox(seed, stream, position + (uint64_t) i, block);
		for (int w = 0; w < 4; w++)
			words[w][i] = block[w];
	}
}

void
rn_rng_mask(uint64_t seed, uint64_t stream, size_t position, double rate, rn_real *mask, size_t n)
{
	uint32_t	words[4][MASK_BLOCKS];
	uint32_t	threshold = (uint32_t) (rate * 0x1p32);
	rn_real		kept = (rn_real) (1.0 / (1.0 - rate));
	const uint32_t *flat = &words[0][0];

	/* chunk by chunk of the stream, of the first and the last only a part */
	for (size_t at = position; at < position + n;)
	{
		size_t		chunk = at / (4 * MASK_BLOCKS);
		size_t		from = at % (4 * MASK_BLOCKS);
		size_t		left = position + n - at;
		size_t		count = left < 4 * MASK_BLOCKS - from ? left : 4 * MASK_BLOCKS - from;

		mask_words(seed, stream, chunk * MASK_BLOCKS, words);
		for (size_t i = 0; i < count; i++)
			mask[at - position + i] = flat[from + i] < threshold ? 0 : kept;
		at += count;
	}
}
