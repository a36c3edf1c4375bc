/*
 * series.c
 *		From rows as they came to a series: checked, sorted, with a calendar.
 *
 * Queries mostly deliver rows in the order of time, or in its reverse; one
 * pass that checks every value sees which, and neither needs memory.  Other
 * orders go through a bottom-up merge sort: qsort() can neither be cancelled
 * nor carry the values along, and a sort in place jumps about in a memory that
 * ten million rows fill well beyond any cache.
 */
#include "series/series.h"

#include <math.h>

/* Rows between two polls: less than a millisecond of any loop here. */
#define POLL_ROWS	0x10000

/* Runs of so many rows are sorted by insertion before they are merged. */
#define RUN_ROWS	16

/* Times with their values, in step. */
typedef struct Rows
{
	int64_t    *time;
	double	   *value;
} Rows;

typedef enum RowOrder
{
	ORDER_ASCENDING,
	ORDER_DESCENDING,
	ORDER_NONE
} RowOrder;

/* Poll at every POLL_ROWS-th row. */
static RnCode
poll_at(RnHost *host, size_t row)
{
	return row % POLL_ROWS == 0 ? rn_poll(host) : RN_OK;
}

static RnCode
refuse_time(RnHost *host, RnTimeKind kind, int64_t time, size_t row)
{
	char		text[RN_TIME_TEXT];

	rn_time_describe(kind, time, text, sizeof(text));
	if (time == INT64_MIN || time == INT64_MAX)
		rn_fail(host, RN_INVALID_DATA, "time %s in row %zu", text, row + 1);
	else
		rn_fail(host, RN_INVALID_DATA, "time %s in row %zu is out of range", text, row + 1);
	return rn_fail_hint(host, "Leave such rows out of the query, for example by isfinite() in its WHERE clause.");
}

static RnCode
refuse_value(RnHost *host, RnTimeKind kind, int64_t time, double value)
{
	char		text[RN_TIME_TEXT];

	rn_time_describe(kind, time, text, sizeof(text));
	if (isnan(value))
		rn_fail(host, RN_INVALID_DATA, "value NaN at time %s", text);
	else if (isinf(value))
		rn_fail(host, RN_INVALID_DATA, "value %s at time %s", value < 0 ? "-Infinity" : "Infinity", text);
	else
	{
		rn_fail(host, RN_INVALID_DATA, "value %g at time %s is too large", value, text);
		rn_fail_detail(host, "Values are limited to %g in magnitude.", RN_MAX_MAGNITUDE);
		return rn_fail_hint(host, "Scale the values down in the query, or leave out those that are mistakes.");
	}
	return rn_fail_hint(host, "Leave such rows out of the query where the even step allows it, or give them a finite value.");
}

/* Refuse the first row that is not fit for a series, and see how rows lie. */
static RnCode
check_rows(RnHost *host, const RnSeries *series, RowOrder *order)
{
	bool		ascending = true;
	bool		descending = true;

	for (size_t i = 0; i < series->n; i++)
	{
		RN_TRY(poll_at(host, i));
		if (!rn_time_valid(series->kind, series->time[i]))
			return refuse_time(host, series->kind, series->time[i], i);
		if (!(fabs(series->value[i]) <= RN_MAX_MAGNITUDE))
			return refuse_value(host, series->kind, series->time[i], series->value[i]);
		if (i > 0)
		{
			ascending &= series->time[i - 1] <= series->time[i];
			descending &= series->time[i - 1] >= series->time[i];
		}
	}
	*order = ascending ? ORDER_ASCENDING : descending ? ORDER_DESCENDING : ORDER_NONE;
	return RN_OK;
}

static RnCode
reverse_rows(RnHost *host, Rows rows, size_t n)
{
	for (size_t i = 0, j = n - 1; i < j; i++, j--)
	{
		int64_t		time = rows.time[i];
		double		value = rows.value[i];

		RN_TRY(poll_at(host, i));
		rows.time[i] = rows.time[j];
		rows.value[i] = rows.value[j];
		rows.time[j] = time;
		rows.value[j] = value;
	}
	return RN_OK;
}

/* Sort rows first .. end-1, few of them, by insertion. */
static void
insertion_sort(Rows rows, size_t first, size_t end)
{
	for (size_t i = first + 1; i < end; i++)
	{
		int64_t		time = rows.time[i];
		double		value = rows.value[i];
		size_t		j = i;

		for (; j > first && rows.time[j - 1] > time; j--)
		{
			rows.time[j] = rows.time[j - 1];
			rows.value[j] = rows.value[j - 1];
		}
		rows.time[j] = time;
		rows.value[j] = value;
	}
}

/* Merge the sorted left .. middle-1 and middle .. end-1 of from into to. */
static RnCode
merge_runs(RnHost *host, Rows from, Rows to, size_t left, size_t middle, size_t end)
{
	size_t		right = middle;

	for (size_t k = left; k < end; k++)
	{
		bool		take_left = right >= end || (left < middle && from.time[left] <= from.time[right]);
		size_t		row = take_left ? left++ : right++;

		RN_TRY(poll_at(host, k));
		to.time[k] = from.time[row];
		to.value[k] = from.value[row];
	}
	return RN_OK;
}

/*
 * Bottom-up merge sort by time, from rows to scratch and back in turns; the
 * result is in rows.  n log2(n / RUN_ROWS) rows are moved.
 */
static RnCode
merge_sort(RnHost *host, Rows rows, Rows scratch, size_t n)
{
	Rows		from = rows;
	Rows		to = scratch;

	for (size_t first = 0; first < n; first += RUN_ROWS)
	{
		RN_TRY(poll_at(host, first));
		insertion_sort(rows, first, n - first < RUN_ROWS ? n : first + RUN_ROWS);
	}
	for (size_t width = RUN_ROWS; width < n; width *= 2)
	{
		Rows		swap = from;

		for (size_t left = 0; left < n; left += 2 * width)
		{
			size_t		middle = n - left < width ? n : left + width;
			size_t		end = n - left < 2 * width ? n : left + 2 * width;

			RN_TRY(merge_runs(host, from, to, left, middle, end));
		}
		from = to;
		to = swap;
	}
	for (size_t i = 0; i < n && from.time != rows.time; i++)
	{
		RN_TRY(poll_at(host, i));
		rows.time[i] = from.time[i];
		rows.value[i] = from.value[i];
	}
	return RN_OK;
}

/* What sorting n rows takes, measured or taken (see RnArena). */
static Rows
layout_scratch(RnArena *arena, size_t n)
{
	Rows		rows;

	rows.time = rn_arena_take(arena, n, sizeof(int64_t));
	rows.value = rn_arena_take(arena, n, sizeof(double));
	return rows;
}

size_t
rn_series_prepare_bytes(size_t n)
{
	RnArena		arena = {0};

	layout_scratch(&arena, n);
	return rn_arena_bytes(&arena);
}

static RnCode
sort_rows(RnHost *host, Rows rows, size_t n)
{
	RnArena		arena = {0};
	RnCode		code;

	layout_scratch(&arena, n);
	RN_TRY(rn_arena_allocate(host, &arena));
	code = merge_sort(host, rows, layout_scratch(&arena, n), n);
	rn_arena_free(host, &arena);
	return code;
}

RnCode
rn_series_prepare(RnHost *host, RnSeries *series, size_t needed)
{
	Rows		rows = {series->time, series->value};
	RowOrder	order;

	if (needed < 2)
		needed = 2;				/* a step takes two rows */
	if (series->n < needed)
		return rn_fail(host, RN_TOO_FEW_ROWS, "the series has %zu row%s, at least %zu are needed",
					   series->n, series->n == 1 ? "" : "s", needed);
	RN_TRY(check_rows(host, series, &order));
	if (order == ORDER_DESCENDING)
		RN_TRY(reverse_rows(host, rows, series->n));
	else if (order == ORDER_NONE)
		RN_TRY(sort_rows(host, rows, series->n));
	return rn_calendar_infer(host, series->kind, series->time, series->n, &series->calendar);
}
