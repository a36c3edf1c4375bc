/*
 * test_panel.c
 *		Rows to series: times, order, refusals, what is combined and what filled,
 *		many series, and that it can be stopped.
 */
#include "test_host.h"

#include <math.h>

#include "base/rng.h"
#include "series/civil.h"
#include "series/panel.h"

#define DAY RN_USECS_PER_DAY

static const RnRowPolicy strict;	/* all zero: errors */

/* A value that belongs to its time alone. */
static double
value_of(int64_t time)
{
	return (double) (time / 1000) * 0.5 + 3;
}

static RnPanel
make_panel(TestHost *test, RnTimeKind kind, size_t series, size_t rows, int columns)
{
	RnPanel		panel = {.kind = kind,.count = series,.rows = rows,.columns = columns};

	assert_ok(*test, rn_alloc(&test->host, series, sizeof(RnSeries), (void **) &panel.series));
	memset(panel.series, 0, series * sizeof(RnSeries));
	assert_ok(*test, rn_alloc(&test->host, rows, sizeof(double), (void **) &panel.value));
	if (columns > 0)
		assert_ok(*test, rn_alloc(&test->host, rows * (size_t) columns, sizeof(float), (void **) &panel.covariate));
	return panel;
}

/* One more row of a series; rows are added in order. */
static void
add_row(TestHost *test, RnPanel *panel, size_t s, int64_t time, double value)
{
	RnSeries   *series = &panel->series[s];

	if (s > 0 && series->n == 0)
		series->first = panel->series[s - 1].first + panel->series[s - 1].n;
	assert_ok(*test, rn_times_append(&test->host, &series->time, series->n, time));
	panel->value[series->first + series->n] = value;
	for (int c = 0; c < panel->columns; c++)
		panel->covariate[(series->first + series->n) * (size_t) panel->columns + (size_t) c] = (float) value + (float) c;
	series->n++;
}

/* n daily rows from 1999-12-25 on. */
static RnPanel
make_days(TestHost *test, size_t n)
{
	RnPanel		panel = make_panel(test, RN_TIME_CIVIL, 1, n, 0);

	for (size_t i = 0; i < n; i++)
	{
		int64_t		time = ((int64_t) i - 7) * DAY;

		add_row(test, &panel, 0, time, value_of(time));
	}
	return panel;
}

static RnCode
prepare(TestHost *test, RnPanel *panel, const RnRowPolicy *policy)
{
	RN_TRY(rn_panel_settle(&test->host, panel, policy, NULL));
	return rn_panel_fill(&test->host, panel, policy);
}

static void
assert_refused(TestHost *test, RnPanel *panel, RnCode code, const char *message)
{
	assert_int_equal(prepare(test, panel, &strict), code);
	assert_int_equal(test->host.error.code, code);
	assert_string_equal(test->host.error.message, message);
	rn_panel_free(&test->host, panel);
	assert_int_equal(test->live, 0);
}

static void
too_few_rows(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel = make_days(&test, 1);
	RnCalendar	daily = {.kind = RN_TIME_CIVIL,.step = DAY};

	(void) state;
	assert_refused(&test, &panel, RN_TOO_FEW_ROWS, "the series has 1 row, at least 2 are needed");
	panel = make_days(&test, 0);
	assert_refused(&test, &panel, RN_TOO_FEW_ROWS, "the series has 0 rows, at least 2 are needed");
	panel = make_days(&test, 3);
	panel.at_least = 4;
	assert_refused(&test, &panel, RN_TOO_FEW_ROWS, "the series has 3 rows, at least 4 are needed");
	panel = make_days(&test, 1);	/* a known step takes one row */
	assert_ok(test, rn_panel_settle(&test.host, &panel, &strict, &daily));
	rn_panel_free(&test.host, &panel);
}

/* Rows that lie in order need no memory; neither do those in reverse. */
static void
ordered_rows(void **state)
{
	(void) state;
	for (size_t n = 2; n < 40; n++)
		for (int reverse = 0; reverse <= 1; reverse++)
		{
			TestHost	test = test_host();
			RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 1, n, 2);
			int64_t		time;

			for (size_t i = 0; i < n; i++)
			{
				int64_t		at = ((int64_t) (reverse ? n - 1 - i : i) - 7) * DAY;

				add_row(&test, &panel, 0, at, value_of(at));
			}
			test.allocations_left = 0;
			assert_ok(test, prepare(&test, &panel, &strict));
			for (size_t i = 0; i < n; i++)
			{
				assert_ok(test, rn_panel_time(&test.host, &panel, &panel.series[0], i, &time));
				assert_true(time == ((int64_t) i - 7) * DAY && panel.value[i] == value_of(time));
				assert_true(panel.covariate[2 * i + 1] == (float) value_of(time) + 1);
			}
			assert_true(panel.calendar.step == DAY && panel.calendar.months == 0);
			rn_panel_free(&test.host, &panel);
			assert_int_equal(test.live, 0);
		}
}

/* Others are for the reader to sort. */
static void
unordered_rows(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 1, 3, 0);

	(void) state;
	add_row(&test, &panel, 0, 0, 1);
	add_row(&test, &panel, 0, 2 * DAY, 1);
	add_row(&test, &panel, 0, DAY, 1);
	assert_refused(&test, &panel, RN_UNSUPPORTED, "the rows are not in the order of time");
}

static void
duplicates(void **state)
{
	(void) state;
	for (int how = RN_DUPLICATES_ERROR; how < RN_DUPLICATES_KINDS; how++)
	{
		TestHost	test = test_host();
		RnPanel		panel = make_panel(&test, RN_TIME_INTEGER, 1, 8, 1);
		RnRowPolicy policy = {.duplicates = (RnDuplicates) how,.missing = RN_MISSING_LOCF};
		static const double want[] = {0, 12, 4, 5};

		add_row(&test, &panel, 0, 1, 1);
		add_row(&test, &panel, 0, 2, 3);
		add_row(&test, &panel, 0, 2, NAN);
		add_row(&test, &panel, 0, 2, 4);
		add_row(&test, &panel, 0, 2, 5);
		add_row(&test, &panel, 0, 3, 7);
		if (how == RN_DUPLICATES_ERROR)
		{
			assert_refused(&test, &panel, RN_INVALID_DATA, "value null or NaN at time 2");
			continue;
		}
		assert_ok(test, prepare(&test, &panel, &policy));
		assert_int_equal(panel.series[0].n, 3);
		assert_int_equal(panel.series[0].combined, 3);
		assert_true(panel.value[1] == want[how] && panel.value[2] == 7);
		assert_true(panel.covariate[1] == (how == RN_DUPLICATES_LAST ? 5 : 4));	/* never added */
		rn_panel_free(&test.host, &panel);
		assert_int_equal(test.live, 0);
	}
}

/* What stands for a day without a row, and for a row without a value. */
/* Of rows that come newest first, those of one time stay in their order. */
static void
newest_first(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel = make_panel(&test, RN_TIME_INTEGER, 1, 6, 1);
	RnRowPolicy policy = {.duplicates = RN_DUPLICATES_LAST};
	static const double want[] = {50, 40, 30};

	(void) state;
	add_row(&test, &panel, 0, 3, 10);
	add_row(&test, &panel, 0, 3, 20);
	add_row(&test, &panel, 0, 3, 30);
	add_row(&test, &panel, 0, 2, 40);
	add_row(&test, &panel, 0, 1, 60);
	add_row(&test, &panel, 0, 1, 50);
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.series[0].n, 3);
	for (int i = 0; i < 3; i++)
		assert_true(panel.value[i] == want[i] && panel.covariate[i] == (float) want[i]);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

static void
gaps(void **state)
{
	static const double want[RN_MISSING_KINDS][2] = {{0, 0}, {4, 6}, {2, 2}, {0, 0}, {2, 2}};

	(void) state;
	for (int missing = RN_MISSING_INTERPOLATE; missing < RN_MISSING_KINDS; missing++)
	{
		TestHost	test = test_host();
		RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 1, 12, 1);
		RnRowPolicy policy = {.missing = (RnMissing) missing};
		const RnSeries *series = &panel.series[0];

		add_row(&test, &panel, 0, -DAY, NAN);	/* nothing before the first value */
		add_row(&test, &panel, 0, 0, 1);
		add_row(&test, &panel, 0, DAY, 2);
		add_row(&test, &panel, 0, 3 * DAY, NAN);	/* no row on day 2, no value on day 3 */
		add_row(&test, &panel, 0, 4 * DAY, 8);
		for (int i = 5; i < 9; i++)
			add_row(&test, &panel, 0, i * DAY, i);
		add_row(&test, &panel, 0, 9 * DAY, NAN);	/* nor after the last */
		assert_ok(test, prepare(&test, &panel, &policy));
		assert_int_equal(series->n, 9);
		assert_int_equal(series->filled, 2);
		assert_true(series->start == 0);
		assert_true(panel.value[series->first + 2] == want[missing][0]);
		assert_true(panel.value[series->first + 3] == want[missing][1]);
		assert_true(panel.value[series->first + 4] == 8 && panel.value[series->first + 8] == 8);
		/* covariates are states of affairs, which do not become zero */
		assert_true(panel.covariate[series->first + 3] == (float) (missing == RN_MISSING_ZERO ? 2 : want[missing][1]));
		for (size_t i = 0; i < 9; i++)
			assert_int_equal(panel.missing[series->first + i], i == 2 || i == 3);
		rn_panel_free(&test.host, &panel);
		assert_int_equal(test.live, 0);
	}
}

/* Days to months, by every way of combining them, and hours that jitter to hours. */
static void
resamples(void **state)
{
	TestHost	test = test_host();
	RnRowPolicy policy = {.has_frequency = true,.duplicates = RN_DUPLICATES_SUM,
		.frequency = {.kind = RN_TIME_CIVIL,.months = 1}
	};
	RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 1, 400, 0);

	(void) state;
	for (int i = 0; i < 366; i++)
		add_row(&test, &panel, 0, i * DAY, 1);
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.series[0].n, 12);
	assert_true(panel.value[0] == 31 && panel.value[1] == 29 && panel.value[11] == 31);
	assert_int_equal(panel.series[0].combined, 354);
	rn_panel_free(&test.host, &panel);

	policy.duplicates = RN_DUPLICATES_ERROR;
	panel = make_panel(&test, RN_TIME_CIVIL, 1, 400, 0);
	for (int i = 0; i < 366; i++)
		add_row(&test, &panel, 0, i * DAY, 1);
	assert_int_equal(prepare(&test, &panel, &policy), RN_DUPLICATE_TIME);
	assert_string_equal(test.host.error.message, "31 rows fall into the step of 1 month from 2000-01-01 on");
	rn_panel_free(&test.host, &panel);

	/* a month of which days are missing at either end is no sum of a month */
	for (int from = 0; from < 2; from++)
		for (int to = 0; to < 2; to++)
		{
			panel = make_panel(&test, RN_TIME_CIVIL, 1, 400, 0);
			for (int i = from; i < 366 - to; i++)
				add_row(&test, &panel, 0, i * DAY, 1);
			policy.duplicates = RN_DUPLICATES_SUM;
			assert_ok(test, prepare(&test, &panel, &policy));
			assert_int_equal(panel.series[0].n, 12 - from - to);
			assert_true(panel.value[panel.series[0].first] == (from == 0 ? 31 : 29));
			rn_panel_free(&test.host, &panel);
		}

	policy.duplicates = RN_DUPLICATES_AVG;	/* each row counts once, not each day */
	panel = make_panel(&test, RN_TIME_CIVIL, 1, 400, 0);
	for (int i = 0; i < 366; i++)
	{
		add_row(&test, &panel, 0, i * DAY, i < 16 ? 1 : 4);
		if (i < 15)
			add_row(&test, &panel, 0, i * DAY, 1);
	}
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.series[0].n, 12);
	assert_true(fabs(panel.value[0] - (31 * 1 + 15 * 4) / 46.0) < 1e-12);
	rn_panel_free(&test.host, &panel);
	policy.duplicates = RN_DUPLICATES_ERROR;

	policy.frequency = (RnCalendar) {.kind = RN_TIME_CIVIL,.step = RN_USECS_PER_HOUR};
	panel = make_panel(&test, RN_TIME_CIVIL, 1, 400, 0);
	for (int i = 0; i < 100; i++)
		add_row(&test, &panel, 0, i * RN_USECS_PER_HOUR + i % 7 * 1000, i);
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.series[0].n, 100);
	assert_true(panel.series[0].start == 0 && panel.value[99] == 99);
	rn_panel_free(&test.host, &panel);

	/* several rows of one day are no reason to leave them there */
	panel = make_panel(&test, RN_TIME_CIVIL, 1, 200, 1);
	policy.frequency = (RnCalendar) {.kind = RN_TIME_CIVIL,.months = 1};
	policy.duplicates = RN_DUPLICATES_AVG;
	for (int i = 0; i < 91; i++)
		for (int k = 0; k < 1 + i % 2; k++)
			add_row(&test, &panel, 0, i * DAY, i < 31 ? i % 2 : i);
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.series[0].n, 3);
	assert_int_equal(panel.series[0].combined, 91 + 45 - 3);
	assert_true(fabs(panel.value[0] - 30 / 46.0) < 1e-12);	/* no average of averages */
	assert_true(fabs((double) panel.covariate[0] - 30 / 46.0) < 1e-6);
	rn_panel_free(&test.host, &panel);

	/* months on the 15th are months as they are */
	policy.frequency = (RnCalendar) {.kind = RN_TIME_CIVIL,.months = 1};
	panel = make_panel(&test, RN_TIME_CIVIL, 1, 3, 0);
	add_row(&test, &panel, 0, 14 * DAY, 1);
	add_row(&test, &panel, 0, 45 * DAY, 1);
	add_row(&test, &panel, 0, 74 * DAY, 1);
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.series[0].anchor_day, 15);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* One step for all, a day of the month for each; what does not fit is left out. */
static void
many_series(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 6, 200, 0);
	RnRowPolicy policy = {.on_error = RN_ON_ERROR_SKIP};
	RnCalendar	monthly[2] = {
		{.kind = RN_TIME_CIVIL,.months = 1,.anchor_day = 31}, {.kind = RN_TIME_CIVIL,.months = 1,.anchor_day = 15}
	};

	(void) state;
	for (int s = 0; s < 2; s++)
		for (int i = 0; i < 20; i++)
		{
			int64_t		time;

			assert_ok(test, rn_calendar_add(&test.host, &monthly[s], 0, i, &time));
			add_row(&test, &panel, (size_t) s, time, i);
		}
	for (int i = 0; i < 30; i++)
		add_row(&test, &panel, 2, i * DAY, i);	/* days */
	add_row(&test, &panel, 3, 5 * DAY, 1);	/* one row is a month, too */
	for (int i = 0; i < 20; i++)
	{
		int64_t		time;

		assert_ok(test, rn_calendar_add(&test.host, &monthly[0], 0, i, &time));
		add_row(&test, &panel, 4, time, i == 7 ? NAN : i);
	}
	for (int i = 0; i < 20; i++)
	{
		int64_t		time;

		assert_ok(test, rn_calendar_add(&test.host, &monthly[0], 0, i + (i > 9), &time));
		add_row(&test, &panel, 5, time, i);
	}
	assert_ok(test, prepare(&test, &panel, &policy));
	assert_int_equal(panel.calendar.months, 1);
	assert_int_equal(panel.series[0].anchor_day, 31);
	assert_int_equal(panel.series[1].anchor_day, 15);
	assert_int_equal(rn_panel_series(&panel), 3);
	assert_non_null(strstr(panel.series[2].skipped, "2000-01-01 to 2000-01-02"));
	assert_null(panel.series[3].skipped);
	assert_non_null(strstr(panel.series[4].skipped, "value null or NaN"));
	assert_non_null(strstr(panel.series[5].skipped, "irregular"));
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* Two days against two months is no majority. */
static void
no_majority(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel = make_panel(&test, RN_TIME_INTEGER, 2, 20, 0);
	RnRowPolicy policy = {.on_error = RN_ON_ERROR_SKIP};

	(void) state;
	for (int s = 0; s < 2; s++)
		for (int i = 0; i < 10; i++)
			add_row(&test, &panel, (size_t) s, i * (s + 1), i);
	assert_int_equal(prepare(&test, &panel, &policy), RN_IRREGULAR_TIME);
	assert_string_equal(test.host.error.message, "the series have different steps");
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

static void
irregular_rows(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 1, 100, 0);

	(void) state;
	for (int i = 0; i < 100; i++)
		add_row(&test, &panel, 0, (i - 7 + (i == 99)) * DAY, i);
	assert_refused(&test, &panel, RN_IRREGULAR_TIME, "irregular time step from 2000-04-01 to 2000-04-03");
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
		{NAN, "value null or NaN at time 2000-01-03"},
		{-NAN, "value null or NaN at time 2000-01-03"},
		{INFINITY, "value Infinity at time 2000-01-03"},
		{-INFINITY, "value -Infinity at time 2000-01-03"},
		{1e300, "value 1e+300 at time 2000-01-03 is too large"},
		{-1.5e100, "value -1.5e+100 at time 2000-01-03 is too large"},
	};

	(void) state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
	{
		TestHost	test = test_host();
		RnPanel		panel = make_days(&test, 20);

		panel.value[9] = bad[k].value;
		panel.value[15] = NAN;	/* the first is named */
		assert_refused(&test, &panel, RN_INVALID_DATA, bad[k].message);
		assert_true(strlen(test.host.error.hint) > 0);
	}
	for (int k = 0; k < 2; k++)
	{
		TestHost	test = test_host();
		RnPanel		panel = make_days(&test, 20);

		panel.value[9] = k == 0 ? 1e100 : -1e100;
		assert_ok(test, prepare(&test, &panel, &strict));
		rn_panel_free(&test.host, &panel);
	}
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
	TestHost	test = test_host();
	RnPanel		panel;

	(void) state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
	{
		panel = make_panel(&test, RN_TIME_CIVIL, 1, 20, 0);
		for (int i = 0; i < 20; i++)
			add_row(&test, &panel, 0, i == 9 ? bad[k].time : i * DAY, 1);
		assert_refused(&test, &panel, RN_INVALID_DATA, bad[k].message);
	}

	/* integers are just integers */
	panel = make_panel(&test, RN_TIME_INTEGER, 1, 2, 0);
	add_row(&test, &panel, 0, INT64_MAX, 1);
	add_row(&test, &panel, 0, INT64_MAX - 3, 2);
	assert_ok(test, prepare(&test, &panel, &strict));
	assert_true(panel.series[0].start == INT64_MAX - 3 && panel.calendar.step == 3);
	rn_panel_free(&test.host, &panel);
}

#define MANY_ROWS 140000

/* It can be stopped at any poll, of which every pass over the rows has some. */
static void
stops(void **state)
{
	RnRowPolicy policy = {.missing = RN_MISSING_MASK,.duplicates = RN_DUPLICATES_LAST};
	long		polls = 0;

	(void) state;
	for (long poll = -1; poll <= polls; poll++)
	{
		TestHost	test = test_host();
		RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 1, MANY_ROWS, 0);
		RnCode		code;

		if (poll == 0)
			poll++;
		for (int i = 0; i < MANY_ROWS; i++)
			add_row(&test, &panel, 0, (i + (i > 10)) * (RN_USECS_PER_HOUR), i);
		test.polls = 0;
		test.polls_left = poll;
		code = prepare(&test, &panel, &policy);
		if (poll < 0)
		{
			assert_int_equal(code, RN_OK);
			polls = test.polls;
			assert_true(polls >= 2 * 2);
		}
		else
			assert_int_equal(code, RN_CANCELLED);
		rn_panel_free(&test.host, &panel);
		assert_int_equal(test.live, 0);
	}
}

/* Without memory it says so and leaves nothing behind. */
static void
no_memory(void **state)
{
	RnRowPolicy policy = {.missing = RN_MISSING_MASK,.duplicates = RN_DUPLICATES_LAST,.on_error = RN_ON_ERROR_SKIP};

	(void) state;
	for (long n = 0;; n++)
	{
		TestHost	test = test_host();
		RnPanel		panel = make_panel(&test, RN_TIME_CIVIL, 2, 40, 1);
		RnCode		code;

		for (int i = 0; i < 20; i++)
			add_row(&test, &panel, 0, (i / 2 + (i > 11) * 2) * DAY, i);
		add_row(&test, &panel, 1, 0, 1);
		add_row(&test, &panel, 1, 17 * RN_USECS_PER_HOUR, 1);
		test.allocations_left = n;
		code = prepare(&test, &panel, &policy);
		test.allocations_left = -1;
		rn_panel_free(&test.host, &panel);
		assert_int_equal(test.live, 0);
		if (code == RN_OK)
		{
			assert_true(n > 4);
			return;
		}
		assert_int_equal(code, RN_NO_MEMORY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_rows),
		cmocka_unit_test(ordered_rows),
		cmocka_unit_test(unordered_rows),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(newest_first),
		cmocka_unit_test(gaps),
		cmocka_unit_test(resamples),
		cmocka_unit_test(many_series),
		cmocka_unit_test(no_majority),
		cmocka_unit_test(irregular_rows),
		cmocka_unit_test(times_are_kept),
		cmocka_unit_test(even_times_are_free),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(bad_times),
		cmocka_unit_test(stops),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
