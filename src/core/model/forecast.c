/*
 * forecast.c
 *		Forecasts of any length, and one step ahead along a history.
 *
 * The head predicts O steps at once.  Beyond them the window moves on over
 * its own predictions, O at a time.
 */
#include "model/forecast.h"

#include <math.h>
#include <string.h>

#include "model/outlook.h"
#include "model/samples.h"

/* Outputs that rn_predict keeps at a time. */
#define PREDICT_OUTPUTS 262144

/*
 * What a forecast works with.  path is the scaled values of each window,
 * followed by the forecasts: [T + steps][B].
 */
typedef struct Run
{
	RnHost	   *host;
	const RnModel *model;
	const RnRows *rows;
	const RnView *view;
	int			B;
	int			steps;
	rn_real    *path;
	RnTape	   *tape;
} Run;

/* The scaled values of the windows. */
static void
load_path(Run *run)
{
	RnInputs	values_only = {0};

	rn_inputs_values(&values_only, run->rows, run->view, run->model->window, run->B, run->path);
}

/* The windows, done steps on, as the network sees them. */
static void
load_inputs(Run *run, int done)
{
	const RnInputs *inputs = &run->model->inputs;
	size_t		I = (size_t) rn_inputs_size(inputs);
	size_t		B = (size_t) run->B;
	size_t		n = (size_t) run->model->window * B;
	const rn_real *from = run->path + (size_t) done * B;
	rn_real    *x = rn_tape_input(run->tape);

	for (size_t i = 0; i < n; i++)
		x[i * I] = from[i];
	rn_inputs_centre(inputs, run->view, run->model->window, run->B, x);
	rn_inputs_others(inputs, run->rows, run->view, (size_t) done, run->model->window, run->B, x);
}

/* Predictions y [B][O], relative to the window's values, to steps of the path. */
static void
put_path(Run *run, int done, int count, const rn_real *y)
{
	size_t		O = (size_t) run->model->network.spec.outputs;
	size_t		B = (size_t) run->B;
	size_t		next = (size_t) (run->model->window + done);

	for (size_t b = 0; b < B; b++)
	{
		size_t		m = (size_t) run->view[b].base_season;

		for (size_t k = 0; k < (size_t) count; k++)
			run->path[(next + k) * B + b] = y[b * O + k]
				+ (m > 0 ? run->path[(next - m + k % m) * B + b] : 0);
	}
}

static RnCode
run_forecast(Run *run)
{
	const RnNetwork *network = &run->model->network;
	int			O = network->spec.outputs;

	load_path(run);
	for (int done = 0; done < run->steps; done += O)
	{
		int			count = run->steps - done < O ? run->steps - done : O;

		load_inputs(run, done);
		RN_TRY(rn_network_forward(run->host, network, run->tape, run->B, 0, 0));
		put_path(run, done, count, rn_tape_output(run->tape));
	}
	return RN_OK;
}

RnCode
rn_forecast_scaled(RnHost *host, const RnModel *model, const RnRows *rows, const RnView *view,
				   int B, int steps, rn_real *forecast)
{
	Run			run = {host, model, rows, view, B, steps, NULL, NULL};
	size_t		T = (size_t) model->window;
	RnCode		code;

	code = rn_alloc(host, (T + (size_t) steps) * (size_t) B, sizeof(rn_real), (void **) &run.path);
	if (code == RN_OK)
		code = rn_tape_create(host, &model->network.spec, model->window, B, false, &run.tape);
	if (code == RN_OK)
		code = run_forecast(&run);
	for (size_t b = 0; code == RN_OK && b < (size_t) B; b++)
		for (size_t k = 0; k < (size_t) steps; k++)
			forecast[b * (size_t) steps + k] = run.path[(T + k) * (size_t) B + b];
	rn_tape_free(host, run.tape);
	rn_free(host, run.path);
	return code;
}

RnOrigin
rn_forecast_tail(const RnModel *model, size_t s)
{
	const RnModelSeries *series = &model->series[s];
	size_t		row = series->tail;
	size_t		given = (size_t) model->inputs.given;

	return (RnOrigin) {
		.value = model->tail + row,
		.n = series->rows,
		.missing = model->tail_missing != NULL ? model->tail_missing + row : NULL,
		.covariate = model->tail_covariate != NULL ? model->tail_covariate + row * given : NULL,
		.stride = given,
		.last_time = series->last_time,
		.calendar = rn_model_calendar(model, series),
		.transform = rn_model_transform(model, series),
		.base_season = series->base_season,
		.faster = rn_model_faster(model, s)
	};
}

int
rn_forecast_usual(const RnModel *model)
{
	int			outputs = model->network.spec.outputs;

	return outputs > 1 || rn_inputs_end_early(&model->inputs) ? outputs : model->season;
}

int
rn_forecast_ahead(const RnModel *model, int steps)
{
	int			O = model->network.spec.outputs;

	return (steps + O - 1) / O * O;
}

/*
 * Rows of B origins one after the other, each of T rows and, where there are
 * covariates, those ahead.
 */
typedef struct Stage
{
	RnArena		arena;
	double	   *value;
	unsigned char *missing;
	float	   *covariate;
	RnView		view[RN_FIT_PART];
	rn_real    *scaled;			/* [B][steps] */
} Stage;

/* Rows of an origin on the stage. */
static size_t
stage_rows(const RnModel *model, int steps)
{
	return (size_t) model->window + (rn_inputs_columns(&model->inputs) > 0 ? (size_t) rn_forecast_ahead(model, steps) : 0);
}

static void
stage_layout(Stage *stage, const RnModel *model, int B, int steps)
{
	size_t		rows = stage_rows(model, steps) * (size_t) B;
	size_t		C = (size_t) rn_inputs_columns(&model->inputs);

	stage->value = rn_arena_take(&stage->arena, rows, sizeof(double));
	stage->missing = model->inputs.masked ? rn_arena_take(&stage->arena, rows, 1) : NULL;
	stage->covariate = C > 0 ? rn_arena_take(&stage->arena, rows * C, sizeof(float)) : NULL;
	stage->scaled = rn_arena_take(&stage->arena, (size_t) B * (size_t) steps, sizeof(rn_real));
}

/* The covariates of row i, counted from the first of the window. */
static void
stage_given(const RnModel *model, const RnOrigin *origin, size_t i, float *row)
{
	size_t		T = (size_t) model->window;
	size_t		given = (size_t) model->inputs.given;
	const float *last = origin->covariate + (T - 1) * origin->stride;

	for (size_t c = 0; c < given; c++)
		if (i < T)
			row[c] = origin->covariate[i * origin->stride + c];
		else if (model->inputs.covariate[c].kind == RN_COVARIATE_KNOWN)
			row[c] = origin->future[(i - T) * given + c];
		else
			row[c] = last[c];
}

/* Put origin b on the stage. */
static RnCode
stage_origin(RnHost *host, const RnModel *model, const RnOrigin *origin, int b, int steps, Stage *stage)
{
	size_t		T = (size_t) model->window;
	size_t		rows = stage_rows(model, steps);
	size_t		first = rows * (size_t) b;
	size_t		C = (size_t) rn_inputs_columns(&model->inputs);
	size_t		given = (size_t) model->inputs.given;

	memcpy(stage->value + first, origin->value, T * sizeof(double));
	if (stage->missing != NULL && origin->missing != NULL)
		memcpy(stage->missing + first, origin->missing, T);
	else if (stage->missing != NULL)
		memset(stage->missing + first, 0, T);
	for (size_t i = 0; i < rows && C > 0; i++)
	{
		float	   *row = stage->covariate + (first + i) * C;
		int64_t		time;
		RnCode		code;

		if (given > 0)
			stage_given(model, origin, i, row);
		if (model->inputs.features == 0)
			continue;
		code = rn_calendar_add(host, &origin->calendar, origin->last_time, (int64_t) i - (int64_t) T + 1, &time);
		if (code != RN_OK && i < T + (size_t) steps)
			return code;
		if (code == RN_OK)
			rn_inputs_calendar(&model->inputs, time, model->holiday, model->holidays, row);
		else					/* the end of time, behind what is asked for */
			memcpy(row + given, row + given - C, (C - given) * sizeof(float));
	}
	stage->view[b] = (RnView) {first, first, first + rows, origin->transform, origin->base_season, NULL};
	return RN_OK;
}

/* rn_forecast on a stage that is set up. */
static RnCode
forecast_staged(RnHost *host, const RnModel *model, const RnOrigin *origin, int B, int steps,
				Stage *stage, double *forecast)
{
	RnRows		rows = {stage->value, stage->missing, stage->covariate};
	size_t		n = (size_t) B * (size_t) steps;

	for (int b = 0; b < B; b++)
		RN_TRY(stage_origin(host, model, &origin[b], b, steps, stage));
	RN_TRY(rn_forecast_scaled(host, model, &rows, stage->view, B, steps, stage->scaled));
	for (size_t i = 0; i < n; i++)
	{
		double		value = rn_transform_invert(&origin[i / (size_t) steps].transform, (double) stage->scaled[i]);

		if (!isfinite(value))
			return rn_outlook_not_finite(host, (int) (i % (size_t) steps) + 1);
		forecast[i] = rn_model_bound(model, value);
	}
	return RN_OK;
}

/* rn_forecast of series that are taken apart. */
static RnCode
forecast_local(RnHost *host, const RnModel *model, const RnOrigin *origin, int B, int steps,
			   double *forecast, double *unit)
{
	RnHistory	history[RN_FIT_PART];
	RnOutlook	outlook;
	RnCode		code;

	for (int b = 0; b < B; b++)
		history[b] = (RnHistory) {origin[b].value, origin[b].n, origin[b].faster};
	code = rn_outlook_create(host, model, B, steps, &outlook);
	if (code == RN_OK)
		code = rn_outlook_run(host, &outlook, history, B, false);
	for (int b = 0; code == RN_OK && b < B; b++)
		code = rn_outlook_values(host, &outlook, b, steps, forecast + (size_t) b * (size_t) steps,
								 unit != NULL ? &unit[b] : NULL);
	rn_outlook_free(host, &outlook);
	return code;
}

RnCode
rn_forecast(RnHost *host, const RnModel *model, const RnOrigin *origin, int B, int steps,
			double *forecast, double *unit)
{
	int			O = model->network.spec.outputs;
	Stage		stage = {0};
	RnCode		code;

	if (model->method == RN_METHOD_LOCAL)
		return forecast_local(host, model, origin, B, steps, forecast, unit);
	for (int b = 0; b < B && unit != NULL; b++)
		unit[b] = origin[b].transform.scale;

	if (steps > O && rn_inputs_end_early(&model->inputs))
	{
		rn_fail(host, RN_INVALID_OPTION, "%d steps are more than the %d that the model can forecast", steps, O);
		rn_fail_detail(host, "It has covariates whose future is not known.");
		return rn_fail_hint(host, "Train with a longer horizon, or with covariates that are known ahead.");
	}
	stage_layout(&stage, model, B, steps);
	RN_TRY(rn_arena_allocate(host, &stage.arena));
	stage_layout(&stage, model, B, steps);
	code = forecast_staged(host, model, origin, B, steps, &stage, forecast);
	rn_arena_free(host, &stage.arena);
	return code;
}

/* rn_predict with its scratch: y [PREDICT_OUTPUTS] predictions. */
static RnCode
predict(RnHost *host, const RnModel *model, const RnRows *rows, const RnView *view, size_t n,
		double *predicted, rn_real *y)
{
	size_t		T = (size_t) model->window;
	size_t		O = (size_t) model->network.spec.outputs;
	size_t		m = (size_t) view->base_season;
	size_t		chunk = PREDICT_OUTPUTS / O;
	RnSampleSeries series = {0, *view};
	RnSamples	samples = {
		.inputs = &model->inputs,.rows = *rows,.window = model->window,.n = n - T,.count = 1,.series = &series
	};
	RnDataset	data = {.n = n - T,.source = &samples,.gather = rn_samples_gather};

	for (size_t at = 0; at < data.n; at += chunk)
	{
		size_t		count = data.n - at < chunk ? data.n - at : chunk;

		RN_TRY(rn_fit_predict(host, &model->network, model->window, &data, at, count, y));
		for (size_t i = 0; i < count; i++)
		{
			double	   *result = &predicted[T + at + i];
			rn_real		base = m > 0
				? (rn_real) rn_transform_apply(&view->transform, rows->value[view->row + T + at + i - m]) : 0;

			*result = rn_transform_invert(&view->transform, (double) (base + y[i * O]));
			if (!isfinite(*result))
				return rn_outlook_not_finite(host, 1);
			*result = rn_model_bound(model, *result);
		}
	}
	return RN_OK;
}

/* rn_predict of a series that is taken apart: one forecast a row. */
static RnCode
predict_local(RnHost *host, const RnModel *model, const double *value, const rn_real *faster, size_t n,
			  double *predicted, double *unit)
{
	size_t		first = (size_t) rn_model_first_predicted(model);
	RnOutlook	outlook;
	RnCode		code = rn_outlook_create(host, model, RN_FIT_PART, 1, &outlook);

	for (size_t at = first; code == RN_OK && at < n; at += RN_FIT_PART)
	{
		RnHistory	history[RN_FIT_PART];
		int			count = (int) (n - at < RN_FIT_PART ? n - at : RN_FIT_PART);

		for (int b = 0; b < count; b++)
			history[b] = (RnHistory) {value, at + (size_t) b, faster};
		code = rn_outlook_run(host, &outlook, history, count, false);
		for (int b = 0; code == RN_OK && b < count; b++)
			code = rn_outlook_values(host, &outlook, b, 1, predicted + at + b,
									 unit != NULL ? &unit[at + (size_t) b] : NULL);
	}
	rn_outlook_free(host, &outlook);
	return code;
}

RnCode
rn_predict(RnHost *host, const RnModel *model, const RnRows *rows, const RnView *view, size_t n,
		   double *predicted, double *unit)
{
	rn_real    *y;
	RnCode		code;

	if (model->method == RN_METHOD_LOCAL)
		return predict_local(host, model, rows->value + view->row, view->faster, n, predicted, unit);
	for (size_t i = 0; i < n && unit != NULL; i++)
		unit[i] = view->transform.scale;

	if (n <= (size_t) model->window)
		return RN_OK;
	RN_TRY(rn_alloc(host, PREDICT_OUTPUTS, sizeof(rn_real), (void **) &y));
	code = predict(host, model, rows, view, n, predicted, y);
	rn_free(host, y);
	return code;
}

size_t
rn_forecast_bytes(const RnModel *model, int B, int steps)
{
	Stage		stage = {0};

	if (model->method == RN_METHOD_LOCAL)
		return rn_outlook_bytes(model, B, steps);
	stage_layout(&stage, model, B, steps);
	return rn_tape_bytes(&model->network.spec, model->window, B, false) + rn_arena_bytes(&stage.arena)
		+ ((size_t) model->window + (size_t) steps) * (size_t) B * sizeof(rn_real);
}

size_t
rn_predict_bytes(const RnModel *model)
{
	if (model->method == RN_METHOD_LOCAL)
		return rn_outlook_bytes(model, RN_FIT_PART, 1);
	return rn_tape_bytes(&model->network.spec, model->window, rn_fit_part(model->window), false)
		+ PREDICT_OUTPUTS * sizeof(rn_real);
}
