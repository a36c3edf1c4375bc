/*
 * season.c
 *		Seasonal indices by classical decomposition, shrunk.
 *
 * One season: means by phase of what a trend leaves, the trend first a centred
 * moving average, then a local linear smoother of what the season leaves
 * (Cleveland et al., "STL", J. Official Statistics 6, 1990, in a single pass),
 * shrunk by the share of their variance that noise explains (Miller & Williams,
 * "Shrinkage estimators of time series seasonal factors and their effect on
 * forecasting accuracy", Int. J. Forecasting 19, 2003, on James & Stein).
 *
 * Long seasons do with the moving average: a smoother of their width would take
 * as many operations as the rows times the season.
 *
 * Two seasons: the phases of the shorter one, and the shrunk deviations from
 * them of the phases of the longer.
 */
#include "series/season.h"

#include <math.h>
#include <string.h>

/* Seasons of more steps are long. */
#define LONGEST_SMOOTHED 100

/* Of two seasons' indices so much is believed: they are many. */
#define TWO_SEASONS_BELIEVED 0.8

/* Centred moving average over m steps; defined for m / 2 .. n - 1 - m / 2. */
static void
moving_average(const double *x, size_t n, size_t m, double *average)
{
	size_t		half = m / 2;
	double		sum = 0;

	/* of an even m, the two ends count half */
	for (size_t i = 0; i < 2 * half; i++)
		sum += x[i];
	for (size_t t = half; t + half < n; t++)
	{
		double		first = x[t - half];
		double		last = x[t + half];

		average[t] = m % 2 == 1 ? (sum + last) / (double) m : (sum - first / 2 + last / 2) / (double) m;
		sum += last - first;
	}
}

/* Means by phase of x - trend over t = from .. to - 1, less their own mean; their phases are of t. */
static void
phase_means(const double *x, const double *trend, size_t from, size_t to, size_t m, double *mean)
{
	double		all = 0;

	for (size_t p = 0; p < m; p++)
	{
		double		sum = 0;
		size_t		count = 0;

		for (size_t t = from + (p + m - from % m) % m; t < to; t += m, count++)
			sum += x[t] - trend[t];
		mean[p] = count > 0 ? sum / (double) count : 0;
		all += mean[p];
	}
	for (size_t p = 0; p < m; p++)
		mean[p] -= all / (double) m;
}

/* Tricube weights: of the distance of so many steps of at most half. */
static void
tricube(size_t half, double *weight)
{
	for (size_t u = 0; u <= half; u++)
	{
		double		share = (double) u / (double) (half + 1);
		double		near = 1 - share * share * share;

		weight[u] = near * near * near;
	}
}

/*
 * Local linear regression of y [n] over half steps to either side; weight [half +
 * 1] by distance.  In the middle the line's value is the weighted mean.
 */
static void
smooth(const double *y, size_t n, size_t half, const double *weight, double *trend)
{
	for (size_t t = 0; t < n; t++)
	{
		size_t		before = t < half ? t : half;
		size_t		after = n - 1 - t < half ? n - 1 - t : half;
		double		s0 = weight[0],
					s1 = 0,
					s2 = 0,
					y0 = weight[0] * y[t],
					y1 = 0;
		double		determinant;

		for (size_t u = 1; u <= before; u++)
		{
			double		w = weight[u];

			s0 += w;
			s1 -= w * (double) u;
			s2 += w * (double) u * (double) u;
			y0 += w * y[t - u];
			y1 -= w * (double) u * y[t - u];
		}
		for (size_t u = 1; u <= after; u++)
		{
			double		w = weight[u];

			s0 += w;
			s1 += w * (double) u;
			s2 += w * (double) u * (double) u;
			y0 += w * y[t + u];
			y1 += w * (double) u * y[t + u];
		}
		determinant = s0 * s2 - s1 * s1;
		trend[t] = determinant > 1e-12 * s0 * s2 ? (s2 * y0 - s1 * y1) / determinant : y0 / s0;
	}
}

static double
mean_square(const double *x, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum / (double) n;
}

/* The share of the square of something that noise of so much variance does not explain. */
static double
shrinkage(double noise, double square)
{
	return square > noise ? 1 - noise / square : 0;
}

static void
one_season(const double *x, size_t n, size_t m, double *index, double *scratch)
{
	double	   *trend = scratch;
	double	   *rest = scratch + n;
	double	   *weight = scratch + 2 * n;
	size_t		half = (size_t) lround(0.75 * (double) m);
	size_t		from = m / 2;
	size_t		to = n - m / 2;
	double		freedom;
	double		noise = 0;
	double		believed;

	moving_average(x, n, m, trend);
	phase_means(x, trend, from, to, m, index);
	half = half > 3 ? half : 3;
	if (m <= LONGEST_SMOOTHED)
	{
		tricube(half, weight);
		from = 0;
		to = n;
	}
	for (int pass = 0; pass < 2 && m <= LONGEST_SMOOTHED; pass++)
	{
		for (size_t t = 0; t < n; t++)
			rest[t] = x[t] - index[t % m];
		smooth(rest, n, half, weight, trend);
		if (pass == 0)
			phase_means(x, trend, 0, n, m, index);
	}
	for (size_t t = from; t < to; t++)
		noise += pow(x[t] - index[t % m] - trend[t], 2);
	freedom = (double) (to - from) - (double) m - (double) (to - from) / (double) m;
	noise /= fmax(freedom, 1) * (double) (to - from) / (double) m;
	believed = shrinkage(noise, mean_square(index, m));
	for (size_t p = 0; p < m; p++)
		index[p] *= believed;
}

static void
two_seasons(const double *x, size_t n, size_t m, size_t outer, double *index, double *trend, double *inner)
{
	size_t		from = outer / 2;
	size_t		to = n - outer / 2;
	double		noise = 0;
	double		difference = 0;
	double		believed;

	moving_average(x, n, m, trend);
	phase_means(x, trend, m / 2, n - m / 2, m, inner);
	moving_average(x, n, outer, trend);
	phase_means(x, trend, from, to, outer, index);
	for (size_t t = from; t < to; t++)
		noise += pow(x[t] - trend[t] - index[t % outer], 2);
	noise /= fmax((double) (to - from) - (double) outer, 1) * fmax((double) (to - from) / (double) outer, 1);
	for (size_t p = 0; p < outer; p++)
		difference += pow(index[p] - inner[p % m], 2);
	believed = shrinkage(noise, difference / (double) outer);
	for (size_t p = 0; p < outer; p++)
		index[p] = TWO_SEASONS_BELIEVED * (inner[p % m] + believed * (index[p] - inner[p % m]));
}

int
rn_season_indices(const double *x, size_t n, int m, int outer, double *index, double *scratch)
{
	if (m < 2 || n < 2 * (size_t) m)
		return 1;
	if (outer > 0 && n >= 2 * (size_t) outer)
	{
		two_seasons(x, n, (size_t) m, (size_t) outer, index, scratch, scratch + n);
		return outer;
	}
	one_season(x, n, (size_t) m, index, scratch);
	return m;
}
