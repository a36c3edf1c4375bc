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

#include "series/window.h"

/* Outputs that rn_predict keeps at a time. */
#define PREDICT_OUTPUTS 262144

/* Drop the oldest count values of each window [T] and append y [O]'s first. */
static void
move_windows(rn_real *windows, int B, int T, const rn_real *y, int O, int count)
{
	for (int b = 0; b < B; b++)
	{
		rn_real    *window = windows + (size_t) b * (size_t) T;
		const rn_real *next = y + (size_t) b * (size_t) O;
		int			kept = T > count ? T - count : 0;

		memmove(window, window + (T - kept), (size_t) kept * sizeof(rn_real));
		memcpy(window + kept, next + (count - (T - kept)), (size_t) (T - kept) * sizeof(rn_real));
	}
}

void
rn_forecast_centre(rn_real *x, int T, int B, int m)
{
	double		sum[RN_FIT_PART] = {0};
	rn_real		level[RN_FIT_PART];

	if (m == 0)
		return;
	for (int t = T - m; t < T; t++)
		for (int b = 0; b < B; b++)
			sum[b] += (double) x[(size_t) t * (size_t) B + (size_t) b];
	for (int b = 0; b < B; b++)
		level[b] = (rn_real) (sum[b] / m);
	for (int t = 0; t < T; t++)
		for (int b = 0; b < B; b++)
			x[(size_t) t * (size_t) B + (size_t) b] -= level[b];
}

/* Windows [B][T] to the tape's [T][B]. */
static void
load_windows(rn_real *x, const rn_real *windows, int B, int T)
{
	for (int t = 0; t < T; t++)
		for (int b = 0; b < B; b++)
			x[(size_t) t * (size_t) B + (size_t) b] = windows[(size_t) b * (size_t) T + (size_t) t];
}

/* Predictions y [B][O] were relative to values of the windows: add these. */
static void
add_base(const RnModel *model, const rn_real *windows, int B, rn_real *y)
{
	int			O = model->network.spec.outputs;
	int			m = model->base_season;

	for (int b = 0; m > 0 && b < B; b++)
	{
		const rn_real *season = windows + (size_t) (b + 1) * (size_t) model->window - m;

		for (int k = 0; k < O; k++)
			y[(size_t) b * (size_t) O + (size_t) k] += season[k % m];
	}
}

RnCode
rn_forecast_scaled(RnHost *host, const RnModel *model, rn_real *windows, int B, int steps,
				   rn_real *forecast)
{
	const RnNetwork *network = &model->network;
	int			window = model->window;
	int			O = network->spec.outputs;
	RnTape	   *tape;
	RnCode		code;

	RN_TRY(rn_tape_create(host, &network->spec, window, B, false, &tape));
	for (int done = 0;;)
	{
		int			count = steps - done < O ? steps - done : O;

		load_windows(rn_tape_input(tape), windows, B, window);
		rn_forecast_centre(rn_tape_input(tape), window, B, model->base_season);
		code = rn_network_forward(host, network, tape, B, 0, 0);
		if (code != RN_OK)
			break;
		add_base(model, windows, B, rn_tape_output(tape));
		for (int b = 0; b < B; b++)
			memcpy(forecast + (size_t) b * (size_t) steps + done,
				   rn_tape_output(tape) + (size_t) b * (size_t) O, (size_t) count * sizeof(rn_real));
		done += count;
		if (done == steps)
			break;
		move_windows(windows, B, window, rn_tape_output(tape), O, count);
	}
	rn_tape_free(host, tape);
	return code;
}

static RnCode
not_finite(RnHost *host, int step)
{
	rn_fail(host, RN_DIVERGED, "the forecast leaves the finite numbers at step %d", step);
	return rn_fail_hint(host, "Ask for a shorter horizon, or train the model anew.");
}

RnCode
rn_forecast(RnHost *host, const RnModel *model, const double *history, size_t n,
			int steps, double *forecast)
{
	size_t		T = (size_t) model->window;
	rn_real    *window;
	rn_real    *scaled;
	RnCode		code;

	if (n < T)
		return rn_fail(host, RN_TOO_FEW_ROWS, "the history has %zu rows, the model needs %zu", n, T);
	RN_TRY(rn_alloc(host, T + (size_t) steps, sizeof(rn_real), (void **) &window));
	scaled = window + T;
	for (size_t t = 0; t < T; t++)
		window[t] = (rn_real) rn_transform_apply(&model->transform, history[n - T + t]);
	code = rn_forecast_scaled(host, model, window, 1, steps, scaled);
	for (int k = 0; k < steps && code == RN_OK; k++)
	{
		forecast[k] = rn_transform_invert(&model->transform, (double) scaled[k]);
		if (!isfinite(forecast[k]))
			code = not_finite(host, k + 1);
	}
	rn_free(host, window);
	return code;
}

/* Where rn_predict's samples come from: windows as the network sees them. */
typedef struct Inputs
{
	RnWindows	windows;
	int			base_season;
} Inputs;

static void
gather_inputs(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	const Inputs *inputs = source;

	rn_windows_gather(&inputs->windows, index, B, x, target);
	rn_forecast_centre(x, inputs->windows.window, B, inputs->base_season);
}

/* rn_predict with its scratch: y [PREDICT_OUTPUTS] predictions. */
static RnCode
predict(RnHost *host, const RnModel *model, const double *value, size_t n, double *predicted,
		rn_real *y)
{
	size_t		T = (size_t) model->window;
	size_t		O = (size_t) model->network.spec.outputs;
	size_t		m = (size_t) model->base_season;
	size_t		chunk = PREDICT_OUTPUTS / O;
	Inputs		inputs = {{value, n, model->window, 0, &model->transform}, model->base_season};
	RnDataset	data = {n - T, &inputs, gather_inputs};

	for (size_t at = 0; at < data.n; at += chunk)
	{
		size_t		count = data.n - at < chunk ? data.n - at : chunk;

		RN_TRY(rn_fit_predict(host, &model->network, model->window, &data, at, count, y));
		for (size_t i = 0; i < count; i++)
		{
			double	   *result = &predicted[T + at + i];
			rn_real		base = m > 0
				? (rn_real) rn_transform_apply(&model->transform, value[T + at + i - m]) : 0;

			*result = rn_transform_invert(&model->transform, (double) (base + y[i * O]));
			if (!isfinite(*result))
				return not_finite(host, 1);
		}
	}
	return RN_OK;
}

RnCode
rn_predict(RnHost *host, const RnModel *model, const double *value, size_t n, double *predicted)
{
	rn_real    *y;
	RnCode		code;

	if (n <= (size_t) model->window)
		return RN_OK;
	RN_TRY(rn_alloc(host, PREDICT_OUTPUTS, sizeof(rn_real), (void **) &y));
	code = predict(host, model, value, n, predicted, y);
	rn_free(host, y);
	return code;
}

size_t
rn_forecast_bytes(const RnModel *model, int steps)
{
	return rn_tape_bytes(&model->network.spec, model->window, 1, false)
		+ ((size_t) model->window + (size_t) steps) * sizeof(rn_real);
}

size_t
rn_predict_bytes(const RnModel *model)
{
	return rn_tape_bytes(&model->network.spec, model->window, rn_fit_part(model->window), false)
		+ PREDICT_OUTPUTS * sizeof(rn_real);
}
