/*
 * fit_parallel.c
 *		One training, shared out to parallel workers: its networks, and what those
 *		that are tried out forecast.
 */
#include "postgres.h"

#include "storage/condition_variable.h"
#include "storage/spin.h"
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
	ConditionVariable settled;	/* all of these are, or some network diverged */
	slock_t		mutex;			/* for what follows */
	size_t		diverged;		/* number of the first network that did; SIZE_MAX: none */
	RnError		words;			/* of that one */

	/* the same from the start to the end */
	size_t		trials;
	bool		warm;
	RnTrainPlan plan;
	RnPanel		panel;
} Shared;

/* What one process takes of it. */
typedef struct Queue
{
	Shared	   *shared;
	size_t		network;		/* number of the last; SIZE_MAX: none yet, or no more */
} Queue;

/* Number of what is none of the networks, but comes after all. */
#define ALL_NETWORKS (SIZE_MAX - 1)

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

static bool
any_diverged(Shared *shared)
{
	bool		any;

	SpinLockAcquire(&shared->mutex);
	any = shared->diverged != SIZE_MAX;
	SpinLockRelease(&shared->mutex);
	return any;
}

/*
 * What a process did to that network came to code: note that it diverged; anything else is
 * an ERROR, or well.  Those before it are given out, and are fitted to the end: so that the
 * first of all is the one that a process alone comes upon, and its words are the same.
 */
static void
settle(RecurnetHost *host, Shared *shared, size_t network, RnCode code)
{
	if (code != RN_DIVERGED || host->pending != NULL)
	{
		recurnet_host_check(host, code);
		return;
	}
	SpinLockAcquire(&shared->mutex);
	if (network < shared->diverged)
	{
		shared->diverged = network;
		shared->words = host->core.error;
	}
	SpinLockRelease(&shared->mutex);
	ConditionVariableBroadcast(&shared->settled);
}

/* Who asks has fitted the last one.  There is none after one that diverged. */
static size_t
next_network(void *queue)
{
	Queue	   *own = queue;
	Shared	   *shared = own->shared;

	if (own->network < shared->trials && pg_atomic_add_fetch_u64(&shared->tried, 1) == shared->trials)
		ConditionVariableBroadcast(&shared->settled);
	own->network = any_diverged(shared) ? SIZE_MAX : recurnet_parallel_next(&shared->networks);
	return own->network;
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

/*
 * This process's share: networks, and, once all that are tried out are fitted, what
 * these forecast.  One that diverges is no error yet: the leader knows what to make of it.
 */
static void
work(RecurnetHost *host, const Queue *queue, const RnPanel *panel, const RnFits *fits)
{
	Shared	   *shared = queue->shared;
	RnCode		code = rn_fits_fit(&host->core, &shared->plan, panel, fits);

	settle(host, shared, queue->network, code);
	recurnet_progress_phase(host, RECURNET_PHASE_WAITING);
	while (pg_atomic_read_u64(&shared->tried) < shared->trials && !any_diverged(shared))
		ConditionVariableSleep(&shared->settled, WAIT_EVENT_PARALLEL_FINISH);
	ConditionVariableCancelSleep();
	if (any_diverged(shared))
		return;
	pg_read_barrier();
	settle(host, shared, ALL_NETWORKS, rn_fits_try(&host->core, &shared->plan, panel, fits));
}

/* What comes of it, once no worker is left. */
static RnCode
finish(RecurnetFit *fit, Shared *shared, const RnFits *fits)
{
	if (!any_diverged(shared))
		settle(fit->host, shared, ALL_NETWORKS,
			   rn_recipe_train(&fit->host->core, &fit->plan, &fit->rows.panel, NULL, 0, fit->warm, fits, &fit->model, &fit->report));
	if (!any_diverged(shared))
		return RN_OK;
	fit->host->core.error = shared->words;
	return RN_DIVERGED;
}

RnCode
recurnet_fit_train_parallel(RecurnetFit *fit, int workers)
{
	RnHost	   *core = &fit->host->core;
	ParallelContext *context;
	RnArena		arena;
	Shared	   *shared;
	Queue		queue = {.network = SIZE_MAX};
	RnFits		fits;
	void	   *block;
	RnCode		code;

	context = recurnet_parallel_begin(RECURNET_WORK_NETWORKS, workers, shared_bytes(fit), &block);
	rn_arena_place(&arena, block);
	queue.shared = shared = rn_arena_take(&arena, 1, sizeof(Shared));
	pg_atomic_init_u64(&shared->networks, 0);
	pg_atomic_init_u64(&shared->parts, 0);
	pg_atomic_init_u64(&shared->tried, 0);
	ConditionVariableInit(&shared->settled);
	SpinLockInit(&shared->mutex);
	shared->diverged = SIZE_MAX;
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
	work(fit->host, &queue, &fit->rows.panel, &fits);
	recurnet_progress_share_members(fit->host, NULL, 1);
	recurnet_progress_phase(fit->host, RECURNET_PHASE_WAITING);
	WaitForParallelWorkersToFinish(context);
	code = finish(fit, shared, &fits);
	recurnet_parallel_end(context);
	return code;
}

void
recurnet_networks_work(void *block)
{
	RecurnetHost host;
	RnArena		arena;
	Shared	   *shared;
	Queue		queue = {.network = SIZE_MAX};
	RnPanel		panel;
	RnFits		fits;

	recurnet_host_init(&host, CurrentMemoryContext);
	recurnet_host_quiet(&host);
	rn_arena_place(&arena, block);
	queue.shared = shared = rn_arena_take(&arena, 1, sizeof(Shared));
	panel = shared->panel;
	recurnet_parallel_attach_panel(&arena, &panel);
	place_fits(&queue, &arena, &fits);
	work(&host, &queue, &panel, &fits);
}
