/*
 * sql_rights.c
 *		rn_grant, rn_revoke, rn_set_owner.
 */
#include "postgres.h"

#include "argument.h"
#include "manage.h"

/* Argument 1, role. */
static const char *
role_argument(FunctionCallInfo fcinfo)
{
	recurnet_argument_required(fcinfo, 1, "role");
	return NameStr(*PG_GETARG_NAME(1));
}

/* Argument 2, privilege: use or manage. */
static RecurnetRight
privilege_argument(FunctionCallInfo fcinfo)
{
	const char *privilege;

	recurnet_argument_required(fcinfo, 2, "privilege");
	privilege = recurnet_argument_text(fcinfo, 2);
	if (pg_strcasecmp(privilege, "use") == 0)
		return RECURNET_MAY_USE;
	if (pg_strcasecmp(privilege, "manage") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized privilege: \"%s\"", privilege),
				 errhint("Valid values are use and manage, which includes use.")));
	return RECURNET_MAY_MANAGE;
}

/*
 * rn_grant(model, role, privilege)
 */
PG_FUNCTION_INFO_V1(recurnet_grant_id);
Datum
recurnet_grant_id(PG_FUNCTION_ARGS)
{
	recurnet_manage_grant(recurnet_argument_model_id(fcinfo, 0), role_argument(fcinfo), privilege_argument(fcinfo));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_grant_name);
Datum
recurnet_grant_name(PG_FUNCTION_ARGS)
{
	recurnet_manage_grant(recurnet_argument_model_name(fcinfo, 0), role_argument(fcinfo), privilege_argument(fcinfo));
	PG_RETURN_VOID();
}

/*
 * rn_revoke(model, role, privilege)
 */
PG_FUNCTION_INFO_V1(recurnet_revoke_id);
Datum
recurnet_revoke_id(PG_FUNCTION_ARGS)
{
	recurnet_manage_revoke(recurnet_argument_model_id(fcinfo, 0), role_argument(fcinfo), privilege_argument(fcinfo));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_revoke_name);
Datum
recurnet_revoke_name(PG_FUNCTION_ARGS)
{
	recurnet_manage_revoke(recurnet_argument_model_name(fcinfo, 0), role_argument(fcinfo), privilege_argument(fcinfo));
	PG_RETURN_VOID();
}

/*
 * rn_set_owner(model, role)
 */
PG_FUNCTION_INFO_V1(recurnet_set_owner_id);
Datum
recurnet_set_owner_id(PG_FUNCTION_ARGS)
{
	recurnet_manage_set_owner(recurnet_argument_model_id(fcinfo, 0), role_argument(fcinfo));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_set_owner_name);
Datum
recurnet_set_owner_name(PG_FUNCTION_ARGS)
{
	recurnet_manage_set_owner(recurnet_argument_model_name(fcinfo, 0), role_argument(fcinfo));
	PG_RETURN_VOID();
}
