/*
 * fit_parallel.c
 *		One training, shared out to parallel workers: its networks, and what those
 *		that are tried out forecast.
 */
#include "postgres.h"

#include "storage/condition_variable.h"
#include "utils/wait_event.h"

#include "fit.h"
#include "parallel.h"
#include "progress.h"

/* At the head of the block; the panel's rows and the networks follow. */
typedef struct Shared
{
	pg_atomic_uint64 networks;
	pg_atomic_uint64 parts;
	pg_atomic_uint64 tried;		/* networks to be tried out that are fitted */
	ConditionVariable all_tried;
	size_t		trials;
	bool		warm;
	RnTrainPlan plan;
	RnPanel		panel;
} Shared;

/* What one process takes of it. */
typedef struct Queue
{
	Shared	   *shared;
	bool		trial;			/* the last network is to be tried out */
} Queue;

/* Bytes of the block. */
static size_t
shared_bytes(const RecurnetFit *fit)
{
	RnArena		arena = {0};

	rn_arena_take(&arena, 1, sizeof(Shared));
	recurnet_parallel_share_panel(&arena, &fit->rows.panel);
	rn_arena_take(&arena, 1, rn_fits_bytes(&fit->plan));
	return rn_arena_bytes(&arena);
}

int
recurnet_fit_workers(const RecurnetFit *fit)
{
	if (!fit->parallel || rn_fits_count(&fit->plan) == 1)
		return 0;
	return recurnet_parallel_workers(rn_fits_count(&fit->plan), fit->bytes, fit->plan.bytes, shared_bytes(fit));
}

/* Who asks has fitted the last one. */
static size_t
next_network(void *queue)
{
	Queue	   *own = queue;
	Shared	   *shared = own->shared;
	size_t		next;

	if (own->trial && pg_atomic_add_fetch_u64(&shared->tried, 1) == shared->trials)
		ConditionVariableBroadcast(&shared->all_tried);
	next = recurnet_parallel_next(&shared->networks);
	own->trial = next < shared->trials;
	return next;
}

static size_t
next_part(void *queue)
{
	return recurnet_parallel_next(&((Queue *) queue)->shared->parts);
}

/* The networks at their places after the panel's rows. */
static void
place_fits(Queue *queue, RnArena *arena, RnFits *fits)
{
	Shared	   *shared = queue->shared;

	rn_fits_place(&shared->plan, rn_arena_take(arena, 1, rn_fits_bytes(&shared->plan)), fits);
	fits->warm = shared->warm;
	fits->next_network = next_network;
	fits->next_part = next_part;
	fits->queue = queue;
}

/* This process's share: networks, and, once all that are tried out are fitted, what these forecast. */
static void
work(RecurnetHost *host, Shared *shared, const RnPanel *panel, const RnFits *fits)
{
	recurnet_host_check(host, rn_fits_fit(&host->core, &shared->plan, panel, fits));
	recurnet_progress_phase(host, RECURNET_PHASE_WAITING);
	while (pg_atomic_read_u64(&shared->tried) < shared->trials)
		ConditionVariableSleep(&shared->all_tried, WAIT_EVENT_PARALLEL_FINISH);
	ConditionVariableCancelSleep();
	pg_read_barrier();
	recurnet_host_check(host, rn_fits_try(&host->core, &shared->plan, panel, fits));
}

RnCode
recurnet_fit_train_parallel(RecurnetFit *fit, int workers)
{
	RnHost	   *core = &fit->host->core;
	ParallelContext *context;
	RnArena		arena;
	Shared	   *shared;
	Queue		queue = {0};
	RnFits		fits;
	void	   *block;

	context = recurnet_parallel_begin(RECURNET_WORK_NETWORKS, workers, shared_bytes(fit), &block);
	rn_arena_place(&arena, block);
	queue.shared = shared = rn_arena_take(&arena, 1, sizeof(Shared));
	pg_atomic_init_u64(&shared->networks, 0);
	pg_atomic_init_u64(&shared->parts, 0);
	pg_atomic_init_u64(&shared->tried, 0);
	ConditionVariableInit(&shared->all_tried);
	shared->trials = rn_fits_trials(&fit->plan);
	shared->warm = fit->warm != NULL;
	shared->plan = fit->plan;
	shared->plan.spec.inputs.clock = (RnWallClock) {0};
	shared->panel = recurnet_parallel_share_panel(&arena, &fit->rows.panel);
	place_fits(&queue, &arena, &fits);
	if (fit->warm != NULL)
		recurnet_host_check(fit->host, rn_fits_warm(core, &fit->plan, &fit->rows.panel, fit->warm, &fits));
	recurnet_parallel_launch(context);
	recurnet_progress_share_members(fit->host, &shared->networks, context->nworkers_launched + 1);
	work(fit->host, shared, &fit->rows.panel, &fits);
	recurnet_progress_share_members(fit->host, NULL, 1);
	recurnet_progress_phase(fit->host, RECURNET_PHASE_WAITING);
	WaitForParallelWorkersToFinish(context);
	recurnet_host_check(fit->host, rn_recipe_train(core, &fit->plan, &fit->rows.panel, NULL, 0, fit->warm, &fits,
												   &fit->model, &fit->report));
	recurnet_parallel_end(context);
	return RN_OK;
}

void
recurnet_networks_work(void *block)
{
	RecurnetHost host;
	RnArena		arena;
	Shared	   *shared;
	Queue		queue = {0};
	RnPanel		panel;
	RnFits		fits;

	recurnet_host_init(&host, CurrentMemoryContext);
	recurnet_host_quiet(&host);
	rn_arena_place(&arena, block);
	queue.shared = shared = rn_arena_take(&arena, 1, sizeof(Shared));
	panel = shared->panel;
	recurnet_parallel_attach_panel(&arena, &panel);
	place_fits(&queue, &arena, &fits);
	work(&host, shared, &panel, &fits);
}
