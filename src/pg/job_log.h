/*
 * job_log.h
 *		Jobs in recurnet.job: what is to run, runs and has run.
 *
 * The only code that touches that table.  A row says that a job runs; whether
 * that is true, its lock says (job_lock.h).
 */
#ifndef RECURNET_JOB_LOG_H
#define RECURNET_JOB_LOG_H

#include "utils/timestamp.h"

#include "catalog.h"

/* What is known of a job before it begins; strings may be NULL but for kind. */
typedef struct RecurnetJob
{
	int64		id;
	const char *kind;			/* train or retrain */
	bool		background;
	int64		model_id;		/* 0: not yet known */
	const char *model;			/* the name asked for, or the id as text */
	Jsonb	   *request;		/* arguments and settings; NULL: none needed */
} RecurnetJob;

/* A number that the server's shared memory has by chance: a crash makes that anew. */
extern uint32 recurnet_job_log_memory(void);

/* Note a job of the current user, and its id in job: it waits if it is for the background, else it runs. */
extern void recurnet_job_log_add(RecurnetJob *job);

/*
 * Take a job off the queue for this process and fill in what its row says; false if
 * it does not wait any more, or is being cancelled.
 */
extern bool recurnet_job_log_start(RecurnetJob *job);

/* Do background jobs run? */
extern bool recurnet_job_log_busy(void);

/*
 * The job to run next and its role (invalid: gone), or 0: that of the role with the fewest jobs
 * that run, which must be fewer than most_per_role, and of these the one that has waited longest.
 * Not one of a model that a background job trains again now, as it would wait on in a worker's
 * place.  Returns the number of background jobs that run.
 */
extern int	recurnet_job_log_next(int most_per_role, int64 *id, Oid *role);

/* Does it still wait? */
extern bool recurnet_job_log_waits(int64 id);

/* A job could not be started: if it waits still, and is not being cancelled, it has failed. */
extern void recurnet_job_log_refuse(int64 id);

/*
 * Cancel a job that waits or runs, whoever runs it; false if it has ended.  ERROR if it is
 * not the current user's to cancel.
 */
extern bool recurnet_job_log_cancel(int64 id);

/*
 * How it ended, in this process: done, skipped, failed or cancelled.  version: what was stored, or
 * what it was skipped for (number, model and rows); error: what it failed of; or NULL.  ERROR if
 * the row is not this process's: of an extension created anew, ids are those of other jobs and models.
 */
extern void recurnet_job_log_end(int64 id, const char *state, const RecurnetVersion *version, const ErrorData *error);

/*
 * Will a job that is running, or waiting since that life of the server, never end, as
 * its process or that life is over?
 */
extern bool recurnet_job_log_is_lost(int64 id, const char *state, const char *server);

/* Drop what ended longer ago and the current user may act for; returns how many. */
extern int64 recurnet_job_log_prune(const Interval *older_than);

#endif							/* RECURNET_JOB_LOG_H */
