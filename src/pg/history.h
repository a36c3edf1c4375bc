/*
 * history.h
 *		The rows that a stored model starts from.
 */
#ifndef RECURNET_HISTORY_H
#define RECURNET_HISTORY_H

#include "model/model.h"

#include "catalog.h"
#include "host.h"
#include "reader.h"

/* Where a forecast is asked to start; all NULL: where the training rows end. */
typedef struct RecurnetOriginSpec
{
	const TimestampTz *as_of;	/* rows after it are not seen; for dates and */
	const int64 *as_of_t;		/* timestamps, and for integers */
	const char *history;		/* query for the rows, or "source" */
} RecurnetOriginSpec;

typedef struct RecurnetOrigin
{
	const double *value;		/* [n] oldest first; n is at least the window */
	size_t		n;
	int64		last_time;		/* of value[n - 1] */
} RecurnetOrigin;

/* ERROR unless times of that type count what the version's times count. */
extern void recurnet_history_check_type(const RecurnetVersion *version, Oid type);

/*
 * Rows of a query, run as the caller, as a series in the steps of the model,
 * those after the cut (NULL: none) left out.  ERROR with fewer than needed.
 * source: the query is the model's own, whose columns are known.
 */
extern void recurnet_history_read(RecurnetHost *host, const RecurnetVersion *version,
								  const RnModel *model, const char *query, bool source,
								  const int64 *cut, size_t needed, RecurnetRows *rows);

/* Find the origin; a NOTICE if the weights have seen later rows. */
extern void recurnet_history_origin(RecurnetHost *host, const RecurnetVersion *version,
									const RnModel *model, const RecurnetOriginSpec *spec,
									RecurnetOrigin *origin);

#endif							/* RECURNET_HISTORY_H */
