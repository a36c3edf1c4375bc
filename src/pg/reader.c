/*
 * reader.c
 *		Runs a user's query through an SPI cursor and collects its rows.
 *
 * Rows go straight into the arrays of a panel as long as they come series by
 * series and in the order of time.  When one does not, all are handed to a sort
 * and collected again from there; so the order of rows changes nothing but the
 * time it takes.
 *
 * Whose rights the query has, query.c says.  What it returns is of types whose
 * functions may be its author's: they run in here, too.  Times become the core's
 * 64-bit counts here; what a value may be is left to the core, which knows how to
 * name the row.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_operator_d.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "columns.h"
#include "guc.h"
#include "progress.h"
#include "query.h"
#include "reader.h"
#include "series_key.h"
#include "sort.h"
#include "zone.h"

#define FETCH_ROWS	1000
#define FIRST_ROWS	1024		/* capacity to start with */
#define ROWS_PER_CHECK	65536	/* in loops without a query */
#define MOST_EXPECTED	1e9		/* of rows: planners believe in more */

/* A row as the reader sees it. */
typedef struct Row
{
	Datum		key[RECURNET_MAX_KEYS];
	bool		key_null[RECURNET_MAX_KEYS];
	int64		time;
	double		value;			/* NaN: null */
	float		covariate[RN_MAX_COVARIATES];	/* NaN: null */
} Row;

/* Rows being collected; what stays lives in the host's context. */
typedef struct Collector
{
	RecurnetHost *host;
	const RecurnetSource *source;
	RecurnetColumns columns;
	RecurnetKey key;
	RnPanel    *panel;
	size_t		expected;		/* rows that the planner expects */
	size_t		capacity;		/* rows that there is room for */
	size_t		series_capacity;
	Datum	   *series_key;		/* [series][keys] */
	bool	   *series_key_null;
	size_t		key_bytes;
	size_t		time_bytes;		/* of all series but the last */
	size_t		row;			/* of the query, from 1 */
	bool		ascending;		/* so far */
	bool		descending;
	RecurnetSort *sort;			/* takes the rows once they are neither */
	TupleDesc	sort_desc;
} Collector;

/* Bytes of a row in the panel's arrays. */
static size_t
row_bytes(const Collector *collector)
{
	return sizeof(double) + (size_t) collector->panel->columns * sizeof(float);
}

/* Bytes of so many series, without the values and covariates of their rows. */
static size_t
series_bytes(const Collector *collector, size_t series)
{
	const RnPanel *panel = collector->panel;
	size_t		times = collector->time_bytes
		+ (panel->count > 0 ? rn_times_bytes(&panel->series[panel->count - 1].time) : 0);

	return times + collector->key_bytes +
		series * (sizeof(RnSeries) + collector->key.n * (sizeof(Datum) + 1));
}

/* Hold what so many rows and series take against the memory limit. */
static void
check_memory(const Collector *collector, size_t rows, size_t series)
{
	recurnet_guc_check_memory(rows * row_bytes(collector) + series_bytes(collector, series),
							  "reading the query", "read fewer rows");
}

/* An array of the host's, grown to size bytes. */
static void *
resize(const Collector *collector, void *array, size_t size)
{
	if (array == NULL)
		return MemoryContextAllocHuge(collector->host->context, size);
	return repalloc_huge(array, size);
}

/* Rows that there is room for within the memory limit. */
static size_t
rows_within_limit(const Collector *collector)
{
	size_t		others = series_bytes(collector, collector->series_capacity);
	size_t		limit = recurnet_guc_max_memory();

	return limit > others ? (limit - others) / row_bytes(collector) : 0;
}

/* Make room for one more row: half as much again, or all that is allowed. */
static void
grow(Collector *collector)
{
	RnPanel    *panel = collector->panel;
	size_t		capacity = collector->capacity == 0 ? FIRST_ROWS : collector->capacity + collector->capacity / 2;
	size_t		most;

	if (panel->rows < collector->capacity)
		return;
	most = rows_within_limit(collector);
	if (most > panel->rows)
		capacity = Min(capacity, most);
	else						/* refuse, by what all of them would take */
		check_memory(collector, Max(capacity, collector->expected), collector->series_capacity);
	panel->value = resize(collector, panel->value, capacity * sizeof(double));
	if (panel->columns > 0)
		panel->covariate = resize(collector, panel->covariate, capacity * (size_t) panel->columns * sizeof(float));
	collector->capacity = capacity;
}

/* Make room for one more series. */
static void
grow_series(Collector *collector)
{
	RnPanel    *panel = collector->panel;
	size_t		capacity = collector->series_capacity == 0 ? 16 : 2 * collector->series_capacity;
	size_t		keys = (size_t) collector->key.n;

	if (panel->count < collector->series_capacity)
		return;
	check_memory(collector, collector->capacity, capacity);
	panel->series = resize(collector, panel->series, capacity * sizeof(RnSeries));
	if (keys > 0)
	{
		collector->series_key = resize(collector, collector->series_key, capacity * keys * sizeof(Datum));
		collector->series_key_null = resize(collector, collector->series_key_null, capacity * keys);
	}
	collector->series_capacity = capacity;
}

static void
null_in_row(size_t row, const char *column, const char *time)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("column %s is null in row %zu of the query", quote_identifier(column), row),
			 time != NULL ? errdetail("The time of the row is %s.", time) : 0,
			 time == NULL ? errhint("Exclude such rows with WHERE: a row needs a time.") :
			 errhint("Set option \"missing\" to interpolate, locf, zero or mask, exclude such rows with WHERE, or replace the null with COALESCE.")));
}

static void
infinite_time(size_t row)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("time is infinite in row %zu of the query", row),
			 errhint("Exclude such rows with WHERE isfinite(...).")));
}

/* timestamptz as it is, not yet civil */
int64
recurnet_reader_time(Datum datum, Oid type, size_t row)
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
		case BOOLOID:
			return DatumGetBool(datum) ? 1 : 0;
		default:
			/* what is too large becomes infinite, which the core refuses */
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, datum));
	}
}

/* The key of series s. */
static Datum *
key_of(const Collector *collector, size_t s)
{
	return collector->series_key + s * (size_t) collector->key.n;
}

static bool *
key_null_of(const Collector *collector, size_t s)
{
	return collector->series_key_null + s * (size_t) collector->key.n;
}

/* A series that begins with this row. */
static void
begin_series(Collector *collector, const Row *row)
{
	RnPanel    *panel = collector->panel;
	MemoryContext batch;

	if (panel->count > 0)
		collector->time_bytes += rn_times_bytes(&panel->series[panel->count - 1].time);
	grow_series(collector);
	batch = MemoryContextSwitchTo(collector->host->context);
	for (int k = 0; k < collector->key.n; k++)
	{
		Form_pg_attribute attribute = collector->key.attribute[k];

		/* lint: set by parse_row, for as many columns of the key */
		key_null_of(collector, panel->count)[k] = row->key_null[k];
		key_of(collector, panel->count)[k] = row->key_null[k] ? (Datum) 0
			: datumCopy(row->key[k], attribute->attbyval, attribute->attlen);
		if (!row->key_null[k] && !attribute->attbyval)
			collector->key_bytes += datumGetSize(row->key[k], false, attribute->attlen);
	}
	MemoryContextSwitchTo(batch);
	memset(&panel->series[panel->count], 0, sizeof(RnSeries));
	panel->series[panel->count].first = panel->rows;
	panel->count++;
}

/* Where a row stands to those before it: in a later series, an earlier one, or the same. */
static int
compare_with_last(const Collector *collector, const Row *row)
{
	size_t		last = collector->panel->count - 1;

	return recurnet_key_compare(&collector->key, row->key, row->key_null,
								key_of(collector, last), key_null_of(collector, last));
}

/* Add a row to the panel. */
static void
append_row(Collector *collector, const Row *row)
{
	RnPanel    *panel = collector->panel;
	RnSeries   *series;
	size_t		bytes;
	float	   *covariate;

	if (panel->count == 0 || (collector->key.n > 0 && compare_with_last(collector, row) != 0))
		begin_series(collector, row);
	grow(collector);
	series = &panel->series[panel->count - 1];
	bytes = rn_times_bytes(&series->time);
	recurnet_host_check(collector->host,
						rn_times_append(&collector->host->core, &series->time, series->n, row->time));
	if (rn_times_bytes(&series->time) > bytes)
		check_memory(collector, collector->capacity, collector->series_capacity);
	panel->value[panel->rows] = row->value;
	covariate = panel->covariate + panel->rows * (size_t) panel->columns;
	for (int c = 0; c < panel->columns; c++)
		/* lint: set by parse_row, for as many covariates */
		covariate[c] = c < collector->source->wanted.covariates.n ? row->covariate[c] : 0;
	panel->rows++;
	series->n++;
}

/* ---- rows that come in no order ---- */

/* What the sort sees of a row: keys, time, its number, value, covariates. */
static TupleDesc
sort_columns(const Collector *collector)
{
	int			keys = collector->key.n;
	int			covariates = collector->source->wanted.covariates.n;
	TupleDesc	desc = CreateTemplateTupleDesc(keys + 3 + covariates);

	for (int k = 0; k < keys; k++)
	{
		TupleDescInitEntry(desc, k + 1, NULL, collector->key.attribute[k]->atttypid, -1, 0);
		TupleDescInitEntryCollation(desc, k + 1, collector->key.attribute[k]->attcollation);
	}
	TupleDescInitEntry(desc, keys + 1, "time", INT8OID, -1, 0);
	TupleDescInitEntry(desc, keys + 2, "row", INT8OID, -1, 0);
	TupleDescInitEntry(desc, keys + 3, "value", FLOAT8OID, -1, 0);
	for (int c = 0; c < covariates; c++)
		TupleDescInitEntry(desc, keys + 4 + c, NULL, FLOAT4OID, -1, 0);
	return desc;
}

static void
put_in_sort(Collector *collector, const Row *row, size_t number)
{
	int			keys = collector->key.n;
	Datum		values[RECURNET_MAX_KEYS + 3 + RN_MAX_COVARIATES];
	bool		nulls[RECURNET_MAX_KEYS + 3 + RN_MAX_COVARIATES] = {false};

	memcpy(values, row->key, keys * sizeof(Datum));
	memcpy(nulls, row->key_null, keys);
	values[keys] = Int64GetDatum(row->time);
	values[keys + 1] = Int64GetDatum((int64) number);
	values[keys + 2] = Float8GetDatum(row->value);
	for (int c = 0; c < collector->source->wanted.covariates.n; c++)
		/* lint: set by parse_row, for as many covariates */
		values[keys + 3 + c] = Float4GetDatum(row->covariate[c]);
	recurnet_sort_put(collector->sort, values, nulls);
}

static void
get_from_sort(const Collector *collector, TupleTableSlot *slot, Row *row)
{
	int			keys = collector->key.n;

	memcpy(row->key, slot->tts_values, keys * sizeof(Datum));
	memcpy(row->key_null, slot->tts_isnull, keys);
	row->time = DatumGetInt64(slot->tts_values[keys]);
	row->value = DatumGetFloat8(slot->tts_values[keys + 2]);
	for (int c = 0; c < collector->source->wanted.covariates.n; c++)
		row->covariate[c] = DatumGetFloat4(slot->tts_values[keys + 3 + c]);
}

/* Row i of a series of the panel as it was read. */
static void
read_back(const Collector *collector, size_t s, size_t i, Row *row)
{
	const RnPanel *panel = collector->panel;
	const RnSeries *series = &panel->series[s];
	size_t		at = series->first + i;

	if (collector->key.n > 0)
	{
		memcpy(row->key, key_of(collector, s), collector->key.n * sizeof(Datum));
		memcpy(row->key_null, key_null_of(collector, s), collector->key.n);
	}
	row->time = rn_time_at(&series->time, i);
	row->value = panel->value[at];
	if (panel->columns > 0)
		memcpy(row->covariate, panel->covariate + at * (size_t) panel->columns,
			   collector->source->wanted.covariates.n * sizeof(float));
}

/* Hand all rows to a sort, which may go to disk. */
static void
begin_sort(Collector *collector)
{
	RnPanel    *panel = collector->panel;
	MemoryContext batch = MemoryContextSwitchTo(collector->host->context);
	int			keys = collector->key.n;
	AttrNumber	column[RECURNET_MAX_KEYS + 2];
	Oid			less[RECURNET_MAX_KEYS + 2];
	Oid			collation[RECURNET_MAX_KEYS + 2] = {InvalidOid};
	bool		nulls_first[RECURNET_MAX_KEYS + 2] = {false};
	RecurnetOrder order = {keys + 2, column, less, collation, nulls_first};
	size_t		number = 0;

	for (int k = 0; k < keys + 2; k++)
	{
		column[k] = k + 1;
		less[k] = k < keys ? collector->key.less[k] : Int8LessOperator;
		collation[k] = k < keys ? collector->key.attribute[k]->attcollation : InvalidOid;
	}
	collector->sort = recurnet_sort_begin(sort_columns(collector), &order);
	MemoryContextSwitchTo(batch);
	for (size_t s = 0; s < panel->count; s++)
	{
		for (size_t i = 0; i < panel->series[s].n; i++)
		{
			Row			row;

			if (number % ROWS_PER_CHECK == 0)
				CHECK_FOR_INTERRUPTS();
			read_back(collector, s, i, &row);
			put_in_sort(collector, &row, number++);
		}
		rn_times_free(&collector->host->core, &panel->series[s].time);
	}
	panel->count = panel->rows = 0;
	collector->time_bytes = collector->key_bytes = 0;
}

static void
end_sort(Collector *collector)
{
	TupleTableSlot *slot;
	Row			row;

	recurnet_sort_perform(collector->sort);
	while ((slot = recurnet_sort_get(collector->sort)) != NULL)
	{
		if (collector->panel->rows % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		get_from_sort(collector, slot, &row);
		append_row(collector, &row);
	}
	recurnet_sort_end(collector->sort);
}

/* ---- rows as they come ---- */

/* A number of the row, NaN for null where nulls are allowed. */
static double
number_in_row(const Collector *collector, HeapTuple tuple, TupleDesc desc, int column, Oid type)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(tuple, desc, column, &isnull);

	if (!isnull)
		return value_from_datum(datum, type);
	if (!collector->source->allow_null)
		null_in_row(collector->row, SPI_fname(desc, column), SPI_getvalue(tuple, desc, collector->columns.time));
	return get_float8_nan();
}

/* A covariate, which is a float for the network; what is too large is infinite. */
static float
covariate_in_row(const Collector *collector, HeapTuple tuple, TupleDesc desc, int c)
{
	return (float) number_in_row(collector, tuple, desc, collector->columns.covariate[c],
								 collector->columns.covariate_type[c]);
}

static void
parse_row(const Collector *collector, HeapTuple tuple, TupleDesc desc, Row *row)
{
	const RecurnetColumns *columns = &collector->columns;
	bool		isnull;
	Datum		datum = SPI_getbinval(tuple, desc, columns->time, &isnull);

	if (isnull)
		null_in_row(collector->row, SPI_fname(desc, columns->time), NULL);
	row->time = recurnet_reader_time(datum, columns->time_type, collector->row);
	for (int k = 0; k < collector->key.n; k++)
		row->key[k] = SPI_getbinval(tuple, desc, columns->key[k], &row->key_null[k]);
	row->value = columns->target > 0
		? number_in_row(collector, tuple, desc, columns->target, columns->target_type) : 0;
	for (int c = 0; c < collector->source->wanted.covariates.n; c++)
		row->covariate[c] = covariate_in_row(collector, tuple, desc, c);
}

/* Do rows still come in order with this one? */
static bool
in_order(Collector *collector, const Row *row)
{
	const RnPanel *panel = collector->panel;
	const RnSeries *series;
	int			compared;
	int64		before;

	if (panel->rows == 0)
		return true;
	series = &panel->series[panel->count - 1];
	before = rn_time_at(&series->time, series->n - 1);
	compared = compare_with_last(collector, row);
	collector->ascending &= compared > 0 || (compared == 0 && before <= row->time);
	collector->descending &= collector->key.n == 0 && before >= row->time;
	return collector->ascending || collector->descending;
}

static void
collect_row(Collector *collector, HeapTuple tuple, TupleDesc desc)
{
	Row			row;

	collector->row++;
	parse_row(collector, tuple, desc, &row);
	if (collector->source->cut != NULL && row.time > *collector->source->cut)
		return;
	if (collector->sort == NULL && !in_order(collector, &row))
		begin_sort(collector);
	if (collector->sort != NULL)
		put_in_sort(collector, &row, collector->row);
	else
		append_row(collector, &row);
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
		recurnet_progress_read(collector->host, collector->row, collector->panel->count);
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
			recurnet_zone_refuse(rows->time_type);
		return;
	}
	if (source->zone_fixed)
	{
		/* a model without a zone has no use for instants: its caller says so */
		if (source->time_zone == NULL)
			return;
		rows->time_zone = source->time_zone;
		recurnet_zone_convert(host, &rows->panel, recurnet_zone_find(source->time_zone));
	}
	else
		rows->time_zone = recurnet_zone_settle(host, &rows->panel, source->time_zone, source->zone_before,
											   source->whole_days, &rows->wall_zone);
}

/* ERROR now, not after the training, for a key that cannot be stored as UTF-8. */
static void
check_words(const char *json)
{
	char	   *utf8 = pg_server_to_any(json, strlen(json), PG_UTF8);

	if (GetDatabaseEncoding() == PG_SQL_ASCII && !pg_verify_mbstr(PG_UTF8, utf8, strlen(utf8), true))
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("key of a series is no UTF-8: %s", json),
				 errhint("Models keep their words in UTF-8, whatever the database says of its own.")));
}

/* The key of every series as JSON, which is what is made of it from here on. */
static void
name_series(Collector *collector)
{
	RnPanel    *panel = collector->panel;
	MemoryContext scratch;
	int			settings;

	if (collector->key.n == 0)
		return;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "recurnet keys", ALLOCSET_DEFAULT_SIZES);
	settings = recurnet_key_pin_settings();
	for (size_t s = 0; s < panel->count; s++)
	{
		MemoryContext caller = MemoryContextSwitchTo(scratch);
		char	   *json = recurnet_key_json(&collector->key, key_of(collector, s), key_null_of(collector, s));

		CHECK_FOR_INTERRUPTS();
		check_words(json);
		panel->series[s].key = MemoryContextStrdup(collector->host->context, json);
		collector->key_bytes += strlen(json) + 1;
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
	}
	AtEOXact_GUC(true, settings);
	MemoryContextDelete(scratch);
}

/* Give back what was only needed for reading; bytes that are kept. */
static size_t
finish(Collector *collector)
{
	RnPanel    *panel = collector->panel;

	if (panel->rows > 0 && panel->rows < collector->capacity)
	{
		panel->value = repalloc_huge(panel->value, panel->rows * sizeof(double));
		if (panel->columns > 0)
			panel->covariate = repalloc_huge(panel->covariate,
											 panel->rows * (size_t) panel->columns * sizeof(float));
	}
	if (collector->series_key != NULL)
	{
		pfree(collector->series_key);
		pfree(collector->series_key_null);
	}
	return panel->rows * row_bytes(collector) + series_bytes(collector, collector->series_capacity);
}

void
recurnet_reader_read(RecurnetHost *host, const RecurnetSource *source, RecurnetRows *rows)
{
	Collector	collector = {
		.host = host,.source = source,.panel = &rows->panel,.ascending = true,.descending = true
	};
	Portal		cursor;

	memset(rows, 0, sizeof(*rows));
	SPI_connect();
	cursor = recurnet_query_open(source->query);
	collector.columns = recurnet_columns_resolve(cursor->tupDesc, &source->wanted);
	collector.key = recurnet_key(cursor->tupDesc, &collector.columns, &source->wanted.series);
	rows->time_type = collector.columns.time_type;
	rows->panel.kind = recurnet_reader_kind(rows->time_type);
	rows->panel.columns = rn_inputs_columns(&source->inputs);
	rows->time = MemoryContextStrdup(host->context,
									 SPI_fname(cursor->tupDesc, collector.columns.time));
	if (collector.columns.target > 0)
		rows->target = MemoryContextStrdup(host->context,
										   SPI_fname(cursor->tupDesc, collector.columns.target));
	collector.expected = (size_t) Min(Max(PortalGetPrimaryStmt(cursor)->planTree->plan_rows, 0), MOST_EXPECTED);
	collect_all(&collector, cursor);
	if (collector.sort != NULL)
		end_sort(&collector);
	name_series(&collector);
	SPI_cursor_close(cursor);
	SPI_finish();

	make_civil(host, source, rows);
	rows->bytes = finish(&collector);
}

void
recurnet_reader_single(RecurnetHost *host, Oid time_type, size_t n, int columns, RecurnetRows *rows)
{
	RnPanel    *panel = &rows->panel;

	memset(rows, 0, sizeof(*rows));
	rows->time_type = time_type;
	rows->bytes = n * (sizeof(double) + columns * sizeof(float));
	panel->kind = recurnet_reader_kind(time_type);
	panel->count = 1;
	panel->rows = n;
	panel->columns = columns;
	panel->series = MemoryContextAllocZero(host->context, sizeof(RnSeries));
	panel->series[0].n = n;
	panel->value = MemoryContextAllocHuge(host->context, n * sizeof(double));
	if (columns > 0)
		panel->covariate = MemoryContextAllocExtended(host->context, n * columns * sizeof(float),
													  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}
