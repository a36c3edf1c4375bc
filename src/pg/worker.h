/*
 * worker.h
 *		Background workers: one that starts waiting jobs, one for each job that runs.
 */
#ifndef RECURNET_WORKER_H
#define RECURNET_WORKER_H

/*
 * Have waiting jobs started once this transaction has committed.  Its COMMIT is an ERROR if
 * there is no background worker to be had for that; it cannot be prepared.
 */
extern void recurnet_worker_queue(void);

/*
 * This transaction is about to cancel a job.  If it waits and that is rolled back, have it started:
 * the queue has passed it over meanwhile.  The transaction cannot be prepared.
 */
extern void recurnet_worker_cancel(void);

/* The job of this process is over: who cancels it now does not mean what this process does next. */
extern void recurnet_worker_heed_no_cancel(void);

#endif							/* RECURNET_WORKER_H */
