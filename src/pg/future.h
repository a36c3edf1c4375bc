/*
 * future.h
 *		What is known ahead: covariates of the steps to be forecast.
 */
#ifndef RECURNET_FUTURE_H
#define RECURNET_FUTURE_H

#include "model/forecast.h"

#include "host.h"
#include "subject.h"

typedef struct RecurnetFuture RecurnetFuture;

/*
 * Read the query of argument future, NULL: not given.  ERROR where the model
 * needs one that is not there, or has no use for one that is; NULL where neither.
 */
extern RecurnetFuture *recurnet_future_read(RecurnetHost *host, const RecurnetSubject *subject,
											const char *query);

/*
 * The covariates of the steps after an origin of that key into values
 * [rn_forecast_ahead][given].  ERROR that names the first of the steps for which
 * there is none; behind the steps they stay as they were where there is none.
 */
extern void recurnet_future_fill(RecurnetHost *host, const RecurnetFuture *future,
								 const RnOrigin *origin, const char *key, int steps, float *values);

#endif							/* RECURNET_FUTURE_H */
