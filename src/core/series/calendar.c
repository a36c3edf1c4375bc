/*
 * calendar.c
 *		A calendar at work: stepping, the usual season, words for messages.
 *
 * Where a calendar comes from is calendar_infer.c.  Every function here takes
 * any int64 for a time, since times may come from stored bytes: sums are
 * checked before they are made.
 */
#include "series/calendar.h"

#include <inttypes.h>
#include <stdio.h>

#include "series/civil.h"

/* The years of RN_CIVIL_MIN and RN_CIVIL_END - 1, and all the months between. */
#define MIN_YEAR	(-4713)
#define MAX_YEAR	294276
#define MAX_MONTHS	(12 * (MAX_YEAR - MIN_YEAR + 1))

/* A season longer than this teaches a network nothing. */
#define MAX_SEASON	1440

bool
rn_time_valid(RnTimeKind kind, int64_t time)
{
	return kind == RN_TIME_INTEGER || (time >= RN_CIVIL_MIN && time < RN_CIVIL_END);
}

bool
rn_calendar_valid(const RnCalendar *calendar)
{
	if (calendar->kind != RN_TIME_INTEGER && calendar->kind != RN_TIME_CIVIL)
		return false;
	if (calendar->months == 0)
		return calendar->step >= 1;
	return calendar->kind == RN_TIME_CIVIL &&
		calendar->months > 0 && calendar->months <= MAX_MONTHS &&
		calendar->anchor_day >= 1 && calendar->anchor_day <= 31;
}

/*
 * origin + steps * step if that lies in [low, high], step at least 1.  The
 * product may leave int64 where the sum does not, so its magnitude is unsigned
 * and is held against the room there is on its side of origin.
 */
static bool
add_fixed(int64_t origin, int64_t steps, int64_t step, int64_t low, int64_t high, int64_t *result)
{
	uint64_t	count = steps < 0 ? 0 - (uint64_t) steps : (uint64_t) steps;
	uint64_t	room = steps < 0 ? (uint64_t) origin - (uint64_t) low : (uint64_t) high - (uint64_t) origin;
	uint64_t	distance;

	if (__builtin_mul_overflow(count, (uint64_t) step, &distance) || distance > room)
		return false;
	*result = (int64_t) (steps < 0 ? (uint64_t) origin - distance : (uint64_t) origin + distance);
	return true;
}

/*
 * The month that many months after origin's, on the anchor's day or, where
 * the month is shorter, its last; at origin's time of day.
 */
static bool
add_months(const RnCalendar *calendar, int64_t origin, int64_t steps, int64_t *result)
{
	RnCivil		civil = rn_civil_from_time(origin);
	int64_t		month;
	int			days;

	if (__builtin_mul_overflow(steps, (int64_t) calendar->months, &month) ||
		month < -MAX_MONTHS || month > MAX_MONTHS)
		return false;
	month += rn_civil_month_number(&civil);
	civil.year = (int32_t) (month / 12 - (month % 12 < 0));
	civil.month = (int32_t) (month - (int64_t) civil.year * 12) + 1;
	if (civil.year < MIN_YEAR || civil.year > MAX_YEAR)
		return false;			/* int64 may not reach so far */
	days = rn_civil_days_in_month(civil.year, civil.month);
	civil.day = calendar->anchor_day < days ? calendar->anchor_day : days;
	*result = rn_civil_to_time(&civil);
	return rn_time_valid(RN_TIME_CIVIL, *result);
}

RnCode
rn_calendar_add(RnHost *host, const RnCalendar *calendar, int64_t origin, int64_t steps,
				int64_t *result)
{
	bool		civil = calendar->kind == RN_TIME_CIVIL;
	bool		fits = rn_time_valid(calendar->kind, origin);
	char		text[RN_TIME_TEXT];
	char		step[RN_TIME_TEXT];

	if (fits && calendar->months > 0)
		fits = add_months(calendar, origin, steps, result);
	else if (fits)
		fits = add_fixed(origin, steps, calendar->step, civil ? RN_CIVIL_MIN : INT64_MIN,
						 civil ? RN_CIVIL_END - 1 : INT64_MAX, result);
	if (fits)
		return RN_OK;
	rn_time_describe(calendar->kind, origin, text, sizeof(text));
	rn_calendar_describe(calendar, step, sizeof(step));
	rn_fail(host, RN_TIME_OVERFLOW, "%" PRId64 " step%s of %s from %s: out of the range of times",
			steps, steps == 1 ? "" : "s", step, text);
	return rn_fail_hint(host, "Ask for a shorter horizon.");
}

/*
 * Steps shorter than a day: the longest of day, hour, minute and second that
 * they divide into at most MAX_SEASON parts.
 */
static int
season_within_day(int64_t step)
{
	static const int64_t cycle[] = {RN_USECS_PER_DAY, RN_USECS_PER_HOUR, RN_USECS_PER_MINUTE, RN_USECS_PER_SEC};

	for (size_t i = 0; i < sizeof(cycle) / sizeof(cycle[0]); i++)
	{
		if (cycle[i] % step == 0 && cycle[i] / step <= MAX_SEASON)
			return (int) (cycle[i] / step);
	}
	return 1;
}

int
rn_calendar_season(const RnCalendar *calendar)
{
	int64_t		days = calendar->step / RN_USECS_PER_DAY;

	if (calendar->months > 0)
		return 12 % calendar->months == 0 ? 12 / calendar->months : 1;
	if (calendar->kind == RN_TIME_INTEGER)
		return 1;
	if (days == 0)
		return season_within_day(calendar->step);
	if (calendar->step == RN_USECS_PER_DAY)
		return 7;
	/* whole weeks that make up a year of 52 */
	if (calendar->step % (7 * RN_USECS_PER_DAY) == 0 && 52 % (days / 7) == 0)
		return (int) (52 / (days / 7));
	return 1;
}

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
