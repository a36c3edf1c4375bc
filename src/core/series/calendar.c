/*
 * calendar.c
 *		A calendar at work: stepping, counting steps, the usual season.
 *
 * Where a calendar comes from is calendar_infer.c, whether rows keep to it
 * calendar_fit.c, its words calendar_words.c.  Every function here takes
 * any int64 for a time, since times may come from stored bytes: sums are
 * checked before they are made.
 */
#include "series/calendar.h"

#include <inttypes.h>

#include "series/civil.h"

/* The years of RN_CIVIL_MIN and RN_CIVIL_END - 1, and all the months between. */
#define MIN_YEAR	(-4713)
#define MAX_YEAR	294276
#define MAX_MONTHS	(12 * (MAX_YEAR - MIN_YEAR + 1))

/* Four centuries of weekdays are about as many. */
#define MAX_BUSINESS_DAYS	100000

/* Fixed steps of civil time are counted from Monday 2000-01-03. */
#define CIVIL_ORIGIN	(2 * RN_USECS_PER_DAY)

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
	if (calendar->months == 0 && calendar->business_days == 0)
		return calendar->step >= 1;
	if (calendar->kind != RN_TIME_CIVIL)
		return false;
	if (calendar->business_days != 0)
		return calendar->months == 0 &&
			calendar->business_days > 0 && calendar->business_days <= MAX_BUSINESS_DAYS;
	return calendar->months > 0 && calendar->months <= MAX_MONTHS &&
		calendar->anchor_day >= 1 && calendar->anchor_day <= 31;
}

bool
rn_calendar_same_step(const RnCalendar *a, const RnCalendar *b)
{
	return a->kind == b->kind && a->months == b->months && a->business_days == b->business_days && a->step == b->step;
}

/* What is left above the multiple of divisor (above 0) at or below number. */
static int64_t
modulo(int64_t number, int64_t divisor)
{
	int64_t		rest = number % divisor;

	return rest < 0 ? rest + divisor : rest;
}

/* Microseconds since midnight. */
static int64_t
time_of_day(int64_t time)
{
	return modulo(time, RN_USECS_PER_DAY);
}

/* The day of civil's month that the anchor falls on. */
static int
anchored_day(const RnCivil *civil, int anchor)
{
	int			days = rn_civil_days_in_month(civil->year, civil->month);

	return anchor < days ? anchor : days;
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

	if (__builtin_mul_overflow(steps, (int64_t) calendar->months, &month) ||
		month < -MAX_MONTHS || month > MAX_MONTHS)
		return false;
	month += rn_civil_month_number(&civil);
	civil.year = (int32_t) rn_floor_divide(month, 12);
	civil.month = (int32_t) modulo(month, 12) + 1;
	if (civil.year < MIN_YEAR || civil.year > MAX_YEAR)
		return false;			/* int64 may not reach so far */
	civil.day = anchored_day(&civil, calendar->anchor_day);
	*result = rn_civil_to_time(&civil);
	return rn_time_valid(RN_TIME_CIVIL, *result);
}

/* The weekday that many business days after origin, at origin's time of day. */
static bool
add_business_days(const RnCalendar *calendar, int64_t origin, int64_t steps, int64_t *result)
{
	int64_t		number;

	if (__builtin_mul_overflow(steps, (int64_t) calendar->business_days, &number) ||
		__builtin_add_overflow(number, rn_civil_business_number(origin), &number) ||
		number < rn_civil_business_number(RN_CIVIL_MIN) ||
		number > rn_civil_business_number(RN_CIVIL_END - 1))
		return false;			/* int64 may not reach so far */
	*result = rn_civil_from_business_number(number) + time_of_day(origin);
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
	else if (fits && calendar->business_days > 0)
		fits = add_business_days(calendar, origin, steps, result);
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

/* Months from one time to the other, if both are on the anchor's day. */
static bool
months_between(int anchor, int64_t from, int64_t to, int64_t *months)
{
	RnCivil		a = rn_civil_from_time(from);
	RnCivil		b = rn_civil_from_time(to);

	if (a.day != anchored_day(&a, anchor) || b.day != anchored_day(&b, anchor))
		return false;
	*months = (int64_t) rn_civil_month_number(&b) - rn_civil_month_number(&a);
	return true;
}

/* Business days from one time to the other, if both are on weekdays. */
static bool
business_days_between(int64_t from, int64_t to, int64_t *days)
{
	if (rn_civil_is_weekend(from) || rn_civil_is_weekend(to))
		return false;
	*days = rn_civil_business_number(to) - rn_civil_business_number(from);
	return true;
}

/*
 * rn_calendar_steps where steps differ in length: whole days, distance
 * microseconds apart.
 */
static bool
uneven_steps(const RnCalendar *calendar, int64_t from, int64_t to, uint64_t distance, int64_t *steps)
{
	bool		months = calendar->months > 0;
	int32_t		size = months ? calendar->months : calendar->business_days;
	int64_t		count;

	if (distance % RN_USECS_PER_DAY != 0)	/* other times of day; quickly said */
		return false;
	if (!(months ? months_between(calendar->anchor_day, from, to, &count)
		  : business_days_between(from, to, &count)) || count % size != 0)
		return false;
	*steps = count / size;
	return true;
}

bool
rn_calendar_steps(const RnCalendar *calendar, int64_t from, int64_t to, int64_t *steps)
{
	bool		back = to < from;
	uint64_t	distance = back ? (uint64_t) from - (uint64_t) to : (uint64_t) to - (uint64_t) from;
	uint64_t	count;

	if (calendar->months > 0 || calendar->business_days > 0)
		return uneven_steps(calendar, from, to, distance, steps);
	count = distance / (uint64_t) calendar->step;
	if (count * (uint64_t) calendar->step != distance || count > (uint64_t) INT64_MAX + back)
		return false;
	*steps = (int64_t) (back ? 0 - count : count);
	return true;
}

/* The first of the month that begins the step of months around time. */
static bool
floor_months(int32_t months, int64_t time, int64_t *start)
{
	RnCivil		civil = rn_civil_from_time(time);
	int64_t		month = rn_civil_month_number(&civil);

	month -= modulo(month, months);
	civil.year = (int32_t) rn_floor_divide(month, 12);
	civil.month = (int32_t) modulo(month, 12) + 1;
	civil.day = 1;
	civil.time_of_day = 0;
	if (civil.year < MIN_YEAR)
		return false;			/* int64 may not reach so far */
	*start = rn_civil_to_time(&civil);
	return rn_time_valid(RN_TIME_CIVIL, *start);
}

/* Midnight of the weekday that begins the step of business days around time. */
static bool
floor_business_days(int32_t days, int64_t time, int64_t *start)
{
	int64_t		number = rn_civil_business_number(time);

	*start = rn_civil_from_business_number(number - modulo(number, days));
	return rn_time_valid(RN_TIME_CIVIL, *start);
}

/* The multiple of a fixed step at or before time, if it is not below low. */
static bool
floor_fixed(int64_t step, int64_t origin, int64_t time, int64_t low, int64_t *start)
{
	int64_t		rest = modulo(time - origin, step);

	if ((uint64_t) rest > (uint64_t) time - (uint64_t) low)
		return false;
	*start = time - rest;
	return true;
}

RnCode
rn_calendar_floor(RnHost *host, const RnCalendar *calendar, int64_t time, int64_t *start)
{
	bool		fits = rn_time_valid(calendar->kind, time);
	char		text[RN_TIME_TEXT];
	char		step[RN_TIME_TEXT];

	if (fits && calendar->months > 0)
		fits = floor_months(calendar->months, time, start);
	else if (fits && calendar->business_days > 0)
		fits = floor_business_days(calendar->business_days, time, start);
	else if (fits && calendar->kind == RN_TIME_CIVIL)
		fits = floor_fixed(calendar->step, CIVIL_ORIGIN, time, RN_CIVIL_MIN, start);
	else if (fits)
		fits = floor_fixed(calendar->step, 0, time, INT64_MIN, start);
	if (fits)
		return RN_OK;
	rn_time_describe(calendar->kind, time, text, sizeof(text));
	rn_calendar_describe(calendar, step, sizeof(step));
	rn_fail(host, RN_TIME_OVERFLOW, "the step of %s around %s begins out of the range of times", step, text);
	return rn_fail_hint(host, "Ask for a shorter step, or leave such rows out of the query.");
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
	if (calendar->business_days > 0)
		return calendar->business_days == 1 ? 5 : 1;
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
