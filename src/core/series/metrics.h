/*
 * metrics.h
 *		Measures of forecast error, textbook definitions.
 *
 * A measure is a mean over pairs of actual and forecast, to be taken over
 * arrays [n], n >= 1, or pair by pair.  See Hyndman & Koehler, "Another look
 * at measures of forecast accuracy", Int. J. Forecasting 22(4), 2006.  Data
 * with a NaN in them give NaN, except for coverage.
 */
#ifndef RN_METRICS_H
#define RN_METRICS_H

#include "base/real.h"

/* Terms of a mean so far; zero at first. */
typedef struct RnMean
{
	double		terms;			/* their number, a double to be exact in any sum */
	double		sum;			/* rounded, */
	double		rest;			/* and what rounding has taken from it */
} RnMean;

extern void rn_mean_add(RnMean *mean, double term);

/* Add the terms of another mean. */
extern void rn_mean_merge(RnMean *mean, const RnMean *other);

/* 0 without a term. */
extern double rn_mean_value(const RnMean *mean);

/* Add the term of one pair: |Y - F|, its square, ... */
extern void rn_metric_add_absolute(RnMean *mean, double actual, double forecast);
extern void rn_metric_add_square(RnMean *mean, double actual, double forecast);

/* ... |Y - F| / scale, scale > 0 from rn_metric_mase_scale, ... */
extern void rn_metric_add_scaled(RnMean *mean, double actual, double forecast, double scale);

/* ... 200 |F - Y| / (|F| + |Y|), which is no term if 0/0, ... */
extern void rn_metric_add_symmetric(RnMean *mean, double actual, double forecast);

/* ... the pinball loss at quantile tau in (0, 1), ... */
extern void rn_metric_add_pinball(RnMean *mean, double actual, double forecast, double tau);

/* ... 1 if within [lower, upper], bounds included, else 0; NaN is outside. */
extern void rn_metric_add_within(RnMean *mean, double actual, double lower, double upper);

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
