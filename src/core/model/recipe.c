/*
 * recipe.c
 *		What `auto` and `plain` mean: every open choice resolved, then trained.
 *
 * `plain` does what was asked and nothing else: one scaler, sliding windows,
 * the layers given, Keras's defaults; no validation unless asked for.
 *
 * `auto` adds what a forecaster would do without being told: a window of two
 * seasons, a head for a whole season, the newest windows held out (with a gap,
 * so that no value is both trained on and judged by), and early stopping.  The
 * network learns by how much the next season (or value) differs from
 * the last, and starts from not at all: untrained it is the seasonal naive
 * forecast, and early stopping keeps what is better on the held-out windows.
 */
#include "model/recipe.h"

#include <math.h>
#include <string.h>

#include "model/forecast.h"
#include "model/interval.h"
#include "series/baseline.h"
#include "series/window.h"

#define DEFAULT_UNITS		64
#define DEFAULT_EPOCHS		100
#define AUTO_EPOCHS			500
#define AUTO_PATIENCE		20
#define DEFAULT_BATCH		32
#define AUTO_VALIDATION		0.2
#define WINDOW_WITHOUT_SEASON 16
#define LONGEST_OPEN_WINDOW 512

const char *
rn_recipe_name(RnRecipeKind kind)
{
	return kind == RN_RECIPE_AUTO ? "auto" : "plain";
}

void
rn_recipe_defaults(RnTrainSpec *spec)
{
	memset(spec, 0, sizeof(*spec));
	spec->recipe = RN_RECIPE_AUTO;
	spec->cell_open = true;
	spec->activation = RN_ACTIVATION_TANH;
	spec->reset_after = true;
	spec->scaler_open = true;
	spec->validation_split = NAN;
	spec->patience = -1;
	spec->shuffle = true;
	spec->loss = (RnLossSpec) {RN_LOSS_MSE, 1.0, 0.5};
	rn_optim_defaults(RN_OPTIM_ADAM, &spec->optim);
	spec->optim.learning_rate = NAN;
}

/* The choices that depend on the recipe alone. */
static void
resolve_fixed(RnTrainSpec *spec)
{
	bool		automatic = spec->recipe == RN_RECIPE_AUTO;

	if (spec->cell_open)
		spec->cell = RN_CELL_GRU;
	if (spec->layers == 0)
	{
		spec->layers = 1;
		spec->units[0] = DEFAULT_UNITS;
	}
	if (spec->scaler_open)
		spec->scaler = RN_SCALER_MINMAX;
	if (spec->epochs == 0)
		spec->epochs = automatic ? AUTO_EPOCHS : DEFAULT_EPOCHS;
	if (spec->batch_size == 0)
		spec->batch_size = DEFAULT_BATCH;
	if (isnan(spec->validation_split))
		spec->validation_split = automatic ? AUTO_VALIDATION : 0;
	if (spec->patience < 0)
		spec->patience = automatic && spec->validation_split > 0 ? AUTO_PATIENCE : 0;
	if (isnan(spec->optim.learning_rate))
	{
		RnOptimSpec usual;

		rn_optim_defaults(spec->optim.kind, &usual);
		spec->optim.learning_rate = usual.learning_rate;
	}
	spec->cell_open = false;
	spec->scaler_open = false;
}

/*
 * Season, window and horizon, from the calendar and from how many rows there
 * are: an open season of `auto` is none where the rows do not show it three
 * times; an open window takes two seasons, at most a third of the rows; an open
 * head of `auto` a season, at most a quarter of what the window leaves.
 */
static void
resolve_lengths(RnTrainSpec *spec, const RnSeries *series, size_t rows)
{
	bool		automatic = spec->recipe == RN_RECIPE_AUTO;

	if (spec->season == 0)
	{
		spec->season = rn_calendar_season(&series->calendar);
		if (automatic && rows / 3 < (size_t) spec->season)
			spec->season = 1;
	}
	if (spec->window == 0)
	{
		int64_t		window = spec->season > 1 ? 2 * (int64_t) spec->season : WINDOW_WITHOUT_SEASON;

		window = window > LONGEST_OPEN_WINDOW ? LONGEST_OPEN_WINDOW : window;
		if (automatic && (size_t) window > rows / 3)
			window = (int64_t) (rows / 3);
		spec->window = window > 1 ? (int) window : 1;
	}
	if (spec->horizon == 0)
	{
		size_t		left = rows > (size_t) spec->window ? (rows - (size_t) spec->window) / 4 : 0;
		size_t		horizon = automatic ? (size_t) spec->season : 1;

		horizon = horizon > left ? left : horizon;
		horizon = horizon > RN_MAX_OUTPUTS ? RN_MAX_OUTPUTS : horizon;
		spec->horizon = horizon > 1 ? (int) horizon : 1;
	}
}

static RnCode
too_few(RnHost *host, size_t rows, size_t needed, const RnTrainSpec *spec)
{
	rn_fail(host, RN_TOO_FEW_ROWS, "%zu rows are too few to train on, at least %zu are needed",
			rows, needed);
	rn_fail_detail(host, "A window of %d step%s and a horizon of %d need that many.",
				   spec->window, spec->window == 1 ? "" : "s", spec->horizon);
	return rn_fail_hint(host, "Give more rows, or set a smaller window or horizon.");
}

/* A series too short to hold anything out has no early stopping either. */
static void
hold_nothing_out(RnTrainSpec *spec)
{
	spec->validation_split = 0;
	spec->patience = 0;
}

/*
 * Share the windows out: the newest validation_split of them are held out, as
 * in Keras; `auto` leaves horizon - 1 between, whose targets would be both
 * trained on and judged by.  Where the rows are too few for that, it is an
 * error if the split was asked for, and given up otherwise.
 */
static RnCode
split_windows(RnHost *host, RnTrainPlan *plan, bool asked)
{
	const RnTrainSpec *spec = &plan->spec;
	size_t		windows = rn_windows_count(plan->rows, spec->window, spec->horizon);
	size_t		least = (size_t) spec->window + (size_t) spec->horizon;
	size_t		gap = 0;

	if (windows == 0)
		return too_few(host, plan->rows, least, spec);
	plan->validation_windows = (size_t) ((double) windows * spec->validation_split);
	if (plan->validation_windows > 0 && spec->recipe == RN_RECIPE_AUTO)
		gap = (size_t) spec->horizon - 1;
	if (spec->validation_split > 0 &&
		(plan->validation_windows == 0 || windows <= plan->validation_windows + gap))
	{
		if (asked)
		{
			rn_fail(host, RN_TOO_FEW_ROWS, "validation_split %g cannot be held out of %zu windows",
					spec->validation_split, windows);
			return rn_fail_hint(host, "Give more rows, or another validation_split, or 0.");
		}
		hold_nothing_out(&plan->spec);
		plan->validation_windows = gap = 0;
	}
	plan->train_windows = windows - plan->validation_windows - gap;
	return RN_OK;
}

static void
plan_network(RnTrainPlan *plan)
{
	const RnTrainSpec *spec = &plan->spec;
	RnNetworkSpec *network = &plan->network;

	memset(network, 0, sizeof(*network));
	network->inputs = 1;
	network->outputs = spec->horizon;
	network->layers = spec->layers;
	for (int l = 0; l < spec->layers; l++)
		network->layer[l] = (RnLayerSpec) {
			.kind = spec->cell,
			.units = spec->units[l],
			.activation = spec->activation,
			.reset_after = spec->reset_after,
			.input_dropout = spec->input_dropout,
			.recurrent_dropout = spec->recurrent_dropout,
			.dropout = spec->dropout
		};
}

static void
plan_fit(RnTrainPlan *plan)
{
	const RnTrainSpec *spec = &plan->spec;

	plan->fit = (RnFitSpec) {
		.epochs = spec->epochs,
		.batch_size = spec->batch_size,
		.window = spec->window,
		.shuffle = spec->shuffle,
		.patience = plan->validation_windows > 0 ? spec->patience : 0,
		.seed = spec->seed,
		.loss = spec->loss,
		.optim = spec->optim
	};
}

/* Held-out forecasts look this far: the head, or a season if that is longer. */
static int
residual_steps(const RnTrainPlan *plan)
{
	int			steps = plan->spec.horizon > plan->spec.season ? plan->spec.horizon : plan->spec.season;

	return steps < RN_RESIDUAL_STEPS ? steps : RN_RESIDUAL_STEPS;
}

/* The most held-out origins that are looked at. */
#define RESIDUAL_ORIGINS ((size_t) 2048)

/*
 * Held-out origins that intervals are learnt from: the newest ones.  `plain`
 * splits as Keras does, without a gap, so that the targets of its first
 * horizon - 1 validation windows were in part trained on: these do not count.
 */
static size_t
residual_origins(const RnTrainPlan *plan)
{
	size_t		seen = plan->spec.recipe == RN_RECIPE_PLAIN ? (size_t) plan->spec.horizon - 1 : 0;
	size_t		origins = plan->validation_windows > seen ? plan->validation_windows - seen : 0;

	return origins < RESIDUAL_ORIGINS ? origins : RESIDUAL_ORIGINS;
}

static size_t
plan_bytes(const RnTrainPlan *plan)
{
	size_t		weights = rn_network_size(&plan->network) * sizeof(rn_real);
	size_t		sum = rn_fit_bytes(&plan->fit, &plan->network, plan->train_windows);
	size_t		part = (size_t) rn_fit_part(plan->spec.window);
	size_t		judge = rn_tape_bytes(&plan->network, plan->spec.window, (int) part, false);
	size_t		errors = (2 * residual_origins(plan) + part) * (size_t) residual_steps(plan)
		* sizeof(double) + part * (size_t) plan->spec.window * sizeof(rn_real);

	/* what is held out is forecast after the fit's memory is given back */
	judge = judge > SIZE_MAX - errors ? SIZE_MAX : judge + errors;
	sum = plan->validation_windows > 0 && judge > sum ? judge : sum;
	if (__builtin_add_overflow(sum, 2 * weights, &sum))
		return SIZE_MAX;
	return sum;
}

/* Numbers that are in range as double and no more as what networks count in. */
static RnCode
check_optimizer(RnHost *host, const RnOptimSpec *optim)
{
	if ((rn_real) optim->beta_1 >= 1 || (rn_real) optim->beta_2 >= 1 || (rn_real) optim->rho >= 1)
		return rn_fail(host, RN_INVALID_OPTION,
					   "beta_1 %.17g, beta_2 %.17g or rho %.17g is too close to 1",
					   optim->beta_1, optim->beta_2, optim->rho);
	if ((rn_real) optim->epsilon <= 0 || (rn_real) optim->learning_rate <= 0)
		return rn_fail(host, RN_INVALID_OPTION,
					   "epsilon %g or learning_rate %g is too close to 0",
					   optim->epsilon, optim->learning_rate);
	return RN_OK;
}

RnCode
rn_recipe_plan(RnHost *host, const RnTrainSpec *spec, const RnSeries *series, RnTrainPlan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->spec = *spec;
	plan->rows = series->n;
	if (spec->train_rows > 0 && (uint64_t) spec->train_rows < series->n)
		plan->rows = (size_t) spec->train_rows;
	resolve_fixed(&plan->spec);
	resolve_lengths(&plan->spec, series, plan->rows);
	if (plan->spec.window > RN_MAX_WINDOW)
		return rn_fail(host, RN_INVALID_OPTION, "window %d is outside of 1 .. %d",
					   plan->spec.window, RN_MAX_WINDOW);
	RN_TRY(check_optimizer(host, &plan->spec.optim));
	RN_TRY(split_windows(host, plan, !isnan(spec->validation_split)));
	plan_network(plan);
	RN_TRY(rn_network_check(host, &plan->network));
	plan_fit(plan);
	plan->bytes = plan_bytes(plan);
	return RN_OK;
}

/* What a training works with. */
typedef struct Run
{
	RnHost	   *host;
	const RnTrainPlan *plan;
	const RnSeries *series;
	RnModel    *model;
} Run;

/* Where samples come from: windows, whose targets may be relative. */
typedef struct Samples
{
	RnWindows	windows;
	int			base_season;	/* as in RnModel */
} Samples;

static void
gather(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	const Samples *samples = source;
	int			T = samples->windows.window;
	int			O = samples->windows.horizon;
	int			m = samples->base_season;

	rn_windows_gather(&samples->windows, index, B, x, target);
	for (int b = 0; m > 0 && b < B; b++)
		for (int k = 0; k < O; k++)
			target[(size_t) b * (size_t) O + (size_t) k] -=
				x[(size_t) (T - m + k % m) * (size_t) B + (size_t) b];
	rn_forecast_centre(x, T, B, m);
}

/* Scaler from the rows that training windows see. */
static RnCode
fit_scaler(Run *run)
{
	const RnTrainSpec *spec = &run->plan->spec;
	size_t		seen = run->plan->train_windows + (size_t) spec->window + (size_t) spec->horizon - 1;

	return rn_transform_fit(run->host, spec->scaler, run->series->value, seen, &run->model->transform);
}

/* A head that predicts 0. */
static void
clear_head(RnNetwork *network)
{
	int			head = rn_network_variables(&network->spec) - 2;
	size_t		offset = rn_network_variable(&network->spec, head).offset;

	memset(network->weights + offset, 0, (network->size - offset) * sizeof(rn_real));
}

/* Do the weights of one network mean the same in the other? */
static bool
same_shape(const RnNetworkSpec *a, const RnNetworkSpec *b)
{
	if (a->layers != b->layers || a->inputs != b->inputs || a->outputs != b->outputs)
		return false;
	for (int l = 0; l < a->layers; l++)
		if (a->layer[l].kind != b->layer[l].kind || a->layer[l].units != b->layer[l].units ||
			a->layer[l].reset_after != b->layer[l].reset_after)
			return false;
	return true;
}

/* Weights to start from: drawn, or those of a model trained before. */
static RnCode
start_weights(Run *run, const RnModel *warm)
{
	const RnTrainPlan *plan = run->plan;
	RnNetwork  *network = &run->model->network;

	RN_TRY(rn_network_create(run->host, &plan->network, network));
	if (warm == NULL)
	{
		RN_TRY(rn_network_init(run->host, network, plan->spec.seed));
		if (run->model->base_season > 0)
			clear_head(network);
		return RN_OK;
	}
	if (!same_shape(&network->spec, &warm->network.spec))
	{
		rn_fail(run->host, RN_INVALID_OPTION, "the network to continue from has another shape");
		return rn_fail_hint(run->host, "Train it anew: mode => 'cold'.");
	}
	memcpy(network->weights, warm->network.weights, network->size * sizeof(rn_real));
	return RN_OK;
}

static RnCode
fit(Run *run, RnFitLog *log)
{
	const RnTrainPlan *plan = run->plan;
	size_t		windows = rn_windows_count(plan->rows, plan->spec.window, plan->spec.horizon);
	size_t		first = windows - plan->validation_windows;
	Samples		oldest = {
		{run->series->value, plan->rows, plan->spec.window, plan->spec.horizon, &run->model->transform},
		run->model->base_season
	};
	Samples		newest = oldest;
	RnDataset	train = {plan->train_windows, &oldest, gather};
	RnDataset	validation = {plan->validation_windows, &newest, gather};

	newest.windows.value += first;
	newest.windows.n -= first;
	return rn_fit(run->host, &plan->fit, &run->model->network, &train,
				  plan->validation_windows > 0 ? &validation : NULL, log);
}

/*
 * Forecasts of steps steps from B held-out origins, and their absolute
 * errors.  Origin i (0-based) sees the window that ends before row end + i.
 * error [steps][stride] at column i; rows that have not happened yet are left
 * out, which only ever cuts the last origins short.
 */
static RnCode
judge_batch(Run *run, size_t end, size_t at, int B, int steps, double *error, size_t stride,
			rn_real *windows, rn_real *forecast)
{
	const RnTrainSpec *spec = &run->plan->spec;
	size_t		T = (size_t) spec->window;

	for (size_t b = 0; b < (size_t) B; b++)
		for (size_t t = 0; t < T; t++)
			windows[b * T + t] = (rn_real) rn_transform_apply(&run->model->transform,
															  run->series->value[end + at + b - T + t]);
	RN_TRY(rn_forecast_scaled(run->host, run->model, windows, B, steps, forecast));
	for (int b = 0; b < B; b++)
		for (int k = 0; k < steps; k++)
		{
			size_t		row = end + at + (size_t) b + (size_t) k;

			if (row >= run->plan->rows)
				break;
			error[(size_t) k * stride + at + (size_t) b] =
				fabs(rn_transform_invert(&run->model->transform,
										 (double) forecast[(size_t) b * (size_t) steps + (size_t) k])
					 - run->series->value[row]);
		}
	return RN_OK;
}

/* Mean absolute one-step error of the seasonal naive over rows end .. */
static double
naive_error(const Run *run, size_t end, size_t count)
{
	const double *value = run->series->value;
	double		sum = 0;

	for (size_t i = end; i < end + count; i++)
	{
		double		naive;

		rn_baseline_seasonal_naive(value, i, run->plan->spec.season, &naive, 1);
		sum += fabs(value[i] - naive);
	}
	return sum / (double) count;
}

/* How many origins have a row k (0-based) steps on. */
static size_t
origins_at(const Run *run, size_t end, size_t origins, int k)
{
	size_t		rows = run->plan->rows - end;

	if (rows <= (size_t) k)
		return 0;
	return rows < origins + (size_t) k ? rows - (size_t) k : origins;
}

/*
 * How many of the steps have finite errors only: predictions that are fed
 * back may leave the numbers, and what is stored must not.
 */
static int
finite_steps(const double *error, size_t stride, const size_t *count, int steps)
{
	for (int k = 0; k < steps; k++)
		for (size_t i = 0; i < count[k]; i++)
			if (!isfinite(error[(size_t) k * stride + i]))
				return k;
	return steps;
}

/*
 * Errors on what was held out, for intervals and for the report.  Steps that
 * fewer than half of the origins can be judged at are not looked at.
 */
static RnCode
judge(Run *run, double *error, size_t stride, rn_real *windows, rn_real *forecast,
	  RnTrainReport *report)
{
	const RnTrainPlan *plan = run->plan;
	size_t		part = (size_t) rn_fit_part(plan->spec.window);
	size_t		origins = residual_origins(plan);
	size_t		end = plan->rows - origins - (size_t) plan->spec.horizon + 1;
	size_t		count[RN_RESIDUAL_STEPS];
	int			steps = residual_steps(plan);

	while (steps > plan->spec.horizon && origins_at(run, end, origins, steps - 1) * 2 < origins)
		steps--;
	for (size_t at = 0; at < origins; at += part)
	{
		size_t		left = origins - at;

		RN_TRY(judge_batch(run, end, at, (int) (left < part ? left : part),
						   steps, error, stride, windows, forecast));
	}
	for (int k = 0; k < steps; k++)
		count[k] = origins_at(run, end, origins, k);
	steps = finite_steps(error, stride, count, steps);
	if (steps == 0)
		return RN_OK;

	report->validation_mae = 0;
	for (size_t i = 0; i < origins; i++)
		report->validation_mae += error[i] / (double) origins;
	report->naive_mae = naive_error(run, end, origins);
	return rn_interval_learn(run->host, run->model, error, steps, stride, count);
}

/* judge() with its scratch. */
static RnCode
learn_intervals(Run *run, RnTrainReport *report)
{
	RnHost	   *host = run->host;
	size_t		origins = residual_origins(run->plan);
	size_t		steps = (size_t) residual_steps(run->plan);
	size_t		part = (size_t) rn_fit_part(run->plan->spec.window);
	double	   *error = NULL;
	rn_real    *windows = NULL;
	rn_real    *forecast = NULL;
	RnCode		code;

	report->validation_mae = report->naive_mae = NAN;
	if (origins == 0)
		return RN_OK;
	code = rn_alloc(host, steps * origins, sizeof(double), (void **) &error);
	if (code == RN_OK)
		code = rn_alloc(host, part * (size_t) run->plan->spec.window, sizeof(rn_real),
						(void **) &windows);
	if (code == RN_OK)
		code = rn_alloc(host, part * steps, sizeof(rn_real), (void **) &forecast);
	if (code == RN_OK)
		code = judge(run, error, origins, windows, forecast, report);
	rn_free(host, forecast);
	rn_free(host, windows);
	rn_free(host, error);
	return code;
}

/* What the plan fixes of the model. */
static void
shape_model(const RnTrainPlan *plan, const RnSeries *series, RnModel *model)
{
	const RnTrainSpec *spec = &plan->spec;

	memset(model, 0, sizeof(*model));
	model->calendar = series->calendar;
	model->window = spec->window;
	model->season = spec->season;
	if (spec->recipe == RN_RECIPE_AUTO)
		model->base_season = spec->season <= spec->window ? spec->season : 1;
}

/* Where forecasts start: the newest rows, trained on or not. */
static RnCode
keep_tail(Run *run)
{
	RnModel    *model = run->model;
	const RnSeries *series = run->series;
	size_t		T = (size_t) model->window;

	model->last_time = rn_time_at(&series->time, series->n - 1);
	RN_TRY(rn_alloc(run->host, T, sizeof(double), (void **) &model->tail));
	memcpy(model->tail, series->value + series->n - T, T * sizeof(double));
	return RN_OK;
}

RnCode
rn_recipe_train(RnHost *host, const RnTrainPlan *plan, const RnSeries *series,
				const RnModel *warm, RnModel *model, RnTrainReport *report)
{
	Run			run = {.host = host,.plan = plan,.series = series,.model = model};
	RnCode		code;

	shape_model(plan, series, model);
	memset(report, 0, sizeof(*report));
	code = fit_scaler(&run);
	if (code == RN_OK)
		code = start_weights(&run, warm);
	if (code == RN_OK)
		code = fit(&run, &report->log);
	if (code == RN_OK)
		code = learn_intervals(&run, report);
	if (code == RN_OK)
		code = keep_tail(&run);
	if (code != RN_OK)
	{
		rn_model_free(host, model);
		rn_train_report_free(host, report);
	}
	return code;
}

void
rn_train_report_free(RnHost *host, RnTrainReport *report)
{
	rn_fit_log_free(host, &report->log);
}
