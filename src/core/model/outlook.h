/*
 * outlook.h
 *		Forecasts of models that take series apart (RN_METHOD_LOCAL).
 */
#ifndef RN_OUTLOOK_H
#define RN_OUTLOOK_H

#include "model/model.h"

/* The newest rows of a series, oldest first. */
typedef struct RnHistory
{
	const double *value;
	size_t		n;				/* at least 1 */
	const rn_real *faster;		/* as rn_model_faster has it, of its series */
} RnHistory;

/*
 * Room for forecasts of steps steps of at most B histories side by side.  What it
 * holds of each after rn_outlook_run: the series taken apart, and forecasts of
 * the networks and of the classical methods, as numbers of local.h with their
 * season: [B][steps].
 */
typedef struct RnOutlook
{
	const RnModel *model;
	int			B;
	int			steps;
	RnArena		arena;
	RnLocal    *local;			/* [B] */
	const rn_real **faster;		/* [B] what was learnt of their levels */
	rn_real    *level;			/* of one series, as a network learnt it */
	RnLocal    *second;			/* [B] without logarithms, where some networks see these; else NULL */
	RnLocalScratch scratch;
	RnTape	   *tape;
	rn_real    *output;			/* [members][B][O] */
	double	   *network;
	double	   *classical;
	double	   *naive;			/* the seasonal naive forecast's */
} RnOutlook;

extern RnCode rn_outlook_create(RnHost *host, const RnModel *model, int B, int steps, RnOutlook *outlook);
extern void rn_outlook_free(RnHost *host, RnOutlook *outlook);
extern size_t rn_outlook_bytes(const RnModel *model, int B, int steps);

/*
 * Forecast count histories.  Beyond the head's horizon the forecasts so far,
 * combined, count as rows.  The classical ones are not made, and are 0, where
 * the model gives them no share, unless both are wanted.
 */
extern RnCode rn_outlook_run(RnHost *host, RnOutlook *outlook, const RnHistory *history, int count, bool both);

/*
 * The first steps steps of history b as values, within the model's bounds, and
 * the unit of its errors (interval.h), unless that is NULL.  RN_DIVERGED if one is not finite.
 */
extern RnCode rn_outlook_values(RnHost *host, const RnOutlook *outlook, int b, int steps,
								double *value, double *unit);

/* RN_DIVERGED: of a forecast that step. */
extern RnCode rn_outlook_not_finite(RnHost *host, int step);

#endif							/* RN_OUTLOOK_H */
