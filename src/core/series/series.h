/*
 * series.h
 *		One series of values over evenly spaced times.
 */
#ifndef RN_SERIES_H
#define RN_SERIES_H

#include "series/calendar.h"

/* Larger magnitudes are refused: their squares would leave a double's safe range. */
#define RN_MAX_MAGNITUDE 1e100

typedef struct RnSeries
{
	RnTimeKind	kind;
	size_t		n;
	RnTimes		time;			/* of n rows; owned by whoever made them, as is */
	double	   *value;			/* [n] */
	RnCalendar	calendar;
} RnSeries;

/*
 * From rows as they came (kind, n, time, value are given) to a series: refuse
 * times that are infinite or out of range (the message names the row, counted
 * from 1), NaN, infinite and huge values (the message names the time); turn
 * round what comes in descending order; infer the calendar.  needed is how many
 * rows the caller must have; fewer, or fewer than the 2 that make a step, give
 * RN_TOO_FEW_ROWS.  Rows in neither order are RN_UNSUPPORTED: who reads them
 * sorts them, with a disk at hand.  Needs no memory.  After RN_CANCELLED the
 * rows are in pieces: throw them away.
 */
extern RnCode rn_series_prepare(RnHost *host, RnSeries *series, size_t needed);

#endif							/* RN_SERIES_H */
