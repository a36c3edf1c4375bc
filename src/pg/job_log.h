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

/* Note a job of the current user, and its id in job: it waits if it is for the background, else it runs. */
extern void recurnet_job_log_add(RecurnetJob *job);

/*
 * How it ended: done, skipped, failed or cancelled.  version: what was stored, or
 * what it was skipped for (number, model and rows); error: what it failed of; or NULL.
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
