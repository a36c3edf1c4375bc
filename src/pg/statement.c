/*
 * statement.c
 *		SPI with another user, a pinned search_path and typed parameters.
 *
 * Statements run as not read-only even where they only read: that takes a new
 * snapshot, so that rn_forecast(rn_train(...)) sees within one statement what
 * was just stored.  It needs no transaction id and works on a standby and in
 * a parallel worker as long as the statement itself only reads.
 *
 * The operation is security-restricted: a trigger that somebody put on a table
 * there cannot wait until the user is another one again.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "statement.h"

/* The catalog is not there, or not as this library knows it. */
static void
no_catalog(bool older)
{
	if (older)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension recurnet is older in this database than its library"),
				 errhint("Run ALTER EXTENSION recurnet UPDATE.")));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("extension recurnet is not installed in this database"),
			 errhint("Use CREATE EXTENSION recurnet.")));
}

/*
 * The owner of the catalog's tables, who is the extension's.  The table that is
 * asked is one that version 0.1.0 did not have; it has to be the extension's, as
 * without that anybody may have a schema of this name, and traps in it.
 */
static Oid
catalog_owner(void)
{
	Oid			schema = get_namespace_oid("recurnet", true);
	Oid			table = OidIsValid(schema) ? get_relname_relid("model_roles", schema) : InvalidOid;
	Oid			extension = get_extension_oid("recurnet", true);
	HeapTuple	tuple = NULL;
	Oid			owner;

	if (OidIsValid(table) && OidIsValid(extension) && getExtensionOfObject(RelationRelationId, table) == extension)
		tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	if (!HeapTupleIsValid(tuple))
		no_catalog(OidIsValid(schema) && OidIsValid(get_relname_relid("model", schema)));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * An error between open and close needs no care: the end of the transaction
 * or subtransaction puts user, settings and SPI back.
 */
void
recurnet_statement_open(RecurnetScope *scope)
{
	scope->context = CurrentMemoryContext;
	GetUserIdAndSecContext(&scope->user, &scope->security);
	scope->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	SetUserIdAndSecContext(catalog_owner(), scope->security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	SPI_connect();
}

void
recurnet_statement_close(RecurnetScope *scope)
{
	SPI_finish();
	SetUserIdAndSecContext(scope->user, scope->security);
	AtEOXact_GUC(false, scope->guc_level);
	MemoryContextSwitchTo(scope->context);
}

RecurnetStatement
recurnet_statement(const char *sql)
{
	RecurnetStatement statement = {.sql = sql};

	return statement;
}

void
recurnet_parameter(RecurnetStatement *statement, Oid type, Datum value)
{
	int			i = statement->n++;

	Assert(i < RECURNET_MAX_PARAMETERS);
	statement->type[i] = type;
	statement->value[i] = value;
	statement->null[i] = ' ';
}

void
recurnet_parameter_null(RecurnetStatement *statement, Oid type)
{
	recurnet_parameter(statement, type, (Datum) 0);
	statement->null[statement->n - 1] = 'n';
}

void
recurnet_parameter_text(RecurnetStatement *statement, const char *value)
{
	if (value != NULL)
		recurnet_parameter(statement, TEXTOID, CStringGetTextDatum(value));
	else
		recurnet_parameter_null(statement, TEXTOID);
}

void
recurnet_parameter_int8(RecurnetStatement *statement, int64 value)
{
	recurnet_parameter(statement, INT8OID, Int64GetDatum(value));
}

uint64
recurnet_statement_run(RecurnetStatement *statement, int expect)
{
	int			result;

	if (statement->latest)
		PushActiveSnapshot(GetLatestSnapshot());
	result = SPI_execute_with_args(statement->sql, statement->n, statement->type,
								   statement->value, statement->null, statement->latest, 0);
	if (statement->latest)
		PopActiveSnapshot();
	if (result != expect)
		elog(ERROR, "recurnet: %s: %s", SPI_result_code_string(result), statement->sql);
	return SPI_processed;
}

char *
recurnet_result_text(const RecurnetScope *scope, int row, int column)
{
	char	   *text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return text != NULL ? MemoryContextStrdup(scope->context, text) : NULL;
}

int64
recurnet_result_int8(int row, int column, bool *isnull)
{
	bool		null;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	if (isnull != NULL)
		*isnull = null;
	return null ? 0 : DatumGetInt64(datum);
}

struct varlena *
recurnet_result_varlena(const RecurnetScope *scope, int row, int column)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);
	MemoryContext spi;
	struct varlena *copy;

	if (isnull)
		return NULL;
	spi = MemoryContextSwitchTo(scope->context);
	copy = PG_DETOAST_DATUM_COPY(datum);
	MemoryContextSwitchTo(spi);
	return copy;
}
