/*
 * spark.c
 *		A line of numbers as a line of characters.
 */
#include "plot/spark.h"

#include <math.h>
#include <string.h>

#define LEVELS 8

static const char *const block[LEVELS] = {
	"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88"
};
static const char *const letter[LEVELS] = {"_", ".", "-", "~", "=", "+", "*", "#"};

/* The level of a number among low .. high; where all are the same, one in the middle. */
static int
level_of(double number, double low, double high)
{
	int			level;

	if (isinf(number))
		return number > 0 ? LEVELS - 1 : 0;
	if (!(high > low))
		return LEVELS / 2 - 1;
	/* halves, as the difference of the largest numbers is none */
	level = (int) ((number / 2 - low / 2) / (high / 2 - low / 2) * LEVELS);
	return level < LEVELS ? level : LEVELS - 1;
}

void
rn_spark(const double *number, size_t n, bool ascii, char *text)
{
	double		low = INFINITY;
	double		high = -INFINITY;

	for (size_t i = 0; i < n; i++)
		if (isfinite(number[i]))
		{
			low = fmin(low, number[i]);
			high = fmax(high, number[i]);
		}
	for (size_t i = 0; i < n; i++)
	{
		const char *character = isnan(number[i]) ? " " : (ascii ? letter : block)[level_of(number[i], low, high)];
		size_t		length = strlen(character);

		memcpy(text, character, length);
		text += length;
	}
	*text = '\0';
}

void
rn_spark_squeeze(const double *number, size_t n, double *squeezed, size_t width)
{
	for (size_t w = 0; w < width; w++)
	{
		size_t		from = (size_t) ((double) w * (double) n / (double) width);
		size_t		to = w + 1 < width ? (size_t) ((double) (w + 1) * (double) n / (double) width) : n;
		double		mean = 0;
		size_t		count = 0;

		for (size_t i = from; i < to; i++)
			if (!isnan(number[i]) && !isinf(mean))
				mean += (number[i] - mean) / (double) ++count;
		squeezed[w] = count > 0 ? mean : NAN;
	}
}
