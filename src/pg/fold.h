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

#include "fit.h"

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

/* A piece at work, in the memory of its host. */
typedef struct RecurnetFold
{
	RecurnetHost host;
	const RecurnetFolds *folds;
	int			candidate;		/* from 0 */
	RnFold		rows;
	RecurnetFit fit;
} RecurnetFold;

/* Piece i, of candidate i / folds: set up in the current memory context. */
extern RecurnetFold *recurnet_fold_create(const RecurnetFolds *folds, size_t i);

/* Is told what is forecast of series s of the panel: step [horizon], and MASE's scale or NaN. */
typedef void (*RecurnetFoldTold) (void *listener, const RecurnetFold *fold, size_t s, const RnFoldStep *step,
								  double scale);

/*
 * Cut and plan: RN_TOO_FEW_ROWS, with words in its host, if there is nothing to
 * train on and that is no error; then train, and forecast all series: RN_DIVERGED,
 * likewise, of one of several trials.
 */
extern RnCode recurnet_fold_plan(RecurnetFold *fold);
extern RnCode recurnet_fold_run(RecurnetFold *fold, RecurnetFoldTold told, void *listener);

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

#endif							/* RECURNET_FOLD_H */
