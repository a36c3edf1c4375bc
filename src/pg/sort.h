/*
 * sort.h
 *		Rows of time and value into the order of time, on disk if need be.
 */
#ifndef RECURNET_SORT_H
#define RECURNET_SORT_H

typedef struct RecurnetSort RecurnetSort;

/* Memory of the current context and work_mem; files go with the transaction. */
extern RecurnetSort *recurnet_sort_begin(void);
extern void recurnet_sort_put(RecurnetSort *sort, int64 time, double value);

/* All put: sort; then the rows one by one, false after the last. */
extern void recurnet_sort_perform(RecurnetSort *sort);
extern bool recurnet_sort_get(RecurnetSort *sort, int64 *time, double *value);
extern void recurnet_sort_end(RecurnetSort *sort);

#endif							/* RECURNET_SORT_H */
