/*
 * group.c
 *		The rows of a group that an aggregate collects: times and values.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "argument.h"
#include "group.h"
#include "guc.h"
#include "reader.h"

#define FIRST_ROWS		64

void
recurnet_group_begin(RecurnetGroup *group, MemoryContext context, FunctionCallInfo fcinfo, int i)
{
	*group = (RecurnetGroup)
	{
		.context = context,
		.type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, i)),
	};
}

void
recurnet_group_check_memory(const RecurnetGroup *group, size_t more)
{
	recurnet_guc_check_memory(group->capacity * sizeof(RecurnetGroupRow) + more,
							  "collecting the rows of a group", "aggregate fewer rows");
}

static void
grow(RecurnetGroup *group)
{
	size_t		before = group->capacity;

	group->capacity = before == 0 ? FIRST_ROWS : 2 * before;
	recurnet_group_check_memory(group, 0);
	if (before == 0)
		group->row = MemoryContextAllocHuge(group->context, group->capacity * sizeof(RecurnetGroupRow));
	else
		group->row = repalloc_huge(group->row, group->capacity * sizeof(RecurnetGroupRow));
}

void
recurnet_group_add(RecurnetGroup *group, FunctionCallInfo fcinfo, int i, double value)
{
	RecurnetGroupRow row = {.value = value};

	recurnet_argument_required(fcinfo, i, "time");
	row.time = recurnet_reader_time(PG_GETARG_DATUM(i), group->type, group->n + 1);
	if (group->n == group->capacity)
		grow(group);
	group->row[group->n++] = row;
	group->sorted = false;
}

/* By time, then by value; NaN after all numbers. */
static int
compare_rows(const void *a, const void *b, void *arg)
{
	const RecurnetGroupRow *x = a;
	const RecurnetGroupRow *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return float8_cmp_internal(x->value, y->value);
}

void
recurnet_group_sort(RecurnetGroup *group)
{
	bool		sorted = group->sorted;

	for (size_t i = 1; i < group->n && !sorted; i++)
		if (compare_rows(&group->row[i - 1], &group->row[i], NULL) > 0)
		{
			qsort_interruptible(group->row, group->n, sizeof(RecurnetGroupRow), compare_rows, NULL);
			break;
		}
	group->sorted = true;
}

char *
recurnet_group_describe_time(const RecurnetGroup *group, int64 time)
{
	switch (group->type)
	{
		case INT8OID:
			return psprintf(INT64_FORMAT, time);
		case DATEOID:
			return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(time / USECS_PER_DAY)));
		case TIMESTAMPOID:
			return DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(time)));
		default:
			return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(time)));
	}
}
