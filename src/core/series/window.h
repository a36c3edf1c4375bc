/*
 * window.h
 *		Sliding windows over one series, as views: nothing is copied or scaled
 *		until a batch is gathered.
 */
#ifndef RN_WINDOW_H
#define RN_WINDOW_H

#include "series/transform.h"

/*
 * Sample i reads value[i .. i+T-1] and is to predict value[i+T .. i+T+O-1].
 */
typedef struct RnWindows
{
	const double *value;		/* [n] as users know them; not owned */
	size_t		n;
	int			window;			/* T */
	int			horizon;		/* O */
	const RnTransform *transform;	/* to what the network sees; not owned */
} RnWindows;

/*
 * How many samples n values give: n - T - O + 1, at least 0.  O may be 0, for
 * windows that nothing is known after; T is at least 1.
 */
extern size_t rn_windows_count(size_t n, int window, int horizon);

/*
 * The B samples of the given numbers (each below rn_windows_count, in any
 * order, repeated or not), scaled, into x [T][B][1] and target [B][O].
 * source is an RnWindows; the signature is what nn/fit.h's data sets want.
 */
extern void rn_windows_gather(const void *source, const uint32_t *index, int B,
							  rn_real *x, rn_real *target);

#endif							/* RN_WINDOW_H */
