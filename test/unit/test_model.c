/*
 * test_model.c
 *		The roof: what recipes train, forecasts and intervals.
 */
#include "monthly.h"

#include <stdio.h>

#include "base/order.h"
#include "model/interval.h"

static RnCode
predict_from(TestHost *test, const RnModel *model, const double *value, size_t n, double *predicted)
{
	RnRows		rows = {value, NULL, NULL};
	RnView		view = {0, 0, n, rn_model_transform(model, model->series), model->series[0].base_season, rn_model_faster(model, 0)};

	return rn_predict(&test->host, model, &rows, &view, n, predicted, NULL);
}

/* Half width of an interval in users' units. */
static double
width_of(const RnModel *model, double level, int step)
{
	return rn_interval_width(model, level, step) * model->series[0].scale;
}

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
		cmocka_unit_test(test_constant_series),
		cmocka_unit_test(test_feeds_back),
		cmocka_unit_test(test_warm_start),
		cmocka_unit_test(test_interrupted)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
