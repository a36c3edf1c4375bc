/*
 * calendar_words.c
 *		Calendars and times in words, for messages.
 */
#include "series/calendar.h"

#include <inttypes.h>
#include <stdio.h>

#include "series/civil.h"

/*
 * "12:34:56" or "12:34:56.5": a part of a day as PostgreSQL writes it, without
 * trailing zeroes in the fraction.
 */
static void
describe_clock(int64_t usecs, char *text, size_t size)
{
	int			fraction = (int) (usecs % RN_USECS_PER_SEC);
	int			seconds = (int) (usecs / RN_USECS_PER_SEC);
	int			digits = 6;
	int			length;

	length = snprintf(text, size, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
	if (fraction == 0 || length < 0 || (size_t) length >= size)
		return;
	for (; fraction % 10 == 0; digits--)
		fraction /= 10;
	snprintf(text + length, size - (size_t) length, ".%0*d", digits, fraction);
}

static void
describe_count(int64_t count, const char *unit, char *text, size_t size)
{
	snprintf(text, size, "%" PRId64 " %s%s", count, unit, count == 1 ? "" : "s");
}

void
rn_calendar_describe(const RnCalendar *calendar, char *text, size_t size)
{
	int64_t		days = calendar->step / RN_USECS_PER_DAY;
	int64_t		rest = calendar->step % RN_USECS_PER_DAY;
	char		clock[RN_TIME_TEXT];

	if (calendar->months > 0 && calendar->months % 12 == 0)
		describe_count(calendar->months / 12, "year", text, size);
	else if (calendar->months > 0)
		describe_count(calendar->months, "month", text, size);
	else if (calendar->business_days > 0)
		describe_count(calendar->business_days, "business day", text, size);
	else if (calendar->kind == RN_TIME_INTEGER)
		snprintf(text, size, "%" PRId64, calendar->step);
	else if (rest == 0)
		describe_count(days, "day", text, size);
	else
	{
		describe_clock(rest, clock, sizeof(clock));
		if (days == 0)
			snprintf(text, size, "%s", clock);
		else
			snprintf(text, size, "%" PRId64 " day%s %s", days, days == 1 ? "" : "s", clock);
	}
}

void
rn_time_describe(RnTimeKind kind, int64_t time, char *text, size_t size)
{
	RnCivil		civil;
	char		clock[RN_TIME_TEXT];
	bool		midnight;
	bool		before_christ;

	if (kind == RN_TIME_INTEGER)
	{
		snprintf(text, size, "%" PRId64, time);
		return;
	}
	if (time == INT64_MIN || time == INT64_MAX)
	{
		snprintf(text, size, "%s", time < 0 ? "-infinity" : "infinity");
		return;
	}
	civil = rn_civil_from_time(time);
	midnight = civil.time_of_day == 0;
	before_christ = civil.year <= 0;
	describe_clock(civil.time_of_day, clock, sizeof(clock));
	snprintf(text, size, "%04d-%02d-%02d%s%s%s",
			 (int) (before_christ ? 1 - civil.year : civil.year), (int) civil.month, (int) civil.day,
			 midnight ? "" : " ", midnight ? "" : clock, before_christ ? " BC" : "");
}
