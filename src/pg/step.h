/*
 * step.h
 *		Work in steps, each of which ends with a commit.
 *
 * For a procedure or a background worker that is connected to SPI with
 * SPI_OPT_NONATOMIC.
 */
#ifndef RECURNET_STEP_H
#define RECURNET_STEP_H

typedef void (*RecurnetStep) (void *work);

/*
 * Do a step in the current memory context and commit.  snapshot: it reads tables;
 * otherwise it holds no snapshot, so that it may take long without keeping vacuum from
 * its work.  Steps are READ COMMITTED.  What goes wrong is undone and returned, in the
 * current memory context; NULL if nothing does.  Either way a transaction is open then, without a snapshot.
 */
extern ErrorData *recurnet_step(RecurnetStep step, void *work, bool snapshot);

#endif							/* RECURNET_STEP_H */
