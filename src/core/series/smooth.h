/*
 * smooth.h
 *		Exponential smoothing: levels, and the two classical forecasts that a
 *		network is combined with.
 */
#ifndef RN_SMOOTH_H
#define RN_SMOOTH_H

#include "base/real.h"

/*
 * Simple exponential smoothing of x [n], n >= 1, from l_0 = x_0: the parameter
 * alpha, of a grid, that has the least squared one-step errors.
 */
extern double rn_smooth_alpha(const double *x, size_t n);

/*
 * The mean of the Theta method and of exponential smoothing with a damped
 * trend, h steps from the end of a series without season; of a few rows, the
 * last level.
 */
extern void rn_smooth_classical(const double *x, size_t n, double alpha, double *forecast, size_t h);

#endif							/* RN_SMOOTH_H */
