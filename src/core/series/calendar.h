/*
 * calendar.h
 *		The steps of a series: integers, or civil time with months that end
 *		where months end.
 *
 * Civil time is a count of microseconds since 2000-01-01 00:00:00 in the
 * proleptic Gregorian calendar, without zone or leap seconds (PostgreSQL's
 * timestamp).  Zones are the host's business.
 */
#ifndef RN_CALENDAR_H
#define RN_CALENDAR_H

#include "series/times.h"

#define RN_USECS_PER_SEC	INT64_C(1000000)
#define RN_USECS_PER_MINUTE (INT64_C(60) * RN_USECS_PER_SEC)
#define RN_USECS_PER_HOUR	(INT64_C(3600) * RN_USECS_PER_SEC)
#define RN_USECS_PER_DAY	(INT64_C(86400) * RN_USECS_PER_SEC)

/*
 * The finite times of PostgreSQL's timestamp: from 4714-11-24 BC (Julian day
 * 0) up to, not including, 294277-01-01.
 */
#define RN_CIVIL_MIN		INT64_C(-211813488000000000)
#define RN_CIVIL_END		INT64_C(9223371331200000000)

typedef enum RnTimeKind
{
	RN_TIME_INTEGER,
	RN_TIME_CIVIL
} RnTimeKind;

/*
 * One of months, business_days and step is in use; months and business_days
 * are 0 where they are not.
 */
typedef struct RnCalendar
{
	RnTimeKind	kind;
	int32_t		months;			/* civil: months per step, or 0 */
	int32_t		anchor_day;		/* months > 0: day of the month aimed at, 1 to
								 * 31; a shorter month ends on its last day */
	int32_t		business_days;	/* civil: Mondays to Fridays per step, or 0 */
	int64_t		step;			/* otherwise: integers or microseconds per
								 * step, at least 1 */
} RnCalendar;

/*
 * The step between n sorted times (at least 2).  Allocates nothing; calendar
 * is written on success only.
 *
 * Without gaps it leads from each time to the next.  Calendar months are
 * preferred where both they and a fixed number of days fit; a series whose
 * every time is on the last day of a month is taken for month-end data (anchor
 * 31).  Where neither fits, it may be one business day.
 *
 * With gaps rows may be missing: it is the most common step, if at least half
 * of the neighbours are that far apart and every time is a whole number of
 * steps from the first.  Where both a day and a business day are such a step,
 * and equally common, neither is.
 *
 * Otherwise RN_DUPLICATE_TIME or RN_IRREGULAR_TIME, which names the first
 * offending pair and what was expected, or RN_TIME_OVERFLOW for a step of
 * 2^63, or that many steps, and more.
 */
extern RnCode rn_calendar_infer(RnHost *host, RnTimeKind kind, const RnTimes *time, size_t n,
								bool gaps, RnCalendar *calendar);

/*
 * Do n sorted times (at least 1) keep to this calendar, that is each one step
 * after the one before, or with gaps any number of them?  Of months the
 * anchor may be open (0): then it becomes the one that most times are on, as
 * if inferred.  Fails as rn_calendar_infer does, and so too for a first time
 * that is off the anchor's day or on a weekend; anchor_day is written on
 * success only.
 */
extern RnCode rn_calendar_fit(RnHost *host, const RnTimes *time, size_t n, bool gaps,
							  RnCalendar *calendar);

/*
 * The time some steps (either sign) after origin; RN_TIME_OVERFLOW when it,
 * or origin, cannot be represented.  Months keep origin's time of day and go
 * to the anchor's day, whatever day origin is on.  Business days keep it, too;
 * an origin on a weekend counts as the Friday before it.
 */
extern RnCode rn_calendar_add(RnHost *host, const RnCalendar *calendar, int64_t origin,
							  int64_t steps, int64_t *result);

/*
 * Do steps lead from one time to the other, either way?  Both must be on one
 * grid: on the anchor's day (or the last of a shorter month), or on Mondays to
 * Fridays; at the same time of day; and a whole number of steps apart.  That
 * number, or false, also where int64 does not hold it; steps is written only
 * if true.  Any times will do.
 */
extern bool rn_calendar_steps(const RnCalendar *calendar, int64_t from, int64_t to, int64_t *steps);

/*
 * The start of the step that time falls in, for gathering rows into steps:
 * midnight on the first of a month, in multiples from January of the year 0
 * (quarters start in January, April, July, October); a multiple of business
 * days or of the fixed step from Monday 2000-01-03 00:00:00, where a weekend
 * belongs to the Friday before it; a multiple of integers.  RN_TIME_OVERFLOW
 * where it, or time, cannot be represented.
 */
extern RnCode rn_calendar_floor(RnHost *host, const RnCalendar *calendar, int64_t time,
								int64_t *start);

/* Are the steps of two calendars as long?  Anchors are not looked at. */
extern bool rn_calendar_same_step(const RnCalendar *a, const RnCalendar *b);

/*
 * The usual season of such a step, in steps: 12 months, 4 quarters, 7 days,
 * 52 weeks, 24 hours, 1440 minutes; below a minute the longest of hour,
 * minute, second that has at most 1440 steps (60 seconds); 5 business days; 1
 * when there is none, as for integers.
 */
extern int	rn_calendar_season(const RnCalendar *calendar);

/*
 * For messages: "1 month", "3 months", "1 year", "1 business day", "7 days",
 * "01:30:00", "1 day 12:00:00", "2"; "2020-03-01", "2020-03-01 12:34:56.5",
 * "0044-03-15 BC", "-infinity", "17".  RN_TIME_TEXT bytes hold any of them.
 */
#define RN_TIME_TEXT 48
extern void rn_calendar_describe(const RnCalendar *calendar, char *text, size_t size);
extern void rn_time_describe(RnTimeKind kind, int64_t time, char *text, size_t size);

/*
 * A calendar from stored bytes: are its fields in range?  Fields that its
 * kind of step does not use are not looked at.
 */
extern bool rn_calendar_valid(const RnCalendar *calendar);

/* Any integer; a civil time that is finite and that PostgreSQL can hold. */
extern bool rn_time_valid(RnTimeKind kind, int64_t time);

#endif							/* RN_CALENDAR_H */
