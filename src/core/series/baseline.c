/*
 * baseline.c
 *		Forecasts that a network must beat to be worth its while.
 *
 * Knows values only; what the season of a calendar is, calendar.h says.
 */
#include "series/baseline.h"

/*
 * Hyndman & Athanasopoulos, "Forecasting: principles and practice", 3rd ed.,
 * section 5.2: F(n+i) = Y(n+i - m(k+1)), k the whole seasons before step i.
 */
void
rn_baseline_seasonal_naive(const double *value, size_t n, int m, double *forecast, int h)
{
	size_t		season = m < 1 || n < (size_t) m ? 1 : (size_t) m;

	for (int i = 0; i < h; i++)
		forecast[i] = value[n - season + (size_t) i % season];
}
