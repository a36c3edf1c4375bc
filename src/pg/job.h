/*
 * job.h
 *		One run from a query to a stored model.
 */
#ifndef RECURNET_JOB_H
#define RECURNET_JOB_H

#include "request.h"

/* Train and store; returns the model's id. */
extern int64 recurnet_job_train(const RecurnetTraining *training);

/*
 * Train a model again on what its query returns now.  warm: from its weights, in
 * the same shape; otherwise from new ones, with the options that the user gave at
 * first.
 */
typedef struct RecurnetRetraining
{
	bool		warm;
	bool		promote;		/* make the new version the active one */
	bool		only_new;		/* not if a version was trained on the very same */
} RecurnetRetraining;

/*
 * To be called by a procedure: it commits, ERROR if it may not (atomic).  Once it is in
 * the log its outcome is, too; what fails is an ERROR all the same.
 */
extern void recurnet_job_retrain(RecurnetModelKey key, const RecurnetRetraining *retraining, bool atomic);

#endif							/* RECURNET_JOB_H */
