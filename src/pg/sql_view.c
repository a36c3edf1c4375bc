/*
 * sql_view.c
 *		rn_create_view.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "model/model.h"

#include "argument.h"
#include "view.h"

/* The arguments of rn_create_view after the model: view_name, horizon, level. */
static Oid
create_view(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	RecurnetViewSpec spec = {
		.horizon = recurnet_argument_int(fcinfo, 2, "horizon", 0, 1, RN_MAX_HORIZON),
		.level = recurnet_argument_level(fcinfo, 3, RECURNET_DEFAULT_LEVEL),
		.functions = get_func_namespace(fcinfo->flinfo->fn_oid)
	};

	recurnet_argument_required(fcinfo, 1, "view_name");
	spec.name = recurnet_argument_text(fcinfo, 1);
	PreventCommandIfReadOnly("rn_create_view()");
	return recurnet_view_create(key, &spec);
}

/*
 * rn_create_view(model, view_name, horizon, level) → regclass
 */
PG_FUNCTION_INFO_V1(recurnet_create_view_id);
Datum
recurnet_create_view_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(create_view(fcinfo, recurnet_argument_model_id(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(recurnet_create_view_name);
Datum
recurnet_create_view_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(create_view(fcinfo, recurnet_argument_model_name(fcinfo, 0)));
}
