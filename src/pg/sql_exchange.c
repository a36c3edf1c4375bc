/*
 * sql_exchange.c
 *		rn_export and rn_import.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "argument.h"
#include "exchange.h"

/* The format from argument 1. */
static char *
format_argument(FunctionCallInfo fcinfo)
{
	recurnet_argument_required(fcinfo, 1, "format");
	return recurnet_argument_text(fcinfo, 1);
}

/*
 * rn_export(model, format) → bytea
 */
PG_FUNCTION_INFO_V1(recurnet_export_id);
Datum
recurnet_export_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(recurnet_exchange_export(recurnet_argument_model_id(fcinfo, 0), format_argument(fcinfo)));
}

PG_FUNCTION_INFO_V1(recurnet_export_name);
Datum
recurnet_export_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(recurnet_exchange_export(recurnet_argument_model_name(fcinfo, 0), format_argument(fcinfo)));
}

PG_FUNCTION_INFO_V1(recurnet_export_value);
Datum
recurnet_export_value(PG_FUNCTION_ARGS)
{
	recurnet_argument_required(fcinfo, 0, "model");
	PG_RETURN_BYTEA_P(recurnet_exchange_export_value(PG_GETARG_BYTEA_PP(0), format_argument(fcinfo)));
}

/*
 * rn_import(data, name, query, options, series, covariates, time, target) → id of the model
 */
PG_FUNCTION_INFO_V1(recurnet_import);
Datum
recurnet_import(PG_FUNCTION_ARGS)
{
	RecurnetTraining training = {
		.name = recurnet_argument_text(fcinfo, 1),.query = recurnet_argument_text(fcinfo, 2),
		.options = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3),
		.series = recurnet_argument_text(fcinfo, 4),.covariates = recurnet_argument_text(fcinfo, 5),
		.time = recurnet_argument_text(fcinfo, 6),.target = recurnet_argument_text(fcinfo, 7)
	};

	recurnet_argument_required(fcinfo, 0, "data");
	PG_RETURN_INT64(recurnet_exchange_import(PG_GETARG_BYTEA_PP(0), &training));
}
