/*
 * test_calendar.c
 *		Civil dates, inference of steps, steps and their count, starts of steps,
 *		seasons, words.
 *
 * Dates are made here by walking years, months and weekdays one by one, which
 * shares nothing with the closed formulas of civil.c.
 */
#include "test_host.h"

#include "series/calendar.h"
#include "series/civil.h"

#define USECS_PER_DAY INT64_C(86400000000)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int64_t year, int month)
{
	switch (month)
	{
		case 2:
			return is_leap(year) ? 29 : 28;
		case 4:
		case 6:
		case 9:
		case 11:
			return 30;
		default:
			return 31;
	}
}

/* Microseconds to midnight of a date; astronomical years. */
static int64_t
at(int64_t year, int month, int day)
{
	int64_t		days = 0;

	for (int64_t y = 2000; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (int64_t y = year; y < 2000; y++)
		days -= is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	return (days + day - 1) * USECS_PER_DAY;
}

static int64_t
clock_at(int hours, int minutes, int seconds)
{
	return (hours * INT64_C(3600) + minutes * INT64_C(60) + seconds) * 1000000;
}

/* The n times of an array, as the core takes them. */
static RnTimes
each(const int64_t *time)
{
	return (RnTimes) {.each = (int64_t *) time};
}

/* What is inferred from n times, or the failure of the test. */
static RnCalendar
infer_with(RnTimeKind kind, const int64_t *time, size_t n, bool gaps)
{
	TestHost	test = test_host();
	RnTimes		times = each(time);
	RnCalendar	calendar;

	memset(&calendar, 0x55, sizeof(calendar));
	assert_ok(test, rn_calendar_infer(&test.host, kind, &times, n, gaps, &calendar));
	assert_true(rn_calendar_valid(&calendar));
	assert_int_equal(test.live, 0);
	return calendar;
}

/* The same without gaps; a series without any is no other with gaps allowed. */
static RnCalendar
infer(RnTimeKind kind, const int64_t *time, size_t n)
{
	RnCalendar	calendar = infer_with(kind, time, n, false);
	RnCalendar	with_gaps = infer_with(kind, time, n, true);

	assert_memory_equal(&calendar, &with_gaps, sizeof(calendar));
	return calendar;
}

static void
assert_same(const RnCalendar *a, const RnCalendar *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->months, b->months);
	assert_int_equal(a->anchor_day, b->anchor_day);
	assert_int_equal(a->business_days, b->business_days);
	assert_int_equal(a->step, b->step);
}

static void
assert_months(const int64_t *time, size_t n, int months, int anchor)
{
	RnCalendar	calendar = infer(RN_TIME_CIVIL, time, n);

	assert_int_equal(calendar.months, months);
	assert_int_equal(calendar.anchor_day, anchor);
	assert_int_equal(calendar.business_days, 0);
	assert_int_equal(calendar.step, 0);
	assert_int_equal(calendar.kind, RN_TIME_CIVIL);
}

static void
assert_step(RnTimeKind kind, const int64_t *time, size_t n, int64_t step)
{
	RnCalendar	calendar = infer(kind, time, n);

	assert_int_equal(calendar.months, 0);
	assert_int_equal(calendar.anchor_day, 0);
	assert_int_equal(calendar.business_days, 0);
	assert_int_equal(calendar.step, step);
	assert_int_equal(calendar.kind, kind);
}

/* The host's error must have these words; NULL: not looked at. */
static void
assert_words(const TestHost *test, RnCode code, const char *message, const char *detail,
			 const char *hint_part)
{
	const RnError *error = &test->host.error;

	assert_int_equal(error->code, code);
	assert_string_equal(error->message, message);
	if (detail != NULL)
		assert_string_equal(error->detail, detail);
	if (hint_part != NULL && strstr(error->hint, hint_part) == NULL)
		fail_msg("no \"%s\" in the hint \"%s\"", hint_part, error->hint);
	assert_true(strlen(error->detail) < sizeof(error->detail) - 1);
	assert_true(strlen(error->hint) < sizeof(error->hint) - 1);
	assert_int_equal(test->live, 0);
}

/* Inference must fail with these words. */
static void
assert_refused_with(RnTimeKind kind, const int64_t *time, size_t n, bool gaps, RnCode code,
					const char *message, const char *detail, const char *hint_part)
{
	TestHost	test = test_host();
	RnTimes		times = each(time);
	RnCalendar	calendar = {.step = 77};

	assert_int_equal(rn_calendar_infer(&test.host, kind, &times, n, gaps, &calendar), code);
	assert_words(&test, code, message, detail, hint_part);
	assert_int_equal(calendar.step, 77);
}

static void
assert_refused(RnTimeKind kind, const int64_t *time, size_t n, RnCode code, const char *message,
			   const char *detail, const char *hint_part)
{
	assert_refused_with(kind, time, n, false, code, message, detail, hint_part);
}

/* Rows must fit the calendar, and give it this anchor. */
static void
assert_fits(RnCalendar calendar, const int64_t *time, size_t n, bool gaps, int anchor)
{
	TestHost	test = test_host();
	RnTimes		times = each(time);

	assert_ok(test, rn_calendar_fit(&test.host, &times, n, gaps, &calendar));
	assert_int_equal(calendar.anchor_day, anchor);
	assert_int_equal(test.live, 0);
}

static void
assert_misfit(RnCalendar calendar, const int64_t *time, size_t n, bool gaps, RnCode code,
			  const char *message, const char *detail, const char *hint_part)
{
	TestHost	test = test_host();
	RnTimes		times = each(time);
	RnCalendar	before = calendar;

	assert_int_equal(rn_calendar_fit(&test.host, &times, n, gaps, &calendar), code);
	assert_words(&test, code, message, detail, hint_part);
	assert_same(&calendar, &before);
}

static int64_t
add(const RnCalendar *calendar, int64_t origin, int64_t steps)
{
	TestHost	test = test_host();
	int64_t		result = -1;

	assert_ok(test, rn_calendar_add(&test.host, calendar, origin, steps, &result));
	return result;
}

static void
assert_overflow(const RnCalendar *calendar, int64_t origin, int64_t steps)
{
	TestHost	test = test_host();
	int64_t		result;

	assert_int_equal(rn_calendar_add(&test.host, calendar, origin, steps, &result), RN_TIME_OVERFLOW);
	assert_true(strlen(test.host.error.message) > 0);
}

/* Every day of 1200 years both ways: there, back, and month lengths. */
static void
civil_days(void **state)
{
	int64_t		year = 1400;
	int			month = 1;
	int			day = 1;
	int64_t		time = at(1400, 1, 1);

	(void) state;
	while (year < 2600)
	{
		RnCivil		civil = rn_civil_from_time(time + 1);

		assert_int_equal(civil.year, year);
		assert_int_equal(civil.month, month);
		assert_int_equal(civil.day, day);
		assert_int_equal(civil.time_of_day, 1);
		assert_int_equal(rn_civil_to_time(&civil), time + 1);
		assert_int_equal(rn_civil_from_time(time + USECS_PER_DAY - 1).day, day);
		assert_int_equal(rn_civil_days_in_month(civil.year, month), month_days(year, month));
		time += USECS_PER_DAY;
		if (++day > month_days(year, month))
		{
			day = 1;
			if (++month > 12)
			{
				month = 1;
				year++;
			}
		}
	}
	assert_int_equal(time, at(2600, 1, 1));
}

static void
civil_extremes(void **state)
{
	RnCivil		civil;

	(void) state;
	/* PostgreSQL: 4714-11-24 BC is Julian day 0, 2000-01-01 is day 2451545 */
	assert_int_equal(RN_CIVIL_MIN, -INT64_C(2451545) * USECS_PER_DAY);
	civil = rn_civil_from_time(RN_CIVIL_MIN);
	assert_int_equal(civil.year, -4713);
	assert_int_equal(civil.month, 11);
	assert_int_equal(civil.day, 24);
	assert_int_equal(civil.time_of_day, 0);
	assert_int_equal(rn_civil_to_time(&civil), RN_CIVIL_MIN);

	assert_int_equal(RN_CIVIL_END, at(294277, 1, 1));
	civil = rn_civil_from_time(RN_CIVIL_END - 1);
	assert_int_equal(civil.year, 294276);
	assert_int_equal(civil.month, 12);
	assert_int_equal(civil.day, 31);
	assert_int_equal(civil.time_of_day, USECS_PER_DAY - 1);
	assert_int_equal(rn_civil_to_time(&civil), RN_CIVIL_END - 1);

	/* no overflow anywhere */
	assert_int_equal(rn_civil_from_time(INT64_MAX).year, 294277);
	assert_int_equal(rn_civil_from_time(INT64_MIN).year, -290278);
	assert_true(rn_civil_from_time(INT64_MIN).time_of_day >= 0);

	assert_true(rn_time_valid(RN_TIME_INTEGER, INT64_MIN));
	assert_true(rn_time_valid(RN_TIME_INTEGER, INT64_MAX));
	assert_true(rn_time_valid(RN_TIME_CIVIL, RN_CIVIL_MIN));
	assert_false(rn_time_valid(RN_TIME_CIVIL, RN_CIVIL_MIN - 1));
	assert_true(rn_time_valid(RN_TIME_CIVIL, RN_CIVIL_END - 1));
	assert_false(rn_time_valid(RN_TIME_CIVIL, RN_CIVIL_END));
	assert_false(rn_time_valid(RN_TIME_CIVIL, INT64_MAX));
	assert_false(rn_time_valid(RN_TIME_CIVIL, INT64_MIN));
}

static void
infer_months(void **state)
{
	int64_t		first[] = {at(2020, 1, 1), at(2020, 2, 1), at(2020, 3, 1), at(2020, 4, 1)};
	int64_t		summer[] = {at(2020, 7, 1), at(2020, 8, 1), at(2020, 9, 1)};
	int64_t		pair[] = {at(2021, 2, 1), at(2021, 3, 1)};	/* four weeks as well */
	int64_t		quarter[] = {at(1998, 1, 15), at(1998, 4, 15), at(1998, 7, 15)};
	int64_t		five[] = {at(1998, 1, 15), at(1998, 6, 15), at(1998, 11, 15)};
	int64_t		year[] = {at(1899, 7, 4), at(1900, 7, 4), at(1901, 7, 4)};
	int64_t		common_years[] = {at(2021, 1, 1), at(2022, 1, 1), at(2023, 1, 1)};
	int64_t		noon[] = {at(1996, 1, 3) + clock_at(12, 0, 1), at(1996, 2, 3) + clock_at(12, 0, 1),
		at(1996, 3, 3) + clock_at(12, 0, 1)};
	int64_t		bc[] = {at(-1, 11, 1), at(-1, 12, 1), at(0, 1, 1), at(0, 2, 1), at(0, 3, 1)};

	(void) state;
	assert_months(first, COUNT(first), 1, 1);
	assert_months(summer, COUNT(summer), 1, 1);
	assert_months(pair, COUNT(pair), 1, 1);
	assert_months(quarter, COUNT(quarter), 3, 15);
	assert_months(five, COUNT(five), 5, 15);
	assert_months(year, COUNT(year), 12, 4);
	assert_months(common_years, COUNT(common_years), 12, 1);
	assert_months(noon, COUNT(noon), 1, 3);
	assert_months(bc, COUNT(bc), 1, 1);
}

static void
infer_month_ends(void **state)
{
	int64_t		from_31[] = {at(2020, 1, 31), at(2020, 2, 29), at(2020, 3, 31), at(2020, 4, 30)};
	int64_t		from_28[] = {at(2021, 2, 28), at(2021, 3, 31), at(2021, 4, 30)};
	int64_t		day_30[] = {at(2021, 1, 30), at(2021, 2, 28), at(2021, 3, 30)};
	int64_t		day_29[] = {at(2021, 1, 29), at(2021, 2, 28), at(2021, 3, 29)};
	int64_t		day_28[] = {at(2021, 1, 28), at(2021, 2, 28)};
	int64_t		two_31[] = {at(2021, 1, 31), at(2021, 2, 28)};
	int64_t		two_30[] = {at(2021, 1, 30), at(2021, 2, 28)};
	int64_t		april_30[] = {at(2021, 4, 30), at(2021, 5, 30)};
	int64_t		quarters[] = {at(1999, 6, 30), at(1999, 9, 30), at(1999, 12, 31), at(2000, 3, 31)};
	int64_t		short_quarters[] = {at(1999, 6, 30), at(1999, 9, 30)};
	int64_t		leap_days[] = {at(2020, 2, 29), at(2021, 2, 28), at(2022, 2, 28), at(2023, 2, 28), at(2024, 2, 29)};
	int64_t		every_28[] = {at(2023, 2, 28), at(2024, 2, 28)};
	int64_t		century[] = {at(1896, 2, 29), at(1900, 2, 28), at(1904, 2, 29)};
	RnCalendar	calendar;

	(void) state;
	assert_months(from_31, COUNT(from_31), 1, 31);
	assert_months(from_28, COUNT(from_28), 1, 31);
	assert_months(day_30, COUNT(day_30), 1, 30);
	assert_months(day_29, COUNT(day_29), 1, 29);
	assert_months(day_28, COUNT(day_28), 1, 28);
	assert_months(two_31, COUNT(two_31), 1, 31);
	assert_months(two_30, COUNT(two_30), 1, 30);
	assert_months(april_30, COUNT(april_30), 1, 30);
	assert_months(quarters, COUNT(quarters), 3, 31);
	assert_months(every_28, COUNT(every_28), 12, 28);
	assert_months(century, COUNT(century), 48, 31);

	/* all rows at month ends: month-end data */
	assert_months(short_quarters, COUNT(short_quarters), 3, 31);
	calendar = infer(RN_TIME_CIVIL, short_quarters, COUNT(short_quarters));
	assert_int_equal(add(&calendar, short_quarters[1], 1), at(1999, 12, 31));
	calendar = infer(RN_TIME_CIVIL, leap_days, COUNT(leap_days));
	assert_int_equal(calendar.months, 12);
	assert_int_equal(add(&calendar, leap_days[4], 1), at(2025, 2, 28));
	assert_int_equal(add(&calendar, leap_days[4], 4), at(2028, 2, 29));
}

static void
infer_fixed(void **state)
{
	int64_t		hours[800];
	int64_t		days[800];
	int64_t		weeks[60];
	int64_t		four_weeks[] = {at(2021, 2, 1), at(2021, 3, 1), at(2021, 3, 29)};
	int64_t		thirty[] = {at(2021, 1, 29), at(2021, 2, 28), at(2021, 3, 30)};
	int64_t		other_clock[] = {at(2021, 1, 1), at(2021, 2, 1) + 1};
	int64_t		one_second[] = {-1000000, 0, 1000000};
	int64_t		tiny[] = {-1, 0, 1};
	int64_t		off_grid[] = {at(2020, 1, 1), at(2020, 3, 31)};

	(void) state;
	for (int i = 0; i < 800; i++)
	{
		hours[i] = at(1999, 12, 20) + i * USECS_PER_DAY / 24;
		days[i] = at(1999, 2, 1) + i * USECS_PER_DAY;
	}
	for (int i = 0; i < 60; i++)
		weeks[i] = at(2019, 12, 31) + i * 7 * USECS_PER_DAY;
	assert_step(RN_TIME_CIVIL, hours, 800, USECS_PER_DAY / 24);
	assert_step(RN_TIME_CIVIL, days, 800, USECS_PER_DAY);
	assert_step(RN_TIME_CIVIL, weeks, 60, 7 * USECS_PER_DAY);
	assert_step(RN_TIME_CIVIL, weeks, 2, 7 * USECS_PER_DAY);
	assert_step(RN_TIME_CIVIL, four_weeks, COUNT(four_weeks), 28 * USECS_PER_DAY);
	assert_step(RN_TIME_CIVIL, thirty, COUNT(thirty), 30 * USECS_PER_DAY);
	assert_step(RN_TIME_CIVIL, other_clock, COUNT(other_clock), 31 * USECS_PER_DAY + 1);
	assert_step(RN_TIME_CIVIL, one_second, COUNT(one_second), 1000000);
	assert_step(RN_TIME_CIVIL, tiny, COUNT(tiny), 1);
	assert_step(RN_TIME_CIVIL, off_grid, COUNT(off_grid), 90 * USECS_PER_DAY);
}

static void
infer_integers(void **state)
{
	int64_t		ones[] = {-1, 0, 1, 2};
	int64_t		years[] = {1990, 1995, 2000};
	int64_t		far[] = {INT64_MIN, -1, INT64_MAX - 1};
	int64_t		too_far[] = {INT64_MIN, INT64_MAX};
	int64_t		months[] = {at(2020, 7, 1), at(2020, 8, 1), at(2020, 9, 1)};

	(void) state;
	assert_step(RN_TIME_INTEGER, ones, COUNT(ones), 1);
	assert_step(RN_TIME_INTEGER, years, COUNT(years), 5);
	assert_step(RN_TIME_INTEGER, far, COUNT(far), INT64_MAX);
	assert_step(RN_TIME_INTEGER, months, COUNT(months), 31 * USECS_PER_DAY);
	assert_refused(RN_TIME_INTEGER, too_far, 2, RN_TIME_OVERFLOW,
				   "the step from -9223372036854775808 to 9223372036854775807 is too large", "", NULL);
	assert_refused(RN_TIME_INTEGER, ones, 1, RN_TOO_FEW_ROWS, "a time step needs at least 2 rows", "", NULL);
}

static void
refuse_duplicates(void **state)
{
	int64_t		dates[] = {at(2020, 2, 1), at(2020, 3, 1), at(2020, 3, 1), at(2020, 3, 1), at(2020, 4, 1),
		at(2020, 5, 1), at(2020, 5, 1)};
	int64_t		integers[] = {7, 7};

	(void) state;
	assert_refused(RN_TIME_CIVIL, dates, COUNT(dates), RN_DUPLICATE_TIME, "duplicate time 2020-03-01",
				   "3 rows have this time; 3 of the 7 rows repeat the time of another.", "Set option \"duplicates\" to sum, avg or last, or");
	assert_refused(RN_TIME_INTEGER, integers, 2, RN_DUPLICATE_TIME, "duplicate time 7",
				   "2 rows have this time; 1 of the 2 rows repeats the time of another.", "GROUP BY");
}

static void
refuse_gaps(void **state)
{
	int64_t		months[] = {at(2020, 1, 1), at(2020, 2, 1), at(2020, 3, 1), at(2020, 5, 1), at(2020, 6, 1)};
	int64_t		short_months[] = {at(2020, 7, 1), at(2020, 8, 1), at(2020, 10, 1)};
	int64_t		ends[] = {at(2021, 1, 31), at(2021, 2, 28), at(2021, 3, 31), at(2021, 4, 30), at(2021, 5, 30)};
	int64_t		days[] = {at(2021, 1, 4), at(2021, 1, 5), at(2021, 1, 6), at(2021, 1, 8), at(2021, 1, 11),
	at(2021, 1, 12)};
	int64_t		hours[] = {at(2021, 1, 4), at(2021, 1, 4) + clock_at(1, 0, 0), at(2021, 1, 4) + clock_at(1, 30, 0),
		at(2021, 1, 4) + clock_at(2, 30, 0)};
	int64_t		written[] = {202010, 202011, 202012, 202101, 202102, 202103};
	int64_t		integers[] = {-2, -1, 0, 3, 4};
	int64_t		far[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX};

	(void) state;
	assert_refused(RN_TIME_CIVIL, months, COUNT(months), RN_IRREGULAR_TIME,
				   "irregular time step from 2020-03-01 to 2020-05-01",
				   "The usual step of the series is 1 month. It leads from 2020-03-01 to 2020-04-01. 1 of 4 steps differs.",
				   "option \"missing\"");
	assert_refused(RN_TIME_CIVIL, short_months, COUNT(short_months), RN_IRREGULAR_TIME,
				   "irregular time step from 2020-08-01 to 2020-10-01",
				   "The most common step of the series is 1 month. It leads from 2020-08-01 to 2020-09-01. But 1 of 2 steps differs.",
				   "option \"missing\"");
	assert_refused(RN_TIME_CIVIL, ends, COUNT(ends), RN_IRREGULAR_TIME,
				   "irregular time step from 2021-04-30 to 2021-05-30",
				   "The usual step of the series is 1 month. It leads from 2021-04-30 to 2021-05-31. 1 of 4 steps differs.",
				   "option \"frequency\"");
	assert_refused(RN_TIME_CIVIL, days, COUNT(days), RN_IRREGULAR_TIME,
				   "irregular time step from 2021-01-06 to 2021-01-08",
				   "The usual step of the series is 1 business day. It leads from 2021-01-06 to 2021-01-07. 1 of 5 steps differs.",
				   "option \"missing\"");
	assert_refused(RN_TIME_CIVIL, hours, COUNT(hours), RN_IRREGULAR_TIME,
				   "irregular time step from 2021-01-04 01:00:00 to 2021-01-04 01:30:00",
				   "The usual step of the series is 01:00:00. It leads from 2021-01-04 01:00:00 to 2021-01-04 02:00:00. 1 of 3 steps differs.",
				   "option \"frequency\"");
	assert_refused(RN_TIME_INTEGER, integers, COUNT(integers), RN_IRREGULAR_TIME,
				   "irregular time step from 0 to 3",
				   "The usual step of the series is 1. It leads from 0 to 1. 1 of 4 steps differs.", "option \"missing\"");
	assert_refused(RN_TIME_INTEGER, written, COUNT(written), RN_IRREGULAR_TIME,
				   "irregular time step from 202012 to 202101", NULL, "to_date(month::text, 'YYYYMM')");
	assert_refused(RN_TIME_INTEGER, far, COUNT(far), RN_IRREGULAR_TIME,
				   "irregular time step from -9223372036854775807 to 9223372036854775807", NULL, "option \"frequency\"");
}

static void
refuse_odd_ones(void **state)
{
	int64_t		off_day[] = {at(2020, 1, 1), at(2020, 2, 1), at(2020, 3, 2), at(2020, 4, 1), at(2020, 5, 1), at(2020, 6, 1),
	at(2020, 7, 1)};
	int64_t		first_off[] = {at(2020, 1, 2), at(2020, 2, 1), at(2020, 3, 1), at(2020, 4, 1)};
	int64_t		first_end_off[] = {at(2021, 1, 30), at(2021, 2, 28), at(2021, 3, 31), at(2021, 4, 30)};
	int64_t		day_then_month[] = {at(2020, 1, 1), at(2020, 1, 2), at(2020, 2, 2)};
	int64_t		few_months[] = {at(2020, 1, 2), at(2020, 1, 5), at(2020, 2, 5), at(2020, 3, 5), at(2020, 3, 25), at(2020, 4, 1)};
	int64_t		squares[50];
	int64_t		none_usual[40];

	(void) state;
	assert_refused(RN_TIME_CIVIL, off_day, COUNT(off_day), RN_IRREGULAR_TIME,
				   "irregular time step from 2020-02-01 to 2020-03-02",
				   "The usual step of the series is 1 month. It leads from 2020-02-01 to 2020-03-01. 2 of 6 steps differ.",
				   "date_trunc() and GROUP BY");
	assert_refused(RN_TIME_CIVIL, first_off, COUNT(first_off), RN_IRREGULAR_TIME,
				   "irregular time step from 2020-01-02 to 2020-02-01",
				   "The usual step of the series is 1 month. Most rows are on day 1 of the month. 1 of 3 steps differs.",
				   "option \"frequency\"");
	assert_refused(RN_TIME_CIVIL, first_end_off, COUNT(first_end_off), RN_IRREGULAR_TIME,
				   "irregular time step from 2021-01-30 to 2021-02-28",
				   "The usual step of the series is 1 month. Most rows are on day 31 of the month or on its last. 1 of 3 steps differs.",
				   NULL);
	assert_refused(RN_TIME_CIVIL, day_then_month, COUNT(day_then_month), RN_IRREGULAR_TIME,
				   "irregular time step from 2020-01-02 to 2020-02-02", NULL, "option \"missing\"");

	/* a month does not lead from the 2nd to a 5th, and no two of 3, 5, 7, ... days are the same */
	assert_refused(RN_TIME_CIVIL, few_months, COUNT(few_months), RN_IRREGULAR_TIME,
				   "irregular time step from 2020-01-02 to 2020-01-05",
				   "The most common step of the series is 1 month. Such steps are between rows on day 5 of the month. But 3 of 5 steps differ.",
				   NULL);
	for (int i = 0; i < 50; i++)
		squares[i] = at(2020, 1, 1) + (i + 1) * (i + 1) * RN_USECS_PER_DAY;
	assert_refused(RN_TIME_CIVIL, squares, COUNT(squares), RN_IRREGULAR_TIME, "irregular time step from 2020-01-02 to 2020-01-05",
				   "Of the 49 steps of the series none is common.", "option \"frequency\"");

	/* more different steps than there are counters: 1, 2, 3, ... 39 */
	for (int i = 0; i < 40; i++)
		none_usual[i] = i * (i + 1) / 2;
	{
		TestHost	test = test_host();
		RnCalendar	calendar;

		assert_int_equal(rn_calendar_infer(&test.host, RN_TIME_INTEGER, &(RnTimes) {.each = (int64_t *) none_usual}, 40, false, &calendar), RN_IRREGULAR_TIME);
		assert_non_null(strstr(test.host.error.detail, "Of the 39 steps of the series none is common."));
	}
}

/* The mode is found behind and among thousands of steps that stand but once. */
static void
usual_among_rare(void **state)
{
	enum
	{
		ROWS = 3001
	};
	static int64_t time[ROWS];

	(void) state;
	time[0] = 1000;
	for (int i = 1; i < ROWS; i++)
		time[i] = time[i - 1] + (i > 1000 && i % 2 == 0 ? 10 : 1000 + i);
	assert_refused(RN_TIME_INTEGER, time, ROWS, RN_IRREGULAR_TIME, "irregular time step from 1000 to 2001",
				   "The most common step of the series is 10. It leads from 1000 to 1010. But 2000 of 3000 steps differ.",
				   "one step; or aggregate in the query by GROUP BY.");
}

static void
add_steps(void **state)
{
	RnCalendar	integers = {RN_TIME_INTEGER, 0, 0, 0, 5};
	RnCalendar	hours = {RN_TIME_CIVIL, 0, 0, 0, RN_USECS_PER_HOUR};
	RnCalendar	month_ends = {RN_TIME_CIVIL, 1, 31, 0, 0};
	RnCalendar	thirtieth = {RN_TIME_CIVIL, 1, 30, 0, 0};
	RnCalendar	quarters = {RN_TIME_CIVIL, 3, 31, 0, 0};
	RnCalendar	leap_years = {RN_TIME_CIVIL, 12, 29, 0, 0};
	int64_t		time = at(2023, 12, 31) + clock_at(23, 59, 59) + 999999;

	(void) state;
	assert_int_equal(add(&integers, -3, 4), 17);
	assert_int_equal(add(&integers, -3, -4), -23);
	assert_int_equal(add(&integers, -3, 0), -3);
	assert_int_equal(add(&hours, at(1999, 12, 31), 30), at(2000, 1, 1) + clock_at(6, 0, 0));

	/* through two years of month ends, both ways, keeping the time of day */
	for (int i = -24; i <= 24; i++)
	{
		int			month = 11 + i;
		int64_t		year = 2023 + (month >= 12) + (month >= 24) - (month < 0) - (month < -12);

		month = (month + 36) % 12 + 1;
		assert_int_equal(add(&month_ends, time, i), at(year, month, month_days(year, month)) +
						 clock_at(23, 59, 59) + 999999);
	}
	assert_int_equal(add(&thirtieth, at(2023, 1, 30), 1), at(2023, 2, 28));
	assert_int_equal(add(&thirtieth, at(2023, 2, 28), 1), at(2023, 3, 30));
	assert_int_equal(add(&quarters, at(2023, 2, 28), 1), at(2023, 5, 31));
	assert_int_equal(add(&quarters, at(2023, 11, 30), 1), at(2024, 2, 29));
	assert_int_equal(add(&leap_years, at(2096, 2, 29), 4), at(2100, 2, 28));
	assert_int_equal(add(&leap_years, at(2096, 2, 29), 8), at(2104, 2, 29));
	/* over the year 0, where there is none between 1 BC and 1 AD */
	assert_int_equal(add(&month_ends, at(1, 1, 31), -1), at(0, 12, 31));
	assert_int_equal(add(&month_ends, at(1, 1, 31), -11), at(0, 2, 29));
	assert_int_equal(add(&month_ends, at(-1, 12, 31), 1), at(0, 1, 31));
}

/* Steps and their own inference agree, whatever day and step. */
static void
infer_what_was_added(void **state)
{
	(void) state;
	for (int anchor = 1; anchor <= 31; anchor++)
	{
		for (int months = 1; months <= 25; months++)
		{
			RnCalendar	calendar = {RN_TIME_CIVIL, months, anchor, 0, 0};
			RnCalendar	inferred;
			int64_t		time[50];

			for (int i = 0; i < 50; i++)
				time[i] = add(&calendar, at(1995, 1, anchor) + 5, i);
			inferred = infer(RN_TIME_CIVIL, time, 50);
			assert_int_equal(inferred.months, months);
			for (int i = 0; i < 50; i++)
				assert_int_equal(add(&inferred, time[i], 1), add(&calendar, time[0], i + 1));
		}
	}
}

static void
add_overflows(void **state)
{
	RnCalendar	ones = {RN_TIME_INTEGER, 0, 0, 0, 1};
	RnCalendar	wide = {RN_TIME_INTEGER, 0, 0, 0, INT64_MAX};
	RnCalendar	days = {RN_TIME_CIVIL, 0, 0, 0, RN_USECS_PER_DAY};
	RnCalendar	months = {RN_TIME_CIVIL, 1, 31, 0, 0};
	RnCalendar	years = {RN_TIME_CIVIL, 12, 24, 0, 0};

	(void) state;
	assert_int_equal(add(&ones, INT64_MAX - 1, 1), INT64_MAX);
	assert_overflow(&ones, INT64_MAX, 1);
	assert_overflow(&ones, 1, INT64_MAX);
	assert_int_equal(add(&ones, INT64_MIN + 1, -1), INT64_MIN);
	assert_overflow(&ones, INT64_MIN, -1);
	assert_int_equal(add(&ones, 0, INT64_MIN), INT64_MIN);
	assert_overflow(&ones, -1, INT64_MIN);
	/* the product is beyond int64, the sum is not */
	assert_int_equal(add(&wide, INT64_MIN, 2), INT64_MAX - 1);
	assert_int_equal(add(&wide, INT64_MAX, -2), INT64_MIN + 1);
	assert_overflow(&wide, INT64_MIN, 3);
	assert_overflow(&wide, INT64_MAX, -3);
	assert_overflow(&wide, 0, INT64_MAX);
	assert_overflow(&wide, 0, INT64_MIN);

	assert_int_equal(add(&days, at(294276, 12, 30), 1), at(294276, 12, 31));
	assert_overflow(&days, at(294276, 12, 31), 1);
	assert_int_equal(add(&days, RN_CIVIL_MIN + RN_USECS_PER_DAY, -1), RN_CIVIL_MIN);
	assert_overflow(&days, RN_CIVIL_MIN, -1);
	assert_overflow(&days, INT64_MAX, 0);
	assert_overflow(&days, INT64_MIN, 1);

	assert_int_equal(add(&months, at(294276, 11, 30), 1), at(294276, 12, 31));
	assert_overflow(&months, at(294276, 12, 31), 1);
	assert_int_equal(add(&months, at(-4713, 12, 31), -1), at(-4713, 11, 30));
	assert_overflow(&months, at(-4713, 11, 30), -1);
	/* so far that microseconds would wrap round to a valid time */
	assert_overflow(&months, at(294276, 12, 31), 12 * INT64_C(298900));
	assert_overflow(&months, at(-4712, 12, 31), -12 * INT64_C(298900));
	assert_overflow(&months, at(2000, 1, 31), INT64_MAX);
	assert_overflow(&months, at(2000, 1, 31), INT64_MIN);
	assert_overflow(&months, INT64_MAX, 0);
	assert_overflow(&years, at(2000, 1, 24), INT64_MAX / 12);
	assert_overflow(&years, at(2000, 1, 24), INT64_MAX / 12 + 1);
	assert_overflow(&years, at(2000, 1, 24), INT64_C(1) << 62); /* times 12: 0 */
	assert_int_equal(add(&years, at(-4712, 11, 24), -1), RN_CIVIL_MIN);
	assert_overflow(&years, at(-4712, 11, 23), -2);
	{
		TestHost	test = test_host();
		int64_t		result;

		assert_int_equal(rn_calendar_add(&test.host, &months, at(294276, 12, 31), 14, &result), RN_TIME_OVERFLOW);
		assert_string_equal(test.host.error.message,
							"14 steps of 1 month from 294276-12-31: out of the range of times");
	}
}

static void
seasons(void **state)
{
	static const struct
	{
		int			months;
		int64_t		step;
		int			season;
	}			expected[] = {
		{1, 0, 12}, {2, 0, 6}, {3, 0, 4}, {4, 0, 3}, {6, 0, 2}, {12, 0, 1}, {5, 0, 1}, {24, 0, 1},
		{0, USECS_PER_DAY, 7}, {0, 2 * USECS_PER_DAY, 1}, {0, 7 * USECS_PER_DAY, 52},
		{0, 14 * USECS_PER_DAY, 26}, {0, 21 * USECS_PER_DAY, 1}, {0, 28 * USECS_PER_DAY, 13},
		{0, 7 * USECS_PER_DAY + 1, 1}, {0, 30 * USECS_PER_DAY, 1}, {0, 36 * RN_USECS_PER_HOUR, 1},
		{0, RN_USECS_PER_HOUR, 24}, {0, 12 * RN_USECS_PER_HOUR, 2}, {0, 5 * RN_USECS_PER_HOUR, 1},
		{0, RN_USECS_PER_HOUR / 2, 48}, {0, RN_USECS_PER_HOUR / 4, 96}, {0, RN_USECS_PER_MINUTE, 1440},
		{0, RN_USECS_PER_MINUTE / 2, 120}, {0, 10 * RN_USECS_PER_SEC, 360}, {0, RN_USECS_PER_SEC, 60},
		{0, RN_USECS_PER_SEC / 1000, 1000}, {0, 1, 1}, {0, 7 * RN_USECS_PER_MINUTE, 1},
	};
	RnCalendar	integers = {RN_TIME_INTEGER, 0, 0, 0, USECS_PER_DAY};
	RnCalendar	business = {RN_TIME_CIVIL, 0, 0, 1, 0};

	(void) state;
	for (size_t i = 0; i < COUNT(expected); i++)
	{
		RnCalendar	calendar = {RN_TIME_CIVIL, expected[i].months, expected[i].months > 0, 0, expected[i].step};

		if (rn_calendar_season(&calendar) != expected[i].season)
			fail_msg("case %zu: season %d, not %d", i, rn_calendar_season(&calendar), expected[i].season);
	}
	assert_int_equal(rn_calendar_season(&integers), 1);
	assert_int_equal(rn_calendar_season(&business), 5);
	business.business_days = 5;
	assert_int_equal(rn_calendar_season(&business), 1);
}

static void
words_for_calendars(void **state)
{
	static const struct
	{
		RnCalendar	calendar;
		const char *words;
	}			expected[] = {
		{{RN_TIME_INTEGER, 0, 0, 0, 1}, "1"},
		{{RN_TIME_INTEGER, 0, 0, 0, INT64_MAX}, "9223372036854775807"},
		{{RN_TIME_CIVIL, 1, 31, 0, 0}, "1 month"},
		{{RN_TIME_CIVIL, 3, 31, 0, 0}, "3 months"},
		{{RN_TIME_CIVIL, 12, 1, 0, 0}, "1 year"},
		{{RN_TIME_CIVIL, 120, 1, 0, 0}, "10 years"},
		{{RN_TIME_CIVIL, 18, 1, 0, 0}, "18 months"},
		{{RN_TIME_CIVIL, 0, 0, 1, 0}, "1 business day"},
		{{RN_TIME_CIVIL, 0, 0, 3, 0}, "3 business days"},
		{{RN_TIME_CIVIL, 0, 0, 0, USECS_PER_DAY}, "1 day"},
		{{RN_TIME_CIVIL, 0, 0, 0, 7 * USECS_PER_DAY}, "7 days"},
		{{RN_TIME_CIVIL, 0, 0, 0, RN_USECS_PER_HOUR}, "01:00:00"},
		{{RN_TIME_CIVIL, 0, 0, 0, INT64_C(5400) * 1000000}, "01:30:00"},
		{{RN_TIME_CIVIL, 0, 0, 0, 36 * RN_USECS_PER_HOUR}, "1 day 12:00:00"},
		{{RN_TIME_CIVIL, 0, 0, 0, 60 * RN_USECS_PER_HOUR + 250000}, "2 days 12:00:00.25"},
		{{RN_TIME_CIVIL, 0, 0, 0, 1}, "00:00:00.000001"},
		{{RN_TIME_CIVIL, 0, 0, 0, INT64_MAX}, "106751991 days 04:00:54.775807"},
	};
	char		text[RN_TIME_TEXT];

	(void) state;
	for (size_t i = 0; i < COUNT(expected); i++)
	{
		rn_calendar_describe(&expected[i].calendar, text, sizeof(text));
		assert_string_equal(text, expected[i].words);
	}
	/* never past the end of a short buffer */
	memset(text, 'x', sizeof(text));
	rn_calendar_describe(&expected[14].calendar, text, 8);
	assert_string_equal(text, "2 days ");
	assert_int_equal(text[8], 'x');
}

static void
words_for_times(void **state)
{
	char		text[RN_TIME_TEXT];
	const struct
	{
		RnTimeKind	kind;
		int64_t		time;
		const char *words;
	}			expected[] = {
		{RN_TIME_INTEGER, INT64_MIN, "-9223372036854775808"},
		{RN_TIME_INTEGER, 17, "17"},
		{RN_TIME_CIVIL, 0, "2000-01-01"},
		{RN_TIME_CIVIL, -1, "1999-12-31 23:59:59.999999"},
		{RN_TIME_CIVIL, at(2020, 3, 1), "2020-03-01"},
		{RN_TIME_CIVIL, at(2020, 2, 29) + clock_at(12, 34, 56), "2020-02-29 12:34:56"},
		{RN_TIME_CIVIL, at(1969, 7, 20) + clock_at(1, 2, 3) + 40500, "1969-07-20 01:02:03.0405"},
		{RN_TIME_CIVIL, at(33, 4, 3), "0033-04-03"},
		{RN_TIME_CIVIL, at(-43, 3, 15), "0044-03-15 BC"},
		{RN_TIME_CIVIL, at(0, 12, 31) + clock_at(6, 0, 0), "0001-12-31 06:00:00 BC"},
		{RN_TIME_CIVIL, RN_CIVIL_MIN, "4714-11-24 BC"},
		{RN_TIME_CIVIL, RN_CIVIL_END - 1, "294276-12-31 23:59:59.999999"},
		{RN_TIME_CIVIL, INT64_MIN, "-infinity"},
		{RN_TIME_CIVIL, INT64_MAX, "infinity"},
		{RN_TIME_CIVIL, INT64_MIN + 1, "290279-12-22 19:59:05.224193 BC"},
	};

	(void) state;
	for (size_t i = 0; i < COUNT(expected); i++)
	{
		rn_time_describe(expected[i].kind, expected[i].time, text, sizeof(text));
		assert_string_equal(text, expected[i].words);
	}
	memset(text, 'x', sizeof(text));
	rn_time_describe(RN_TIME_CIVIL, 0, text, 5);
	assert_string_equal(text, "2000");
	assert_int_equal(text[5], 'x');
}

static void
validity(void **state)
{
	RnCalendar	good[] = {
		{RN_TIME_INTEGER, 0, 0, 0, 1}, {RN_TIME_INTEGER, 0, 0, 0, INT64_MAX}, {RN_TIME_CIVIL, 0, 0, 0, 1},
		{RN_TIME_CIVIL, 1, 1, 0, 0}, {RN_TIME_CIVIL, 1200, 31, 0, 0},
		{RN_TIME_CIVIL, 1, 31, 0, -5}, {RN_TIME_CIVIL, 0, 99, 0, 5},
		{RN_TIME_CIVIL, 0, 0, 1, 0}, {RN_TIME_CIVIL, 0, 99, 100000, -5}
	};
	RnCalendar	bad[] = {
		{RN_TIME_INTEGER, 0, 0, 0, 0}, {RN_TIME_INTEGER, 0, 0, 0, -1}, {RN_TIME_INTEGER, 1, 1, 0, 1},
		{RN_TIME_CIVIL, 0, 0, 0, 0}, {RN_TIME_CIVIL, 0, 0, 0, INT64_MIN}, {RN_TIME_CIVIL, -1, 1, 0, 1},
		{RN_TIME_CIVIL, 1, 0, 0, 0}, {RN_TIME_CIVIL, 1, 32, 0, 0}, {RN_TIME_CIVIL, INT32_MAX, 1, 0, 0},
		{RN_TIME_CIVIL, INT32_MIN, 1, 0, 0}, {(RnTimeKind) 2, 0, 0, 0, 1}, {(RnTimeKind) 250, 1, 1, 0, 1},
		{RN_TIME_INTEGER, 0, 0, 1, 1}, {RN_TIME_CIVIL, 0, 0, 100001, 1}, {RN_TIME_CIVIL, 0, 0, -1, 1},
		{RN_TIME_CIVIL, 1, 1, 1, 1}, {RN_TIME_CIVIL, 0, 0, INT32_MIN, 1}
	};

	(void) state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(rn_calendar_valid(&good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(rn_calendar_valid(&bad[i]));
}

/* Numbers that look random, the same in every run: 0 to below. */
static int64_t
random_below(int64_t below)
{
	static uint64_t state = 20210104;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t) ((state >> 33) % (uint64_t) below);
}

/* Steps between two times must be a number, and its negative the way back. */
static void
assert_apart(const RnCalendar *calendar, int64_t from, int64_t to, int64_t expected)
{
	int64_t		steps = 77;

	if (!rn_calendar_steps(calendar, from, to, &steps) || steps != expected)
		fail_msg("%lld steps, not %lld", (long long) steps, (long long) expected);
	if (!rn_calendar_steps(calendar, to, from, &steps) || steps != -expected)
		fail_msg("%lld steps back, not %lld", (long long) steps, (long long) -expected);
}

static void
assert_no_steps(const RnCalendar *calendar, int64_t from, int64_t to)
{
	int64_t		steps = 77;

	assert_false(rn_calendar_steps(calendar, from, to, &steps));
	assert_false(rn_calendar_steps(calendar, to, from, &steps));
	assert_int_equal(steps, 77);
}

/* The day of the month, or the last, of that many months after January 1995. */
static int64_t
month_day(int month, int day)
{
	int64_t		year = 1995 + month / 12;
	int			days = month_days(year, month % 12 + 1);

	return at(year, month % 12 + 1, day < days ? day : days);
}

/* Each step of a series, and each number of steps between any two rows of it. */
static void
assert_exact(const RnCalendar *calendar, const int64_t *time, int n)
{
	for (int i = 0; i < n; i++)
	{
		int			j = (int) random_below(n);

		assert_int_equal(add(calendar, time[0], i), time[i]);
		assert_apart(calendar, time[0], time[i], i);
		assert_apart(calendar, time[j], time[i], i - j);
		assert_no_steps(calendar, time[j], time[i] + 1);
		assert_no_steps(calendar, time[j], time[i] + USECS_PER_DAY);
	}
}

/* From every month end of 30 years, in months, quarters and years. */
static void
month_end_series(void **state)
{
	static const int sizes[] = {1, 3, 12};

	(void) state;
	for (int start = 4 * 12; start < 35 * 12; start++)
	{
		for (size_t s = 0; s < COUNT(sizes); s++)
		{
			int64_t		time[40];
			RnCalendar	calendar;

			for (int i = 0; i < 40; i++)
				time[i] = month_day(start + i * sizes[s], 31);
			assert_months(time, 40, sizes[s], 31);
			calendar = infer(RN_TIME_CIVIL, time, 40);
			assert_exact(&calendar, time, 40);
		}
	}
}

/* Days that not every month has, through leap years; and the leap day itself. */
static void
late_day_series(void **state)
{
	static const int sizes[] = {1, 2, 3, 5};	/* each meets a month of 31 days */
	RnCalendar	leap_day = {RN_TIME_CIVIL, 12, 29, 0, 0};
	RnCalendar	calendar;
	int64_t		time[80];

	(void) state;
	for (int anchor = 28; anchor <= 31; anchor++)
	{
		for (int start = 0; start < 24; start++)
		{
			for (size_t s = 0; s < COUNT(sizes); s++)
			{
				for (int i = 0; i < 80; i++)
					time[i] = month_day(start + i * sizes[s], anchor) + clock_at(7, 30, 0);
				calendar = infer(RN_TIME_CIVIL, time, 80);
				assert_int_equal(calendar.months, sizes[s]);
				assert_int_equal(calendar.anchor_day, anchor);
				assert_exact(&calendar, time, 80);
			}
		}
	}
	for (int i = 0; i < 80; i++)
		time[i] = month_day(13 + 12 * i, 29);
	assert_int_equal(time[0], at(1996, 2, 29));
	assert_int_equal(time[1], at(1997, 2, 28));
	assert_months(time, 80, 12, 31);
	calendar = infer(RN_TIME_CIVIL, time, 80);
	assert_exact(&calendar, time, 80);
	assert_exact(&leap_day, time, 80);
	assert_fits(leap_day, time, 80, false, 29);
}

/* Weekdays of 1990 to 2019, found by counting from Monday, 1 January 1990. */
enum
{
	WEEKDAYS = 7827
};
static int64_t weekdays[WEEKDAYS];
static int	monday_2000;		/* which of them is 3 January 2000 */

static void
find_weekdays(void)
{
	int			count = 0;
	int			day_of_week = 0;

	for (int64_t time = at(1990, 1, 1); time < at(2020, 1, 1); time += USECS_PER_DAY)
	{
		if (time == at(2000, 1, 3))
		{
			assert_int_equal(day_of_week, 0);
			monday_2000 = count;
		}
		if (day_of_week < 5)
			weekdays[count++] = time;
		day_of_week = (day_of_week + 1) % 7;
	}
	assert_int_equal(count, WEEKDAYS);
}

static void
business_steps(void **state)
{
	(void) state;
	find_weekdays();
	for (int round = 0; round < 100000; round++)
	{
		RnCalendar	calendar = {RN_TIME_CIVIL, 0, 0, 1 + (int) random_below(7), 0};
		int			i = (int) random_below(WEEKDAYS);
		int			j = (int) random_below(WEEKDAYS);
		int64_t		clock = random_below(USECS_PER_DAY);
		int64_t		from = weekdays[i] + clock;
		int64_t		to = weekdays[j] + clock;
		bool		friday = i + 1 < WEEKDAYS && weekdays[i + 1] - weekdays[i] == 3 * USECS_PER_DAY;

		if ((j - i) % calendar.business_days != 0)
		{
			assert_no_steps(&calendar, from, to);
			continue;
		}
		assert_int_equal(add(&calendar, from, (j - i) / calendar.business_days), to);
		assert_apart(&calendar, from, to, (j - i) / calendar.business_days);
		assert_no_steps(&calendar, from, to + 1);
		for (int weekend = 1; friday && weekend <= 2; weekend++)
		{
			assert_int_equal(add(&calendar, from + weekend * USECS_PER_DAY, (j - i) / calendar.business_days), to);
			assert_no_steps(&calendar, from + weekend * USECS_PER_DAY, to);
		}
	}
}

static void
business_overflows(void **state)
{
	RnCalendar	days = {RN_TIME_CIVIL, 0, 0, 1, 0};
	RnCalendar	most = {RN_TIME_CIVIL, 0, 0, 100000, 0};
	TestHost	test = test_host();
	int64_t		result;

	(void) state;
	/* 294276-12-31 is a Sunday, 4714-11-24 BC a Monday */
	assert_int_equal(add(&days, at(294276, 12, 28), 1), at(294276, 12, 29));
	assert_int_equal(add(&days, at(294276, 12, 31), 0), at(294276, 12, 29));
	assert_overflow(&days, at(294276, 12, 29), 1);
	assert_int_equal(add(&days, RN_CIVIL_MIN + USECS_PER_DAY, -1), RN_CIVIL_MIN);
	assert_overflow(&days, RN_CIVIL_MIN, -1);
	assert_overflow(&most, 0, INT64_MAX);
	assert_overflow(&most, 0, INT64_MIN);
	assert_overflow(&days, 0, INT64_MAX);
	assert_overflow(&days, 0, INT64_MIN);
	/* so far that microseconds would wrap round */
	assert_overflow(&days, 0, INT64_C(152500000));
	assert_overflow(&days, INT64_MAX, 0);
	assert_int_equal(rn_calendar_add(&test.host, &days, at(294276, 12, 29), 2, &result), RN_TIME_OVERFLOW);
	assert_string_equal(test.host.error.message,
						"2 steps of 1 business day from 294276-12-29: out of the range of times");
}

static void
steps_at_the_edges(void **state)
{
	RnCalendar	ones = {RN_TIME_INTEGER, 0, 0, 0, 1};
	RnCalendar	twos = {RN_TIME_INTEGER, 0, 0, 0, 2};
	RnCalendar	wide = {RN_TIME_INTEGER, 0, 0, 0, INT64_MAX};
	RnCalendar	months = {RN_TIME_CIVIL, 1, 31, 0, 0};
	RnCalendar	business = {RN_TIME_CIVIL, 0, 0, 1, 0};
	int64_t		steps;

	(void) state;
	assert_apart(&ones, 0, INT64_MAX, INT64_MAX);
	assert_apart(&ones, INT64_MIN, -1, INT64_MAX);
	assert_no_steps(&ones, INT64_MIN, INT64_MAX);
	assert_false(rn_calendar_steps(&ones, INT64_MIN, 0, &steps));
	assert_true(rn_calendar_steps(&ones, 0, INT64_MIN, &steps));
	assert_int_equal(steps, INT64_MIN);
	assert_apart(&twos, INT64_MIN, INT64_MAX - 1, INT64_MAX);
	assert_no_steps(&twos, INT64_MIN, INT64_MAX);
	assert_apart(&wide, INT64_MIN, INT64_MAX - 1, 2);
	assert_apart(&wide, 5, 5, 0);

	/* times that no timestamp can hold have days, too */
	assert_no_steps(&months, INT64_MIN, INT64_MAX);
	assert_no_steps(&business, INT64_MIN, INT64_MAX);
	assert_no_steps(&business, INT64_MIN, INT64_MIN + 1);
	assert_no_steps(&months, at(2021, 1, 30), at(2021, 1, 30));
	assert_no_steps(&business, at(2021, 1, 2), at(2021, 1, 2));
	assert_apart(&months, at(2021, 1, 31), at(2021, 1, 31), 0);
	assert_apart(&months, at(-4713, 11, 30), at(294276, 12, 31), 12 * INT64_C(298989) + 1);
}

static int64_t
floor_of(const RnCalendar *calendar, int64_t time)
{
	TestHost	test = test_host();
	int64_t		start = -1;

	assert_ok(test, rn_calendar_floor(&test.host, calendar, time, &start));
	return start;
}

/* At a random time of each day of 140 years, in months, weeks and days. */
static void
floor_days(void **state)
{
	static const int months[] = {1, 2, 3, 4, 6, 12, 5, 24};
	RnCalendar	day = {RN_TIME_CIVIL, 0, 0, 0, USECS_PER_DAY};
	RnCalendar	week = {RN_TIME_CIVIL, 0, 0, 0, 7 * USECS_PER_DAY};
	int64_t		time = at(1896, 1, 1);
	int64_t		monday = time - 2 * USECS_PER_DAY;	/* it was a Wednesday */
	int64_t		start[COUNT(months)];

	(void) state;
	for (int64_t month = 1896 * 12; month < 2040 * 12; month++)
	{
		for (size_t s = 0; s < COUNT(months); s++)
			if (month % months[s] == 0)
				start[s] = time;
			else if (month == 1896 * 12)
				start[s] = at(1895, (int) (12 - month % months[s]) + 1, 1);
		for (int d = 0; d < month_days(month / 12, (int) (month % 12) + 1); d++, time += USECS_PER_DAY)
		{
			int64_t		within = time + random_below(4) * (USECS_PER_DAY - 1) / 3;

			if (time == monday + 7 * USECS_PER_DAY)
				monday = time;
			assert_int_equal(floor_of(&day, within), time);
			assert_int_equal(floor_of(&week, within), monday);
			for (size_t s = 0; s < COUNT(months); s++)
			{
				RnCalendar	calendar = {RN_TIME_CIVIL, months[s], (int) random_below(32), 0, 0};

				assert_int_equal(floor_of(&calendar, within), start[s]);
			}
		}
	}
}

static void
floor_business_days(void **state)
{
	(void) state;
	find_weekdays();
	for (int i = 0; i + 1 < WEEKDAYS; i++)
	{
		for (int days = 1; days <= 6; days++)
		{
			RnCalendar	calendar = {RN_TIME_CIVIL, 0, 0, days, 0};
			int			start = i;

			while (start >= 0 && (start - monday_2000) % days != 0)
				start--;
			if (start < 0)
				continue;
			for (int64_t time = weekdays[i]; time < weekdays[i + 1]; time += USECS_PER_DAY)
			{
				assert_int_equal(floor_of(&calendar, time), weekdays[start]);
				assert_int_equal(floor_of(&calendar, time + USECS_PER_DAY - 1), weekdays[start]);
			}
		}
	}
}

/* Parts of a day, and integers, by going down until it fits. */
static void
floor_fixed_steps(void **state)
{
	static const int64_t parts[] = {RN_USECS_PER_HOUR, 15 * RN_USECS_PER_MINUTE, RN_USECS_PER_MINUTE, 8 * RN_USECS_PER_HOUR};

	(void) state;
	for (int round = 0; round < 4000; round++)
	{
		RnCalendar	calendar = {RN_TIME_CIVIL, 0, 0, 0, parts[round % 4]};
		int64_t		midnight = at(1960 + random_below(80), 1 + (int) random_below(12), 1 + (int) random_below(28));
		int64_t		time = midnight + random_below(86400) * 1000000 + random_below(2) * 999999;
		int64_t		start = midnight;

		while (start + parts[round % 4] <= time)
			start += parts[round % 4];
		assert_int_equal(floor_of(&calendar, time), start);
	}
	for (int64_t time = -100; time <= 100; time++)
	{
		for (int64_t step = 1; step <= 30; step++)
		{
			RnCalendar	calendar = {RN_TIME_INTEGER, 0, 0, 0, step};
			int64_t		start = time;

			while (start % step != 0)
				start--;
			assert_int_equal(floor_of(&calendar, time), start);
		}
	}
}

static void
assert_no_floor(const RnCalendar *calendar, int64_t time)
{
	TestHost	test = test_host();
	int64_t		start;

	assert_int_equal(rn_calendar_floor(&test.host, calendar, time, &start), RN_TIME_OVERFLOW);
	assert_true(strlen(test.host.error.message) > 0);
}

static void
floor_overflows(void **state)
{
	RnCalendar	threes = {RN_TIME_INTEGER, 0, 0, 0, 3};
	RnCalendar	twos = {RN_TIME_INTEGER, 0, 0, 0, 2};
	RnCalendar	wide = {RN_TIME_INTEGER, 0, 0, 0, INT64_MAX};
	RnCalendar	month = {RN_TIME_CIVIL, 1, 1, 0, 0};
	RnCalendar	most = {RN_TIME_CIVIL, 12 * 298990, 1, 0, 0};
	RnCalendar	week = {RN_TIME_CIVIL, 0, 0, 0, 7 * USECS_PER_DAY};
	RnCalendar	longest = {RN_TIME_CIVIL, 0, 0, 0, INT64_MAX};
	RnCalendar	business = {RN_TIME_CIVIL, 0, 0, 1, 0};
	RnCalendar	long_business = {RN_TIME_CIVIL, 0, 0, 99999, 0};

	(void) state;
	assert_no_floor(&threes, INT64_MIN);
	assert_int_equal(floor_of(&threes, INT64_MIN + 2), INT64_MIN + 2);
	assert_int_equal(floor_of(&twos, INT64_MIN), INT64_MIN);
	assert_int_equal(floor_of(&threes, INT64_MAX), INT64_MAX - 1);
	assert_int_equal(floor_of(&wide, INT64_MAX), INT64_MAX);
	assert_int_equal(floor_of(&wide, -1), -INT64_MAX);
	assert_no_floor(&wide, INT64_MIN);
	assert_no_floor(&month, RN_CIVIL_MIN);
	assert_int_equal(floor_of(&month, at(-4713, 12, 7)), at(-4713, 12, 1));
	assert_no_floor(&month, RN_CIVIL_END);
	assert_no_floor(&month, INT64_MIN);
	assert_no_floor(&most, at(-1, 12, 31));
	assert_int_equal(floor_of(&most, at(1, 1, 1)), at(0, 1, 1));
	assert_int_equal(floor_of(&week, RN_CIVIL_MIN), RN_CIVIL_MIN);
	assert_no_floor(&longest, 0);
	assert_int_equal(floor_of(&longest, at(2000, 1, 3)), at(2000, 1, 3));
	assert_int_equal(floor_of(&business, RN_CIVIL_MIN + 1), RN_CIVIL_MIN);
	assert_int_equal(floor_of(&business, RN_CIVIL_END - 1), at(294276, 12, 29));
	assert_no_floor(&long_business, RN_CIVIL_MIN);
	assert_no_floor(&business, INT64_MAX);
}

/* Weekdays make a step of one business day, where the plain ruler has none. */
static void
infer_business_days(void **state)
{
	RnCalendar	calendar;

	(void) state;
	find_weekdays();
	calendar = infer(RN_TIME_CIVIL, weekdays, WEEKDAYS);
	assert_int_equal(calendar.business_days, 1);
	assert_true(calendar.months == 0 && calendar.anchor_day == 0 && calendar.step == 0);
	for (int i = 0; i < 30; i++)
	{
		assert_int_equal(infer(RN_TIME_CIVIL, weekdays + i, 7).business_days, 1);
		/* within a week: days; and a Friday with its Monday is any three days */
		assert_step(RN_TIME_CIVIL, weekdays + i, 2, weekdays[i + 1] - weekdays[i]);
	}
	assert_step(RN_TIME_CIVIL, weekdays, 5, USECS_PER_DAY);
}

/* Days in order from first on, those of a list of numbers. */
static void
days_of(int64_t first, const int *number, int n, int64_t *time)
{
	for (int i = 0; i < n; i++)
		time[i] = first + number[i] * USECS_PER_DAY;
}

static void
infer_with_gaps(void **state)
{
	static const int no_mondays[] = {1, 2, 3, 4, 8, 9, 10, 11};
	static const int one_monday[] = {1, 2, 3, 4, 7, 9, 10, 11, 14, 15};
	static const int one_week[] = {0, 1, 3, 4};
	static const int sunday[] = {1, 2, 3, 4, 6, 7, 8, 10, 11};
	static const int halves[] = {0, 2, 4, 8, 9, 12, 14, 16};
	int64_t		days[12];
	int64_t		rare[] = {0, 1, 3, 6, 7, 11, 16};
	int64_t		half[] = {0, 1, 2, 4, 5, 7, 10};
	int64_t		months[] = {at(2020, 1, 31), at(2020, 2, 29), at(2020, 4, 30), at(2020, 5, 31), at(2020, 8, 31)};
	int64_t		off_hour[] = {0, clock_at(1, 0, 0), clock_at(2, 0, 0), clock_at(4, 0, 0), clock_at(4, 30, 0),
	clock_at(6, 0, 0), clock_at(7, 0, 0)};
	RnCalendar	calendar;

	(void) state;
	calendar = infer_with(RN_TIME_INTEGER, half, COUNT(half), true);
	assert_int_equal(calendar.step, 1);
	calendar = infer_with(RN_TIME_CIVIL, months, COUNT(months), true);
	assert_true(calendar.months == 1 && calendar.anchor_day == 31 && calendar.step == 0);
	days_of(at(2021, 1, 4), one_monday, COUNT(one_monday), days);
	assert_int_equal(infer_with(RN_TIME_CIVIL, days, COUNT(one_monday), true).business_days, 1);
	days_of(at(2021, 1, 4), one_week, COUNT(one_week), days);
	assert_int_equal(infer_with(RN_TIME_CIVIL, days, COUNT(one_week), true).step, USECS_PER_DAY);
	days_of(at(2021, 1, 4), sunday, COUNT(sunday), days);
	assert_int_equal(infer_with(RN_TIME_CIVIL, days, COUNT(sunday), true).step, USECS_PER_DAY);

	/* days and business days are alike here: not a guess */
	days_of(at(2021, 1, 4), no_mondays, COUNT(no_mondays), days);
	assert_refused_with(RN_TIME_CIVIL, days, COUNT(no_mondays), true, RN_IRREGULAR_TIME,
						"irregular time step from 2021-01-08 to 2021-01-12",
						"The usual step of the series is 1 day. It leads from 2021-01-08 to 2021-01-09. 1 of 7 steps differs.",
						"Set option \"frequency\" to the step.");
	/* the most common step is not common enough, or not in every row */
	assert_refused_with(RN_TIME_INTEGER, rare, COUNT(rare), true, RN_IRREGULAR_TIME,
						"irregular time step from 1 to 3",
						"The most common step of the series is 1. It leads from 1 to 2. But 4 of 6 steps differ.",
						"Set option \"frequency\" to the step.");
	assert_refused_with(RN_TIME_CIVIL, off_hour, COUNT(off_hour), true, RN_IRREGULAR_TIME,
						"irregular time step from 2000-01-01 04:00:00 to 2000-01-01 04:30:00",
						"The usual step of the series is 01:00:00. It leads from 2000-01-01 04:00:00 to 2000-01-01 05:00:00. 2 of 6 steps are no multiples of it.",
						"with \"duplicates\" (sum, avg or last)");
	days_of(at(2021, 1, 4), halves, COUNT(halves), days);
	assert_refused_with(RN_TIME_CIVIL, days, COUNT(halves), true, RN_IRREGULAR_TIME,
						"irregular time step from 2021-01-12 to 2021-01-13", NULL, "option \"frequency\"");
	days[1] = days[0];
	assert_refused_with(RN_TIME_CIVIL, days, COUNT(halves), true, RN_DUPLICATE_TIME,
						"duplicate time 2021-01-04", NULL, "\"duplicates\"");
}

/*
 * Leave out rows of a regular series, but not its ends, until fewer than 30 %
 * are gone.  What is inferred is what was inferred before, or nothing; is it?
 */
static bool
infer_from_rest(const RnCalendar *whole, const int64_t *time, int n, bool must)
{
	TestHost	test = test_host();
	RnCalendar	calendar;
	bool		gone[256] = {false};
	int64_t		rest[256];
	RnTimes		times = each(rest);
	int			missing = (int) random_below((3 * n - 1) / 10 + 1);
	int			left = 0;
	RnCode		code;

	for (int i = 0; i < missing;)
	{
		int			row = 1 + (int) random_below(n - 2);

		i += !gone[row];
		gone[row] = true;
	}
	for (int i = 0; i < n; i++)
		if (!gone[i])
			rest[left++] = time[i];
	code = rn_calendar_infer(&test.host, whole->kind, &times, (size_t) left, true, &calendar);
	if (code != RN_OK && (must || code != RN_IRREGULAR_TIME))
		fail_msg("%d of %d rows missing: %s", missing, n, test.host.error.message);
	if (code == RN_OK)
	{
		assert_same(&calendar, whole);
		assert_fits(calendar, rest, (size_t) left, true, calendar.anchor_day);
	}
	return code == RN_OK;
}

static void
missing_rows(void **state)
{
	/* few: the most rows of a series so short that rows cannot tell two steps */
	static const struct
	{
		RnCalendar	calendar;
		int			few;
	}			kind[] = {
		{{RN_TIME_CIVIL, 0, 0, 0, 1000000}, 12}, {{RN_TIME_CIVIL, 0, 0, 0, 900000000}, 12},
		{{RN_TIME_CIVIL, 0, 0, 0, RN_USECS_PER_HOUR}, 12}, {{RN_TIME_CIVIL, 0, 0, 0, USECS_PER_DAY}, 6},
		{{RN_TIME_CIVIL, 0, 0, 0, 7 * USECS_PER_DAY}, 12}, {{RN_TIME_CIVIL, 0, 0, 1, 0}, 12},
		{{RN_TIME_CIVIL, 1, 1, 0, 0}, 12}, {{RN_TIME_CIVIL, 1, 30, 0, 0}, 12},
		{{RN_TIME_CIVIL, 1, 31, 0, 0}, 12}, {{RN_TIME_CIVIL, 3, 15, 0, 0}, 12},
		{{RN_TIME_CIVIL, 3, 31, 0, 0}, 12}, {{RN_TIME_CIVIL, 12, 1, 0, 0}, 12},
		{{RN_TIME_CIVIL, 12, 31, 0, 0}, 12}, {{RN_TIME_INTEGER, 0, 0, 0, 1}, 12},
		{{RN_TIME_INTEGER, 0, 0, 0, 5}, 12}
	};
	int			inferred = 0;

	(void) state;
	for (size_t k = 0; k < COUNT(kind); k++)
	{
		for (int round = 0; round < 2000; round++)
		{
			const RnCalendar *calendar = &kind[k].calendar;
			int			n = (int) (round % 2 ? 3 + random_below(kind[k].few - 2) : 40 + random_below(200));
			int64_t		origin = at(1990, 1, 1) + random_below(4000) * USECS_PER_DAY + clock_at(9, 30, 0);
			int64_t		time[256];
			RnCalendar	whole;

			for (int i = 0; i < n; i++)
				time[i] = add(calendar, origin, i);
			if (calendar->months > 0)	/* the first may be off the anchor */
				for (int i = 0; i < n; i++)
					time[i] = add(calendar, time[0], i);
			whole = infer(calendar->kind, time, (size_t) n);
			inferred += infer_from_rest(&whole, time, n, calendar->business_days == 0);
		}
	}
	/* business days of a week or two are all that is ever refused */
	assert_true(inferred > 29500);
}

static void
fit_calendars(void **state)
{
	RnCalendar	month = {RN_TIME_CIVIL, 1, 0, 0, 0};
	RnCalendar	month_end = {RN_TIME_CIVIL, 1, 31, 0, 0};
	RnCalendar	thirtieth = {RN_TIME_CIVIL, 1, 30, 0, 0};
	RnCalendar	business = {RN_TIME_CIVIL, 0, 0, 1, 0};
	RnCalendar	hour = {RN_TIME_CIVIL, 0, 0, 0, RN_USECS_PER_HOUR};
	RnCalendar	twos = {RN_TIME_INTEGER, 0, 0, 0, 2};
	RnCalendar	ones = {RN_TIME_INTEGER, 0, 0, 0, 1};
	int64_t		ends[] = {at(2021, 4, 30), at(2021, 5, 31), at(2021, 7, 31)};
	int64_t		short_ends[] = {at(2021, 4, 30), at(2021, 6, 30)};
	int64_t		mixed[] = {at(2021, 1, 4), at(2021, 2, 3), at(2021, 3, 3), at(2021, 4, 3)};
	int64_t		week[] = {at(2021, 1, 7), at(2021, 1, 8), at(2021, 1, 11), at(2021, 1, 13)};
	int64_t		saturday[] = {at(2021, 1, 9), at(2021, 1, 11), at(2021, 1, 12)};
	int64_t		late[] = {0, clock_at(1, 0, 0), clock_at(2, 30, 0), clock_at(3, 30, 0)};
	int64_t		odd[] = {0, 2, 4, 7, 8};
	int64_t		same[] = {4, 6, 6};
	int64_t		span[] = {INT64_MIN, -1, 5, INT64_MAX};

	(void) state;
	assert_fits(month, ends, 2, false, 31);
	assert_fits(month, ends, COUNT(ends), true, 31);
	assert_fits(month_end, short_ends, 2, true, 31);
	assert_fits(thirtieth, short_ends, 2, true, 30);
	assert_fits(month, mixed + 1, 3, false, 3);
	assert_fits(month, mixed, 1, false, 4);
	assert_fits(business, week, 3, false, 0);
	assert_fits(business, week, 4, true, 0);
	assert_fits(twos, odd, 3, false, 0);
	assert_fits(hour, late, 2, false, 0);

	assert_misfit(month, ends, 3, false, RN_IRREGULAR_TIME, "irregular time step from 2021-05-31 to 2021-07-31",
				  "The step of the series is 1 month. It leads from 2021-05-31 to 2021-06-30. 1 of 2 steps differs.",
				  "Set option \"missing\" to interpolate, locf, zero or mask, or fill the gap in the query");
	assert_misfit(thirtieth, ends, 3, true, RN_IRREGULAR_TIME, "irregular time step from 2021-04-30 to 2021-05-31",
				  "The step of the series is 1 month. It leads from 2021-04-30 to 2021-05-30. 2 of 2 steps are no multiples of it.",
				  "\"frequency\"");
	assert_misfit(month, mixed, 4, true, RN_IRREGULAR_TIME, "irregular time step from 2021-01-04 to 2021-02-03",
				  "The step of the series is 1 month. Rows belong on day 3 of the month. 1 of 3 steps is no multiple of it.",
				  "\"frequency\"");
	assert_misfit(business, week, 4, false, RN_IRREGULAR_TIME, "irregular time step from 2021-01-11 to 2021-01-13",
				  "The step of the series is 1 business day. It leads from 2021-01-11 to 2021-01-12. 1 of 3 steps differs.",
				  "\"missing\"");
	assert_misfit(business, saturday, 3, false, RN_IRREGULAR_TIME, "irregular time step from 2021-01-09 to 2021-01-11",
				  "The step of the series is 1 business day. Rows belong on Mondays to Fridays. 1 of 2 steps differs.",
				  "date_trunc() and GROUP BY");
	assert_misfit(hour, late, 4, true, RN_IRREGULAR_TIME, "irregular time step from 2000-01-01 01:00:00 to 2000-01-01 02:30:00",
				  "The step of the series is 01:00:00. It leads from 2000-01-01 01:00:00 to 2000-01-01 02:00:00. 1 of 3 steps is no multiple of it.",
				  "\"duplicates\"");
	assert_misfit(twos, odd, 5, false, RN_IRREGULAR_TIME, "irregular time step from 4 to 7",
				  "The step of the series is 2. It leads from 4 to 6. 2 of 4 steps differ.",
				  "into one step; or aggregate in the query by GROUP BY.");
	assert_misfit(twos, same, 3, true, RN_DUPLICATE_TIME, "duplicate time 6",
				  "2 rows have this time; 1 of the 3 rows repeats the time of another.", "\"duplicates\"");
	/* a single row can be off the grid, too */
	assert_misfit(business, saturday, 1, false, RN_IRREGULAR_TIME, "no step of 1 business day leads to time 2021-01-09",
				  "The step of the series is 1 business day. Rows belong on Mondays to Fridays.", "\"frequency\"");
	assert_misfit(month_end, mixed, 1, true, RN_IRREGULAR_TIME, "no step of 1 month leads to time 2021-01-04",
				  "The step of the series is 1 month. Rows belong on day 31 of the month or on its last.", "\"frequency\"");
	/* rows that fit two by two, but are more steps than can be counted */
	assert_misfit(ones, span, 4, true, RN_TIME_OVERFLOW,
				  "from -9223372036854775808 to 9223372036854775807 are too many steps of 1", "", NULL);
}

/* Infer without or with gaps, or fit steps of a second. */
static RnCode
infer_or_fit(TestHost *test, int way, const int64_t *time, size_t n)
{
	RnCalendar	calendar = {RN_TIME_CIVIL, 0, 0, 0, 1000000};
	RnTimes		times = each(time);

	if (way == 2)
		return rn_calendar_fit(&test->host, &times, n, false, &calendar);
	return rn_calendar_infer(&test->host, RN_TIME_CIVIL, &times, n, way == 1, &calendar);
}

/* Stopped at every poll there is, in regular series and on the way to errors. */
static void
cancellation(void **state)
{
	static const int least_polls[3][2] = {{15, 50}, {15, 50}, {14, 14}};
	enum
	{
		ROWS = 200000
	};
	int64_t    *time = malloc(ROWS * sizeof(*time));

	(void) state;
	for (int way = 0; way < 3; way++)
	{
		for (int gap = 0; gap <= 1; gap++)
		{
			TestHost	whole = test_host();

			for (int64_t i = 0; i < ROWS; i++)
				time[i] = i * 1000000 + (gap && i > ROWS / 2);
			assert_int_equal(infer_or_fit(&whole, way, time, ROWS), gap ? RN_IRREGULAR_TIME : RN_OK);
			assert_true(whole.polls >= least_polls[way][gap]);
			for (long poll = 1; poll <= whole.polls; poll++)
			{
				TestHost	test = test_host();

				test.polls_left = poll;
				assert_int_equal(infer_or_fit(&test, way, time, ROWS), RN_CANCELLED);
				assert_int_equal(test.polls, poll);
				assert_int_equal(test.live, 0);
			}
		}
	}
	free(time);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(civil_days),
		cmocka_unit_test(civil_extremes),
		cmocka_unit_test(infer_months),
		cmocka_unit_test(infer_month_ends),
		cmocka_unit_test(infer_fixed),
		cmocka_unit_test(infer_integers),
		cmocka_unit_test(refuse_duplicates),
		cmocka_unit_test(refuse_gaps),
		cmocka_unit_test(refuse_odd_ones),
		cmocka_unit_test(usual_among_rare),
		cmocka_unit_test(add_steps),
		cmocka_unit_test(infer_what_was_added),
		cmocka_unit_test(add_overflows),
		cmocka_unit_test(seasons),
		cmocka_unit_test(words_for_calendars),
		cmocka_unit_test(words_for_times),
		cmocka_unit_test(validity),
		cmocka_unit_test(month_end_series),
		cmocka_unit_test(late_day_series),
		cmocka_unit_test(business_steps),
		cmocka_unit_test(business_overflows),
		cmocka_unit_test(steps_at_the_edges),
		cmocka_unit_test(floor_days),
		cmocka_unit_test(floor_business_days),
		cmocka_unit_test(floor_fixed_steps),
		cmocka_unit_test(floor_overflows),
		cmocka_unit_test(infer_business_days),
		cmocka_unit_test(infer_with_gaps),
		cmocka_unit_test(missing_rows),
		cmocka_unit_test(fit_calendars),
		cmocka_unit_test(cancellation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
