/*
 * sort.h
 *		Rows in order, on disk if they are many.
 */
#ifndef RECURNET_SORT_H
#define RECURNET_SORT_H

#include "executor/tuptable.h"

typedef struct RecurnetSort RecurnetSort;

/* An order of rows: by these columns, one after the other, ascending. */
typedef struct RecurnetOrder
{
	int			n;
	AttrNumber *column;
	Oid		   *less;			/* operators */
	Oid		   *collation;
	bool	   *nulls_first;
} RecurnetOrder;

/* In the current memory context. */
extern RecurnetSort *recurnet_sort_begin(TupleDesc desc, const RecurnetOrder *order);
extern void recurnet_sort_put(RecurnetSort *sort, const Datum *values, const bool *nulls);
extern void recurnet_sort_perform(RecurnetSort *sort);

/* The next row, whose values last until the next call; NULL: no more. */
extern TupleTableSlot *recurnet_sort_get(RecurnetSort *sort);
extern void recurnet_sort_end(RecurnetSort *sort);

#endif							/* RECURNET_SORT_H */
