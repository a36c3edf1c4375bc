/*
 * season.h
 *		Seasons of a series: what comes back every so many steps.
 */
#ifndef RN_SEASON_H
#define RN_SEASON_H

#include "base/real.h"

/* Numbers of scratch that rn_season_indices needs for n values. */
static inline size_t
rn_season_scratch(size_t n)
{
	return 3 * n + 8;
}

/*
 * By how much each phase of a season of m steps (of two seasons, the longer:
 * outer is a multiple of m, or 0) stands above the trend of x [n] into index
 * [cycle]; the phase of value t is t modulo the cycle, which is returned: m, or
 * outer.  1, and nothing written, where x does not hold two seasons; of two,
 * only the shorter one counts where it does not hold two of the longer.
 *
 * Indices are shrunk towards none by how much noise alone would make them
 * differ: a season that is not there has indices near 0.
 */
extern int	rn_season_indices(const double *x, size_t n, int m, int outer, double *index, double *scratch);

#endif							/* RN_SEASON_H */
