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
 * Train a model again on what its query returns now, and make that its active
 * version.  warm: from its weights, in the same shape; otherwise from new
 * ones, with the options that the user gave at first.
 */
extern void recurnet_job_retrain(RecurnetModelKey key, bool warm);

#endif							/* RECURNET_JOB_H */
