/*
 * sql_versions.c
 *		rn_activate, rn_rollback, rn_rename, rn_prune.
 */
#include "postgres.h"

#include "argument.h"
#include "manage.h"

/* The arguments of rn_activate after the model: version. */
static void
activate(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	recurnet_argument_required(fcinfo, 1, "version");
	recurnet_manage_activate(key, recurnet_argument_int(fcinfo, 1, "version", 0, 1, PG_INT32_MAX));
}

PG_FUNCTION_INFO_V1(recurnet_activate_id);
Datum
recurnet_activate_id(PG_FUNCTION_ARGS)
{
	activate(fcinfo, recurnet_argument_model_id(fcinfo, 0));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_activate_name);
Datum
recurnet_activate_name(PG_FUNCTION_ARGS)
{
	activate(fcinfo, recurnet_argument_model_name(fcinfo, 0));
	PG_RETURN_VOID();
}

/*
 * rn_rollback(model) → version
 */
PG_FUNCTION_INFO_V1(recurnet_rollback_id);
Datum
recurnet_rollback_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(recurnet_manage_activate(recurnet_argument_model_id(fcinfo, 0), 0));
}

PG_FUNCTION_INFO_V1(recurnet_rollback_name);
Datum
recurnet_rollback_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(recurnet_manage_activate(recurnet_argument_model_name(fcinfo, 0), 0));
}

/*
 * rn_rename(model, name)
 */
PG_FUNCTION_INFO_V1(recurnet_rename_id);
Datum
recurnet_rename_id(PG_FUNCTION_ARGS)
{
	recurnet_manage_rename(recurnet_argument_model_id(fcinfo, 0), recurnet_argument_text(fcinfo, 1));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_rename_name);
Datum
recurnet_rename_name(PG_FUNCTION_ARGS)
{
	recurnet_manage_rename(recurnet_argument_model_name(fcinfo, 0), recurnet_argument_text(fcinfo, 1));
	PG_RETURN_VOID();
}

/* The arguments of rn_prune after the model: keep. */
static int64
prune(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	recurnet_argument_required(fcinfo, 1, "keep");
	return recurnet_manage_prune(key, recurnet_argument_int(fcinfo, 1, "keep", 0, 0, PG_INT32_MAX));
}

PG_FUNCTION_INFO_V1(recurnet_prune_id);
Datum
recurnet_prune_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(prune(fcinfo, recurnet_argument_model_id(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(recurnet_prune_name);
Datum
recurnet_prune_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(prune(fcinfo, recurnet_argument_model_name(fcinfo, 0)));
}
