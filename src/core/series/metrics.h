/*
 * metrics.h
 *		Measures of forecast error, textbook definitions.
 *
 * actual and forecast are [n], n >= 1.  See Hyndman & Koehler, "Another look
 * at measures of forecast accuracy", Int. J. Forecasting 22(4), 2006.  Data
 * with a NaN in them give NaN, except for coverage.
 */
#ifndef RN_METRICS_H
#define RN_METRICS_H

#include "base/real.h"

extern double rn_metric_mae(const double *actual, const double *forecast, size_t n);
extern double rn_metric_rmse(const double *actual, const double *forecast, size_t n);

/* Mean of 200 |F-Y| / (|F|+|Y|), terms 0/0 dropped; 0 if all are. */
extern double rn_metric_smape(const double *actual, const double *forecast, size_t n);

/* Mean |F-Y| over scale, scale from rn_metric_mase_scale; NaN if that is 0. */
extern double rn_metric_mase(const double *actual, const double *forecast, size_t n, double scale);

/* Mean in-sample |Y_t - Y_{t-m}|; NaN if n <= m or m < 1. */
extern double rn_metric_mase_scale(const double *value, size_t n, int m);

/* Mean pinball loss at quantile tau in (0, 1). */
extern double rn_metric_pinball(const double *actual, const double *forecast, size_t n, double tau);

/* Share of actuals within [lower, upper], bounds included; NaN is outside. */
extern double rn_metric_coverage(const double *actual, const double *lower, const double *upper, size_t n);

#endif							/* RN_METRICS_H */
