/*
 * order.h
 *		Numbers in order.
 */
#ifndef RN_ORDER_H
#define RN_ORDER_H

#include <stddef.h>

/* Sort number [n], none of them NaN, from the smallest to the largest. */
extern void rn_order_sort(double *number, size_t n);

#endif							/* RN_ORDER_H */
