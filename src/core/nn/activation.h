/*
 * activation.h
 *		The activation a layer names, over a block of sums.
 */
#ifndef RN_ACTIVATION_H
#define RN_ACTIVATION_H

#include "nn/cell.h"

/* In place over x [n]. */
extern void rn_activation_apply(RnActivation activation, rn_real *x, size_t n);

#endif							/* RN_ACTIVATION_H */
