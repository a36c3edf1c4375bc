/*
 * parallel.h
 *		Work that PostgreSQL's parallel workers share with this process.
 *
 * The work is a list of pieces that are functions of what all have read, so that
 * who does which changes nothing.  A process takes the next piece until there is
 * none.  Workers read no table; what they work on and what comes of it lies in
 * one block of shared memory.
 */
#ifndef RECURNET_PARALLEL_H
#define RECURNET_PARALLEL_H

#include "access/parallel.h"
#include "port/atomics.h"

#include "base/host.h"
#include "series/panel.h"

/* What the workers are to do. */
typedef enum RecurnetWork
{
	RECURNET_WORK_NETWORKS,		/* fit_parallel.c: networks of a training */
	RECURNET_WORK_FOLDS			/* fold_parallel.c: folds of backtests */
} RecurnetWork;

/*
 * Workers worth having for so many pieces, where this process takes own bytes, each
 * worker takes bytes, and all share a block: as many as there are pieces for, and
 * as max_parallel_maintenance_workers and recurnet.max_memory allow; none within
 * what already runs in parallel.
 */
extern int	recurnet_parallel_workers(size_t pieces, size_t own, size_t bytes, size_t shared);

/*
 * The transaction may be without a snapshot; it is again once workers are launched.
 * Enter parallel mode with a cleared block of shared memory, which the caller
 * fills in before recurnet_parallel_launch, reads after
 * WaitForParallelWorkersToFinish, and gives back with recurnet_parallel_end.
 */
extern ParallelContext *recurnet_parallel_begin(RecurnetWork work, int workers, size_t bytes, void **block);
extern void recurnet_parallel_launch(ParallelContext *context);
extern void recurnet_parallel_end(ParallelContext *context);

/* The next piece of a list: queue is a pg_atomic_uint64 that counts from 0. */
extern size_t recurnet_parallel_next(void *queue);

/*
 * The arrays of a settled panel, laid out in an arena: copied there by share,
 * found there by attach, which is given the panel that share has returned.
 * Series have no keys there.
 */
extern RnPanel recurnet_parallel_share_panel(RnArena *arena, const RnPanel *panel);
extern void recurnet_parallel_attach_panel(RnArena *arena, RnPanel *panel);

/* What a worker does with the block. */
extern void recurnet_networks_work(void *block);
extern void recurnet_folds_work(void *block);

#endif							/* RECURNET_PARALLEL_H */
