/*
 * calendar_infer.c
 *		From the times of a series to the one step between them, or to an error
 *		that tells the user which two rows break it.
 *
 * A step is measured between neighbouring rows with one of two rulers:
 *
 * - the plain one measures integers or microseconds;
 * - the month ruler of anchor day a measures whole months, between times that
 *   both stand on a's grid: day min(a, days in the month), and the same time
 *   of day.  So 30 Jan, 28 Feb, 30 Mar lie on the grid of 30, and 28 Feb,
 *   31 Mar, 30 Apr on that of 31.
 *
 * The anchor is the day whose grid holds the most rows, of equals the largest.
 * A series that is regular in months has all its rows on that grid.  Several
 * anchors fit only when every row is on the last day of its month (30 Jun,
 * 30 Sep; or 28 Feb of years without a leap day); the largest, 31, then takes
 * it for month-end data, which is what such a series nearly always is, and
 * what pandas infers, too.  Anyone who means the 30th will have a month of 31
 * days that says so.
 *
 * Months are tried first.  They cannot take the place of hours, days or weeks:
 * neighbours on one grid are 28 days apart or more, and three rows with 28
 * days between them never are on one grid.
 *
 * When neither ruler gives one step, the words need the usual step, its mode.
 * Misra and Gries ("Finding repeated elements", Sci. Comput. Program. 2, 1982)
 * find it with a handful of counters, so that the way to an error message
 * neither allocates nor sorts.
 */
#include "series/calendar.h"

#include <stdio.h>

#include "series/civil.h"

/* Rows between two polls: about a millisecond of the slowest loop here. */
#define POLL_MASK	0x7fff

/* Steps shared by more than one pair of rows in so many + 1 are surely found. */
#define CANDIDATES	16

/* The longest step that is shorter than every month. */
#define SHORTEST_MONTH	(28 * RN_USECS_PER_DAY)

/* anchor 0: the plain ruler; otherwise that of months with this anchor. */
typedef struct Ruler
{
	RnTimeKind	kind;
	int			anchor;
} Ruler;

/* A step and how many pairs of neighbours measure it; step 0: nothing found. */
typedef struct Tally
{
	uint64_t	step;
	size_t		count;
} Tally;

static int
anchored_day(const RnCivil *civil, int anchor)
{
	int			days = rn_civil_days_in_month(civil->year, civil->month);

	return anchor < days ? anchor : days;
}

/*
 * The step from a to a later b; 0 when they are not both on the month ruler's
 * grid.  Unsigned, as two int64 may be further apart than int64 reaches.
 */
static uint64_t
measure(const Ruler *ruler, int64_t a, int64_t b)
{
	RnCivil		from;
	RnCivil		to;

	if (ruler->anchor == 0)
		return (uint64_t) b - (uint64_t) a;
	from = rn_civil_from_time(a);
	to = rn_civil_from_time(b);
	if (from.time_of_day != to.time_of_day ||
		from.day != anchored_day(&from, ruler->anchor) ||
		to.day != anchored_day(&to, ruler->anchor))
		return 0;
	return (uint64_t) (rn_civil_month_number(&to) - rn_civil_month_number(&from));
}

/* The step of every pair of neighbours, or 0 if there is none. */
static RnCode
constant_step(RnHost *host, const Ruler *ruler, const RnTimes *time, size_t n, uint64_t *step)
{
	*step = measure(ruler, rn_time_at(time, 0), rn_time_at(time, 1));
	for (size_t i = 1; i + 1 < n && *step != 0; i++)
	{
		if ((i & POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		if (measure(ruler, rn_time_at(time, i), rn_time_at(time, i + 1)) != *step)
			*step = 0;
	}
	return RN_OK;
}

/*
 * The day of the month whose grid holds the most rows: those that are on that
 * day, and those on the last day of a month that is too short for it.
 */
static RnCode
best_anchor(RnHost *host, const RnTimes *time, size_t n, int *anchor)
{
	size_t		on_day[32] = {0};
	size_t		month_end[32] = {0};
	size_t		shorter = 0;	/* month ends before the day looked at */
	size_t		best = 0;

	for (size_t i = 0; i < n; i++)
	{
		RnCivil		civil;

		if ((i & POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		civil = rn_civil_from_time(rn_time_at(time, i));
		on_day[civil.day]++;
		if (civil.day == rn_civil_days_in_month(civil.year, civil.month))
			month_end[civil.day]++;
	}
	for (int day = 1; day <= 31; day++)
	{
		if (on_day[day] + shorter >= best)
		{
			best = on_day[day] + shorter;
			*anchor = day;
		}
		shorter += month_end[day];
	}
	return RN_OK;
}

/* One number of the Misra-Gries summary: count it, or wear the others down. */
static void
summarize(Tally *candidate, uint64_t step)
{
	Tally	   *vacant = NULL;

	for (int k = 0; k < CANDIDATES; k++)
	{
		if (candidate[k].count > 0 && candidate[k].step == step)
		{
			candidate[k].count++;
			return;
		}
		if (candidate[k].count == 0)
			vacant = &candidate[k];
	}
	if (vacant != NULL)
	{
		vacant->step = step;
		vacant->count = 1;
		return;
	}
	for (int k = 0; k < CANDIDATES; k++)
		candidate[k].count--;
}

/*
 * The most common step, the smallest of equals, and its exact count.  Should
 * every step be rarer than one in CANDIDATES + 1, it may be any of the common
 * ones; step 0 if no pair can be measured.
 */
static RnCode
common_step(RnHost *host, const Ruler *ruler, const RnTimes *time, size_t n, Tally *common)
{
	Tally		candidate[CANDIDATES] = {{0, 0}};

	for (size_t i = 0; i + 1 < n; i++)
	{
		uint64_t	step = measure(ruler, rn_time_at(time, i), rn_time_at(time, i + 1));

		if ((i & POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		if (step != 0)
			summarize(candidate, step);
	}

	/* count anew; those worn down keep their step, so that there is always one */
	for (int k = 0; k < CANDIDATES; k++)
		candidate[k].count = 0;
	for (size_t i = 0; i + 1 < n; i++)
	{
		uint64_t	step = measure(ruler, rn_time_at(time, i), rn_time_at(time, i + 1));

		if ((i & POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		for (int k = 0; k < CANDIDATES && step != 0; k++)
		{
			if (candidate[k].step == step)
			{
				candidate[k].count++;
				break;
			}
		}
	}

	*common = (Tally) {0, 0};
	for (int k = 0; k < CANDIDATES; k++)
	{
		if (candidate[k].count > common->count ||
			(candidate[k].count == common->count && candidate[k].count > 0 &&
			 candidate[k].step < common->step))
			*common = candidate[k];
	}
	return RN_OK;
}

/* A calendar of the given step; RN_TIME_OVERFLOW where it cannot hold it. */
static RnCode
make_calendar(RnHost *host, const Ruler *ruler, uint64_t step, int64_t first, int64_t second,
			  RnCalendar *calendar)
{
	char		from[RN_TIME_TEXT];
	char		to[RN_TIME_TEXT];

	if (step > INT64_MAX)
	{
		rn_time_describe(ruler->kind, first, from, sizeof(from));
		rn_time_describe(ruler->kind, second, to, sizeof(to));
		return rn_fail(host, RN_TIME_OVERFLOW, "the step from %s to %s is too large", from, to);
	}
	*calendar = (RnCalendar) {.kind = ruler->kind};
	calendar->anchor_day = ruler->anchor;
	if (ruler->anchor > 0)
		calendar->months = (int32_t) step;
	else
		calendar->step = (int64_t) step;
	return RN_OK;
}

/* RN_DUPLICATE_TIME with the first time that stands more than once. */
static RnCode
refuse_duplicates(RnHost *host, RnTimeKind kind, const RnTimes *time, size_t n)
{
	size_t		first = 0;		/* row with the time of the one before it */
	size_t		same = 1;		/* rows with that time */
	size_t		extra = 0;		/* rows with the time of the one before, in all */
	char		text[RN_TIME_TEXT];

	for (size_t i = 1; i < n; i++)
	{
		if ((i & POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		if (rn_time_at(time, i) != rn_time_at(time, i - 1))
			continue;
		if (extra++ == 0)
			first = i;
		if (rn_time_at(time, i) == rn_time_at(time, first))
			same++;
	}
	if (extra == 0)
		return RN_OK;
	rn_time_describe(kind, rn_time_at(time, first), text, sizeof(text));
	rn_fail(host, RN_DUPLICATE_TIME, "duplicate time %s", text);
	rn_fail_detail(host, "%zu rows have this time; %zu of the %zu rows %s the time of another.",
				   same, extra, n, extra == 1 ? "repeats" : "repeat");
	return rn_fail_hint(host, "Give each time one row, for example by avg() or sum() with GROUP BY in the query.");
}

/* What to do about a pair of neighbours that is off the usual step. */
static void
hint_irregular(RnHost *host, const RnCalendar *usual, bool gap)
{
	if (usual->kind == RN_TIME_INTEGER)
		rn_fail_hint(host, gap ?
					 "Fill the gap in the query, for example by LEFT JOIN to generate_series(), or number the rows by row_number()." :
					 "Aggregate to an even step in the query by GROUP BY, or number the rows by row_number().");
	else if (!gap)
		rn_fail_hint(host, "Aggregate to an even step in the query, for example by date_trunc() and GROUP BY.");
	else if (usual->step == RN_USECS_PER_DAY)
		rn_fail_hint(host, "Fill the gap in the query, for example by LEFT JOIN to generate_series(); "
					 "or, where days such as weekends have no rows on purpose, use row_number() as an integer time.");
	else
		rn_fail_hint(host, "Fill the gap in the query, for example by LEFT JOIN to generate_series(), "
					 "or aggregate to an even step by date_trunc() and GROUP BY.");
}

/* The pairs of neighbours that are off the usual step: the first, how many. */
static RnCode
offending_pairs(RnHost *host, const Ruler *ruler, uint64_t step, const RnTimes *time, size_t n,
				size_t *first, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i + 1 < n; i++)
	{
		if ((i & POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		if (measure(ruler, rn_time_at(time, i), rn_time_at(time, i + 1)) != step && (*count)++ == 0)
			*first = i;
	}
	return RN_OK;
}

/*
 * RN_IRREGULAR_TIME in words.  usual is the usual calendar, off of the n - 1
 * pairs of neighbours differ from it, and the first of these is from, to.
 */
static RnCode
fail_irregular(RnHost *host, const RnCalendar *usual, int64_t from, int64_t to, size_t off, size_t n)
{
	char		from_text[RN_TIME_TEXT];
	char		to_text[RN_TIME_TEXT];
	char		step_text[RN_TIME_TEXT];
	char		next_text[RN_TIME_TEXT];
	char		next[3 * RN_TIME_TEXT] = "";
	int64_t		expected = 0;
	bool		known = rn_calendar_add(host, usual, from, 1, &expected) == RN_OK;

	rn_time_describe(usual->kind, from, from_text, sizeof(from_text));
	rn_time_describe(usual->kind, to, to_text, sizeof(to_text));
	rn_calendar_describe(usual, step_text, sizeof(step_text));
	rn_time_describe(usual->kind, expected, next_text, sizeof(next_text));
	if (known && expected != to)
		snprintf(next, sizeof(next), " It leads from %s to %s.", from_text, next_text);
	else if (known)				/* from itself is off the grid of months */
		snprintf(next, sizeof(next), " Most rows are on day %d of the month%s.", (int) usual->anchor_day,
				 usual->anchor_day > 28 ? " or on its last" : "");

	rn_fail(host, RN_IRREGULAR_TIME, "irregular time step from %s to %s", from_text, to_text);
	if (2 * off < n - 1)
		rn_fail_detail(host, "The usual step of the series is %s.%s %zu of %zu steps %s.",
					   step_text, next, off, n - 1, off == 1 ? "differs" : "differ");
	else
		rn_fail_detail(host, "The most common step of the series is %s.%s But %zu of %zu steps %s.",
					   step_text, next, off, n - 1, off == 1 ? "differs" : "differ");
	hint_irregular(host, usual, !known || to > expected);
	return RN_IRREGULAR_TIME;
}

/*
 * Find the usual step and report the first pair of neighbours that is off it.
 * On equal counts months win, as for regular series, unless the plain step is
 * shorter than any month.
 */
static RnCode
explain_irregular(RnHost *host, const Ruler *plain, const Ruler *months, const RnTimes *time, size_t n)
{
	const Ruler *ruler = plain;
	Tally		usual;
	Tally		usual_months = {0, 0};
	RnCalendar	calendar;
	size_t		first = 0;
	size_t		off;

	RN_TRY(common_step(host, plain, time, n, &usual));
	if (months->anchor > 0)
		RN_TRY(common_step(host, months, time, n, &usual_months));
	if (usual_months.count > usual.count ||
		(usual_months.count > 0 && usual_months.count == usual.count &&
		 usual.step >= (uint64_t) SHORTEST_MONTH))
	{
		ruler = months;
		usual = usual_months;
	}
	RN_TRY(offending_pairs(host, ruler, usual.step, time, n, &first, &off));
	RN_TRY(make_calendar(host, ruler, usual.step, rn_time_at(time, first), rn_time_at(time, first + 1), &calendar));
	return fail_irregular(host, &calendar, rn_time_at(time, first), rn_time_at(time, first + 1), off, n);
}

RnCode
rn_calendar_infer(RnHost *host, RnTimeKind kind, const RnTimes *time, size_t n,
				  RnCalendar *calendar)
{
	Ruler		plain = {kind, 0};
	Ruler		months = {kind, 0};
	uint64_t	step;

	RN_TRY(rn_poll(host));
	if (n < 2)
		return rn_fail(host, RN_TOO_FEW_ROWS, "a time step needs at least 2 rows");
	RN_TRY(refuse_duplicates(host, kind, time, n));
	if (kind == RN_TIME_CIVIL)
	{
		RN_TRY(best_anchor(host, time, n, &months.anchor));
		RN_TRY(constant_step(host, &months, time, n, &step));
		if (step != 0)
			return make_calendar(host, &months, step, rn_time_at(time, 0), rn_time_at(time, 1), calendar);
	}
	RN_TRY(constant_step(host, &plain, time, n, &step));
	if (step != 0)
		return make_calendar(host, &plain, step, rn_time_at(time, 0), rn_time_at(time, 1), calendar);
	return explain_irregular(host, &plain, &months, time, n);
}
