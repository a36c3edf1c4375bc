/*
 * order.c
 *		Numbers in order, by the C library's sort: what is sorted is small.
 */
#include "base/order.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

void
rn_order_sort(double *number, size_t n)
{
	if (n > 1)
		qsort(number, n, sizeof(double), compare);
}
