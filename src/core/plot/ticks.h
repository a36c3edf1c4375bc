/*
 * ticks.h
 *		Where an axis has its ticks, and what they say: numbers and dates.
 */
#ifndef RN_TICKS_H
#define RN_TICKS_H

#include "series/calendar.h"

#define RN_MAX_TICKS	32
#define RN_TICK_TEXT	48

typedef struct RnTick
{
	double		at;
	char		label[RN_TICK_TEXT];	/* in UTF-8, as below */
	char		under[RN_TICK_TEXT];	/* a second line, where a day, month or year begins; or empty */
} RnTick;

typedef struct RnTicks
{
	int			n;
	RnTick		tick[RN_MAX_TICKS];
} RnTicks;

/* How numbers that are read together are written. */
typedef struct RnNumberStyle
{
	double		divide;			/* by this, */
	const char *suffix;			/* which this says: "M" */
	int			decimals;
	bool		power;			/* 1.5e20 */
} RnNumberStyle;

/* For numbers of at most that magnitude, told apart down to resolution. */
extern RnNumberStyle rn_number_style(double largest, double resolution);
extern void rn_number_text(const RnNumberStyle *style, double number, char *text, size_t size);

/*
 * About most ticks at nice numbers, but at least two: 1, 2 or 5 times a power of ten (Heckbert, "Nice
 * numbers for graph labels", in Graphics Gems, 1990), from low to high, which must be finite.  Where these are
 * too near to each other to be told apart they are moved.
 */
extern void rn_ticks_numbers(double *low, double *high, int most, RnTicks *ticks);

/*
 * For a scale of logarithms, low > 0: powers of ten, and if they are few, 2 and 5 times these; low and high
 * become the outermost of them.
 */
extern void rn_ticks_logarithms(double *low, double *high, int most, RnTicks *ticks);

/*
 * At most most ticks between times of a calendar: at parts of a second, whole seconds, hours, days, Mondays, months,
 * quarters, years, or integers, none closer than the calendar's steps.  Two at least, where there is room for
 * them and the calendar has as many steps; of times within a second, one, where that says too much for two.
 */
extern void rn_ticks_times(const RnCalendar *calendar, int64_t low, int64_t high, int most, RnTicks *ticks);

#endif							/* RN_TICKS_H */
