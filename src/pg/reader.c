/*
 * reader.c
 *		Runs a user's query through an SPI cursor and collects its rows.
 *
 * The query runs as the caller and with the caller's snapshot, under a
 * read-only cursor: it can do nothing that the caller could not do with it
 * anyway.  Times become the core's 64-bit counts here; what a value may be is
 * left to the core, which knows how to name the row.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "columns.h"
#include "guc.h"
#include "reader.h"
#include "sort.h"
#include "zone.h"

#define FETCH_ROWS	1000
#define FIRST_ROWS	1024		/* capacity to start with */
#define ROWS_PER_CHECK	65536	/* in loops without a query */

/* Rows being collected; what stays lives in the host's context. */
typedef struct Collector
{
	RecurnetHost *host;
	RecurnetColumns columns;
	RnSeries   *series;
	size_t		capacity;
	size_t		row;			/* of the query, from 1 */
	bool		ascending;		/* so far */
	bool		descending;
	RecurnetSort *sort;			/* takes the rows once they are neither */
} Collector;

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

/* Hold what so many values and the times take against the memory limit. */
static void
check_memory(const Collector *collector, size_t capacity)
{
	recurnet_guc_check_memory(capacity * sizeof(double) + rn_times_bytes(&collector->series->time),
							  "reading the query", "read fewer rows");
}

/* Make room for one more value. */
static void
grow(Collector *collector)
{
	RnSeries   *series = collector->series;
	size_t		capacity = collector->capacity == 0 ? FIRST_ROWS : collector->capacity * 2;

	if (series->n < collector->capacity)
		return;
	check_memory(collector, capacity);
	if (series->value == NULL)
		series->value = MemoryContextAllocHuge(collector->host->context, capacity * sizeof(double));
	else
		series->value = repalloc_huge(series->value, capacity * sizeof(double));
	collector->capacity = capacity;
}

static void
null_in_row(size_t row, const char *column, const char *time)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("column %s is null in row %zu of the query", quote_identifier(column), row),
			 time != NULL ? errdetail("The time of the row is %s.", time) : 0,
			 errhint("Exclude such rows with WHERE, or replace the null with COALESCE.")));
}

static void
infinite_time(size_t row)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("time is infinite in row %zu of the query", row),
			 errhint("Exclude such rows with WHERE isfinite(...).")));
}

/* A time as the core counts it; timestamptz as it is, not yet civil. */
static int64
time_from_datum(Datum datum, Oid type, size_t row)
{
	Timestamp	timestamp;
	int			overflow = 0;

	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(datum);
		case INT4OID:
			return DatumGetInt32(datum);
		case INT8OID:
			return DatumGetInt64(datum);
		case DATEOID:
			if (DATE_NOT_FINITE(DatumGetDateADT(datum)))
				infinite_time(row);
			timestamp = date2timestamp_opt_overflow(DatumGetDateADT(datum), &overflow);
			if (overflow != 0)
				ereport(ERROR,
						(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						 errmsg("date out of range for timestamp in row %zu of the query", row)));
			return timestamp;
		default:
			timestamp = DatumGetTimestamp(datum);
			if (TIMESTAMP_NOT_FINITE(timestamp))
				infinite_time(row);
			return timestamp;
	}
}

static double
value_from_datum(Datum datum, Oid type)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(datum);
		case INT4OID:
			return DatumGetInt32(datum);
		case INT8OID:
			return (double) DatumGetInt64(datum);
		case FLOAT4OID:
			return DatumGetFloat4(datum);
		case FLOAT8OID:
			return DatumGetFloat8(datum);
		default:
			/* what is too large becomes infinite, which the core refuses */
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, datum));
	}
}

/* Add a row to the series. */
static void
append_row(Collector *collector, int64 time, double value)
{
	RnSeries   *series = collector->series;
	size_t		bytes = rn_times_bytes(&series->time);

	grow(collector);
	recurnet_host_check(collector->host,
						rn_times_append(&collector->host->core, &series->time, series->n, time));
	if (rn_times_bytes(&series->time) > bytes)
		check_memory(collector, collector->capacity);
	series->value[series->n] = value;
	series->n++;
}

/* Hand all rows to a sort, which may go to disk. */
static void
begin_sort(Collector *collector)
{
	RnSeries   *series = collector->series;
	MemoryContext batch = MemoryContextSwitchTo(collector->host->context);

	collector->sort = recurnet_sort_begin();
	MemoryContextSwitchTo(batch);
	for (size_t i = 0; i < series->n; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		recurnet_sort_put(collector->sort, rn_time_at(&series->time, i), series->value[i]);
	}
	rn_times_free(&collector->host->core, &series->time);
	series->n = 0;
}

static void
end_sort(Collector *collector)
{
	int64		time;
	double		value;

	recurnet_sort_perform(collector->sort);
	while (recurnet_sort_get(collector->sort, &time, &value))
	{
		if (collector->series->n % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		append_row(collector, time, value);
	}
	recurnet_sort_end(collector->sort);
}

static void
collect_row(Collector *collector, HeapTuple tuple, TupleDesc desc)
{
	const RecurnetColumns *columns = &collector->columns;
	RnSeries   *series = collector->series;
	bool		isnull;
	Datum		datum;
	int64		time;
	double		value;

	collector->row++;
	datum = SPI_getbinval(tuple, desc, columns->time, &isnull);
	if (isnull)
		null_in_row(collector->row, SPI_fname(desc, columns->time), NULL);
	time = time_from_datum(datum, columns->time_type, collector->row);
	datum = SPI_getbinval(tuple, desc, columns->target, &isnull);
	if (isnull)
		null_in_row(collector->row, SPI_fname(desc, columns->target),
					SPI_getvalue(tuple, desc, columns->time));
	value = value_from_datum(datum, columns->target_type);

	if (collector->sort == NULL && series->n > 0)
	{
		int64		before = rn_time_at(&series->time, series->n - 1);

		collector->ascending &= before <= time;
		collector->descending &= before >= time;
		if (!collector->ascending && !collector->descending)
			begin_sort(collector);
	}
	if (collector->sort != NULL)
		recurnet_sort_put(collector->sort, time, value);
	else
		append_row(collector, time, value);
}

/*
 * Fetch all rows of the cursor.  Each batch and what converting it leaves
 * behind lives in a context of its own.
 */
static void
collect_all(Collector *collector, Portal cursor)
{
	MemoryContext batch = AllocSetContextCreate(CurrentMemoryContext,
												"recurnet batch of rows",
												ALLOCSET_DEFAULT_SIZES);

	for (;;)
	{
		MemoryContext spi;
		uint64		fetched;

		SPI_cursor_fetch(cursor, true, FETCH_ROWS);
		fetched = SPI_processed;
		spi = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < fetched; i++)
			collect_row(collector, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		SPI_freetuptable(SPI_tuptable);
		MemoryContextSwitchTo(spi);
		MemoryContextReset(batch);
		CHECK_FOR_INTERRUPTS();
		if (fetched == 0)
			break;
	}
	MemoryContextDelete(batch);
}

RnTimeKind
recurnet_reader_kind(Oid time_type)
{
	switch (time_type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return RN_TIME_INTEGER;
		default:
			return RN_TIME_CIVIL;
	}
}

/* Instants become civil time, in the zone that the source says. */
static void
make_civil(RecurnetHost *host, const RecurnetSource *source, RecurnetRows *rows)
{
	if (rows->time_type != TIMESTAMPTZOID)
	{
		if (source->time_zone != NULL && !source->zone_fixed)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"time_zone\" is for timestamptz, not for a time column of type %s",
							format_type_be(rows->time_type))));
		return;
	}
	if (source->zone_fixed)
	{
		/* a model without a zone has no use for instants: its caller says so */
		if (source->time_zone == NULL)
			return;
		rows->time_zone = source->time_zone;
		recurnet_zone_convert(host, &rows->series.time, rows->series.n,
							  recurnet_zone_find(source->time_zone));
	}
	else
		rows->time_zone = recurnet_zone_settle(host, &rows->series.time, rows->series.n,
											   source->time_zone, source->zone_before);
}

void
recurnet_reader_read(RecurnetHost *host, const RecurnetSource *source, RecurnetRows *rows)
{
	Collector	collector = {
		.host = host,.series = &rows->series,.ascending = true,.descending = true
	};
	SPIPlanPtr	plan;
	Portal		cursor;

	memset(rows, 0, sizeof(*rows));
	check_not_a_name(source->query);
	SPI_connect();
	plan = SPI_prepare(source->query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	check_plan(plan);
	cursor = SPI_cursor_open(NULL, plan, NULL, NULL, true);

	collector.columns = recurnet_columns_resolve(cursor->tupDesc, source->time, source->target);
	rows->time_type = collector.columns.time_type;
	rows->series.kind = recurnet_reader_kind(rows->time_type);
	rows->time = MemoryContextStrdup(host->context,
									 SPI_fname(cursor->tupDesc, collector.columns.time));
	rows->target = MemoryContextStrdup(host->context,
									   SPI_fname(cursor->tupDesc, collector.columns.target));
	collect_all(&collector, cursor);
	SPI_cursor_close(cursor);
	SPI_finish();

	if (collector.sort != NULL)
		end_sort(&collector);
	make_civil(host, source, rows);
	rows->bytes = collector.capacity * sizeof(double) + rn_times_bytes(&rows->series.time);
}
