/*
 * civil.c
 *		Between microseconds since 2000-01-01 and year, month, day.
 *
 * Days are counted as in Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms" (https://howardhinnant.github.io/date_algorithms.html), whose
 * days_from_civil and civil_from_days these are: years begin in March, so that
 * the leap day is a year's last, and eras of 400 years are all alike, so that
 * no table and no loop is needed and years before 0 come out right.
 *
 * Depends on calendar.h for its constants only.
 */
#include "series/civil.h"

#include "series/calendar.h"

#define DAYS_PER_ERA	146097	/* 400 years */
#define YEARS_PER_ERA	400

/* Days from 0000-03-01, where era 0 begins, to 2000-01-01. */
#define EPOCH_DAYS		730425

/* Days from 2000-01-01, a Saturday, to the Monday that business days count from. */
#define MONDAY_DAYS		2

/* Days from 2000-01-01 to the given date. */
static int64_t
days_from_civil(int32_t year, int month, int day)
{
	int64_t		y = (int64_t) year - (month <= 2);
	int64_t		era = rn_floor_divide(y, YEARS_PER_ERA);
	int64_t		year_of_era = y - era * YEARS_PER_ERA;
	int64_t		day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t		day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS;
}

/* Year, month and day of a civil from days since 2000-01-01. */
static void
civil_from_days(int64_t days, RnCivil *civil)
{
	int64_t		z = days + EPOCH_DAYS;
	int64_t		era = rn_floor_divide(z, DAYS_PER_ERA);
	int64_t		day_of_era = z - era * DAYS_PER_ERA;
	int64_t		year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
							   day_of_era / 146096) / 365;
	int64_t		day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t		march_month = (5 * day_of_year + 2) / 153;

	civil->day = (int32_t) (day_of_year - (153 * march_month + 2) / 5 + 1);
	civil->month = (int32_t) (march_month < 10 ? march_month + 3 : march_month - 9);
	civil->year = (int32_t) (year_of_era + era * YEARS_PER_ERA + (civil->month <= 2));
}

RnCivil
rn_civil_from_time(int64_t time)
{
	RnCivil		civil;
	int64_t		days = rn_floor_divide(time, RN_USECS_PER_DAY);

	civil_from_days(days, &civil);
	civil.time_of_day = time % RN_USECS_PER_DAY;
	if (civil.time_of_day < 0)
		civil.time_of_day += RN_USECS_PER_DAY;
	return civil;
}

int64_t
rn_civil_to_time(const RnCivil *civil)
{
	return days_from_civil(civil->year, civil->month, civil->day) * RN_USECS_PER_DAY +
		civil->time_of_day;
}

int
rn_civil_days_in_month(int32_t year, int month)
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

int32_t
rn_civil_month_number(const RnCivil *civil)
{
	return civil->year * 12 + civil->month - 1;
}

/* The day of the week, Monday 0 to Sunday 6, and the weeks since 2000-01-03. */
static int
weekday(int64_t time, int64_t *week)
{
	int64_t		days = rn_floor_divide(time, RN_USECS_PER_DAY) - MONDAY_DAYS;

	*week = rn_floor_divide(days, 7);
	return (int) (days - 7 * *week);
}

bool
rn_civil_is_weekend(int64_t time)
{
	int64_t		week;

	return weekday(time, &week) > 4;
}

int64_t
rn_civil_business_number(int64_t time)
{
	int64_t		week;
	int			day = weekday(time, &week);

	return 5 * week + (day < 4 ? day : 4);
}

int64_t
rn_civil_from_business_number(int64_t number)
{
	int64_t		week = rn_floor_divide(number, 5);

	return (7 * week + (number - 5 * week) + MONDAY_DAYS) * RN_USECS_PER_DAY;
}
