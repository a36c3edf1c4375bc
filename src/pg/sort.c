/*
 * sort.c
 *		PostgreSQL's tuplesort for rows of time and value.
 *
 * Rows mostly come in the order of time and never get here.  Others may be
 * more than memory is wanted for: tuplesort keeps to work_mem and sorts the
 * rest on disk, within temp_file_limit, and can be cancelled.
 */
#include "postgres.h"

#include "catalog/pg_operator_d.h"
#include "catalog/pg_type_d.h"
#include "compat.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/tuplesort.h"

#include "sort.h"

struct RecurnetSort
{
	Tuplesortstate *state;
	TupleTableSlot *in;
	TupleTableSlot *out;
};

RecurnetSort *
recurnet_sort_begin(void)
{
	RecurnetSort *sort = palloc(sizeof(RecurnetSort));
	TupleDesc	desc = CreateTemplateTupleDesc(2);
	AttrNumber	column = 1;
	Oid			less = Int8LessOperator;
	Oid			collation = InvalidOid;
	bool		nulls_first = false;

	TupleDescInitEntry(desc, 1, "time", INT8OID, -1, 0);
	TupleDescInitEntry(desc, 2, "value", FLOAT8OID, -1, 0);
	sort->state = tuplesort_begin_heap(desc, 1, &column, &less, &collation, &nulls_first,
									   work_mem, NULL, TUPLESORT_NONE);
	sort->in = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	sort->out = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	return sort;
}

void
recurnet_sort_put(RecurnetSort *sort, int64 time, double value)
{
	TupleTableSlot *slot = ExecClearTuple(sort->in);

	slot->tts_values[0] = Int64GetDatum(time);
	slot->tts_values[1] = Float8GetDatum(value);
	slot->tts_isnull[0] = slot->tts_isnull[1] = false;
	tuplesort_puttupleslot(sort->state, ExecStoreVirtualTuple(slot));
}

void
recurnet_sort_perform(RecurnetSort *sort)
{
	tuplesort_performsort(sort->state);
}

bool
recurnet_sort_get(RecurnetSort *sort, int64 *time, double *value)
{
	if (!tuplesort_gettupleslot(sort->state, true, false, sort->out, NULL))
		return false;
	slot_getallattrs(sort->out);
	*time = DatumGetInt64(sort->out->tts_values[0]);
	*value = DatumGetFloat8(sort->out->tts_values[1]);
	return true;
}

void
recurnet_sort_end(RecurnetSort *sort)
{
	tuplesort_end(sort->state);
	ExecDropSingleTupleTableSlot(sort->in);
	ExecDropSingleTupleTableSlot(sort->out);
	pfree(sort);
}
