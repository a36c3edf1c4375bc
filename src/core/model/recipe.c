/*
 * recipe.c
 *		What `auto` and `plain` mean: every open choice resolved.
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
#include <stdlib.h>
#include <string.h>

#include "model/judge.h"
#include "model/samples.h"
#include "model/train_local.h"

#define DEFAULT_UNITS		64
#define DEFAULT_EPOCHS		100
#define AUTO_EPOCHS			500
#define AUTO_PATIENCE		20
#define DEFAULT_BATCH		32
#define AUTO_VALIDATION		0.2
#define WINDOW_WITHOUT_SEASON 16
#define HORIZON_WITHOUT_SEASON 6
#define LOCAL_ROWS_BEFORE 1

/* Method local: the recipe's constants. */
#define LOCAL_MEMBERS		6
#define LOCAL_RATE			2e-3
#define LOCAL_CLIP			1.0
#define LOCAL_WARMUP		20
#define STEPS_PER_EPOCH		25	/* of the optimiser */
#define FEWEST_STEPS		200
#define ROWS_OF_FEWEST	20000	/* of more rows steps grow in proportion */
#define MOST_STEPS			1000
#define SEASONS_BACK		10
#define FEWEST_ROWS_BACK	100
#define LONGEST_SEASON		4096
#define SHORT_SEQUENCE		12
#define LONG_SEQUENCE		24
#define WINDOW_PER_STRIDE	28
#define FEWEST_SEQUENCES 4		/* of a batch */
#define NUMBERS_PER_ROW 200		/* that a step of the optimiser sees at most, in windows and behind them, */
#define NUMBERS_OF_ROWS 400		/* and of so many rows at least */

const char *
rn_recipe_name(RnRecipeKind kind)
{
	return kind == RN_RECIPE_AUTO ? "auto" : "plain";
}

const char *
rn_recipe_smoothing_name(RnRecipeSmoothing kind)
{
	return kind == RN_RECIPE_SMOOTHING_LEARNT ? "learnt" : "fitted";
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
	spec->outer = -1;
	spec->lambda = NAN;
	spec->classical = true;
	spec->loss = (RnLossSpec) {RN_LOSS_MSE, 1.0, 0.5};
	spec->loss_open = true;
	rn_optim_defaults(RN_OPTIM_ADAM, &spec->optim);
	spec->optim.learning_rate = NAN;
	spec->rows.on_error = RN_ON_ERROR_SKIP;
	spec->lower_bound = -INFINITY;
	spec->upper_bound = INFINITY;
}

/*
 * What `auto` is: series taken apart (local.h), if nothing but their values is
 * to be looked at.
 */
RnMethod
rn_recipe_method(const RnTrainSpec *spec)
{
	bool		more = spec->inputs.given > 0 || spec->inputs.features != 0 || spec->rows.missing == RN_MISSING_MASK;

	return spec->recipe == RN_RECIPE_AUTO && !more ? RN_METHOD_LOCAL : RN_METHOD_WINDOWS;
}

/* The choices of method local that depend on nothing. */
static void
resolve_local(RnTrainSpec *spec)
{
	RnOptimSpec *optim = &spec->optim;

	if (spec->loss_open)
		spec->loss.kind = RN_LOSS_MAE;
	if (isnan(optim->learning_rate))
	{
		optim->learning_rate = LOCAL_RATE;
		if (optim->schedule == RN_SCHEDULE_CONSTANT)
			optim->schedule = RN_SCHEDULE_COSINE;
		if (optim->warmup_steps == 0)
			optim->warmup_steps = LOCAL_WARMUP;
	}
	if (optim->clipnorm == 0 && optim->global_clipnorm == 0)
		optim->global_clipnorm = LOCAL_CLIP;
	if (spec->members == 0)
		spec->members = LOCAL_MEMBERS;
	spec->patience = 0;
}

/* Layers are as many as there are units or dilations for. */
static void
resolve_layers(RnTrainSpec *spec)
{
	if (spec->layers == 0)
	{
		spec->layers = spec->dilations > 0 ? spec->dilations : 1;
		for (int l = 0; l < spec->layers; l++)
			spec->units[l] = DEFAULT_UNITS;
	}
	if (spec->dilations == 0)
	{
		spec->dilations = spec->layers;
		for (int l = 0; l < spec->layers; l++)
			spec->dilation[l] = 1;
	}
}

RnCellKind
rn_recipe_cell(const RnTrainSpec *spec)
{
	return spec->cell_open ? RN_CELL_GRU : spec->cell;
}

/* The choices that depend on the recipe alone. */
static void
resolve_fixed(RnTrainSpec *spec)
{
	bool		automatic = spec->recipe == RN_RECIPE_AUTO;

	spec->cell = rn_recipe_cell(spec);
	resolve_layers(spec);
	if (spec->scaler_open)
		spec->scaler = RN_SCALER_MINMAX;
	if (rn_recipe_method(spec) == RN_METHOD_LOCAL)
		resolve_local(spec);
	if (spec->members == 0)
		spec->members = 1;
	if (spec->epochs == 0 && rn_recipe_method(spec) == RN_METHOD_WINDOWS)
		spec->epochs = automatic ? AUTO_EPOCHS : DEFAULT_EPOCHS;
	if (spec->batch_size == 0 && rn_recipe_method(spec) == RN_METHOD_WINDOWS)
		spec->batch_size = DEFAULT_BATCH;
	if (isnan(spec->validation_split) && rn_recipe_method(spec) == RN_METHOD_WINDOWS)
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
	spec->loss_open = false;
}

/*
 * Season, window and horizon, from the calendar and from how many rows there
 * are (in the median, of many series): an open season of `auto` is none where the rows do not show it three
 * times; an open window takes two seasons, at most a third of the rows; an open
 * head of `auto` a season, at most a quarter of what the window leaves.
 */
static void
resolve_lengths(RnTrainSpec *spec, const RnCalendar *calendar, size_t rows)
{
	bool		automatic = spec->recipe == RN_RECIPE_AUTO;

	if (spec->season == 0)
	{
		spec->season = rn_calendar_season(calendar);
		if (automatic && rows / 3 < (size_t) spec->season)
			spec->season = 1;
	}
	if (spec->window == 0)
	{
		int64_t		window = spec->season > 1 ? 2 * (int64_t) spec->season : WINDOW_WITHOUT_SEASON;

		window = window > RN_RECIPE_LONGEST_WINDOW ? RN_RECIPE_LONGEST_WINDOW : window;
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

/* Is the season a day? */
static bool
is_day(const RnTrainSpec *spec, const RnCalendar *calendar)
{
	if (calendar->kind == RN_TIME_CIVIL)
		return rn_calendar_season(calendar) == spec->season && calendar->months == 0 && calendar->business_days == 0 &&
			calendar->step * spec->season == RN_USECS_PER_DAY;
	return spec->season == 24 || spec->season == 48 || spec->season == 96 || spec->season == 144 ||
		spec->season == 288;
}

/*
 * Sequences of method local, and how many a step of the optimiser takes: so many that it sees
 * no more numbers than a multiple of the rows.  More would show it few rows again and again.
 */
static void
resolve_sequences(RnTrainPlan *plan, size_t rows, size_t all)
{
	RnTrainSpec *spec = &plan->spec;
	size_t		numbers = (size_t) spec->window + (size_t) spec->horizon;	/* of a step of a sequence */
	size_t		most = NUMBERS_PER_ROW * (all > NUMBERS_OF_ROWS ? all : NUMBERS_OF_ROWS);
	size_t		sequences;

	plan->stride = (spec->window + WINDOW_PER_STRIDE / 2) / WINDOW_PER_STRIDE;
	plan->stride = plan->stride > 1 ? plan->stride : 1;
	plan->steps = plan->stride > 1 ? LONG_SEQUENCE : SHORT_SEQUENCE;
	if (plan->stride > 1 && rows == all && spec->outer == 0 && spec->horizon >= spec->season)
	{							/* of one series there is less to learn, and each step says much of it */
		plan->stride *= 2;
		plan->steps = SHORT_SEQUENCE;
	}
	if (spec->batch_size > 0)
		return;
	sequences = most / numbers / (size_t) plan->steps;
	sequences = sequences < DEFAULT_BATCH ? sequences : DEFAULT_BATCH;
	spec->batch_size = sequences > FEWEST_SEQUENCES ? (int) sequences : FEWEST_SEQUENCES;
}

/*
 * The same for method local.  N rows in all and so many of the median series: a
 * second season where there are two of it; a window of three seasons, or a little
 * more than the horizon; longer ones are looked at in strides.
 */
static void
resolve_local_lengths(RnTrainPlan *plan, const RnCalendar *calendar, size_t rows, size_t all)
{
	RnTrainSpec *spec = &plan->spec;
	RnLocalSpec *local = &plan->local;

	if (spec->season == 0)
	{
		spec->season = rn_calendar_season(calendar);
		if (rows / 2 < (size_t) spec->season || spec->season > LONGEST_SEASON)
			spec->season = 1;
	}
	plan->daily = is_day(spec, calendar);
	if (spec->outer < 0)		/* days come with weeks */
		spec->outer = plan->daily && rows >= 14 * (size_t) spec->season ? 7 * spec->season : 0;
	if (spec->horizon == 0)
	{
		size_t		horizon = spec->season > 1 ? (size_t) spec->season : HORIZON_WITHOUT_SEASON;

		horizon = horizon > rows / 4 ? rows / 4 : horizon;
		horizon = horizon > RN_MAX_OUTPUTS ? RN_MAX_OUTPUTS : horizon;
		spec->horizon = horizon > 1 ? (int) horizon : 1;
	}
	if (spec->window == 0)
	{
		int			seasons = spec->outer > 0 ? 2 * spec->outer : 3 * spec->season;
		int			ahead = spec->horizon + (spec->horizon + 3) / 4;

		spec->window = seasons > ahead || spec->outer > 0 ? seasons : ahead;
		if (spec->window > RN_RECIPE_LONGEST_WINDOW)
			spec->window = RN_RECIPE_LONGEST_WINDOW;
	}
	resolve_sequences(plan, rows, all);
	local->season = spec->season;
	local->outer = spec->outer;
	local->window = spec->window;
	local->lookback = SEASONS_BACK * (spec->outer > spec->season ? spec->outer : spec->season);
	if (local->lookback < FEWEST_ROWS_BACK)
		local->lookback = FEWEST_ROWS_BACK;
	if (local->lookback < spec->window + plan->stride * (plan->steps - 1) + spec->season)
		local->lookback = spec->window + plan->stride * (plan->steps - 1) + spec->season;
	if (spec->epochs == 0)
	{
		double		steps = FEWEST_STEPS * ((double) all / ROWS_OF_FEWEST);

		steps = steps < FEWEST_STEPS ? FEWEST_STEPS : steps > MOST_STEPS ? MOST_STEPS : steps;
		spec->epochs = (int) lround(steps / STEPS_PER_EPOCH);
	}
}

static RnCode
too_few(RnHost *host, size_t rows, size_t needed, const RnTrainSpec *spec)
{
	rn_fail(host, RN_TOO_FEW_ROWS, "%zu %s too few to train on, at least %zu are needed",
			rows, rows == 1 ? "row is" : "rows are", needed);
	if (rn_recipe_method(spec) == RN_METHOD_LOCAL)
		rn_fail_detail(host, "A horizon of %d needs that many.", spec->horizon);
	else
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

size_t
rn_recipe_rows(const RnTrainSpec *spec, const RnSeries *series)
{
	if (spec->train_rows > 0 && (uint64_t) spec->train_rows < series->n)
		return (size_t) spec->train_rows;
	return series->n;
}

/*
 * Share the windows of a series out: the newest validation_split of them are
 * held out, as in Keras; `auto` leaves horizon - 1 between, whose targets would
 * be both trained on and judged by.  Nothing where the rows are too few for that.
 */
RnSplit
rn_recipe_split(const RnTrainSpec *spec, size_t rows)
{
	RnSplit		split = {.windows = rn_windows_count(rows, spec->window, spec->horizon)};
	size_t		gap = 0;

	split.validation = (size_t) ((double) split.windows * spec->validation_split);
	if (split.validation > 0 && spec->recipe == RN_RECIPE_AUTO)
		gap = (size_t) spec->horizon - 1;
	if (split.windows <= split.validation + gap)
		split.validation = gap = 0;
	split.train = split.windows - split.validation - gap;
	return split;
}

/*
 * Leave out, or refuse, what is too short for a window and a horizon, or not what
 * it is said to be.
 */
static RnCode
check_series(RnHost *host, RnPanel *panel, const RnTrainSpec *spec)
{
	size_t		least = (size_t) spec->horizon + (rn_recipe_method(spec) == RN_METHOD_LOCAL ? LOCAL_ROWS_BEFORE : (size_t) spec->window);
	size_t		left = 0;

	for (size_t s = 0; s < panel->count; s++)
	{
		size_t		rows = rn_recipe_rows(spec, &panel->series[s]);
		RnCode		code;

		if (panel->series[s].n == 0)
			continue;
		code = rows < least ? too_few(host, rows, least, spec)
			: rn_inputs_check_static(host, &spec->inputs, panel, &panel->series[s]);
		if (code != RN_OK)
			RN_TRY(rn_panel_skip(host, panel, &spec->rows, s, code));
		else
			left++;
	}
	panel->failed = panel->count;
	if (left > 0)
		return RN_OK;
	rn_fail(host, RN_TOO_FEW_ROWS, "none of the %zu series can be trained on", panel->count);
	if (panel->count > 0 && panel->series[0].skipped != NULL)
		rn_fail_detail(host, "Of the first: %s", panel->series[0].skipped);
	return rn_fail_hint(host, "Option \"missing\" fills gaps and nulls; or mend the rows in the query, or set a smaller window or horizon.");
}

size_t
rn_recipe_held_out(const RnTrainSpec *spec, size_t rows)
{
	size_t		h = (size_t) spec->horizon;
	size_t		held = (size_t) ((double) rows * (isnan(spec->validation_split) ? AUTO_VALIDATION : spec->validation_split));
	size_t		least = h > (size_t) spec->season + 2 ? h : (size_t) spec->season + 2;

	if (spec->validation_split == 0)
		return 0;
	if (isnan(spec->validation_split) && held < 2 * h)
		held = 2 * h;
	if (held + least > rows)
		held = h;
	return held >= h && held + least <= rows ? held : 0;
}

/* The same for method local: the samples of an epoch, and the origins held out. */
static RnCode
split_local(RnHost *host, RnTrainPlan *plan, const RnPanel *panel, bool asked)
{
	plan->train_windows = STEPS_PER_EPOCH * (size_t) plan->spec.batch_size;
	for (size_t s = 0; s < panel->count; s++)
	{
		size_t		rows = rn_recipe_rows(&plan->spec, &panel->series[s]);
		size_t		held = panel->series[s].n > 0 ? rn_recipe_held_out(&plan->spec, rows) : 0;

		if (panel->series[s].n == 0)
			continue;
		plan->series++;
		plan->rows += rows;
		if (held > 0)
			plan->validation_windows += held - (size_t) plan->spec.horizon + 1;
	}
	if (asked && plan->spec.validation_split > 0 && plan->validation_windows == 0)
	{
		rn_fail(host, RN_TOO_FEW_ROWS, "validation_split %g cannot be held out of %zu row%s",
				plan->spec.validation_split, plan->rows, plan->rows == 1 ? "" : "s");
		return rn_fail_hint(host, "Give more rows, or another validation_split, or 0.");
	}
	return RN_OK;
}

/* Windows of all series; asked: the user wants some held out. */
static RnCode
split_windows(RnHost *host, RnTrainPlan *plan, const RnPanel *panel, bool asked)
{
	size_t		windows = 0;

	plan->rows = plan->series = plan->train_windows = plan->validation_windows = 0;
	for (size_t s = 0; s < panel->count; s++)
	{
		size_t		rows = rn_recipe_rows(&plan->spec, &panel->series[s]);
		RnSplit		split = rn_recipe_split(&plan->spec, rows);

		if (panel->series[s].n == 0)
			continue;
		plan->series++;
		plan->rows += rows;
		plan->train_windows += split.train;
		plan->validation_windows += split.validation;
		windows += split.windows;
	}
	if (plan->spec.validation_split == 0 || plan->validation_windows > 0)
		return RN_OK;
	if (asked)
	{
		rn_fail(host, RN_TOO_FEW_ROWS, "validation_split %g cannot be held out of %zu window%s",
				plan->spec.validation_split, windows, windows == 1 ? "" : "s");
		return rn_fail_hint(host, "Give more rows, or another validation_split, or 0.");
	}
	hold_nothing_out(&plan->spec);
	return RN_OK;
}

static void
plan_network(RnTrainPlan *plan)
{
	const RnTrainSpec *spec = &plan->spec;
	RnNetworkSpec *network = &plan->network;

	memset(network, 0, sizeof(*network));
	network->inputs = plan->method == RN_METHOD_LOCAL ? rn_local_inputs(&plan->local) : rn_inputs_size(&spec->inputs);
	network->outputs = spec->horizon;
	network->layers = spec->layers;
	network->return_sequences = network->skip = plan->method == RN_METHOD_LOCAL;
	network->residual = spec->residual;
	for (int l = 0; l < spec->layers; l++)
		network->layer[l] = (RnLayerSpec) {
			.kind = spec->cell,
			.units = spec->units[l],
			.activation = spec->activation,
			.reset_after = spec->reset_after,
			.input_dropout = spec->input_dropout,
			.recurrent_dropout = spec->recurrent_dropout,
			.dropout = spec->dropout,
			.dilation = spec->dilation[l]
		};
}

static void
plan_fit(RnTrainPlan *plan)
{
	const RnTrainSpec *spec = &plan->spec;

	bool		local = plan->method == RN_METHOD_LOCAL;

	plan->fit = (RnFitSpec) {
		.epochs = spec->epochs,
		.batch_size = spec->batch_size,
		.window = local ? plan->steps : spec->window,
		.shuffle = spec->shuffle && !local,
		.fresh = local,
		.source_learns = local && spec->smoothing == RN_RECIPE_SMOOTHING_LEARNT,
		.patience = plan->validation_windows > 0 ? spec->patience : 0,
		.seed = spec->seed,
		.network = 1,
		.networks = 1,
		.loss = spec->loss,
		.optim = spec->optim
	};
}

size_t
rn_recipe_tail_rows(const RnTrainPlan *plan)
{
	size_t		most = (size_t) (plan->method == RN_METHOD_LOCAL ? plan->local.lookback : plan->spec.window);

	return plan->all_rows / most < plan->series ? plan->all_rows : plan->series * most;
}

/* What a model of the panel holds beside its weights, and the training's lists of series. */
static size_t
model_bytes(const RnTrainPlan *plan)
{
	size_t		row = sizeof(double) + 1 + (size_t) plan->spec.inputs.given * sizeof(float);
	size_t		learnt = plan->fit.source_learns ? (plan->series + 1) * (size_t) plan->spec.members * sizeof(rn_real) : 0;
	size_t		tail = 0;

	if (__builtin_mul_overflow(rn_recipe_tail_rows(plan), row, &tail))
		return SIZE_MAX / 4;
	return tail + learnt + plan->series * (sizeof(RnModelSeries) + 2 * sizeof(RnSampleSeries));
}

static size_t
plan_bytes(const RnTrainPlan *plan)
{
	size_t		weights = (size_t) plan->spec.members * rn_network_size(&plan->network) * sizeof(rn_real);
	size_t		sum = plan->method == RN_METHOD_LOCAL ? rn_train_local_bytes(plan) : rn_fit_bytes(&plan->fit, &plan->network, plan->train_windows);
	size_t		judge = plan->method == RN_METHOD_LOCAL ? 0 : rn_judge_bytes(plan);

	/* what is held out is forecast after the fit's memory is given back */
	sum = plan->validation_windows > 0 && judge > sum ? judge : sum;
	if (__builtin_add_overflow(sum, 2 * weights + model_bytes(plan), &sum))
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

static int
compare(const void *a, const void *b)
{
	size_t		x = *(const size_t *) a;
	size_t		y = *(const size_t *) b;

	return (x > y) - (x < y);
}

/* The median of the rows of the series, which settles what is open, and their sum. */
static RnCode
median_rows(RnHost *host, const RnTrainSpec *spec, const RnPanel *panel, size_t *median, size_t *sum)
{
	size_t	   *rows;
	size_t		n = 0;

	RN_TRY(rn_alloc(host, panel->count, sizeof(size_t), (void **) &rows));
	for (size_t s = 0; s < panel->count; s++)
		if (panel->series[s].n > 0)
			*sum += rows[n++] = rn_recipe_rows(spec, &panel->series[s]);
	qsort(rows, n, sizeof(size_t), compare);
	*median = n > 0 ? rows[n / 2] : 0;
	rn_free(host, rows);
	return RN_OK;
}

/* A state cannot follow from one before the first step. */
static RnCode
check_dilations(RnHost *host, const RnTrainPlan *plan)
{
	const RnTrainSpec *spec = &plan->spec;
	bool		local = plan->method == RN_METHOD_LOCAL;
	int			steps = local ? plan->steps : spec->window;

	if (spec->dilations != spec->layers)
		return rn_fail(host, RN_INVALID_OPTION, "%d dilations do not fit %d layers", spec->dilations, spec->layers);
	for (int l = 0; l < spec->layers; l++)
	{
		if (spec->dilation[l] <= steps)
			continue;
		if (local)
		{
			rn_fail(host, RN_INVALID_OPTION, "dilation %d is longer than a sequence of %d steps", spec->dilation[l], steps);
			rn_fail_detail(host, "Recipe auto trains on sequences of %d windows, each %d row%s after the last, and dilations count those.",
						   steps, plan->stride, plan->stride == 1 ? "" : "s");
			return rn_fail_hint(host, "Give dilations of at most %d, or use recipe plain, where they count the steps of a window.", steps);
		}
		rn_fail(host, RN_INVALID_OPTION, "dilation %d is longer than a window of %d step%s",
				spec->dilation[l], steps, steps == 1 ? "" : "s");
		return rn_fail_hint(host, "Set a window of at least %d, or smaller dilations.", spec->dilation[l]);
	}
	return RN_OK;
}

/* What the network looks at: which columns, and how far ahead. */
static RnCode
resolve_inputs(RnHost *host, RnTrainSpec *spec, const RnPanel *panel)
{
	spec->inputs.masked = spec->rows.missing == RN_MISSING_MASK;
	spec->inputs.horizon = spec->horizon;
	if (spec->inputs.features != 0 && panel->kind != RN_TIME_CIVIL)
	{
		rn_fail(host, RN_INVALID_OPTION, "calendar_features need dates or timestamps, not integers, as time");
		return rn_fail_hint(host, "Leave them out, or use a time column of type date or timestamp.");
	}
	if (spec->window < spec->horizon &&
		(rn_inputs_need_future(&spec->inputs) || spec->inputs.features != 0))
	{
		rn_fail(host, RN_INVALID_OPTION, "window %d is shorter than horizon %d", spec->window, spec->horizon);
		rn_fail_detail(host, "The network sees what is known ahead through its window.");
		return rn_fail_hint(host, "Set a window of at least %d, or a smaller horizon.", spec->horizon);
	}
	return RN_OK;
}

RnCode
rn_recipe_plan(RnHost *host, const RnTrainSpec *spec, RnPanel *panel, RnTrainPlan *plan)
{
	size_t		rows;
	size_t		all = 0;

	memset(plan, 0, sizeof(*plan));
	panel->failed = panel->count;
	plan->spec = *spec;
	plan->season_said = spec->season != 0 && !spec->season_kept;
	plan->method = rn_recipe_method(spec);
	plan->all_rows = panel->rows;
	plan->local.lambda = 1;
	resolve_fixed(&plan->spec);
	if (plan->method == RN_METHOD_WINDOWS && plan->spec.members > 1)
	{
		rn_fail(host, RN_INVALID_OPTION, "an ensemble of %d networks is more than this recipe trains", plan->spec.members);
		return rn_fail_hint(host, "Leave out option \"ensemble\": it is for recipe auto, without covariates, calendar features and masked values.");
	}
	RN_TRY(median_rows(host, spec, panel, &rows, &all));
	if (plan->method == RN_METHOD_LOCAL)
		resolve_local_lengths(plan, &panel->calendar, rows, all);
	else
		resolve_lengths(&plan->spec, &panel->calendar, rows);
	if (plan->spec.window > RN_MAX_WINDOW)
		return rn_fail(host, RN_INVALID_OPTION, "window %d is outside of 1 .. %d",
					   plan->spec.window, RN_MAX_WINDOW);
	if (plan->method == RN_METHOD_LOCAL && plan->spec.window >= RN_MAX_UNITS)
	{
		rn_fail(host, RN_INVALID_OPTION, "window %d is outside of 1 .. %d", plan->spec.window, RN_MAX_UNITS - 1);
		return rn_fail_hint(host, "That is the most that recipe auto looks at; recipe plain has longer ones.");
	}
	RN_TRY(check_dilations(host, plan));
	RN_TRY(resolve_inputs(host, &plan->spec, panel));
	RN_TRY(check_optimizer(host, &plan->spec.optim));
	RN_TRY(check_series(host, panel, &plan->spec));
	if (plan->method == RN_METHOD_LOCAL)
	{
		RN_TRY(rn_recipe_resolve_transform(host, plan, panel));
		RN_TRY(split_local(host, plan, panel, !isnan(spec->validation_split)));
	}
	else
		RN_TRY(split_windows(host, plan, panel, !isnan(spec->validation_split)));
	plan_network(plan);
	RN_TRY(rn_network_check(host, &plan->network));
	plan_fit(plan);
	plan->bytes = plan_bytes(plan);
	return RN_OK;
}

/* Which windows of a series belong to a part: how many, and which is first. */
static size_t
part_windows(const RnTrainSpec *spec, RnPart part, const RnSplit *split, size_t *first)
{
	size_t		seen = spec->recipe == RN_RECIPE_PLAIN ? (size_t) spec->horizon - 1 : 0;

	*first = 0;
	if (part == RN_PART_TRAIN)
		return split->train;
	*first = split->windows - split->validation;
	if (part == RN_PART_VALIDATION)
		return split->validation;
	*first += seen;
	return split->validation > seen ? split->validation - seen : 0;
}

RnCode
rn_recipe_samples(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnModel *model,
				  RnPart part, RnSamples *samples)
{
	const RnTrainSpec *spec = &plan->spec;
	bool		judges = part != RN_PART_TRAIN && spec->rows.missing != RN_MISSING_ZERO;
	size_t		m = 0;

	*samples = (RnSamples) {
		.inputs = &model->inputs,.window = spec->window,.horizon = spec->horizon,
		.rows = {panel->value, judges || model->inputs.masked ? panel->missing : NULL, panel->covariate}
	};
	RN_TRY(rn_alloc(host, model->count, sizeof(RnSampleSeries), (void **) &samples->series));
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];
		size_t		rows = rn_recipe_rows(spec, series);
		RnSplit		split = rn_recipe_split(spec, rows);
		size_t		first;
		size_t		n = part_windows(spec, part, &split, &first);
		const RnModelSeries *of = &model->series[m];

		if (series->n == 0)
			continue;
		m++;
		if (n == 0)
			continue;
		samples->series[samples->count++] = (RnSampleSeries) {
			samples->n,
			{series->first + first, series->first, series->first + rows, rn_model_transform(model, of), of->base_season, NULL}
		};
		samples->n += n;
	}
	return RN_OK;
}
