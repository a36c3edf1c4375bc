/*
 * judge.c
 *		What a trained network is worth on the windows that were held out.
 *
 * From each of some held-out origins forecasts are made as far as intervals
 * look, and their absolute errors collected, in scaled values, step by step.
 */
#include "model/judge.h"

#include <math.h>
#include <string.h>

#include "model/forecast.h"
#include "model/interval.h"
#include "model/samples.h"
#include "series/baseline.h"

/* The most held-out origins that are looked at. */
#define ORIGINS ((size_t) 2048)

typedef struct Run
{
	RnHost	   *host;
	const RnTrainPlan *plan;
	const RnPanel *panel;
	RnModel    *model;
	RnSamples	held_out;		/* all origins that could be looked at */
	size_t		origins;		/* that are */
	int			steps;
	double	   *error;			/* [steps][origins] */
	size_t		count[RN_RESIDUAL_STEPS];	/* of each row */
	rn_real    *forecast;		/* [part][steps] */
	double		sum;			/* of one-step errors */
	double		naive;
	size_t		observed;
} Run;

/* Forecasts look this far: the head, or a season if that is longer. */
static int
steps_of(const RnTrainPlan *plan)
{
	int			steps = plan->spec.horizon > plan->spec.season ? plan->spec.horizon : plan->spec.season;

	return steps < RN_RESIDUAL_STEPS ? steps : RN_RESIDUAL_STEPS;
}

static size_t
origins_of(size_t held_out)
{
	return held_out < ORIGINS ? held_out : ORIGINS;
}

size_t
rn_judge_bytes(const RnTrainPlan *plan)
{
	size_t		part = (size_t) rn_fit_part(plan->spec.window);
	size_t		steps = (size_t) steps_of(plan);
	size_t		bytes = rn_tape_bytes(&plan->network, plan->spec.window, (int) part, false);
	size_t		rest = (2 * origins_of(plan->validation_windows) + 2 * part) * steps * sizeof(double)
		+ part * (size_t) plan->spec.window * sizeof(rn_real);

	return bytes > SIZE_MAX - rest ? SIZE_MAX : bytes + rest;
}

/* Errors one step ahead, of the network and of the naive forecast. */
static void
compare_with_naive(Run *run, const RnView *view, double scaled)
{
	const RnRows *rows = &run->held_out.rows;
	size_t		row = view->row + (size_t) run->plan->spec.window;
	double		unit = run->model->count > 1 ? view->transform.scale : 1;
	double		naive;

	rn_baseline_seasonal_naive(rows->value + view->start, row - view->start, run->plan->spec.season, &naive, 1);
	run->sum += fabs(rn_transform_invert(&view->transform, scaled) - rows->value[row]) / unit;
	run->naive += fabs(rows->value[row] - naive) / unit;
	run->observed++;
}

/* Forecasts of B origins beside what came. */
static RnCode
judge_part(Run *run, const RnView *view, int B)
{
	const RnRows *rows = &run->held_out.rows;
	size_t		T = (size_t) run->plan->spec.window;
	size_t		steps = (size_t) run->steps;

	RN_TRY(rn_forecast_scaled(run->host, run->model, rows, view, B, run->steps, run->forecast));
	for (size_t b = 0; b < (size_t) B; b++)
		for (size_t k = 0; k < steps && view[b].row + T + k < view[b].end; k++)
		{
			size_t		row = view[b].row + T + k;
			double		scaled = (double) run->forecast[b * steps + k];
			double	   *error = run->error + k * run->origins + run->count[k];

			if (rows->missing != NULL && rows->missing[row])
				continue;
			*error = fabs(scaled - rn_transform_apply(&view[b].transform, rows->value[row]));
			run->count[k]++;
			if (k == 0)
				compare_with_naive(run, &view[b], scaled);
		}
	return RN_OK;
}

/*
 * How many of the steps have finite errors only: predictions that are fed
 * back may leave the numbers, and what is stored must not.
 */
static int
finite_steps(const Run *run, int steps)
{
	for (int k = 0; k < steps; k++)
		for (size_t i = 0; i < run->count[k]; i++)
			if (!isfinite(run->error[(size_t) k * run->origins + i]))
				return k;
	return steps;
}

/* Origins evenly spread over all that are held out, and what came of them. */
static RnCode
judge_all(Run *run)
{
	RnView		view[RN_FIT_PART];
	size_t		part = (size_t) rn_fit_part(run->plan->spec.window);

	for (size_t at = 0; at < run->origins; at += part)
	{
		size_t		left = run->origins - at;
		size_t		B = left < part ? left : part;

		for (size_t b = 0; b < B; b++)
			view[b] = rn_samples_view(&run->held_out, (size_t) ((double) (at + b) / (double) run->origins
																  * (double) run->held_out.n), NULL);
		RN_TRY(judge_part(run, view, (int) B));
	}
	return RN_OK;
}

/* Steps that fewer than half of the origins can be judged at do not count. */
static RnCode
learn(Run *run, RnTrainReport *report)
{
	int			steps = run->steps;

	while (steps > run->plan->spec.horizon && run->count[steps - 1] * 2 < run->count[0])
		steps--;
	for (int k = 0; k < steps; k++)
		if (run->count[k] == 0)
			steps = k;
	steps = finite_steps(run, steps);
	if (steps == 0)
		return RN_OK;
	report->validation_mae = run->sum / (double) run->observed;
	report->naive_mae = run->naive / (double) run->observed;
	return rn_interval_learn(run->host, run->model, run->error, steps, run->origins, run->count);
}

RnCode
rn_judge(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, RnModel *model,
		 RnTrainReport *report)
{
	Run			run = {.host = host,.plan = plan,.panel = panel,.model = model,.steps = steps_of(plan)};
	RnCode		code;

	report->validation_mae = report->naive_mae = report->validation_mase = report->naive_mase = NAN;
	code = rn_recipe_samples(host, plan, panel, model, RN_PART_JUDGED, &run.held_out);
	run.origins = origins_of(run.held_out.n);
	if (code == RN_OK && run.origins > 0)
	{
		host->progress(host, &(RnProgress) {.stage = RN_STAGE_JUDGE});
		code = rn_alloc(host, (size_t) run.steps * run.origins, sizeof(double), (void **) &run.error);
		if (code == RN_OK)
			code = rn_alloc(host, (size_t) rn_fit_part(plan->spec.window) * (size_t) run.steps,
							sizeof(rn_real), (void **) &run.forecast);
		if (code == RN_OK)
			code = judge_all(&run);
		if (code == RN_OK)
			code = learn(&run, report);
	}
	rn_free(host, run.forecast);
	rn_free(host, run.error);
	rn_free(host, run.held_out.series);
	return code;
}
