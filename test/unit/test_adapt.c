/*
 * test_adapt.c
 *		Intervals that learn from rows newer than those trained on.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "model/adapt.h"
#include "model/interval.h"
#include "model/recipe.h"

#define OLD			120			/* rows trained on */
#define NEW			60			/* and those that came since */
#define ROWS		(OLD + NEW)
#define STEPS		12

/* ---- errors that are made up: forecasts are 0, what comes is noise ---- */

#define SERIES		50
#define LENGTH		300
#define CHANGE		100			/* the first new row */

/* A model whose held-out errors were those of standard normal noise, at each of two steps. */
static RnModel
noise_model(double *residual)
{
	RnModel		model = {
		.network = {.spec = {.outputs = 2}},.window = 1,.season = 1,.residual_steps = 2,
		.residual_points = RN_RESIDUAL_POINTS,.residual = residual,.lower_bound = -INFINITY,.upper_bound = INFINITY
	};
	double		z = 0;

	for (int i = 0; i < RN_RESIDUAL_POINTS; i++)	/* quantiles of |N(0, 1)| */
	{
		while (erf(z / sqrt(2)) < (i + 0.5) / RN_RESIDUAL_POINTS)
			z += 1e-4;
		residual[i] = residual[RN_RESIDUAL_POINTS + i] = z;
	}
	return model;
}

/* Series s: noise, times change from the first new row on. */
static void
make_noise(int s, double change, double *value)
{
	for (int i = 0; i < LENGTH; i++)
		value[i] = rn_rng_normal(7, (uint64_t) s, (uint64_t) i) * (i < CHANGE ? 1 : change);
}

static RnNews
news_of(const double *value, size_t n, size_t fresh)
{
	return (RnNews) {.rows = {.value = value},.view = {.end = n,.transform = {RN_SCALER_NONE, 0, 1}},.fresh = fresh};
}

/* Half widths of intervals around a series of forecasts that are 0. */
static void
widths_of(TestHost *test, const RnModel *model, const RnNews *news, double level, double *unit)
{
	static const double zero[LENGTH];

	for (size_t i = 0; i < news->view.end; i++)
		unit[i] = 1;
	assert_ok(*test, rn_adapt_predicted(&test->host, model, news, level, zero, unit));
}

/* The share of the last 100 rows within their intervals, and how wide these are. */
static double
coverage(const RnModel *model, double change, size_t fresh, double level, double *width)
{
	TestHost	test = test_host();
	int			covered = 0;

	*width = 0;
	for (int s = 0; s < SERIES; s++)
	{
		double		value[LENGTH];
		double		unit[LENGTH];
		RnNews		news = news_of(value, LENGTH, fresh);

		make_noise(s, change, value);
		widths_of(&test, model, &news, level, unit);
		for (int i = LENGTH - 100; i < LENGTH; i++)
		{
			double		lower;
			double		upper;

			rn_interval_around(model, unit[i], 0, &lower, &upper);
			assert_true(lower <= 0 && upper >= 0);
			covered += value[i] >= lower && value[i] <= upper;
			*width += (upper - lower) / (100.0 * SERIES);
		}
	}
	return covered / (100.0 * SERIES);
}

static void
test_coverage(void **state)
{
	static const double level[] = {0.5, 0.8, 0.9, 0.95};
	double		residual[2 * RN_RESIDUAL_POINTS];
	RnModel		model = noise_model(residual);
	double		stored;
	double		adapted;

	(void) state;
	for (int i = 0; i < 4; i++)
	{
		assert_true(fabs(coverage(&model, 1, 0, level[i], &stored) - level[i]) < 0.02);
		/* what has not changed is hardly touched */
		assert_true(fabs(coverage(&model, 1, LENGTH - CHANGE, level[i], &adapted) - level[i]) < 0.02);
		assert_true(fabs(adapted / stored - 1) < 0.03);
		/* noise that doubled, tripled and halved */
		assert_true(coverage(&model, 2, 0, level[i], &stored) < level[i] - 0.1);
		assert_true(fabs(coverage(&model, 2, LENGTH - CHANGE, level[i], &adapted) - level[i]) < 0.03);
		assert_true(adapted > 1.8 * stored);
		assert_true(fabs(coverage(&model, 3, LENGTH - CHANGE, level[i], &adapted) - level[i]) < 0.04);
		assert_true(coverage(&model, 0.5, 0, level[i], &stored) > level[i] + 0.04);
		assert_true(fabs(coverage(&model, 0.5, LENGTH - CHANGE, level[i], &adapted) - level[i]) < 0.05);
		assert_true(adapted < 0.6 * stored);
	}
}

/* Only new rows count, and only those before the one at hand. */
static void
test_only_new_rows(void **state)
{
	TestHost	test = test_host();
	double		residual[2 * RN_RESIDUAL_POINTS];
	RnModel		model = noise_model(residual);
	double		stored = rn_interval_width(&model, 0.9, 1);
	double		value[LENGTH];
	double		width[LENGTH];
	double		other[LENGTH];
	unsigned char missing[LENGTH] = {0};
	RnNews		news = news_of(value, LENGTH, 0);

	(void) state;
	make_noise(0, 3, value);
	widths_of(&test, &model, &news, 0.9, width);
	for (size_t i = 1; i < LENGTH; i++)
		assert_true(width[i] == stored);
	news.fresh = LENGTH - CHANGE;
	widths_of(&test, &model, &news, 0.9, width);
	for (size_t i = 1; i <= CHANGE; i++)
		assert_true(width[i] == stored);
	assert_true(width[LENGTH - 1] > 2.5 * stored);
	value[200] = 1e6;			/* later rows tell nothing of earlier ones */
	widths_of(&test, &model, &news, 0.9, other);
	assert_memory_equal(width, other, 201 * sizeof(double));
	assert_true(other[201] > width[201] && other[201] < 1.1 * width[201]);	/* one wild row is but one */
	assert_true(other[LENGTH - 1] < 1.1 * width[LENGTH - 1]);
	widths_of(&test, &model, &news, 0.999, other);
	for (size_t i = 201; i < LENGTH; i++)
		assert_true(other[i] < 20);	/* even where the largest error counts */

	for (size_t i = CHANGE; i < LENGTH; i++)	/* rows made up tell nothing */
		missing[i] = 1;
	news.rows.missing = missing;
	widths_of(&test, &model, &news, 0.9, width);
	for (size_t i = 1; i < LENGTH; i++)
		assert_true(width[i] == stored);
	model.rows.missing = RN_MISSING_ZERO;	/* unless that they are zero is what is known */
	widths_of(&test, &model, &news, 0.9, other);
	assert_true(other[LENGTH - 1] > 1.5 * stored);
	assert_int_equal(test.live, 0);
}

/* Few stored errors, all alike, are outnumbered: new ones say of what shape errors are. */
static void
test_shape(void **state)
{
	TestHost	test = test_host();
	double		residual[2 * RN_RESIDUAL_POINTS];
	RnModel		model = noise_model(residual);
	double		value[LENGTH];
	double		width[LENGTH];
	RnNews		news = news_of(value, LENGTH, LENGTH - CHANGE);

	(void) state;
	model.residual_points = 10;
	for (int i = 0; i < 20; i++)
		residual[i] = 0.8;		/* the mean of |N(0, 1)| */
	make_noise(1, 1, value);
	widths_of(&test, &model, &news, 0.95, width);
	assert_true(width[CHANGE] == 0.8 && width[LENGTH - 1] > 1.6 && width[LENGTH - 1] < 2.6);
	for (int i = 0; i < 20; i++)
		residual[i] = 0;		/* a constant series that begins to move */
	widths_of(&test, &model, &news, 0.95, width);
	assert_true(width[CHANGE] == 0 && width[LENGTH - 1] > 1.5);
}

/* At every level, and wider at a higher one. */
static void
test_levels(void **state)
{
	TestHost	test = test_host();
	double		residual[2 * RN_RESIDUAL_POINTS];
	RnModel		model = noise_model(residual);
	double		narrow[LENGTH] = {0};
	double		width[LENGTH];
	double		value[LENGTH];
	RnNews		news = news_of(value, LENGTH, LENGTH - CHANGE);

	(void) state;
	make_noise(3, 2, value);
	for (int level = 1; level < 100; level++)
	{
		widths_of(&test, &model, &news, level / 100.0, width);
		for (size_t i = 1; i < LENGTH; i++)
			assert_true(isfinite(width[i]) && width[i] >= narrow[i]);
		memcpy(narrow, width, sizeof(width));
	}
}

/* ---- networks that are trained ---- */

typedef struct Data
{
	RnPanel		panel;			/* of the rows to be trained on */
	RnSeries	series;
	int64_t		time[OLD];
	double		value[ROWS];
	unsigned char missing[ROWS];	/* all zero */
} Data;

/* Months: a level, a season, noise, which later is so many times as large. */
static void
make_data(Data *data, TestHost *test, double change)
{
	static const RnRowPolicy strict;	/* all zero: errors */
	RnCalendar	monthly = {.kind = RN_TIME_CIVIL,.months = 1,.anchor_day = 1};

	for (int i = 0; i < ROWS; i++)
	{
		if (i < OLD)
			assert_ok(*test, rn_calendar_add(&test->host, &monthly, 0, i, &data->time[i]));
		data->value[i] = 100 + 10 * sin(6.283185307179586 * i / 12)
			+ (i < OLD ? 1 : change) * rn_rng_normal(2, 2, (uint64_t) i);
	}
	data->series = (RnSeries) {.n = OLD,.time = {.each = data->time}};
	data->panel = (RnPanel) {
		.kind = RN_TIME_CIVIL,.count = 1,.series = &data->series,.rows = OLD,.value = data->value
	};
	assert_ok(*test, rn_panel_settle(&test->host, &data->panel, &strict, NULL));
	data->panel.missing = data->missing;
}

/* Recipe auto by either method: masked steps cannot be taken apart. */
static void
train_model(TestHost *test, RnMethod method, Data *data, RnModel *model)
{
	RnTrainSpec spec;
	RnTrainPlan plan;
	RnTrainReport report;

	rn_recipe_defaults(&spec);
	spec.layers = 1;
	spec.units[0] = 8;
	spec.epochs = method == RN_METHOD_WINDOWS ? 40 : 4;
	spec.rows.missing = method == RN_METHOD_WINDOWS ? RN_MISSING_MASK : RN_MISSING_ERROR;
	assert_ok(*test, rn_recipe_plan(&test->host, &spec, &data->panel, &plan));
	assert_ok(*test, rn_recipe_train(&test->host, &plan, &data->panel, NULL, 0, NULL, NULL, model, &report));
	assert_int_equal(model->method, method);
	rn_train_report_free(&test->host, &report);
}

static RnNews
data_news(const Data *data, const RnModel *model, size_t n, size_t fresh)
{
	RnNews		news = {
		.rows = {data->value, data->missing, NULL},.fresh = fresh,
		.view = {0, 0, n, rn_model_transform(model, model->series), model->series[0].base_season, rn_model_faster(model, 0)}
	};

	return news;
}

/* The forecast from the rows with its unit, and the half widths that the new ones among them give. */
static RnCode
learn(TestHost *test, const RnModel *model, const RnNews *news, double level, double *forecast, double *unit,
	  double *width)
{
	RnOrigin	origin = rn_forecast_tail(model, 0);
	size_t		n = news->view.end;
	RnAdapt		adapt;
	RnCode		code;

	origin.n = rn_model_kept_rows(model, n);
	origin.value = news->rows.value + n - origin.n;
	origin.missing = NULL;
	RN_TRY(rn_forecast(&test->host, model, &origin, 1, STEPS, forecast, unit));
	code = rn_adapt_create(&test->host, model, STEPS, &adapt);
	if (code == RN_OK)
		code = rn_adapt_learn(&test->host, &adapt, news, *unit, level, width);
	rn_adapt_free(&test->host, &adapt);
	return code;
}

/* Learns from new rows, and returns how many times as wide intervals are in the mean of all steps. */
static double
learn_change(RnMethod method, double change)
{
	TestHost	test = test_host();
	static Data data;
	RnModel		model;
	RnNews		news;
	double		forecast[STEPS];
	double		width[STEPS];
	double		other[STEPS];
	double		predicted[ROWS];
	double		unit[2][ROWS];
	double		last;
	double		mean = 0;

	make_data(&data, &test, change);
	train_model(&test, method, &data, &model);
	assert_int_equal(rn_adapt_steps(&model, STEPS), STEPS);
	assert_int_equal(rn_adapt_steps(&model, 5), 5);
	news = data_news(&data, &model, ROWS, 0);
	assert_ok(test, learn(&test, &model, &news, 0.9, forecast, &last, width));
	for (int k = 0; k < STEPS; k++)
		assert_true(width[k] == rn_interval_width(&model, 0.9, k + 1));

	news.fresh = NEW;
	assert_ok(test, learn(&test, &model, &news, 0.9, forecast, &last, width));
	for (int k = 0; k < STEPS; k++)
	{
		double		lower;
		double		upper;

		rn_interval_around(&model, width[k] * last, forecast[k], &lower, &upper);
		assert_true(lower <= forecast[k] && forecast[k] <= upper && isfinite(upper - lower));
		assert_true(k == 0 || width[k] >= width[k - 1]);
		mean += width[k] / rn_interval_width(&model, 0.9, k + 1) / STEPS;
	}
	assert_ok(test, learn(&test, &model, &news, 0.9, forecast, &last, other));
	assert_memory_equal(width, other, sizeof(width));
	assert_ok(test, learn(&test, &model, &news, 0.8, forecast, &last, other));
	for (int k = 0; k < STEPS; k++)
		assert_true(other[k] <= width[k]);
	assert_true(other[0] < width[0]);

	/* one step ahead, what rn_predict has is the same */
	assert_ok(test, rn_predict(&test.host, &model, &news.rows, &news.view, ROWS, predicted, unit[0]));
	memcpy(unit[1], unit[0], sizeof(unit[0]));
	assert_ok(test, rn_adapt_predicted(&test.host, &model, &news, 0.9, predicted, unit[1]));
	for (int i = rn_model_first_predicted(&model); i <= OLD; i++)
		assert_true(unit[1][i] == unit[0][i] * rn_interval_width(&model, 0.9, 1));
	news = data_news(&data, &model, ROWS - 1, NEW - 1);
	assert_ok(test, learn(&test, &model, &news, 0.9, forecast, &last, width));
	assert_true(fabs(unit[1][ROWS - 1] / unit[0][ROWS - 1] / width[0] - 1) < 1e-3);
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
	return mean;
}

static void
test_learns(void **state)
{
	(void) state;
	for (int method = 0; method < RN_METHODS; method++)
	{
		double		same = learn_change(method, 1);

		assert_true(same > 0.7 && same < 1.4);
		assert_true(learn_change(method, 4) > 1.4 * same);
		assert_true(learn_change(method, 0.2) < 0.9 * same);
	}
}

/* Rows that no forecast can be made from do no harm: a model of logarithms, and zeroes at first. */
static void
test_no_forecast(void **state)
{
	TestHost	test = test_host();
	static Data data;
	RnModel		model;
	RnNews		news;
	double		forecast[STEPS];
	double		width[STEPS];
	double		unit;

	(void) state;
	make_data(&data, &test, 1);
	train_model(&test, RN_METHOD_LOCAL, &data, &model);
	assert_true(model.local.lambda == 0);
	for (int i = 0; i < ROWS - 20; i++)
		data.value[i] = 0;
	news = data_news(&data, &model, ROWS, ROWS);
	assert_ok(test, learn(&test, &model, &news, 0.9, forecast, &unit, width));
	for (int k = 0; k < STEPS; k++)
		assert_true(isfinite(width[k]) && width[k] > 0);
	news = data_news(&data, &model, 5, 5);	/* too few rows before any */
	for (int i = 0; i < 5; i++)
		data.value[i] = 100 + i;
	assert_ok(test, learn(&test, &model, &news, 0.9, forecast, &unit, width));
	for (int k = 0; k < STEPS; k++)
		assert_true(width[k] == rn_interval_width(&model, 0.9, k + 1));
	rn_model_free(&test.host, &model);
	assert_int_equal(test.live, 0);
}

/* ---- memory and interrupts ---- */

static size_t allocated;

static void *
counting_alloc(RnHost *host, size_t size)
{
	allocated += size;
	return test_host_alloc(host, size);
}

static void
test_memory(void **state)
{
	(void) state;
	for (int method = 0; method < RN_METHODS; method++)
	{
		TestHost	test = test_host();
		static Data data;
		RnModel		model;
		RnNews		news;
		RnAdapt		adapt;
		double		width[STEPS];
		RnCode		code = RN_NO_MEMORY;

		make_data(&data, &test, 2);
		train_model(&test, (RnMethod) method, &data, &model);
		news = data_news(&data, &model, ROWS, 20);	/* one part */
		test.host.alloc = counting_alloc;
		allocated = 0;
		assert_ok(test, rn_adapt_create(&test.host, &model, STEPS, &adapt));
		assert_ok(test, rn_adapt_learn(&test.host, &adapt, &news, 1, 0.9, width));
		assert_true(allocated <= rn_adapt_bytes(&model, STEPS) + 1024);
		assert_true(allocated > rn_adapt_bytes(&model, STEPS) / 3);
		rn_adapt_free(&test.host, &adapt);

		for (long i = 0; code == RN_NO_MEMORY && i < 30; i++)
		{
			test.allocations_left = i;
			code = rn_adapt_create(&test.host, &model, STEPS, &adapt);
			if (code == RN_OK)
				code = rn_adapt_learn(&test.host, &adapt, &news, 1, 0.9, width);
			rn_adapt_free(&test.host, &adapt);
		}
		assert_int_equal(code, RN_OK);
		test.allocations_left = -1;
		assert_ok(test, rn_adapt_create(&test.host, &model, STEPS, &adapt));
		test.polls_left = 3;
		assert_int_equal(rn_adapt_learn(&test.host, &adapt, &news, 1, 0.9, width), RN_CANCELLED);
		rn_adapt_free(&test.host, &adapt);
		test.polls_left = -1;
		rn_model_free(&test.host, &model);
		assert_int_equal(test.live, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_only_new_rows),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_learns),
		cmocka_unit_test(test_no_forecast),
		cmocka_unit_test(test_memory)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
