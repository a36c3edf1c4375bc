/*
 * metrics.c
 *		Measures of forecast error, textbook definitions.
 *
 * One pass each and no memory: ten million pairs take some ten milliseconds,
 * so that none of them asks the host whether to stop.  The formulas, with
 * Y actual, F forecast, are those of Hyndman & Koehler (2006) and, for the
 * pinball loss, of Koenker & Bassett, "Regression quantiles", Econometrica
 * 46(1), 1978.
 */
#include "series/metrics.h"

#include <math.h>

/* MAE = mean |Y - F| */
double
rn_metric_mae(const double *actual, const double *forecast, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fabs(actual[i] - forecast[i]);
	return sum / (double) n;
}

/* RMSE = sqrt(mean (Y - F)^2) */
double
rn_metric_rmse(const double *actual, const double *forecast, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		error = actual[i] - forecast[i];

		sum += error * error;
	}
	return sqrt(sum / (double) n);
}

/* sMAPE = mean 200 |F - Y| / (|F| + |Y|), in 0 .. 200, over terms not 0/0 */
double
rn_metric_smape(const double *actual, const double *forecast, size_t n)
{
	double		sum = 0;
	size_t		terms = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		size = fabs(forecast[i]) + fabs(actual[i]);

		if (size == 0)
			continue;
		sum += 200 * (fabs(forecast[i] - actual[i]) / size);
		terms++;
	}
	return terms > 0 ? sum / (double) terms : 0;
}

/* MASE = MAE / scale */
double
rn_metric_mase(const double *actual, const double *forecast, size_t n, double scale)
{
	return scale > 0 ? rn_metric_mae(actual, forecast, n) / scale : NAN;
}

/* The MAE, within the sample, of the seasonal naive forecast of season m. */
double
rn_metric_mase_scale(const double *value, size_t n, int m)
{
	size_t		season = (size_t) m;

	if (m < 1 || n <= season)
		return NAN;
	return rn_metric_mae(value + season, value, n - season);
}

/* mean max(tau (Y - F), (tau - 1) (Y - F)) */
double
rn_metric_pinball(const double *actual, const double *forecast, size_t n, double tau)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		error = actual[i] - forecast[i];

		sum += error >= 0 ? tau * error : (tau - 1) * error;
	}
	return sum / (double) n;
}

double
rn_metric_coverage(const double *actual, const double *lower, const double *upper, size_t n)
{
	size_t		within = 0;

	for (size_t i = 0; i < n; i++)
		within += actual[i] >= lower[i] && actual[i] <= upper[i];
	return (double) within / (double) n;
}
