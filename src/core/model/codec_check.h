/*
 * codec_check.h
 *		What models in bytes must be: asked of what is read, and before storing
 *		too, so that nothing is ever stored that could not be read.
 */
#ifndef RN_CODEC_CHECK_H
#define RN_CODEC_CHECK_H

#include "model/model.h"

/* Numbers in arrays: weights of all members, */
static inline size_t
rn_codec_weights(const RnModel *model)
{
	return (size_t) model->members * rn_network_size(&model->network.spec);
}

/* what was learnt of levels, */
static inline size_t
rn_codec_smoothings(const RnModel *model)
{
	return model->learnt ? (model->count + 1) * (size_t) model->members : 0;
}

/* and errors. */
static inline size_t
rn_codec_residuals(const RnModel *model)
{
	return (size_t) model->residual_steps * (size_t) model->residual_points;
}

/* Are all fields in range?  text: the lengths of the three texts.  Sets what rn_network_check sets. */
extern bool rn_codec_check_fields(RnHost *host, RnModel *model, const size_t text[3]);

/* Are the numbers in the arrays of such a model?  Else RN_DIVERGED. */
extern RnCode rn_codec_check_arrays(RnHost *host, const RnModel *model);

#endif							/* RN_CODEC_CHECK_H */
