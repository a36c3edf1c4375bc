/*
 * forecast.h
 *		Forecasts from a model: any number of steps, and one step ahead along a
 *		history.
 */
#ifndef RN_FORECAST_H
#define RN_FORECAST_H

#include "model/model.h"
#include "nn/fit.h"

/*
 * The steps after history, whose last T values are read (n >= T; the model's
 * own tail to forecast from where training ended), into forecast [steps].
 * Beyond the head's horizon predictions are fed back.  A result that is not
 * finite is RN_DIVERGED: NaN never comes out.
 */
extern RnCode rn_forecast(RnHost *host, const RnModel *model, const double *history, size_t n,
						  int steps, double *forecast);

/*
 * The same from B windows side by side (at most RN_FIT_PART), scaled values in
 * and out: windows [B][T] is destroyed, forecast is [B][steps].
 */
extern RnCode rn_forecast_scaled(RnHost *host, const RnModel *model, rn_real *windows, int B,
								 int steps, rn_real *forecast);

/*
 * Inputs of a model with a base season m > 0 (else nothing is done): each of
 * the B (at most RN_FIT_PART) sequences of x [T][B] less the mean of its last m values, so that a
 * level that training never saw looks like one that it did.
 */
extern void rn_forecast_centre(rn_real *x, int T, int B, int m);

/*
 * One step ahead beside what happened: predicted[i] is the prediction of
 * value[i] from the T values before it, for i = T .. n-1 (the first T are not
 * touched).
 */
extern RnCode rn_predict(RnHost *host, const RnModel *model, const double *value, size_t n,
						 double *predicted);

/* Bytes they allocate at most, for the host's memory limit. */
extern size_t rn_forecast_bytes(const RnModel *model, int steps);
extern size_t rn_predict_bytes(const RnModel *model);

#endif							/* RN_FORECAST_H */
