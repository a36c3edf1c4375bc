/*
 * model.c
 *		The model value's memory.
 */
#include "model/model.h"

void
rn_model_free(RnHost *host, RnModel *model)
{
	rn_network_free(host, &model->network);
	rn_free(host, model->tail);
	rn_free(host, model->residual);
	model->tail = NULL;
	model->residual = NULL;
}
