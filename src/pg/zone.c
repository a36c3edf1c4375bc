/*
 * zone.c
 *		Instants to civil time and back.
 *
 * Days, weeks and months of timestamptz rows are steps of a wall clock: the
 * day of a clock change has 23 or 25 hours and is still one day.  Hours and
 * minutes are steps of the clock behind it: the hour that a change repeats
 * is two hours.  recurnet_zone_settle tells the one from the other by looking
 * at which of the two is evenly spaced.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "zone.h"

/* Rows between two looks at the interrupt flag, in loops without calls. */
#define ROWS_PER_CHECK	65536

pg_tz *
recurnet_zone_find(const char *name)
{
	pg_tz	   *zone = pg_tzset(name);

	if (zone == NULL || !pg_tz_acceptable(zone))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", name),
				 errhint("pg_timezone_names lists the time zones that there are.")));
	return zone;
}

void
recurnet_zone_refuse(Oid type)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"time_zone\" is for timestamptz, not for a time column of type %s",
					format_type_be(type))));
}

/*
 * The wall clock of zone at an instant, and into *offset the seconds that it
 * lags behind UTC there.
 */
static Timestamp
civil_and_offset(TimestampTz instant, pg_tz *zone, int *offset)
{
	struct pg_tm tm;
	fsec_t		fsec;
	Timestamp	civil;

	if (timestamp2tm(instant, offset, &tm, &fsec, NULL, zone) != 0 ||
		tm2timestamp(&tm, fsec, NULL, &civil) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return civil;
}

Timestamp
recurnet_zone_civil(TimestampTz instant, pg_tz *zone)
{
	int			offset;

	return civil_and_offset(instant, zone, &offset);
}

/*
 * Is civil shown at no instant but this one?  The others could only use the
 * offset in force a day before or after.
 */
static bool
is_only_instant(TimestampTz instant, Timestamp civil, pg_tz *zone)
{
	for (int side = -1; side <= 1; side += 2)
	{
		TimestampTz other = instant + side * USECS_PER_DAY;
		int			offset;

		if (!IS_VALID_TIMESTAMP(other))
			continue;
		civil_and_offset(other, zone, &offset);
		other = civil + offset * USECS_PER_SEC;
		if (other != instant && IS_VALID_TIMESTAMP(other) &&
			recurnet_zone_civil(other, zone) == civil)
			return false;
	}
	return true;
}

TimestampTz
recurnet_zone_instant(Timestamp civil, pg_tz *zone, bool *exact)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	TimestampTz instant;

	if (timestamp2tm(civil, NULL, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	offset = DetermineTimeZoneOffset(&tm, zone);
	if (tm2timestamp(&tm, fsec, &offset, &instant) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	if (exact != NULL)
		*exact = recurnet_zone_civil(instant, zone) == civil &&
			is_only_instant(instant, civil, zone);
	return instant;
}

/* A time as zone's wall clock shows it, or as it is without a zone. */
static int64
seen_in(int64 time, pg_tz *zone)
{
	return zone != NULL ? recurnet_zone_civil(time, zone) : time;
}

/*
 * The step of n times in any order, seen in zone, if they are distinct and
 * evenly spaced, else 0.  Such times fill the grid that their ends and their
 * number span, so no sorting is needed: their places on it are 0 .. n-1, and
 * add up to n (n - 1) / 2, which places taken twice hardly do.
 */
static int64
even_step(const RnTimes *time, size_t n, pg_tz *zone)
{
	int64		first = PG_INT64_MAX;
	int64		last = PG_INT64_MIN;
	int64		step;
	uint64		places = 0;

	if (n < 2)
		return 0;
	for (size_t i = 0; i < n; i++)
	{
		int64		t = seen_in(rn_time_at(time, i), zone);

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		first = Min(first, t);
		last = Max(last, t);
	}
	step = (last - first) / (int64) (n - 1);
	if (step == 0 || (last - first) % (int64) (n - 1) != 0)
		return 0;
	for (size_t i = 0; i < n; i++)
	{
		int64		distance = seen_in(rn_time_at(time, i), zone) - first;

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (distance % step != 0)
			return 0;
		places += (uint64) (distance / step);
	}
	return places == (uint64) n * (n - 1) / 2 ? step : 0;
}

/* Do all times, seen in zone, fall on the same time of day? */
static bool
same_time_of_day(const RnTimes *time, size_t n, pg_tz *zone)
{
	int64		first = n > 0 ? seen_in(rn_time_at(time, 0), zone) : 0;

	for (size_t i = 1; i < n; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if ((seen_in(rn_time_at(time, i), zone) - first) % USECS_PER_DAY != 0)
			return false;
	}
	return true;
}

/* Could the times, seen in zone, be steps of a calendar? */
static bool
looks_regular(const RnTimes *time, size_t n, pg_tz *zone)
{
	return same_time_of_day(time, n, zone) || even_step(time, n, zone) != 0;
}

/* The mean distance of n times in any order. */
static int64
mean_step(const RnTimes *time, size_t n)
{
	int64		first = PG_INT64_MAX;
	int64		last = PG_INT64_MIN;

	for (size_t i = 0; i < n; i++)
	{
		first = Min(first, rn_time_at(time, i));
		last = Max(last, rn_time_at(time, i));
	}
	return n >= 2 ? (last - first) / (int64) (n - 1) : 0;
}

/*
 * Are the times better told in UTC than in zone?  asked: the user named zone;
 * whole_days: shorter steps will be gathered into days, which are zone's.
 */
static bool
belongs_to_utc(const RnTimes *time, size_t n, pg_tz *zone, bool asked, bool whole_days)
{
	int64		step = even_step(time, n, NULL);

	if (step != 0 && step < USECS_PER_DAY)
		return !whole_days;
	if (asked || looks_regular(time, n, zone))
		return false;

	/* Irregular in both: where errors are about to name what offends. */
	return looks_regular(time, n, NULL) || (!whole_days && mean_step(time, n) < USECS_PER_DAY);
}

/* The core is in the middle of something here: a time without a civil one stays. */
static int64
read_clock(const void *zone, int64 time)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	Timestamp	civil;

	if (timestamp2tm(time, &offset, &tm, &fsec, NULL, unconstify(void *, zone)) != 0 ||
		tm2timestamp(&tm, fsec, NULL, &civil) != 0)
		return time;
	return civil;
}

RnWallClock
recurnet_zone_clock(const char *name)
{
	if (name[0] == '\0')
		return (RnWallClock) {0};
	return (RnWallClock) {read_clock, recurnet_zone_find(name)};
}

const char *
recurnet_zone_settle(RecurnetHost *host, RnPanel *panel, const char *asked, const char *before,
					 bool whole_days, const char **wall)
{
	pg_tz	   *zone = session_timezone;
	size_t		voters = 0;
	size_t		utc = 0;

	if (asked != NULL || before != NULL)
		zone = recurnet_zone_find(asked != NULL ? asked : before);

	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];

		if (series->n < 2)
			continue;
		voters++;
		utc += belongs_to_utc(&series->time, series->n, zone, asked != NULL, whole_days);
	}
	*wall = NULL;
	if (2 * utc > voters)
	{
		*wall = pg_get_timezone_name(zone);
		return "UTC";
	}
	recurnet_zone_convert(host, panel, zone);
	return pg_get_timezone_name(zone);
}

/* Turn n instants into the civil time of zone. */
static void
convert(RecurnetHost *host, RnTimes *time, size_t n, pg_tz *zone)
{
	RnTimes		civil = {0};

	for (size_t i = 0; i < n; i++)
	{
		RnCode		code = rn_times_append(&host->core, &civil, i,
										   recurnet_zone_civil(rn_time_at(time, i), zone));

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		recurnet_host_check(host, code);
	}
	rn_times_free(&host->core, time);
	*time = civil;
}

void
recurnet_zone_convert(RecurnetHost *host, RnPanel *panel, pg_tz *zone)
{
	for (size_t s = 0; s < panel->count; s++)
		convert(host, &panel->series[s].time, panel->series[s].n, zone);
}
