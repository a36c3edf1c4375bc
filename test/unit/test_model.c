/*
 * test_model.c
 *		The roof: recipes, forecasts, intervals, and models as bytes.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "base/order.h"
#include "base/rng.h"
#include "model/codec.h"
#include "model/forecast.h"
#include "model/interval.h"
#include "model/recipe.h"
#include "model/tune.h"
#include "series/box_cox.h"

#define ROWS 120

/* Monthly rows from 2000-01-31 on: a trend, a season, a little noise. */
typedef struct Data
{
	RnPanel		panel;
	RnSeries	series;
	int64_t		time[ROWS];
	double		value[ROWS];
	unsigned char missing[ROWS];	/* all zero */
} Data;

static const RnRowPolicy strict;	/* all zero: errors */

static void
make_data(Data *data, TestHost *test, bool constant)
{
	RnCalendar	monthly = {.kind = RN_TIME_CIVIL,.months = 1,.anchor_day = 31};

	for (int i = 0; i < ROWS; i++)
	{
		assert_ok(*test, rn_calendar_add(&test->host, &monthly, 30 * RN_USECS_PER_DAY, i, &data->time[i]));
		data->value[i] = constant ? 7.5
			: 100 + 0.1 * i + 10 * sin(6.283185307179586 * i / 12) + 0.3 * rn_rng_normal(2, 2, (uint64_t) i);
	}
	data->series = (RnSeries) {.n = ROWS,.time = {.each = data->time}};
	data->panel = (RnPanel) {
		.kind = RN_TIME_CIVIL,.count = 1,.series = &data->series,.rows = ROWS,.value = data->value
	};
	assert_ok(*test, rn_panel_settle(&test->host, &data->panel, &strict, NULL));
	data->panel.missing = data->missing;	/* nothing is */
}

static void small_model(TestHost *test, RnModel *model);

static RnTrainSpec
quick_spec(RnRecipeKind recipe)
{
	RnTrainSpec spec;

	rn_recipe_defaults(&spec);
	spec.recipe = recipe;
	spec.layers = 1;
	spec.units[0] = 8;
	spec.epochs = 30;
	spec.rows.on_error = RN_ON_ERROR_FAIL;
	return spec;
}

/* `auto` by either method: masked steps cannot be taken apart. */
static RnTrainSpec
quick_auto(RnMethod method)
{
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);

	if (method == RN_METHOD_WINDOWS)
		spec.rows.missing = RN_MISSING_MASK;
	return spec;
}

static RnCode
train(TestHost *test, const RnTrainSpec *spec, Data *data, const RnModel *warm,
	  RnModel *model, RnTrainReport *report)
{
	RnTrainPlan plan;

	RN_TRY(rn_recipe_plan(&test->host, spec, &data->panel, &plan));
	return rn_recipe_train(&test->host, &plan, &data->panel, NULL, 0, warm, NULL, model, report);
}

/* Forecasts from n values. */
static RnCode
forecast_from(TestHost *test, const RnModel *model, const double *value, size_t n, int steps,
			  double *forecast)
{
	RnOrigin	origin = rn_forecast_tail(model, 0);

	origin.n = rn_model_kept_rows(model, n);
	origin.value = value + n - origin.n;
	origin.missing = NULL;
	return rn_forecast(&test->host, model, &origin, 1, steps, forecast, NULL);
}

/* Forecasts from where the training rows end. */
static RnCode
forecast_tail(TestHost *test, const RnModel *model, int steps, double *forecast)
{
	RnOrigin	origin = rn_forecast_tail(model, 0);

	return rn_forecast(&test->host, model, &origin, 1, steps, forecast, NULL);
}

static RnCode
predict_from(TestHost *test, const RnModel *model, const double *value, size_t n, double *predicted)
{
	RnRows		rows = {value, NULL, NULL};
	RnView		view = {0, 0, n, rn_model_transform(model, model->series), model->series[0].base_season};

	return rn_predict(&test->host, model, &rows, &view, n, predicted, NULL);
}

/* Half width of an interval in users' units. */
static double
width_of(const RnModel *model, double level, int step)
{
	return rn_interval_width(model, level, step) * model->series[0].scale;
}

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

/* A line goes on from its last value, whatever the window can and cannot see. */
/* A line goes on as one, however far, be it noisy or not. */
static void
test_far_line(void **state)
{
	for (int noisy = 0; noisy < 2; noisy++)
	{
		TestHost	test = test_host();
		static Data data;
		RnTrainSpec spec = quick_auto(RN_METHOD_LOCAL);
		RnModel		model;
		RnTrainReport report;
		double		forecast[1000];

		(void) state;
		make_data(&data, &test, false);
		for (int i = 0; i < ROWS; i++)
			data.value[i] = i + 1 + noisy * 0.1 * rn_rng_normal(2, 2, (uint64_t) i);
		spec.season = 1;
		spec.epochs = 0;
		assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
		assert_true(model.local.lambda == 1);
		assert_ok(test, forecast_tail(&test, &model, 1000, forecast));
		assert_true(fabs(forecast[99] / (ROWS + 100) - 1) < 0.05);
		assert_true(fabs(forecast[999] / (ROWS + 1000) - 1) < 0.15);
		rn_model_free(&test.host, &model);
		rn_train_report_free(&test.host, &report);
		assert_int_equal(test.live, 0);
	}
}

/* A season of which there is one is not forgotten, though nothing can be held out. */
static void
test_single_season(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_auto(RN_METHOD_LOCAL);
	RnModel		model;
	RnTrainReport report;
	double		forecast[12];
	double		worst = 0;

	(void) state;
	make_data(&data, &test, false);
	data.panel.kind = RN_TIME_INTEGER;
	data.panel.calendar = (RnCalendar) {.kind = RN_TIME_INTEGER,.step = 1};
	data.panel.rows = data.series.n = 100;
	for (int i = 0; i < ROWS; i++)
		data.value[i] = 100 + 50 * sin(6.283185307179586 * i / 96);
	spec.season = 96;
	spec.horizon = 12;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	assert_true(isnan(report.validation_mase));
	assert_true(model.share == 0 && model.naive_share == 1);
	assert_ok(test, forecast_tail(&test, &model, 12, forecast));
	for (int k = 0; k < 12; k++)
		worst = fmax(worst, fabs(forecast[k] - data.value[100 + k]));
	assert_true(worst < 1e-6);
	rn_model_free(&test.host, &model);
	rn_train_report_free(&test.host, &report);

	spec.season = 90;			/* no day */
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	assert_true(model.share == 0.5 && model.naive_share == 0.5);
	rn_model_free(&test.host, &model);
	rn_train_report_free(&test.host, &report);
	spec.classical = false;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	assert_true(model.share == 1 && model.naive_share == 0);
	rn_model_free(&test.host, &model);
	rn_train_report_free(&test.host, &report);
	assert_int_equal(test.live, 0);
}

static void
test_short_line(void **state)
{
	(void) state;
	for (int i = 0; i < 4; i++)
	{
		TestHost	test = test_host();
		static Data data;
		RnMethod	method = i % 2 == 0 ? RN_METHOD_WINDOWS : RN_METHOD_LOCAL;
		int			season = i < 2 ? 0 : 12;
		RnTrainSpec spec = quick_auto(method);
		RnModel		model;
		RnTrainReport report;
		double		forecast;

		make_data(&data, &test, false);
		data.series.n = 30;
		for (int i = 0; i < 30; i++)
			data.value[i] = 100 + i;
		spec.season = season;
		spec.window = 8;
		assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
		assert_int_equal(model.series[0].base_season, method == RN_METHOD_WINDOWS);
		assert_ok(test, forecast_tail(&test, &model, 1, &forecast));
		assert_true(fabs(forecast - 130) < 1.5);
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
	}
}

/* Any series of two rows or more gets a model from `auto`. */
static void
test_short_series(void **state)
{
	(void) state;
	for (size_t i = 4; i < 80; i++)
	{
		TestHost	test = test_host();
		static Data data;
		size_t		n = i / 2;
		RnTrainSpec spec = quick_auto((RnMethod) (i % 2));
		RnModel		model;
		RnTrainReport report;
		double		forecast[5];

		make_data(&data, &test, false);
		data.series.n = n;
		spec.epochs = 2;
		assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
		assert_ok(test, forecast_tail(&test, &model, 5, forecast));
		for (int k = 0; k < 5; k++)
			assert_true(isfinite(forecast[k]));
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
		assert_int_equal(test.live, 0);
	}
}

static void
check_auto(RnMethod method)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_auto(method);
	RnModel		model;
	RnTrainReport report;
	double		forecast[40];
	double		predicted[ROWS];
	double		narrow = 0;

	make_data(&data, &test, false);
	spec.epochs = method == RN_METHOD_WINDOWS ? 300 : 8;
	if (method == RN_METHOD_WINDOWS)
		spec.optim.learning_rate = 0.01;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	assert_true(report.validation_mae < 3);	/* of a season of +-10 */
	assert_true(report.naive_mae > 0.5 && report.naive_mae < 3);
	assert_true(rn_interval_known(&model));
	assert_int_equal(model.series[0].last_time, data.time[ROWS - 1]);
	assert_ok(test, forecast_tail(&test, &model, 40, forecast));
	for (int k = 0; k < 12; k++)
		assert_true(fabs(forecast[k] - (100 + 0.1 * (ROWS + k) +
										10 * sin(6.283185307179586 * (ROWS + k) / 12))) < 8);
	for (int k = 1; k <= 40; k++)
	{
		double		width = width_of(&model, 0.9, k);

		assert_true(width >= narrow && width > 0);
		assert_true(width_of(&model, 0.5, k) <= width);
		narrow = width;
	}
	assert_int_equal(model.series[0].base_season, method == RN_METHOD_WINDOWS ? 12 : 0);
	assert_ok(test, predict_from(&test, &model, data.value, ROWS, predicted));
	for (size_t i = (size_t) rn_model_first_predicted(&model); i < ROWS; i += 19)
	{
		assert_ok(test, forecast_from(&test, &model, data.value, i, 1, forecast));
		assert_true(fabs(forecast[0] - predicted[i]) < 1e-3);
	}
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

static void
test_auto_trains(void **state)
{
	(void) state;
	check_auto(RN_METHOD_WINDOWS);
	check_auto(RN_METHOD_LOCAL);
}

/* Beyond the held-out steps intervals go on growing, as a random walk's do. */
static void
test_intervals_grow(void **state)
{
	double		error[] = {1, 3, 2, 4};	/* steps 1 and 2, two points each */
	RnModel		model = {.season = 1,.residual_steps = 2,.residual_points = 2,.residual = error};

	(void) state;
	assert_true(rn_interval_width(&model, 0.9, 1) == 3);
	assert_true(rn_interval_width(&model, 0.9, 2) == 4);
	assert_true(rn_interval_width(&model, 0.9, 8) == 8);	/* sqrt(8 / 2) */
	assert_true(rn_interval_width(&model, 0.1, 18) == 6);	/* sqrt(18 / 2) */
	model.season = 2;			/* steps 1 and 2 are its first season, 7 and 8 its fourth */
	assert_true(rn_interval_width(&model, 0.9, 7) == 8);
	assert_true(rn_interval_width(&model, 0.9, 8) == 8);
}

/* Of many series it is these that count, not their origins; of few it is not the largest error. */
static void
test_intervals_count_series(void **state)
{
	double		error[100];
	RnModel		model = {.season = 1,.residual_steps = 1,.residual_points = 100,.residual = error};
	const struct
	{
		size_t		series;
		double		level;
		double		width;
	}			cases[] = {
		{1, 0.8, 81}, {1, 0.9, 91}, {1, 0.95, 96}, {1, 0.999, 100},	/* ceil(101 level) */
		{40, 0.8, 83}, {40, 0.9, 93}, {40, 0.95, 98},	/* ceil(101 (1 - (1 - level) / (1 + level / (1 - level) / S))) */
		{10, 0.8, 87}, {10, 0.9, 96}, {2, 0.8, 91}, {2, 0.95, 99},	/* at most ceil(101 (1 + level) / 2) */
		{1000, 0.8, 81}, {1000, 0.9, 91}
	};

	(void) state;
	for (int i = 0; i < 100; i++)
		error[i] = i + 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		model.count = cases[i].series;
		assert_true(rn_interval_width(&model, cases[i].level, 1) == cases[i].width);
	}
}

/*
 * Series differ in how large their errors are, and those of one are alike: of one more
 * series intervals cover the promised share, on average.
 */
static void
test_intervals_cover_new_series(void **state)
{
	enum
	{
		SERIES = 20, ORIGINS = 5, TRIALS = 20000
	};
	double		error[SERIES * ORIGINS];
	RnModel		model = {
		.season = 1,.residual_steps = 1,.residual_points = SERIES * ORIGINS,.residual = error,.count = SERIES
	};
	int			inside = 0;

	(void) state;
	for (int trial = 0; trial < TRIALS; trial++)
	{
		for (int s = 0; s < SERIES; s++)
			for (int i = 0; i < ORIGINS; i++)
				error[s * ORIGINS + i] = fabs(rn_rng_normal(1, (uint64_t) trial, (uint64_t) s));
		rn_order_sort(error, SERIES * ORIGINS);
		inside += fabs(rn_rng_normal(1, (uint64_t) trial, SERIES)) <= rn_interval_width(&model, 0.79, 1);
	}
	printf("  covered at 79 %%: %.1f\n", 100.0 * inside / TRIALS);
	assert_true(inside >= 0.79 * TRIALS && inside <= 0.83 * TRIALS);	/* 17 of 21; by origins 16 of 21 */
}

/* What is held out is the newest part, and nothing of it is learnt from. */
static void
test_holds_out_the_newest(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_PLAIN);
	RnModel		model;
	RnTrainReport report;
	RnModelSeries before;

	(void) state;
	spec.window = 12;
	spec.validation_split = 0.25;
	make_data(&data, &test, false);
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	assert_true(report.log.val_loss[29] < 1);
	before = model.series[0];
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);

	for (int i = ROWS - 10; i < ROWS; i++)
		data.value[i] += 1000;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	assert_true(report.log.val_loss[29] > 100);
	assert_true(report.log.loss[29] < 1);
	assert_true(report.validation_mae > 100);
	assert_true(width_of(&model, 0.9, 1) > 500);
	assert_true(model.series[0].shift == before.shift && model.series[0].scale == before.scale);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/*
 * Predictions that are fed back may grow out of float; what is stored then
 * knows fewer steps, or no intervals, and can be read again.
 */
static void
test_explosive_series(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_PLAIN);
	RnModel		model;
	RnModel		copy;
	RnTrainReport report;
	size_t		size;
	unsigned char *bytes;

	(void) state;
	make_data(&data, &test, false);
	for (int i = 0; i < ROWS; i++)
		data.value[i] = 0.001 * pow(1.35, i % 24);
	spec.cell = RN_CELL_SIMPLE;
	spec.cell_open = false;
	spec.activation = RN_ACTIVATION_LINEAR;
	spec.window = 1;
	spec.season = 60;
	spec.validation_split = 0.5;
	spec.loss.kind = RN_LOSS_MAE;
	spec.optim.learning_rate = 30;
	spec.epochs = 5;
	spec.shuffle = false;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	printf("  held-out steps that stayed finite: %d of 60\n", model.residual_steps);
	assert_true(model.residual_steps > 0 && model.residual_steps < 20);
	bytes = malloc(size = rn_model_encoded_size(&model));
	assert_ok(test, rn_model_encode(&test.host, &model, bytes, size));
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &copy));
	free(bytes);
	rn_model_free(&test.host, &copy);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* What could not be read is not stored. */
static void
test_encodes_only_numbers(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	size_t		size;
	unsigned char *bytes;

	(void) state;
	small_model(&test, &model);
	bytes = malloc(size = rn_model_encoded_size(&model));
	model.residual[1] = INFINITY;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	model.residual[1] = 1;
	model.network.weights[3] = NAN;
	assert_int_equal(rn_model_encode(&test.host, &model, bytes, size), RN_DIVERGED);
	free(bytes);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

static void
test_constant_series(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnModel		model;
	RnTrainReport report;

	(void) state;
	make_data(&data, &test, true);
	for (int scaler = 0; scaler < RN_SCALER_KINDS; scaler++)
	{
		RnTrainSpec spec = quick_spec(RN_RECIPE_PLAIN);
		double		forecast[3];

		spec.scaler = (RnScalerKind) scaler;
		spec.scaler_open = false;
		spec.epochs = 200;
		assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
		assert_false(rn_interval_known(&model));
		assert_true(isnan(report.validation_mae));
		assert_ok(test, forecast_tail(&test, &model, 3, forecast));
		if (scaler != RN_SCALER_NONE)
			assert_true(fabs(forecast[2] - 7.5) < 0.5);
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
	}
	assert_int_equal(test.live, 0);
}

/* Beyond its head a model forecasts from its own predictions. */
static void
test_feeds_back(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_PLAIN);
	RnModel		model;
	RnTrainReport report;
	double		whole[11];
	double		predicted[ROWS];

	(void) state;
	make_data(&data, &test, false);
	for (int horizon = 1; horizon <= 4; horizon += 3)
	{
		double		history[24 + 11];

		spec.window = 24;
		spec.horizon = horizon;
		assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
		assert_ok(test, forecast_from(&test, &model, data.value, ROWS, 11, whole));
		memcpy(history, data.value + ROWS - 24, 24 * sizeof(double));
		for (int k = 0; k < 11; k += horizon)
		{
			double		part[4];

			assert_ok(test, forecast_from(&test, &model, history, (size_t) (24 + k), horizon, part));
			for (int j = 0; j < horizon && k + j < 11; j++)
			{
				assert_true(fabs(part[j] - whole[k + j]) < 1e-3);
				history[24 + k + j] = part[j];
			}
		}

		assert_ok(test, predict_from(&test, &model, data.value, ROWS, predicted));
		for (size_t i = (size_t) rn_model_first_predicted(&model); i < ROWS; i += 19)
		{
			double		one;

			assert_ok(test, forecast_from(&test, &model, data.value, i, 1, &one));
			assert_true(fabs(one - predicted[i]) < 1e-3);
		}
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &model);
	}
	assert_int_equal(test.live, 0);
}

static void
test_warm_start(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_PLAIN);
	RnModel		cold;
	RnModel		warm;
	RnTrainReport first;
	RnTrainReport second;

	(void) state;
	make_data(&data, &test, false);
	assert_ok(test, train(&test, &spec, &data, NULL, &cold, &first));
	assert_ok(test, train(&test, &spec, &data, &cold, &warm, &second));
	assert_true(second.log.loss[0] < 0.5 * first.log.loss[0]);
	rn_train_report_free(&test.host, &second);
	rn_model_free(&test.host, &warm);
	spec.dilations = 1;
	spec.dilation[0] = 2;
	assert_int_equal(train(&test, &spec, &data, &cold, &warm, &second), RN_INVALID_OPTION);
	spec.dilations = 0;
	spec.residual = true;
	assert_int_equal(train(&test, &spec, &data, &cold, &warm, &second), RN_INVALID_OPTION);
	spec.residual = false;
	spec.units[0] = 9;
	assert_int_equal(train(&test, &spec, &data, &cold, &warm, &second), RN_INVALID_OPTION);
	spec.layers = RN_MAX_LAYERS;
	for (int l = 0; l < RN_MAX_LAYERS; l++)
		spec.units[l] = 1;
	assert_int_equal(train(&test, &spec, &data, &cold, &warm, &second), RN_INVALID_OPTION);
	rn_train_report_free(&test.host, &first);
	rn_model_free(&test.host, &cold);
	assert_int_equal(test.live, 0);
}

/* A trained model as bytes; the caller frees. */
static unsigned char *
encode(TestHost *test, const RnModel *model, size_t *size)
{
	unsigned char *bytes;

	*size = rn_model_encoded_size(model);
	bytes = malloc(*size);
	assert_ok(*test, rn_model_encode(&test->host, model, bytes, *size));
	return bytes;
}

static void
small_model(TestHost *test, RnModel *model)
{
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);
	RnTrainReport report;

	make_data(&data, test, false);
	spec.cell = RN_CELL_LSTM;
	spec.cell_open = false;
	spec.layers = 2;
	spec.units[0] = spec.units[1] = 3;
	spec.dilations = 2;
	spec.dilation[0] = 1;
	spec.dilation[1] = 5;
	spec.residual = true;
	spec.dropout = 0.1;
	spec.epochs = 2;
	assert_ok(*test, train(test, &spec, &data, NULL, model, &report));
	rn_train_report_free(&test->host, &report);
}

static void
test_round_trip(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	RnModel		copy;
	size_t		size;
	size_t		again_size;
	unsigned char *bytes;
	unsigned char *again;
	double		a[30];
	double		b[30];

	(void) state;
	small_model(&test, &model);
	bytes = encode(&test, &model, &size);
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &copy));
	again = encode(&test, &copy, &again_size);
	assert_int_equal(size, again_size);
	assert_memory_equal(bytes, again, size);
	assert_ok(test, forecast_tail(&test, &model, 30, a));
	assert_ok(test, forecast_tail(&test, &copy, 30, b));
	assert_memory_equal(a, b, sizeof(a));
	assert_true(copy.network.spec.layer[1].dropout == 0.1);
	assert_true(copy.network.spec.residual && copy.network.spec.layer[0].dilation == 1 && copy.network.spec.layer[1].dilation == 5);
	assert_int_equal(copy.series[0].anchor_day, 31);
	free(again);
	free(bytes);
	rn_model_free(&test.host, &copy);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* Make the checksum right again, so that what is behind it is tested. */
static void
reseal(unsigned char *bytes, size_t size)
{
	extern unsigned long crc32(unsigned long, const unsigned char *, unsigned);
	unsigned long crc = crc32(crc32(0, NULL, 0), bytes + 16, (unsigned) (size - 16));

	for (int i = 0; i < 4; i++)
		bytes[12 + i] = (unsigned char) (crc >> (8 * i));
}

/* Format 2 had neither dilations nor residuals: what it stored forecasts as ever. */
static void
test_format_2(void **state)
{
	static Data data;
	TestHost	test = test_host();
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);
	const size_t at = 24 + 12 + 2 * 32 + 8;
	const size_t block = 4 + 2 * 4;
	RnTrainReport report;
	RnModel		model;
	RnModel		old;
	size_t		size;
	unsigned char *bytes;
	double		a[30];
	double		b[30];

	(void) state;
	make_data(&data, &test, false);
	spec.layers = 2;
	spec.units[1] = 8;
	spec.epochs = 2;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	bytes = encode(&test, &model, &size);
	memmove(bytes + at, bytes + at + block, size - at - block);
	size -= block;
	bytes[8] = 2;
	for (int i = 0; i < 8; i++)
		bytes[16 + i] = (unsigned char) ((uint64_t) size >> (8 * i));
	reseal(bytes, size);
	assert_ok(test, rn_model_decode(&test.host, bytes, size, &old));
	assert_ok(test, forecast_tail(&test, &model, 30, a));
	assert_ok(test, forecast_tail(&test, &old, 30, b));
	assert_memory_equal(a, b, sizeof(a));
	rn_model_free(&test.host, &old);
	for (int version = 1; version <= 4; version++)
		if (version != 2)
		{
			bytes[8] = (unsigned char) version;
			assert_int_equal(rn_model_decode(&test.host, bytes, size, &old), version == 3 ? RN_CORRUPT : RN_UNSUPPORTED);
		}
	free(bytes);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
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

/* Refused, or a model whose forecast is finite or an error: nothing else. */
static void
decode_hostile(const unsigned char *bytes, size_t size, int *accepted)
{
	TestHost	test = test_host();
	RnModel		model;
	double		forecast[3];
	RnCode		code;

	unsigned char *exact = malloc(size > 0 ? size : 1);	/* for the address sanitizer */

	memcpy(exact, bytes, size);
	code = rn_model_decode(&test.host, exact, size, &model);
	assert_true(test.largest <= size);	/* no more than the bytes justify */
	if (code == RN_OK)
	{
		(*accepted)++;
		code = forecast_tail(&test, &model, 3, forecast);
		if (code == RN_OK)
			for (int k = 0; k < 3; k++)
				assert_true(isfinite(forecast[k]));
		else
			assert_int_equal(code, RN_DIVERGED);
		rn_model_free(&test.host, &model);
	}
	else
		assert_true(code == RN_CORRUPT || code == RN_UNSUPPORTED);
	free(exact);
	assert_int_equal(test.live, 0);
}

static void
test_hostile_bytes(void **state)
{
	TestHost	test = test_host();
	RnModel		model;
	size_t		size;
	unsigned char *bytes;
	unsigned char *mutant;
	int			accepted = 0;

	(void) state;
	small_model(&test, &model);
	bytes = encode(&test, &model, &size);
	mutant = malloc(size);
	for (size_t n = 0; n < size; n += 1 + n / 50)	/* cut short */
		decode_hostile(bytes, n, &accepted);
	for (size_t at = 0; at < size; at += 1 + at / 300)	/* a byte, checksum stale */
	{
		memcpy(mutant, bytes, size);
		mutant[at] ^= 0x41;
		decode_hostile(mutant, size, &accepted);
	}
	assert_int_equal(accepted, 0);

	for (uint64_t n = 0; n < 20000; n++)	/* sealed again: the checks behind */
	{
		uint32_t	words[4];

		rn_rng_words(9, 9, n, words);
		memcpy(mutant, bytes, size);
		mutant[16 + words[0] % (words[1] % 2 ? 220 : size - 16)] = (unsigned char) words[2];
		if (words[1] % 3 == 0)
			mutant[16 + words[3] % 232] = (unsigned char) (words[2] >> 8);
		reseal(mutant, size);
		decode_hostile(mutant, size, &accepted);
	}
	printf("  %d of 20000 resealed mutants are valid models\n", accepted);
	assert_true(accepted > 0 && accepted < 20000);
	free(mutant);
	free(bytes);
	rn_model_free(&test.host, &model);
}

/* A model of the version before powers: the same, but for the 8 bytes of its exponent. */
static void
test_earlier_version(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnTrainSpec spec = quick_auto(RN_METHOD_LOCAL);
	RnTrainReport report;
	RnModel		model;
	RnModel		copy;
	size_t		size;
	size_t		again_size;
	unsigned char *bytes;
	unsigned char *again;
	unsigned char *old;
	const size_t at = 24 + 12 + 32 + 8 + 12 + 16 + 16 + 4;	/* header .. logarithms or not, of one layer */

	(void) state;
	make_data(&data, &test, false);
	spec.members = 2;
	spec.epochs = 2;
	spec.transform = RN_RECIPE_TRANSFORM_NONE;
	assert_ok(test, train(&test, &spec, &data, NULL, &model, &report));
	rn_train_report_free(&test.host, &report);
	bytes = encode(&test, &model, &size);
	old = malloc(size - 8);
	memcpy(old, bytes, at);
	memcpy(old + at, bytes + at + 8, size - at - 8);
	old[8] = 2;
	for (int i = 0; i < 8; i++)
		old[16 + i] = (unsigned char) ((size - 8) >> (8 * i));
	reseal(old, size - 8);
	assert_ok(test, rn_model_decode(&test.host, old, size - 8, &copy));
	again = encode(&test, &copy, &again_size);
	assert_int_equal(again_size, size);
	assert_memory_equal(again, bytes, size);
	old[8] = 1;
	assert_int_equal(rn_model_decode(&test.host, old, size - 8, &model), RN_UNSUPPORTED);
	old[8] = 4;
	assert_int_equal(rn_model_decode(&test.host, old, size - 8, &model), RN_UNSUPPORTED);
	free(old);
	free(again);
	free(bytes);
	rn_model_free(&test.host, &copy);
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
	return *mase < 0 ? RN_CANCELLED : RN_OK;
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
	errors.mase = (const double[]) {1, -1};
	plan = planned;
	assert_int_equal(rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning), RN_CANCELLED);
	spec.layers = spec.window = spec.epochs = 3;
	assert_ok(test, rn_tune(&test.host, &spec, &data.panel, tell_error, &errors, &plan, &tuning));
	assert_int_equal(tuning.count, 0);
	assert_int_equal(test.live, 0);
}

static void
test_interrupted(void **state)
{
	static Data data;
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);
	RnModel		model;
	RnTrainReport report;
	long		polls;

	(void) state;
	spec.epochs = 2;
	for (long n = 0;; n++)
	{
		TestHost	test = test_host();
		RnCode		code;

		make_data(&data, &test, false);
		test.polls = 0;
		test.allocations_left = n;
		code = train(&test, &spec, &data, NULL, &model, &report);
		if (code == RN_OK)
		{
			rn_train_report_free(&test.host, &report);
			rn_model_free(&test.host, &model);
			polls = test.polls;
			assert_true(n > 15);
			break;
		}
		assert_int_equal(code, RN_NO_MEMORY);
		assert_int_equal(test.live, 0);
	}
	for (long n = 1; n < polls; n += 1 + polls / 100)
	{
		TestHost	test = test_host();

		make_data(&data, &test, false);
		test.polls_left = n;
		assert_int_equal(train(&test, &spec, &data, NULL, &model, &report), RN_CANCELLED);
		assert_int_equal(test.live, 0);
	}
}

/*
 * Networks with logarithms and without, in one model: its forecast is the mean of
 * what either half would say alone, in logarithms; far beyond the head too, where
 * the classical forecasts count as rows next.
 */
static void
test_both_kinds(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = quick_spec(RN_RECIPE_AUTO);
	RnTrainReport report;
	RnTrainPlan plan;
	RnModel		both;
	Data		data;
	double		all[12];
	double		half[2][12];

	(void) state;
	make_data(&data, &test, false);
	spec.transform = RN_RECIPE_TRANSFORM_BOTH;
	spec.members = 4;
	spec.horizon = 6;
	for (int classical = 0; classical < 2; classical++)
	{
		RnModel		first;
		RnModel		second;

		assert_ok(test, train(&test, &spec, &data, NULL, &both, &report));
		assert_int_equal(both.second_members, 2);
		assert_true(both.local.lambda == 0 && both.second.lambda == 1 && both.second.typical_spread > 0);
		both.share = classical ? 0 : 1;
		both.naive_share = 0;
		first = second = both;
		first.members = second.members = 2;
		first.second_members = second.second_members = 0;
		second.local = both.second;
		second.network.weights += 2 * both.network.size;
		assert_ok(test, forecast_from(&test, &both, data.value, ROWS, 6, all));
		assert_ok(test, forecast_from(&test, &first, data.value, ROWS, 6, half[0]));
		assert_ok(test, forecast_from(&test, &second, data.value, ROWS, 6, half[1]));
		for (int k = 0; k < 6; k++)
		{
			assert_true(fabs(half[0][k] - half[1][k]) > 1e-9 * half[0][k]);
			assert_true(fabs(all[k] - sqrt(half[0][k] * half[1][k])) < 1e-9 * all[k]);
		}
		assert_ok(test, forecast_from(&test, &both, data.value, ROWS, 12, all));
		assert_true(all[11] > 0 && isfinite(all[11]));
		rn_train_report_free(&test.host, &report);
		rn_model_free(&test.host, &both);
	}
	spec.transform = RN_RECIPE_TRANSFORM_AUTO;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.transform, RN_RECIPE_TRANSFORM_BOTH);	/* in doubt */
	for (int i = 0; i < ROWS; i++)
		data.value[i] *= pow(1.03, i);
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_int_equal(plan.spec.transform, RN_RECIPE_TRANSFORM_LOG);		/* growth by a share */
	assert_int_equal(plan.second_members, 0);
	spec.transform = RN_RECIPE_TRANSFORM_BOTH;
	spec.members = 1;			/* no second kind of one network */
	assert_ok(test, train(&test, &spec, &data, NULL, &both, &report));
	assert_int_equal(both.second_members, 0);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &both);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_both_kinds),
		cmocka_unit_test(test_far_line),
		cmocka_unit_test(test_single_season),
		cmocka_unit_test(test_short_line),
		cmocka_unit_test(test_short_series),
		cmocka_unit_test(test_auto_trains),
		cmocka_unit_test(test_intervals_grow),
		cmocka_unit_test(test_intervals_count_series),
		cmocka_unit_test(test_intervals_cover_new_series),
		cmocka_unit_test(test_holds_out_the_newest),
		cmocka_unit_test(test_explosive_series),
		cmocka_unit_test(test_encodes_only_numbers),
		cmocka_unit_test(test_constant_series),
		cmocka_unit_test(test_feeds_back),
		cmocka_unit_test(test_warm_start),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_format_2),
		cmocka_unit_test(test_stacks_count),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_earlier_version),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_tune),
		cmocka_unit_test(test_interrupted)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
