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

#include "base/vector.h"

static const double alphas[] = {0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99};

/* Of fewer rows nobody can tell a trend. */
#define FEWEST_FOR_TREND 8

/* The newest rows, of which classical forecasts are made. */
#define MOST_ROWS ((size_t) 4096)

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

#define ALPHAS 6
#define BETAS 5
#define PHIS 4
#define GRID (ALPHAS * BETAS * PHIS)

/* All parameters of the grid side by side: level, trend, and squared errors so far. */
typedef struct Damped
{
	double		alpha[GRID];
	double		gain[GRID];		/* of the trend: alpha beta */
	double		phi[GRID];
	double		level[GRID];
	double		trend[GRID];
	double		sum[GRID];
} Damped;

static void
begin_damped(Damped *d, double level, double trend)
{
	static const double alpha[ALPHAS] = {0.1, 0.3, 0.5, 0.7, 0.9, 0.99};
	static const double beta[BETAS] = {0.02, 0.1, 0.2, 0.4, 0.7};
	static const double phi[PHIS] = {0.8, 0.9, 0.95, 0.98};

	for (int i = 0; i < GRID; i++)
	{
		d->alpha[i] = alpha[i / (BETAS * PHIS)];
		d->gain[i] = d->alpha[i] * beta[i / PHIS % BETAS];
		d->phi[i] = phi[i % PHIS];
		d->level[i] = level;
		d->trend[i] = trend;
		d->sum[i] = 0;
	}
}

/* Row x becomes known; counts: its errors are among those that parameters are chosen by. */
RN_VECTOR static void
run_damped(Damped *d, double x, double counts)
{
	for (int i = 0; i < GRID; i++)
	{
		double		expected = d->level[i] + d->phi[i] * d->trend[i];
		double		error = x - expected;

		d->sum[i] += counts * error * error;
		d->level[i] = expected + d->alpha[i] * error;
		d->trend[i] = d->phi[i] * d->trend[i] + d->gain[i] * error;
	}
}

/* Gardner & McKenzie, "Forecasting trends in time series", Management Science 31, 1985. */
static void
add_damped(const double *x, size_t n, double *forecast, size_t h)
{
	size_t		ahead = n - 1 < 4 ? n - 1 : 4;
	Damped		d;
	int			best = 0;
	double		gone = 0;
	double		power = 1;

	begin_damped(&d, x[0], ahead > 0 ? (x[ahead] - x[0]) / (double) ahead : 0);
	for (size_t t = 1; t < n; t++)
		run_damped(&d, x[t], t >= 3);
	for (int i = 1; i < GRID; i++)
		if (d.sum[i] < d.sum[best])
			best = i;
	for (size_t k = 0; k < h; k++)
	{
		power *= d.phi[best];
		gone += power;
		forecast[k] += (d.level[best] + d.trend[best] * gone) / 2;
	}
}

/* Simple exponential smoothing: the last level. */
static void
add_level(const double *x, size_t n, double alpha, double *forecast, size_t h)
{
	double		level = x[0];

	for (size_t t = 1; t < n; t++)
		level += alpha * (x[t] - level);
	for (size_t k = 0; k < h; k++)
		forecast[k] += level;
}

void
rn_smooth_classical(const double *x, size_t n, double alpha, double *forecast, size_t h)
{
	if (n > MOST_ROWS)
	{
		x += n - MOST_ROWS;
		n = MOST_ROWS;
	}
	for (size_t k = 0; k < h; k++)
		forecast[k] = 0;
	if (n < FEWEST_FOR_TREND)
		add_level(x, n, alpha, forecast, h);
	else
	{
		add_theta(x, n, alpha, forecast, h);
		add_damped(x, n, forecast, h);
	}
}
