/*
 * panel.h
 *		Series over one evenly spaced calendar: from rows as they are in tables
 *		to what can be learnt from.
 *
 * A panel has one series or many.  The host appends the rows, series by series
 * and each in the order of time, then calls rn_panel_settle, which checks them,
 * combines rows of one step, finds the calendar and says how many rows there
 * will be, and rn_panel_fill, which makes them.
 */
#ifndef RN_PANEL_H
#define RN_PANEL_H

#include "series/calendar.h"

/* Larger magnitudes are refused: their squares would leave a double's safe range. */
#define RN_MAX_MAGNITUDE 1e100

/* What stands for a step without a row, or for a row without a value. */
typedef enum RnMissing
{
	RN_MISSING_ERROR,
	RN_MISSING_INTERPOLATE,		/* a straight line between its neighbours */
	RN_MISSING_LOCF,			/* last observation carried forward */
	RN_MISSING_ZERO,
	RN_MISSING_MASK				/* as locf to look at, but nothing to learn */
} RnMissing;

#define RN_MISSING_KINDS 5

/* What becomes of several rows of one step. */
typedef enum RnDuplicates
{
	RN_DUPLICATES_ERROR,
	RN_DUPLICATES_SUM,
	RN_DUPLICATES_AVG,
	RN_DUPLICATES_LAST
} RnDuplicates;

#define RN_DUPLICATES_KINDS 4

/* What becomes of a series that is no good. */
typedef enum RnOnError
{
	RN_ON_ERROR_FAIL,
	RN_ON_ERROR_SKIP			/* it is left out, and the others go on */
} RnOnError;

#define RN_ON_ERROR_KINDS 2

typedef struct RnRowPolicy
{
	RnMissing	missing;
	RnDuplicates duplicates;
	RnOnError	on_error;
	bool		has_frequency;	/* the step is given: rows are brought to it */
	bool		floors;			/* even if they lie on a grid of it: to the start
								 * of the step that they fall in */
	RnCalendar	frequency;		/* anchor_day 0: open */
} RnRowPolicy;

extern const char *rn_missing_name(RnMissing missing);
extern const char *rn_duplicates_name(RnDuplicates duplicates);
extern const char *rn_on_error_name(RnOnError on_error);

typedef struct RnSeries
{
	const char *key;			/* the host's words for it, or NULL; not owned */
	size_t		first;			/* rows first .. first + n - 1 of the panel */
	size_t		n;				/* 0 once it is left out */
	RnTimes		time;			/* of rows that are not settled yet */
	int64_t		start;			/* settled: time of its first row */
	int			anchor_day;		/* settled: of its calendar of months, else 0 */
	size_t		filled;			/* rows made up */
	size_t		combined;		/* rows that went into others of their step */
	int			cut;			/* steps at its ends left out, as rows do not fill them */
	char	   *skipped;		/* why it is left out; NULL: it is not */
} RnSeries;

typedef struct RnPanel
{
	RnTimeKind	kind;
	size_t		count;
	RnSeries   *series;			/* [count] */

	size_t		rows;			/* of all series */
	double	   *value;			/* [rows] NaN where there is none */
	int			columns;		/* C: covariates of a row */
	float	   *covariate;		/* [rows][C], NaN where there is none; NULL
								 * without */
	unsigned char *missing;		/* filled: [rows] 1 where the value is made up;
								 * NULL: nowhere */

	RnCalendar	calendar;		/* settled: of all, but for the anchors */
	bool		spread;			/* settled: every step has its row */
	size_t		bytes;			/* settled: rn_panel_fill allocates; SIZE_MAX / 2 if
								 * that cannot be counted */
	size_t		failed;			/* the series that an error is about; count:
								 * none in particular */
	size_t		at_least;		/* rows that a series must have, or 0 */
} RnPanel;

/*
 * All arrays are the host's memory; rn_panel_free gives all of it back.
 *
 * rn_panel_settle with calendar NULL finds the step that most of the series
 * have; otherwise rows must fit the calendar given, whose anchor may be open.
 * A series without rows, or that is irregular or has values that are none, is
 * an error, which policy->on_error may turn into a series left out.  RN_UNSUPPORTED:
 * rows are not in the order of time.  After an error the rows are in pieces.
 */
extern RnCode rn_panel_settle(RnHost *host, RnPanel *panel, const RnRowPolicy *policy,
							  const RnCalendar *calendar);
extern RnCode rn_panel_fill(RnHost *host, RnPanel *panel, const RnRowPolicy *policy);

/*
 * The first half of filling alone: a row for every step, with NaN where there was
 * none.  rn_panel_fill may come later.
 */
extern RnCode rn_panel_spread(RnHost *host, RnPanel *panel);

/*
 * Only bring rows to the policy's frequency and combine those of one step: for
 * rows that need be neither evenly spaced nor complete.  They ascend then.
 */
extern RnCode rn_panel_combine(RnHost *host, RnPanel *panel, const RnRowPolicy *policy);
extern void rn_panel_free(RnHost *host, RnPanel *panel);

/* The calendar of a series. */
extern RnCalendar rn_panel_calendar(const RnPanel *panel, const RnSeries *series);

/* Time of row i of a settled series. */
extern RnCode rn_panel_time(RnHost *host, const RnPanel *panel, const RnSeries *series,
							size_t i, int64_t *time);

/*
 * Leave a series out, or fail with what host->error says: whichever the policy
 * wants.
 */
extern RnCode rn_panel_skip(RnHost *host, RnPanel *panel, const RnRowPolicy *policy,
							size_t s, RnCode code);

/* How many series are not left out. */
extern size_t rn_panel_series(const RnPanel *panel);

#endif							/* RN_PANEL_H */
