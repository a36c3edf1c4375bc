/*
 * times.c
 *		Times that are kept one by one only if they are not evenly spaced.
 */
#include "series/times.h"

#include <string.h>

#define FIRST_CAPACITY 64

/* Room for another capacity of times one by one, n of which are there. */
static RnCode
keep_each(RnHost *host, RnTimes *times, size_t n, size_t capacity)
{
	int64_t    *each;

	RN_TRY(rn_alloc(host, capacity, sizeof(int64_t), (void **) &each));
	for (size_t i = 0; i < n; i++)
		each[i] = rn_time_at(times, i);
	rn_free(host, times->each);
	times->each = each;
	times->capacity = capacity;
	return RN_OK;
}

RnCode
rn_times_append(RnHost *host, RnTimes *times, size_t n, int64_t time)
{
	if (times->each == NULL)
	{
		if (n == 0)
			times->first = time;
		else if (n == 1)
			times->step = (int64_t) ((uint64_t) time - (uint64_t) times->first);
		if (rn_time_at(times, n) == time)
			return RN_OK;
	}
	if (times->each == NULL || n >= times->capacity)
		RN_TRY(keep_each(host, times, n, n < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : 2 * n));
	times->each[n] = time;
	return RN_OK;
}

void
rn_times_free(RnHost *host, RnTimes *times)
{
	rn_free(host, times->each);
	memset(times, 0, sizeof(*times));
}

void
rn_times_reverse(RnTimes *times, size_t n)
{
	if (n < 2)
		return;
	if (times->each == NULL)
	{
		times->first = rn_time_at(times, n - 1);
		times->step = (int64_t) (0 - (uint64_t) times->step);
		return;
	}
	for (size_t i = 0, j = n - 1; i < j; i++, j--)
	{
		int64_t		time = times->each[i];

		times->each[i] = times->each[j];
		times->each[j] = time;
	}
}

size_t
rn_times_bytes(const RnTimes *times)
{
	return times->capacity * sizeof(int64_t);
}
