/*
 * output.h
 *		The model's times as columns of a result.
 */
#ifndef RECURNET_OUTPUT_H
#define RECURNET_OUTPUT_H

#include "subject.h"
#include "zone.h"

typedef struct RecurnetOutput
{
	Oid			time_type;		/* the model's */
	Oid			ts_type;		/* of the column ts: what rn_forecast_as asked, or what that domain is over */
	Oid			domain;			/* if it asked for one */
	int32		typmod;			/* of what that is over, or -1 */
	void	  **constraints;	/* of the domain, once looked up */
	pg_tz	   *zone;			/* the model's, for timestamptz */
} RecurnetOutput;

/*
 * How to show the times of a model in a column ts of ts_type (timestamptz
 * for rn_forecast).  ERROR where a model's times cannot be of that type.
 */
extern RecurnetOutput recurnet_output(const RecurnetSubject *subject, Oid ts_type);

/* A time as the columns ts and t, one of which may be null. */
extern void recurnet_output_time(const RecurnetOutput *output, int64 time,
								 NullableDatum *ts, NullableDatum *t);

#endif							/* RECURNET_OUTPUT_H */
