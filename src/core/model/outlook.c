/*
 * outlook.c
 *		Forecasts of models that take series apart.
 */
#include "model/outlook.h"

#include <math.h>
#include <string.h>

#include "model/sequences.h"
#include "series/season.h"
#include "series/smooth.h"

/* Rows looked at, at most, and room behind them. */
static size_t
rows_of(const RnModel *model, int steps)
{
	return (size_t) model->local.lookback + (size_t) steps;
}

/* Series to be taken apart. */
static RnLocal *
lay_out_series(RnOutlook *outlook)
{
	size_t		rows = rows_of(outlook->model, outlook->steps);
	RnLocal    *series = rn_arena_take(&outlook->arena, (size_t) outlook->B, sizeof(RnLocal));

	for (int b = 0; b < outlook->B; b++)
	{
		RnLocal		local = {
			.index = rn_arena_take(&outlook->arena, rn_local_phases(&outlook->model->local), sizeof(double)),
			.x = rn_arena_take(&outlook->arena, rows, sizeof(rn_real)),
			.level = rn_arena_take(&outlook->arena, rows, sizeof(rn_real))
		};

		if (series != NULL)
			series[b] = local;
	}
	return series;
}

static void
lay_out(RnOutlook *outlook)
{
	const RnModel *model = outlook->model;
	size_t		B = (size_t) outlook->B;
	size_t		q = (size_t) model->local.lookback;

	outlook->local = lay_out_series(outlook);
	outlook->faster = rn_arena_take(&outlook->arena, B, sizeof(*outlook->faster));
	outlook->level = rn_arena_take(&outlook->arena, rows_of(model, outlook->steps), sizeof(rn_real));
	outlook->second = model->second_members > 0 ? lay_out_series(outlook) : NULL;
	outlook->scratch.x = rn_arena_take(&outlook->arena, q, sizeof(double));
	outlook->scratch.work = rn_arena_take(&outlook->arena, rn_season_scratch(q), sizeof(double));
	outlook->output = rn_arena_take(&outlook->arena, (size_t) model->members * B * (size_t) model->network.spec.outputs,
									sizeof(rn_real));
	outlook->network = rn_arena_take(&outlook->arena, B * (size_t) outlook->steps, sizeof(double));
	outlook->classical = rn_arena_take(&outlook->arena, B * (size_t) outlook->steps, sizeof(double));
	outlook->naive = rn_arena_take(&outlook->arena, B * (size_t) outlook->steps, sizeof(double));
}

size_t
rn_outlook_bytes(const RnModel *model, int B, int steps)
{
	RnOutlook	outlook = {.model = model,.B = B,.steps = steps};
	size_t		bytes = rn_tape_bytes(&model->network.spec, model->steps, B, false);

	lay_out(&outlook);
	return __builtin_add_overflow(bytes, rn_arena_bytes(&outlook.arena), &bytes) ? SIZE_MAX : bytes;
}

RnCode
rn_outlook_create(RnHost *host, const RnModel *model, int B, int steps, RnOutlook *outlook)
{
	*outlook = (RnOutlook) {.model = model,.B = B,.steps = steps};
	lay_out(outlook);
	RN_TRY(rn_arena_allocate(host, &outlook->arena));
	lay_out(outlook);
	return rn_tape_create(host, &model->network.spec, model->steps, B, false, &outlook->tape);
}

void
rn_outlook_free(RnHost *host, RnOutlook *outlook)
{
	rn_tape_free(host, outlook->tape);
	rn_arena_free(host, &outlook->arena);
	*outlook = (RnOutlook) {0};
}

/* The median of a few numbers, which are put in order. */
static double
median(rn_real *x, int n)
{
	for (int i = 1; i < n; i++)
		/* lint: all n are set: the members are those that had a part in the model when it was checked */
		for (int j = i; j > 0 && x[j] < x[j - 1]; j--)
		{
			rn_real		swap = x[j];

			x[j] = x[j - 1];
			x[j - 1] = swap;
		}
	return ((double) x[n / 2] + (double) x[(n - 1) / 2]) / 2;
}

/* Series b as network i has it: with the levels that it learnt, if it did. */
static RnLocal
as_learnt(const RnOutlook *outlook, const RnLocal *series, int b, int i)
{
	RnLocal		local = series[b];

	if (outlook->faster[b] == NULL || outlook->faster[b][i] == 0 || isnan(local.alpha))
		return local;
	local.alpha = rn_local_faster(&local, (double) outlook->faster[b][i]);
	local.level = outlook->level;
	rn_local_smooth(&local, local.alpha, 0, local.n - 1, NULL);
	return local;
}

/* The inputs of network i. */
static RnCode
put_inputs(RnHost *host, RnOutlook *outlook, const RnLocalSpec *spec, const RnLocal *series, int count, int i)
{
	const RnModel *model = outlook->model;
	size_t		I = (size_t) rn_local_inputs(spec);

	for (int b = 0; b < count; b++)
	{
		RnLocal		local = as_learnt(outlook, series, b, i);

		RN_TRY(rn_poll(host));
		rn_sequences_inputs(spec, &local, local.n - 1, rn_local_first(spec, local.n), model->steps, model->stride,
							rn_tape_input(outlook->tape) + (size_t) b * I, (size_t) count * I);
	}
	return RN_OK;
}

/* What network i says, from the base that it learnt, as if from that of least squares. */
static RnCode
change_base(RnHost *host, RnOutlook *outlook, const RnLocal *series, int count, int i, rn_real *said)
{
	size_t		O = (size_t) outlook->model->network.spec.outputs;

	for (int b = 0; b < count; b++)
	{
		RnLocal		local = as_learnt(outlook, series, b, i);
		double		higher = (double) local.level[local.n - 1] - (double) series[b].level[local.n - 1];
		rn_real		scales = (rn_real) (higher * rn_local_base_by_level(&local) / local.scale);

		RN_TRY(rn_poll(host));
		for (size_t k = 0; k < O; k++)
			said[(size_t) b * O + k] += scales;
	}
	return RN_OK;
}

/* What networks first .. end - 1 say of the next O steps of series into outlook->output. */
static RnCode
run_members(RnHost *host, RnOutlook *outlook, const RnLocalSpec *spec, const RnLocal *series, int count, int first, int end)
{
	const RnModel *model = outlook->model;
	size_t		n = (size_t) count * (size_t) model->network.spec.outputs;
	size_t		last = n * (size_t) (rn_network_predicted_steps(&model->network.spec, model->steps) - 1);

	for (int i = first; i < end; i++)
	{
		RnNetwork	member = model->network;
		rn_real    *said = outlook->output + (size_t) i * n;

		member.weights += (size_t) i * member.size;
		if (i == first || model->learnt)
			RN_TRY(put_inputs(host, outlook, spec, series, count, i));
		RN_TRY(rn_network_forward(host, &member, outlook->tape, count, 0, 0));
		memcpy(said, rn_tape_output(outlook->tape) + last, n * sizeof(rn_real));
		if (model->learnt)
			RN_TRY(change_base(host, outlook, series, count, i, said));
	}
	return RN_OK;
}

static RnCode
run_networks(RnHost *host, RnOutlook *outlook, int count)
{
	const RnModel *model = outlook->model;
	int			firsts = model->members - model->second_members;

	RN_TRY(run_members(host, outlook, &model->local, outlook->local, count, 0, firsts));
	if (model->second_members == 0)
		return RN_OK;
	return run_members(host, outlook, &model->second, outlook->second, count, firsts, model->members);
}

/* A number of the second kind as one of the first; below half of what was ever seen there is nothing. */
static double
first_kind(const RnOutlook *outlook, int b, double number)
{
	const RnModel *model = outlook->model;
	const RnLocal *local = &outlook->local[b];
	double		value = rn_local_value(&model->second, &outlook->second[b], number);

	return rn_local_number(&model->local, local, fmax(value, local->least / 2));
}

/* And back. */
static double
second_kind(const RnOutlook *outlook, int b, double number)
{
	const RnModel *model = outlook->model;

	return rn_local_number(&model->second, &outlook->second[b], rn_local_value(&model->local, &outlook->local[b], number));
}

/* Number at of all forecasts together; those without a share may be anything. */
static double
combined(const RnOutlook *outlook, size_t at)
{
	const RnModel *model = outlook->model;
	double		classical = rn_model_classical_share(model);

	return (model->share > 0 ? model->share * outlook->network[at] : 0)
		+ (model->naive_share > 0 ? model->naive_share * outlook->naive[at] : 0)
		+ (classical > 0 ? classical * outlook->classical[at] : 0);
}

/* Step k (0, 1, ...) of history b, by the median of members first .. end - 1, who see it as local. */
static double
said_by(const RnOutlook *outlook, const RnLocalSpec *spec, const RnLocal *local, int b, int count, size_t k, int first, int end)
{
	size_t		O = (size_t) outlook->model->network.spec.outputs;
	rn_real		said[RN_MAX_MEMBERS];

	for (int i = first; i < end; i++)
		said[i - first] = outlook->output[((size_t) i * (size_t) count + (size_t) b) * O + k];
	return rn_local_base(spec, local, local->n - 1, (int) k + 1)
		+ median(said, end - first) * local->scale + rn_local_season(local, local->n + k);
}

/* Step k of history b, by all networks. */
static double
said_by_all(const RnOutlook *outlook, int b, int count, size_t k)
{
	const RnModel *model = outlook->model;
	int			firsts = model->members - model->second_members;
	double		number = said_by(outlook, &model->local, &outlook->local[b], b, count, k, 0, firsts);

	if (model->second_members == 0)
		return number;
	return (number + first_kind(outlook, b, said_by(outlook, &model->second, &outlook->second[b], b, count, k,
													firsts, model->members))) / 2;
}

/* Steps done .. of history b, from the networks' outputs of the next O; then they count as rows. */
static void
put_steps(RnOutlook *outlook, int b, int count, int done)
{
	const RnModel *model = outlook->model;
	RnLocal    *local = &outlook->local[b];
	size_t		O = (size_t) model->network.spec.outputs;
	size_t		steps = (size_t) outlook->steps;
	size_t		first = (size_t) b * steps + (size_t) done;

	for (size_t k = 0; k < O && (size_t) done + k < steps; k++)
		outlook->network[first + k] = said_by_all(outlook, b, count, k);
	if ((size_t) done + O >= steps)
		return;
	for (size_t k = 0; k < O; k++)
	{
		double		number = combined(outlook, first + k);

		rn_local_append(&model->local, local, number - rn_local_season(local, local->n));
		if (outlook->second != NULL)
			rn_local_append(&model->second, &outlook->second[b],
							second_kind(outlook, b, number) - rn_local_season(&outlook->second[b], outlook->second[b].n));
	}
}

/* The value of the same phase of the last season, or the last one. */
static void
put_naive(RnOutlook *outlook, int b, const RnHistory *history)
{
	const RnModel *model = outlook->model;
	const RnLocal *local = &outlook->local[b];
	size_t		m = (size_t) model->local.season <= history->n ? (size_t) model->local.season : 1;
	size_t		steps = (size_t) outlook->steps;

	for (size_t k = 0; k < steps; k++)
		outlook->naive[(size_t) b * steps + k] =
			rn_local_number(&model->local, local, history->value[history->n - m + k % m]);
}

/* Classical forecasts of a series taken apart, of so many rows, as numbers [steps]. */
static void
forecast_classical(RnOutlook *outlook, const RnLocal *local, size_t n, double *forecast)
{
	double	   *x = outlook->scratch.x;

	for (size_t t = 0; t < n; t++)
		x[t] = (double) local->x[t];
	rn_smooth_classical(x, n, isnan(local->alpha) ? rn_smooth_alpha(x, n) : local->alpha, forecast, (size_t) outlook->steps);
	for (size_t k = 0; k < (size_t) outlook->steps; k++)
		forecast[k] += rn_local_season(local, n + k);
}

static void
put_classical(RnOutlook *outlook, int b, const RnHistory *history)
{
	size_t		steps = (size_t) outlook->steps;
	double	   *forecast = outlook->classical + (size_t) b * steps;
	double	   *second = outlook->network + (size_t) b * steps;	/* not needed yet */

	forecast_classical(outlook, &outlook->local[b], history->n, forecast);
	if (outlook->second == NULL)
		return;
	forecast_classical(outlook, &outlook->second[b], history->n, second);
	for (size_t k = 0; k < steps; k++)
		forecast[k] = (forecast[k] + first_kind(outlook, b, second[k])) / 2;
}

/* History b taken apart, and the forecasts that need no network. */
static RnCode
start(RnHost *host, RnOutlook *outlook, const RnHistory *history, int b, bool both)
{
	const RnModel *model = outlook->model;
	size_t		q = (size_t) model->local.lookback;
	RnHistory	newest = *history;

	if (newest.n > q)
	{
		newest.value += newest.n - q;
		newest.n = q;
	}
	RN_TRY(rn_local_fit(host, &model->local, newest.value, newest.n, &outlook->scratch, &outlook->local[b]));
	if (outlook->second != NULL)
		RN_TRY(rn_local_fit(host, &model->second, newest.value, newest.n, &outlook->scratch, &outlook->second[b]));
	put_naive(outlook, b, &newest);
	if (both || rn_model_classical_share(model) > 0)
		put_classical(outlook, b, &newest);
	return RN_OK;
}

RnCode
rn_outlook_run(RnHost *host, RnOutlook *outlook, const RnHistory *history, int count, bool both)
{
	int			O = outlook->model->network.spec.outputs;

	memset(outlook->classical, 0, (size_t) count * (size_t) outlook->steps * sizeof(double));
	for (int b = 0; b < count; b++)
	{
		RN_TRY(rn_poll(host));
		outlook->faster[b] = history[b].faster;
		RN_TRY(start(host, outlook, &history[b], b, both));
	}
	for (int done = 0; done < outlook->steps; done += O)
	{
		RN_TRY(run_networks(host, outlook, count));
		for (int b = 0; b < count; b++)
			put_steps(outlook, b, count, done);
	}
	return RN_OK;
}

RnCode
rn_outlook_not_finite(RnHost *host, int step)
{
	rn_fail(host, RN_DIVERGED, "the forecast leaves the finite numbers at step %d", step);
	return rn_fail_hint(host, "Ask for a shorter horizon, or train the model anew.");
}

RnCode
rn_outlook_values(RnHost *host, const RnOutlook *outlook, int b, int steps, double *value, double *unit)
{
	const RnModel *model = outlook->model;
	const RnLocal *local = &outlook->local[b];

	for (int k = 0; k < steps; k++)
	{
		double		v = rn_local_value(&model->local, local, combined(outlook, (size_t) b * (size_t) outlook->steps + (size_t) k));

		if (!isfinite(v))
			return rn_outlook_not_finite(host, k + 1);
		value[k] = rn_model_bound(model, v);
	}
	if (unit != NULL)
		*unit = rn_local_error_unit(&model->local, local);
	return RN_OK;
}
