/*
 * owner.c
 *		A stored query runs with the rights of the model's owner, whoever asks.
 *
 * Neither gains by it.  The one who asks does not lend the query any right: a
 * security-restricted operation, as REFRESH MATERIALIZED VIEW has it, refuses to
 * leave the owner's role, and what it sets is put back.  And the one who asks
 * cannot slip the query anything that would run as the owner: names are looked
 * up where they were when it was stored, and the session has no temporary objects.
 * For these are found first by a function that sets its own search_path, and last
 * of all by any name that is gone; and even a table runs code, of its indexes, say.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "owner.h"
#include "statement.h"

static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/*
 * What else changes the meaning of a query, or which rows it sees, and anybody may
 * set: as the server has it unless it is told otherwise.
 */
static const char *const fixed[][2] = {
	{"IntervalStyle", "postgres"},
	{"array_nulls", "on"},
	{"backslash_quote", "safe_encoding"},
	{"bytea_output", "hex"},
	{"extra_float_digits", "1"},
	{"gin_fuzzy_search_limit", "0"},
	{"quote_all_identifiers", "off"},
	{"row_security", "on"},
	{"standard_conforming_strings", "on"},
	{"timezone_abbreviations", "Default"},
	{"transform_null_equals", "off"},
	{"xmlbinary", "base64"},
	{"xmloption", "content"}
};

/* The path with the temporary schema last, wherever it was. */
static char *
temp_last(const char *search_path)
{
	StringInfoData path;
	List	   *schemas;
	ListCell   *cell;

	initStringInfo(&path);
	if (!SplitIdentifierString(pstrdup(search_path), ',', &schemas))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored search_path is no list of schemas: %s", search_path)));
	foreach(cell, schemas)
	{
		const char *schema = lfirst(cell);

		if (strncmp(schema, "pg_temp", strlen("pg_temp")) != 0)
			appendStringInfo(&path, "%s, ", quote_identifier(schema));
	}
	appendStringInfoString(&path, "pg_temp");
	return path.data;
}

/* Has the session anything in its temporary schema? */
static bool
has_temporary(void)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	bool		found;

	recurnet_statement_open(&scope);
	statement = recurnet_statement("SELECT FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass"
								   " AND refobjid = pg_my_temp_schema() LIMIT 1");
	found = recurnet_statement_run(&statement, SPI_OK_SELECT) > 0;
	recurnet_statement_close(&scope);
	return found;
}

/* A DBA who is denied a table wants to know who was. */
static void
say_whose(void *version)
{
	const RecurnetVersion *of = version;

	if (of->name != NULL)
		errcontext("stored query of model \"%s\", run as its owner %s", of->name, quote_identifier(of->owner.name));
	else
		errcontext("stored query of model " INT64_FORMAT ", run as its owner %s", of->model_id, quote_identifier(of->owner.name));
}

/* A model that was imported without one has none. */
static void
check_query(const RecurnetVersion *version)
{
	if (version->query == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model " INT64_FORMAT " has no query", version->model_id),
				 errdetail("It was imported without one."),
				 errhint("Import it with argument \"query\", or give a query in the call where it takes one.")));
}

void
recurnet_owner_open(RecurnetOwnerScope *scope, const RecurnetVersion *version)
{
	Oid			owner = recurnet_catalog_runs_as(version);

	check_query(version);
	GetUserIdAndSecContext(&scope->user, &scope->security);
	if (owner != scope->user && has_temporary())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot run another role's query in a session with temporary objects"),
				 errhint("Drop them (DISCARD TEMP), or use another session.")));
	scope->owner = owner;
	scope->guc_level = NewGUCNestLevel();
	set("search_path", temp_last(version->search_path));
	set("TimeZone", version->session_time_zone);
	set("DateStyle", version->date_style);
	for (size_t i = 0; i < lengthof(fixed); i++)
		set(fixed[i][0], fixed[i][1]);
	SetUserIdAndSecContext(owner, scope->security | SECURITY_RESTRICTED_OPERATION);
	scope->context = (ErrorContextCallback)
	{
		.previous = error_context_stack,.callback = say_whose,.arg = (void *) version
	};
	error_context_stack = &scope->context;
}

void
recurnet_owner_close(const RecurnetOwnerScope *scope)
{
	error_context_stack = scope->context.previous;
	AtEOXact_GUC(false, scope->guc_level);
	SetUserIdAndSecContext(scope->user, scope->security);
	if (scope->owner != scope->user && has_temporary())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("stored query of another role has made temporary objects"),
				 errdetail("They are gone again.")));
}

void
recurnet_owner_note_session(RecurnetVersion *version)
{
	version->search_path = pstrdup(namespace_search_path);
	version->session_time_zone = pstrdup(pg_get_timezone_name(session_timezone));
	version->date_style = pstrdup(GetConfigOption("DateStyle", false, false));
}
