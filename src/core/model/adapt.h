/*
 * adapt.h
 *		Intervals that learn from rows newer than those that a model was trained on.
 *
 * What the model would have forecast from the origins that new rows allow is
 * held against what came.  Where it errs more (less) than it did on the rows held
 * out in training, intervals become wider (narrower), step by step.
 */
#ifndef RN_ADAPT_H
#define RN_ADAPT_H

#include "model/forecast.h"
#include "model/outlook.h"

/* So many of the newest rows of a series are looked at, at most. */
#define RN_ADAPT_ROWS	100

/* Rows of a series, the newest of which are new to the model. */
typedef struct RnNews
{
	RnRows		rows;			/* missing: rows made up, whose errors do not count */
	RnView		view;			/* row and start: the first of the series; end: behind its last */
	size_t		fresh;			/* how many of its newest are new; all of a series
								 * that the model has not seen */
} RnNews;

/*
 * What is needed to learn of news, for one series after another.  The model
 * must outlive it.
 */
typedef struct RnAdapt
{
	const RnModel *model;
	int			steps;			/* K */
	int			part;			/* origins side by side */
	RnArena		arena;
	double	   *expected;		/* [K] mean errors in training */
	double	   *error;			/* [K][RN_ADAPT_ROWS] NaN: none */
	double	   *forecast;		/* [part][K] */
	rn_real    *scaled;			/* [part][K] */
	RnOutlook	outlook;		/* of RN_METHOD_LOCAL */
} RnAdapt;

/* K: as far as widths are learnt, for forecasts of so many steps; 0 without intervals. */
extern int	rn_adapt_steps(const RnModel *model, int steps);

/* rn_adapt_free is due even after an error. */
extern RnCode rn_adapt_create(RnHost *host, const RnModel *model, int steps, RnAdapt *adapt);
extern void rn_adapt_free(RnHost *host, RnAdapt *adapt);

/* Bytes that it all takes at most, rn_adapt_learn included. */
extern size_t rn_adapt_bytes(const RnModel *model, int steps);

/*
 * Half widths in units of intervals of the given level into width [K]: never
 * narrower than at an earlier step, nor than those of a lower level; those of
 * rn_interval_width where nothing is new.  unit: what an error of 1 is at the newest
 * row, as rn_forecast says it.  Beyond step K they grow by rn_interval_growth.
 */
extern RnCode rn_adapt_learn(RnHost *host, RnAdapt *adapt, const RnNews *news, double unit, double level,
							 double *width);

/*
 * The same for rn_predict: of the rows of the series from rn_model_first_predicted
 * on, what it had for unit [n] becomes the half width that the new rows before each
 * give.
 */
extern RnCode rn_adapt_predicted(RnHost *host, const RnModel *model, const RnNews *news, double level,
								 const double *predicted, double *unit);

#endif							/* RN_ADAPT_H */
