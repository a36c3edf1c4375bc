/*
 * logs.h
 *		Do the changes of a series grow with its level?
 */
#ifndef RN_LOGS_H
#define RN_LOGS_H

#include "base/real.h"

/*
 * By how much logarithms suit value [n], all positive, worse than the values do:
 * the logarithm of how much larger errors seem with them, about 0 where both will
 * do, below 0 where changes grow with the level.  season is in steps, 1 for none.
 */
extern double rn_logs_cost(const double *value, size_t n, int season);

#endif							/* RN_LOGS_H */
