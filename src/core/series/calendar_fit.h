/*
 * calendar_fit.h
 *		How far rows keep to a calendar; shared by rn_calendar_infer and
 *		rn_calendar_fit only.
 */
#ifndef RN_CALENDAR_FIT_H
#define RN_CALENDAR_FIT_H

#include "series/calendar.h"

/* Rows between two polls: about a millisecond of the slowest loop of calendars. */
#define RN_CALENDAR_POLL_MASK	0x7fff

/* An inferred step is surely the most common if it stands more than once in so many. */
#define RN_STEP_SURE	17

/*
 * The pairs of neighbours that are not one step apart, and those of them that
 * are no number of steps apart; the first of each, if there is any.
 */
typedef struct RnMisfits
{
	size_t		differ;
	size_t		off_grid;
	size_t		first_differ;
	size_t		first_off_grid;
} RnMisfits;

/* What rn_calendar_fail_irregular is to say of the calendar. */
typedef enum RnStepSource
{
	RN_STEP_GIVEN,
	RN_STEP_INFERRED
} RnStepSource;

extern RnCode rn_calendar_compare(RnHost *host, const RnCalendar *calendar, const RnTimes *time,
								  size_t n, RnMisfits *misfits);

/*
 * The day of the month whose grid holds the most rows: those that are on that
 * day, and those on the last day of a month that is too short for it.  Of
 * equals the largest.
 */
extern RnCode rn_calendar_best_anchor(RnHost *host, const RnTimes *time, size_t n, int *anchor);

/* RN_DUPLICATE_TIME with the first time that stands more than once. */
extern RnCode rn_calendar_refuse_duplicates(RnHost *host, RnTimeKind kind, const RnTimes *time, size_t n);

/*
 * RN_TIME_OVERFLOW if there are more steps from first to last, which are on
 * one grid, than int64 counts.
 */
extern RnCode rn_calendar_refuse_span(RnHost *host, const RnCalendar *calendar, int64_t first, int64_t last);

/* RN_IRREGULAR_TIME in words; there is a misfit, with gaps one off the grid or a rare step. */
extern RnCode rn_calendar_fail_irregular(RnHost *host, const RnCalendar *calendar, RnStepSource source,
										 const RnTimes *time, size_t n, bool gaps,
										 const RnMisfits *misfits);

#endif							/* RN_CALENDAR_FIT_H */
