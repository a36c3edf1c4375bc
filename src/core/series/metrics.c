/*
 * metrics.c
 *		Measures of forecast error, textbook definitions.
 *
 * One pass each and no memory: ten million pairs take less than a tenth of a
 * second, so that none of them asks the host whether to stop.  The formulas,
 * with Y actual, F forecast, are those of Hyndman & Koehler (2006) and, for the
 * pinball loss, of Koenker & Bassett, "Regression quantiles", Econometrica
 * 46(1), 1978.  sMAPE is, with absolute values in the divisor, that of the M3
 * competition: Makridakis & Hibon, Int. J. Forecasting 16(4), 2000.
 *
 * Sums are kept as two numbers, which has twice the digits: pairs may come in
 * any order, and in parts, and give the same mean, unless there were so many
 * that rounding shows even there.
 */
#include "series/metrics.h"

#include <math.h>

/*
 * What is lost in sum = a + b, exactly: Knuth's TwoSum, as in Shewchuk,
 * "Adaptive precision floating-point arithmetic", Discrete & Computational
 * Geometry 18(3), 1997, theorem 7.  A sum that is no number has lost nothing.
 */
static double
lost(double a, double b, double sum)
{
	double		of_b = sum - a;
	double		of_a = sum - of_b;

	return isfinite(sum) ? (a - of_a) + (b - of_b) : 0;
}

void
rn_mean_add(RnMean *mean, double term)
{
	double		sum = mean->sum + term;

	mean->rest += lost(mean->sum, term, sum);
	mean->sum = sum;
	mean->terms++;
}

void
rn_mean_merge(RnMean *mean, const RnMean *other)
{
	double		sum = mean->sum + other->sum;

	mean->rest += other->rest + lost(mean->sum, other->sum, sum);
	mean->sum = sum;
	mean->terms += other->terms;
}

double
rn_mean_value(const RnMean *mean)
{
	return mean->terms > 0 ? (mean->sum + mean->rest) / mean->terms : 0;
}

void
rn_metric_add_absolute(RnMean *mean, double actual, double forecast)
{
	rn_mean_add(mean, fabs(actual - forecast));
}

void
rn_metric_add_square(RnMean *mean, double actual, double forecast)
{
	double		error = actual - forecast;

	rn_mean_add(mean, error * error);
}

void
rn_metric_add_scaled(RnMean *mean, double actual, double forecast, double scale)
{
	rn_mean_add(mean, fabs(actual - forecast) / scale);
}

void
rn_metric_add_symmetric(RnMean *mean, double actual, double forecast)
{
	double		size = fabs(forecast) + fabs(actual);

	if (isinf(size) && isfinite(actual) && isfinite(forecast))
		rn_metric_add_symmetric(mean, actual / 2, forecast / 2);	/* the same share, within numbers */
	else if (size != 0)
		rn_mean_add(mean, 200 * (fabs(forecast - actual) / size));
}

/* max(tau (Y - F), (tau - 1) (Y - F)) */
void
rn_metric_add_pinball(RnMean *mean, double actual, double forecast, double tau)
{
	double		error = actual - forecast;

	rn_mean_add(mean, error >= 0 ? tau * error : (tau - 1) * error);
}

void
rn_metric_add_within(RnMean *mean, double actual, double lower, double upper)
{
	rn_mean_add(mean, actual >= lower && actual <= upper);
}

/* MAE = mean |Y - F| */
double
rn_metric_mae(const double *actual, const double *forecast, size_t n)
{
	RnMean		mean = {0};

	for (size_t i = 0; i < n; i++)
		rn_metric_add_absolute(&mean, actual[i], forecast[i]);
	return rn_mean_value(&mean);
}

/* RMSE = sqrt(mean (Y - F)^2) */
double
rn_metric_rmse(const double *actual, const double *forecast, size_t n)
{
	RnMean		mean = {0};

	for (size_t i = 0; i < n; i++)
		rn_metric_add_square(&mean, actual[i], forecast[i]);
	return sqrt(rn_mean_value(&mean));
}

/* sMAPE = mean 200 |F - Y| / (|F| + |Y|), in 0 .. 200, over terms not 0/0 */
double
rn_metric_smape(const double *actual, const double *forecast, size_t n)
{
	RnMean		mean = {0};

	for (size_t i = 0; i < n; i++)
		rn_metric_add_symmetric(&mean, actual[i], forecast[i]);
	return rn_mean_value(&mean);
}

/* MASE = mean |Y - F| / scale */
double
rn_metric_mase(const double *actual, const double *forecast, size_t n, double scale)
{
	RnMean		mean = {0};

	for (size_t i = 0; i < n; i++)
		rn_metric_add_scaled(&mean, actual[i], forecast[i], scale);
	return scale > 0 ? rn_mean_value(&mean) : NAN;
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
	RnMean		mean = {0};

	for (size_t i = 0; i < n; i++)
		rn_metric_add_pinball(&mean, actual[i], forecast[i], tau);
	return rn_mean_value(&mean);
}

double
rn_metric_coverage(const double *actual, const double *lower, const double *upper, size_t n)
{
	RnMean		mean = {0};

	for (size_t i = 0; i < n; i++)
		rn_metric_add_within(&mean, actual[i], lower[i], upper[i]);
	return rn_mean_value(&mean);
}
