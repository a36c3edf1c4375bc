/*
 * calendar_fit.c
 *		Do rows keep to a calendar?  And if not, the words that tell the user
 *		which two rows break it, and what to do about it.
 *
 * Rows are on the grid of a calendar while each is a whole number of steps
 * after the one before it.  Rows that are on the grid but more than one step
 * apart have others missing between them, which an option can fill; rows that
 * are off it need another step, or to be gathered into steps.  The hints keep
 * these two apart.
 */
#include "series/calendar_fit.h"

#include <stdio.h>

#include "series/civil.h"

RnCode
rn_calendar_best_anchor(RnHost *host, const RnTimes *time, size_t n, int *anchor)
{
	size_t		on_day[32] = {0};
	size_t		month_end[32] = {0};
	size_t		shorter = 0;	/* month ends before the day looked at */
	size_t		best = 0;

	for (size_t i = 0; i < n; i++)
	{
		RnCivil		civil;

		if ((i & RN_CALENDAR_POLL_MASK) == 0)
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

RnCode
rn_calendar_compare(RnHost *host, const RnCalendar *calendar, const RnTimes *time, size_t n,
					RnMisfits *misfits)
{
	*misfits = (RnMisfits) {0, 0, 0, 0};
	for (size_t i = 0; i + 1 < n; i++)
	{
		int64_t		steps;
		bool		on_grid = rn_calendar_steps(calendar, rn_time_at(time, i), rn_time_at(time, i + 1), &steps);

		if ((i & RN_CALENDAR_POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		if (on_grid && steps == 1)
			continue;
		if (misfits->differ++ == 0)
			misfits->first_differ = i;
		if (!on_grid && misfits->off_grid++ == 0)
			misfits->first_off_grid = i;
	}
	return RN_OK;
}

RnCode
rn_calendar_refuse_duplicates(RnHost *host, RnTimeKind kind, const RnTimes *time, size_t n)
{
	size_t		first = 0;		/* row with the time of the one before it */
	size_t		same = 1;		/* rows with that time */
	size_t		extra = 0;		/* rows with the time of the one before, in all */
	char		text[RN_TIME_TEXT];

	for (size_t i = 1; i < n; i++)
	{
		if ((i & RN_CALENDAR_POLL_MASK) == 0)
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
	return rn_fail_hint(host, "Set option \"duplicates\" to sum, avg or last, "
						"or give each time one row by GROUP BY in the query.");
}

RnCode
rn_calendar_refuse_span(RnHost *host, const RnCalendar *calendar, int64_t first, int64_t last)
{
	char		from[RN_TIME_TEXT];
	char		to[RN_TIME_TEXT];
	char		step[RN_TIME_TEXT];
	int64_t		steps;

	if (rn_calendar_steps(calendar, first, last, &steps))
		return RN_OK;
	rn_time_describe(calendar->kind, first, from, sizeof(from));
	rn_time_describe(calendar->kind, last, to, sizeof(to));
	rn_calendar_describe(calendar, step, sizeof(step));
	return rn_fail(host, RN_TIME_OVERFLOW, "from %s to %s are too many steps of %s", from, to, step);
}

/*
 * Which days the rows of a calendar are on: a sentence, or nothing if on any.  rare: it is
 * inferred from less than half of the steps.
 */
static void
describe_grid(const RnCalendar *calendar, RnStepSource source, bool rare, char *text, size_t size)
{
	if (calendar->months > 0)
		snprintf(text, size, " %s on day %d of the month%s.",
				 source == RN_STEP_GIVEN ? "Rows belong" : rare ? "Such steps are between rows" : "Most rows are",
				 (int) calendar->anchor_day,
				 calendar->anchor_day > 28 ? " or on its last" : "");
	else if (calendar->business_days > 0)
		snprintf(text, size, " Rows belong on Mondays to Fridays.");
	else
		snprintf(text, size, "%s", "");
}

/*
 * What leads from one row to the next, but not to the row that came: a sentence.  A row that is
 * off the grid, from which nothing leads one step on, has the grid told.
 */
static void
describe_next(RnHost *host, const RnCalendar *calendar, RnStepSource source, bool rare, int64_t from,
			  char *text, size_t size)
{
	char		from_text[RN_TIME_TEXT];
	char		next_text[RN_TIME_TEXT];
	int64_t		next;
	int64_t		steps;

	text[0] = '\0';
	if (rn_calendar_add(host, calendar, from, 1, &next) != RN_OK)
		return;
	if (!rn_calendar_steps(calendar, from, next, &steps) || steps != 1)
	{
		describe_grid(calendar, source, rare, text, size);
		return;
	}
	rn_time_describe(calendar->kind, from, from_text, sizeof(from_text));
	rn_time_describe(calendar->kind, next, next_text, sizeof(next_text));
	snprintf(text, size, " It leads from %s to %s.", from_text, next_text);
}

/* From a December to a January, as integers YYYYMM: no gap that anything could fill. */
static bool
are_written_months(RnTimeKind kind, int64_t from, int64_t to)
{
	return kind == RN_TIME_INTEGER && from >= 100012 && from <= 999812 && from % 100 == 12 && to == from + 89;
}

/* What to do about rows that are off the grid, or that others are missing between. */
static RnCode
hint_irregular(RnHost *host, RnTimeKind kind, bool gaps, const RnMisfits *misfits)
{
	if (misfits->off_grid > 0)
		return rn_fail_hint(host, "Set option \"frequency\" to the step, with \"duplicates\" (sum, avg or last) "
							"to combine rows that fall into one step; or aggregate in the query by %sGROUP BY.",
							kind == RN_TIME_CIVIL ? "date_trunc() and " : "");
	if (gaps)
		return rn_fail_hint(host, "Set option \"frequency\" to the step.");
	return rn_fail_hint(host, "Set option \"missing\" to interpolate, locf, zero or mask, or fill the gap in the query, "
						"for example by LEFT JOIN to generate_series().");
}

RnCode
rn_calendar_fail_irregular(RnHost *host, const RnCalendar *calendar, RnStepSource source,
						   const RnTimes *time, size_t n, bool gaps, const RnMisfits *misfits)
{
	bool		off_grid = gaps && misfits->off_grid > 0;	/* gaps are no misfits then */
	size_t		first = off_grid ? misfits->first_off_grid : misfits->first_differ;
	size_t		count = off_grid ? misfits->off_grid : misfits->differ;
	bool		rare = source == RN_STEP_INFERRED && 2 * count >= n - 1;
	int64_t		from = rn_time_at(time, first);
	int64_t		to = rn_time_at(time, first + 1);
	char		from_text[RN_TIME_TEXT];
	char		to_text[RN_TIME_TEXT];
	char		step[RN_TIME_TEXT];
	char		next[3 * RN_TIME_TEXT];
	size_t		usual = n - 1 - misfits->differ;
	const char *verb = count == 1 ? "differs" : "differ";

	if (off_grid)
		verb = count == 1 ? "is no multiple of it" : "are no multiples of it";
	rn_time_describe(calendar->kind, from, from_text, sizeof(from_text));
	rn_time_describe(calendar->kind, to, to_text, sizeof(to_text));
	rn_calendar_describe(calendar, step, sizeof(step));
	describe_next(host, calendar, source, rare, from, next, sizeof(next));
	rn_fail(host, RN_IRREGULAR_TIME, "irregular time step from %s to %s", from_text, to_text);
	if (rare && n > 3 && (usual <= 1 || usual <= (n - 1) / RN_STEP_SURE))
		rn_fail_detail(host, "Of the %zu steps of the series none is common.", n - 1);
	else
		rn_fail_detail(host, "The %sstep of the series is %s.%s %s%zu of %zu steps %s.",
					   rare ? "most common " : source == RN_STEP_INFERRED ? "usual " : "", step, next,
					   rare ? "But " : "", count, n - 1, verb);
	if (are_written_months(calendar->kind, from, to))
		return rn_fail_hint(host, "If these are months written as YYYYMM, make dates of them in the query: to_date(month::text, 'YYYYMM').");
	return hint_irregular(host, calendar->kind, gaps, misfits);
}

/* RN_IRREGULAR_TIME for a single row that is off the grid, and no step from another. */
static RnCode
refuse_lone_row(RnHost *host, const RnCalendar *calendar, int64_t time)
{
	RnMisfits	off_grid = {.off_grid = 1};
	char		text[RN_TIME_TEXT];
	char		step[RN_TIME_TEXT];
	char		grid[2 * RN_TIME_TEXT];

	rn_time_describe(calendar->kind, time, text, sizeof(text));
	rn_calendar_describe(calendar, step, sizeof(step));
	describe_grid(calendar, RN_STEP_GIVEN, false, grid, sizeof(grid));
	rn_fail(host, RN_IRREGULAR_TIME, "no step of %s leads to time %s", step, text);
	rn_fail_detail(host, "The step of the series is %s.%s", step, grid);
	return hint_irregular(host, calendar->kind, false, &off_grid);
}

RnCode
rn_calendar_fit(RnHost *host, const RnTimes *time, size_t n, bool gaps, RnCalendar *calendar)
{
	RnCalendar	fitted = *calendar;
	RnMisfits	misfits;
	int			anchor = 0;
	int64_t		steps;

	RN_TRY(rn_poll(host));
	RN_TRY(rn_calendar_refuse_duplicates(host, fitted.kind, time, n));
	if (fitted.months > 0 && fitted.anchor_day == 0)
	{
		RN_TRY(rn_calendar_best_anchor(host, time, n, &anchor));
		fitted.anchor_day = anchor;
	}
	RN_TRY(rn_calendar_compare(host, &fitted, time, n, &misfits));
	if (gaps ? misfits.off_grid > 0 : misfits.differ > 0)
		return rn_calendar_fail_irregular(host, &fitted, RN_STEP_GIVEN, time, n, gaps, &misfits);
	if (!rn_calendar_steps(&fitted, rn_time_at(time, 0), rn_time_at(time, 0), &steps))
		return refuse_lone_row(host, &fitted, rn_time_at(time, 0));
	RN_TRY(rn_calendar_refuse_span(host, &fitted, rn_time_at(time, 0), rn_time_at(time, n - 1)));
	calendar->anchor_day = fitted.anchor_day;
	return RN_OK;
}
