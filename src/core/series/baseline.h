/*
 * baseline.h
 *		Forecasts that a network must beat to be worth its while.
 */
#ifndef RN_BASELINE_H
#define RN_BASELINE_H

#include "base/real.h"

/*
 * Seasonal naive: the value of the same phase of the last season of m steps
 * (m = 1: the last value), h steps from the end of value [n] into forecast
 * [h].  With n < m the last value is repeated; n is at least 1.
 */
extern void rn_baseline_seasonal_naive(const double *value, size_t n, int m, double *forecast, int h);

#endif							/* RN_BASELINE_H */
