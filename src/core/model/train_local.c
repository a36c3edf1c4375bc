/*
 * train_local.c
 *		The training of a model that takes series apart: its networks, which
 *		processes may share out, and what is made of them.
 */
#include "model/train_local.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/order.h"
#include "model/interval.h"
#include "model/outlook.h"
#include "model/sequences.h"
#include "series/box_cox.h"
#include "series/metrics.h"

/* Networks that are tried out without the newest rows. */
#define TRIAL_MEMBERS 2

/* The most held-out origins that are looked at, and rows at all of them. */
#define ORIGINS		((size_t) 2048)
#define FEWEST_ORIGINS ((size_t) 256)
#define ORIGIN_ROWS ((size_t) 1 << 21)

/*
 * How much shares go by what losses were; smaller ones than these, of the
 * networks, the classical and the seasonal naive forecasts, are none.
 */
#define SHARE_POWER 4
static const double least_share[3] = {0.1, 0.1, 0.3};

/*
 * Networks that are tried know less than those that are kept: not the newest rows
 * of many series.  Of these their losses count so much less.
 */
#define KNOWN_LATER 0.15

/* The share of networks that cannot be tried. */
#define UNTRIED_SHARE 0.5

/* Errors of more spreads than this, where a series broke, count as that many. */
#define LARGEST_ERROR 50

/* Seeds of the members of an ensemble are so far apart. */
#define SEED_STEP	UINT64_C(0x9e3779b97f4a7c15)

/* Which rows are learnt from: all, or those that are not held out. */
typedef enum Part
{
	PART_ALL,
	PART_TRIAL,
	PART_NONE					/* not yet known */
} Part;

typedef struct Run
{
	RnHost	   *host;
	const RnTrainPlan *plan;
	const RnPanel *panel;
	const RnFits *fits;
	Part		part;			/* that the series are taken apart for, */
	bool		second;			/* for networks of the second kind, */
	RnLocalSpec spec;			/* as this says */
	size_t		count;			/* series */
	RnLocal    *local;			/* [count] */
	rn_real    *rows;			/* what their x and level point into */
	double	   *index;			/* what their indices point into */
	RnLocalScratch scratch;
} Run;

/* ---- series taken apart ---- */

/* Rows of a series that are learnt from. */
static size_t
rows_learnt(const Run *run, const RnSeries *series, Part part)
{
	size_t		rows = rn_recipe_rows(&run->plan->spec, series);

	return part == PART_TRIAL ? rows - rn_recipe_held_out(&run->plan->spec, rows) : rows;
}

/* run_free is due even after an error. */
static RnCode
run_create(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits, Run *run)
{
	size_t		rows = 0;

	*run = (Run) {.host = host,.plan = plan,.panel = panel,.fits = fits,.spec = plan->local,.part = PART_NONE};
	for (size_t s = 0; s < run->panel->count; s++)
		if (run->panel->series[s].n > 0)
		{
			rows += rn_recipe_rows(&run->plan->spec, &run->panel->series[s]);
			run->count++;
		}
	RN_TRY(rn_alloc(run->host, run->count, sizeof(RnLocal), (void **) &run->local));
	RN_TRY(rn_alloc(run->host, 2 * rows, sizeof(rn_real), (void **) &run->rows));
	RN_TRY(rn_alloc(run->host, run->count * rn_local_phases(&run->spec), sizeof(double), (void **) &run->index));
	return rn_local_scratch(run->host, &run->spec, &run->scratch);
}

static void
run_free(Run *run)
{
	rn_local_scratch_free(run->host, &run->scratch);
	rn_free(run->host, run->index);
	rn_free(run->host, run->rows);
	rn_free(run->host, run->local);
}

/* The typical spread, of series that have one, and the scales beside it. */
static RnCode
settle_scales(Run *run)
{
	RnLocalSpec *spec = &run->spec;
	double	   *spread;
	size_t		n = 0;

	RN_TRY(rn_alloc(run->host, run->count, sizeof(double), (void **) &spread));
	for (size_t s = 0; s < run->count; s++)
		if (run->local[s].spread > RN_NO_SPREAD)
			spread[n++] = run->local[s].spread;
	rn_order_sort(spread, n);
	spec->typical_spread = n > 0 ? (spread[n / 2] + spread[(n - 1) / 2]) / 2 : 0;
	rn_free(run->host, spread);
	for (size_t s = 0; s < run->count; s++)
		rn_local_rescale(spec, &run->local[s]);
	return RN_OK;
}

/* Series as a part knows them and a kind of networks sees them, unless they are. */
static RnCode
take_apart(Run *run, Part part, bool second)
{
	size_t		phases = rn_local_phases(&run->spec);
	rn_real    *rows = run->rows;
	size_t		m = 0;

	if (run->part == part && run->second == second)
		return RN_OK;
	run->part = PART_NONE;
	run->spec = run->plan->local;
	if (second)
		run->spec.lambda = 1;
	run->spec.typical_spread = 0;
	for (size_t s = 0; s < run->panel->count; s++)
	{
		const RnSeries *series = &run->panel->series[s];
		RnLocal    *local = &run->local[m];
		size_t		n;

		if (series->n == 0)
			continue;
		RN_TRY(rn_poll(run->host));
		n = rows_learnt(run, series, part);
		*local = (RnLocal) {.index = run->index + m * phases,.x = rows,.level = rows + n};
		RN_TRY(rn_local_fit(run->host, &run->spec, run->panel->value + series->first, n, &run->scratch, local));
		rows += 2 * n;
		m++;
		run->host->progress(run->host, &(RnProgress) {.stage = RN_STAGE_PREPARE,.series = m,.all_series = run->count});
	}
	RN_TRY(settle_scales(run));
	run->fits->spread[part][second] = run->spec.typical_spread;	/* the same, whichever process found it */
	run->part = part;
	run->second = second;
	return RN_OK;
}

/* ---- networks ---- */

size_t
rn_train_local_kept(const RnTrainPlan *plan)
{
	return plan->trial ? 0 : (size_t) plan->spec.members;
}

size_t
rn_train_local_trials(const RnTrainPlan *plan)
{
	if (plan->validation_windows == 0)
		return 0;
	return (size_t) (plan->spec.members < TRIAL_MEMBERS ? plan->spec.members : TRIAL_MEMBERS);
}

/* Those of them that see series without logarithms, beside others. */
static size_t
trial_seconds(const RnTrainPlan *plan)
{
	return plan->second_members > 0 ? rn_train_local_trials(plan) / 2 : 0;
}

/* Is network i one of the second kind?  Those that are kept come first, and of either the second kind last. */
static bool
is_second(const RnTrainPlan *plan, size_t i)
{
	size_t		kept = rn_train_local_kept(plan);

	if (i < kept)
		return i >= kept - (size_t) plan->second_members;
	return i >= kept + rn_train_local_trials(plan) - trial_seconds(plan);
}

/* The typical spreads of a part, whose networks are fitted. */
static void
put_spreads(const RnFits *fits, Part part, RnModel *model)
{
	model->local.typical_spread = fits->spread[part][0];
	if (model->second_members > 0)
		model->second.typical_spread = fits->spread[part][1];
}

/* What network i begins with: least squares, or what it learnt before. */
static RnCode
start_smoothing(const Run *run, size_t i, RnSmoothing *smoothing)
{
	RN_TRY(rn_smoothing_create(run->host, &run->spec, run->count, run->plan->fit.batch_size, run->plan->steps, smoothing));
	if (!run->fits->warm || i >= rn_train_local_kept(run->plan))
		return RN_OK;
	return rn_smoothing_load(run->host, smoothing, run->fits->smoothing + i, run->fits->count);
}

/* Network i. */
static RnCode
fit_network(Run *run, size_t i)
{
	const RnFits *fits = run->fits;
	size_t		kept = rn_train_local_kept(run->plan);
	bool		trial = i >= kept;
	RnNetwork	network = {run->plan->network, fits->size, fits->weights + i * fits->size};
	RnFitSpec	fit = run->plan->fit;
	RnSmoothing smoothing = {0};
	RnSequences source = {
		&run->spec, run->local, run->count, run->plan->steps, run->plan->stride, run->plan->spec.horizon, 0,
		fit.source_learns ? &smoothing : NULL
	};
	RnDataset	data = {run->plan->train_windows, &source, rn_sequences_gather, rn_sequences_backward, rn_sequences_step};
	RnFitLog	log = {0};
	RnCode		code;

	RN_TRY(take_apart(run, trial ? PART_TRIAL : PART_ALL, is_second(run->plan, i)));
	source.seed = fit.seed = run->plan->fit.seed + (uint64_t) (trial ? i - kept : i) * SEED_STEP;
	fit.network = (int) ((i + fits->count - kept) % fits->count) + 1;	/* as they are taken */
	fit.networks = (int) fits->count;
	if (trial || !fits->warm)
	{
		RN_TRY(rn_network_init(run->host, &network, fit.seed));
		rn_network_clear_head(&network);
	}
	code = fit.source_learns ? start_smoothing(run, i, &smoothing) : RN_OK;
	if (code == RN_OK)
		code = rn_fit(run->host, &fit, &network, &data, NULL, &log);
	if (code == RN_OK && i == 0)
		memcpy(fits->loss, log.loss, (size_t) fits->epochs * sizeof(double));
	if (code == RN_OK && fit.source_learns)
		code = rn_smoothing_store(run->host, &smoothing, fits->smoothing + i, fits->count);
	rn_fit_log_free(run->host, &log);
	rn_smoothing_free(run->host, &smoothing);
	return code;
}

/* Those that are tried out first: what is held out waits for them. */
static RnCode
fit_networks(Run *run)
{
	const RnFits *fits = run->fits;
	size_t		kept = rn_train_local_kept(run->plan);

	for (size_t number; (number = fits->next_network(fits->queue)) < fits->count;)
		RN_TRY(fit_network(run, (kept + number) % fits->count));
	return RN_OK;
}

RnCode
rn_train_local_fit(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits)
{
	Run			run;
	RnCode		code = run_create(host, plan, panel, fits, &run);

	if (code == RN_OK)
		code = fit_networks(&run);
	run_free(&run);
	return code;
}

/* ---- what is held out ---- */

/* Forecasts of held-out origins beside what came. */
typedef struct Trial
{
	const Run  *run;
	RnModel    *model;			/* that the shares and intervals are for */
	RnModel		tried;			/* the networks on trial, as far as forecasts of the horizon need a model */
	size_t		origins;
	double	   *network;		/* [origins][O] numbers (box_cox.h) of undivided values */
	double	   *classical;
	double	   *seasonal;		/* the seasonal naive forecast's */
	double	   *actual;			/* NaN where nothing is known */
	double	   *unit;			/* [origins] what these are divided by to be alike */
	double	   *spread;			/* [origins] of the series, in the same terms */
	bool	   *own_spread;		/* [origins] has it any, if any series has? */
	double	   *naive;			/* [origins] mean error of the seasonal naive forecast in the
								 * rows before, likewise; NaN without */
	double	   *scale;			/* [origins] MASE's: its mean error in the rows before, in values */
} Trial;

/* Held-out origins of a series: each knows the whole horizon. */
static size_t
origins_of(const Run *run, const RnSeries *series)
{
	size_t		held = series->n == 0 ? 0
		: rn_recipe_held_out(&run->plan->spec, rn_recipe_rows(&run->plan->spec, series));

	return held > 0 ? held - (size_t) run->plan->spec.horizon + 1 : 0;
}

/* Where the search for the next origin goes on: origins ask in order. */
typedef struct Place
{
	size_t		series;
	size_t		used;			/* series before it that are trained on */
	size_t		before;			/* origins of those before it */
} Place;

/* Origin i of all: its series, and how many of its rows precede it. */
static const RnSeries *
find_origin(const Run *run, size_t i, Place *place, size_t *row)
{
	const RnSeries *series;
	size_t		here;

	while (i - place->before >= (here = origins_of(run, &run->panel->series[place->series])))
	{
		place->before += here;
		place->used += run->panel->series[place->series++].n > 0;
	}
	series = &run->panel->series[place->series];
	*row = rn_recipe_rows(&run->plan->spec, series) - (size_t) run->plan->spec.horizon + 1 - here + (i - place->before);
	return series;
}

/* Origins that are looked at, of so many that there are. */
static size_t
origins_looked_at(const RnLocalSpec *spec, size_t all)
{
	size_t		most = ORIGIN_ROWS / (size_t) spec->lookback;

	most = most < ORIGINS ? most > FEWEST_ORIGINS ? most : FEWEST_ORIGINS : ORIGINS;
	return all < most ? all : most;
}

/* Over an arena without a block this only measures. */
static void
trial_lay_out(const RnTrainPlan *plan, RnArena *arena, Trial *trial)
{
	size_t		O = (size_t) plan->spec.horizon;

	trial->origins = origins_looked_at(&plan->local, plan->validation_windows);
	trial->network = rn_arena_take(arena, trial->origins * O, sizeof(double));
	trial->classical = rn_arena_take(arena, trial->origins * O, sizeof(double));
	trial->actual = rn_arena_take(arena, trial->origins * O, sizeof(double));
	trial->unit = rn_arena_take(arena, trial->origins, sizeof(double));
	trial->spread = rn_arena_take(arena, trial->origins, sizeof(double));
	trial->own_spread = rn_arena_take(arena, trial->origins, sizeof(bool));
	trial->seasonal = rn_arena_take(arena, trial->origins * O, sizeof(double));
	trial->scale = rn_arena_take(arena, trial->origins, sizeof(double));
	trial->naive = rn_arena_take(arena, trial->origins, sizeof(double));
}

size_t
rn_train_local_trial_bytes(const RnTrainPlan *plan)
{
	RnArena		arena = {0};
	Trial		trial;

	trial_lay_out(plan, &arena, &trial);
	return rn_arena_bytes(&arena);
}

/* The trial of networks that are fitted; its arrays are those of run->fits. */
static void
trial_place(const Run *run, RnModel *model, Trial *trial)
{
	const RnTrainPlan *plan = run->plan;
	const RnFits *fits = run->fits;
	RnModel    *tried = &trial->tried;
	RnArena		arena;

	*trial = (Trial) {.run = run,.model = model};
	rn_arena_place(&arena, fits->trial);
	trial_lay_out(plan, &arena, trial);
	*tried = (RnModel) {
		.network = {plan->network, fits->size, fits->weights + rn_train_local_kept(plan) * fits->size},
		.members = (int) rn_train_local_trials(plan),.second_members = (int) trial_seconds(plan),
		.steps = plan->steps,.stride = plan->stride,.local = plan->local,.learnt = fits->smoothing != NULL
	};
	rn_model_second(tried);
	put_spreads(fits, PART_TRIAL, tried);
}

/* One origin's forecasts, from place b of the outlook to place i of the trial. */
static void
keep_origin(Trial *trial, const RnOutlook *outlook, int b, size_t i, const RnSeries *series, size_t row)
{
	const Run  *run = trial->run;
	const RnLocalSpec *spec = &trial->tried.local;
	const RnLocal *local = &outlook->local[b];
	const double *value = run->panel->value + series->first;
	const unsigned char *missing = run->panel->missing;
	size_t		O = (size_t) run->plan->spec.horizon;
	size_t		season = (size_t) run->plan->spec.season;
	size_t		first = row > (size_t) spec->lookback ? row - (size_t) spec->lookback : 0;
	double		unit = rn_local_unit(spec, local);
	double		sum = 0;
	size_t		known = 0;

	for (size_t k = 0; k < O; k++)
	{
		bool		made_up = missing != NULL && missing[series->first + row + k] &&
			run->plan->spec.rows.missing != RN_MISSING_ZERO;

		trial->network[i * O + k] = (outlook->network[(size_t) b * O + k] + local->centre) * unit;
		trial->classical[i * O + k] = (outlook->classical[(size_t) b * O + k] + local->centre) * unit;
		trial->seasonal[i * O + k] = (outlook->naive[(size_t) b * O + k] + local->centre) * unit;
		trial->actual[i * O + k] = made_up ? (double) NAN
			: (rn_local_number(spec, local, value[row + k]) + local->centre) * unit;
	}
	for (size_t t = first + season; t < row; t++, known++)
		sum += fabs(rn_local_number(spec, local, value[t]) - rn_local_number(spec, local, value[t - season]));
	trial->unit[i] = unit;
	trial->spread[i] = rn_local_error_unit(spec, local);
	trial->own_spread[i] = local->spread > RN_NO_SPREAD || spec->typical_spread == 0;
	trial->naive[i] = known > 0 && sum > 0 ? sum / (double) known * unit : (double) NAN;
	trial->scale[i] = rn_metric_mase_scale(value + first, row - first, (int) season);
}

/* The parts that run->fits gives out. */
static RnCode
forecast_origins(Trial *trial)
{
	const Run  *run = trial->run;
	const RnFits *fits = run->fits;
	const rn_real *learnt = fits->smoothing != NULL ? fits->smoothing + rn_train_local_kept(run->plan) : NULL;
	size_t		all = run->plan->validation_windows;
	RnOutlook	outlook;
	RnHistory	history[RN_FIT_PART];
	const RnSeries *series[RN_FIT_PART];
	size_t		row[RN_FIT_PART];
	Place		place = {0};
	RnCode		code = rn_outlook_create(run->host, &trial->tried, RN_FIT_PART, run->plan->spec.horizon, &outlook);

	run->host->progress(run->host, &(RnProgress) {.stage = RN_STAGE_JUDGE});
	for (size_t at; code == RN_OK && (at = fits->next_part(fits->queue) * RN_FIT_PART) < trial->origins;)
	{
		int			count = (int) (trial->origins - at < RN_FIT_PART ? trial->origins - at : RN_FIT_PART);

		for (int b = 0; b < count; b++)
		{
			series[b] = find_origin(run, (size_t) ((double) (at + (size_t) b) / (double) trial->origins * (double) all),
									&place, &row[b]);
			history[b] = (RnHistory) {run->panel->value + series[b]->first, row[b], learnt != NULL ? learnt + place.used * fits->count : NULL};
		}
		code = rn_outlook_run(run->host, &outlook, history, count, true);
		for (int b = 0; code == RN_OK && b < count; b++)
			keep_origin(trial, &outlook, b, at + (size_t) b, series[b], row[b]);
	}
	rn_outlook_free(run->host, &outlook);
	return code;
}

RnCode
rn_train_local_try(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits)
{
	Run			run = {.host = host,.plan = plan,.panel = panel,.fits = fits};
	Trial		trial;

	if (plan->validation_windows == 0)
		return RN_OK;
	trial_place(&run, NULL, &trial);
	return forecast_origins(&trial);
}

/*
 * The mean error of some forecasts: absolute, and beside the seasonal naive's in the
 * rows before; each as a share of the seasonal naive's own at the origins.
 */
static double
loss_of(const Trial *trial, const double *forecast)
{
	size_t		O = (size_t) trial->run->plan->spec.horizon;
	double		sum[2] = {0};
	double		naive[2] = {0};

	for (size_t i = 0; i < trial->origins; i++)
		for (size_t k = 0; k < O; k++)
		{
			size_t		at = i * O + k;
			double		error = fabs(forecast[at] - trial->actual[at]);
			double		other = fabs(trial->seasonal[at] - trial->actual[at]);

			if (isnan(trial->actual[at]))
				continue;
			sum[0] += error / trial->unit[i];
			naive[0] += other / trial->unit[i];
			if (isnan(trial->naive[i]))
				continue;
			sum[1] += error / trial->naive[i];
			naive[1] += other / trial->naive[i];
		}
	return (naive[0] > 0 ? sum[0] / naive[0] : 1) + (naive[1] > 0 ? sum[1] / naive[1] : 1);
}

/*
 * Weights by past errors: Bates & Granger, "The combination of forecasts",
 * Operational Research Quarterly 20, 1969.  Not by the best past shares: what is
 * held out is a short stretch of time, in which all series erred alike.
 */
static void
choose_shares(const Trial *trial)
{
	RnModel    *model = trial->model;
	double		loss[3] = {loss_of(trial, trial->network), loss_of(trial, trial->classical), loss_of(trial, trial->seasonal)};
	double		share[3];
	double		sum = 0;
	double		least;

	loss[0] *= 1 - KNOWN_LATER * (1 - 1 / (double) trial->run->count);
	least = fmin(loss[0], fmin(loss[1], loss[2]));
	for (int pass = 0; pass < 2; pass++)
	{
		double		before = sum;

		sum = 0;
		for (int i = 0; i < 3; i++)
		{
			if (pass == 0)
				share[i] = isfinite(loss[i]) && loss[i] > 0 ? pow(least / loss[i], SHARE_POWER) : loss[i] == 0;
			else if (share[i] < least_share[i] * before)
				share[i] = 0;
			sum += share[i];
		}
	}
	if (!(sum > 0))
		return;
	model->share = share[0] / sum;
	model->naive_share = share[2] / sum;
}

/* Step k of origin i, all forecasts together. */
static double
forecast_of(const Trial *trial, size_t i, size_t k)
{
	const RnModel *model = trial->model;
	size_t		at = i * (size_t) trial->run->plan->spec.horizon + k;

	return model->share * trial->network[at] + model->naive_share * trial->seasonal[at]
		+ rn_model_classical_share(model) * trial->classical[at];
}

/* Errors of the model and of the seasonal naive forecast, and how many. */
typedef struct Errors
{
	double		own;
	double		naive;
	size_t		n;
} Errors;

static void
add_errors(Errors *errors, double own, double naive, double unit)
{
	if (isnan(own) || !(unit > 0))
		return;
	errors->own += own / unit;
	errors->naive += naive / unit;
	errors->n++;
}

/* Mean errors of the first step, and by MASE's scale of all. */
static void
report_errors(const Trial *trial, RnTrainReport *report)
{
	const Run  *run = trial->run;
	size_t		O = (size_t) run->plan->spec.horizon;
	double		lambda = trial->model->local.lambda;
	Errors		first = {0};
	Errors		all = {0};

	for (size_t i = 0; i < trial->origins; i++)
		for (size_t k = 0; k < O; k++)
		{
			double		actual = trial->actual[i * O + k];
			double		forecast = forecast_of(trial, i, k);
			double		value = rn_box_cox_invert(lambda, actual);
			double		own = fabs(rn_box_cox_invert(lambda, forecast) - value);
			double		naive = fabs(rn_box_cox_invert(lambda, trial->seasonal[i * O + k]) - value);

			if (k == 0)
				add_errors(&first, own, naive, run->count == 1 ? 1 : trial->spread[i] / rn_box_cox_slope(lambda, value));
			add_errors(&all, own, naive, trial->scale[i]);
		}
	report->validation_mae = first.n > 0 ? first.own / (double) first.n : (double) NAN;
	report->naive_mae = first.n > 0 ? first.naive / (double) first.n : (double) NAN;
	report->validation_mase = all.n > 0 ? all.own / (double) all.n : (double) NAN;
	report->naive_mase = all.n > 0 ? all.naive / (double) all.n : (double) NAN;
}

/* Errors in spreads of their series, step by step, as intervals want them. */
static RnCode
learn_intervals(const Trial *trial)
{
	const Run  *run = trial->run;
	size_t		O = (size_t) run->plan->spec.horizon;
	size_t		steps = O < RN_RESIDUAL_STEPS ? O : RN_RESIDUAL_STEPS;
	size_t		count[RN_RESIDUAL_STEPS] = {0};
	double	   *error;
	RnCode		code = RN_OK;

	RN_TRY(rn_alloc(run->host, steps * trial->origins, sizeof(double), (void **) &error));
	for (size_t i = 0; i < trial->origins; i++)
		for (size_t k = 0; k < steps; k++)
		{
			double		e = fabs(forecast_of(trial, i, k) - trial->actual[i * O + k]) / fmax(trial->spread[i], DBL_MIN);

			if (isfinite(e) && trial->own_spread[i])
				error[k * trial->origins + count[k]++] = fmin(e, LARGEST_ERROR);
		}
	for (size_t k = 0; k < steps; k++)
		if (count[k] == 0)
			steps = k;
	if (steps > 0)
		code = rn_interval_learn(run->host, trial->model, error, (int) steps, trial->origins, count);
	rn_free(run->host, error);
	return code;
}

/* Have most series a season, but not two to learn its phases by? */
static bool
single_seasons(const Run *run)
{
	size_t		season = (size_t) run->plan->spec.season;
	size_t		single = 0;

	for (size_t s = 0; s < run->panel->count; s++)
	{
		const RnSeries *series = &run->panel->series[s];
		size_t		rows = series->n > 0 ? rn_recipe_rows(&run->plan->spec, series) : 0;

		single += rows >= season && rows < 2 * season;
	}
	return season > 1 && 2 * single > run->count;
}

/*
 * Shares where nothing can be held out.  Of a single season only the seasonal naive
 * forecast knows; and if that is a day, which is like the day before, the others can
 * but spoil it.
 */
static void
untried_shares(const Run *run, RnModel *model)
{
	if (!run->plan->spec.classical)
		return;
	model->share = UNTRIED_SHARE;
	if (!single_seasons(run))
		return;
	if (run->plan->daily)
		model->share = 0;
	model->naive_share = 1 - model->share;
}

/* What the networks are worth without the newest rows. */
static RnCode
try_out(const Run *run, RnModel *model, RnTrainReport *report)
{
	Trial		trial;

	if (run->plan->validation_windows == 0)
	{
		untried_shares(run, model);
		return RN_OK;
	}
	trial_place(run, model, &trial);
	RN_TRY(forecast_origins(&trial));
	if (run->plan->spec.classical)
		choose_shares(&trial);
	report_errors(&trial, report);
	return learn_intervals(&trial);
}

/* The losses of the first network as those of the training. */
static RnCode
keep_losses(RnHost *host, const RnFits *fits, RnFitLog *log)
{
	size_t		epochs = (size_t) fits->epochs;

	*log = (RnFitLog) {.epochs = fits->epochs,.best_epoch = fits->epochs,.start_val_loss = NAN};
	RN_TRY(rn_alloc(host, epochs, sizeof(double), (void **) &log->loss));
	RN_TRY(rn_alloc(host, epochs, sizeof(double), (void **) &log->val_loss));
	memcpy(log->loss, fits->loss, epochs * sizeof(double));
	for (size_t e = 0; e < epochs; e++)
		log->val_loss[e] = NAN;
	return RN_OK;
}

/* The networks that are kept become the model's. */
static RnCode
keep_networks(const Run *run, RnModel *model)
{
	const RnFits *fits = run->fits;

	put_spreads(fits, PART_ALL, model);
	memcpy(model->network.weights, fits->weights, rn_train_local_kept(run->plan) * fits->size * sizeof(rn_real));
	if (!model->learnt)
		return RN_OK;
	return rn_smoothing_collect(run->host, fits->smoothing, fits->count, model->count, (size_t) model->members,
								model->smoothing);
}

/* What is not done yet, and what comes of it all. */
static RnCode
train(Run *run, RnModel *model, RnTrainReport *report)
{
	RN_TRY(fit_networks(run));
	RN_TRY(try_out(run, model, report));
	if (!run->plan->trial)
		RN_TRY(keep_networks(run, model));
	return keep_losses(run->host, run->fits, &report->log);
}

RnCode
rn_train_local(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel,
			   const RnFits *fits, RnModel *model, RnTrainReport *report)
{
	Run			run;
	RnCode		code;

	report->validation_mae = report->naive_mae = report->validation_mase = report->naive_mase = NAN;
	code = run_create(host, plan, panel, fits, &run);
	if (code == RN_OK)
		code = train(&run, model, report);
	run_free(&run);
	return code;
}

size_t
rn_train_local_bytes(const RnTrainPlan *plan)
{
	RnModel		model = {
		.network = {.spec = plan->network},.members = plan->spec.members,.steps = plan->steps,.local = plan->local,.second_members = plan->second_members
	};
	size_t		origins = origins_looked_at(&plan->local, plan->validation_windows);
	size_t		fit = rn_fit_bytes(&plan->fit, &plan->network, plan->train_windows);
	size_t		outlook = origins > 0 ? rn_outlook_bytes(&model, RN_FIT_PART, plan->spec.horizon) : 0;
	size_t		smoothing = plan->fit.source_learns ? rn_smoothing_bytes(&plan->local, plan->series, plan->spec.batch_size, plan->steps) : 0;
	size_t		lists = plan->series * (sizeof(RnLocal) + rn_local_phases(&plan->local) * sizeof(double) + sizeof(double));
	size_t		O = (size_t) plan->spec.horizon;
	size_t		errors = (O < RN_RESIDUAL_STEPS ? O : RN_RESIDUAL_STEPS) * origins * sizeof(double);
	size_t		sum;

	if (__builtin_mul_overflow(plan->rows, 2 * sizeof(rn_real), &sum) ||
		__builtin_add_overflow(sum, rn_fits_bytes(plan), &sum) ||
		__builtin_add_overflow(sum, lists + errors + 4 * (size_t) plan->local.lookback * sizeof(double), &sum) ||
		__builtin_add_overflow(sum, smoothing, &sum) ||
		__builtin_add_overflow(sum, fit > outlook ? fit : outlook, &sum))
		return SIZE_MAX;
	return sum;
}
