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
	rn_free(host, model->smoothing);
	rn_free(host, model->keys);
	rn_free(host, (void *) model->by_key);
	rn_free(host, model->tail);
	rn_free(host, model->tail_missing);
	rn_free(host, model->tail_covariate);
	rn_free(host, model->holiday);
	rn_free(host, model->residual);
	memset(model, 0, sizeof(*model));
}

RnCode
rn_model_create_smoothing(RnHost *host, RnModel *model)
{
	if (!model->learnt)
		return RN_OK;
	return rn_alloc(host, (model->count + 1) * (size_t) model->members, sizeof(rn_real), (void **) &model->smoothing);
}

RnCode
rn_model_create_networks(RnHost *host, const RnNetworkSpec *spec, RnModel *model)
{
	RnNetwork  *network = &model->network;

	RN_TRY(rn_network_create(host, spec, network));
	if (model->members == 1)
		return RN_OK;
	rn_network_free(host, network);
	return rn_alloc(host, (size_t) model->members * network->size, sizeof(rn_real), (void **) &network->weights);
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
