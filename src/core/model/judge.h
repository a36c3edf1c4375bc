/*
 * judge.h
 *		What a trained network is worth on the windows that were held out:
 *		errors for intervals and for the report.
 */
#ifndef RN_JUDGE_H
#define RN_JUDGE_H

#include "model/recipe.h"

/* Bytes that it takes at most. */
extern size_t rn_judge_bytes(const RnTrainPlan *plan);

/*
 * Learn the model's intervals from held-out windows of the panel, and report
 * its error one step ahead beside the seasonal naive's.  The model's series are
 * those of the panel that are not left out, in order.
 */
extern RnCode rn_judge(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel,
					   RnModel *model, RnTrainReport *report);

#endif							/* RN_JUDGE_H */
