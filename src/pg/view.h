/*
 * view.h
 *		Views of a model's rows and forecasts.
 */
#ifndef RECURNET_VIEW_H
#define RECURNET_VIEW_H

#include "catalog.h"

/* What a view shows beside the rows of the model's query. */
typedef struct RecurnetViewSpec
{
	const char *name;			/* as users write it: perhaps with a schema, or in quotes */
	int			horizon;		/* 0: what rn_forecast does without one */
	double		level;
	Oid			functions;		/* schema of the extension's functions */
} RecurnetViewSpec;

/*
 * Create a view as the caller, and record that it is the model's; returns its oid.
 * ERROR unless the model's query is the caller's to show.
 */
extern Oid	recurnet_view_create(RecurnetModelKey key, const RecurnetViewSpec *spec);

/* Drop the views of a model, as the caller; ERROR if there are any and cascade is false. */
extern void recurnet_view_drop(RecurnetModelKey key, bool cascade);

#endif							/* RECURNET_VIEW_H */
