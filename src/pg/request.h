/*
 * request.h
 *		What is asked of a training: by the arguments of a function, or by a model
 *		that is to be trained again; and the rows it is asked for.
 */
#ifndef RECURNET_REQUEST_H
#define RECURNET_REQUEST_H

#include "catalog.h"
#include "fit.h"

/* What rn_train was asked; strings may be NULL but for cell and query. */
typedef struct RecurnetTraining
{
	const char *cell;
	const char *query;
	const Jsonb *options;		/* NULL: none */
	const char *name;			/* of the model, or NULL */
	const char *time;			/* columns */
	const char *target;
	const char *series;
	const char *covariates;
} RecurnetTraining;

/* What to read and the options of a fit, whose host is set, from arguments; see recurnet_options_check_effect. */
extern void recurnet_request_new(const RecurnetTraining *training, RecurnetSource *source, RecurnetFit *fit);

/* The same of a call that has several trainings follow, each of which sees to its options. */
extern void recurnet_request_shared(const RecurnetTraining *training, RecurnetSource *source, RecurnetFit *fit);

/*
 * The same from a stored version.  warm: the options that it was trained with,
 * to go on from its weights; otherwise those that the user gave at first.
 */
extern void recurnet_request_again(const RecurnetVersion *old, bool warm, RecurnetSource *source, RecurnetFit *fit);

/*
 * Read the rows and holidays, and settle the rows as series.  old: the version
 * that is trained again, as whose owner its queries run, or NULL.
 */
extern void recurnet_request_read(RecurnetSource *source, const RecurnetVersion *old, RecurnetFit *fit);

#endif							/* RECURNET_REQUEST_H */
