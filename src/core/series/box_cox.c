/*
 * box_cox.c
 *		Powers of values, and which of them suits a series.
 *
 * The profile likelihood of Box & Cox, 1964, of the changes from season to season
 * as normal around their mean.  With the Jacobian of the power, y^(lambda - 1),
 * minus the log likelihood per change is ln sd(changes of the numbers) +
 * (1 - lambda) mean ln y; the latter is none, as values are divided by their
 * geometric mean first.
 */
#include "series/box_cox.h"

#include <float.h>
#include <math.h>

/* The newest rows, which tell. */
#define MOST_ROWS ((size_t) 4096)

/* Seasons that there must be for changes from one to the next. */
#define FEWEST_SEASONS 3

/* A deviation, by the geometric mean, of at most this is rounding. */
#define ROUNDING	1e-9

double
rn_box_cox(double lambda, double value)
{
	if (lambda == 1)
		return value;
	return lambda == 0 ? log(value) : copysign(pow(fabs(value), lambda), value) / lambda;
}

double
rn_box_cox_invert(double lambda, double number)
{
	if (lambda == 1)
		return number;
	return lambda == 0 ? exp(number) : copysign(pow(fabs(lambda * number), 1 / lambda), number);
}

double
rn_box_cox_move(double lambda, double value, double by)
{
	return lambda == 0 ? value * exp(by) : rn_box_cox_invert(lambda, rn_box_cox(lambda, value) + by);
}

double
rn_box_cox_slope(double lambda, double value)
{
	return pow(fabs(value), lambda - 1);
}

double
rn_box_cox_cost(double lambda, const double *value, size_t n, int season)
{
	size_t		m = (size_t) season;
	double		mean = 0;
	double		sum = 0;
	double		squares = 0;
	double		level;

	if (n > MOST_ROWS)
	{
		value += n - MOST_ROWS;
		n = MOST_ROWS;
	}
	if (n / FEWEST_SEASONS < m)
		m = 1;
	if (n < m + 2)
		return 0;
	for (size_t t = m; t < n; t++)
		mean += log(value[t]) / (double) (n - m);
	level = lambda == 0 ? 1 : exp(mean);
	for (size_t t = m; t < n; t++)
	{
		double		change = rn_box_cox(lambda, value[t] / level) - rn_box_cox(lambda, value[t - m] / level);

		sum += change / (double) (n - m);
		squares += change * change / (double) (n - m);
	}
	if (!isfinite(squares))
		return log(DBL_MAX);
	return log(fmax(sqrt(fmax(squares - sum * sum, 0)), ROUNDING));
}
