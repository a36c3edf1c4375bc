/*
 * civil.h
 *		Between microseconds since 2000-01-01 and year, month, day.
 *
 * Proleptic Gregorian calendar; years are astronomical (0 is 1 BC).  Nothing
 * here can fail: every int64 is some civil time, and what PostgreSQL can hold
 * of these is rn_time_valid's business.
 */
#ifndef RN_CIVIL_H
#define RN_CIVIL_H

#include "base/real.h"

typedef struct RnCivil
{
	int32_t		year;
	int32_t		month;			/* 1 .. 12 */
	int32_t		day;			/* 1 .. 31 */
	int64_t		time_of_day;	/* microseconds, 0 .. RN_USECS_PER_DAY - 1 */
} RnCivil;

/* Quotient rounded down, for divisors above 0. */
static inline int64_t
rn_floor_divide(int64_t dividend, int64_t divisor)
{
	return dividend / divisor - (dividend % divisor < 0);
}

extern RnCivil rn_civil_from_time(int64_t time);

/* The inverse, for years that a time of RN_CIVIL_MIN to RN_CIVIL_END can have. */
extern int64_t rn_civil_to_time(const RnCivil *civil);

extern int	rn_civil_days_in_month(int32_t year, int month);

/* Months since January of the year 0: steps of months are differences of it. */
extern int32_t rn_civil_month_number(const RnCivil *civil);

extern bool rn_civil_is_weekend(int64_t time);

/*
 * Mondays to Fridays since Monday 2000-01-03: steps of business days are
 * differences of it.  A weekend counts as the Friday before it.
 */
extern int64_t rn_civil_business_number(int64_t time);

/* Its inverse, to midnight, for numbers about those of RN_CIVIL_MIN to RN_CIVIL_END. */
extern int64_t rn_civil_from_business_number(int64_t number);

#endif							/* RN_CIVIL_H */
