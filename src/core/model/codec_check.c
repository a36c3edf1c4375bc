/*
 * codec_check.c
 *		What of a model's fields and arrays is in range.
 *
 * Fields are checked before anything is sized by them, arrays once they are there.
 */
#include "model/codec_check.h"

#include <math.h>

#include "model/codec.h"
#include "series/box_cox.h"

/* Numbers between two polls. */
#define SLICE ((size_t) 1 << 22)

static bool
rate_valid(double rate)
{
	return rate >= 0 && rate < 1;
}

static bool
network_valid(RnHost *host, RnNetworkSpec *network)
{
	for (int l = 0; l < network->layers; l++)
	{
		const RnLayerSpec *layer = &network->layer[l];

		if ((unsigned) layer->kind >= RN_CELL_KINDS ||
			(unsigned) layer->activation >= RN_ACTIVATIONS ||
			!rate_valid(layer->input_dropout) || !rate_valid(layer->recurrent_dropout) ||
			!rate_valid(layer->dropout))
			return false;
	}
	return rn_network_check(host, network) == RN_OK;
}

static bool
inputs_valid(const RnModel *model)
{
	const RnInputs *inputs = &model->inputs;

	if (inputs->features >= 1u << RN_FEATURES ||
		(inputs->features != 0 && model->calendar.kind != RN_TIME_CIVIL))
		return false;
	for (int c = 0; c < inputs->given; c++)
	{
		const RnCovariate *covariate = &inputs->covariate[c];

		if ((unsigned) covariate->kind >= RN_COVARIATE_KINDS || !isfinite(covariate->shift) ||
			!isfinite(covariate->scale) || !(covariate->scale > 0))
			return false;
	}
	return model->method == RN_METHOD_LOCAL
		? inputs->given == 0 && inputs->features == 0 && !inputs->masked &&
		model->network.spec.inputs == rn_local_inputs(&model->local)
		: model->network.spec.inputs == rn_inputs_size(inputs);
}

/* Is a number from least to most? */
static bool
between(int number, int least, int most)
{
	return number >= least && number <= most;
}

static bool
method_valid(const RnModel *model)
{
	const RnLocalSpec *local = &model->local;
	const RnNetworkSpec *network = &model->network.spec;

	if (model->method == RN_METHOD_WINDOWS)
		return model->members == 1 && !model->learnt && !network->return_sequences && !network->skip;
	return model->method == RN_METHOD_LOCAL && !model->relative &&
		between(model->members, 1, RN_MAX_MEMBERS) && between(model->steps, 1, RN_LOCAL_MAX_STEPS) &&
		between(model->stride, 1, RN_MAX_WINDOW) && model->share >= 0 && model->naive_share >= 0 &&
		model->share + model->naive_share <= 1 + 1e-9 &&
		between(local->season, 1, RN_LOCAL_MAX_SEASON) &&
		(local->outer == 0 || (between(local->outer, local->season, RN_LOCAL_MAX_SEASON) && local->outer % local->season == 0)) &&
		between(local->window, 1, RN_MAX_UNITS - 1) &&
		between(local->lookback, 1, RN_LOCAL_MAX_LOOKBACK) &&
		local->typical_spread >= 0 && isfinite(local->typical_spread) &&
		(local->lambda == 0 || (local->lambda >= RN_LEAST_LAMBDA && local->lambda <= 1)) &&
		between(model->second_members, 0, local->lambda == 0 ? model->members - 1 : 0) &&
		model->second.typical_spread >= 0 && isfinite(model->second.typical_spread);
}

static bool
rules_valid(const RnModel *model)
{
	RnCalendar	calendar = model->calendar;

	calendar.anchor_day = 1;	/* that of each series comes with it */
	return (unsigned) model->scaler < RN_SCALER_KINDS &&
		rn_calendar_valid(&calendar) &&
		model->window >= 1 && model->window <= RN_MAX_WINDOW && model->season >= 1 &&
		(unsigned) model->rows.missing < RN_MISSING_KINDS &&
		(unsigned) model->rows.duplicates < RN_DUPLICATES_KINDS &&
		model->lower_bound <= model->upper_bound &&
		!(model->lower_bound > RN_MAX_MAGNITUDE) && !(model->upper_bound < -RN_MAX_MAGNITUDE);
}

static bool
sizes_valid(const RnModel *model, const size_t text[3])
{
	return text[0] < RN_MODEL_TEXT && text[1] < RN_MODEL_TEXT && text[2] < RN_MODEL_TEXT &&
		model->covariate_names_size <= RN_CODEC_MAX_BYTES && model->keys_size <= RN_CODEC_MAX_BYTES &&
		model->count >= 1 && model->count <= RN_MAX_SERIES &&
		model->holidays <= RN_MAX_HOLIDAYS &&
		model->residual_steps >= 0 && model->residual_steps <= RN_RESIDUAL_STEPS &&
		model->residual_points >= 0 && model->residual_points <= RN_RESIDUAL_POINTS &&
		(model->residual_steps > 0) == (model->residual_points > 0);
}

bool
rn_codec_check_fields(RnHost *host, RnModel *model, const size_t text[3])
{
	return network_valid(host, &model->network.spec) && method_valid(model) && inputs_valid(model) &&
		rules_valid(model) && sizes_valid(model, text);
}

/* RN_OK if n doubles are finite and at least least. */
static RnCode
check_doubles(RnHost *host, const double *value, size_t n, double least)
{
	for (size_t i = 0; i < n; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		if (!isfinite(value[i]) || value[i] < least)
			return rn_fail(host, RN_DIVERGED, "the model has a number that is not finite");
	}
	return RN_OK;
}

static RnCode
check_smoothing(RnHost *host, const RnModel *model)
{
	size_t		learnt = rn_codec_smoothings(model);

	for (size_t i = 0; i < learnt; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		if (!(model->smoothing[i] >= -RN_SMOOTHING_FARTHEST && model->smoothing[i] <= RN_SMOOTHING_FARTHEST))
			return rn_fail(host, RN_DIVERGED, "what the model learnt of a level is out of its range");
	}
	return RN_OK;
}

static RnCode
check_series(RnHost *host, const RnModel *model)
{
	for (size_t s = 0; s < model->count; s++)
	{
		const RnModelSeries *series = &model->series[s];
		RnCalendar	calendar = rn_model_calendar(model, series);

		if (!isfinite(series->shift) || !isfinite(series->scale) || !(series->scale > 0) ||
			series->rows < (size_t) rn_model_least_rows(model) || series->rows > (size_t) rn_model_most_rows(model) ||
			series->base_season < 0 || series->base_season > model->window ||
			(series->base_season > 0) != model->relative ||
			!rn_calendar_valid(&calendar) || !rn_time_valid(calendar.kind, series->last_time))
			return rn_fail(host, RN_DIVERGED, "a series of the model is out of its range");
	}
	return RN_OK;
}

RnCode
rn_codec_check_arrays(RnHost *host, const RnModel *model)
{
	size_t		covariates = model->tail_rows * (size_t) model->inputs.given;
	size_t		size = rn_codec_weights(model);

	for (size_t i = 0; i < size; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		if (!isfinite(model->network.weights[i]))
			return rn_fail(host, RN_DIVERGED, "the model has a weight that is not finite");
	}
	RN_TRY(check_series(host, model));
	RN_TRY(check_smoothing(host, model));
	for (size_t i = 0; i < covariates; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		if (!isfinite(model->tail_covariate[i]))
			return rn_fail(host, RN_DIVERGED, "the model has a covariate that is not finite");
	}
	for (size_t i = 1; i < model->holidays; i++)
		if (model->holiday[i] <= model->holiday[i - 1])
			return rn_fail(host, RN_DIVERGED, "the holidays of the model are not in order");
	RN_TRY(check_doubles(host, model->residual, rn_codec_residuals(model), 0));
	return check_doubles(host, model->tail, model->tail_rows, -INFINITY);
}
