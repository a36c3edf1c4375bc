/*
 * test_series.c
 *		Rows to a series: refusals, sorting, and that it can be stopped.
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

/* A small generator of our own: the same numbers everywhere. */
static uint64_t
next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* n daily rows from 1999-12-25 on, ascending. */
static RnSeries
make_series(size_t n)
{
	RnSeries	series = {.kind = RN_TIME_CIVIL, .n = n};

	series.time = malloc((n + 1) * sizeof(int64_t));
	series.value = malloc((n + 1) * sizeof(double));
	for (size_t i = 0; i < n; i++)
	{
		series.time[i] = ((int64_t) i - 7) * DAY;
		series.value[i] = value_of(series.time[i]);
	}
	return series;
}

static void
free_series(RnSeries *series)
{
	free(series->time);
	free(series->value);
}

static void
swap_rows(RnSeries *series, size_t i, size_t j)
{
	int64_t		time = series->time[i];
	double		value = series->value[i];

	series->time[i] = series->time[j];
	series->value[i] = series->value[j];
	series->time[j] = time;
	series->value[j] = value;
}

static void
shuffle(RnSeries *series)
{
	uint64_t	state = 42;

	for (size_t i = series->n; i > 1; i--)
		swap_rows(series, i - 1, next_random(&state) % i);
}

static void
assert_sorted(const RnSeries *series)
{
	for (size_t i = 0; i < series->n; i++)
	{
		if (series->time[i] != ((int64_t) i - 7) * DAY || series->value[i] != value_of(series->time[i]))
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

/* Every length around the powers of two where runs end, shuffled. */
static void
shuffled_rows(void **state)
{
	static const size_t large[] = {1000, 1023, 1024, 1025, 4097, 70001, 300000};

	(void) state;
	for (size_t k = 2; k < 300 + sizeof(large) / sizeof(large[0]); k++)
	{
		TestHost	test = test_host();
		RnSeries	series = make_series(k < 300 ? k : large[k - 300]);

		shuffle(&series);
		assert_ok(test, rn_series_prepare(&test.host, &series, 2));
		assert_sorted(&series);
		assert_int_equal(test.live, 0);
		free_series(&series);
	}
}

/* Two rows of many out of place, at either end and in the middle. */
static void
nearly_sorted_rows(void **state)
{
	static const size_t pair[][2] = {{0, 1}, {0, 999}, {998, 999}, {500, 501}, {15, 16}};

	(void) state;
	for (size_t k = 0; k < sizeof(pair) / sizeof(pair[0]); k++)
	{
		TestHost	test = test_host();
		RnSeries	series = make_series(1000);

		swap_rows(&series, pair[k][0], pair[k][1]);
		assert_ok(test, rn_series_prepare(&test.host, &series, 2));
		assert_sorted(&series);
		free_series(&series);
	}
}

static void
unordered_duplicates(void **state)
{
	RnSeries	series = make_series(100);

	(void) state;
	series.time[99] = series.time[3];
	assert_refused(&series, 2, RN_DUPLICATE_TIME, "duplicate time 1999-12-28");
	series.time[0] = series.time[1] = series.time[2] = 5;
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
	series.time[99] += DAY;
	shuffle(&series);
	assert_refused(&series, 2, RN_IRREGULAR_TIME, "irregular time step from 2000-04-01 to 2000-04-03");
	free_series(&series);
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
		series.time[9] = bad[k].time;
		assert_refused(&series, 2, RN_INVALID_DATA, bad[k].message);
	}

	/* integers are just integers */
	series.kind = RN_TIME_INTEGER;
	series.n = 2;
	series.time[0] = INT64_MAX;
	series.time[1] = INT64_MAX - 3;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	assert_int_equal(series.time[0], INT64_MAX - 3);
	assert_int_equal(series.calendar.step, 3);
	free_series(&series);
}

static void
months_are_found(void **state)
{
	TestHost	test = test_host();
	/* 31 Mar, 31 Jan, 29 Feb 2000 */
	int64_t		time[] = {90 * DAY, 30 * DAY, 59 * DAY};
	double		value[] = {3, 1, 2};
	RnSeries	series = {RN_TIME_CIVIL, 3, time, value, {0}};

	(void) state;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	assert_int_equal(series.calendar.months, 1);
	assert_int_equal(series.calendar.anchor_day, 31);
	assert_true(value[0] == 1 && value[1] == 2 && value[2] == 3);
}

#define FAILURE_ROWS 140000

/* Neither a failing allocation nor a stop at any poll leaves memory behind. */
static void
failures(void **state)
{
	RnSeries	series = make_series(FAILURE_ROWS);
	TestHost	whole = test_host();
	long		polls;

	(void) state;
	shuffle(&series);
	{
		TestHost	test = test_host();

		test.allocations_left = 0;
		assert_int_equal(rn_series_prepare(&test.host, &series, 2), RN_NO_MEMORY);
		assert_int_equal(test.live, 0);
	}
	assert_ok(whole, rn_series_prepare(&whole.host, &series, 2));
	polls = whole.polls;
	/* 14 passes of the sort and 3 others over all rows, polled every 65536 */
	assert_true(polls >= 17 * 2);
	for (long poll = 1; poll <= polls; poll++)
	{
		TestHost	test = test_host();

		free_series(&series);
		series = make_series(FAILURE_ROWS);
		shuffle(&series);
		test.polls_left = poll;
		assert_int_equal(rn_series_prepare(&test.host, &series, 2), RN_CANCELLED);
		assert_int_equal(test.polls, poll);
		assert_int_equal(test.live, 0);
	}
	free_series(&series);
}

/* What is asked of the host is what was announced. */
static size_t asked;
static void *(*host_alloc) (RnHost *host, size_t size);

static void *
measuring_alloc(RnHost *host, size_t size)
{
	asked += size;
	return host_alloc(host, size);
}

static void
memory_estimate(void **state)
{
	RnSeries	series = make_series(1001);
	TestHost	test = test_host();

	(void) state;
	shuffle(&series);
	host_alloc = test.host.alloc;
	test.host.alloc = measuring_alloc;
	asked = 0;
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	assert_true(asked > 0);
	assert_int_equal(asked, rn_series_prepare_bytes(1001));
	assert_true(rn_series_prepare_bytes(SIZE_MAX / 2) == SIZE_MAX);
	free_series(&series);
}

/*
 * Every pass over the rows polls, and sorting passes over them again and
 * again: n log2 n rows of work, a poll at least every 2^17 of them.
 */
static void
polls_are_close(void **state)
{
	RnSeries	series = make_series(1 << 20);
	TestHost	test = test_host();

	(void) state;
	for (size_t i = 0; i < series.n; i++)
		series.time[i] = (int64_t) i * 1000000;
	shuffle(&series);
	assert_ok(test, rn_series_prepare(&test.host, &series, 2));
	assert_true(test.polls >= 20 * ((1 << 20) >> 17));
	free_series(&series);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_rows),
		cmocka_unit_test(ordered_rows),
		cmocka_unit_test(shuffled_rows),
		cmocka_unit_test(nearly_sorted_rows),
		cmocka_unit_test(unordered_duplicates),
		cmocka_unit_test(irregular_rows),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(bad_times),
		cmocka_unit_test(months_are_found),
		cmocka_unit_test(failures),
		cmocka_unit_test(memory_estimate),
		cmocka_unit_test(polls_are_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
