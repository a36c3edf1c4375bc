/*
 * forecast.h
 *		Forecasts from a model: any number of steps, and one step ahead along a
 *		history.
 */
#ifndef RN_FORECAST_H
#define RN_FORECAST_H

#include "model/model.h"
#include "nn/fit.h"

/* Where the forecast of one series starts. */
typedef struct RnOrigin
{
	const double *value;		/* [n] the newest rows, oldest first, filled */
	size_t		n;				/* between rn_model_least_rows and rn_model_most_rows */
	const unsigned char *missing;	/* [n] or NULL: none is filled in */
	const float *covariate;		/* [n] rows, stride numbers apart, of which the
								 * first are the user's; NULL without */
	size_t		stride;
	const float *future;		/* [rn_forecast_ahead][given] of what is known
								 * ahead; NULL: nothing is needed */
	int64_t		last_time;		/* of the newest row */
	RnCalendar	calendar;
	RnTransform transform;
	int			base_season;	/* as in RnModelSeries */
	const rn_real *faster;		/* as rn_model_faster has it; NULL: nothing was learnt */
} RnOrigin;

/* Where training ended for series s of the model, without a future. */
extern RnOrigin rn_forecast_tail(const RnModel *model, size_t s);

/* Steps of a forecast where nobody says: those of the head, or a season if that is one. */
extern int	rn_forecast_usual(const RnModel *model);

/*
 * So many steps ahead the network looks at what is known, to forecast steps:
 * as far as whole heads reach, as in training.
 */
extern int	rn_forecast_ahead(const RnModel *model, int steps);

/*
 * The steps steps after B (at most RN_FIT_PART) origins side by side, in users'
 * units, within the model's bounds, into forecast [B][steps]; and into unit [B]
 * what an error of 1 is for intervals (interval.h), unless it is NULL.  Beyond the head's
 * horizon predictions are fed back, which no model with covariates of the past
 * can do (RN_INVALID_OPTION).  A result that is not finite is RN_DIVERGED: NaN
 * never comes out.
 */
extern RnCode rn_forecast(RnHost *host, const RnModel *model, const RnOrigin *origin, int B,
						  int steps, double *forecast, double *unit);

/*
 * The same from windows over rows, in scaled values, whatever they are.  Of each
 * view T rows are read, and the covariates of as many further ones as its end
 * allows.
 */
extern RnCode rn_forecast_scaled(RnHost *host, const RnModel *model, const RnRows *rows,
								 const RnView *view, int B, int steps, rn_real *forecast);

/*
 * One step ahead beside what happened: predicted[i] is the prediction of row i
 * of n, the first of which is view->row, from the rows before it, for i =
 * rn_model_first_predicted .. n-1 (the others are not touched).  Within
 * bounds, and finite, as above; unit [n] likewise.
 */
extern RnCode rn_predict(RnHost *host, const RnModel *model, const RnRows *rows,
						 const RnView *view, size_t n, double *predicted, double *unit);

/* Bytes they allocate at most, for the host's memory limit. */
extern size_t rn_forecast_bytes(const RnModel *model, int B, int steps);
extern size_t rn_predict_bytes(const RnModel *model);

#endif							/* RN_FORECAST_H */
