/*
 * job_request.h
 *		What a job is asked for, as JSON in its row: arguments, and the settings
 *		that they are meant under.
 */
#ifndef RECURNET_JOB_REQUEST_H
#define RECURNET_JOB_REQUEST_H

#include "job.h"

extern Jsonb *recurnet_job_request_train(const RecurnetTraining *training);
extern Jsonb *recurnet_job_request_retrain(const RecurnetRetraining *retraining);

/* The same read again, in the current memory context. */
extern RecurnetTraining recurnet_job_request_training(const Jsonb *request);
extern RecurnetRetraining recurnet_job_request_retraining(const Jsonb *request);

/* Give this session the settings that the asker had. */
extern void recurnet_job_request_apply(const Jsonb *request);

#endif							/* RECURNET_JOB_REQUEST_H */
