/*
 * times.h
 *		The times of a series' rows, in the order of the rows.
 *
 * As long as they are evenly spaced, two numbers say them all: ten million
 * seconds or integers take no memory.  Others are kept one by one.
 */
#ifndef RN_TIMES_H
#define RN_TIMES_H

#include "base/host.h"

/* All zero: none yet. */
typedef struct RnTimes
{
	int64_t    *each;			/* [capacity] one by one; NULL: evenly spaced */
	size_t		capacity;
	int64_t		first;			/* evenly: first + i * step, modulo 2^64 */
	int64_t		step;
} RnTimes;

/* The time of row i. */
static inline int64_t
rn_time_at(const RnTimes *times, size_t i)
{
	return times->each != NULL ? times->each[i]
		: (int64_t) ((uint64_t) times->first + (uint64_t) i * (uint64_t) times->step);
}

/* Add the time of row n, the next; memory is the host's. */
extern RnCode rn_times_append(RnHost *host, RnTimes *times, size_t n, int64_t time);
extern void rn_times_free(RnHost *host, RnTimes *times);

/* Swap rows end for end. */
extern void rn_times_reverse(RnTimes *times, size_t n);

/* Bytes that they take. */
extern size_t rn_times_bytes(const RnTimes *times);

#endif							/* RN_TIMES_H */
