/*
 * error.c
 *		The one place that knows which SQLSTATE a status code of the core is.
 */
#include "postgres.h"

#include "error.h"

/*
 * Distinct conditions get distinct codes where the standard has a fitting
 * one, so that a caller's exception block can tell them apart.
 */
static int
error_sqlstate(RnCode code)
{
	switch (code)
	{
		case RN_CANCELLED:
			return ERRCODE_QUERY_CANCELED;
		case RN_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		case RN_INVALID_OPTION:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case RN_INVALID_DATA:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case RN_TOO_FEW_ROWS:
			return ERRCODE_CARDINALITY_VIOLATION;
		case RN_DUPLICATE_TIME:
			return ERRCODE_UNIQUE_VIOLATION;
		case RN_IRREGULAR_TIME:
			return ERRCODE_DATA_EXCEPTION;
		case RN_TIME_OVERFLOW:
			return ERRCODE_DATETIME_FIELD_OVERFLOW;
		case RN_DIVERGED:
			return ERRCODE_FLOATING_POINT_EXCEPTION;
		case RN_CORRUPT:
			return ERRCODE_DATA_CORRUPTED;
		case RN_UNSUPPORTED:
			return ERRCODE_FEATURE_NOT_SUPPORTED;
		case RN_OK:
			break;
	}
	return ERRCODE_INTERNAL_ERROR;
}

/*
 * Raise what the core reported, words unchanged.
 */
void
recurnet_error_raise(const RnError *error)
{
	ereport(ERROR,
			(errcode(error_sqlstate(error->code)),
			 errmsg_internal("%s", error->message),
			 error->detail[0] != '\0' ? errdetail_internal("%s", error->detail) : 0,
			 error->hint[0] != '\0' ? errhint("%s", error->hint) : 0));
	pg_unreachable();
}
