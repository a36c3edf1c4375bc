/*
 * test_together.c
 *		Options of recipes together, which are tested one by one elsewhere: stacks,
 *		powers, levels that learn, dropout, networks on trial, warm starts, and
 *		processes that share networks out.
 */
#include "model_bytes.h"

#include <math.h>
#include <stdio.h>

#include "base/gemm.h"
#include "base/rng.h"
#include "model/adapt.h"
#include "model/explain.h"
#include "model/interval.h"
#include "model/recipe.h"
#include "model/tune.h"

enum
{
	SERIES = 3,
	ROWS = 72,
	STEPS = 15,					/* more than the head has */
	RECENT = 2,
	WIDE = 16					/* bytes before an allocation, which say how large it is */
};

/* Every month, seasons of a year; the rows behind the first ROWS are news. */
typedef struct Data
{
	RnPanel		panel;
	RnSeries	series[SERIES];
	double		value[SERIES * ROWS];
	double		whole[SERIES][ROWS + STEPS];
} Data;

static const char *const keys[SERIES] = {"a", "b", "c"};

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
		data->series[s] = (RnSeries) {.key = (char *) keys[s],.first = (size_t) (s * ROWS),.n = ROWS,.start = 1,.time = {.step = 1}};
		for (int i = 0; i < ROWS + STEPS; i++)
		{
			double		wave = 1 + 0.3 * sin(6.283185307179586 * i / 12) + 0.01 * i;

			data->whole[s][i] = 40 * (s + 1) * wave * exp(0.05 * rn_rng_normal(5, (uint64_t) s, (uint64_t) i));
			if (i < ROWS)
				data->value[s * ROWS + i] = data->whole[s][i];
		}
	}
}

/* ---- a host that knows how much is in use ---- */

static size_t in_use;
static size_t most_in_use;

static void *
counting_alloc(RnHost *host, size_t size)
{
	unsigned char *p = test_host_alloc(host, size + WIDE);

	if (p == NULL)
		return NULL;
	memcpy(p, &size, sizeof(size));
	in_use += size;
	most_in_use = in_use > most_in_use ? in_use : most_in_use;
	return p + WIDE;
}

static void
counting_free(RnHost *host, void *pointer)
{
	size_t		size;

	memcpy(&size, (unsigned char *) pointer - WIDE, sizeof(size));
	in_use -= size;
	test_host_free(host, (unsigned char *) pointer - WIDE);
}

static TestHost
counting_host(void)
{
	TestHost	test = test_host();

	test.host.alloc = counting_alloc;
	test.host.free = counting_free;
	in_use = most_in_use = 0;
	return test;
}

/* ---- options ---- */

typedef struct Case
{
	const char *name;
	RnCellKind	cell;
	int			layers;
	int			dilation[2];
	bool		residual;
	double		dropout;		/* of all three kinds */
	RnRecipeTransform transform;
	double		lambda;
	RnRecipeSmoothing smoothing;
	int			batch;
} Case;

static const Case cases[] = {
	{"learnt, first layer dilated", RN_CELL_GRU, 1, {5, 0}, false, 0, RN_RECIPE_TRANSFORM_LOG, NAN, RN_RECIPE_SMOOTHING_LEARNT, 8},
	{"learnt, all else", RN_CELL_LSTM, 2, {7, 5}, true, 0.2, RN_RECIPE_TRANSFORM_BOX_COX, 0.4, RN_RECIPE_SMOOTHING_LEARNT, 40},
	{"learnt, both kinds", RN_CELL_SIMPLE, 2, {1, 2}, true, 0.1, RN_RECIPE_TRANSFORM_BOTH, NAN, RN_RECIPE_SMOOTHING_LEARNT, 40},
	{"a power that is found", RN_CELL_GRU, 2, {12, 11}, false, 0.1, RN_RECIPE_TRANSFORM_BOX_COX, NAN, RN_RECIPE_SMOOTHING_FITTED, 8},
	{"none of it", RN_CELL_GRU, 1, {1, 0}, false, 0, RN_RECIPE_TRANSFORM_NONE, NAN, RN_RECIPE_SMOOTHING_FITTED, 8}
};

static RnTrainSpec
spec_of(const Case *one)
{
	RnTrainSpec spec;

	rn_recipe_defaults(&spec);
	spec.cell = one->cell;
	spec.cell_open = false;
	spec.layers = spec.dilations = one->layers;
	spec.units[0] = spec.units[1] = 3;
	memcpy(spec.dilation, one->dilation, sizeof(one->dilation));
	spec.residual = one->residual;
	spec.dropout = spec.input_dropout = spec.recurrent_dropout = one->dropout;
	spec.transform = one->transform;
	spec.lambda = one->lambda;
	spec.smoothing = one->smoothing;
	spec.batch_size = one->batch;
	spec.season = 12;
	spec.window = 8;
	spec.horizon = 6;
	spec.members = 4;
	spec.epochs = 2;
	return spec;
}

/* ---- trainings ---- */

/* Train, within the memory that the plan says. */
static void
train_within(const RnTrainPlan *plan, Data *data, const RnModel *warm, TestHost *test, RnModel *model, RnTrainReport *report)
{
	size_t		before = in_use;

	most_in_use = in_use;
	assert_ok(*test, rn_recipe_train(&test->host, plan, &data->panel, NULL, 0, warm, NULL, model, report));
	if (most_in_use - before > plan->bytes)
		fail_msg("%zu bytes are more than the %zu planned", most_in_use - before, plan->bytes);
}

/* The numbers that one of two processes is given: every second one. */
static size_t
next_of_two(void *queue)
{
	size_t		number = *(size_t *) queue;

	*(size_t *) queue += 2;
	return number;
}

static size_t
none_left(void *queue)
{
	(void) queue;
	return SIZE_MAX / 2 / RN_FIT_PART;
}

/* The same training shared out to two processes that take turns. */
static void
train_shared(TestHost *test, const RnTrainPlan *plan, Data *data, const RnModel *warm, RnModel *model, RnTrainReport *report)
{
	void	   *block = malloc(rn_fits_bytes(plan));
	RnFits		fits;

	memset(block, 0x7f, rn_fits_bytes(plan));
	rn_fits_place(plan, block, &fits);
	if (warm != NULL)
		assert_ok(*test, rn_fits_warm(&test->host, plan, &data->panel, warm, &fits));
	for (size_t process = 2; process-- > 0;)	/* the last first */
	{
		size_t		queue = process;

		fits.next_network = next_of_two;
		fits.queue = &queue;
		assert_ok(*test, rn_fits_fit(&test->host, plan, &data->panel, &fits));
	}
	for (size_t process = 2; process-- > 0;)
	{
		size_t		queue = process;

		fits.next_part = next_of_two;
		fits.queue = &queue;
		assert_ok(*test, rn_fits_try(&test->host, plan, &data->panel, &fits));
	}
	fits.next_network = fits.next_part = none_left;
	assert_ok(*test, rn_recipe_train(&test->host, plan, &data->panel, NULL, 0, warm, &fits, model, report));
	free(block);
}

static void
assert_same(TestHost *test, const RnModel *a, const RnModel *b)
{
	size_t		size[2];
	unsigned char *bytes[2] = {encode(test, a, &size[0]), encode(test, b, &size[1])};

	assert_int_equal(size[0], size[1]);
	assert_memory_equal(bytes[0], bytes[1], size[0]);
	free(bytes[0]);
	free(bytes[1]);
}

/* ---- uses ---- */

/* Forecasts go through bytes, and one step of them is what rn_predict has. */
static void
check_forecasts(TestHost *test, const RnModel *model, const Data *data)
{
	size_t		size;
	unsigned char *bytes = encode(test, model, &size);
	RnModel		copy;

	assert_ok(*test, rn_model_decode(&test->host, bytes, size, &copy));
	for (size_t s = 0; s < SERIES; s++)
	{
		RnOrigin	origin = rn_forecast_tail(model, s);
		RnOrigin	other = rn_forecast_tail(&copy, s);
		RnRows		rows = {data->whole[s], NULL, NULL};
		RnView		view = {0, 0, ROWS + 1, rn_model_transform(model, &model->series[s]), 0, origin.faster};
		double		a[STEPS];
		double		b[STEPS];
		double		predicted[ROWS + 1];

		assert_ok(*test, rn_forecast(&test->host, model, &origin, 1, STEPS, a, NULL));
		assert_ok(*test, rn_forecast(&test->host, &copy, &other, 1, STEPS, b, NULL));
		assert_memory_equal(a, b, sizeof(a));
		assert_ok(*test, rn_predict(&test->host, model, &rows, &view, ROWS + 1, predicted, NULL));
		assert_true(fabs(predicted[ROWS] / a[0] - 1) < 1e-5);
		for (int k = 0; k < STEPS; k++)
			assert_true(isfinite(a[k]) && a[k] > 0.2 * data->whole[s][ROWS + k] && a[k] < 5 * data->whole[s][ROWS + k]);
	}
	rn_model_free(&test->host, &copy);
	free(bytes);
}

/* What a forecast is made of adds up to it. */
static void
check_parts(TestHost *test, const RnModel *model, const RnOrigin *origin)
{
	int			parts = rn_explain_parts(model, RECENT);
	double		contribution[(4 + RECENT) * STEPS];
	double		forecast[STEPS];

	assert_true((size_t) parts * STEPS == sizeof(contribution) / sizeof(double));
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

/* Intervals that learn are around the forecast, and within the memory said. */
static void
check_intervals(TestHost *test, const RnModel *model, const Data *data)
{
	RnOrigin	origin = rn_forecast_tail(model, 1);
	RnNews		news = {
		.rows = {data->whole[1], NULL, NULL},
		.view = {0, 0, ROWS + STEPS, rn_model_transform(model, &model->series[1]), 0, origin.faster},
		.fresh = STEPS
	};
	RnAdapt		adapt;
	double		forecast[STEPS];
	double		unit;
	double		width[STEPS];
	size_t		before = in_use;

	origin.value = data->whole[1];
	origin.n = ROWS + STEPS;
	assert_ok(*test, rn_forecast(&test->host, model, &origin, 1, STEPS, forecast, &unit));
	most_in_use = in_use;
	assert_ok(*test, rn_adapt_create(&test->host, model, STEPS, &adapt));
	assert_int_equal(adapt.steps, 6);
	assert_ok(*test, rn_adapt_learn(&test->host, &adapt, &news, unit, 0.9, width));
	assert_true(most_in_use - before <= rn_adapt_bytes(model, STEPS));
	for (int k = 0; k < adapt.steps; k++)
	{
		double		lower;
		double		upper;

		rn_interval_around(model, width[k] * unit, forecast[k], &lower, &upper);
		assert_true(lower < forecast[k] && forecast[k] < upper);
		assert_true(upper - lower > 1 && upper - lower < 500);
	}
	rn_adapt_free(&test->host, &adapt);
}

/* ---- tests ---- */

static void
check_case(const Case *one)
{
	static Data data;
	TestHost	test = counting_host();
	RnTrainSpec spec = spec_of(one);
	RnTrainReport report[5];
	RnTrainPlan plan;
	RnTrainPlan trial;
	RnModel		model;
	RnModel		tried;
	RnModel		shared;
	RnModel		warm;
	RnModel		warm_shared;
	RnOrigin	origin;

	printf("  %s\n", one->name);
	make_data(&data);
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	train_within(&plan, &data, NULL, &test, &model, &report[0]);
	train_shared(&test, &plan, &data, NULL, &shared, &report[1]);
	assert_same(&test, &model, &shared);
	assert_true(report[0].validation_mase == report[1].validation_mase && report[0].validation_mase < 3);
	train_within(&plan, &data, &model, &test, &warm, &report[2]);
	train_shared(&test, &plan, &data, &model, &warm_shared, &report[3]);
	assert_same(&test, &warm, &warm_shared);
	trial = plan;
	trial.trial = true;			/* the same networks, and no other */
	train_within(&trial, &data, NULL, &test, &tried, &report[4]);
	assert_true(report[4].validation_mase == report[0].validation_mase);

	check_forecasts(&test, &model, &data);
	origin = rn_forecast_tail(&model, 2);
	check_parts(&test, &model, &origin);
	check_intervals(&test, &model, &data);
	for (int i = 0; i < 5; i++)
		rn_train_report_free(&test.host, &report[i]);
	rn_model_free(&test.host, &model);
	rn_model_free(&test.host, &tried);
	rn_model_free(&test.host, &shared);
	rn_model_free(&test.host, &warm);
	rn_model_free(&test.host, &warm_shared);
	assert_int_equal(test.live, 0);
}

static void
test_together(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
}

/* Of a model that takes logarithms: rows that fall to zero have a forecast, and so it has parts. */
static void
test_parts_of_zeros(void **state)
{
	static Data data;
	TestHost	test = counting_host();
	RnTrainSpec spec = spec_of(&cases[0]);
	RnTrainReport report;
	RnTrainPlan plan;
	RnModel		model;
	RnOrigin	origin;
	double		value[ROWS];

	(void) state;
	make_data(&data);
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	train_within(&plan, &data, NULL, &test, &model, &report);
	for (int t = 0; t < ROWS; t++)
		value[t] = fmax(60 - t, 0);
	origin = rn_forecast_tail(&model, 0);
	origin.value = value;
	origin.n = ROWS;
	check_parts(&test, &model, &origin);
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

static RnCode
tell_units(void *context, const RnTrainPlan *plan, double *mase)
{
	int		   *wrong = context;

	for (int l = 0; l < plan->network.layers; l++)
		*wrong += plan->network.layer[l].units != plan->spec.units[0];
	*wrong += plan->network.layers != 2;
	*mase = plan->spec.units[0] == 128 ? 0.5 : 1;
	return RN_OK;
}

/* Of a stack whose layers dilations say, all layers have the units that are tried. */
static void
test_tune_stack(void **state)
{
	static Data data;
	TestHost	test = test_host();
	RnTrainSpec spec = spec_of(&cases[1]);
	RnTrainPlan plan;
	RnTuning	tuning;
	int			wrong = 0;

	(void) state;
	make_data(&data);
	spec.layers = spec.window = spec.epochs = 0;
	spec.tune = true;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	assert_ok(test, rn_tune(&test.host, &spec, &data.panel, tell_units, &wrong, &plan, &tuning));
	assert_int_equal(wrong, 0);
	assert_int_equal(tuning.shape[1].units, 32);
	assert_true(plan.spec.units[0] == 128 && plan.spec.units[1] == 128);
	assert_int_equal(test.live, 0);
}

/* Without memory, or stopped, at any moment: nothing stays. */
static void
test_interrupted(void **state)
{
	static Data data;
	TestHost	test = counting_host();
	RnTrainSpec spec = spec_of(&cases[1]);
	RnTrainReport report;
	RnTrainPlan plan;
	RnModel		model;
	RnModel		next;
	long		polls;

	(void) state;
	make_data(&data);
	spec.epochs = 1;
	spec.members = 2;
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &data.panel, &plan));
	plan.train_windows = 40;	/* one batch */
	train_within(&plan, &data, NULL, &test, &model, &report);
	rn_train_report_free(&test.host, &report);
	test.polls = 0;
	for (long n = 0;; n++)
	{
		long		live = test.live;
		RnCode		code;

		test.allocations_left = n;
		test.polls = 0;
		code = rn_recipe_train(&test.host, &plan, &data.panel, NULL, 0, &model, NULL, &next, &report);
		if (code == RN_OK)
			break;
		assert_int_equal(code, RN_NO_MEMORY);
		assert_int_equal(test.live, live);
	}
	polls = test.polls;
	test.allocations_left = -1;
	rn_train_report_free(&test.host, &report);
	rn_model_free(&test.host, &next);
	for (long n = 1; n < polls; n += 1 + polls / 60)
	{
		long		live = test.live;

		test.polls_left = n;
		assert_int_equal(rn_recipe_train(&test.host, &plan, &data.panel, NULL, 0, &model, NULL, &next, &report), RN_CANCELLED);
		assert_int_equal(test.live, live);
	}
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_parts_of_zeros),
		cmocka_unit_test(test_tune_stack),
		cmocka_unit_test(test_interrupted)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
