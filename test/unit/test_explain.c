/*
 * test_explain.c
 *		What forecasts are made of: parts that add up, and are where they belong.
 */
#include "test_host.h"

#include <math.h>

#include "model/explain.h"
#include "model/recipe.h"

#define ROWS	126
#define STEPS	9
#define RECENT	2

/* Rows every day: a week, which is the season, a line, and a covariate that is known ahead. */
typedef struct Data
{
	RnPanel		panel;
	RnSeries	series;
	int64_t		time[ROWS];
	double		value[ROWS];
	float		covariate[2 * ROWS];
} Data;

static void
train(TestHost *test, int given, double slope, RnModel *model)
{
	static Data data;
	static const RnRowPolicy strict;
	RnTrainSpec spec;
	RnTrainPlan plan;
	RnTrainReport report;

	for (int i = 0; i < ROWS; i++)
	{
		data.time[i] = i * RN_USECS_PER_DAY;
		data.covariate[2 * i] = (float) (i % 3 == 0);
		data.covariate[2 * i + 1] = 5;
		data.value[i] = 50 + 10 * sin(6.283185307179586 * i / 7) + slope * i + (given > 0 ? 20 * data.covariate[2 * i] : 0);
	}
	data.series = (RnSeries) {.n = ROWS,.time = {.each = data.time}};
	data.panel = (RnPanel) {
		.kind = RN_TIME_CIVIL,.count = 1,.series = &data.series,.rows = ROWS,.value = data.value,
		.columns = given,.covariate = given > 0 ? data.covariate : NULL
	};
	rn_recipe_defaults(&spec);
	spec.layers = 1;
	spec.units[0] = 4;
	spec.epochs = 3;
	spec.inputs.given = given;
	for (int c = 0; c < given; c++)
		spec.inputs.covariate[c].kind = RN_COVARIATE_KNOWN;
	assert_ok(*test, rn_panel_settle(&test->host, &data.panel, &strict, NULL));
	assert_ok(*test, rn_recipe_plan(&test->host, &spec, &data.panel, &plan));
	assert_ok(*test, rn_recipe_train(&test->host, &plan, &data.panel, NULL, 0, NULL, NULL, model, &report));
	rn_train_report_free(&test->host, &report);
	assert_int_equal(model->method, given > 0 ? RN_METHOD_WINDOWS : RN_METHOD_LOCAL);
}

/* Contributions of an origin into contribution; fails unless they add up to the forecast. */
static void
check_sums(TestHost *test, const RnModel *model, const RnOrigin *origin, double *contribution)
{
	double		forecast[STEPS];
	int			parts = rn_explain_parts(model, RECENT);

	assert_true(rn_explain_bytes(model, origin->n, STEPS) > origin->n * sizeof(double));
	assert_ok(*test, rn_forecast(&test->host, model, origin, 1, STEPS, forecast, NULL));
	assert_ok(*test, rn_explain(&test->host, model, origin, STEPS, RECENT, contribution));
	for (int k = 0; k < STEPS; k++)
	{
		double		sum = 0;

		for (int i = 0; i < parts; i++)
			sum += contribution[i * STEPS + k];
		assert_true(fabs(sum - forecast[k]) < 1e-9 * fabs(forecast[k]));
	}
}

/* The largest contribution of a part. */
static double
largest(const double *contribution, int part)
{
	double		most = 0;

	for (int k = 0; k < STEPS; k++)
		most = fmax(most, fabs(contribution[part * STEPS + k]));
	return most;
}

static void
parts(void **state)
{
	RnModel		model = {.inputs = {.given = 2}};

	(void) state;
	assert_int_equal(rn_explain_parts(&model, 3), 9);
	assert_string_equal(rn_piece_name(rn_explain_part(&model, 3, 0).kind), "base");
	assert_string_equal(rn_piece_name(rn_explain_part(&model, 3, 2).kind), "season");
	assert_int_equal(rn_explain_part(&model, 3, 4).kind, RN_PIECE_RECENT);
	assert_int_equal(rn_explain_part(&model, 3, 6).number, 3);
	assert_int_equal(rn_explain_part(&model, 3, 7).kind, RN_PIECE_COVARIATE);
	assert_int_equal(rn_explain_part(&model, 3, 8).number, 1);
}

static void
taken_apart(void **state)
{
	TestHost	test = test_host();
	double		contribution[(4 + RECENT) * STEPS];
	RnModel		model;
	RnOrigin	origin;

	(void) state;
	train(&test, 0, 0, &model);
	origin = rn_forecast_tail(&model, 0);
	check_sums(&test, &model, &origin, contribution);
	assert_true(largest(contribution, RN_PIECE_SEASON) > 8);
	assert_true(largest(contribution, RN_PIECE_TREND) < 0.5 && largest(contribution, RN_PIECE_EARLIER) < 0.5);
	/* the bare minimum of rows, and rows without logarithms */
	origin.n = 1;
	check_sums(&test, &model, &origin, contribution);
	assert_true(largest(contribution, RN_PIECE_SEASON) == 0);
	rn_model_free(&test.host, &model);
	train(&test, 0, -1, &model);
	origin = rn_forecast_tail(&model, 0);
	check_sums(&test, &model, &origin, contribution);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

static void
covariates(void **state)
{
	TestHost	test = test_host();
	double		contribution[(4 + RECENT + 2) * STEPS];
	float		future[2 * 64];
	RnModel		model;
	RnOrigin	origin;

	(void) state;
	train(&test, 2, 0, &model);
	assert_true(rn_forecast_ahead(&model, STEPS) <= 64);
	for (int k = 0; k < 64; k++)
	{
		future[2 * k] = (float) (k % 2);
		future[2 * k + 1] = 5;
	}
	origin = rn_forecast_tail(&model, 0);
	origin.future = future;
	check_sums(&test, &model, &origin, contribution);
	assert_true(largest(contribution, 4 + RECENT) > 0);
	/* one that is its mean everywhere */
	assert_true(largest(contribution, 4 + RECENT + 1) == 0);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

static void
failures(void **state)
{
	TestHost	test = test_host();
	double		contribution[(4 + RECENT) * STEPS];
	RnModel		model;
	RnOrigin	origin;
	RnCode		code = RN_NO_MEMORY;
	long		live;

	(void) state;
	train(&test, 0, 0, &model);
	origin = rn_forecast_tail(&model, 0);
	live = test.live;
	for (int left = 0; code != RN_OK; left++)
	{
		assert_true(left < 500);
		test.allocations_left = left;
		code = rn_explain(&test.host, &model, &origin, STEPS, RECENT, contribution);
		assert_true(code == RN_OK || code == RN_NO_MEMORY);
		assert_int_equal(test.live, live);
	}
	test.allocations_left = -1;
	test.polls_left = 1;
	assert_int_equal(rn_explain(&test.host, &model, &origin, STEPS, RECENT, contribution), RN_CANCELLED);
	assert_int_equal(test.live, live);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(taken_apart),
		cmocka_unit_test(covariates),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
