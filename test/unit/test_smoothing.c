/*
 * test_smoothing.c
 *		Models whose networks learn how fast levels follow: that it helps where least
 *		squares look at the wrong thing, and what becomes of what was learnt.
 */
#include "model_bytes.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "model/forecast.h"
#include "model/recipe.h"

enum
{
	SERIES = 20,
	ROWS = 120,
	HORIZON = 12
};

/* SERIES series of ROWS rows to learn from and HORIZON that follow. */
typedef struct Data
{
	RnPanel		panel;
	RnSeries	series[SERIES];
	char		key[SERIES][24];
	double		value[SERIES * ROWS];
	double		next[SERIES][HORIZON];
} Data;

/*
 * What a series is soon forgets: one step ahead its last value is the best level, so
 * that least squares follow it closely, but 12 steps ahead its mean is.
 */
static void
make_data(Data *data)
{
	memset(data, 0, sizeof(*data));
	data->panel = (RnPanel) {
		.kind = RN_TIME_INTEGER,.count = SERIES,.series = data->series,.rows = SERIES * ROWS,.value = data->value,
		.calendar = {.kind = RN_TIME_INTEGER,.step = 1}
	};
	for (int s = 0; s < SERIES; s++)
	{
		double		x = 0;

		snprintf(data->key[s], sizeof(data->key[s]), "{\"s\": %02d}", s);
		data->series[s] = (RnSeries) {.key = data->key[s],.first = (size_t) (s * ROWS),.n = ROWS,.start = 1,.time = {.step = 1}};
		for (int i = 0; i < ROWS + HORIZON; i++)
		{
			x = 0.75 * x + rn_rng_normal(21, (uint64_t) s, (uint64_t) i);
			*(i < ROWS ? &data->value[s * ROWS + i] : &data->next[s][i - ROWS]) = 100 + x;
		}
	}
}

/* A small network that sees two rows: what was before, it has from the level. */
static RnTrainSpec
small_spec(RnRecipeSmoothing smoothing)
{
	RnTrainSpec spec;

	rn_recipe_defaults(&spec);
	spec.season = 1;
	spec.horizon = HORIZON;
	spec.window = 2;
	spec.layers = 1;
	spec.units[0] = 2;
	spec.members = 2;
	spec.epochs = 12;
	spec.classical = false;
	spec.smoothing = smoothing;
	return spec;
}

static void
train(TestHost *test, const RnTrainSpec *spec, Data *data, const RnModel *warm, RnModel *model, double *loss)
{
	RnTrainPlan plan;
	RnTrainReport report;

	assert_ok(*test, rn_recipe_plan(&test->host, spec, &data->panel, &plan));
	assert_ok(*test, rn_recipe_train(&test->host, &plan, &data->panel, NULL, 0, warm, NULL, model, &report));
	if (loss != NULL)
		*loss = report.log.loss[report.log.epochs - 1];
	rn_train_report_free(&test->host, &report);
}

/* The mean absolute error of what follows. */
static double
error_of(TestHost *test, const RnModel *model, const Data *data)
{
	double		sum = 0;

	for (size_t s = 0; s < SERIES; s++)
	{
		RnOrigin	origin = rn_forecast_tail(model, s);
		double		forecast[HORIZON];

		assert_ok(*test, rn_forecast(&test->host, model, &origin, 1, HORIZON, forecast, NULL));
		for (int k = 0; k < HORIZON; k++)
			sum += fabs(forecast[k] - data->next[s][k]) / (SERIES * HORIZON);
	}
	return sum;
}

static void
test_learns(void **state)
{
	static Data data;
	TestHost	test = test_host();
	RnTrainSpec spec[2] = {small_spec(RN_RECIPE_SMOOTHING_FITTED), small_spec(RN_RECIPE_SMOOTHING_LEARNT)};
	RnModel		model[2];
	double		loss[2];
	double		error[2];

	(void) state;
	make_data(&data);
	for (int i = 0; i < 2; i++)
	{
		train(&test, &spec[i], &data, NULL, &model[i], &loss[i]);
		error[i] = error_of(&test, &model[i], &data);
		printf("  %s: loss %.4f, error %.4f\n", rn_recipe_smoothing_name(spec[i].smoothing), loss[i], error[i]);
	}
	assert_true(loss[1] < 0.95 * loss[0] && error[1] < error[0]);
	assert_null(rn_model_faster(&model[0], 0));
	for (int i = 0; i < 2; i++)
	{
		double		sum = 0;

		for (size_t s = 0; s < SERIES; s++)
			sum += (double) rn_model_faster(&model[1], s)[i];
		assert_true(sum < -SERIES); /* slower, */
		assert_true(fabs((double) rn_model_faster(&model[1], SERIES)[i] - sum / SERIES) < 1e-5);
	}
	for (int i = 0; i < 2; i++)
		rn_model_free(&test.host, &model[i]);
	assert_int_equal(test.live, 0);
}

/* Two epochs are enough to learn something. */
static void
train_quickly(TestHost *test, Data *data, const RnModel *warm, RnModel *model)
{
	RnTrainSpec spec = small_spec(RN_RECIPE_SMOOTHING_LEARNT);

	spec.epochs = 2;
	train(test, &spec, data, warm, model, NULL);
}

static void
forecast_series(TestHost *test, const RnModel *model, size_t s, const rn_real *faster, double *forecast)
{
	RnOrigin	origin = rn_forecast_tail(model, s);

	origin.faster = faster;
	assert_ok(*test, rn_forecast(&test->host, model, &origin, 1, 2 * HORIZON, forecast, NULL));
}

/* Forecasts depend on it: those of a series, of one not seen before, and of what least squares say differ. */
static void
test_forecasts(void **state)
{
	static Data data;
	TestHost	test = test_host();
	RnModel		model;
	double		forecast[3][2 * HORIZON];

	(void) state;
	make_data(&data);
	train_quickly(&test, &data, NULL, &model);
	forecast_series(&test, &model, 3, rn_model_faster(&model, 3), forecast[0]);
	forecast_series(&test, &model, 3, rn_model_faster(&model, SERIES), forecast[1]);
	forecast_series(&test, &model, 3, NULL, forecast[2]);
	for (int k = 0; k < 2 * HORIZON; k++)
	{
		assert_true(forecast[0][k] != forecast[1][k] && forecast[1][k] != forecast[2][k]);
		assert_true(fabs(forecast[0][k] - forecast[2][k]) < 1);
	}
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* Warm, each series goes on from what it learnt, wherever it stands now; a new one from the mean. */
static void
test_warm(void **state)
{
	static Data data;
	TestHost	test = test_host();
	RnModel		model;
	RnModel		next;
	const char *key;

	(void) state;
	make_data(&data);
	train_quickly(&test, &data, NULL, &model);
	for (size_t s = 0; s <= SERIES; s++)
		for (size_t i = 0; i < 2; i++)
			model.smoothing[2 * s + i] = (rn_real) (s == 7 ? 4 : s == SERIES ? -4 : 0);
	key = data.series[7].key;
	data.series[7].key = data.series[2].key;
	data.series[2].key = key;
	data.series[5].key = "{\"s\": 99}";
	train_quickly(&test, &data, &model, &next);
	for (int i = 0; i < 2; i++)
	{
		assert_true(rn_model_faster(&next, 2)[i] > 2);
		assert_true(rn_model_faster(&next, 5)[i] < -2);
		assert_true(fabs((double) rn_model_faster(&next, 7)[i]) < 2);
	}
	rn_model_free(&test.host, &model);
	rn_model_free(&test.host, &next);
	assert_int_equal(test.live, 0);
}

static void
test_round_trip(void **state)
{
	static Data data;
	TestHost	test = test_host();
	RnModel		model;
	RnModel		copy;
	size_t		size;
	size_t		again_size;
	unsigned char *bytes;
	unsigned char *again;

	(void) state;
	make_data(&data);
	train_quickly(&test, &data, NULL, &model);
	bytes = encode(&test, &model, &size);
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &copy));
	again = encode(&test, &copy, &again_size);
	assert_int_equal(size, again_size);
	assert_memory_equal(bytes, again, size);
	assert_memory_equal(model.smoothing, copy.smoothing, (SERIES + 1) * 2 * sizeof(rn_real));
	assert_true(error_of(&test, &model, &data) == error_of(&test, &copy, &data));

	/* what could not be read is not stored */
	model.smoothing[3] = 7;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	model.smoothing[3] = NAN;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	rn_model_free(&test.host, &model);
	rn_model_free(&test.host, &copy);
	free(bytes);
	free(again);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learns),
		cmocka_unit_test(test_forecasts),
		cmocka_unit_test(test_warm),
		cmocka_unit_test(test_round_trip)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
