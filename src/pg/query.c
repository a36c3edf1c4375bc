/*
 * query.c
 *		A user's query: that it is one SELECT and nothing else, and its cursor.
 *
 * It runs as the current user and with the caller's snapshot, under a read-only
 * cursor: it can do nothing that the current user could not do with it anyway.
 * That is the caller or, of a stored query, the model's owner (owner.h).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "model/inputs.h"

#include "query.h"

#define FETCH_ROWS	1000

static void
not_a_select(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("query must be a single SELECT, not %s", what),
			 errhint("For example: 'SELECT date, amount FROM sales'.")));
}

/* A table's name alone is a slip that deserves better than a syntax error. */
static void
check_not_a_name(const char *query)
{
	static const char space[] = " \t\r\n;";
	const char *name = query + strspn(query, space);
	size_t		length = strcspn(name, " \t\r\n;(");

	if (length > 0 && name[length + strspn(name + length, space)] == '\0' &&
		(length != strlen("select") || pg_strncasecmp(name, "select", length) != 0))
		not_a_select(psprintf("\"%.*s\"", pg_mbcliplen(name, length, NAMEDATALEN - 1), name));
}

/*
 * ERROR unless the plan is one SELECT that neither writes nor locks.
 */
static void
check_plan(SPIPlanPtr plan)
{
	List	   *sources = SPI_plan_get_plan_sources(plan);
	CachedPlanSource *source;
	Query	   *query;

	if (list_length(sources) == 0)
		not_a_select("an empty string");
	if (list_length(sources) > 1)
		not_a_select("several statements");
	source = (CachedPlanSource *) linitial(sources);
	if (list_length(source->query_list) != 1)
		not_a_select("a statement that a rule rewrites");
	query = linitial_node(Query, source->query_list);
	if (query->commandType != CMD_SELECT)
		not_a_select(CreateCommandName((Node *) query));
	if (query->hasModifyingCTE)
		not_a_select("one that writes in WITH");
	if (query->rowMarks != NIL)
		not_a_select("one that locks rows");
}

/* The plan of a query that is as it should be. */
static SPIPlanPtr
prepare(const char *query)
{
	SPIPlanPtr	plan;

	check_not_a_name(query);
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	check_plan(plan);
	return plan;
}

void
recurnet_query_check(const char *query)
{
	SPI_connect();
	prepare(query);
	SPI_finish();
}

RecurnetColumns
recurnet_query_columns(const char *query, const RecurnetWanted *wanted)
{
	RecurnetColumns columns;
	CachedPlanSource *source;

	SPI_connect();
	source = linitial(SPI_plan_get_plan_sources(prepare(query)));
	columns = recurnet_columns_resolve(source->resultDesc, wanted);
	SPI_finish();
	return columns;
}

Portal
recurnet_query_open(const char *query)
{
	return SPI_cursor_open(NULL, prepare(query), NULL, NULL, true);
}

static int
compare_dates(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;

	return (x > y) - (x < y);
}

/* Append the dates of one fetch; returns how many there are then. */
static size_t
append_dates(const RecurnetHost *host, size_t n, int32 **dates)
{
	size_t		all = n + SPI_processed;

	if (all > RN_MAX_HOLIDAYS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("holidays are more than %d", RN_MAX_HOLIDAYS)));
	if (*dates == NULL)
		*dates = MemoryContextAlloc(host->context, Max(all, 1) * sizeof(int32));
	else
		*dates = repalloc(*dates, Max(all, 1) * sizeof(int32));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		datum = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		if (!isnull && !DATE_NOT_FINITE(DatumGetDateADT(datum)))
			(*dates)[n++] = DatumGetDateADT(datum);
	}
	return n;
}

int32 *
recurnet_query_dates(RecurnetHost *host, const char *query, size_t *n)
{
	Portal		cursor;
	int32	   *dates = NULL;
	size_t		all = 0;

	SPI_connect();
	cursor = recurnet_query_open(query);
	if (cursor->tupDesc->natts != 1 || getBaseType(TupleDescAttr(cursor->tupDesc, 0)->atttypid) != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("query of option \"holidays\" must return one column of type date"),
				 errhint("For example: 'SELECT day FROM holiday'.")));
	do
	{
		SPI_cursor_fetch(cursor, true, FETCH_ROWS);
		all = append_dates(host, all, &dates);
		SPI_freetuptable(SPI_tuptable);
		CHECK_FOR_INTERRUPTS();
	} while (SPI_processed > 0);
	SPI_cursor_close(cursor);
	SPI_finish();

	if (all > 0)
		qsort(dates, all, sizeof(int32), compare_dates);
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (*n == 0 || dates[*n - 1] != dates[i])
			dates[(*n)++] = dates[i];
	return dates;
}
