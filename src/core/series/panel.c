/*
 * panel.c
 *		Rows as they came, checked, combined and given a calendar.
 *
 * A panel of many series has one step: the one that most of them, counted by
 * their rows, have by themselves.  What day of the month that falls on is each series' own.
 */
#include "series/panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Rows between two polls: less than a millisecond of any loop here. */
#define POLL_ROWS	0x10000

/* Different steps that are told apart in a vote; further ones count for none. */
#define CANDIDATES	8

const char *
rn_missing_name(RnMissing missing)
{
	static const char *const names[RN_MISSING_KINDS] = {"error", "interpolate", "locf", "zero", "mask"};

	return names[missing];
}

const char *
rn_duplicates_name(RnDuplicates duplicates)
{
	static const char *const names[RN_DUPLICATES_KINDS] = {"error", "sum", "avg", "last"};

	return names[duplicates];
}

const char *
rn_on_error_name(RnOnError on_error)
{
	return on_error == RN_ON_ERROR_FAIL ? "fail" : "skip";
}

/* Poll at every POLL_ROWS-th row. */
static RnCode
poll_at(RnHost *host, size_t row)
{
	return row % POLL_ROWS == 0 ? rn_poll(host) : RN_OK;
}

/* ---- what may be in a row ---- */

static RnCode
refuse_time(RnHost *host, RnTimeKind kind, int64_t time, size_t row)
{
	char		text[RN_TIME_TEXT];

	rn_time_describe(kind, time, text, sizeof(text));
	if (time == INT64_MIN || time == INT64_MAX)
		rn_fail(host, RN_INVALID_DATA, "time %s in row %zu", text, row + 1);
	else
		rn_fail(host, RN_INVALID_DATA, "time %s in row %zu is out of range", text, row + 1);
	return rn_fail_hint(host, "Leave such rows out of the query, for example by isfinite() in its WHERE clause.");
}

/* what: "value" or "covariate". */
static RnCode
refuse_value(RnHost *host, const char *what, RnTimeKind kind, int64_t time, double value)
{
	char		text[RN_TIME_TEXT];

	rn_time_describe(kind, time, text, sizeof(text));
	if (isnan(value))
	{
		rn_fail(host, RN_INVALID_DATA, "%s null or NaN at time %s", what, text);
		return rn_fail_hint(host, "Set option \"missing\" to interpolate, locf, zero or mask, or give it a number in the query.");
	}
	if (isinf(value))
	{
		rn_fail(host, RN_INVALID_DATA, "%s %s at time %s", what, value < 0 ? "-Infinity" : "Infinity", text);
		return rn_fail_hint(host, "Make it null in the query and set option \"missing\", or give it a finite number.");
	}
	rn_fail(host, RN_INVALID_DATA, "%s %g at time %s is too large", what, value, text);
	rn_fail_detail(host, "Values are limited to %g in magnitude.", RN_MAX_MAGNITUDE);
	return rn_fail_hint(host, "Scale the values down in the query, or leave out those that are mistakes.");
}

static bool
acceptable(const RnRowPolicy *policy, double value, double limit)
{
	return fabs(value) <= limit || (isnan(value) && policy->missing != RN_MISSING_ERROR);
}

static RnCode
check_covariates(RnHost *host, const RnPanel *panel, const RnRowPolicy *policy, size_t row, int64_t time)
{
	const float *covariate = panel->covariate + row * (size_t) panel->columns;

	for (int c = 0; c < panel->columns; c++)
		if (!acceptable(policy, (double) covariate[c], 3e38))
			return refuse_value(host, "covariate", panel->kind, time, (double) covariate[c]);
	return RN_OK;
}

/* Swap rows from .. to - 1 of a series, but for their times, end for end. */
static RnCode
swap_rows(RnHost *host, RnPanel *panel, const RnSeries *series, size_t from, size_t to)
{
	double	   *value = panel->value + series->first;
	size_t		C = (size_t) panel->columns;

	for (size_t i = from, j = to - 1; i < j; i++, j--)
	{
		double		swap = value[i];
		float	   *a = panel->covariate + (series->first + i) * C;
		float	   *b = panel->covariate + (series->first + j) * C;

		RN_TRY(poll_at(host, i));
		value[i] = value[j];
		value[j] = swap;
		for (size_t c = 0; c < C; c++)
		{
			float		other = a[c];

			a[c] = b[c];
			b[c] = other;
		}
	}
	return RN_OK;
}

/* Turn the rows of a series round; those of one time stay in their order. */
static RnCode
reverse_rows(RnHost *host, RnPanel *panel, RnSeries *series)
{
	RN_TRY(swap_rows(host, panel, series, 0, series->n));
	rn_times_reverse(&series->time, series->n);
	for (size_t i = 0, next; i < series->n; i = next)
	{
		RN_TRY(poll_at(host, i));
		next = i + 1;
		while (next < series->n && rn_time_at(&series->time, next) == rn_time_at(&series->time, i))
			next++;
		RN_TRY(swap_rows(host, panel, series, i, next));
	}
	return RN_OK;
}

/* Refuse the first row that is not fit for a series; turn it round if need be. */
static RnCode
check_rows(RnHost *host, RnPanel *panel, RnSeries *series, const RnRowPolicy *policy)
{
	bool		ascending = true;
	bool		descending = true;
	int64_t		before = rn_time_at(&series->time, 0);

	for (size_t i = 0; i < series->n; i++)
	{
		int64_t		time = rn_time_at(&series->time, i);
		double		value = panel->value[series->first + i];

		RN_TRY(poll_at(host, i));
		if (!rn_time_valid(panel->kind, time))
			return refuse_time(host, panel->kind, time, i);
		if (!acceptable(policy, value, RN_MAX_MAGNITUDE))
			return refuse_value(host, "value", panel->kind, time, value);
		if (panel->columns > 0)
			RN_TRY(check_covariates(host, panel, policy, series->first + i, time));
		ascending &= before <= time;
		descending &= before >= time;
		before = time;
	}
	if (ascending)
		return RN_OK;
	if (!descending)
		return rn_fail(host, RN_UNSUPPORTED, "the rows are not in the order of time");
	return reverse_rows(host, panel, series);
}

/* ---- several rows of one step ---- */

/*
 * The one number that count of them, stride apart, are; NaN where there is none.
 * Sums are made in the order of the numbers, not of the rows (Shell's sort,
 * with Knuth's gaps), so that they are the same in whatever order rows came.
 */
#define COMBINE(name, type) \
static type \
name(type *value, size_t stride, size_t count, RnDuplicates how) \
{ \
	double		sum = 0; \
	size_t		n = 0; \
	size_t		gap = 1; \
\
	for (size_t i = 0; i < count; i++) \
		if (!isnan(value[i * stride])) \
			value[n++ * stride] = value[i * stride]; \
	if (n == 0 || how == RN_DUPLICATES_LAST) \
		return n == 0 ? (type) NAN : value[(n - 1) * stride]; \
	while (gap < n / 3) \
		gap = 3 * gap + 1; \
	for (; gap > 0; gap /= 3) \
		for (size_t i = gap; i < n; i++) \
		{ \
			type		moving = value[i * stride]; \
			size_t		j = i; \
\
			for (; j >= gap && value[(j - gap) * stride] > moving; j -= gap) \
				value[j * stride] = value[(j - gap) * stride]; \
			value[j * stride] = moving; \
		} \
	for (size_t i = 0; i < n; i++) \
		sum += (double) value[i * stride]; \
	return (type) (how == RN_DUPLICATES_AVG ? sum / (double) n : sum); \
}

COMBINE(combine_values, double)
COMBINE(combine_covariates, float)

/*
 * Rows with the same time become one, in place.  Covariates are states of
 * affairs rather than amounts: they are averaged where values are added.
 */
static RnCode
combine_rows(RnHost *host, RnPanel *panel, RnSeries *series, RnDuplicates how)
{
	RnDuplicates states = how == RN_DUPLICATES_SUM ? RN_DUPLICATES_AVG : how;
	size_t		C = (size_t) panel->columns;
	double	   *value = panel->value + series->first;
	float	   *covariate = C > 0 ? panel->covariate + series->first * C : NULL;
	RnTimes		times = {0};
	size_t		kept = 0;
	RnCode		code = RN_OK;

	for (size_t i = 0, count; i < series->n && code == RN_OK; i += count)
	{
		int64_t		time = rn_time_at(&series->time, i);

		count = 1;
		while (i + count < series->n && rn_time_at(&series->time, i + count) == time)
			count++;
		value[kept] = combine_values(value + i, 1, count, how);
		for (size_t c = 0; c < C; c++)
			covariate[kept * C + c] = combine_covariates(covariate + i * C + c, C, count, states);
		code = rn_times_append(host, &times, kept++, time);
		if (code == RN_OK)
			code = poll_at(host, kept);
	}
	rn_times_free(host, &series->time);
	series->time = times;
	series->combined += series->n - kept;
	series->n = kept;
	return code;
}

/* Do two rows of a series have the same time? */
static RnCode
find_duplicates(RnHost *host, const RnSeries *series, bool *found)
{
	*found = false;
	for (size_t i = 1; i < series->n && !*found; i++)
	{
		RN_TRY(poll_at(host, i));
		*found = rn_time_at(&series->time, i) == rn_time_at(&series->time, i - 1);
	}
	return RN_OK;
}

/* How many rows the step that begins at time of row i took in. */
static RnCode
refuse_crowded(RnHost *host, const RnPanel *panel, const RnSeries *series, const RnCalendar *calendar)
{
	char		step[RN_TIME_TEXT];
	char		text[RN_TIME_TEXT];
	size_t		i = 1;
	size_t		count = 2;

	while (rn_time_at(&series->time, i) != rn_time_at(&series->time, i - 1))
		i++;
	while (i + count - 1 < series->n && rn_time_at(&series->time, i + count - 1) == rn_time_at(&series->time, i))
		count++;
	rn_calendar_describe(calendar, step, sizeof(step));
	rn_time_describe(panel->kind, rn_time_at(&series->time, i), text, sizeof(text));
	rn_fail(host, RN_DUPLICATE_TIME, "%zu rows fall into the step of %s from %s on", count, step, text);
	return rn_fail_hint(host, "Set option \"duplicates\" to sum, avg or last to combine them.");
}

/* Every row to the start of the step that it falls in. */
static RnCode
floor_times(RnHost *host, RnPanel *panel, RnSeries *series, const RnRowPolicy *policy)
{
	RnTimes		times = {0};
	RnCode		code = RN_OK;

	for (size_t i = 0; i < series->n && code == RN_OK; i++)
	{
		int64_t		start;

		code = rn_calendar_floor(host, &policy->frequency, rn_time_at(&series->time, i), &start);
		if (code == RN_OK)
			code = rn_times_append(host, &times, i, start);
		if (code == RN_OK)
			code = poll_at(host, i);
	}
	rn_times_free(host, &series->time);
	series->time = times;
	if (code == RN_OK && policy->duplicates == RN_DUPLICATES_ERROR)
	{
		bool		crowded;

		RN_TRY(find_duplicates(host, series, &crowded));
		if (crowded)
			return refuse_crowded(host, panel, series, &policy->frequency);
	}
	return code;
}

/* Leave out the first count rows. */
static RnCode
drop_first(RnHost *host, RnSeries *series, size_t count)
{
	RnTimes		times = {0};

	for (size_t i = count; i < series->n; i++)
	{
		RnCode		code = rn_times_append(host, &times, i - count, rn_time_at(&series->time, i));

		if (code == RN_OK)
			code = poll_at(host, i);
		if (code != RN_OK)
		{
			rn_times_free(host, &times);
			return code;
		}
	}
	rn_times_free(host, &series->time);
	series->time = times;
	series->first += count;
	series->n -= count;
	return RN_OK;
}

/* Rows without a value at either end say nothing of when the series was. */
static RnCode
trim(RnHost *host, RnPanel *panel, RnSeries *series)
{
	const double *value = panel->value + series->first;
	size_t		from = 0;

	while (series->n > 0 && isnan(value[series->n - 1]))
		series->n--;
	while (from < series->n && isnan(value[from]))
		from++;
	return from > 0 ? drop_first(host, series, from) : RN_OK;
}

/* ---- the calendar ---- */

/* Whether rows fit a calendar whose anchor is tried as it is, then open. */
static RnCode
fit(RnHost *host, const RnSeries *series, bool gaps, RnCalendar *calendar)
{
	RnCode		code;

	if (calendar->months > 0 && calendar->anchor_day > 0)
	{
		code = rn_calendar_fit(host, &series->time, series->n, gaps, calendar);
		if (code != RN_IRREGULAR_TIME)
			return code;
		calendar->anchor_day = 0;
	}
	return rn_calendar_fit(host, &series->time, series->n, gaps, calendar);
}

static RnCode
too_few(RnHost *host, size_t n, size_t needed)
{
	rn_fail(host, RN_TOO_FEW_ROWS, "the series has %zu row%s, at least %zu are needed", n, n == 1 ? "" : "s", needed);
	return rn_fail_hint(host, "Give more rows.");
}

/*
 * The times of a series, each once, as a series of nothing but times, which are
 * to be freed.
 */
static RnCode
distinct_times(RnHost *host, const RnSeries *series, RnSeries *distinct)
{
	*distinct = (RnSeries) {.n = 0};
	for (size_t i = 0; i < series->n; i++)
	{
		int64_t		time = rn_time_at(&series->time, i);

		if (i == 0 || time != rn_time_at(&series->time, i - 1))
			RN_TRY(rn_times_append(host, &distinct->time, distinct->n++, time));
		RN_TRY(poll_at(host, i));
	}
	return RN_OK;
}

/* Which ends of a series do its rows not fill? */
typedef struct Ends
{
	bool		first;
	bool		last;
} Ends;

/*
 * How far rows of distinct times may be apart: their own step, or, of rows that
 * have none, the longest pause between two of them.
 */
static RnCode
find_reach(RnHost *host, const RnPanel *panel, const RnSeries *distinct, RnCalendar *reach)
{
	RnCode		code = rn_calendar_infer(host, panel->kind, &distinct->time, distinct->n, true, reach);

	if (code == RN_OK || code == RN_CANCELLED)
		return code;
	*reach = (RnCalendar) {.kind = panel->kind,.step = 1};
	for (size_t i = 1; i < distinct->n; i++)
	{
		uint64_t	pause = (uint64_t) rn_time_at(&distinct->time, i) - (uint64_t) rn_time_at(&distinct->time, i - 1);

		RN_TRY(poll_at(host, i));
		if (pause > (uint64_t) reach->step && pause <= INT64_MAX)
			reach->step = (int64_t) pause;
	}
	return RN_OK;
}

/*
 * Whether the first and the last step of the frequency lack rows that there would
 * have been by now if rows had gone on: months of days, or of sales, that begin
 * or end amid a month.
 */
static RnCode
find_open_ends(RnHost *host, const RnPanel *panel, const RnSeries *distinct, const RnRowPolicy *policy,
			   Ends *ends)
{
	int64_t		edge[2] = {rn_time_at(&distinct->time, 0), rn_time_at(&distinct->time, distinct->n - 1)};
	bool		open[2] = {false, false};
	RnCalendar	reach;

	if (distinct->n < 3)
		return RN_OK;
	RN_TRY(find_reach(host, panel, distinct, &reach));
	for (int e = 0; e < 2; e++)
	{
		int64_t		beyond;
		int64_t		start;
		int64_t		other;

		if (rn_calendar_add(host, &reach, edge[e], e == 0 ? -1 : 1, &beyond) != RN_OK)
			continue;			/* the end of time fills every step */
		RN_TRY(rn_calendar_floor(host, &policy->frequency, edge[e], &start));
		RN_TRY(rn_calendar_floor(host, &policy->frequency, beyond, &other));
		open[e] = start == other;
	}
	*ends = (Ends) {open[0], open[1]};
	return RN_OK;
}

/*
 * Bring rows to the frequency: as they are if they lie on a grid of it, else to
 * the start of the step that each falls in.  A sum over part of a step is no
 * value of the series: such ends are to be left out.
 */
static RnCode
apply_frequency(RnHost *host, RnPanel *panel, RnSeries *series, const RnRowPolicy *policy, Ends *ends)
{
	RnCalendar	frequency = policy->frequency;
	RnSeries	distinct;
	RnCode		code = distinct_times(host, series, &distinct);

	if (code == RN_OK)
		code = policy->floors ? RN_IRREGULAR_TIME : fit(host, &distinct, true, &frequency);
	if (code == RN_IRREGULAR_TIME)
	{
		code = RN_OK;
		if (policy->duplicates == RN_DUPLICATES_SUM)
			code = find_open_ends(host, panel, &distinct, policy, ends);
		if (code == RN_OK)
			code = floor_times(host, panel, series, policy);
	}
	rn_times_free(host, &distinct.time);
	return code;
}

/* Rows that are no whole sum of any step. */
static RnCode
refuse_unfilled(RnHost *host, const RnCalendar *frequency)
{
	char		step[RN_TIME_TEXT];

	rn_calendar_describe(frequency, step, sizeof(step));
	rn_fail(host, RN_TOO_FEW_ROWS, "the rows fill no whole step of %s", step);
	return rn_fail_hint(host, "Give more rows, or set a shorter \"frequency\".");
}

/* All that needs no knowledge of the other series. */
static RnCode
settle_rows(RnHost *host, RnPanel *panel, RnSeries *series, const RnRowPolicy *policy)
{
	Ends		ends = {false, false};
	bool		duplicates = false;

	if (series->n == 0)
		return too_few(host, 0, panel->at_least > 2 ? panel->at_least : 2);
	RN_TRY(check_rows(host, panel, series, policy));
	if (policy->missing != RN_MISSING_ERROR)
		RN_TRY(trim(host, panel, series));
	if (series->n == 0)
		return rn_fail(host, RN_TOO_FEW_ROWS, "the series has no value");
	if (policy->has_frequency)
		RN_TRY(apply_frequency(host, panel, series, policy, &ends));
	if (policy->duplicates != RN_DUPLICATES_ERROR)
		RN_TRY(find_duplicates(host, series, &duplicates));
	if (duplicates)
		RN_TRY(combine_rows(host, panel, series, policy->duplicates));
	series->cut = ends.first + ends.last;
	if (series->n > 0 && ends.last)
		series->n--;
	if (series->n > 0 && ends.first)
		RN_TRY(drop_first(host, series, 1));
	return series->n > 0 ? RN_OK : refuse_unfilled(host, &policy->frequency);
}

/* Steps and how many series have them, each with a weight of the steps in it. */
typedef struct Votes
{
	RnCalendar	calendar[CANDIDATES];
	size_t		count[CANDIDATES];
	size_t		weight[CANDIDATES];
	int			candidates;
	size_t		all;
	size_t		all_weight;
} Votes;

static void
vote(Votes *votes, const RnCalendar *calendar, size_t weight)
{
	int			k = 0;

	votes->all++;
	votes->all_weight += weight;
	while (k < votes->candidates && !rn_calendar_same_step(&votes->calendar[k], calendar))
		k++;
	if (k == CANDIDATES)
		return;
	if (k == votes->candidates)
	{
		votes->calendar[k] = *calendar;
		votes->candidates++;
	}
	votes->count[k]++;
	votes->weight[k] += weight;
}

/* The step of more than half of all steps. */
static RnCode
count_votes(RnHost *host, const Votes *votes, RnCalendar *calendar)
{
	int			best = 0;
	int			second = -1;
	char		one[RN_TIME_TEXT];
	char		other[RN_TIME_TEXT];

	for (int k = 1; k < votes->candidates; k++)
		if (votes->weight[k] > votes->weight[best])
			best = k;
	*calendar = votes->calendar[best];
	if (2 * votes->weight[best] > votes->all_weight)
		return RN_OK;
	for (int k = 0; k < votes->candidates; k++)
		if (k != best && (second < 0 || votes->weight[k] > votes->weight[second]))
			second = k;
	rn_calendar_describe(&votes->calendar[best], one, sizeof(one));
	rn_calendar_describe(&votes->calendar[second], other, sizeof(other));
	rn_fail(host, RN_IRREGULAR_TIME, "the series have different steps");
	rn_fail_detail(host, "Of %zu series %zu have steps of %s, %zu of %s.", votes->all,
				   votes->count[best], one, votes->count[second], other);
	return rn_fail_hint(host, "Say the step with option \"frequency\" and how rows of one step are combined with \"duplicates\", "
						"or train one model for each step.");
}

/* The step that most of the series have by themselves. */
static RnCode
find_step(RnHost *host, RnPanel *panel, const RnRowPolicy *policy, RnCalendar *calendar)
{
	Votes		votes = {0};
	RnError		first = {0};
	bool		alone = true;	/* every row is the only one of its series */

	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];
		RnCode		code;

		if (series->n == 0)
			continue;
		if (series->n < 2)
			code = too_few(host, series->n, 2);
		else
			code = rn_calendar_infer(host, panel->kind, &series->time, series->n,
									 policy->missing != RN_MISSING_ERROR, calendar);
		if (code == RN_CANCELLED || code == RN_NO_MEMORY)
			return code;
		alone &= series->n < 2;
		if (code == RN_OK)
			vote(&votes, calendar, series->n - 1);
		else if (first.code == RN_OK)
		{
			first = host->error;
			panel->failed = s;
		}
	}
	if (votes.all > 0)
	{
		panel->failed = panel->count;
		return count_votes(host, &votes, calendar);
	}
	if (first.code == RN_OK)	/* all left out: the caller sees */
		return RN_OK;
	host->error = first;
	if (!alone || panel->count == 1)
		return first.code;
	panel->failed = panel->count;
	rn_fail(host, RN_TOO_FEW_ROWS, "none of the %zu series has more than one row", panel->count);
	return rn_fail_hint(host, "Have as series only the columns by which the series differ, such as a store, not the time.");
}

/* Fit a series to the calendar of all; note how many rows it will have. */
static RnCode
place(RnHost *host, RnPanel *panel, RnSeries *series, const RnRowPolicy *policy, size_t *rows)
{
	RnCalendar	calendar = panel->calendar;
	int64_t		steps;

	RN_TRY(fit(host, series, policy->missing != RN_MISSING_ERROR, &calendar));
	series->start = rn_time_at(&series->time, 0);
	series->anchor_day = calendar.anchor_day;
	if (!rn_calendar_steps(&calendar, series->start, rn_time_at(&series->time, series->n - 1), &steps))
		return rn_fail(host, RN_IRREGULAR_TIME, "the last row is not on the calendar of the first");
	if ((uint64_t) steps >= UINT32_MAX)
	{
		rn_fail(host, RN_TIME_OVERFLOW, "the series spans too many steps");
		return rn_fail_hint(host, "Leave out rows whose time is a mistake, or set a coarser \"frequency\".");
	}
	*rows = (size_t) steps + 1;
	if (*rows < panel->at_least)
		return too_few(host, *rows, panel->at_least);
	return RN_OK;
}

/* Rows of all series once filled, and what that takes; 0 if nothing changes. */
static RnCode
place_all(RnHost *host, RnPanel *panel, const RnRowPolicy *policy)
{
	size_t		rows = 0;
	bool		changes = false;
	size_t		row_bytes = sizeof(double) + (size_t) panel->columns * sizeof(float) + 1;

	for (size_t s = 0; s < panel->count; s++)
	{
		RnSeries   *series = &panel->series[s];
		size_t		will_be = 0;
		RnCode		code;

		if (series->n == 0)
			continue;
		code = place(host, panel, series, policy, &will_be);
		if (code != RN_OK)
		{
			RN_TRY(rn_panel_skip(host, panel, policy, s, code));
			continue;
		}
		changes |= will_be != series->n;
		if (will_be < SIZE_MAX - rows)
			rows += will_be;
	}
	panel->failed = panel->count;
	panel->bytes = 0;
	if (changes && __builtin_mul_overflow(rows, row_bytes, &panel->bytes))
		panel->bytes = SIZE_MAX / 2;
	else if (!changes && policy->missing != RN_MISSING_ERROR)
		panel->bytes = panel->rows;
	return RN_OK;
}

RnCode
rn_panel_combine(RnHost *host, RnPanel *panel, const RnRowPolicy *policy)
{
	for (size_t s = 0; s < panel->count; s++)
	{
		RnCode		code = settle_rows(host, panel, &panel->series[s], policy);

		if (code != RN_OK)
			RN_TRY(rn_panel_skip(host, panel, policy, s, code));
	}
	return RN_OK;
}

RnCode
rn_panel_settle(RnHost *host, RnPanel *panel, const RnRowPolicy *policy, const RnCalendar *calendar)
{
	RN_TRY(rn_panel_combine(host, panel, policy));
	if (calendar != NULL)
		panel->calendar = *calendar;
	else if (policy->has_frequency)
		panel->calendar = policy->frequency;
	else
		RN_TRY(find_step(host, panel, policy, &panel->calendar));
	if (calendar == NULL && panel->count > 1)
		panel->calendar.anchor_day = 0;	/* each has its own */
	return place_all(host, panel, policy);
}

RnCode
rn_panel_skip(RnHost *host, RnPanel *panel, const RnRowPolicy *policy, size_t s, RnCode code)
{
	RnSeries   *series = &panel->series[s];
	const RnError *error = &host->error;
	size_t		size = strlen(error->message) + strlen(error->detail) + 3;

	panel->failed = s;
	if (policy->on_error == RN_ON_ERROR_FAIL || code == RN_CANCELLED || code == RN_NO_MEMORY || code == RN_UNSUPPORTED)
		return code;
	RN_TRY(rn_alloc(host, size, 1, (void **) &series->skipped));
	snprintf(series->skipped, size, "%s%s%s", error->message,
			 error->detail[0] != '\0' ? ". " : "", error->detail);
	if (error->detail[0] != '\0' && series->skipped[strlen(series->skipped) - 1] == '.')
		series->skipped[strlen(series->skipped) - 1] = '\0';
	series->n = 0;
	rn_times_free(host, &series->time);
	return RN_OK;
}

RnCalendar
rn_panel_calendar(const RnPanel *panel, const RnSeries *series)
{
	RnCalendar	calendar = panel->calendar;

	calendar.anchor_day = series->anchor_day;
	return calendar;
}

RnCode
rn_panel_time(RnHost *host, const RnPanel *panel, const RnSeries *series, size_t i, int64_t *time)
{
	RnCalendar	calendar = rn_panel_calendar(panel, series);

	return rn_calendar_add(host, &calendar, series->start, (int64_t) i, time);
}

size_t
rn_panel_series(const RnPanel *panel)
{
	size_t		n = 0;

	for (size_t s = 0; s < panel->count; s++)
		n += panel->series[s].n > 0;
	return n;
}

void
rn_panel_free(RnHost *host, RnPanel *panel)
{
	for (size_t s = 0; s < panel->count; s++)
	{
		rn_times_free(host, &panel->series[s].time);
		rn_free(host, panel->series[s].skipped);
	}
	rn_free(host, panel->series);
	rn_free(host, panel->value);
	rn_free(host, panel->covariate);
	rn_free(host, panel->missing);
	memset(panel, 0, sizeof(*panel));
}
