/*
 * test_recipe.c
 *		What recipes make of rows and options: plans, stacks, powers, shapes tried.
 */
#include <stdio.h>

#include "monthly.h"

#include "model/interval.h"
#include "model/tune.h"
#include "series/box_cox.h"

static void
test_plans(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_auto(RN_METHOD_LOCAL);
	RnTrainPlan plan;

	(void) state;
	make_data(&data, &test, false);
	spec.epochs = 0;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.method, RN_METHOD_LOCAL);
	assert_int_equal(plan.spec.season, 12);
	assert_int_equal(plan.spec.outer, 0);
	assert_int_equal(plan.spec.window, 36);
	assert_int_equal(plan.spec.horizon, 12);
	assert_int_equal(plan.steps, 12);
	assert_int_equal(plan.stride, 1);
	assert_int_equal(plan.local.lookback, 120);
	assert_true(plan.local.lambda == 0);
	assert_int_equal(plan.network.inputs, 37);
	assert_int_equal(plan.spec.epochs, 8);	/* 200 steps */
	assert_int_equal(plan.spec.members, 6);
	assert_int_equal(plan.second_members, 3);
	assert_int_equal(plan.validation_windows, 24 - 11);
	assert_int_equal(rn_recipe_tail_rows(&plan), 120);
	spec.transform = RN_RECIPE_TRANSFORM_NONE;
	spec.validation_split = 0;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_true(plan.local.lambda == 1);
	assert_int_equal(plan.validation_windows, 0);
	data.value[7] = 0;
	spec.transform = RN_RECIPE_TRANSFORM_LOG;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	spec.transform = RN_RECIPE_TRANSFORM_AUTO;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_true(plan.local.lambda == 1);

	spec = quick_auto(RN_METHOD_WINDOWS);
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.method, RN_METHOD_WINDOWS);
	assert_int_equal(plan.spec.season, 12);
	assert_int_equal(plan.spec.window, 24);
	assert_int_equal(plan.spec.horizon, 12);
	assert_int_equal(plan.spec.cell, RN_CELL_GRU);
	assert_int_equal(plan.spec.patience, 20);
	assert_int_equal(plan.validation_windows, 17);	/* a fifth of 85 */
	assert_int_equal(plan.train_windows, 85 - 17 - 11);	/* and the gap */

	spec = quick_spec(RN_RECIPE_PLAIN);
	spec.train_rows = 100;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.rows, 100);
	assert_int_equal(plan.spec.window, 24);
	assert_int_equal(plan.spec.horizon, 1);
	assert_int_equal(plan.train_windows, 76);
	assert_int_equal(plan.validation_windows, 0);
	assert_int_equal(plan.spec.scaler, RN_SCALER_MINMAX);
	assert_true(plan.spec.optim.learning_rate == 0.001);
	assert_true(plan.bytes > 76 * 4 && plan.bytes < 10000000);

	spec.validation_split = 0.25;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.validation_windows, 19);
	assert_int_equal(plan.train_windows, 57);

	spec = quick_auto(RN_METHOD_LOCAL);	/* a season has to be there twice */
	data.series.n = 24;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.season, 12);
	data.series.n = 23;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.season, 1);
	spec = quick_auto(RN_METHOD_WINDOWS);	/* or three times */
	data.series.n = 36;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.season, 12);
	data.series.n = 35;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.season, 1);
	spec.season = 12;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.season, 12);

	spec = quick_auto(RN_METHOD_LOCAL);	/* too short to hold out: said, or given up */
	data.series.n = 15;
	spec.horizon = 8;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.validation_windows, 0);
	spec.validation_split = 0.3;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_TOO_FEW_ROWS);
	spec = quick_auto(RN_METHOD_WINDOWS);
	data.series.n = 19;
	spec.window = 10;
	spec.horizon = 8;
	spec.patience = 5;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_true(plan.spec.validation_split == 0 && plan.spec.patience == 0);
	assert_int_equal(plan.fit.patience, 0);
	spec.validation_split = 0.3;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_TOO_FEW_ROWS);
	data.series.n = ROWS;

	spec = quick_spec(RN_RECIPE_PLAIN);
	spec.optim.beta_2 = 0.99999999;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	spec.optim.beta_2 = 0.999;
	spec.optim.epsilon = 1e-60;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	spec = quick_spec(RN_RECIPE_PLAIN);
	spec.train_rows = 100;
	spec.window = 110;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_TOO_FEW_ROWS);
	assert_string_equal(test.host.error.message,
						"100 rows are too few to train on, at least 111 are needed");
	spec.window = RN_MAX_WINDOW + 1;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);

	for (int recipe = 0; recipe < RN_RECIPE_KINDS; recipe++)	/* not beyond the first step */
	{
		spec = quick_spec((RnRecipeKind) recipe);
		spec.window = recipe == RN_RECIPE_PLAIN ? 12 : 20;	/* auto: sequences of 12 of them */
		spec.dilations = 1;
		spec.dilation[0] = 12;
		assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
		assert_int_equal(plan.network.layer[0].dilation, 12);
		spec.dilation[0] = 13;
		assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	}
	spec.layers = 0;			/* as many as there are dilations */
	spec.dilations = 3;
	spec.dilation[0] = spec.dilation[1] = spec.dilation[2] = 2;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_true(plan.network.layers == 3 && plan.network.layer[2].units == 64);

	spec = quick_spec(RN_RECIPE_PLAIN);	/* memory that nobody has */
	spec.units[0] = RN_MAX_UNITS;
	spec.batch_size = 1 << 20;
	spec.window = 60;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_true(plan.bytes > (size_t) 1 << 30);
}

/* What a step of the optimiser looks at grows with the rows, up to 32 sequences. */
static void
test_batches(void **state)
{
	enum
	{
		MOST = 3200
	};
	static double value[MOST];
	static const struct
	{
		size_t		rows;
		int			season;
		int			horizon;
		int			said;
		int			window;
		int			batch;
	}			cases[] = {
		{400, 24, 48, 0, 336, 8},	/* 200 * 400 / (336 + 48) / 24 */
		{400, 24, 168, 0, 336, 6},
		{390, 24, 48, 0, 336, 8},	/* as of 400 */
		{800, 24, 48, 0, 336, 17},
		{1600, 24, 48, 0, 336, 32},
		{400, 24, 48, 32, 336, 32},
		{400, 52, 52, 0, 156, 32},	/* 12 steps */
		{400, 12, 12, 0, 36, 32},
		{400, 200, 390, 0, 512, 7},
		{3200, 200, 2000, 0, 512, 21},
		{3200, 24, 3000, 0, 336, 7},
	};
	TestHost	test = test_host();

	(void) state;
	for (int t = 0; t < MOST; t++)
		value[t] = 100 + 10 * sin(6.283185307179586 * t / 24) + rn_rng_normal(4, 4, (uint64_t) t);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		RnSeries	series = {.n = cases[i].rows,.start = 1};
		RnPanel		panel = {
			.kind = RN_TIME_INTEGER,.calendar = {.kind = RN_TIME_INTEGER,.step = 1},
			.count = 1,.series = &series,.rows = cases[i].rows,.value = value
		};
		RnTrainSpec spec;
		RnTrainPlan plan;

		rn_recipe_defaults(&spec);
		spec.season = cases[i].season;
		spec.horizon = cases[i].horizon;
		spec.batch_size = cases[i].said;
		assert_ok(test, rn_recipe_plan(&test.host, &spec, &panel, &plan));
		printf("  %zu rows, season %d, horizon %d: window %d, %d sequences of %d\n", cases[i].rows, cases[i].season,
			   cases[i].horizon, plan.spec.window, plan.spec.batch_size, plan.steps);
		assert_int_equal(plan.spec.window, cases[i].window);
		assert_int_equal(plan.spec.batch_size, cases[i].batch);
		assert_int_equal(plan.fit.batch_size, cases[i].batch);
		assert_int_equal(plan.train_windows, 25 * cases[i].batch);	/* an epoch */
	}
	assert_int_equal(test.live, 0);
}

/* Of every recipe and cell: the forecast with these layers. */
static void
stacked_forecast(RnRecipeKind recipe, RnCellKind cell, const int *dilation, bool residual, double *forecast)
{
	static Data data;
	TestHost	test = test_host();
	RnTrainSpec spec = quick_spec(recipe);
	RnTrainReport report;
	RnModel		model;

	make_data(&data, &test, false);
	spec.cell = cell;
	spec.cell_open = false;
	spec.layers = spec.dilations = 2;
	spec.members = recipe == RN_RECIPE_AUTO ? 2 : 1;
	spec.classical = false;
	spec.units[0] = spec.units[1] = 4;
	memcpy(spec.dilation, dilation, 2 * sizeof(int));
	spec.residual = residual;
	spec.epochs = 3;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	model.share = 1;			/* the networks alone */
	model.naive_share = 0;
	assert_ok(test, forecast_tail(&test, &model, 3, forecast));
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* Both options count, by either recipe and with every cell, and give the same again. */
static void
test_stacks_count(void **state)
{
	static const int close[2] = {1, 1};
	static const int far[2] = {2, 5};

	(void) state;
	for (int recipe = 0; recipe < RN_RECIPE_KINDS; recipe++)
		for (int cell = 0; cell < RN_CELL_KINDS; cell++)
		{
			double		plain[3];
			double		dilated[3];
			double		residual[3];
			double		both[3];
			double		again[3];

			stacked_forecast((RnRecipeKind) recipe, (RnCellKind) cell, close, false, plain);
			stacked_forecast((RnRecipeKind) recipe, (RnCellKind) cell, far, false, dilated);
			stacked_forecast((RnRecipeKind) recipe, (RnCellKind) cell, close, true, residual);
			stacked_forecast((RnRecipeKind) recipe, (RnCellKind) cell, far, true, both);
			stacked_forecast((RnRecipeKind) recipe, (RnCellKind) cell, far, true, again);
			assert_true(plain[0] != dilated[0] && plain[0] != residual[0] && dilated[0] != both[0] && residual[0] != both[0]);
			assert_memory_equal(both, again, sizeof(both));
		}
}

/*
 * A power between: chosen by the rows or said, stored, and undone exactly: whatever the unit,
 * forecasts are as many times larger, and intervals reach as far up as down in it.
 */
static void
test_power(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_auto(RN_METHOD_LOCAL);
	RnTrainReport report[2];
	RnTrainPlan plan;
	RnModel		model[2];
	RnModel		copy;
	double		forecast[2][30];
	double		same[30];
	double		unit[2];
	size_t		size;
	unsigned char *bytes;

	(void) state;
	spec.members = 2;
	spec.epochs = 2;
	spec.transform = RN_RECIPE_TRANSFORM_BOX_COX;
	for (int i = 0; i < 2; i++)
	{
		make_data(&data, &test, false);
		for (int t = 0; t < ROWS; t++)
			data.value[t] = (i == 0 ? 1 : 1e6) * pow(0.1 * data.value[t], 2);
		assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
		assert_true(plan.spec.lambda >= 0.3 && plan.spec.lambda <= 0.7);
		assert_int_equal(plan.second_members, 0);
		assert_ok(test, train(&test, &spec, &data, NULL, &model[i], &report[i]));
		assert_true(model[i].local.lambda == plan.spec.lambda);
		assert_ok(test, forecast_tail(&test, &model[i], 30, forecast[i]));
		unit[i] = rn_interval_width(&model[i], 0.9, 1);
	}
	assert_true(fabs(report[1].validation_mae / report[0].validation_mae / 1e6 - 1) < 1e-3);
	assert_true(fabs(report[1].validation_mase / report[0].validation_mase - 1) < 1e-3);
	assert_true(fabs(unit[1] / unit[0] - 1) < 1e-3);
	for (int k = 0; k < 30; k++)
	{
		double		lambda = model[0].local.lambda;
		double		lower;
		double		upper;

		assert_true(fabs(forecast[1][k] / forecast[0][k] / 1e6 - 1) < 1e-3);
		rn_interval_bounds(&model[0], 0.9, k + 1, forecast[0][k], 1, &lower, &upper);
		assert_true(lower < forecast[0][k] && forecast[0][k] < upper);
		assert_true(fabs(rn_box_cox(lambda, upper) + rn_box_cox(lambda, lower) - 2 * rn_box_cox(lambda, forecast[0][k])) < 1e-9);
	}
	bytes = encode(&test, &model[0], &size);
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &copy));
	assert_ok(test, forecast_tail(&test, &copy, 30, same));
	assert_memory_equal(same, forecast[0], sizeof(same));
	free(bytes);
	rn_model_free(&test.host, &copy);
	for (int i = 0; i < 2; i++)
	{
		rn_train_report_free(&test.host, &report[i]);
		rn_model_free(&test.host, &model[i]);
	}

	/* said: of values that have no logarithm, too; but not a power that is none */
	data.value[7] = -5;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	spec.transform = RN_RECIPE_TRANSFORM_AUTO;
	spec.lambda = 0.5;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.transform, RN_RECIPE_TRANSFORM_BOX_COX);
	assert_true(plan.local.lambda == 0.5);
	spec.lambda = 1e-3;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	spec.lambda = 0;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	spec.lambda = 0.5;
	spec.transform = RN_RECIPE_TRANSFORM_NONE;
	assert_int_equal(rn_recipe_plan(&test.host, &spec, &data.panel, &plan), RN_INVALID_OPTION);
	assert_int_equal(test.live, 0);
}

/* Mean errors of the shapes tried, one of a list after the other. */
typedef struct Errors
{
	const double *mase;
	size_t		bytes;			/* the most that any of them needs */
	int			wrong;			/* plans that would keep something */
} Errors;

static RnCode
tell_error(void *context, const RnTrainPlan *plan, double *mase)
{
	Errors	   *errors = context;

	*mase = *errors->mase++;
	errors->bytes = plan->bytes > errors->bytes ? plan->bytes : errors->bytes;
	errors->wrong += !plan->trial || rn_fits_count(plan) != rn_fits_trials(plan);
	return *mase == INFINITY ? RN_DIVERGED : *mase < 0 ? RN_CANCELLED : RN_OK;
}

/* Shapes are tried one change after the other, the least error is kept, and the memory is that of the largest. */
static void
test_tune(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_auto(RN_METHOD_LOCAL);
	RnTrainPlan planned;
	RnTrainPlan plan;
	RnTuning	tuning;
	Errors		errors = {.mase = (const double[]) {1, 0.9, 0.8, 0.85, 0.7}};

	(void) state;
	make_data(&data, &test, false);
	spec.layers = spec.epochs = 0;
	spec.tune = true;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &planned));
	assert_ok(test, rn_tune_bytes(&test.host, &spec, &data.panel, &planned));
	plan = planned;
	assert_ok(test, rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning));
	assert_int_equal(tuning.count, 5);
	assert_int_equal(tuning.shape[3].units, 128);
	assert_int_equal(tuning.shape[3].window, 54);
	assert_int_equal(tuning.shape[4].window, 36);
	assert_int_equal(tuning.shape[4].epochs, 4);
	assert_int_equal(plan.spec.units[0], 128);
	assert_int_equal(plan.spec.window, 36);
	assert_int_equal(plan.spec.epochs, 4);
	assert_false(plan.trial);
	assert_int_equal(errors.wrong, 0);
	assert_true(errors.bytes <= planned.bytes);

	errors.mase = (const double[]) {1, 1, 1, NAN, 1};	/* of equals the first */
	plan = planned;
	assert_ok(test, rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning));
	assert_true(plan.spec.units[0] == 64 && plan.spec.window == 36 && plan.spec.epochs == 8);
	errors.mase = (const double[]) {INFINITY, 2, INFINITY, 1, INFINITY};	/* what diverges is not it */
	plan = planned;
	assert_ok(test, rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning));
	assert_true(plan.spec.units[0] == 32 && plan.spec.window == 54 && plan.spec.epochs == 8);
	assert_false(plan.trial);
	errors.mase = (const double[]) {1, -1};
	plan = planned;
	assert_int_equal(rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning), RN_CANCELLED);
	spec.layers = spec.window = spec.epochs = 3;
	assert_ok(test, rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning));
	assert_int_equal(tuning.count, 0);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_stacks_count),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_tune)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
