/*
 * reader.h
 *		A user's query to the times and values of one series.
 */
#ifndef RECURNET_READER_H
#define RECURNET_READER_H

#include "series/series.h"

#include "host.h"

/* What to read. */
typedef struct RecurnetSource
{
	const char *query;
	const char *time;			/* column names, or NULL: the only candidates */
	const char *target;
	const char *time_zone;		/* timestamptz: see below; or NULL */

	/*
	 * false: the rows of a training, whose zone is settled, time_zone being
	 * what the user asked for.  true: the rows of a model, in time_zone.
	 */
	bool		zone_fixed;
	const char *zone_before;	/* training again: the zone it had, or NULL */
} RecurnetSource;

/* What was read, in the memory of the host. */
typedef struct RecurnetRows
{
	Oid			time_type;		/* base type of the time column */
	char	   *time;			/* names of the columns used */
	char	   *target;
	const char *time_zone;		/* timestamptz: zone of the civil times */
	size_t		bytes;			/* memory taken by the rows */
	RnSeries	series;			/* kind, n, time, value: in the order of time or
								 * its reverse, not prepared yet */
} RecurnetRows;

/*
 * Run source->query with the caller's own rights and read its rows.  ERROR
 * unless it is a single SELECT with a time and a numeric column, for NULL,
 * for infinite times, and beyond recurnet.max_memory.  No row is not an error
 * yet.
 */
extern void recurnet_reader_read(RecurnetHost *host, const RecurnetSource *source, RecurnetRows *rows);

/* Times of that type are integers, or count civil time. */
extern RnTimeKind recurnet_reader_kind(Oid time_type);

#endif							/* RECURNET_READER_H */
