/*
 * columns.h
 *		Which column of a query's result is the time, which the target, which
 *		are the key of a series and which its covariates.
 */
#ifndef RECURNET_COLUMNS_H
#define RECURNET_COLUMNS_H

#include "access/tupdesc.h"

#include "names.h"

/* What is looked for. */
typedef struct RecurnetWanted
{
	const char *time;			/* names, or NULL: the only candidate */
	const char *target;
	const char *usual_time;		/* names that settle it between candidates, */
	const char *usual_target;	/* or NULL */
	bool		no_target;		/* there is none to be found */
	bool		stored;			/* the query is a model's own */
	RecurnetNames series;
	RecurnetNames covariates;
} RecurnetWanted;

typedef struct RecurnetColumns
{
	int			time;			/* attribute numbers, from 1 */
	int			target;			/* 0: none */
	int			key[RECURNET_MAX_KEYS]; /* as many as names were given */
	int			covariate[RN_MAX_COVARIATES];
	Oid			time_type;		/* base types: domains looked through */
	Oid			target_type;
	Oid			covariate_type[RN_MAX_COVARIATES];
} RecurnetColumns;

/*
 * Resolve the columns by name where a name is given, otherwise as the only
 * candidates.  ERROR where that leaves a choice, or a column without use:
 * nothing is ever guessed.
 */
extern RecurnetColumns recurnet_columns_resolve(TupleDesc desc, const RecurnetWanted *wanted);

#endif							/* RECURNET_COLUMNS_H */
