/*
 * rights.c
 *		Owners, grants, and the roles that may hold either.
 *
 * Both are kept by the oid of a role, which a new name does not change and a new
 * role does not inherit; beside it stands the name, which dumps and subscribers
 * go by: in another cluster the same role has another oid.  A trigger finds that of
 * each name that is stored, in the cluster where it is stored.
 *
 * A role holds models and grants only while it has a privilege on the empty table
 * recurnet.model_roles: so DROP ROLE is refused meanwhile, DROP OWNED takes them
 * away, and an oid that comes again after billions of others brings nothing back.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "rights.h"

/* The table on which roles have their entries. */
static Oid
anchor(void)
{
	return get_relname_relid("model_roles", get_namespace_oid("recurnet", false));
}

/* Has the role an entry of its own there?  The table's owner needs none. */
static bool
has_entry(Oid role)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(anchor()));
	bool		found;
	bool		isnull;
	Datum		datum;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "recurnet: there is no table recurnet.model_roles");
	found = ((Form_pg_class) GETSTRUCT(tuple))->relowner == role;
	datum = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &isnull);
	if (!found && !isnull)
	{
		Acl		   *acl = DatumGetAclP(datum);

		for (int i = 0; i < ACL_NUM(acl) && !found; i++)
			found = ACL_DAT(acl)[i].ai_grantee == role && (ACLITEM_GET_PRIVS(ACL_DAT(acl)[i]) & ACL_SELECT) != 0;
	}
	ReleaseSysCache(tuple);
	return found;
}

RecurnetOwner
recurnet_rights_owner(const RecurnetScope *scope, int row, int column)
{
	Oid			role = (Oid) recurnet_result_int8(row, column, NULL);
	RecurnetOwner owner = {.name = recurnet_result_text(scope, row, column + 1)};

	if (OidIsValid(role) && has_entry(role))
	{
		owner.role = role;
		owner.name = MemoryContextStrdup(scope->context, GetUserNameFromId(role, false));
	}
	return owner;
}

/* Has the user the rights of the role, and may that hold any? */
static bool
acts_for(Oid user, Oid role)
{
	return OidIsValid(role) && has_entry(role) && has_privs_of_role(user, role);
}

/* The most that grants allow the user, himself or as a member. */
static RecurnetRight
granted(Oid user, int64 model_id)
{
	RecurnetRight right = RECURNET_NO_RIGHT;
	RecurnetStatement statement =
		recurnet_statement("SELECT role_oid::bigint, privilege FROM recurnet.model_grant WHERE model_id = $1");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_statement_run(&statement, SPI_OK_SELECT);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Oid			role = (Oid) recurnet_result_int8((int) i, 1, NULL);
		char	   *privilege = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		if (acts_for(user, role))
			right = Max(right, strcmp(privilege, "manage") == 0 ? RECURNET_MAY_MANAGE : RECURNET_MAY_USE);
	}
	return right;
}

RecurnetRight
recurnet_rights_of(Oid user, int64 model_id, Oid owner)
{
	if (superuser_arg(user) || acts_for(user, owner))
		return RECURNET_MAY_OWN;
	return granted(user, model_id);
}

/* Nobody's from now on, not even in a dump: what roles without an entry are said to hold. */
static void
disown_left_over(void)
{
	RecurnetStatement statement =
		recurnet_statement("UPDATE recurnet.model SET owner = NULL"
						   " WHERE owner_oid NOT IN (SELECT role_oid FROM recurnet.holder)");

	recurnet_statement_run(&statement, SPI_OK_UPDATE);
	statement = recurnet_statement("DELETE FROM recurnet.model_grant"
								   " WHERE role_oid NOT IN (SELECT role_oid FROM recurnet.holder)");
	recurnet_statement_run(&statement, SPI_OK_DELETE);
}

/* In place of PostgreSQL's own words for a row that is too big; any other error goes on. */
static void
refuse_more_roles(MemoryContext caller)
{
	if (geterrcode() != ERRCODE_PROGRAM_LIMIT_EXCEEDED)
		PG_RE_THROW();
	MemoryContextSwitchTo(caller);
	FlushErrorState();
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("no more roles of this database can hold models"),
			 errdetail("Each has a privilege on recurnet.model_roles, for which there is no room left."),
			 errhint("Have members of one role share its models, and REVOKE SELECT ON recurnet.model_roles FROM those that hold none any more.")));
}

/*
 * GRANT SELECT ON recurnet.model_roles TO name, without a text to put the name into.
 *
 * An entry is never part of the extension's making, not even while its script
 * brings a database of 0.1.0 here: PostgreSQL would take it for what every database
 * has, and pg_dump leave it out.
 */
static void
give_entry(const char *name)
{
	GrantStmt  *grant = makeNode(GrantStmt);
	AccessPriv *select = makeNode(AccessPriv);
	RoleSpec   *role = makeNode(RoleSpec);
	bool		creating = creating_extension;
	MemoryContext caller = CurrentMemoryContext;

	select->priv_name = pstrdup("select");
	role->roletype = ROLESPEC_CSTRING;
	role->rolename = pstrdup(name);
	role->location = -1;
	grant->is_grant = true;
	grant->targtype = ACL_TARGET_OBJECT;
	grant->objtype = OBJECT_TABLE;
	grant->objects = list_make1(makeRangeVar(pstrdup("recurnet"), pstrdup("model_roles"), -1));
	grant->privileges = list_make1(select);
	grant->grantees = list_make1(role);
	creating_extension = false; /* an error ends the script, which sees to it */
	PG_TRY();
	{
		ExecuteGrantStmt(grant);
	}
	PG_CATCH();
	{
		refuse_more_roles(caller);
	}
	PG_END_TRY();
	creating_extension = creating;
	CommandCounterIncrement();
}

/*
 * Has the role no entry?  If not, this session is the one to give it: the lock, held
 * until the transaction ends, has sessions that do so wait for each other; getting
 * it, this one learns what others have done.
 */
static bool
lacks_entry(Oid role)
{
	if (has_entry(role))
		return false;
	LockRelationOid(anchor(), ShareRowExclusiveLock);
	return !has_entry(role);
}

void
recurnet_rights_admit(Oid role)
{
	if (!lacks_entry(role))
		return;
	disown_left_over();
	give_entry(GetUserNameFromId(role, false));
}

void
recurnet_rights_check(RecurnetRight right, RecurnetRight needed, int64 model_id, const char *name, const RecurnetOwner *owner)
{
	static const char *const lacking[] = {
		[RECURNET_MAY_USE] = "This takes the right to use it.",
		[RECURNET_MAY_MANAGE] = "This takes the right to manage it.",
		[RECURNET_MAY_OWN] = "Only its owner may do this."
	};
	const char *model = name != NULL ? psprintf("\"%s\"", name) : psprintf(INT64_FORMAT, model_id);

	if (right >= needed)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for model %s", model),
			 errdetail("%s", lacking[needed]),
			 needed == RECURNET_MAY_OWN || !OidIsValid(owner->role)
			 ? errhint("The view rn_models says whose it is.")
			 : errhint("%s may give it to you: see rn_grant.", quote_identifier(owner->name))));
}

/*
 * Trigger before a row that names a role; its arguments are the columns of the name
 * and of the oid, which is that of the role of this name here and now.  Rows that are
 * not made here bring the role's entry along: those of a restored dump, above all
 * one of 0.1.0 or one whose GRANTs failed together because one of the roles is
 * missing, and those that a subscription receives.  What is left over stays: it may
 * be the row itself, which an update must not find changed.
 */
PG_FUNCTION_INFO_V1(recurnet_admit_role);
Datum
recurnet_admit_role(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	columns;
	HeapTuple	row;
	const char *name;
	int			column;
	Oid			role;
	Datum		oid;
	bool		isnull;

	if (!CALLED_AS_TRIGGER(fcinfo))
		elog(ERROR, "recurnet: admit_role() is a trigger");
	columns = trigger->tg_relation->rd_att;
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	name = SPI_getvalue(row, columns, SPI_fnumber(columns, trigger->tg_trigger->tgargs[0]));
	column = SPI_fnumber(columns, trigger->tg_trigger->tgargs[1]);
	role = name != NULL ? get_role_oid(name, true) : InvalidOid;
	if (OidIsValid(role) && !has_entry(role))
	{
		RecurnetScope scope;

		recurnet_statement_open(&scope);
		if (lacks_entry(role))
			give_entry(name);
		recurnet_statement_close(&scope);
	}
	oid = ObjectIdGetDatum(role);
	isnull = !OidIsValid(role);
	return PointerGetDatum(heap_modify_tuple_by_cols(row, columns, 1, &column, &oid, &isnull));
}

/*
 * Trigger before each row that is written to a table with queries, or rights, of
 * users.  Privileges do not close these: a member of pg_write_all_data has them,
 * and would have a query of his own run as whomever he likes.  Per row, as
 * a subscription does not fire triggers per statement.
 */
PG_FUNCTION_INFO_V1(recurnet_refuse_others);
Datum
recurnet_refuse_others(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation	table;

	if (!CALLED_AS_TRIGGER(fcinfo))
		elog(ERROR, "recurnet: refuse_others() is a trigger");
	table = trigger->tg_relation;
	if (!has_privs_of_role(GetUserId(), table->rd_rel->relowner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", RelationGetRelationName(table)),
				 errdetail("Only functions of the extension recurnet and superusers write to it.")));
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple);
}
