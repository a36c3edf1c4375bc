/*
 * spark.h
 *		A line of numbers as a line of characters (Tufte, "Beautiful Evidence", 2006).
 */
#ifndef RN_SPARK_H
#define RN_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a character of it takes at most. */
#define RN_SPARK_BYTES 3

/*
 * One character for each of n numbers, from the lowest to the highest of them, into text, which
 * has room for RN_SPARK_BYTES * n + 1 bytes: U+2581 to U+2588 in UTF-8, or with
 * ascii eight that get darker.  NaN is a blank; infinities are beyond all others.
 */
extern void rn_spark(const double *number, size_t n, bool ascii, char *text);

/* Means of n numbers in width parts, as even as can be, into squeezed [width], where those without any are NaN; width <= n. */
extern void rn_spark_squeeze(const double *number, size_t n, double *squeezed, size_t width);

#endif							/* RN_SPARK_H */
