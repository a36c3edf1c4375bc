/*
 * smoothing.h
 *		How fast the level of each series follows it, learnt with a network.
 *
 * Smyl, "A hybrid method of exponential smoothing and recurrent neural networks
 * for time series forecasting", Int. J. Forecasting 36(1), 2020: what a series
 * has of its own, here the alpha of its level (local.h), descends the same loss
 * as the weights that all series share; Redd, Khin & Marini, "Fast ES-RNN", 2019,
 * for doing so in batches.  What descends is by how much its logit is higher than
 * that of least squares: alpha stays between 0 and 1, and follows what further
 * rows say of it; and what most series learn can be said of one not seen before.
 *
 * The level of a row counts in what the network sees of it and in the base that
 * it forecasts from.  Levels start lookback rows before the last row of a
 * sequence, as they do in forecasts (outlook.c).
 */
#ifndef RN_SMOOTHING_H
#define RN_SMOOTHING_H

#include "model/local.h"

typedef struct RnSmoothing
{
	RnArena		arena;
	size_t		count;			/* S */
	int			batch;			/* sequences from step to step, at most */
	int			steps;			/* J: rows of a sequence that levels are wanted of */
	size_t		lookback;
	double	   *faster;			/* [S] the logit of alpha is so much higher than that of least squares */
	double	   *grad;			/* [S] of the loss by it, of the batch so far */
	double	   *m;				/* [S] Adam's first moment */
	double	   *v;				/* [S] and second */
	uint32_t   *updates;		/* [S] so far */
	uint32_t   *series;			/* [batch] of each sequence that was used last */
	rn_real    *slope;			/* [batch][J] of its levels by the logit */
	int			changed;		/* of the batch so far, */
	uint32_t   *change;			/* [batch] these series; some may be there twice */
	rn_real    *row;			/* [lookback] of levels by alpha, of one sequence */
} RnSmoothing;

/* Bytes that rn_smoothing_create allocates; SIZE_MAX: too many. */
extern size_t rn_smoothing_bytes(const RnLocalSpec *spec, size_t count, int batch, int steps);

/* Learning starts from least squares.  rn_smoothing_free is due even after an error. */
extern RnCode rn_smoothing_create(RnHost *host, const RnLocalSpec *spec, size_t count, int batch, int steps,
								  RnSmoothing *smoothing);
extern void rn_smoothing_free(RnHost *host, RnSmoothing *smoothing);

/* Where all series have come to, from and to numbers that are stride apart. */
extern RnCode rn_smoothing_load(RnHost *host, RnSmoothing *smoothing, const rn_real *from, size_t stride);
extern RnCode rn_smoothing_store(RnHost *host, const RnSmoothing *smoothing, rn_real *to, size_t stride);

/* The first members of each stride of from, of S series, into to [S + 1][members], as RnModel has it: last the means. */
extern RnCode rn_smoothing_collect(RnHost *host, const rn_real *from, size_t stride, size_t S, size_t members, rn_real *to);

/*
 * Sequence b of a part of a batch is of series s, and ends at row end: its levels as
 * they are now, at the rows end, end - stride, ... and between.  A series whose level
 * has no alpha is left alone.
 */
extern void rn_smoothing_use(RnSmoothing *smoothing, int b, size_t s, RnLocal *local, size_t end, int stride);

/* The gradient of the loss by the levels [J] of sequence b; those of rows that do not count are 0. */
extern void rn_smoothing_backward(RnSmoothing *smoothing, int b, const double *by_level);

/* A batch is over: a step of its series, of so much of the longest. */
extern void rn_smoothing_step(RnSmoothing *smoothing, double pace);

#endif							/* RN_SMOOTHING_H */
