/*
 * series_key.h
 *		The columns that tell one series from another: in order, and as JSON.
 */
#ifndef RECURNET_SERIES_KEY_H
#define RECURNET_SERIES_KEY_H

#include "access/tupdesc.h"
#include "utils/jsonb.h"
#include "utils/sortsupport.h"

#include "columns.h"

typedef struct RecurnetKey
{
	int			n;				/* columns; 0: the rows are one series */
	const char **name;			/* [n] */
	Form_pg_attribute *attribute;	/* [n] of the query's result */
	Oid		   *less;			/* [n] operators that order them */
	SortSupport order;			/* [n] */
	FmgrInfo   *to_jsonb;		/* [n] */
} RecurnetKey;

/*
 * The key of the columns resolved, in the current memory context.  ERROR for
 * types that cannot be ordered, as for GROUP BY.
 */
extern RecurnetKey recurnet_key(TupleDesc desc, const RecurnetColumns *columns,
								const RecurnetNames *names);

/* Below, equal to or above 0 as a comes before, with or after b; [n] each. */
extern int	recurnet_key_compare(const RecurnetKey *key, const Datum *a, const bool *a_null,
								 const Datum *b, const bool *b_null);

/*
 * {"store": 7} as jsonb writes it, in the current memory context: the same text
 * for equal numbers, and under pinned settings for equal keys of all sessions.
 */
extern char *recurnet_key_json(const RecurnetKey *key, const Datum *values, const bool *nulls);

/*
 * Set what output functions look at, such as TimeZone, until AtEOXact_GUC(true,
 * the result) or an error.
 */
extern int	recurnet_key_pin_settings(void);

/* The names of the columns in such a text. */
extern RecurnetNames recurnet_key_names(const char *json);

/* A key that a user gives as such a text: of equal numbers the plainest. */
extern char *recurnet_key_plain(const Jsonb *key);

/* That text as a datum. */
extern Datum recurnet_key_datum(const char *json);

#endif							/* RECURNET_SERIES_KEY_H */
