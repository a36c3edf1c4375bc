/*
 * train.c
 *		The training of a model, as planned by the recipe.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/judge.h"
#include "model/samples.h"
#include "model/train_local.h"

/* That are looked up between two polls. */
#define SERIES_PER_POLL ((size_t) 1024)

/* What a training works with. */
typedef struct Run
{
	RnHost	   *host;
	const RnTrainPlan *plan;
	RnPanel    *panel;
	RnModel    *model;
} Run;

/* Holidays, and what they and the calendar make of every row. */
static RnCode
fill_calendar(Run *run, const int32_t *holiday, size_t holidays)
{
	RnModel    *model = run->model;

	if (holidays > 0)
	{
		RN_TRY(rn_alloc(run->host, holidays, sizeof(int32_t), (void **) &model->holiday));
		memcpy(model->holiday, holiday, holidays * sizeof(int32_t));
		model->holidays = holidays;
	}
	return rn_inputs_fill_calendar(run->host, &model->inputs, run->panel, holiday, holidays);
}

/* Rows of a series that training windows see. */
static size_t
rows_seen(const RnTrainSpec *spec, const RnSeries *series)
{
	RnSplit		split = rn_recipe_split(spec, rn_recipe_rows(spec, series));

	return series->n == 0 ? 0 : split.train + (size_t) spec->window + (size_t) spec->horizon - 1;
}

/* Scalers of covariates, from the same rows as those of values. */
static RnCode
fit_covariates(Run *run)
{
	const RnPanel *panel = run->panel;
	size_t	   *rows;
	RnCode		code;

	if (run->model->inputs.given == 0)
		return RN_OK;
	RN_TRY(rn_alloc(run->host, panel->count, sizeof(size_t), (void **) &rows));
	for (size_t s = 0; s < panel->count; s++)
		rows[s] = rows_seen(&run->plan->spec, &panel->series[s]);
	code = rn_inputs_fit(run->host, &run->model->inputs, panel, rows);
	rn_free(run->host, rows);
	return code;
}

/* Series that are taken apart have nothing of their own but their tails. */
static RnCode
list_series(Run *run)
{
	RnModel    *model = run->model;

	RN_TRY(rn_alloc(run->host, run->plan->series, sizeof(RnModelSeries), (void **) &model->series));
	for (size_t s = 0; s < run->panel->count; s++)
		if (run->panel->series[s].n > 0)
			model->series[model->count++] = (RnModelSeries) {.scale = 1,.anchor_day = run->panel->series[s].anchor_day};
	return rn_model_create_smoothing(run->host, model);
}

/* Scalers from the rows that training windows see, and base seasons. */
static RnCode
fit_series(Run *run)
{
	const RnTrainSpec *spec = &run->plan->spec;
	RnModel    *model = run->model;

	if (model->method == RN_METHOD_LOCAL)
		return list_series(run);
	RN_TRY(rn_alloc(run->host, run->plan->series, sizeof(RnModelSeries), (void **) &model->series));
	for (size_t s = 0; s < run->panel->count; s++)
	{
		const RnSeries *series = &run->panel->series[s];
		size_t		rows = rn_recipe_rows(spec, series);
		RnTransform transform;

		if (series->n == 0)
			continue;
		RN_TRY(rn_transform_fit(run->host, spec->scaler, run->panel->value + series->first,
								rows_seen(spec, series), &transform));
		model->series[model->count++] = (RnModelSeries) {
			.shift = transform.shift,.scale = transform.scale,.anchor_day = series->anchor_day,
			.base_season = rn_model_base_season(model, rows, run->plan->season_said)
		};
	}
	return fit_covariates(run);
}

/* Do the weights of one network mean the same in the other? */
static bool
same_shape(const RnNetworkSpec *a, const RnNetworkSpec *b)
{
	if (a->layers != b->layers || a->inputs != b->inputs || a->outputs != b->outputs ||
		a->return_sequences != b->return_sequences || a->skip != b->skip || a->residual != b->residual)
		return false;
	for (int l = 0; l < a->layers; l++)
		if (a->layer[l].kind != b->layer[l].kind || a->layer[l].units != b->layer[l].units ||
			a->layer[l].reset_after != b->layer[l].reset_after || a->layer[l].dilation != b->layer[l].dilation)
			return false;
	return true;
}

/* Can a training of plan go on from the weights of warm? */
static RnCode
check_shape(RnHost *host, const RnTrainPlan *plan, const RnModel *warm)
{
	if (same_shape(&plan->network, &warm->network.spec) && warm->members == plan->spec.members)
		return RN_OK;
	rn_fail(host, RN_INVALID_OPTION, "the network to continue from has another shape");
	return rn_fail_hint(host, "Train it anew: mode => 'cold'.");
}

/* Weights to start from: drawn, or those of a model trained before. */
static RnCode
start_weights(Run *run, const RnModel *warm)
{
	const RnTrainPlan *plan = run->plan;
	RnNetwork  *network = &run->model->network;

	if (warm != NULL)
		RN_TRY(check_shape(run->host, plan, warm));
	RN_TRY(rn_model_create_networks(run->host, &plan->network, run->model));
	if (plan->method == RN_METHOD_LOCAL)
		return RN_OK;
	if (warm == NULL)
	{
		RN_TRY(rn_network_init(run->host, network, plan->spec.seed));
		if (run->model->relative)
			rn_network_clear_head(network);
		return RN_OK;
	}
	memcpy(network->weights, warm->network.weights, network->size * sizeof(rn_real));
	return RN_OK;
}

static RnCode
fit(Run *run, RnFitLog *log)
{
	const RnTrainPlan *plan = run->plan;
	RnSamples	oldest = {0};
	RnSamples	newest = {0};
	RnCode		code = rn_recipe_samples(run->host, plan, run->panel, run->model, RN_PART_TRAIN, &oldest);

	if (code == RN_OK && plan->validation_windows > 0)
		code = rn_recipe_samples(run->host, plan, run->panel, run->model, RN_PART_VALIDATION, &newest);
	if (code == RN_OK)
	{
		RnDataset	train = {.n = oldest.n,.source = &oldest,.gather = rn_samples_gather};
		RnDataset	validation = {.n = newest.n,.source = &newest,.gather = rn_samples_gather};

		code = rn_fit(run->host, &plan->fit, &run->model->network, &train,
					  newest.n > 0 ? &validation : NULL, log);
	}
	rn_free(run->host, oldest.series);
	rn_free(run->host, newest.series);
	return code;
}

/* Fit, and judge. */
static RnCode
fit_windows(Run *run, RnTrainReport *report)
{
	RN_TRY(fit(run, &report->log));
	return rn_judge(run->host, run->plan, run->panel, run->model, report);
}

/* What the plan fixes of the model. */
static void
shape_model(const RnTrainPlan *plan, const RnPanel *panel, RnModel *model)
{
	const RnTrainSpec *spec = &plan->spec;

	memset(model, 0, sizeof(*model));
	model->inputs = spec->inputs;
	model->scaler = spec->scaler;
	model->calendar = panel->calendar;
	model->window = spec->window;
	model->season = spec->season;
	model->relative = spec->recipe == RN_RECIPE_AUTO && plan->method == RN_METHOD_WINDOWS;
	model->method = plan->method;
	model->local = plan->local;
	model->members = spec->members;
	model->second_members = plan->second_members;
	model->learnt = plan->fit.source_learns;
	rn_model_second(model);
	model->steps = plan->steps;
	model->stride = plan->stride;
	model->share = 1;
	model->naive_share = 0;
	model->rows = spec->rows;
	model->rows.frequency = panel->calendar;
	model->lower_bound = spec->lower_bound;
	model->upper_bound = spec->upper_bound;
}

/* The names of all series, one after the other. */
static RnCode
keep_keys(Run *run)
{
	RnModel    *model = run->model;
	const RnPanel *panel = run->panel;
	size_t		m = 0;
	size_t		at = 0;

	for (size_t s = 0; s < panel->count; s++)
		if (panel->series[s].n > 0 && panel->series[s].key != NULL)
			model->keys_size += strlen(panel->series[s].key) + 1;
	if (model->keys_size == 0)
		return RN_OK;
	RN_TRY(rn_alloc(run->host, model->keys_size, 1, (void **) &model->keys));
	for (size_t s = 0; s < panel->count; s++)
	{
		size_t		size;

		if (panel->series[s].n == 0)
			continue;
		/* lint: some series had a key above, so all have one */
		size = strlen(panel->series[s].key) + 1;
		model->series[m++].key = memcpy(model->keys + at, panel->series[s].key, size);
		at += size;
	}
	return RN_OK;
}

/* The newest rows of a series of the panel, trained on or not, as tail m. */
static RnCode
keep_tail(Run *run, const RnSeries *series, size_t m)
{
	RnModel    *model = run->model;
	size_t		T = model->series[m].rows;
	size_t		at = model->series[m].tail;
	size_t		from = series->first + series->n - T;
	size_t		C = (size_t) run->panel->columns;
	size_t		given = (size_t) model->inputs.given;

	memcpy(model->tail + at, run->panel->value + from, T * sizeof(double));
	if (model->tail_missing != NULL)
		memcpy(model->tail_missing + at, run->panel->missing + from, T);
	for (size_t t = 0; t < T && given > 0; t++)
		memcpy(model->tail_covariate + (at + t) * given, run->panel->covariate + (from + t) * C,
			   given * sizeof(float));
	return rn_panel_time(run->host, run->panel, series, series->n - 1, &model->series[m].last_time);
}

/* Where forecasts start. */
static RnCode
keep_tails(Run *run)
{
	RnModel    *model = run->model;
	size_t		rows;
	size_t		m = 0;

	for (size_t s = 0; s < run->panel->count; s++)
		if (run->panel->series[s].n > 0)
		{
			model->series[m].rows = rn_model_kept_rows(model, run->panel->series[s].n);
			model->series[m].tail = model->tail_rows;
			model->tail_rows += model->series[m++].rows;
		}
	rows = model->tail_rows;
	m = 0;
	RN_TRY(rn_alloc(run->host, rows, sizeof(double), (void **) &model->tail));
	if (model->inputs.masked)
		RN_TRY(rn_alloc(run->host, rows, 1, (void **) &model->tail_missing));
	if (model->inputs.given > 0)
		RN_TRY(rn_alloc(run->host, rows * (size_t) model->inputs.given, sizeof(float),
						(void **) &model->tail_covariate));
	for (size_t s = 0; s < run->panel->count; s++)
		if (run->panel->series[s].n > 0)
			RN_TRY(keep_tail(run, &run->panel->series[s], m++));
	return keep_keys(run);
}

/* ---- networks that can be fitted apart ---- */

size_t
rn_fits_count(const RnTrainPlan *plan)
{
	return plan->method == RN_METHOD_LOCAL ? rn_train_local_kept(plan) + rn_train_local_trials(plan) : 1;
}

size_t
rn_fits_trials(const RnTrainPlan *plan)
{
	return rn_train_local_trials(plan);
}

/* Over an arena without a block this only measures. */
static void
fits_lay_out(const RnTrainPlan *plan, RnArena *arena, RnFits *fits)
{
	*fits = (RnFits) {
		.count = rn_fits_count(plan),.size = rn_network_size(&plan->network),.epochs = plan->spec.epochs
	};
	fits->weights = rn_arena_take(arena, fits->count * fits->size, sizeof(rn_real));
	if (plan->fit.source_learns)
		fits->smoothing = rn_arena_take(arena, plan->series * fits->count, sizeof(rn_real));
	fits->loss = rn_arena_take(arena, (size_t) fits->epochs, sizeof(double));
	fits->spread = rn_arena_take(arena, 2, sizeof(*fits->spread));
	fits->trial = rn_arena_take(arena, 1, rn_train_local_trial_bytes(plan));
}

size_t
rn_fits_bytes(const RnTrainPlan *plan)
{
	RnArena		arena = {0};
	RnFits		fits;

	fits_lay_out(plan, &arena, &fits);
	return rn_arena_bytes(&arena);
}

void
rn_fits_place(const RnTrainPlan *plan, void *block, RnFits *fits)
{
	RnArena		arena;

	rn_arena_place(&arena, block);
	fits_lay_out(plan, &arena, fits);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp((*(const RnModelSeries *const *) a)->key, (*(const RnModelSeries *const *) b)->key);
}

/* The series of a model [S] in the order of their keys, if they have any. */
static RnCode
sort_series(RnHost *host, const RnModel *model, const RnModelSeries ***sorted)
{
	RN_TRY(rn_alloc(host, model->count, sizeof(**sorted), (void **) sorted));
	for (size_t s = 0; s < model->count; s++)
		(*sorted)[s] = &model->series[s];
	if (model->keys != NULL)
		qsort((void *) *sorted, model->count, sizeof(**sorted), compare_keys);
	return RN_OK;
}

/* The series of that key among them; NULL: there is none. */
static const RnModelSeries *
find_series(const RnModel *model, const RnModelSeries **sorted, const char *key)
{
	RnModelSeries wanted = {.key = key};
	const RnModelSeries *at = &wanted;
	const RnModelSeries **found;

	if (key == NULL || model->keys == NULL)
		return key == NULL && model->keys == NULL ? sorted[0] : NULL;
	found = bsearch(&at, sorted, model->count, sizeof(*sorted), compare_keys);
	return found != NULL ? *found : NULL;
}

/* What the networks of warm, whose series are sorted, learnt of the levels of those of the panel. */
static RnCode
find_smoothing(RnHost *host, const RnPanel *panel, const RnModel *warm, const RnModelSeries **sorted,
			   size_t members, const RnFits *fits)
{
	rn_real    *faster = fits->smoothing;

	for (size_t s = 0; s < panel->count; s++)
	{
		const RnModelSeries *found;
		const rn_real *before;

		if (s % SERIES_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		if (panel->series[s].n == 0)
			continue;
		found = find_series(warm, sorted, panel->series[s].key);
		before = rn_model_faster(warm, found != NULL ? (size_t) (found - warm->series) : warm->count);
		for (size_t i = 0; i < members; i++)
			faster[i] = before != NULL ? before[i] : 0;
		faster += fits->count;
	}
	return RN_OK;
}

static RnCode
warm_smoothing(RnHost *host, const RnPanel *panel, const RnModel *warm, size_t members, const RnFits *fits)
{
	const RnModelSeries **sorted;
	RnCode		code;

	RN_TRY(sort_series(host, warm, &sorted));
	code = find_smoothing(host, panel, warm, sorted, members, fits);
	rn_free(host, (void *) sorted);
	return code;
}

RnCode
rn_fits_warm(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnModel *warm, RnFits *fits)
{
	RN_TRY(check_shape(host, plan, warm));
	fits->warm = true;
	memcpy(fits->weights, warm->network.weights, (size_t) plan->spec.members * fits->size * sizeof(rn_real));
	return fits->smoothing == NULL ? RN_OK : warm_smoothing(host, panel, warm, (size_t) plan->spec.members, fits);
}

RnCode
rn_fits_fit(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits)
{
	return rn_train_local_fit(host, plan, panel, fits);
}

RnCode
rn_fits_try(RnHost *host, const RnTrainPlan *plan, const RnPanel *panel, const RnFits *fits)
{
	return rn_train_local_try(host, plan, panel, fits);
}

/* What one process has given itself. */
typedef struct Queue
{
	size_t		network;
	size_t		part;
} Queue;

static size_t
next_network(void *queue)
{
	return ((Queue *) queue)->network++;
}

static size_t
next_part(void *queue)
{
	return ((Queue *) queue)->part++;
}

/* All of them, one after the other. */
static RnCode
fit_alone(Run *run, const RnModel *warm, RnTrainReport *report)
{
	RnFits		fits;
	Queue		queue = {0};
	RnArena		arena = {0};
	RnCode		code;

	fits_lay_out(run->plan, &arena, &fits);
	RN_TRY(rn_arena_allocate(run->host, &arena));
	fits_lay_out(run->plan, &arena, &fits);
	fits.next_network = next_network;
	fits.next_part = next_part;
	fits.queue = &queue;
	code = warm != NULL ? rn_fits_warm(run->host, run->plan, run->panel, warm, &fits) : RN_OK;
	if (code == RN_OK)
		code = rn_train_local(run->host, run->plan, run->panel, &fits, run->model, report);
	rn_arena_free(run->host, &arena);
	return code;
}

static RnCode
fit_local(Run *run, const RnModel *warm, const RnFits *fits, RnTrainReport *report)
{
	if (fits == NULL)
		return fit_alone(run, warm, report);
	return rn_train_local(run->host, run->plan, run->panel, fits, run->model, report);
}

RnCode
rn_recipe_train(RnHost *host, const RnTrainPlan *plan, RnPanel *panel,
				const int32_t *holiday, size_t holidays,
				const RnModel *warm, const RnFits *fits, RnModel *model, RnTrainReport *report)
{
	Run			run = {.host = host,.plan = plan,.panel = panel,.model = model};
	RnCode		code;

	shape_model(plan, panel, model);
	memset(report, 0, sizeof(*report));
	code = fill_calendar(&run, holiday, holidays);
	if (code == RN_OK)
		code = fit_series(&run);
	if (code == RN_OK)
		code = start_weights(&run, warm);
	if (code == RN_OK)
		code = plan->method == RN_METHOD_LOCAL ? fit_local(&run, warm, fits, report) : fit_windows(&run, report);
	if (code == RN_OK)
		code = keep_tails(&run);
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
