/*
 * backtest.h
 *		Rolling origins: what models that had seen no later row would have
 *		forecast at some points of the past, beside what happened.
 *
 * A fold is a panel cut off.  For each, the host cuts it, plans and trains as it
 * does with any panel (recipe.h), and forecasts series by series.  See Tashman,
 * "Out-of-sample tests of forecasting accuracy: an analysis and review", Int. J.
 * Forecasting 16(4), 2000.
 */
#ifndef RN_BACKTEST_H
#define RN_BACKTEST_H

#include "model/forecast.h"
#include "model/recipe.h"
#include "series/metrics.h"

/*
 * The last fold's steps are the last rows of each series; those of the fold
 * before are so many rows earlier.
 */
typedef struct RnBacktest
{
	int			folds;			/* at least 1 */
	int			horizon;		/* H: steps forecast in each, at least 1 */
	int			step;			/* rows from one fold to the next, at least 1 */
	int			gap;			/* rows before its steps that a fold does not see */
	bool		expanding;		/* a fold has all rows before them; else as many
								 * as the first fold has */
	int			season;			/* of the scale and of the seasonal naive forecast;
								 * 0: that of the fold's model */

	/*
	 * [series of the panel] The row that the steps of the first fold begin with,
	 * at most behind the last; those of the next are so many rows later, and steps
	 * may be behind the last row.  NULL: folds are counted from the last row.
	 */
	const size_t *origin;
} RnBacktest;

/* Rows of a series without which its first fold has too few to train on. */
extern size_t rn_backtest_least_rows(const RnBacktest *backtest, const RnTrainSpec *spec);

/* Of one series in a fold. */
typedef struct RnFoldSeries
{
	size_t		next;			/* row of the whole panel: its first step */
	int			unseen;			/* steps between the last row trained on and that one:
								 * the gap, and rows without a value before it */
} RnFoldSeries;

typedef struct RnFold
{
	int			number;			/* from 1, the oldest */
	RnPanel		panel;			/* to be trained on, filled */
	bool		copied;			/* its rows are its own, not those of the whole panel */
	RnFoldSeries *series;		/* [panel.count] */
} RnFold;

/* A forecast of a fold.  NaN: there is none. */
typedef struct RnFoldStep
{
	double		actual;
	double		forecast;
	double		lower;
	double		upper;
	double		naive;			/* the last value */
	double		seasonal;		/* that of the same phase of the last season */
} RnFoldStep;

/*
 * The horizon and season of a network trained on the whole panel: what spec says, or
 * the recipe chooses.  season may be NULL.
 */
extern RnCode rn_backtest_horizon(RnHost *host, const RnTrainSpec *spec, RnPanel *all, int *horizon, int *season);

/* RN_INVALID_OPTION where the model of spec, whose horizon is said, cannot forecast as far. */
extern RnCode rn_backtest_check(RnHost *host, const RnBacktest *backtest, const RnTrainSpec *spec);

/*
 * A fold of a panel that is settled and spread, but not filled: what is missing
 * is made up from the rows of the fold alone.  Each series begins and ends with a
 * value; one that has none before the fold is left out, or RN_TOO_FEW_ROWS, as the
 * policy for rows has it.  The panel must outlive the fold.  rn_backtest_free is
 * due even after an error.
 */
extern RnCode rn_backtest_cut(RnHost *host, const RnBacktest *backtest, const RnTrainSpec *spec,
							  const RnPanel *all, int number, RnFold *fold);
extern void rn_backtest_free(RnHost *host, RnFold *fold);

/* Bytes that a fold takes at most. */
extern size_t rn_backtest_bytes(const RnTrainSpec *spec, const RnPanel *all);

/*
 * The forecasts of series s of the panel, which is series m of the model that was
 * trained on the fold, into step [H]; and the scale of MASE, the mean absolute
 * error of the seasonal naive forecast on the fold's rows, or NaN without one above
 * 0, into scale.  Covariates that are known ahead are those of the steps forecast.
 */
extern RnCode rn_backtest_forecast(RnHost *host, const RnBacktest *backtest, const RnFold *fold, const RnPanel *all,
								   const RnModel *model, size_t s, size_t m, double level,
								   RnFoldStep *step, double *scale);

/*
 * The same by a model that was trained on other rows, from an origin that knows no
 * row after the fold's of that series; its future is set here.
 */
extern RnCode rn_backtest_forecast_from(RnHost *host, const RnBacktest *backtest, const RnFold *fold, const RnPanel *all,
										const RnModel *model, size_t s, const RnOrigin *origin, double level,
										RnFoldStep *step, double *scale);

/* Errors of many forecasts; zero at first. */
typedef struct RnBacktestScore
{
	size_t		forecasts;		/* of a series in a fold */
	RnMean		absolute;
	RnMean		square;
	RnMean		symmetric;
	RnMean		scaled;			/* by MASE's scale, where there is one */
	RnMean		naive_scaled;	/* the seasonal naive forecast's */
	RnMean		within;			/* its interval, where there is one */
} RnBacktestScore;

/* Add the steps [H] of a forecast whose actual value is known. */
extern void rn_backtest_score(const RnBacktest *backtest, const RnFoldStep *step, double scale, RnBacktestScore *score);

/* Bytes that rn_backtest_forecast takes at most, for the longest of the fold. */
extern size_t rn_backtest_forecast_bytes(const RnBacktest *backtest, const RnFold *fold, const RnModel *model);

#endif							/* RN_BACKTEST_H */
