/*
 * job_lock.h
 *		Locks that say what runs: held from commit to commit, let go by whoever ends.
 *
 * They are PostgreSQL's own, so that a process that dies leaves none behind and
 * pg_locks shows them (locktype advisory).  Those of jobs and models are of the extension
 * that is there when they are taken: one that is created anew has others.  No statement can take or release one.
 */
#ifndef RECURNET_JOB_LOCK_H
#define RECURNET_JOB_LOCK_H

/* What is locked; pg_locks.objsubid. */
typedef enum RecurnetLock
{
	RECURNET_LOCK_JOB = 3,		/* key: a job's id; its process holds it while it runs */
	RECURNET_LOCK_MODEL,		/* key: a model's id; one retraining at a time */
	RECURNET_LOCK_QUEUE			/* keys of worker.c: who starts waiting jobs */
} RecurnetLock;

/*
 * Wait for the lock; needs a transaction, but no snapshot.  It outlives commits and
 * goes with the first transaction that aborts, or with the process.
 */
extern void recurnet_lock_take(RecurnetLock lock, int64 key);

/* The same without waiting; false if another process has it. */
extern bool recurnet_lock_try(RecurnetLock lock, int64 key);

/* Let it go, unless an abort has done that already. */
extern void recurnet_lock_release(RecurnetLock lock, int64 key);

/* At the end of a process: outside of a transaction nobody else releases what it holds, and it would be held for ever. */
extern void recurnet_lock_release_all(void);

/* Does any process hold it, this one included? */
extern bool recurnet_lock_is_held(RecurnetLock lock, int64 key);

#endif							/* RECURNET_JOB_LOCK_H */
