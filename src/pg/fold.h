/*
 * fold.h
 *		Folds of backtests: to train on the rows before a point of the past, and to
 *		forecast what came.
 *
 * One backtest of a model has a piece for each fold; several candidates on the
 * same rows have one for each fold of each.  Pieces may be worked on by this
 * process, one by one, or ahead of that, together with parallel workers.
 */
#ifndef RECURNET_FOLD_H
#define RECURNET_FOLD_H

#include "model/backtest.h"

#include "fmgr.h"

#include "fit.h"
#include "request.h"
#include "subject.h"

/* What the pieces have in common. */
typedef struct RecurnetFolds
{
	RecurnetHost *host;
	RecurnetFit fit;			/* all rows, and options of the first candidate */
	int			candidates;		/* at least 1 */
	RnTrainSpec *candidate;		/* [candidates] */
	int			first;			/* number of the first for messages, or 0: there is one */
	RnBacktest	backtest;
	double		level;
} RecurnetFolds;

/*
 * Set folds up, for the rows of a host: arguments from first on are folds (usual
 * ones for null), horizon, step, gap, expanding.
 */
extern void recurnet_folds_init(RecurnetFolds *folds, RecurnetHost *host, FunctionCallInfo fcinfo, int first, int usual);

/*
 * Read the rows of a source, once the options of the fit are known, and settle what
 * depends on them; old: as for recurnet_request_read.  one_season: that of the fit's
 * options counts for the errors of all candidates.
 */
extern void recurnet_folds_read(RecurnetFolds *folds, RecurnetSource *source, const RecurnetVersion *old,
								bool one_season);

/* Folds of candidates before the first. */
extern int	recurnet_folds_before(const RecurnetFolds *folds);

/* A piece at work, in a memory context of its own. */
typedef struct RecurnetFold
{
	RecurnetHost host;
	MemoryContext caller;
	const RecurnetFolds *folds;
	size_t		piece;
	int			candidate;		/* from 0 */
	RnFold		rows;
	RecurnetFit fit;
} RecurnetFold;

/* Piece i, of candidate i / folds; its memory context is the current one until it is closed. */
extern RecurnetFold *recurnet_fold_open(const RecurnetFolds *folds, size_t i);
extern void recurnet_fold_close(RecurnetFold *fold);

/* Is told what is forecast of series s of the panel: step [horizon], and MASE's scale or NaN. */
typedef void (*RecurnetFoldTold) (void *listener, const RecurnetFold *fold, size_t s, const RnFoldStep *step,
								  double scale);

/*
 * Cut and plan: RN_TOO_FEW_ROWS, with words in its host, if there is nothing to
 * train on and that is no error; then train, and forecast all series: RN_DIVERGED,
 * likewise, of one of several trials, some of which may have been told.
 */
extern RnCode recurnet_fold_plan(RecurnetFold *fold);
extern RnCode recurnet_fold_run(RecurnetFold *fold, RecurnetFoldTold told, void *listener);

/* Cut alone: the first half of the plan. */
extern void recurnet_fold_cut(RecurnetFold *fold);

/*
 * What a model that was trained elsewhere forecasts of series s of a fold that is
 * cut, as it is told above.  of_model: that series of the model, or -1.  RN_TOO_FEW_ROWS,
 * RN_DIVERGED or RN_INVALID_OPTION, with words in the fold's host, where it makes
 * no forecast.
 */
extern RnCode recurnet_fold_stored(RecurnetFold *fold, const RecurnetSubject *subject, int64 of_model, size_t s,
								   RnFoldStep *step, double *scale);

/* ---- ahead, with workers: fold_parallel.c ---- */

/* What was forecast. */
typedef struct RecurnetFoldSteps
{
	size_t		pieces;			/* the first so many were worked on; 0: none was */
	const bool *done;			/* [pieces] false: there was nothing to train on */
	const double *scale;		/* [pieces][series of the panel] */
	const RnFoldStep *step;		/* [pieces][series][horizon] */
} RecurnetFoldSteps;

/*
 * Work on pieces together with parallel workers, as far as that is worth it: the
 * results, in the current memory context.
 */
extern RecurnetFoldSteps recurnet_folds_ahead(const RecurnetFolds *folds);

/* Tell what was forecast ahead of a piece that is planned, and done there. */
extern void recurnet_fold_tell(const RecurnetFold *fold, const RecurnetFoldSteps *ahead, size_t piece,
							   RecurnetFoldTold told, void *listener);

#endif							/* RECURNET_FOLD_H */
