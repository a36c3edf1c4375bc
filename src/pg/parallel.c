/*
 * parallel.c
 *		PostgreSQL's parallel workers, for work that reads no table.
 *
 * The machinery is that of parallel queries and of CREATE INDEX: it starts
 * processes of the same role with the same settings, passes their errors on, and
 * ends them with this process's transaction.
 *
 * It also gives them this process's snapshot.  One that trains without any, so as
 * not to keep vacuum from its work, lends them one only until they have begun.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/shm_toc.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

#include "guc.h"
#include "parallel.h"

#define KEY_WORK	UINT64CONST(0x726e000000000001)
#define KEY_BLOCK	UINT64CONST(0x726e000000000002)

/* Shared memory is short in some places, such as containers. */
#define MOST_SHARED ((size_t) 32 * 1024 * 1024)

/* Between two looks at workers that begin. */
#define LOOK_MS		1

/* What workers are told. */
typedef struct Order
{
	RecurnetWork work;
	bool		lent;			/* their snapshot is to be given back */
	pg_atomic_uint32 begun;		/* workers that have */
} Order;

extern PGDLLEXPORT void recurnet_parallel_main(dsm_segment *segment, shm_toc *toc);

int
recurnet_parallel_workers(size_t pieces, size_t own, size_t bytes, size_t shared)
{
	size_t		most = recurnet_guc_max_memory();
	size_t		workers;

	if (IsInParallelMode() || pieces < 2 || shared > MOST_SHARED || own > most || shared > most - own)
		return 0;
	workers = Min((most - own - shared) / Max(bytes, 1), pieces - 1);
	return (int) Min(workers, (size_t) max_parallel_maintenance_workers);
}

ParallelContext *
recurnet_parallel_begin(RecurnetWork work, int workers, size_t bytes, void **block)
{
	ParallelContext *context;
	Order	   *order;
	bool		lent = !ActiveSnapshotSet();

	if (lent)
		PushActiveSnapshot(GetTransactionSnapshot());
	EnterParallelMode();
	context = CreateParallelContext("$libdir/recurnet", "recurnet_parallel_main", workers);
	shm_toc_estimate_chunk(&context->estimator, sizeof(Order));
	shm_toc_estimate_chunk(&context->estimator, bytes);
	shm_toc_estimate_keys(&context->estimator, 2);
	InitializeParallelDSM(context);
	order = shm_toc_allocate(context->toc, sizeof(Order));
	order->work = work;
	order->lent = lent;
	pg_atomic_init_u32(&order->begun, 0);
	shm_toc_insert(context->toc, KEY_WORK, order);
	*block = memset(shm_toc_allocate(context->toc, bytes), 0, bytes);
	shm_toc_insert(context->toc, KEY_BLOCK, *block);
	return context;
}

/* Wait until all workers have begun; one that cannot is an ERROR. */
static void
await_begun(ParallelContext *context, Order *order)
{
	WaitForParallelWorkersToAttach(context);
	while (pg_atomic_read_u32(&order->begun) < (uint32) context->nworkers_launched)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, LOOK_MS, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

void
recurnet_parallel_launch(ParallelContext *context)
{
	Order	   *order = shm_toc_lookup(context->toc, KEY_WORK, false);

	LaunchParallelWorkers(context);
	ereport(DEBUG1,
			(errmsg_internal("recurnet works with %d of %d parallel workers",
							 context->nworkers_launched, context->nworkers)));
	if (order->lent)
	{
		await_begun(context, order);
		PopActiveSnapshot();
	}
}

void
recurnet_parallel_end(ParallelContext *context)
{
	DestroyParallelContext(context);
	ExitParallelMode();
}

size_t
recurnet_parallel_next(void *queue)
{
	return (size_t) pg_atomic_fetch_add_u64(queue, 1);
}

/* Over an arena without a block this only measures. */
static void
lay_out_panel(RnArena *arena, RnPanel *panel)
{
	panel->series = rn_arena_take(arena, panel->count, sizeof(RnSeries));
	panel->value = rn_arena_take(arena, panel->rows, sizeof(double));
	if (panel->missing != NULL)
		panel->missing = rn_arena_take(arena, panel->rows, 1);
	if (panel->covariate != NULL)
		panel->covariate = rn_arena_take(arena, panel->rows * (size_t) panel->columns, sizeof(float));
}

/* The rows of a series to row at of shared. */
static void
copy_rows(const RnPanel *panel, const RnSeries *series, RnPanel *shared, size_t at)
{
	size_t		C = (size_t) panel->columns;

	memcpy(shared->value + at, panel->value + series->first, series->n * sizeof(double));
	if (panel->missing != NULL)
		memcpy(shared->missing + at, panel->missing + series->first, series->n);
	if (panel->covariate != NULL)
		memcpy(shared->covariate + at * C, panel->covariate + series->first * C, series->n * C * sizeof(float));
}

RnPanel
recurnet_parallel_share_panel(RnArena *arena, const RnPanel *panel)
{
	RnPanel		shared = *panel;
	size_t		at = 0;

	shared.rows = 0;			/* those of a fold lie here and there */
	for (size_t s = 0; s < panel->count; s++)
		shared.rows += panel->series[s].n;
	lay_out_panel(arena, &shared);
	if (arena->base == NULL)
		return shared;
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];

		shared.series[s] = *series;
		shared.series[s].key = NULL;
		shared.series[s].time = (RnTimes) {0};
		shared.series[s].skipped = NULL;
		shared.series[s].first = at;
		if (series->n > 0)
			copy_rows(panel, series, &shared, at);
		at += series->n;
	}
	return shared;
}

void
recurnet_parallel_attach_panel(RnArena *arena, RnPanel *panel)
{
	lay_out_panel(arena, panel);
}

/* Where a worker begins. */
void
recurnet_parallel_main(dsm_segment *segment, shm_toc *toc)
{
	Order	   *order = shm_toc_lookup(toc, KEY_WORK, false);
	void	   *block = shm_toc_lookup(toc, KEY_BLOCK, false);

	(void) segment;
	if (order->lent)
	{
		PopActiveSnapshot();
		InvalidateCatalogSnapshot();
	}
	pg_atomic_fetch_add_u32(&order->begun, 1);
	switch (order->work)
	{
		case RECURNET_WORK_NETWORKS:
			recurnet_networks_work(block);
			break;
		case RECURNET_WORK_FOLDS:
			recurnet_folds_work(block);
			break;
	}
	if (order->lent)			/* the machinery drops one at the end */
		PushActiveSnapshot(GetTransactionSnapshot());
}
