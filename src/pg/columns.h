/*
 * columns.h
 *		Which column of a query's result is the time, and which the target.
 */
#ifndef RECURNET_COLUMNS_H
#define RECURNET_COLUMNS_H

#include "access/tupdesc.h"

typedef struct RecurnetColumns
{
	int			time;			/* attribute numbers, from 1 */
	int			target;
	Oid			time_type;		/* base types: domains looked through */
	Oid			target_type;
} RecurnetColumns;

/*
 * Resolve the columns by name where a name is given, otherwise as the only
 * candidates.  ERROR where that leaves a choice, or a column without use:
 * nothing is ever guessed.
 */
extern RecurnetColumns recurnet_columns_resolve(TupleDesc desc, const char *time, const char *target);

#endif							/* RECURNET_COLUMNS_H */
