/*
 * fold_parallel.c
 *		Folds of backtests, shared out to parallel workers.
 *
 * Each process cuts, plans, trains and forecasts its folds from the rows in shared
 * memory.  What the rows of a fold are no good for, or what there is to say of
 * them, the leader finds again when it comes to the fold: it costs nothing.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "fold.h"
#include "parallel.h"
#include "progress.h"

/* At the head of the block; arrays follow. */
typedef struct Shared
{
	pg_atomic_uint64 next;
	size_t		pieces;
	int			candidates;
	int			first;
	RnBacktest	backtest;
	double		level;
	Oid			time_type;
	char		wall_zone[RN_MODEL_TEXT];
	size_t		bytes;			/* of rows */
	size_t		holidays;
	RnPanel		panel;
} Shared;

/* Where things are in it, or in a copy. */
typedef struct Block
{
	Shared	   *shared;
	RnTrainSpec *candidate;
	int32	   *holiday;
	bool	   *done;
	double	   *scale;
	RnFoldStep *step;
} Block;

static void
lay_out(RnArena *arena, const Shared *sizes, Block *block)
{
	size_t		series = sizes->pieces * sizes->panel.count;

	block->candidate = rn_arena_take(arena, (size_t) sizes->candidates, sizeof(RnTrainSpec));
	block->holiday = rn_arena_take(arena, sizes->holidays, sizeof(int32));
	block->done = rn_arena_take(arena, sizes->pieces, sizeof(bool));
	block->scale = rn_arena_take(arena, series, sizeof(double));
	block->step = rn_arena_take(arena, series * (size_t) sizes->backtest.horizon, sizeof(RnFoldStep));
}

static Shared
sizes_of(const RecurnetFolds *folds, size_t pieces)
{
	const RecurnetRows *rows = &folds->fit.rows;
	Shared		sizes = {
		.pieces = pieces,.candidates = folds->candidates,.first = folds->first,.backtest = folds->backtest,.level = folds->level,
		.time_type = rows->time_type,.bytes = rows->bytes,.holidays = folds->fit.holidays,.panel = rows->panel
	};

	if (rows->wall_zone != NULL)
		strlcpy(sizes.wall_zone, rows->wall_zone, sizeof(sizes.wall_zone));
	return sizes;
}

static size_t
block_bytes(const Shared *sizes)
{
	RnArena		arena = {0};
	Block		block;

	rn_arena_take(&arena, 1, sizeof(Shared));
	lay_out(&arena, sizes, &block);
	recurnet_parallel_share_panel(&arena, &sizes->panel);
	return rn_arena_bytes(&arena);
}

/* Put all that workers need into the block. */
static Block
fill(void *memory, const Shared *sizes, const RecurnetFolds *folds)
{
	RnArena		arena;
	Block		block;

	rn_arena_place(&arena, memory);
	block.shared = rn_arena_take(&arena, 1, sizeof(Shared));
	*block.shared = *sizes;
	pg_atomic_init_u64(&block.shared->next, 0);
	lay_out(&arena, sizes, &block);
	for (int c = 0; c < folds->candidates; c++)
	{
		block.candidate[c] = folds->candidate[c];
		block.candidate[c].inputs.clock = (RnWallClock) {0};
	}
	if (sizes->holidays > 0)
		memcpy(block.holiday, folds->fit.holiday, sizes->holidays * sizeof(int32));
	block.shared->panel = recurnet_parallel_share_panel(&arena, &sizes->panel);
	return block;
}

/* ---- at work ---- */

typedef struct Listener
{
	const Block *block;
	size_t		piece;
} Listener;

static void
keep_steps(void *arg, const RecurnetFold *fold, size_t s, const RnFoldStep *step, double scale)
{
	const Listener *listener = arg;
	const Block *block = listener->block;
	size_t		H = (size_t) fold->folds->backtest.horizon;
	size_t		at = listener->piece * block->shared->panel.count + s;

	block->scale[at] = scale;
	memcpy(block->step + at * H, step, H * sizeof(RnFoldStep));
}

/*
 * The next pieces, until none is left; each in a memory context of its own.  The
 * last come first: they have the most rows, and what is short fills the gaps.
 */
static void
work(const RecurnetFolds *folds, const Block *block)
{
	Listener	listener = {.block = block};
	size_t		pieces = block->shared->pieces;

	for (size_t i; (i = recurnet_parallel_next(&block->shared->next)) < pieces;)
	{
		RecurnetFold *fold = recurnet_fold_open(folds, pieces - 1 - i);

		listener.piece = pieces - 1 - i;
		block->done[listener.piece] = recurnet_fold_plan(fold) == RN_OK &&
			recurnet_fold_run(fold, keep_steps, &listener) == RN_OK;
		recurnet_fold_close(fold);
	}
}

/*
 * Calendar columns of the rows are written to by whoever trains: a worker has
 * its own.
 */
static void
own_covariates(RnPanel *panel)
{
	size_t		bytes = panel->rows * (size_t) panel->columns * sizeof(float);

	if (panel->covariate != NULL)
		panel->covariate = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, bytes), panel->covariate, bytes);
}

void
recurnet_folds_work(void *memory)
{
	RecurnetHost host;
	RecurnetFolds folds = {.host = &host};
	RnArena		arena;
	Block		block;

	recurnet_host_init(&host, CurrentMemoryContext);
	rn_arena_place(&arena, memory);
	block.shared = rn_arena_take(&arena, 1, sizeof(Shared));
	lay_out(&arena, block.shared, &block);
	folds.candidates = block.shared->candidates;
	folds.candidate = block.candidate;
	folds.first = block.shared->first;
	folds.backtest = block.shared->backtest;
	folds.level = block.shared->level;
	folds.fit.host = &host;
	folds.fit.holiday = block.holiday;
	folds.fit.holidays = block.shared->holidays;
	folds.fit.rows.time_type = block.shared->time_type;
	folds.fit.rows.bytes = block.shared->bytes;
	if (block.shared->wall_zone[0] != '\0')
		folds.fit.rows.wall_zone = block.shared->wall_zone;
	folds.fit.rows.panel = block.shared->panel;
	recurnet_parallel_attach_panel(&arena, &folds.fit.rows.panel);
	own_covariates(&folds.fit.rows.panel);
	work(&folds, &block);
}

/* ---- the leader ---- */

/*
 * Bytes that this process takes for the largest piece, all rows included, and the
 * networks of its training.  All are planned, in their order: what is wrong with one is an error
 * before anything is trained.
 */
static size_t
largest_piece(const RecurnetFolds *folds, size_t pieces, size_t *networks)
{
	size_t		bytes = 0;

	*networks = 1;
	for (size_t i = 0; i < pieces; i++)
	{
		RecurnetFold *fold = recurnet_fold_open(folds, i);

		if (recurnet_fold_plan(fold) == RN_OK)
		{
			bytes = Max(bytes, fold->fit.bytes);
			*networks = rn_fits_count(&fold->fit.plan);
		}
		recurnet_fold_close(fold);
	}
	return bytes;
}

/*
 * Pieces for so many processes: all, or where the networks of a single one can be
 * shared out as well, as many as all processes are busy with until the end.
 */
static size_t
pieces_ahead(const RecurnetFolds *folds, size_t pieces, int workers, size_t networks)
{
	return folds->first == 0 && networks > 1 ? pieces - pieces % ((size_t) workers + 1) : pieces;
}

/* A copy of what lies from done to the rows. */
static RecurnetFoldSteps
keep_results(const Block *block)
{
	const Shared *shared = block->shared;
	const RnFoldStep *end = block->step + shared->pieces * shared->panel.count * (size_t) shared->backtest.horizon;
	size_t		size = (size_t) ((const char *) end - (const char *) block->done);
	char	   *copy = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, size), block->done, size);

	return (RecurnetFoldSteps) {
		.pieces = shared->pieces,
		.done = (bool *) copy,
		.scale = (double *) (copy + ((char *) block->scale - (char *) block->done)),
		.step = (RnFoldStep *) (copy + ((char *) block->step - (char *) block->done))
	};
}

RecurnetFoldSteps
recurnet_folds_ahead(const RecurnetFolds *folds)
{
	RecurnetFoldSteps steps = {0};
	size_t		pieces = (size_t) folds->candidates * (size_t) folds->backtest.folds;
	size_t		networks = 1;
	Shared		sizes = sizes_of(folds, pieces);
	size_t		shared = 2 * block_bytes(&sizes);	/* and the results once more */
	int			workers = recurnet_parallel_workers(pieces, 0, 0, shared);
	ParallelContext *context;
	Block		block;
	void	   *memory;

	if (workers > 0)
	{
		size_t		own = largest_piece(folds, pieces, &networks);

		workers = recurnet_parallel_workers(pieces, own, own, shared);
	}
	if (workers == 0)
		return steps;
	sizes.pieces = pieces_ahead(folds, pieces, workers, networks);
	context = recurnet_parallel_begin(RECURNET_WORK_FOLDS, workers, block_bytes(&sizes), &memory);
	block = fill(memory, &sizes, folds);
	recurnet_parallel_launch(context);
	recurnet_progress_share_folds(folds->host, &block.shared->next, context->nworkers_launched + 1,
								  recurnet_folds_before(folds) + 1);
	work(folds, &block);
	recurnet_progress_share_folds(folds->host, NULL, 1, 1);
	recurnet_progress_phase(folds->host, RECURNET_PHASE_WAITING);
	WaitForParallelWorkersToFinish(context);
	steps = keep_results(&block);
	recurnet_parallel_end(context);
	return steps;
}
