/*
 * zone.h
 *		Between the civil time that the core counts in and instants
 *		(timestamptz).
 *
 * Civil time is PostgreSQL's timestamp: microseconds since 2000-01-01 without
 * a zone.  An instant becomes civil in a zone and comes back through it.
 */
#ifndef RECURNET_ZONE_H
#define RECURNET_ZONE_H

#include "pgtime.h"
#include "utils/timestamp.h"

#include "model/inputs.h"

#include "host.h"

/* The zone of that name, as SET TimeZone takes it; ERROR if there is none. */
extern pg_tz *recurnet_zone_find(const char *name);

/* ERROR: option time_zone for times of a type that has none. */
extern void recurnet_zone_refuse(Oid type);

/* The wall clock of zone at an instant. */
extern Timestamp recurnet_zone_civil(TimestampTz instant, pg_tz *zone);

/*
 * The instant when the wall clock of zone shows civil.  Where a clock change
 * skips or repeats that time, PostgreSQL's usual choice; *exact (unless NULL)
 * tells whether there is exactly one.
 */
extern TimestampTz recurnet_zone_instant(Timestamp civil, pg_tz *zone, bool *exact);

/* The wall clock of the zone of that name at civil times of UTC; none for "". */
extern RnWallClock recurnet_zone_clock(const char *name);

/* Turn the times of a panel's rows, instants, into the civil time of zone. */
extern void recurnet_zone_convert(RecurnetHost *host, RnPanel *panel, pg_tz *zone);

/*
 * The same for the rows of a training, in the zone in which most of the series
 * are regular: asked, else before, the zone of a model that is trained
 * again, else the session's TimeZone (NULL: not given); or UTC for steps below
 * a day, which run through clock changes, unless they are to be gathered into
 * whole_days.  Returns the name, and in *wall that of the zone that it
 * would be but for such short steps, or NULL.
 */
extern const char *recurnet_zone_settle(RecurnetHost *host, RnPanel *panel,
										const char *asked, const char *before, bool whole_days,
										const char **wall);

#endif							/* RECURNET_ZONE_H */
