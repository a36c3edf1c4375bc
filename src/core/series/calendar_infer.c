/*
 * calendar_infer.c
 *		From the times of a series to the one step between them, or to an error
 *		that tells the user which two rows break it.
 *
 * A step is measured between neighbouring rows with one of three rulers, each
 * a calendar of unit steps:
 *
 * - the plain one measures integers or microseconds;
 * - the month ruler of anchor day a measures whole months, between times that
 *   both stand on a's grid: day min(a, days in the month), and the same time
 *   of day.  So 30 Jan, 28 Feb, 30 Mar lie on the grid of 30, and 28 Feb,
 *   31 Mar, 30 Apr on that of 31;
 * - the business ruler measures Mondays to Fridays, between times that both
 *   are on one of these, at the same time of day.
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
 * days between them never are on one grid.  Business days come last, and are
 * inferred only one at a time: several of them look like rows missing.
 *
 * When no ruler gives one step, the usual step is needed, its mode: for the
 * words, or because rows may be missing.  Misra and Gries ("Finding repeated
 * elements", Sci. Comput. Program. 2, 1982) find it with a handful of counters,
 * so that this neither allocates nor sorts.
 */
#include "series/calendar.h"

#include "series/calendar_fit.h"

/* Steps shared by more than one pair of rows in so many + 1 are surely found. */
#define CANDIDATES	(RN_STEP_SURE - 1)

/* The longest step that is shorter than every month. */
#define SHORTEST_MONTH	(28 * RN_USECS_PER_DAY)

/* A step and how many pairs of neighbours measure it; step 0: nothing found. */
typedef struct Tally
{
	uint64_t	step;
	size_t		count;
} Tally;

/* The usual step by one ruler; count 0: it measures none. */
typedef struct Usual
{
	RnCalendar	calendar;
	RnMisfits	misfits;
	size_t		count;			/* pairs of neighbours one step apart */
} Usual;

/*
 * The unit steps from a to a later b; 0 when they are not both on the ruler's
 * grid.  Unsigned, as two int64 may be further apart than int64 reaches.
 */
static uint64_t
measure(const RnCalendar *ruler, int64_t a, int64_t b)
{
	int64_t		steps;

	if (ruler->months == 0 && ruler->business_days == 0)
		return (uint64_t) b - (uint64_t) a;
	return rn_calendar_steps(ruler, a, b, &steps) ? (uint64_t) steps : 0;
}

/* The step of every pair of neighbours, or 0 if there is none. */
static RnCode
constant_step(RnHost *host, const RnCalendar *ruler, const RnTimes *time, size_t n, uint64_t *step)
{
	*step = measure(ruler, rn_time_at(time, 0), rn_time_at(time, 1));
	for (size_t i = 1; i + 1 < n && *step != 0; i++)
	{
		if ((i & RN_CALENDAR_POLL_MASK) == 0)
			RN_TRY(rn_poll(host));
		if (measure(ruler, rn_time_at(time, i), rn_time_at(time, i + 1)) != *step)
			*step = 0;
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
common_step(RnHost *host, const RnCalendar *ruler, const RnTimes *time, size_t n, Tally *common)
{
	Tally		candidate[CANDIDATES] = {{0, 0}};

	for (size_t i = 0; i + 1 < n; i++)
	{
		uint64_t	step = measure(ruler, rn_time_at(time, i), rn_time_at(time, i + 1));

		if ((i & RN_CALENDAR_POLL_MASK) == 0)
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

		if ((i & RN_CALENDAR_POLL_MASK) == 0)
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

/* A calendar of so many unit steps; RN_TIME_OVERFLOW where it cannot hold it. */
static RnCode
make_calendar(RnHost *host, const RnCalendar *ruler, uint64_t step, const RnTimes *time,
			  RnCalendar *calendar)
{
	char		from[RN_TIME_TEXT];
	char		to[RN_TIME_TEXT];

	if (step > INT64_MAX)
	{
		rn_time_describe(ruler->kind, rn_time_at(time, 0), from, sizeof(from));
		rn_time_describe(ruler->kind, rn_time_at(time, 1), to, sizeof(to));
		return rn_fail(host, RN_TIME_OVERFLOW, "the step from %s to %s is too large", from, to);
	}
	*calendar = *ruler;
	if (ruler->months > 0)
		calendar->months = (int32_t) step;
	else if (ruler->business_days > 0)
		calendar->business_days = (int32_t) step;
	else
		calendar->step = (int64_t) step;
	return RN_OK;
}

/* The step that every pair of neighbours has by this ruler, at most `most`, if any. */
static RnCode
try_constant(RnHost *host, const RnCalendar *ruler, uint64_t most, const RnTimes *time, size_t n,
			 RnCalendar *calendar, bool *found)
{
	uint64_t	step;

	RN_TRY(constant_step(host, ruler, time, n, &step));
	*found = step >= 1 && step <= most;
	return *found ? make_calendar(host, ruler, step, time, calendar) : RN_OK;
}

/* How the rows keep to this calendar. */
static RnCode
weigh(RnHost *host, const RnTimes *time, size_t n, Usual *usual)
{
	RN_TRY(rn_calendar_compare(host, &usual->calendar, time, n, &usual->misfits));
	usual->count = n - 1 - usual->misfits.differ;
	return RN_OK;
}

/* The most common step by this ruler. */
static RnCode
weigh_common(RnHost *host, const RnCalendar *ruler, const RnTimes *time, size_t n, Usual *usual)
{
	Tally		common;

	RN_TRY(common_step(host, ruler, time, n, &common));
	if (common.count == 0)
		return RN_OK;
	RN_TRY(make_calendar(host, ruler, common.step, time, &usual->calendar));
	return weigh(host, time, n, usual);
}

/* May this be the usual step?  With on_grid only if every row is on its grid. */
static bool
eligible(const Usual *usual, bool on_grid)
{
	return usual->count > 0 && (!on_grid || usual->misfits.off_grid == 0);
}

/*
 * The most common of three steps.  On equal counts months win, as for regular
 * series, unless the other is shorter than any month, and plain wins over
 * business days, which moreover must have every row.  NULL if none is eligible.
 */
static const Usual *
most_common(const Usual *months, const Usual *plain, const Usual *business, bool on_grid)
{
	const Usual *best = eligible(plain, on_grid) ? plain : NULL;

	if (eligible(business, true) && (best == NULL || business->count > best->count))
		best = business;
	if (eligible(months, on_grid) &&
		(best == NULL || months->count > best->count ||
		 (months->count == best->count && best->calendar.step >= SHORTEST_MONTH)))
		best = months;
	return best;
}

/*
 * Rows on weekdays only, over a weekend, and yet no Friday whose Monday is
 * there: is it days or business days that are missing?
 */
static bool
ambiguous(const Usual *plain, const Usual *business, int64_t first, int64_t last)
{
	int64_t		days;
	int64_t		weekdays;

	return plain->calendar.step == RN_USECS_PER_DAY && business->count == plain->count &&
		eligible(plain, true) && eligible(business, true) &&
		rn_calendar_steps(&plain->calendar, first, last, &days) &&
		rn_calendar_steps(&business->calendar, first, last, &weekdays) && days != weekdays;
}

/*
 * Rows without a constant step: with gaps their usual one, if the rows leave
 * no doubt of it, otherwise the first pair of neighbours that is off it.
 */
static RnCode
infer_usual(RnHost *host, const RnCalendar *month, const RnCalendar *unit, const RnCalendar *weekday,
			const RnTimes *time, size_t n, bool gaps, RnCalendar *calendar)
{
	Usual		months = {.count = 0};
	Usual		plain = {.count = 0};
	Usual		business = {.calendar = *weekday,.count = 0};
	const Usual *usual;
	int64_t		first = rn_time_at(time, 0);
	int64_t		last = rn_time_at(time, n - 1);

	RN_TRY(weigh_common(host, unit, time, n, &plain));
	if (unit->kind == RN_TIME_CIVIL)
	{
		RN_TRY(weigh_common(host, month, time, n, &months));
		RN_TRY(weigh(host, time, n, &business));
	}
	usual = most_common(&months, &plain, &business, true);
	if (gaps && usual != NULL && 2 * usual->count >= n - 1 &&
		!(usual == &plain && ambiguous(&plain, &business, first, last)))
	{
		RN_TRY(rn_calendar_refuse_span(host, &usual->calendar, first, last));
		*calendar = usual->calendar;
		return RN_OK;
	}
	usual = most_common(&months, &plain, &business, false);
	return rn_calendar_fail_irregular(host, &usual->calendar, RN_STEP_INFERRED, time, n, gaps, &usual->misfits);
}

RnCode
rn_calendar_infer(RnHost *host, RnTimeKind kind, const RnTimes *time, size_t n, bool gaps,
				  RnCalendar *calendar)
{
	RnCalendar	month = {.kind = kind,.months = 1};
	RnCalendar	unit = {.kind = kind,.step = 1};
	RnCalendar	weekday = {.kind = kind,.business_days = 1};
	bool		found = false;
	int			anchor = 0;

	RN_TRY(rn_poll(host));
	if (n < 2)
		return rn_fail(host, RN_TOO_FEW_ROWS, "a time step needs at least 2 rows");
	RN_TRY(rn_calendar_refuse_duplicates(host, kind, time, n));
	if (kind == RN_TIME_CIVIL)
	{
		RN_TRY(rn_calendar_best_anchor(host, time, n, &anchor));
		month.anchor_day = anchor;
		RN_TRY(try_constant(host, &month, UINT64_MAX, time, n, calendar, &found));
	}
	if (!found)
		RN_TRY(try_constant(host, &unit, UINT64_MAX, time, n, calendar, &found));
	if (!found && kind == RN_TIME_CIVIL)
		RN_TRY(try_constant(host, &weekday, 1, time, n, calendar, &found));
	return found ? RN_OK : infer_usual(host, &month, &unit, &weekday, time, n, gaps, calendar);
}
