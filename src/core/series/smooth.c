/*
 * smooth.c
 *		Exponential smoothing.
 *
 * Hyndman, Koehler, Ord, Snyder, "Forecasting with exponential smoothing",
 * Springer 2008.  Parameters come from small grids: they are shared out among a
 * hundred thousand series, and a finer search does not forecast better.
 */
#include "series/smooth.h"

#include <math.h>

static const double alphas[] = {0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99};

#define COUNT(array) ((int) (sizeof(array) / sizeof(array[0])))

double
rn_smooth_alpha(const double *x, size_t n)
{
	double		best = alphas[0];
	double		least = INFINITY;

	for (int a = 0; a < COUNT(alphas); a++)
	{
		double		level = x[0];
		double		sum = 0;

		for (size_t t = 1; t < n; t++)
		{
			double		error = x[t] - level;

			sum += error * error;
			level += alphas[a] * error;
		}
		if (sum < least)
		{
			least = sum;
			best = alphas[a];
		}
	}
	return best;
}

void
rn_smooth_levels(const double *x, size_t n, double alpha, double before, double *level)
{
	double		l = isnan(before) ? x[0] : before;

	for (size_t t = 0; t < n; t++)
		level[t] = l += alpha * (x[t] - l);
}

/* Slope of the least squares line through x. */
static double
slope(const double *x, size_t n)
{
	double		middle = ((double) n - 1) / 2;
	double		xy = 0;
	double		xx = 0;

	for (size_t t = 0; t < n; t++)
	{
		double		u = (double) t - middle;

		xy += u * x[t];
		xx += u * u;
	}
	return xx > 0 ? xy / xx : 0;
}

/*
 * Assimakopoulos & Nikolopoulos, "The theta model", Int. J. Forecasting 16, 2000,
 * as simple exponential smoothing with drift: Hyndman & Billah, "Unmasking the
 * Theta method", Int. J. Forecasting 19, 2003.
 */
static void
add_theta(const double *x, size_t n, double alpha, double *forecast, size_t h)
{
	double		level = x[0];
	double		drift = slope(x, n) / 2;

	for (size_t t = 1; t < n; t++)
		level += alpha * (x[t] - level);
	for (size_t k = 0; k < h; k++)
		forecast[k] += (level + drift * ((double) k + (1 - pow(1 - alpha, (double) n)) / alpha)) / 2;
}

/* Level and trend at the end, and the squared errors on the way. */
typedef struct Damped
{
	double		level;
	double		trend;
	double		phi;
	double		sum;
} Damped;

static Damped
run_damped(const double *x, size_t n, double alpha, double beta, double phi)
{
	size_t		ahead = n - 1 < 4 ? n - 1 : 4;
	Damped		d = {x[0], ahead > 0 ? (x[ahead] - x[0]) / (double) ahead : 0, phi, 0};

	for (size_t t = 1; t < n; t++)
	{
		double		expected = d.level + phi * d.trend;
		double		error = x[t] - expected;

		if (t >= 3)
			d.sum += error * error;
		d.level = expected + alpha * error;
		d.trend = phi * d.trend + alpha * beta * error;
	}
	return d;
}

/* Gardner & McKenzie, "Forecasting trends in time series", Management Science 31, 1985. */
static void
add_damped(const double *x, size_t n, double *forecast, size_t h)
{
	static const double alpha[] = {0.1, 0.3, 0.5, 0.7, 0.9, 0.99};
	static const double beta[] = {0.02, 0.1, 0.2, 0.4, 0.7};
	static const double phi[] = {0.8, 0.9, 0.95, 0.98};
	Damped		best = {.sum = INFINITY};
	double		gone = 0;
	double		power = 1;

	for (int a = 0; a < COUNT(alpha); a++)
		for (int b = 0; b < COUNT(beta); b++)
			for (int p = 0; p < COUNT(phi); p++)
			{
				Damped		d = run_damped(x, n, alpha[a], beta[b], phi[p]);

				if (d.sum < best.sum)
					best = d;
			}
	for (size_t k = 0; k < h; k++)
	{
		power *= best.phi;
		gone += power;
		forecast[k] += (best.level + best.trend * gone) / 2;
	}
}

void
rn_smooth_classical(const double *x, size_t n, double alpha, double *forecast, size_t h)
{
	for (size_t k = 0; k < h; k++)
		forecast[k] = 0;
	add_theta(x, n, alpha, forecast, h);
	add_damped(x, n, forecast, h);
}
