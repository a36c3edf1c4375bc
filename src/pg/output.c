/*
 * output.c
 *		From the core's count of time to date, timestamp, timestamptz or integer.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "output.h"
#include "reader.h"

static bool
is_integer_type(Oid type)
{
	return recurnet_reader_kind(type) == RN_TIME_INTEGER;
}

RecurnetOutput
recurnet_output(const RecurnetSubject *subject, Oid ts_type)
{
	RecurnetOutput output = {.time_type = subject->time_type,.typmod = -1};
	bool		integer = is_integer_type(subject->time_type);
	bool		known;

	output.ts_type = getBaseTypeAndTypmod(ts_type, &output.typmod);
	known = is_integer_type(output.ts_type) || output.ts_type == DATEOID ||
		output.ts_type == TIMESTAMPOID || output.ts_type == TIMESTAMPTZOID;
	/* rn_forecast has a column ts for all; integers leave it null */
	if (!known ||
		(integer != is_integer_type(output.ts_type) && output.ts_type != TIMESTAMPTZOID))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("times of type %s cannot be shown as %s",
						format_type_be(subject->time_type), format_type_be(ts_type)),
				 errhint("Use the type that the model was trained on.")));
	if (output.ts_type != ts_type)
	{
		output.domain = ts_type;
		output.constraints = palloc0(sizeof(void *));
	}
	if (subject->time_type == TIMESTAMPTZOID)
		output.zone = recurnet_zone_find(subject->time_zone);
	return output;
}

/* Integers come back in the type asked for, if they fit. */
static Datum
integer_datum(int64 time, Oid type)
{
	if ((type == INT2OID && time != (int16) time) || (type == INT4OID && time != (int32) time))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("time " INT64_FORMAT " is out of range for type %s",
						time, format_type_be(type))));
	if (type == INT2OID)
		return Int16GetDatum((int16) time);
	if (type == INT4OID)
		return Int32GetDatum((int32) time);
	return Int64GetDatum(time);
}

/* zone: that of the model's days, or NULL. */
static Datum
date_datum(Timestamp civil, pg_tz *zone)
{
	int64		days = civil / USECS_PER_DAY;

	if (civil % USECS_PER_DAY < 0)
		days--;
	if (days * USECS_PER_DAY != civil)
	{
		char		text[RN_TIME_TEXT];

		rn_time_describe(RN_TIME_CIVIL, civil, text, sizeof(text));
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not a whole day", text),
				 zone != NULL ? errhint("SET TimeZone = '%s', whose days the model forecasts, or use rn_forecast_as(NULL::timestamptz, ...).",
										pg_get_timezone_name(zone))
				 : errhint("Use rn_forecast_as(NULL::timestamp, ...).")));
	}
	return DateADTGetDatum((DateADT) days);
}

/* Civil time as an instant of the session's zone, if it is exactly one there. */
static TimestampTz
instant_here(Timestamp civil)
{
	bool		exact;
	TimestampTz instant = recurnet_zone_instant(civil, session_timezone, &exact);
	char		text[RN_TIME_TEXT];

	if (exact)
		return instant;
	rn_time_describe(RN_TIME_CIVIL, civil, text, sizeof(text));
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("%s is not one point in time in time zone %s",
					text, pg_get_timezone_name(session_timezone)),
			 errdetail("A clock change there skips or repeats it."),
			 errhint("Use rn_forecast_as(NULL::timestamp, ...), or SET TimeZone = 'UTC'.")));
}

/* A civil time of the model in the type of ts. */
static Datum
civil_datum(const RecurnetOutput *output, Timestamp civil)
{
	TimestampTz instant = 0;

	if (output->zone != NULL)
	{
		/* what a clock change skips or repeats, PostgreSQL's + interval knows */
		instant = recurnet_zone_instant(civil, output->zone, NULL);
		civil = recurnet_zone_civil(instant, session_timezone);
	}
	if (output->ts_type == DATEOID)
		return date_datum(civil, output->zone);
	if (output->ts_type == TIMESTAMPOID)
		return DirectFunctionCall2(timestamp_scale, TimestampGetDatum(civil), Int32GetDatum(output->typmod));
	return DirectFunctionCall2(timestamptz_scale, TimestampTzGetDatum(output->zone != NULL ? instant : instant_here(civil)),
							   Int32GetDatum(output->typmod));
}

void
recurnet_output_time(const RecurnetOutput *output, int64 time, NullableDatum *ts, NullableDatum *t)
{
	bool		integer = is_integer_type(output->time_type);

	ts->isnull = integer && !is_integer_type(output->ts_type);
	t->isnull = !integer;
	ts->value = t->value = (Datum) 0;
	if (integer)
		t->value = Int64GetDatum(time);
	if (ts->isnull)
		return;
	ts->value = integer ? integer_datum(time, output->ts_type) : civil_datum(output, time);
	if (OidIsValid(output->domain))
		domain_check(ts->value, false, output->domain, output->constraints, GetMemoryChunkContext(output->constraints));
}
