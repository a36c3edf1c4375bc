/*
 * transform.c
 *		Scaling between values as users know them and values as networks like
 *		them.
 *
 * The sums are made so that values of up to 1e100, and spreads of little more
 * than nothing on top of large means, give the digits that a textbook's
 * formula promises.  Quantiles are found by counting, not by sorting a copy: a
 * fit needs no memory, takes the same time whatever the values, and can be
 * stopped.
 */
#include "series/transform.h"

#include <math.h>
#include <string.h>

/* Values between two polls: less than a millisecond of any loop here. */
#define POLL_VALUES 0x10000

/*
 * A scale below this is as good as none: two values of 1e100 on either side of
 * zero divided by it are still finite, by a smaller one soon not.
 */
#define MIN_SCALE	1e-200

/* Ranks are found by so many bits of the value at a time. */
#define RADIX_BITS	8
#define RADIX		(1 << RADIX_BITS)

static RnCode
poll_at(RnHost *host, size_t i)
{
	return i % POLL_VALUES == 0 ? rn_poll(host) : RN_OK;
}

const char *
rn_scaler_name(RnScalerKind kind)
{
	switch (kind)
	{
		case RN_SCALER_MINMAX:
			return "minmax";
		case RN_SCALER_STANDARD:
			return "standard";
		case RN_SCALER_ROBUST:
			return "robust";
		case RN_SCALER_NONE:
			return "none";
	}
	return "unknown";
}

/* The least of n values and how far the largest is from it. */
static RnCode
find_range(RnHost *host, const double *value, size_t n, double *least, double *range)
{
	double		largest = value[0];

	*least = value[0];
	for (size_t i = 0; i < n; i++)
	{
		RN_TRY(poll_at(host, i));
		*least = value[i] < *least ? value[i] : *least;
		largest = value[i] > largest ? value[i] : largest;
	}
	*range = largest - *least;
	return RN_OK;
}

/* Mean of (value - origin) / unit. */
static RnCode
scaled_mean(RnHost *host, const double *value, size_t n, double origin, double unit, double *mean)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		RN_TRY(poll_at(host, i));
		sum += (value[i] - origin) / unit;
	}
	*mean = sum / (double) n;
	return RN_OK;
}

/*
 * Mean and population standard deviation in two passes, the second corrected
 * for what rounding left in the first's mean: Chan, Golub & LeVeque,
 * "Algorithms for computing the sample variance", Am. Stat. 37(3), 1983, eq.
 * 1.7.  In units of the range (above 0) no square leaves a double's range, and
 * from the least value on no large mean eats the digits.
 */
static RnCode
fit_standard(RnHost *host, const double *value, size_t n, double least, double range,
			 double *mean, double *deviation)
{
	double		center;			/* mean, as the share of the range above least */
	double		sum = 0;
	double		squares = 0;

	RN_TRY(scaled_mean(host, value, n, least, range, &center));
	for (size_t i = 0; i < n; i++)
	{
		double		d = (value[i] - least) / range - center;

		RN_TRY(poll_at(host, i));
		sum += d;
		squares += d * d;
	}
	*mean = least + range * (center + sum / (double) n);
	*deviation = range * sqrt((squares - sum * sum / (double) n) / (double) n);
	return RN_OK;
}

/*
 * The bits of a finite double as an integer of the same order: those of
 * negative numbers, whose magnitude grows downwards, are all flipped, of
 * others just the sign.
 */
static uint64_t
ordered_bits(double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double
from_ordered_bits(uint64_t bits)
{
	double		value;

	bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/*
 * The value of the given rank (0: the least) of n.  Round after round settles
 * RADIX_BITS more of its leading bits: of the values that begin with those
 * settled, count how many go on with which bits, and see where the rank falls.
 * 8 passes over the data, whatever they are.
 */
static RnCode
find_rank(RnHost *host, const double *value, size_t n, size_t rank, double *result)
{
	uint64_t	settled = 0;
	uint64_t	mask = 0;		/* of the bits settled */

	for (int shift = 64 - RADIX_BITS; shift >= 0; shift -= RADIX_BITS)
	{
		size_t		count[RADIX] = {0};
		uint64_t	digit = 0;

		for (size_t i = 0; i < n; i++)
		{
			uint64_t	bits = ordered_bits(value[i]);

			RN_TRY(poll_at(host, i));
			if ((bits & mask) == settled)
				count[bits >> shift & (RADIX - 1)]++;
		}
		while (rank >= count[digit])
			rank -= count[digit++];
		settled |= digit << shift;
		mask |= (uint64_t) (RADIX - 1) << shift;
	}
	*result = from_ordered_bits(settled);
	return RN_OK;
}

/*
 * Quantile by linear interpolation between the ranks next to q (n - 1), as
 * numpy.percentile does and as type 7 of Hyndman & Fan, "Sample quantiles in
 * statistical packages", Am. Stat. 50(4), 1996.
 */
static RnCode
find_quantile(RnHost *host, const double *value, size_t n, double q, double *result)
{
	double		position = q * (double) (n - 1);
	size_t		rank = (size_t) position;
	double		share = position - (double) rank;
	double		low;
	double		high;

	RN_TRY(find_rank(host, value, n, rank, &low));
	*result = low;
	if (share > 0)
	{
		RN_TRY(find_rank(host, value, n, rank + 1, &high));
		*result = low + (high - low) * share;
	}
	return RN_OK;
}

/*
 * Median and interquartile range.  A range of 0 says that half of the values
 * are the same and nothing of the others: then, and only then, the standard
 * deviation takes its place, lest the others be thrown far out.
 */
static RnCode
fit_robust(RnHost *host, const double *value, size_t n, double least, double range,
		   RnTransform *transform)
{
	double		lower;
	double		upper;
	double		mean;

	RN_TRY(find_quantile(host, value, n, 0.5, &transform->shift));
	RN_TRY(find_quantile(host, value, n, 0.25, &lower));
	RN_TRY(find_quantile(host, value, n, 0.75, &upper));
	transform->scale = upper - lower;
	if (transform->scale < MIN_SCALE)
		return fit_standard(host, value, n, least, range, &mean, &transform->scale);
	return RN_OK;
}

RnCode
rn_transform_fit(RnHost *host, RnScalerKind scaler, const double *value, size_t n,
				 RnTransform *transform)
{
	double		least;
	double		range;

	*transform = (RnTransform) {scaler, 0, 1};
	if (n == 0)
		return rn_fail(host, RN_TOO_FEW_ROWS, "there is no value to fit a scaler on");
	if (scaler == RN_SCALER_NONE)
		return RN_OK;
	RN_TRY(find_range(host, value, n, &least, &range));
	transform->shift = least;
	if (range < MIN_SCALE)
		return RN_OK;			/* constant, or as good as */
	switch (scaler)
	{
		case RN_SCALER_STANDARD:
			RN_TRY(fit_standard(host, value, n, least, range, &transform->shift, &transform->scale));
			break;
		case RN_SCALER_ROBUST:
			RN_TRY(fit_robust(host, value, n, least, range, transform));
			break;
		default:
			transform->scale = range;
	}
	return RN_OK;
}
