/*
 * owner.c
 *		A stored query runs with the rights of the model's owner, whoever asks.
 *
 * Neither gains by it.  The one who asks does not lend the query any right: a
 * security-restricted operation, as REFRESH MATERIALIZED VIEW has it, refuses to
 * leave the owner's role, and what it sets is put back.  And the one who asks
 * cannot slip the query anything that would run as the owner: names are looked
 * up where they were when it was stored, and in the session's temporary schema
 * only if they are nowhere else; and there, nothing may be that runs code.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "owner.h"

static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

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

void
recurnet_owner_open(RecurnetOwnerScope *scope, const RecurnetVersion *version)
{
	Oid			owner = recurnet_catalog_runs_as(version);

	GetUserIdAndSecContext(&scope->user, &scope->security);
	scope->guc_level = NewGUCNestLevel();
	set("search_path", temp_last(version->search_path));
	set("TimeZone", version->session_time_zone);
	SetUserIdAndSecContext(owner, scope->security | SECURITY_RESTRICTED_OPERATION);
}

void
recurnet_owner_close(const RecurnetOwnerScope *scope)
{
	AtEOXact_GUC(false, scope->guc_level);
	SetUserIdAndSecContext(scope->user, scope->security);
}

void
recurnet_owner_note_session(RecurnetVersion *version)
{
	version->search_path = pstrdup(namespace_search_path);
	version->session_time_zone = pstrdup(pg_get_timezone_name(session_timezone));
}
