/*
 * interval.h
 *		Intervals around forecasts from held-out errors.
 */
#ifndef RN_INTERVAL_H
#define RN_INTERVAL_H

#include "model/model.h"

/*
 * Collect absolute errors, in scaled values, of forecasts made on validation
 * windows into the model: error [steps][stride], of which the first count[k] (at least 1) of
 * row k are there; sorted in place.
 */
extern RnCode rn_interval_learn(RnHost *host, RnModel *model, double *error, int steps,
								size_t stride, const size_t *count);

/* Does the model know intervals at all? */
extern bool rn_interval_known(const RnModel *model);

/*
 * The interval of the given level around a forecast, whose errors are counted
 * in unit, within the model's bounds.  It holds the forecast.
 */
extern void rn_interval_bounds(const RnModel *model, double level, int step, double forecast, double unit,
							   double *lower, double *upper);

/* The same of that half width, which is one in units times a unit. */
extern void rn_interval_around(const RnModel *model, double half, double forecast, double *lower, double *upper);

/*
 * Half width of the interval of the given level in (0, 1) at step k >= 1, in
 * scaled values (of RN_METHOD_LOCAL, in spreads).  Beyond the steps held out it grows as that of a seasonal
 * random walk.  Never narrower than at an earlier step.
 */
extern double rn_interval_width(const RnModel *model, double level, int step);

/*
 * Of errors of weight 1 stored, and of new ones of the weight news in all, so much has
 * to be inside an interval of that level.
 */
extern double rn_interval_weight(const RnModel *model, double level, double news);

/* How many times as wide as at the last step held out it is; 1 up to there. */
extern double rn_interval_growth(const RnModel *model, int step);

#endif							/* RN_INTERVAL_H */
