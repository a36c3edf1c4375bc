/*
 * train_local.h
 *		The training of a model that takes series apart (RN_METHOD_LOCAL).
 *
 * Twice: a few networks without the newest rows, which tell what share the
 * networks deserve beside the classical forecasts, and how wide intervals are;
 * then those that are kept, on all rows.
 */
#ifndef RN_TRAIN_LOCAL_H
#define RN_TRAIN_LOCAL_H

#include "model/recipe.h"

/* Networks of such a training that are kept. */
extern size_t rn_train_local_kept(const RnTrainPlan *plan);

/* Those that are tried out, beside them. */
extern size_t rn_train_local_trials(const RnTrainPlan *plan);

/* Bytes of what they forecast. */
extern size_t rn_train_local_trial_bytes(const RnTrainPlan *plan);

/* Fit, and forecast, what fits gives out. */
extern RnCode rn_train_local_fit(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits);
extern RnCode rn_train_local_try(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits);

/*
 * Do what is left of fits, and make of it weights, share, typical spread and
 * intervals of a model that is otherwise what the plan says.
 */
extern RnCode rn_train_local(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel,
							 const RnFits *fits, RnModel *model, RnTrainReport *report);

/* Bytes that it allocates at most; SIZE_MAX: too many. */
extern size_t rn_train_local_bytes(const RnTrainPlan *plan);

#endif							/* RN_TRAIN_LOCAL_H */
