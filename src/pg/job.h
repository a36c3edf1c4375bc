/*
 * job.h
 *		One run from a query to a stored model.
 */
#ifndef RECURNET_JOB_H
#define RECURNET_JOB_H

#include "job_log.h"
#include "request.h"

/* Train and store; returns the model's id. */
extern int64 recurnet_job_train(const RecurnetTraining *training);

/* The same, but that the network, which is all that model has, is taken as it is. */
extern int64 recurnet_job_import(const RecurnetTraining *training, const RnModel *model);

typedef enum RecurnetPromotion
{
	RECURNET_PROMOTE_ALWAYS,
	RECURNET_PROMOTE_IF_BETTER, /* it is no worse than the active one (promote.h) */
	RECURNET_PROMOTE_NEVER
} RecurnetPromotion;

#define RECURNET_PROMOTIONS (RECURNET_PROMOTE_NEVER + 1)

/* Their words (job_request.c). */
extern const char *const recurnet_promotions[RECURNET_PROMOTIONS];

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

/*
 * To be called by a procedure: it commits, ERROR if it may not (atomic).  Once it is in
 * the log its outcome is, too; what fails is an ERROR all the same.
 */
extern void recurnet_job_retrain(RecurnetModelKey key, const RecurnetRetraining *retraining, bool atomic);

/*
 * The same in the background, once this transaction has committed; they return the job's id.
 * What can be refused by now is an ERROR.
 */
extern int64 recurnet_job_train_async(const RecurnetTraining *training);
extern int64 recurnet_job_retrain_async(RecurnetModelKey key, const RecurnetRetraining *retraining);

/*
 * Run a job that is in the log, under its lock, in steps (see step.h).  The log has the
 * outcome then, unless it could not be written; what it failed of is returned, in the current
 * memory context, NULL if it did not.
 */
extern ErrorData *recurnet_job_run(RecurnetJob *job);

#endif							/* RECURNET_JOB_H */
