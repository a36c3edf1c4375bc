/*
 * view.c
 *		Views of a model's rows and forecasts: their text, made and dropped as the
 *		caller.
 *
 * A view has the stored query as it is, and reads it with the rights of its owner;
 * functions in it run as whoever reads it.  So nobody gets a view of a query that
 * somebody else wrote.  Of what goes into its text, names are quoted, types are the
 * server's words for them, and the query has been parsed as a single SELECT.
 *
 * PostgreSQL does not know that a view needs the row of a model, but it does know
 * which views call rn_forecast_as; the model is named in their text.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "parser/parse_relation.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "columns.h"
#include "manage.h"
#include "option_table.h"
#include "owner.h"
#include "query.h"
#include "reader.h"
#include "view.h"

/* Columns that are added to those of the query. */
static const char *const added[] = {"lower", "upper", "is_forecast"};

/* ---- the query ---- */

/* What the model's query returns, and what of it is what. */
typedef struct Shown
{
	TupleDesc	desc;
	RecurnetColumns columns;
	RecurnetNames keys;
} Shown;

/* The query without what may stand behind it, such as a semicolon. */
static char *
statement_text(const char *query)
{
	RawStmt    *statement = linitial_node(RawStmt, pg_parse_query(query));
	const char *text = query + Max(statement->stmt_location, 0);

	return statement->stmt_len > 0 ? pnstrdup(text, statement->stmt_len) : pstrdup(text);
}

static void
check_names(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
		for (size_t k = 0; k < lengthof(added); k++)
			if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), added[k]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("query of the model has a column \"%s\", which the view adds", added[k]),
						 errhint("Train a model with another name for it: SELECT %s AS ....", added[k])));
}

/* ERROR if the query reads what a view that lasts cannot: PostgreSQL would make the view temporary. */
static void
check_lasting(const char *query)
{
	RawStmt    *statement = linitial_node(RawStmt, pg_parse_query(query));

	if (isQueryUsingTempRelation(parse_analyze_fixedparams(statement, query, NULL, 0, NULL)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a view cannot show a model whose query reads a temporary table"),
				 errhint("Train the model with a query of tables that last, by rn_train under the same name.")));
}

/* The columns of the stored query, in the current memory context. */
static Shown
describe(const RecurnetVersion *version)
{
	RecurnetWanted wanted = {
		.time = version->time_column,.target = version->target_column,
		.series = recurnet_names_parse(version->series_columns, "series", false),
		.covariates = recurnet_names_parse(version->covariates, "covariates", true),
		.stored = true
	};
	MemoryContext caller = CurrentMemoryContext;
	Shown		shown = {.keys = wanted.series};
	Portal		cursor;

	SPI_connect();
	cursor = recurnet_query_open(version->query);
	shown.columns = recurnet_columns_resolve(cursor->tupDesc, &wanted);
	MemoryContextSwitchTo(caller);
	shown.desc = CreateTupleDescCopy(cursor->tupDesc);
	SPI_cursor_close(cursor);
	SPI_finish();
	check_lasting(version->query);
	check_names(shown.desc);
	return shown;
}

/* ---- the text ---- */

static char *
type_text(Oid type, int32 typmod)
{
	return format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/* The type of column i, from 1. */
static char *
column_type(const Shown *shown, int i)
{
	Form_pg_attribute attribute = TupleDescAttr(shown->desc, i - 1);

	return type_text(attribute->atttypid, attribute->atttypmod);
}

/* Which of the keys is column i; -1: none. */
static int
key_of(const Shown *shown, int i)
{
	for (int k = 0; k < shown->keys.n; k++)
		if (shown->columns.key[k] == i)
			return k;
	return -1;
}

/* Column i (from 1) of a forecast f, whose key is k.  Collations are those of the query's columns. */
static void
append_forecast_column(StringInfo text, const Shown *shown, int i)
{
	int			key = key_of(shown, i);
	const char *value = "NULL";

	if (key >= 0)
	{
		appendStringInfo(text, "k.%s, ", quote_identifier(shown->keys.name[key]));
		return;
	}
	if (i == shown->columns.time)
		value = recurnet_reader_kind(shown->columns.time_type) == RN_TIME_INTEGER ? "f.t" : "f.ts";
	else if (i == shown->columns.target)
		value = "f.forecast";
	appendStringInfo(text, "CAST(%s AS %s), ", value, column_type(shown, i));
}

/* Keys as a row: ", pg_catalog.jsonb_to_record(...)". */
static void
append_keys(StringInfo text, const Shown *shown)
{
	if (shown->keys.n == 0)
		return;
	appendStringInfoString(text, ",\n\tLATERAL pg_catalog.jsonb_to_record(f.series) AS k(");
	for (int k = 0; k < shown->keys.n; k++)
		appendStringInfo(text, "%s%s %s", k > 0 ? ", " : "", quote_identifier(shown->keys.name[k]),
						 column_type(shown, shown->columns.key[k]));
	appendStringInfoChar(text, ')');
}

static char *
view_text(const char *name, const RecurnetVersion *version, const Shown *shown, const RecurnetViewSpec *spec)
{
	StringInfoData text;
	bool		integer = recurnet_reader_kind(shown->columns.time_type) == RN_TIME_INTEGER;

	initStringInfo(&text);
	appendStringInfo(&text, "CREATE VIEW %s AS\nSELECT ", name);
	for (int i = 1; i <= shown->desc->natts; i++)
		appendStringInfo(&text, "q.%s, ", quote_identifier(NameStr(TupleDescAttr(shown->desc, i - 1)->attname)));
	appendStringInfo(&text, "NULL::double precision AS %s, NULL::double precision AS %s, false AS %s\nFROM (\n%s\n) AS q\n",
					 added[0], added[1], added[2], statement_text(version->query));
	appendStringInfoString(&text, "UNION ALL\nSELECT ");
	for (int i = 1; i <= shown->desc->natts; i++)
		append_forecast_column(&text, shown, i);
	appendStringInfo(&text, "f.lower, f.upper, true\nFROM %s(NULL::%s, '" INT64_FORMAT "'::bigint, ",
					 quote_qualified_identifier(get_namespace_name(spec->functions), "rn_forecast_as"),
					 integer ? "bigint" : type_text(shown->columns.time_type, -1), version->model_id);
	if (spec->horizon > 0)
		appendStringInfo(&text, "%d, ", spec->horizon);
	else
		appendStringInfoString(&text, "NULL::integer, ");
	appendStringInfo(&text, "'%s'::double precision) AS f", recurnet_number_text(spec->level));
	append_keys(&text, shown);
	return text.data;
}

/* ---- created ---- */

/* Where a view of that name is to be; ERROR for a temporary one, which no catalog should remember. */
static RangeVar *
find_place(const char *name, Oid *schema)
{
	RangeVar   *place;
	List	   *parts;

	if (!SplitIdentifierString(pstrdup(name), '.', &parts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid name of a view: %s", name),
				 errhint("A name with spaces or capitals stands in double quotes: '\"My View\"'.")));
	place = makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name)));
	*schema = RangeVarGetCreationNamespace(place);
	if (isAnyTempNamespace(*schema))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the view of a model cannot be temporary"),
				 errhint("Name a schema for it that lasts.")));
	if (OidIsValid(get_relname_relid(place->relname, *schema)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("relation \"%s\" already exists", place->relname),
				 errhint("Give the view another name, or drop the other relation first.")));
	return place;
}

/* A view cannot say what is known ahead. */
static void
check_forecasts(const RecurnetVersion *version)
{
	RecurnetNames covariates = recurnet_names_parse(version->covariates, "covariates", true);

	for (int c = 0; c < covariates.n; c++)
		if (covariates.kind[c] == RN_COVARIATE_KNOWN)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("the model needs to know its covariates ahead: %s", quote_identifier(covariates.name[c])),
					 errdetail("The view would have nothing to tell them by."),
					 errhint("Create a view of your own, with rn_forecast_as and its argument future.")));
}

/* Nobody else: functions in the view run as whoever reads it. */
static void
check_owner(const RecurnetVersion *version)
{
	if (recurnet_catalog_runs_as(version) == GetUserId())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("a view of model " INT64_FORMAT " must be created by its owner, %s",
					version->model_id, quote_identifier(version->owner.name)),
			 errdetail("The view shows what the stored query reads, with the rights of whoever created it."),
			 errhint("SET ROLE to the owner, and grant SELECT on the view.")));
}

static void
execute(const char *sql, int expect)
{
	int			result;

	SPI_connect();
	result = SPI_execute(sql, false, 0);
	if (result != expect)
		elog(ERROR, "recurnet: %s: %s", SPI_result_code_string(result), sql);
	SPI_finish();
}

Oid
recurnet_view_create(RecurnetModelKey key, const RecurnetViewSpec *spec)
{
	RecurnetVersion *version = recurnet_catalog_load(key, RECURNET_MAY_OWN);
	RecurnetOwnerScope owner;
	Oid			schema;
	RangeVar   *place;
	Shown		shown;
	char	   *schema_name;

	check_owner(version);
	check_forecasts(version);
	place = find_place(spec->name, &schema);
	schema_name = get_namespace_name(schema);
	recurnet_owner_open(&owner, version);
	shown = describe(version);
	execute(view_text(quote_qualified_identifier(schema_name, place->relname), version, &shown, spec), SPI_OK_UTILITY);
	recurnet_owner_close(&owner);
	return get_relname_relid(place->relname, schema);
}

/* ---- dropped ---- */

/* Views of others do not keep a model: a former owner's, above all, whom nobody can make drop them. */
void
recurnet_view_drop(RecurnetModelKey key, bool cascade)
{
	char	   *others;
	char	   *views = recurnet_manage_views(key, &others);

	if (views != NULL && !cascade)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot drop the model because views show its forecasts"),
				 errdetail("They are: %s.", views),
				 errhint("Drop them first, or with it: rn_drop_model(..., cascade => true).")));
	if (others != NULL)
		ereport(NOTICE,
				(errmsg("views of other roles show forecasts of the model, and will fail without it"),
				 errdetail("They are: %s.", others)));
	if (views != NULL)
		execute(psprintf("DROP VIEW %s", views), SPI_OK_UTILITY);
}
