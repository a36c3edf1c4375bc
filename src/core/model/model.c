/*
 * model.c
 *		The model value's memory.
 */
#include "model/model.h"

#include <string.h>

void
rn_model_free(RnHost *host, RnModel *model)
{
	rn_network_free(host, &model->network);
	rn_free(host, model->covariate_names);
	rn_free(host, model->series);
	rn_free(host, model->keys);
	rn_free(host, (void *) model->by_key);
	rn_free(host, model->tail);
	rn_free(host, model->tail_missing);
	rn_free(host, model->tail_covariate);
	rn_free(host, model->holiday);
	rn_free(host, model->residual);
	memset(model, 0, sizeof(*model));
}

int
rn_model_base_season(const RnModel *model, size_t n, bool said)
{
	if (!model->relative)
		return 0;
	if (model->season > model->window || (!said && n / 3 < (size_t) model->season))
		return 1;
	return model->season;
}
