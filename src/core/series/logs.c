/*
 * logs.c
 *		Do the changes of a series grow with its level?
 *
 * The profile likelihood of Box & Cox, "An analysis of transformations", J. Royal
 * Statistical Society B 26, 1964, at its lambda 0 (logarithms) and 1 (values as they
 * are), of the changes from season to season as normal around their mean.  With
 * the Jacobian of the logarithm, one over the value, minus the log likelihood per
 * change is ln sd(changes of ln y) + mean ln y, and ln sd(changes of y).
 */
#include "series/logs.h"

#include <float.h>
#include <math.h>

/* The newest rows, which tell. */
#define MOST_ROWS ((size_t) 4096)

/* Seasons that there must be for changes from one to the next. */
#define FEWEST_SEASONS 3

/* A deviation, by the geometric mean, of at most this is rounding. */
#define ROUNDING	1e-9

typedef struct Changes
{
	double		sum;
	double		squares;
} Changes;

static void
add_change(Changes *changes, double change)
{
	changes->sum += change;
	changes->squares += change * change;
}

static double
deviation(const Changes *changes, size_t n)
{
	double		mean = changes->sum / (double) n;

	if (!isfinite(changes->squares))
		return DBL_MAX;
	return fmax(sqrt(fmax(changes->squares / (double) n - mean * mean, 0)), ROUNDING);
}

double
rn_logs_cost(const double *value, size_t n, int season)
{
	size_t		m = (size_t) season;
	double		mean = 0;
	double		level;
	Changes		logs = {0};
	Changes		values = {0};

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
	level = exp(mean);
	for (size_t t = m; t < n; t++)
	{
		add_change(&logs, log(value[t]) - log(value[t - m]));
		add_change(&values, (value[t] - value[t - m]) / level);
	}
	return log(deviation(&logs, n - m)) - log(deviation(&values, n - m));
}
