/*
 * samples.h
 *		Sliding windows over the series of a panel, as views: nothing is copied
 *		or scaled until a batch is gathered.
 */
#ifndef RN_SAMPLES_H
#define RN_SAMPLES_H

#include "model/inputs.h"

/* The windows of one series. */
typedef struct RnSampleSeries
{
	size_t		sample;			/* number of its first window */
	RnView		view;			/* that window */
} RnSampleSeries;

typedef struct RnSamples
{
	const RnInputs *inputs;		/* not owned */
	RnRows		rows;			/* not owned */
	int			window;			/* T */
	int			horizon;		/* O */
	size_t		n;				/* windows in all */
	size_t		count;			/* series that have any */
	RnSampleSeries *series;		/* [count] ascending in sample */
} RnSamples;

/*
 * How many windows n values give: n - T - O + 1, at least 0.  O may be 0, for
 * windows that nothing is known after; T is at least 1.
 */
extern size_t rn_windows_count(size_t n, int window, int horizon);

/* The window of sample i; *of, unless NULL, is the series that it is from. */
extern RnView rn_samples_view(const RnSamples *samples, size_t i, size_t *of);

/*
 * The B (at most RN_FIT_PART) samples of the given numbers into x [T][B][I] and
 * target [B][O]: scaled values, of a series with a base season less the value
 * of a season before, NaN where they are not known.  source is an RnSamples;
 * the signature is what nn/fit.h's data sets want.
 */
extern void rn_samples_gather(const void *source, const uint32_t *index, int B,
							  rn_real *x, rn_real *target);

#endif							/* RN_SAMPLES_H */
