/*
 * parallel.c
 *		PostgreSQL's parallel workers, for work that reads no table.
 *
 * The machinery is that of parallel queries and of CREATE INDEX: it starts
 * processes of the same role with the same settings, passes their errors on, and
 * ends them with this process's transaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shm_toc.h"
#include "utils/snapmgr.h"

#include "guc.h"
#include "parallel.h"

#define KEY_WORK	UINT64CONST(0x726e000000000001)
#define KEY_BLOCK	UINT64CONST(0x726e000000000002)

/* Shared memory is short in some places, such as containers. */
#define MOST_SHARED ((size_t) 32 * 1024 * 1024)

extern PGDLLEXPORT void recurnet_parallel_main(dsm_segment *segment, shm_toc *toc);

int
recurnet_parallel_workers(size_t pieces, size_t own, size_t bytes, size_t shared)
{
	size_t		most = recurnet_guc_max_memory();
	size_t		workers;

	/* workers take over the snapshot; who has none wants to keep none */
	if (IsInParallelMode() || !ActiveSnapshotSet() || pieces < 2 || shared > MOST_SHARED || own > most || shared > most - own)
		return 0;
	workers = Min((most - own - shared) / Max(bytes, 1), pieces - 1);
	return (int) Min(workers, (size_t) max_parallel_maintenance_workers);
}

ParallelContext *
recurnet_parallel_begin(RecurnetWork work, int workers, size_t bytes, void **block)
{
	ParallelContext *context;
	RecurnetWork *kind;

	EnterParallelMode();
	context = CreateParallelContext("$libdir/recurnet", "recurnet_parallel_main", workers);
	shm_toc_estimate_chunk(&context->estimator, sizeof(RecurnetWork));
	shm_toc_estimate_chunk(&context->estimator, bytes);
	shm_toc_estimate_keys(&context->estimator, 2);
	InitializeParallelDSM(context);
	kind = shm_toc_allocate(context->toc, sizeof(RecurnetWork));
	*kind = work;
	shm_toc_insert(context->toc, KEY_WORK, kind);
	*block = memset(shm_toc_allocate(context->toc, bytes), 0, bytes);
	shm_toc_insert(context->toc, KEY_BLOCK, *block);
	return context;
}

void
recurnet_parallel_launch(ParallelContext *context)
{
	LaunchParallelWorkers(context);
	ereport(DEBUG1,
			(errmsg_internal("recurnet works with %d of %d parallel workers",
							 context->nworkers_launched, context->nworkers)));
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
	const RecurnetWork *work = shm_toc_lookup(toc, KEY_WORK, false);
	void	   *block = shm_toc_lookup(toc, KEY_BLOCK, false);

	(void) segment;
	switch (*work)
	{
		case RECURNET_WORK_NETWORKS:
			recurnet_networks_work(block);
			break;
		case RECURNET_WORK_FOLDS:
			recurnet_folds_work(block);
			break;
	}
}
