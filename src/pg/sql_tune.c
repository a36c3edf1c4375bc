/*
 * sql_tune.c
 *		rn_tune: backtests of many cells and options on the same rows.
 *
 * The rows are read once.  Trials run a few at a time, whose folds parallel workers
 * share; a budget of time is looked at between these, so that it decides how many
 * trials there are and nothing else.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "argument.h"
#include "fold.h"
#include "guc.h"
#include "option_table.h"
#include "panel_check.h"
#include "progress.h"
#include "request.h"
#include "space.h"

#define COLUMNS			9		/* rank, cell, options, mase, smape, mae, rmse,
								 * seasonal_naive_mase, forecasts */
#define DEFAULT_TRIALS	20
#define MOST_TRIALS		1000
#define DEFAULT_FOLDS	3

/* Trials between two looks at the clock. */
#define AT_A_TIME		4

/* A trial and how it did. */
typedef struct Trial
{
	RecurnetTrial asked;
	RnTrainSpec spec;
	RnBacktestScore score;
} Trial;

/* All of it in one context below the caller's. */
typedef struct Tune
{
	RecurnetHost host;
	RecurnetSource source;
	RecurnetTraining training;	/* what is the same for all */
	RecurnetFolds folds;		/* of the trials at work */
	int			n;
	Trial	   *trial;			/* [n] */
	int			done;			/* trials */
	char	   *reason;			/* why the first fold of these was left out; NULL: none was */
	const Interval *budget;		/* or NULL */
} Tune;

/* ---- what is asked ---- */

/* Options less one. */
static Jsonb *
without_option(Jsonb *options, const char *name)
{
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(options), CStringGetTextDatum(name)));
}

/* The earlier trial of the same cell and options, or NULL. */
static Trial *
find_same(const Tune *tune, const RecurnetTrial *asked, const RnTrainSpec *spec)
{
	for (int i = 0; i < tune->n; i++)
		if (rn_recipe_cell(&tune->trial[i].spec) == rn_recipe_cell(spec) &&
			compareJsonbContainers(&tune->trial[i].asked.options->root, &asked->options->root) == 0)
			return &tune->trial[i];
	return NULL;
}

/*
 * One more trial, unless it is there: then, if by cell `auto`, it gets the name of the cell
 * that the space has, so that nobody misses that.  Of its options those without effect are left
 * out: so that it trains as it is listed, and none is tried twice.
 */
static void
add_trial(Tune *tune, RecurnetTrial asked)
{
	RecurnetOptions options;
	uint64		without;
	Trial	   *same;

	recurnet_options_parse(asked.cell, asked.options, &options);
	options.spec.inputs = tune->folds.fit.options.spec.inputs;
	options.spec.rows = tune->folds.fit.options.spec.rows;
	without = recurnet_options_without_effect(&options);
	for (int i = 0; i < recurnet_option_count; i++)
		if (without & UINT64CONST(1) << i)
			asked.options = without_option(asked.options, recurnet_option_table[i].name);
	recurnet_options_parse(asked.cell, asked.options, &options);
	same = find_same(tune, &asked, &options.spec);
	if (same == NULL)
		tune->trial[tune->n++] = (Trial) {.asked = asked,.spec = options.spec};
	else if (same->spec.cell_open && !options.spec.cell_open)
		same->asked.cell = asked.cell;
}

/* The trials, with their options checked. */
static void
plan_trials(Tune *tune, const Jsonb *space, int most)
{
	RecurnetTrial *asked;
	int			n = recurnet_space_trials(space, tune->training.options, most, &asked);

	tune->training.cell = asked[0].cell;
	tune->training.options = asked[0].options;
	recurnet_request_shared(&tune->training, &tune->source, &tune->folds.fit);
	tune->trial = palloc0((size_t) n * sizeof(Trial));
	for (int i = 0; i < n; i++)
		add_trial(tune, asked[i]);
}

/* Read the rows, and settle what depends on them: all but the open choices of a trial. */
static void
read_rows(Tune *tune)
{
	const RnTrainSpec *spec = &tune->folds.fit.options.spec;

	recurnet_folds_read(&tune->folds, &tune->source, NULL, true);
	for (int i = 0; i < tune->n; i++)
	{
		RnTrainSpec *own = &tune->trial[i].spec;

		own->rows = spec->rows;
		own->inputs = spec->inputs;
		own->horizon = spec->horizon;
	}
}

/* ---- trials ---- */

static void
add_score(void *listener, const RecurnetFold *fold, size_t s, const RnFoldStep *step, double scale)
{
	(void) s;
	rn_backtest_score(&fold->folds->backtest, step, scale, listener);
}

/* A fold of a trial is left out: why, if it is the first. */
static void
leave_out(Tune *tune, const char *reason)
{
	if (tune->reason == NULL)
		tune->reason = MemoryContextStrdup(tune->host.context, reason);
}

/* One fold of a trial of those at work. */
static void
run_piece(Tune *tune, const RecurnetFoldSteps *ahead, size_t piece)
{
	RecurnetFold *fold = recurnet_fold_open(&tune->folds, piece);
	RnBacktestScore *score = &tune->trial[tune->done + fold->candidate].score;
	RnBacktestScore before = *score;

	if (recurnet_fold_plan(fold) != RN_OK)
		leave_out(tune, fold->host.core.error.message);
	else if (piece < ahead->pieces && ahead->done[piece])
		recurnet_fold_tell(fold, ahead, piece, add_score, score);
	else if (piece < ahead->pieces)
		leave_out(tune, "training diverged");
	else if (recurnet_fold_run(fold, add_score, score) != RN_OK)
	{
		*score = before;
		leave_out(tune, "training diverged");
	}
	recurnet_fold_close(fold);
}

/* The next few trials. */
static void
run_some(Tune *tune)
{
	RecurnetFolds *folds = &tune->folds;
	RnTrainSpec spec[AT_A_TIME];
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet trials", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	RecurnetFoldSteps ahead;

	folds->candidates = Min(AT_A_TIME, tune->n - tune->done);
	folds->candidate = spec;
	folds->first = tune->done + 1;
	for (int c = 0; c < folds->candidates; c++)
		spec[c] = tune->trial[tune->done + c].spec;
	ahead = recurnet_folds_ahead(folds);
	for (size_t i = 0; i < (size_t) folds->candidates * (size_t) folds->backtest.folds; i++)
		run_piece(tune, &ahead, i);
	tune->done += folds->candidates;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/*
 * Plan the largest fold of every trial: what cannot be trained at all is an error
 * before anything is.
 */
static void
check_trials(Tune *tune)
{
	RecurnetFolds *folds = &tune->folds;

	for (int i = 0; i < tune->n; i++)
	{
		RecurnetFold *fold;

		folds->candidates = 1;
		folds->candidate = &tune->trial[i].spec;
		folds->first = i + 1;
		fold = recurnet_fold_open(folds, (size_t) folds->backtest.folds - 1);
		(void) recurnet_fold_plan(fold);
		recurnet_fold_close(fold);
	}
}

static void
run_all(Tune *tune)
{
	TimestampTz end = DT_NOEND;

	if (tune->budget != NULL)
		end = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
													  TimestampTzGetDatum(GetCurrentTimestamp()),
													  IntervalPGetDatum(tune->budget)));
	while (tune->done < tune->n && (tune->done == 0 || GetCurrentTimestamp() < end))
		run_some(tune);
	if (tune->done < tune->n)
		ereport(NOTICE,
				(errmsg("the budget was enough for %d of %d trials", tune->done, tune->n)));
}

/* ---- the result ---- */

static double
mean_of(const RnMean *mean)
{
	return mean->terms > 0 ? rn_mean_value(mean) : (double) NAN;
}

/*
 * Those that forecast more come first (a trial that needs more rows than early
 * folds have was spared these), then the smaller scaled, then absolute error.
 */
static int
compare(const void *a, const void *b)
{
	const RnBacktestScore *x = &(*(Trial *const *) a)->score;
	const RnBacktestScore *y = &(*(Trial *const *) b)->score;
	double		error[2][2] = {{mean_of(&x->scaled), mean_of(&x->absolute)}, {mean_of(&y->scaled), mean_of(&y->absolute)}};

	if (x->forecasts != y->forecasts)
		return x->forecasts > y->forecasts ? -1 : 1;
	for (int i = 0; i < 2; i++)
	{
		if (isnan(error[0][i]) != isnan(error[1][i]))
			return isnan(error[0][i]) ? 1 : -1;
		if (error[0][i] < error[1][i] || error[0][i] > error[1][i])
			return error[0][i] < error[1][i] ? -1 : 1;
	}
	return *(Trial *const *) a < *(Trial *const *) b ? -1 : 1;
}

static Datum
mean_datum(const RnMean *mean, bool *null)
{
	*null = isnan(mean_of(mean));
	return Float8GetDatum(mean_of(mean));
}

static void
put_trials(const Tune *tune, ReturnSetInfo *result)
{
	Trial	  **order = palloc((size_t) tune->done * sizeof(Trial *));

	for (int i = 0; i < tune->done; i++)
		order[i] = &tune->trial[i];
	qsort(order, (size_t) tune->done, sizeof(Trial *), compare);
	if (order[0]->score.forecasts == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("there are too few rows for any trial"),
				 errdetail("Of the first: %s.", tune->reason),
				 errhint("Give more rows, or ask for fewer folds, a smaller step or a shorter horizon.")));
	if (order[tune->done - 1]->score.forecasts < order[0]->score.forecasts || tune->reason != NULL)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("forecasts of some trials are left out"),
				 tune->reason != NULL ? errdetail("The first: %s.", tune->reason) : 0,
				 errhint("The column forecasts counts those that were made.")));
	for (int i = 0; i < tune->done; i++)
	{
		const RnBacktestScore *score = &order[i]->score;
		Datum		values[COLUMNS];
		bool		nulls[COLUMNS] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(order[i]->asked.cell);
		values[2] = JsonbPGetDatum(order[i]->asked.options);
		values[3] = mean_datum(&score->scaled, &nulls[3]);
		values[4] = mean_datum(&score->symmetric, &nulls[4]);
		values[5] = mean_datum(&score->absolute, &nulls[5]);
		values[6] = mean_datum(&score->square, &nulls[6]);
		values[6] = Float8GetDatum(sqrt(DatumGetFloat8(values[6])));
		values[7] = mean_datum(&score->naive_scaled, &nulls[7]);
		values[8] = Int64GetDatum((int64) score->forecasts);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * rn_tune(query, space, budget, options, trials, folds, horizon, step, gap,
 * expanding, series, covariates, time, target)
 */
PG_FUNCTION_INFO_V1(recurnet_tune);
Datum
recurnet_tune(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext caller;
	Tune	   *tune;
	int			trials = recurnet_argument_int(fcinfo, 4, "trials", DEFAULT_TRIALS, 1, MOST_TRIALS);

	recurnet_argument_required(fcinfo, 0, "query");
	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet tuning", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	tune = palloc0(sizeof(Tune));
	recurnet_host_init(&tune->host, context);
	recurnet_folds_init(&tune->folds, &tune->host, fcinfo, 5, DEFAULT_FOLDS);
	tune->training = (RecurnetTraining) {
		.query = recurnet_argument_text(fcinfo, 0),
		.options = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3),
		.series = recurnet_argument_text(fcinfo, 10),
		.covariates = recurnet_argument_text(fcinfo, 11),
		.time = recurnet_argument_text(fcinfo, 12),
		.target = recurnet_argument_text(fcinfo, 13)
	};
	tune->budget = recurnet_argument_duration(fcinfo, 2, "budget", "10 minutes");
	plan_trials(tune, PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1), trials);
	recurnet_progress_begin(&tune->host, RECURNET_COMMAND_TUNE, 0);
	recurnet_progress_folds(&tune->host, tune->n * tune->folds.backtest.folds);
	read_rows(tune);
	check_trials(tune);
	run_all(tune);
	put_trials(tune, (ReturnSetInfo *) fcinfo->resultinfo);
	recurnet_fit_notice_cut(&tune->folds.fit);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}
