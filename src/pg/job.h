/*
 * job.h
 *		One run from a query to a stored model.
 */
#ifndef RECURNET_JOB_H
#define RECURNET_JOB_H

#include "request.h"

/* Train and store; returns the model's id. */
extern int64 recurnet_job_train(const RecurnetTraining *training);

typedef enum RecurnetPromotion
{
	RECURNET_PROMOTE_ALWAYS,
	RECURNET_PROMOTE_IF_BETTER, /* it is no worse than the active one (promote.h) */
	RECURNET_PROMOTE_NEVER
} RecurnetPromotion;

/*
 * Train a model again on what its query returns now.  warm: from its weights, in
 * the same shape; otherwise from new ones, with the options that the user gave at
 * first.
 */
typedef struct RecurnetRetraining
{
	bool		warm;
	RecurnetPromotion promote;	/* when the new version becomes the active one */
	bool		only_new;		/* not if a version was trained on the very same */
} RecurnetRetraining;

extern void recurnet_job_retrain(RecurnetModelKey key, const RecurnetRetraining *retraining);

#endif							/* RECURNET_JOB_H */
