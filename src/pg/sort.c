/*
 * sort.c
 *		PostgreSQL's tuplesort for rows of a query.
 *
 * Rows mostly come in the order of series and time and never get here.  Others
 * may be more than memory is wanted for: tuplesort keeps to its memory and sorts
 * the rest on disk, within temp_file_limit, and can be cancelled.
 */
#include "postgres.h"

#include <limits.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "compat.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/tuplesort.h"

#include "guc.h"
#include "sort.h"

struct RecurnetSort
{
	Tuplesortstate *state;
	TupleTableSlot *in;
	TupleTableSlot *out;
};

/*
 * A quarter of what may be used: the sort is still there while rows come out of
 * it, and these are more than half of what a training needs.
 */
static int
sort_memory(void)
{
	size_t		kilobytes = recurnet_guc_max_memory() / 4096;

	return kilobytes > (size_t) work_mem ? (int) Min(kilobytes, MAX_KILOBYTES) : work_mem;
}

RecurnetSort *
recurnet_sort_begin(TupleDesc desc, const RecurnetOrder *order)
{
	RecurnetSort *sort = palloc(sizeof(RecurnetSort));

	sort->state = tuplesort_begin_heap(desc, order->n, order->column, order->less, order->collation,
									   order->nulls_first, sort_memory(), NULL, TUPLESORT_NONE);
	sort->in = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	sort->out = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	return sort;
}

void
recurnet_sort_put(RecurnetSort *sort, const Datum *values, const bool *nulls)
{
	TupleTableSlot *slot = ExecClearTuple(sort->in);
	int			n = slot->tts_tupleDescriptor->natts;

	memcpy(slot->tts_values, values, n * sizeof(Datum));
	memcpy(slot->tts_isnull, nulls, n * sizeof(bool));
	tuplesort_puttupleslot(sort->state, ExecStoreVirtualTuple(slot));
}

void
recurnet_sort_perform(RecurnetSort *sort)
{
	tuplesort_performsort(sort->state);
}

TupleTableSlot *
recurnet_sort_get(RecurnetSort *sort)
{
	if (!tuplesort_gettupleslot(sort->state, true, false, sort->out, NULL))
		return NULL;
	slot_getallattrs(sort->out);
	return sort->out;
}

/*
 * What a sort leaves is much, in many pieces, and between others that stay:
 * glibc would keep it for the process, beside what the training takes.
 */
static void
give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

void
recurnet_sort_end(RecurnetSort *sort)
{
	tuplesort_end(sort->state);
	ExecDropSingleTupleTableSlot(sort->in);
	ExecDropSingleTupleTableSlot(sort->out);
	pfree(sort);
	give_back();
}
