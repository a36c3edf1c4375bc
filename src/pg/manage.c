/*
 * manage.c
 *		What is done with a model that is stored: its versions, name, views, grants,
 *		owner and end.
 *
 * Each takes a lock on the model's row first, and with that the caller's right.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "manage.h"
#include "statement.h"

/* ---- versions of a model ---- */

/* The newest version before the active one of a locked model; 0: none. */
static int
version_before(int64 model_id)
{
	RecurnetStatement statement =
		recurnet_statement("SELECT coalesce(max(v.version), 0)::bigint FROM recurnet.model m"
						   " JOIN recurnet.version v ON v.model_id = m.model_id AND v.version < m.active_version"
						   " WHERE m.model_id = $1");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_statement_run(&statement, SPI_OK_SELECT);
	return (int) recurnet_result_int8(0, 1, NULL);
}

static bool
has_version(int64 model_id, int version)
{
	RecurnetStatement statement =
		recurnet_statement("SELECT FROM recurnet.version WHERE model_id = $1 AND version = $2");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_parameter(&statement, INT4OID, Int32GetDatum(version));
	return recurnet_statement_run(&statement, SPI_OK_SELECT) > 0;
}

int
recurnet_manage_activate(RecurnetModelKey key, int version)
{
	RecurnetScope scope;
	int64		id;

	PreventCommandIfReadOnly(version == 0 ? "rn_rollback()" : "rn_activate()");
	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_MANAGE);
	if (version == 0)
	{
		version = version_before(id);
		if (version == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("model " INT64_FORMAT " has no version before the active one", id),
					 errhint("The view rn_versions lists its versions.")));
	}
	else if (!has_version(id, version))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model " INT64_FORMAT " has no version %d", id, version),
				 errhint("The view rn_versions lists its versions.")));
	recurnet_catalog_make_active(id, version);
	recurnet_statement_close(&scope);
	return version;
}

/*
 * Store the name of a locked model.  Whether another model has it the index says,
 * which waits for sessions that are about to store the same.
 */
static void
store_name(const RecurnetScope *scope, int64 model_id, const char *name)
{
	RecurnetStatement statement =
		recurnet_statement("UPDATE recurnet.model SET name = $1 WHERE model_id = $2");

	recurnet_parameter_text(&statement, name);
	recurnet_parameter_int8(&statement, model_id);
	PG_TRY();
	{
		recurnet_statement_run(&statement, SPI_OK_UPDATE);
	}
	PG_CATCH();
	{
		if (geterrcode() != ERRCODE_UNIQUE_VIOLATION)
			PG_RE_THROW();
		MemoryContextSwitchTo(scope->context);
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("model name \"%s\" is taken", name),
				 errhint("Names are unique in a database: choose another one.")));
	}
	PG_END_TRY();
}

void
recurnet_manage_rename(RecurnetModelKey key, const char *name)
{
	RecurnetScope scope;
	int64		id;

	PreventCommandIfReadOnly("rn_rename()");
	if (name != NULL)
		recurnet_catalog_check_form(name);
	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_OWN);
	store_name(&scope, id, name);
	recurnet_statement_close(&scope);
}

int64
recurnet_manage_prune(RecurnetModelKey key, int keep)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int64		id;
	int64		dropped;

	PreventCommandIfReadOnly("rn_prune()");
	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_MANAGE);
	statement = recurnet_statement("DELETE FROM recurnet.version v USING recurnet.model m"
								   " WHERE m.model_id = $1 AND v.model_id = $1 AND v.version <> m.active_version"
								   " AND v.version NOT IN (SELECT n.version FROM recurnet.version n"
								   " WHERE n.model_id = $1 ORDER BY n.version DESC LIMIT $2)");
	recurnet_parameter_int8(&statement, id);
	recurnet_parameter_int8(&statement, keep);
	dropped = (int64) recurnet_statement_run(&statement, SPI_OK_DELETE);
	recurnet_statement_close(&scope);
	return dropped;
}

/* ---- views of forecasts ---- */

/* The id is in the text of such a view as recurnet_view_create wrote it. */
char *
recurnet_manage_views(RecurnetModelKey key, char **others)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int64		id;
	char	   *views;

	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_OWN);
	statement = recurnet_statement("SELECT string_agg(s.name, ', ' ORDER BY s.name) FILTER (WHERE s.mine),"
								   " string_agg(s.name, ', ' ORDER BY s.name) FILTER (WHERE NOT s.mine)"
								   " FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name,"
								   " pg_has_role($2, c.relowner, 'USAGE') OR pg_has_role($2, n.nspowner, 'USAGE') AS mine"
								   " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
								   " WHERE c.relkind = 'v' AND c.oid IN (SELECT r.ev_class FROM pg_extension e"
								   " JOIN pg_depend m ON m.refclassid = 'pg_extension'::regclass AND m.refobjid = e.oid AND m.deptype = 'e'"
								   " JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid AND p.proname = 'rn_forecast_as'"
								   " JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid"
								   " JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid"
								   " WHERE e.extname = 'recurnet')"
								   " AND strpos(pg_get_viewdef(c.oid), format(', ''%s''::bigint, ', $1)) > 0) s");
	recurnet_parameter_int8(&statement, id);
	recurnet_parameter(&statement, OIDOID, ObjectIdGetDatum(scope.user));
	recurnet_statement_run(&statement, SPI_OK_SELECT);
	views = recurnet_result_text(&scope, 0, 1);
	*others = recurnet_result_text(&scope, 0, 2);
	recurnet_statement_close(&scope);
	return views;
}

void
recurnet_manage_drop(RecurnetModelKey key)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int64		id;

	PreventCommandIfReadOnly("rn_drop_model()");
	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_OWN);
	statement = recurnet_statement("DELETE FROM recurnet.model_grant WHERE model_id = $1");
	recurnet_parameter_int8(&statement, id);
	recurnet_statement_run(&statement, SPI_OK_DELETE);
	statement = recurnet_statement("DELETE FROM recurnet.version WHERE model_id = $1");
	recurnet_parameter_int8(&statement, id);
	recurnet_statement_run(&statement, SPI_OK_DELETE);
	statement = recurnet_statement("DELETE FROM recurnet.model WHERE model_id = $1");
	recurnet_parameter_int8(&statement, id);
	recurnet_statement_run(&statement, SPI_OK_DELETE);
	recurnet_statement_close(&scope);
}

/* ---- rights ---- */

/* The role of a grant. */
static Oid
grantee(const char *role)
{
	if (strcmp(role, "public") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("models are granted to roles, not to public"),
				 errhint("Make a role that those concerned are members of, and grant to it.")));
	return get_role_oid(role, false);
}

/* A grant that is there already: its name of the role is brought up to date; false if there is none. */
static bool
refresh_grant(int64 model_id, Oid role, const char *privilege)
{
	RecurnetStatement statement = recurnet_statement("UPDATE recurnet.model_grant SET role = $3::name"
													 " WHERE model_id = $1 AND role_oid = $2 AND privilege = $4");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_parameter(&statement, OIDOID, ObjectIdGetDatum(role));
	recurnet_parameter_text(&statement, GetUserNameFromId(role, false));
	recurnet_parameter_text(&statement, privilege);
	return recurnet_statement_run(&statement, SPI_OK_UPDATE) > 0;
}

static void
insert_grant(const RecurnetScope *scope, int64 model_id, Oid role, const char *privilege)
{
	RecurnetStatement statement = recurnet_statement("INSERT INTO recurnet.model_grant (model_id, role, privilege, granted_by)"
													 " VALUES ($1, $2::name, $3, $4::name)");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_parameter_text(&statement, GetUserNameFromId(role, false));
	recurnet_parameter_text(&statement, privilege);
	recurnet_parameter_text(&statement, GetUserNameFromId(scope->user, false));
	recurnet_statement_run(&statement, SPI_OK_INSERT);
}

void
recurnet_manage_grant(RecurnetModelKey key, const char *role, RecurnetRight right)
{
	const char *privilege = right == RECURNET_MAY_USE ? "use" : "manage";
	RecurnetScope scope;
	int64		id;
	Oid			to;

	PreventCommandIfReadOnly("rn_grant()");
	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_OWN);
	to = grantee(role);
	recurnet_rights_admit(to);
	if (!refresh_grant(id, to, privilege))
		insert_grant(&scope, id, to, privilege);
	recurnet_statement_close(&scope);
}

void
recurnet_manage_revoke(RecurnetModelKey key, const char *role, RecurnetRight right)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int64		id;

	PreventCommandIfReadOnly("rn_revoke()");
	recurnet_statement_open(&scope);
	id = recurnet_catalog_lock(&scope, key, RECURNET_MAY_OWN);
	statement = recurnet_statement("DELETE FROM recurnet.model_grant"
								   " WHERE model_id = $1 AND role_oid = $2 AND (privilege = 'manage' OR $3 = 'use')");
	recurnet_parameter_int8(&statement, id);
	recurnet_parameter(&statement, OIDOID, ObjectIdGetDatum(grantee(role)));
	recurnet_parameter_text(&statement, right == RECURNET_MAY_USE ? "use" : "manage");
	recurnet_statement_run(&statement, SPI_OK_DELETE);
	recurnet_statement_close(&scope);
}

/* The number of a model's newest version so far; -1: there is no such model. */
static int64
newest_version(RecurnetModelKey key)
{
	RecurnetStatement statement =
		recurnet_statement("SELECT newest_version::bigint FROM recurnet.model WHERE name = $1 OR model_id = $2");

	recurnet_parameter_text(&statement, key.name);
	recurnet_parameter_int8(&statement, key.id);
	return recurnet_statement_run(&statement, SPI_OK_SELECT) > 0 ? recurnet_result_int8(0, 1, NULL) : -1;
}

/*
 * Lock a model whose versions are going to be another role's: ERROR for one that came
 * while the lock was waited for, at whose query nobody can have looked.
 */
static int64
lock_to_give(const RecurnetScope *scope, RecurnetModelKey key)
{
	int64		newest = newest_version(key);
	int64		id = recurnet_catalog_lock(scope, key, RECURNET_MAY_OWN);

	if (newest_version((RecurnetModelKey) {.id = id}) != newest)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("model " INT64_FORMAT " was trained again at the same moment", id),
				 errhint("Look at the queries of its versions in rn_versions, and try again.")));
	return id;
}

/* What the owner of a locked model was granted on it. */
static void
drop_owners_grants(int64 model_id)
{
	RecurnetStatement statement = recurnet_statement("DELETE FROM recurnet.model_grant g USING recurnet.model m"
													 " WHERE m.model_id = $1 AND g.model_id = $1 AND g.role_oid = m.owner_oid");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_statement_run(&statement, SPI_OK_DELETE);
}

/* As for a table's: who gives it away must be able to act as the new owner, too. */
void
recurnet_manage_set_owner(RecurnetModelKey key, const char *role)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int64		id;
	Oid			owner;

	PreventCommandIfReadOnly("rn_set_owner()");
	recurnet_statement_open(&scope);
	id = lock_to_give(&scope, key);
	owner = get_role_oid(role, false);
	check_can_set_role(scope.user, owner);
	recurnet_rights_admit(owner);
	drop_owners_grants(id);
	statement = recurnet_statement("UPDATE recurnet.model SET owner = $2::name WHERE model_id = $1");
	recurnet_parameter_int8(&statement, id);
	recurnet_parameter_text(&statement, role);
	recurnet_statement_run(&statement, SPI_OK_UPDATE);
	recurnet_statement_close(&scope);
}
