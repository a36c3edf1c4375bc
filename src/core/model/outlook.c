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

static void
lay_out(RnOutlook *outlook)
{
	const RnModel *model = outlook->model;
	size_t		B = (size_t) outlook->B;
	size_t		rows = rows_of(model, outlook->steps);
	size_t		q = (size_t) model->local.lookback;

	outlook->local = rn_arena_take(&outlook->arena, B, sizeof(RnLocal));
	for (size_t b = 0; b < B; b++)
	{
		RnLocal		local = {
			.index = rn_arena_take(&outlook->arena, rn_local_phases(&model->local), sizeof(double)),
			.x = rn_arena_take(&outlook->arena, rows, sizeof(float)),
			.level = rn_arena_take(&outlook->arena, rows, sizeof(float))
		};

		if (outlook->local != NULL)
			outlook->local[b] = local;
	}
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
		for (int j = i; j > 0 && x[j] < x[j - 1]; j--)
		{
			rn_real		swap = x[j];

			x[j] = x[j - 1];
			x[j - 1] = swap;
		}
	return ((double) x[n / 2] + (double) x[(n - 1) / 2]) / 2;
}

/* What every network says of the next O steps into outlook->output. */
static RnCode
run_networks(RnHost *host, RnOutlook *outlook, int count)
{
	const RnModel *model = outlook->model;
	size_t		I = (size_t) rn_local_inputs(&model->local);
	size_t		n = (size_t) count * (size_t) model->network.spec.outputs;
	size_t		last = n * (size_t) (rn_network_predicted_steps(&model->network.spec, model->steps) - 1);

	for (int b = 0; b < count; b++)
	{
		const RnLocal *local = &outlook->local[b];

		rn_sequences_inputs(&model->local, local, local->n - 1, rn_local_first(&model->local, local->n),
							model->steps, model->stride, rn_tape_input(outlook->tape) + (size_t) b * I,
							(size_t) count * I);
	}
	for (int i = 0; i < model->members; i++)
	{
		RnNetwork	member = model->network;

		member.weights += (size_t) i * member.size;
		RN_TRY(rn_network_forward(host, &member, outlook->tape, count, 0, 0));
		memcpy(outlook->output + (size_t) i * n, rn_tape_output(outlook->tape) + last, n * sizeof(rn_real));
	}
	return RN_OK;
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

/* Steps done .. of history b, from the networks' outputs of the next O; then they count as rows. */
static void
put_steps(RnOutlook *outlook, int b, int count, int done)
{
	const RnModel *model = outlook->model;
	RnLocal    *local = &outlook->local[b];
	size_t		O = (size_t) model->network.spec.outputs;
	size_t		steps = (size_t) outlook->steps;
	size_t		n = local->n;
	rn_real		said[RN_MAX_MEMBERS];

	for (size_t k = 0; k < O && (size_t) done + k < steps; k++)
	{
		size_t		at = (size_t) b * steps + (size_t) done + k;

		for (int i = 0; i < model->members; i++)
			said[i] = outlook->output[((size_t) i * (size_t) count + (size_t) b) * O + k];
		outlook->network[at] = rn_local_base(&model->local, local, n - 1, (int) k + 1)
			+ median(said, model->members) * local->scale + rn_local_season(local, n + k);
	}
	if ((size_t) done + O >= steps)
		return;
	for (size_t k = 0; k < O; k++)
		rn_local_append(&model->local, local, combined(outlook, (size_t) b * steps + (size_t) done + k)
						- rn_local_season(local, n + k));
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

static void
put_classical(RnOutlook *outlook, int b, const RnHistory *history)
{
	const RnLocal *local = &outlook->local[b];
	size_t		steps = (size_t) outlook->steps;
	double	   *forecast = outlook->classical + (size_t) b * steps;
	double	   *x = outlook->scratch.x;

	for (size_t t = 0; t < history->n; t++)
		x[t] = (double) local->x[t];
	rn_smooth_classical(x, history->n, isnan(local->alpha) ? rn_smooth_alpha(x, history->n) : local->alpha,
						forecast, steps);
	for (size_t k = 0; k < steps; k++)
		forecast[k] += rn_local_season(local, history->n + k);
}

RnCode
rn_outlook_run(RnHost *host, RnOutlook *outlook, const RnHistory *history, int count, bool both)
{
	const RnModel *model = outlook->model;
	int			O = model->network.spec.outputs;
	size_t		q = (size_t) model->local.lookback;

	memset(outlook->classical, 0, (size_t) count * (size_t) outlook->steps * sizeof(double));
	for (int b = 0; b < count; b++)
	{
		RnHistory	newest = history[b];

		RN_TRY(rn_poll(host));
		if (newest.n > q)
		{
			newest.value += newest.n - q;
			newest.n = q;
		}
		RN_TRY(rn_local_fit(host, &model->local, newest.value, newest.n, &outlook->scratch, &outlook->local[b]));
		put_naive(outlook, b, &newest);
		if (both || rn_model_classical_share(model) > 0)
			put_classical(outlook, b, &newest);
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
