/*
 * argument.h
 *		Arguments of SQL functions that may be null.
 */
#ifndef RECURNET_ARGUMENT_H
#define RECURNET_ARGUMENT_H

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "catalog.h"

#define RECURNET_DEFAULT_LEVEL	0.9

/* Text argument i as a C string, or NULL. */
static inline char *
recurnet_argument_text(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(i));
}

/* ERROR if argument i, called name, is null. */
static inline void
recurnet_argument_required(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));
}

/* Argument i, called name, an integer of least .. most; null: usual. */
static inline int
recurnet_argument_int(FunctionCallInfo fcinfo, int i, const char *name, int usual, int least, int most)
{
	int			value = PG_ARGISNULL(i) ? usual : PG_GETARG_INT32(i);

	if (!PG_ARGISNULL(i) && (value < least || value > most))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is out of range: %d", name, value),
				 errdetail("Its range is: %d to %d.", least, most)));
	return value;
}

/* Argument i, called name, a length of time, which is not below zero, or NULL; example is one. */
static inline Interval *
recurnet_argument_duration(FunctionCallInfo fcinfo, int i, const char *name, const char *example)
{
	Interval	zero = {0};

	if (PG_ARGISNULL(i))
		return NULL;
	if (DatumGetBool(DirectFunctionCall2(interval_lt, PG_GETARG_DATUM(i), IntervalPGetDatum(&zero))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative", name),
				 errhint("For example: '%s'.", example)));
	return PG_GETARG_INTERVAL_P(i);
}

/* The interval level from argument i; null: usual. */
static inline double
recurnet_argument_level(FunctionCallInfo fcinfo, int i, double usual)
{
	double		level = PG_ARGISNULL(i) ? usual : PG_GETARG_FLOAT8(i);

	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level is out of range: %g", level),
				 errdetail("It must be above 0 and below 1, such as 0.9.")));
	return level;
}

/* Argument i as the model it names: by id, or by name (or id) as text. */
static inline RecurnetModelKey
recurnet_argument_model_id(FunctionCallInfo fcinfo, int i)
{
	recurnet_argument_required(fcinfo, i, "model");
	return (RecurnetModelKey)
	{
		.id = PG_GETARG_INT64(i)
	};
}

static inline RecurnetModelKey
recurnet_argument_model_name(FunctionCallInfo fcinfo, int i)
{
	recurnet_argument_required(fcinfo, i, "model");
	return recurnet_catalog_key(recurnet_argument_text(fcinfo, i));
}

#endif							/* RECURNET_ARGUMENT_H */
