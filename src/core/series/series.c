/*
 * series.c
 *		From rows as they came to a series: checked, in order, with a calendar.
 */
#include "series/series.h"

#include <math.h>

/* Rows between two polls: less than a millisecond of any loop here. */
#define POLL_ROWS	0x10000

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
	int64_t		before = rn_time_at(&series->time, 0);

	for (size_t i = 0; i < series->n; i++)
	{
		int64_t		time = rn_time_at(&series->time, i);

		RN_TRY(poll_at(host, i));
		if (!rn_time_valid(series->kind, time))
			return refuse_time(host, series->kind, time, i);
		if (!(fabs(series->value[i]) <= RN_MAX_MAGNITUDE))
			return refuse_value(host, series->kind, time, series->value[i]);
		ascending &= before <= time;
		descending &= before >= time;
		before = time;
	}
	*order = ascending ? ORDER_ASCENDING : descending ? ORDER_DESCENDING : ORDER_NONE;
	return RN_OK;
}

static RnCode
reverse_rows(RnHost *host, RnSeries *series)
{
	double	   *value = series->value;

	rn_times_reverse(&series->time, series->n);
	for (size_t i = 0, j = series->n - 1; i < j; i++, j--)
	{
		double		swap = value[i];

		RN_TRY(poll_at(host, i));
		value[i] = value[j];
		value[j] = swap;
	}
	return RN_OK;
}

RnCode
rn_series_prepare(RnHost *host, RnSeries *series, size_t needed)
{
	RowOrder	order;

	if (needed < 2)
		needed = 2;				/* a step takes two rows */
	if (series->n < needed)
		return rn_fail(host, RN_TOO_FEW_ROWS, "the series has %zu row%s, at least %zu are needed",
					   series->n, series->n == 1 ? "" : "s", needed);
	RN_TRY(check_rows(host, series, &order));
	if (order == ORDER_NONE)
		return rn_fail(host, RN_UNSUPPORTED, "the rows are not in the order of time");
	if (order == ORDER_DESCENDING)
		RN_TRY(reverse_rows(host, series));
	return rn_calendar_infer(host, series->kind, &series->time, series->n, &series->calendar);
}
