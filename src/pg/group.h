/*
 * group.h
 *		The rows of a group that an aggregate collects: times and values.
 */
#ifndef RECURNET_GROUP_H
#define RECURNET_GROUP_H

#include "fmgr.h"

typedef struct RecurnetGroupRow
{
	int64		time;			/* timestamptz: an instant */
	double		value;			/* NaN: null */
} RecurnetGroupRow;

typedef struct RecurnetGroup
{
	MemoryContext context;		/* of the rows */
	Oid			type;			/* of time */
	size_t		n;
	size_t		capacity;
	RecurnetGroupRow *row;		/* [capacity] */
	bool		sorted;
} RecurnetGroup;

/* No rows yet, whose time is argument i. */
extern void recurnet_group_begin(RecurnetGroup *group, MemoryContext context, FunctionCallInfo fcinfo, int i);

/*
 * Add a row, whose time is argument i and must not be null.  ERROR for an
 * infinite time, and beyond recurnet.max_memory.
 */
extern void recurnet_group_add(RecurnetGroup *group, FunctionCallInfo fcinfo, int i, double value);

/*
 * By time and then by value, so that neither their order nor the plan that
 * brought them makes a difference.
 */
extern void recurnet_group_sort(RecurnetGroup *group);

/* A time of the group in words, in the zone of the session. */
extern char *recurnet_group_describe_time(const RecurnetGroup *group, int64 time);

/* ERROR if the rows and so many bytes more are more than recurnet.max_memory. */
extern void recurnet_group_check_memory(const RecurnetGroup *group, size_t more);

#endif							/* RECURNET_GROUP_H */
