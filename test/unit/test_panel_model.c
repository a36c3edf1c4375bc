/*
 * test_panel_model.c
 *		Models of many series, with gaps, covariates, a calendar and bounds: what
 *		they learn from, what reaches their forecasts, and their bytes.
 */
#include "model_bytes.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "model/forecast.h"
#include "model/recipe.h"

#define SERIES	5
#define ROWS	60				/* of each series */
#define GIVEN	3				/* past, known, static */
#define HORIZON 4
#define WINDOW	7

static const char *const keys[SERIES] = {"{\"s\": 0}", "{\"s\": 1}", "{\"s\": 2}", "{\"s\": 3}", "{\"s\": 4}"};
static const int32_t holiday[] = {-700, 5, 20, 40, 61, 62};

/* The level of a series: its values are this times the pattern of all. */
static double
level_of(size_t s)
{
	return pow(10, (double) s);
}

static double
known_of(size_t s, size_t i)
{
	return rn_rng_normal(3, s, i) > 0 ? 1 : 0;
}

/* SERIES daily series from 2000-01-01 on; alike: but for their level. */
static void
make_panel(TestHost *test, RnPanel *panel, int given, unsigned features, bool alike)
{
	RnInputs	inputs = {.given = given,.features = features};
	size_t		C = (size_t) rn_inputs_columns(&inputs);

	*panel = (RnPanel) {.kind = RN_TIME_CIVIL,.count = SERIES,.columns = (int) C,.rows = SERIES * ROWS};
	assert_ok(*test, rn_alloc(&test->host, SERIES, sizeof(RnSeries), (void **) &panel->series));
	memset(panel->series, 0, SERIES * sizeof(RnSeries));
	assert_ok(*test, rn_alloc(&test->host, panel->rows, sizeof(double), (void **) &panel->value));
	if (C > 0)
		assert_ok(*test, rn_alloc(&test->host, panel->rows * C, sizeof(float), (void **) &panel->covariate));
	for (size_t s = 0; s < SERIES; s++)
	{
		RnSeries   *series = &panel->series[s];

		series->key = keys[s];
		series->first = s * ROWS;
		for (size_t i = 0; i < ROWS; i++)
		{
			double		pattern = sin(0.9 * (double) i) + (alike ? 0 : known_of(s, i));

			assert_ok(*test, rn_times_append(&test->host, &series->time, i, (int64_t) i * RN_USECS_PER_DAY));
			panel->value[s * ROWS + i] = level_of(s) * (5 + pattern);
			for (size_t c = 0; c < C; c++)
				panel->covariate[(s * ROWS + i) * C + c] =
					(float) (c == 0 ? cos((double) i) : c == 1 ? known_of(s, i) : c == 2 ? 100 + (double) s : 0);
			series->n++;
		}
	}
}

static RnTrainSpec
make_spec(RnRecipeKind recipe, int given, unsigned features)
{
	RnTrainSpec spec;

	rn_recipe_defaults(&spec);
	spec.recipe = recipe;
	spec.layers = 1;
	spec.units[0] = 4;
	spec.window = WINDOW;
	spec.horizon = HORIZON;
	spec.epochs = 3;
	spec.optim.learning_rate = 0.01;
	spec.inputs.given = given;
	spec.inputs.features = features;
	for (int c = 0; c < given; c++)
		spec.inputs.covariate[c].kind = (RnCovariateKind) c;
	return spec;
}

/* A training from rows to a model; the panel is freed. */
static RnCode
train(TestHost *test, const RnTrainSpec *spec, RnPanel *panel, RnModel *model, RnTrainReport *report)
{
	RnTrainPlan plan;
	size_t		holidays = spec->inputs.features & RN_FEATURE_HOLIDAY ? sizeof(holiday) / sizeof(holiday[0]) : 0;
	RnCode		code = rn_panel_settle(&test->host, panel, &spec->rows, NULL);

	if (code == RN_OK)
		code = rn_panel_fill(&test->host, panel, &spec->rows);
	if (code == RN_OK)
		code = rn_recipe_plan(&test->host, spec, panel, &plan);
	if (code == RN_OK)
		code = rn_recipe_train(&test->host, &plan, panel, holiday, holidays, NULL, NULL, model, report);
	rn_panel_free(&test->host, panel);
	return code;
}

/*
 * A model of everything: gaps masked, all kinds of covariates, features of the
 * calendar, bounds; ten of the rows have no value.
 */
static RnCode
train_full(TestHost *test, RnModel *model)
{
	RnTrainSpec spec = make_spec(RN_RECIPE_AUTO, GIVEN, 15);
	RnTrainReport report;
	RnPanel		panel;

	make_panel(test, &panel, GIVEN, 15, false);
	for (size_t s = 0; s < SERIES; s++)
		panel.value[s * ROWS + 20 + s] = panel.value[(s + 1) * ROWS - 2] = NAN;
	spec.rows.missing = RN_MISSING_MASK;
	spec.lower_bound = -1e3;
	spec.upper_bound = 5e4;
	RN_TRY(train(test, &spec, &panel, model, &report));
	rn_train_report_free(&test->host, &report);
	return RN_OK;
}

/* Steps of what is known ahead, of all series. */
static void
make_future(const RnModel *model, int steps, float *future)
{
	size_t		ahead = (size_t) rn_forecast_ahead(model, steps);

	for (size_t s = 0; s < SERIES; s++)
		for (size_t k = 0; k < ahead; k++)
			for (size_t c = 0; c < GIVEN; c++)
				future[(s * ahead + k) * GIVEN + c] = c == 1 ? (float) known_of(s, ROWS + k) : -77;
}

/* Forecasts of all series of the model side by side. */
static RnCode
forecast_all(TestHost *test, const RnModel *model, const float *future, int steps, double *forecast)
{
	RnOrigin	origin[SERIES];
	size_t		ahead = (size_t) rn_forecast_ahead(model, steps);

	for (size_t s = 0; s < SERIES; s++)
	{
		origin[s] = rn_forecast_tail(model, s);
		if (future != NULL)
			origin[s].future = future + s * ahead * GIVEN;
	}
	return rn_forecast(&test->host, model, origin, SERIES, steps, forecast, NULL);
}

/* Every series is seen on its own scale: alike but for it, forecasts are, too. */
static void
test_own_scale(void **state)
{
	TestHost	test = test_host();
	RnPanel		panel;
	RnModel		model;
	RnTrainReport report;

	(void) state;
	for (int recipe = 0; recipe < RN_RECIPE_KINDS; recipe++)
	{
		RnTrainSpec spec = make_spec((RnRecipeKind) recipe, 0, 0);
		double		forecast[SERIES][9];

		spec.epochs = 20;
		make_panel(&test, &panel, 0, 0, true);
		assert_ok(test, train(&test, &spec, &panel, &model, &report));
		assert_int_equal(model.count, SERIES);
		assert_ok(test, forecast_all(&test, &model, NULL, 9, forecast[0]));
		for (size_t s = 0; s < SERIES; s++)
		{
			assert_string_equal(model.series[s].key, keys[s]);
			for (int k = 0; k < 9; k++)
			{
				assert_true(fabs(forecast[s][k] / level_of(s) - forecast[0][k]) < 1e-3);
				assert_true(fabs(forecast[s][k] / level_of(s) - 5) < 2);
			}
		}
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
	}
	assert_int_equal(test.live, 0);
}

/*
 * Nothing is learnt from a masked value.  The last HORIZON rows of a series are
 * targets but never inputs, and scaler none does not look at them: so weights
 * are those of any other value there if, and only if, the loss ignores it.
 */
static void
mask_last(TestHost *test, bool masked, double value, double split, RnModel *model, RnTrainReport *report)
{
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, 0, 0);
	RnTrainPlan plan;
	RnPanel		panel;

	spec.scaler = RN_SCALER_NONE;
	spec.scaler_open = false;
	spec.rows.missing = RN_MISSING_MASK;
	spec.validation_split = split;
	make_panel(test, &panel, 0, 0, true);
	assert_ok(*test, rn_panel_settle(&test->host, &panel, &spec.rows, NULL));
	assert_ok(*test, rn_panel_fill(&test->host, &panel, &spec.rows));
	for (size_t i = 0; i < panel.rows; i++)
		panel.value[i] /= level_of(i / ROWS);
	for (size_t s = 0; s < SERIES; s++)
		for (size_t i = (s + 1) * ROWS - HORIZON + s % 2; i < (s + 1) * ROWS; i++)
		{
			panel.missing[i] = masked;
			panel.value[i] = value;
		}
	assert_ok(*test, rn_recipe_plan(&test->host, &spec, &panel, &plan));
	assert_ok(*test, rn_recipe_train(&test->host, &plan, &panel, NULL, 0, NULL, NULL, model, report));
	rn_panel_free(&test->host, &panel);
}

static void
test_masked_targets(void **state)
{
	(void) state;
	for (int held_out = 0; held_out < 2; held_out++)
	{
		TestHost	test = test_host();
		RnModel		model[4];
		RnTrainReport report[4];
		size_t		bytes;

		for (int i = 0; i < 4; i++)
			mask_last(&test, i < 2, i % 2 ? 900 : 4, held_out ? 0.2 : 0, &model[i], &report[i]);
		bytes = model[0].network.size * sizeof(rn_real);
		assert_memory_equal(model[0].network.weights, model[1].network.weights, bytes);
		assert_true(report[0].log.loss[2] == report[1].log.loss[2]);
		if (held_out)			/* nor is anything judged by it */
		{
			assert_true(report[0].log.val_loss[2] == report[1].log.val_loss[2]);
			assert_true(report[2].log.val_loss[2] * 100 < report[3].log.val_loss[2]);
			assert_true(report[0].validation_mae == report[1].validation_mae);
			assert_int_equal(model[0].residual_points, model[1].residual_points);
			assert_int_equal(model[0].residual_steps, model[1].residual_steps);
			assert_memory_equal(model[0].residual, model[1].residual,
								(size_t) model[0].residual_steps * (size_t) model[0].residual_points * sizeof(double));
		}
		else
		{
			assert_memory_not_equal(model[2].network.weights, model[3].network.weights, bytes);
			assert_true(report[2].log.loss[2] * 100 < report[3].log.loss[2]);
		}
		for (int i = 0; i < 4; i++)
		{
			rn_train_report_free(&test.host, &report[i]);
			rn_model_free(&test.host, &model[i]);
		}
		assert_int_equal(test.live, 0);
	}
}

/* That a value is made up is seen: an input of its own. */
static void
test_masked_inputs(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	double		before[SERIES * HORIZON];
	double		after[SERIES * HORIZON];
	float		future[SERIES * HORIZON * GIVEN];
	size_t		T;

	(void) state;
	assert_ok(test, train_full(&test, &model));
	T = (size_t) model.window;
	for (size_t s = 0; s < SERIES; s++)
		for (size_t t = 0; t < T; t++)
			assert_int_equal(model.tail_missing[s * T + t], t == T - 2);
	make_future(&model, HORIZON, future);
	assert_ok(test, forecast_all(&test, &model, future, HORIZON, before));
	model.tail_missing[T - 2] = 0;
	assert_ok(test, forecast_all(&test, &model, future, HORIZON, after));
	for (size_t i = 0; i < SERIES * HORIZON; i++)
		assert_int_equal(before[i] == after[i], i >= HORIZON);	/* of the first only */
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* Forecasts side by side are those made one by one. */
static void
test_batch(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	float		future[SERIES * 3 * HORIZON * GIVEN];
	int			steps = 1;

	(void) state;
	assert_ok(test, train_full(&test, &model));
	model.lower_bound = -INFINITY;
	model.upper_bound = INFINITY;
	model.inputs.covariate[0].kind = RN_COVARIATE_STATIC;	/* else none beyond the horizon */
	for (steps = 1; steps <= 3 * HORIZON; steps++)
	{
		size_t		ahead = (size_t) rn_forecast_ahead(&model, steps);
		double		together[SERIES * 3 * HORIZON];
		double		alone[3 * HORIZON];

		make_future(&model, steps, future);
		assert_ok(test, forecast_all(&test, &model, future, steps, together));
		for (size_t s = 0; s < SERIES; s++)
		{
			RnOrigin	origin = rn_forecast_tail(&model, s);

			origin.future = future + s * ahead * GIVEN;
			assert_ok(test, rn_forecast(&test.host, &model, &origin, 1, steps, alone, NULL));
			for (int k = 0; k < steps; k++)
				assert_true(fabs(alone[k] - together[s * (size_t) steps + (size_t) k]) < 1e-5 * level_of(s));
		}
	}
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* The first steps are the same however many are asked for. */
static void
test_prefix(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	double		all[3 * HORIZON];
	double		some[3 * HORIZON];
	float		future[SERIES * 3 * HORIZON * GIVEN];

	(void) state;
	assert_ok(test, train_full(&test, &model));
	model.inputs.covariate[0].kind = RN_COVARIATE_STATIC;
	make_future(&model, 3 * HORIZON, future);
	for (int steps = 3 * HORIZON; steps > 0; steps--)
	{
		RnOrigin	origin = rn_forecast_tail(&model, 1);

		origin.future = future;
		assert_ok(test, rn_forecast(&test.host, &model, &origin, 1, steps, steps == 3 * HORIZON ? all : some, NULL));
		for (int k = 0; k < steps && steps < 3 * HORIZON; k++)
			assert_true(some[k] == all[k]);
	}
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* What is known ahead reaches the forecasts, and no further back than a horizon. */
static void
test_known_ahead(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	double		before[SERIES][2 * HORIZON];
	double		after[SERIES][2 * HORIZON];
	float		future[SERIES * 2 * HORIZON * GIVEN];

	(void) state;
	assert_ok(test, train_full(&test, &model));
	assert_int_equal(forecast_all(&test, &model, future, HORIZON + 1, before[0]), RN_INVALID_OPTION);
	model.inputs.covariate[0].kind = RN_COVARIATE_STATIC;
	make_future(&model, 2 * HORIZON, future);
	assert_ok(test, forecast_all(&test, &model, future, 2 * HORIZON, before[0]));
	for (int step = 0; step < 2 * HORIZON; step++)
	{
		make_future(&model, 2 * HORIZON, future);
		future[(2 * 2 * HORIZON + step) * GIVEN + 1] = 1 - future[(2 * 2 * HORIZON + step) * GIVEN + 1];
		assert_ok(test, forecast_all(&test, &model, future, 2 * HORIZON, after[0]));
		for (int s = 0; s < SERIES; s++)
			for (int k = 0; k < 2 * HORIZON; k++)
				if (s != 2 || (step >= HORIZON && k < HORIZON))
					assert_true(before[s][k] == after[s][k]);
				else if (k / HORIZON == step / HORIZON)
					assert_true(before[s][k] != after[s][k]);
		future[(2 * 2 * HORIZON + step) * GIVEN] = 12345;	/* of no use */
		future[(2 * 2 * HORIZON + step) * GIVEN + 2] = 12345;
		assert_ok(test, forecast_all(&test, &model, future, 2 * HORIZON, before[0]));
		assert_memory_equal(before, after, sizeof(before));
		make_future(&model, 2 * HORIZON, future);
		assert_ok(test, forecast_all(&test, &model, future, 2 * HORIZON, before[0]));
	}
	for (int c = 0; c < GIVEN; c++)	/* and so do those of the tail */
	{
		model.tail_covariate[(2 * (size_t) model.window + WINDOW - 1) * GIVEN + (size_t) c] += 1;
		assert_ok(test, forecast_all(&test, &model, future, 2 * HORIZON, after[0]));
		assert_true(before[2][0] != after[2][0] && before[1][0] == after[1][0] && before[3][0] == after[3][0]);
		memcpy(before, after, sizeof(before));
	}
	model.holiday[4] = 60;		/* and the calendar */
	assert_ok(test, forecast_all(&test, &model, future, 2 * HORIZON, after[0]));
	for (int s = 0; s < SERIES; s++)
		assert_true(before[s][0] != after[s][0]);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* It is learnt from: values that follow a coin known ahead are forecast. */
static void
test_learns_known(void **state)
{
	TestHost	test = test_host();
	double		mae[2];

	(void) state;
	for (int given = 0; given <= 2; given += 2)
	{
		RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, given, 0);
		RnPanel		panel;
		RnModel		model;
		RnTrainReport report;

		spec.epochs = 150;
		spec.units[0] = 8;
		spec.validation_split = 0.25;
		make_panel(&test, &panel, given, 0, false);
		assert_ok(test, train(&test, &spec, &panel, &model, &report));
		mae[given / 2] = report.validation_mae;
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
	}
	printf("  error without %.3f, with what is known ahead %.3f\n", mae[0], mae[1]);
	assert_true(mae[1] < 0.5 * mae[0]);
	assert_int_equal(test.live, 0);
}

static void
test_bounds(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	double		forecast[SERIES][HORIZON];
	float		future[SERIES * HORIZON * GIVEN];

	(void) state;
	assert_ok(test, train_full(&test, &model));
	assert_true(model.lower_bound == -1e3 && model.upper_bound == 5e4);
	model.lower_bound = 6;
	model.upper_bound = 4000;
	make_future(&model, HORIZON, future);
	assert_ok(test, forecast_all(&test, &model, future, HORIZON, forecast[0]));
	for (int k = 0; k < HORIZON; k++)
	{
		assert_true(forecast[0][k] >= 6 && forecast[4][k] == 4000);
		assert_true(forecast[2][k] > 300 && forecast[2][k] < 900);
	}
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* A series that is too short is left out of the model, not of the panel. */
static void
test_leaves_out(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, 0, 0);
	RnTrainPlan plan;
	RnPanel		panel;
	RnModel		model;
	RnTrainReport report;

	(void) state;
	make_panel(&test, &panel, 0, 0, true);
	panel.series[1].n = WINDOW + HORIZON - 1;
	panel.series[3].n = WINDOW + HORIZON;
	assert_ok(test, rn_panel_settle(&test.host, &panel, &spec.rows, NULL));
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &panel, &plan));
	assert_int_equal(panel.failed, panel.count);
	assert_int_equal(plan.series, SERIES - 1);
	assert_int_equal(plan.rows, 3 * ROWS + WINDOW + HORIZON);
	assert_int_equal(plan.train_windows, 3 * (ROWS - WINDOW - HORIZON + 1) + 1);
	assert_string_equal(panel.series[1].skipped, "10 rows are too few to train on, at least 11 are needed. A window of 7 steps and a horizon of 4 need that many");
	assert_ok(test, rn_recipe_train(&test.host, &plan, &panel, NULL, 0, NULL, NULL, &model, &report));
	assert_int_equal(model.count, SERIES - 1);
	assert_string_equal(model.series[1].key, keys[2]);
	assert_string_equal(model.series[2].key, keys[3]);
	assert_true(model.series[2].last_time == (WINDOW + HORIZON - 1) * RN_USECS_PER_DAY);
	assert_true(model.tail[2 * WINDOW] == panel.value[3 * ROWS + HORIZON]);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	rn_panel_free(&test.host, &panel);

	spec.rows.on_error = RN_ON_ERROR_FAIL;
	make_panel(&test, &panel, 0, 0, true);
	panel.series[3].n = 5;
	assert_ok(test, rn_panel_settle(&test.host, &panel, &spec.rows, NULL));
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &panel, &plan), RN_TOO_FEW_ROWS);
	assert_int_equal(panel.failed, 3);
	spec.optim.beta_2 = 0.99999999;	/* about no series */
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &panel, &plan), RN_INVALID_OPTION);
	assert_int_equal(panel.failed, panel.count);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* ---- bytes ---- */

static void
test_round_trip(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	RnModel		copy;
	size_t		size;
	unsigned char *bytes;
	unsigned char *again;
	double		a[SERIES * HORIZON];
	double		b[SERIES * HORIZON];
	float		future[SERIES * HORIZON * GIVEN];

	(void) state;
	assert_ok(test, train_full(&test, &model));
	assert_ok(test, rn_alloc(&test.host, 9, 1, (void **) &model.covariate_names));
	memcpy(model.covariate_names, "a\0b c\0\303\244", model.covariate_names_size = 9);
	strcpy(model.time_type, "date");
	size = rn_model_encoded_size(&model);
	bytes = malloc(size);
	again = malloc(size);
	assert_ok(test, rn_model_encode(&test.host, &model, bytes, size));
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &copy));
	assert_int_equal(rn_model_encoded_size(&copy), size);
	assert_ok(test, rn_model_encode(&test.host, &copy, again, size));
	assert_memory_equal(bytes, again, size);

	assert_int_equal(copy.count, SERIES);
	for (size_t s = 0; s < SERIES; s++)
	{
		assert_string_equal(copy.series[s].key, keys[s]);
		assert_true(copy.series[s].scale == model.series[s].scale && copy.series[s].shift == model.series[s].shift);
		assert_true(copy.series[s].last_time == model.series[s].last_time);
		assert_int_equal(copy.series[s].base_season, model.series[s].base_season);
	}
	assert_memory_equal(copy.covariate_names, "a\0b c\0\303\244", 9);
	assert_true(copy.inputs.masked && copy.inputs.given == GIVEN && copy.inputs.features == 15 && copy.inputs.horizon == HORIZON);
	for (int c = 0; c < GIVEN; c++)
		assert_true(copy.inputs.covariate[c].kind == (RnCovariateKind) c &&
					copy.inputs.covariate[c].scale == model.inputs.covariate[c].scale);
	assert_true(copy.lower_bound == -1e3 && copy.upper_bound == 5e4);
	assert_true(copy.rows.missing == RN_MISSING_MASK && copy.rows.duplicates == RN_DUPLICATES_ERROR);
	assert_int_equal(copy.holidays, 6);
	assert_memory_equal(copy.holiday, holiday, sizeof(holiday));
	assert_memory_equal(copy.tail_missing, model.tail_missing, SERIES * WINDOW);
	assert_memory_equal(copy.tail_covariate, model.tail_covariate, SERIES * WINDOW * GIVEN * sizeof(float));
	make_future(&model, HORIZON, future);
	assert_ok(test, forecast_all(&test, &model, future, HORIZON, a));
	assert_ok(test, forecast_all(&test, &copy, future, HORIZON, b));
	assert_memory_equal(a, b, sizeof(a));

	/* what could not be read is not stored */
	model.holiday[2] = model.holiday[1];
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	model.holiday[2] = 20;
	model.tail_covariate[4] = INFINITY;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	model.tail_covariate[4] = 0;
	model.series[3].scale = 0;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	free(bytes);
	free(again);
	rn_model_free(&test.host, &copy);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* Refused, or a model whose forecasts are finite or an error: nothing else. */
static bool
decode_hostile(const unsigned char *bytes, size_t size)
{
	TestHost	test = test_host();
	RnModel		model;
	float		future[RN_MAX_COVARIATES * 8] = {0};
	double		forecast[HORIZON];
	unsigned char *exact = malloc(size > 0 ? size : 1);	/* for the address sanitizer */
	RnCode		code;

	memcpy(exact, bytes, size);
	code = rn_model_decode(&test.host, exact, size, &model);
	assert_true(test.largest <= 2 * size);
	if (code != RN_OK)
		assert_true(code == RN_CORRUPT || code == RN_UNSUPPORTED);
	for (size_t s = 0; code == RN_OK && s < model.count; s++)
	{
		RnOrigin	origin = rn_forecast_tail(&model, s);
		int			steps = model.network.spec.outputs < HORIZON ? 1 : HORIZON;
		RnCode		made;

		if (rn_forecast_ahead(&model, steps) > 8)
			break;
		origin.future = future;
		made = rn_forecast(&test.host, &model, &origin, 1, steps, forecast, NULL);
		assert_true(made == RN_OK || made == RN_DIVERGED || made == RN_TIME_OVERFLOW);
		for (int k = 0; made == RN_OK && k < steps; k++)
			assert_true(isfinite(forecast[k]));
		assert_true(model.series[s].key != NULL && strlen(model.series[s].key) < size);
	}
	if (code == RN_OK)
		rn_model_free(&test.host, &model);
	free(exact);
	assert_int_equal(test.live, 0);
	return code == RN_OK;
}

/* Bytes before the arrays: where nearly all that is checked stands. */
static size_t
fields_end(const RnModel *model)
{
	return 24 + 12 + 32 + 12 + GIVEN * 20 + 2 * 4 + 64 + 8 + 8 + 4 + 16 + 8 + 12 + 12 + 16 + 40
		+ model->covariate_names_size + model->keys_size;
}

static void
test_hostile_bytes(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	size_t		size;
	size_t		fields;
	unsigned char *bytes;
	unsigned char *mutant;
	int			accepted = 0;

	(void) state;
	assert_ok(test, train_full(&test, &model));
	assert_ok(test, rn_alloc(&test.host, 6, 1, (void **) &model.covariate_names));
	memcpy(model.covariate_names, "a\0b\0c", model.covariate_names_size = 6);
	size = rn_model_encoded_size(&model);
	bytes = malloc(size);
	mutant = malloc(size);
	assert_ok(test, rn_model_encode(&test.host, &model, bytes, size));
	fields = fields_end(&model);
	assert_memory_equal(bytes + fields - model.keys_size, keys[0], strlen(keys[0]));
	assert_true(decode_hostile(bytes, size));

	for (size_t n = 0; n < size; n += 1 + n / 50)	/* cut short */
		assert_false(decode_hostile(bytes, n));
	for (size_t at = 0; at < size; at += 1 + at / 300)	/* a byte, checksum stale */
	{
		memcpy(mutant, bytes, size);
		mutant[at] ^= 0x41;
		assert_false(decode_hostile(mutant, size));
	}
	for (size_t at = 24; at + 4 <= fields; at++)	/* every number of the fields */
		for (int k = 0; k < 6; k++)
		{
			static const uint32_t number[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x7ff80000};

			memcpy(mutant, bytes, size);
			for (int i = 0; i < 4; i++)
				mutant[at + (size_t) i] = (unsigned char) (number[k] >> (8 * i));
			reseal(mutant, size);
			accepted += decode_hostile(mutant, size);
		}
	for (uint64_t n = 0; n < 10000; n++)
	{
		uint32_t	words[4];

		rn_rng_words(9, 19, n, words);
		memcpy(mutant, bytes, size);
		mutant[16 + words[0] % (words[1] % 2 ? fields - 16 : size - 16)] = (unsigned char) words[2];
		if (words[1] % 3 == 0)
			mutant[16 + words[3] % (fields - 16)] = (unsigned char) (words[2] >> 8);
		reseal(mutant, size);
		accepted += decode_hostile(mutant, size);
	}
	printf("  %d resealed mutants are valid models\n", accepted);
	assert_true(accepted > 1000 && accepted < 10000);
	free(mutant);
	free(bytes);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* A training that is stopped, or runs out of memory anywhere, leaves nothing. */
static void
test_interrupted(void **state)
{
	RnModel		model;
	long		polls = 0;
	long		n;

	(void) state;
	for (n = 0; polls == 0; n++)
	{
		TestHost	test = test_host();
		RnTrainSpec spec = make_spec(RN_RECIPE_AUTO, GIVEN, 15);
		RnTrainReport report;
		RnPanel		panel;
		RnCode		code;

		spec.epochs = 1;
		spec.rows.missing = RN_MISSING_MASK;
		make_panel(&test, &panel, GIVEN, 15, false);
		panel.series[1].n = 5;	/* too short: its reason takes memory, too */
		test.allocations_left = n;
		test.polls = 0;
		code = train(&test, &spec, &panel, &model, &report);
		if (code == RN_OK)
		{
			polls = test.polls;
			rn_train_report_free(&test.host, &report);
			rn_model_free(&test.host, &model);
		}
		else
			assert_int_equal(code, RN_NO_MEMORY);
		assert_int_equal(test.live, 0);
	}
	assert_true(n > 20);
	for (n = 1; n < polls; n += 1 + polls / 100)
	{
		TestHost	test = test_host();
		RnTrainSpec spec = make_spec(RN_RECIPE_AUTO, GIVEN, 15);
		RnTrainReport report;
		RnPanel		panel;

		spec.epochs = 1;
		spec.rows.missing = RN_MISSING_MASK;
		make_panel(&test, &panel, GIVEN, 15, false);
		panel.series[1].n = 5;
		test.polls_left = n;
		assert_int_equal(train(&test, &spec, &panel, &model, &report), RN_CANCELLED);
		assert_int_equal(test.live, 0);
	}
}

/* Nor does a forecast. */
static void
test_interrupted_forecast(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	double		forecast[SERIES * HORIZON];
	float		future[SERIES * HORIZON * GIVEN];
	long		live;

	(void) state;
	assert_ok(test, train_full(&test, &model));
	live = test.live;
	make_future(&model, HORIZON, future);
	for (long n = 0;; n++)
	{
		RnCode		code;

		test.allocations_left = n;
		code = forecast_all(&test, &model, future, HORIZON, forecast);
		assert_int_equal(test.live, live);
		if (code == RN_OK)
			break;
		assert_int_equal(code, RN_NO_MEMORY);
	}
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_scale),
		cmocka_unit_test(test_masked_targets),
		cmocka_unit_test(test_masked_inputs),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_known_ahead),
		cmocka_unit_test(test_learns_known),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_leaves_out),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_interrupted_forecast)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
