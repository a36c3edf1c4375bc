/*
 * test_series.c
 *		Rows to a series: times, order, refusals, and that it can be stopped.
 */
#include "test_host.h"

#include <math.h>

#include "series/series.h"

#define DAY RN_USECS_PER_DAY

/* A value that belongs to its time alone. */
static double
value_of(int64_t time)
{
	return (double) (time / 1000) * 0.5 + 3;
}

/* n daily rows from 1999-12-25 on, ascending. */
static RnSeries
make_series(size_t n)
{
	RnSeries	series = {.kind = RN_TIME_CIVIL, .n = n};

	series.time.each = malloc((n + 1) * sizeof(int64_t));
	series.value = malloc((n + 1) * sizeof(double));
	for (size_t i = 0; i < n; i++)
	{
		series.time.each[i] = ((int64_t) i - 7) * DAY;
		series.value[i] = value_of(series.time.each[i]);
	}
	return series;
}

static void
free_series(RnSeries *series)
{
	free(series->time.each);
	free(series->value);
}

static void
swap_rows(RnSeries *series, size_t i, size_t j)
{
	int64_t		time = series->time.each[i];
	double		value = series->value[i];

	series->time.each[i] = series->time.each[j];
	series->value[i] = series->value[j];
	series->time.each[j] = time;
	series->value[j] = value;
}

static void
assert_sorted(const RnSeries *series)
{
	for (size_t i = 0; i < series->n; i++)
	{
		if (series->time.each[i] != ((int64_t) i - 7) * DAY || series->value[i] != value_of(series->time.each[i]))
			fail_msg("row %zu of %zu is wrong", i, series->n);
	}
}

static void
assert_refused(RnSeries *series, size_t needed, RnCode code, const char *message)
{
	TestHost	test = test_host();

	assert_int_equal(rn_series_prepare(&test.host, series, needed), code);
	assert_int_equal(test.host.error.code, code);
	assert_string_equal(test.host.error.message, message);
	assert_int_equal(test.live, 0);
}

static void
too_few_rows(void **state)
{
	RnSeries	series = make_series(5);

	(void) state;
	series.n = 3;
	assert_refused(&series, 26, RN_TOO_FEW_ROWS, "the series has 3 rows, at least 26 are needed");
	assert_refused(&series, 4, RN_TOO_FEW_ROWS, "the series has 3 rows, at least 4 are needed");
	series.n = 1;
	assert_refused(&series, 26, RN_TOO_FEW_ROWS, "the series has 1 row, at least 26 are needed");
	assert_refused(&series, 1, RN_TOO_FEW_ROWS, "the series has 1 row, at least 2 are needed");
	series.n = 0;
	assert_refused(&series, 0, RN_TOO_FEW_ROWS, "the series has 0 rows, at least 2 are needed");
	free_series(&series);
}

/* Rows that lie in order need no memory; neither do those in reverse. */
static void
ordered_rows(void **state)
{
	(void) state;
	for (size_t n = 2; n < 40; n++)
	{
		for (int reverse = 0; reverse <= 1; reverse++)
		{
			TestHost	test = test_host();
			RnSeries	series = make_series(n);

			for (size_t i = 0; reverse && i < n / 2; i++)
				swap_rows(&series, i, n - 1 - i);
			test.allocations_left = 0;
			assert_ok(test, rn_series_prepare(&test.host, &series, n));
			assert_sorted(&series);
			assert_int_equal(series.calendar.step, DAY);
			assert_int_equal(series.calendar.months, 0);
			free_series(&series);
		}
	}
}

/* Others are for the reader to sort. */
static void
unordered_rows(void **state)
{
	static const size_t pair[][2] = {{0, 1}, {0, 999}, {998, 999}, {500, 501}};

	(void) state;
	for (size_t k = 0; k < sizeof(pair) / sizeof(pair[0]); k++)
	{
		RnSeries	series = make_series(1000);

		swap_rows(&series, pair[k][0], pair[k][1]);
		assert_refused(&series, 2, RN_UNSUPPORTED, "the rows are not in the order of time");
		free_series(&series);
	}
}

static void
duplicates(void **state)
{
	RnSeries	series = make_series(100);

	(void) state;
	series.time.each[4] = series.time.each[3];
	assert_refused(&series, 2, RN_DUPLICATE_TIME, "duplicate time 1999-12-28");
	series.time.each[0] = series.time.each[1] = series.time.each[2] = 5;
	series.n = 3;
	series.kind = RN_TIME_INTEGER;
	assert_refused(&series, 2, RN_DUPLICATE_TIME, "duplicate time 5");
	free_series(&series);
}

static void
irregular_rows(void **state)
{
	RnSeries	series = make_series(100);

	(void) state;
	series.time.each[99] += DAY;
	assert_refused(&series, 2, RN_IRREGULAR_TIME, "irregular time step from 2000-04-01 to 2000-04-03");
	free_series(&series);
}

/* Whatever the times, they come back as they were put in, either way round. */
static void
times_are_kept(void **state)
{
	static const int64_t start[][5] = {
		{1, 2, 3, 4, 5}, {9, 7, 5, 3, 1}, {5, 5, 5, 5, 5}, {1, 2, 4, 5, 6}, {1, 2, 3, 4, 9},
		{INT64_MIN, INT64_MAX, 0, 1, 2}, {INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, 0}
	};

	(void) state;
	for (size_t k = 0; k < sizeof(start) / sizeof(start[0]); k++)
	{
		TestHost	test = test_host();
		RnTimes		times = {0};

		for (size_t i = 0; i < 5000; i++)
			assert_ok(test, rn_times_append(&test.host, &times, i, i < 5 ? start[k][i] : (int64_t) i * 3));
		for (size_t i = 0; i < 5000; i++)
			assert_true(rn_time_at(&times, i) == (i < 5 ? start[k][i] : (int64_t) i * 3));
		rn_times_reverse(&times, 5000);
		for (size_t i = 0; i < 5000; i++)
			assert_true(rn_time_at(&times, 4999 - i) == (i < 5 ? start[k][i] : (int64_t) i * 3));
		rn_times_free(&test.host, &times);
		assert_int_equal(test.live, 0);
	}
}

/* Even steps take no memory, forwards, backwards and beyond what fits. */
static void
even_times_are_free(void **state)
{
	static const int64_t step[] = {1, -DAY, INT64_MAX};

	(void) state;
	for (size_t k = 0; k < sizeof(step) / sizeof(step[0]); k++)
	{
		TestHost	test = test_host();
		RnTimes		times = {0};

		test.allocations_left = 0;
		for (size_t i = 0; i < 100000; i++)
			assert_ok(test, rn_times_append(&test.host, &times, i, (int64_t) (i * (uint64_t) step[k] + 17)));
		assert_int_equal(rn_times_bytes(&times), 0);
		rn_times_reverse(&times, 100000);
		assert_true(rn_time_at(&times, 99999) == 17);
		assert_int_equal(rn_times_append(&test.host, &times, 100000, 3), RN_NO_MEMORY);
	}
}

static void
bad_values(void **state)
{
	static const struct
	{
		double		value;
		const char *message;
	}			bad[] = {
		{NAN, "value NaN at time 2000-01-03"},
		{-NAN, "value NaN at time 2000-01-03"},
		{INFINITY, "value Infinity at time 2000-01-03"},
		{-INFINITY, "value -Infinity at time 2000-01-03"},
		{1e300, "value 1e+300 at time 2000-01-03 is too large"},
		{-1.5e100, "value -1.5e+100 at time 2000-01-03 is too large"},
	};
	RnSeries	series = make_series(20);
	TestHost	test = test_host();

	(void) state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
	{
		series.value[9] = bad[k].value;
		series.value[15] = NAN;	/* the first is named */
		assert_refused(&series, 2, RN_INVALID_DATA, bad[k].message);
	}
	series.value[15] = 0;
	series.value[9] = 1e100;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	series.value[9] = -1e100;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	series.value[0] = NAN;
	assert_refused(&series, 2, RN_INVALID_DATA, "value NaN at time 1999-12-25");
	series.value[0] = 0;
	series.value[19] = NAN;
	assert_refused(&series, 2, RN_INVALID_DATA, "value NaN at time 2000-01-13");
	assert_int_equal(rn_series_prepare(&test.host, &series, 2), RN_INVALID_DATA);
	assert_true(strlen(test.host.error.hint) > 0);
	free_series(&series);
}

static void
bad_times(void **state)
{
	static const struct
	{
		int64_t		time;
		const char *message;
	}			bad[] = {
		{INT64_MAX, "time infinity in row 10"},
		{INT64_MIN, "time -infinity in row 10"},
		{RN_CIVIL_END, "time 294277-01-01 in row 10 is out of range"},
		{RN_CIVIL_MIN - DAY, "time 4714-11-23 BC in row 10 is out of range"},
	};
	RnSeries	series = make_series(20);
	TestHost	test = test_host();

	(void) state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
	{
		series.time.each[9] = bad[k].time;
		assert_refused(&series, 2, RN_INVALID_DATA, bad[k].message);
	}

	/* integers are just integers */
	series.kind = RN_TIME_INTEGER;
	series.n = 2;
	series.time.each[0] = INT64_MAX;
	series.time.each[1] = INT64_MAX - 3;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	assert_int_equal(series.time.each[0], INT64_MAX - 3);
	assert_int_equal(series.calendar.step, 3);
	free_series(&series);
}

static void
months_are_found(void **state)
{
	TestHost	test = test_host();
	/* 31 Mar, 29 Feb, 31 Jan 2000 */
	int64_t		time[] = {90 * DAY, 59 * DAY, 30 * DAY};
	double		value[] = {3, 2, 1};
	RnSeries	series = {.kind = RN_TIME_CIVIL,.n = 3,.time = {.each = time},.value = value};

	(void) state;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	assert_int_equal(series.calendar.months, 1);
	assert_int_equal(series.calendar.anchor_day, 31);
	assert_true(value[0] == 1 && value[1] == 2 && value[2] == 3);
}

#define MANY_ROWS 140000

/* It can be stopped at any poll, of which every pass over the rows has some. */
static void
stops(void **state)
{
	RnSeries	series = make_series(MANY_ROWS);
	TestHost	whole = test_host();

	(void) state;
	assert_ok(whole, rn_series_prepare(&whole.host, &series, 2));
	assert_true(whole.polls >= 2 * 2);
	for (long poll = 1; poll <= whole.polls; poll++)
	{
		TestHost	test = test_host();

		test.polls_left = poll;
		assert_int_equal(rn_series_prepare(&test.host, &series, 2), RN_CANCELLED);
		assert_int_equal(test.polls, poll);
		assert_int_equal(test.live, 0);
	}
	free_series(&series);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_rows),
		cmocka_unit_test(ordered_rows),
		cmocka_unit_test(unordered_rows),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(irregular_rows),
		cmocka_unit_test(times_are_kept),
		cmocka_unit_test(even_times_are_free),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(bad_times),
		cmocka_unit_test(months_are_found),
		cmocka_unit_test(stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
