/*
 * reader.h
 *		A user's query to the rows of one series or many.
 */
#ifndef RECURNET_READER_H
#define RECURNET_READER_H

#include "model/inputs.h"
#include "series/panel.h"

#include "columns.h"
#include "host.h"

/* What to read. */
typedef struct RecurnetSource
{
	const char *query;
	RecurnetWanted wanted;		/* columns */
	RnInputs	inputs;			/* covariates that rows have room for */
	bool		allow_null;		/* a value may be null; else it is an ERROR */

	/*
	 * Rows after this time are not seen, which is counted as the time column's
	 * type counts (timestamptz: as an instant); NULL: all are.
	 */
	const int64 *cut;

	const char *time_zone;		/* timestamptz: see below; or NULL */

	/*
	 * false: the rows of a training, whose zone is settled, time_zone being
	 * what the user asked for.  true: the rows of a model, in time_zone.
	 */
	bool		zone_fixed;
	const char *zone_before;	/* training again: the zone it had, or NULL */
	bool		whole_days;		/* rows will be gathered into days of the zone, or more */
} RecurnetSource;

/* What was read, in the memory of the host. */
typedef struct RecurnetRows
{
	Oid			time_type;		/* base type of the time column */
	char	   *time;			/* names of the columns used */
	char	   *target;			/* NULL without */
	const char *time_zone;		/* timestamptz: zone of the civil times */
	const char *wall_zone;		/* zone of the user, if that is UTC for the steps' sake; or NULL */
	size_t		bytes;			/* memory taken by the rows */
	RnPanel		panel;			/* of what is there; not settled yet */
} RecurnetRows;

/*
 * Run source->query as the current user and read its rows, series by
 * series and each in the order of time (or, of a query without keys, the
 * reverse).  ERROR unless it is a single SELECT with the columns wanted, for
 * infinite times, null times, and beyond recurnet.max_memory.  No row is not an
 * error yet.
 */
extern void recurnet_reader_read(RecurnetHost *host, const RecurnetSource *source, RecurnetRows *rows);

/*
 * Room for n rows of a single series without key, times of that type, columns
 * covariates a row (zero), for whoever has rows that are no query's: to fill in
 * are panel.value and panel.series[0].time.
 */
extern void recurnet_reader_single(RecurnetHost *host, Oid time_type, size_t n, int columns,
								   RecurnetRows *rows);

/* Times of that type are integers, or count civil time. */
extern RnTimeKind recurnet_reader_kind(Oid time_type);

/* The core's count of a time of that type; row is for messages, from 1. */
extern int64 recurnet_reader_time(Datum datum, Oid type, size_t row);

#endif							/* RECURNET_READER_H */
