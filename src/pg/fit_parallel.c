/*
 * fit_parallel.c
 *		The networks of one training, shared out to parallel workers.
 */
#include "postgres.h"

#include "fit.h"
#include "parallel.h"
#include "progress.h"

/* At the head of the block; the panel's rows and the networks follow. */
typedef struct Shared
{
	pg_atomic_uint64 next;
	bool		warm;
	RnTrainPlan plan;
	RnPanel		panel;
} Shared;

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

/* The networks at their places after the panel's rows. */
static void
place_fits(Shared *shared, RnArena *arena, RnFits *fits)
{
	rn_fits_place(&shared->plan, rn_arena_take(arena, 1, rn_fits_bytes(&shared->plan)), fits);
	fits->warm = shared->warm;
	fits->next = recurnet_parallel_next;
	fits->queue = &shared->next;
}

RnCode
recurnet_fit_train_parallel(RecurnetFit *fit, int workers)
{
	RnHost	   *core = &fit->host->core;
	ParallelContext *context;
	RnArena		arena;
	Shared	   *shared;
	RnFits		fits;
	void	   *block;
	RnCode		code = RN_OK;

	context = recurnet_parallel_begin(RECURNET_WORK_NETWORKS, workers, shared_bytes(fit), &block);
	rn_arena_place(&arena, block);
	shared = rn_arena_take(&arena, 1, sizeof(Shared));
	pg_atomic_init_u64(&shared->next, 0);
	shared->warm = fit->warm != NULL;
	shared->plan = fit->plan;
	shared->plan.spec.inputs.clock = (RnWallClock) {0};
	shared->panel = recurnet_parallel_share_panel(&arena, &fit->rows.panel);
	place_fits(shared, &arena, &fits);
	if (fit->warm != NULL)
		code = rn_fits_warm(core, &fit->plan, fit->warm, &fits);
	if (code == RN_OK)
	{
		recurnet_parallel_launch(context);
		recurnet_progress_share_members(fit->host, &shared->next, context->nworkers_launched + 1);
		code = rn_fits_fit(core, &fit->plan, &fit->rows.panel, &fits);
	}
	recurnet_progress_share_members(fit->host, NULL, 1);
	recurnet_host_check(fit->host, code);
	recurnet_progress_phase(fit->host, RECURNET_PHASE_WAITING);
	WaitForParallelWorkersToFinish(context);
	code = rn_recipe_train(core, &fit->plan, &fit->rows.panel, NULL, 0, fit->warm, &fits, &fit->model, &fit->report);
	recurnet_host_check(fit->host, code);
	recurnet_parallel_end(context);
	return RN_OK;
}

void
recurnet_networks_work(void *block)
{
	RecurnetHost host;
	RnArena		arena;
	Shared	   *shared;
	RnPanel		panel;
	RnFits		fits;

	recurnet_host_init(&host, CurrentMemoryContext);
	recurnet_host_quiet(&host);
	rn_arena_place(&arena, block);
	shared = rn_arena_take(&arena, 1, sizeof(Shared));
	panel = shared->panel;
	recurnet_parallel_attach_panel(&arena, &panel);
	place_fits(shared, &arena, &fits);
	recurnet_host_check(&host, rn_fits_fit(&host.core, &shared->plan, &panel, &fits));
}
