/*
 * test_backtest.c
 *		Rolling origins: which rows a fold has, that it knows of no other, and
 *		that it forecasts what a model trained on those rows does.
 */
#include "test_host.h"

#include <math.h>

#include "base/rng.h"
#include "model/backtest.h"
#include "model/forecast.h"
#include "model/interval.h"

#define SERIES	3
#define ROWS	80				/* of the longest; each other has 20 less */
#define COLUMNS 2				/* past, known */

static size_t
rows_of(size_t s)
{
	return ROWS - 20 * s;
}

/* SERIES series of integers, whose last rows are of different times. */
static RnPanel
make_panel(TestHost *test, int columns)
{
	RnPanel		panel = {.kind = RN_TIME_INTEGER,.count = SERIES,.columns = columns};
	size_t		C = (size_t) columns;

	assert_ok(*test, rn_alloc(&test->host, SERIES, sizeof(RnSeries), (void **) &panel.series));
	assert_ok(*test, rn_alloc(&test->host, SERIES * ROWS, sizeof(double), (void **) &panel.value));
	if (C > 0)
		assert_ok(*test, rn_alloc(&test->host, SERIES * ROWS * C, sizeof(float), (void **) &panel.covariate));
	for (size_t s = 0; s < SERIES; s++)
	{
		RnSeries   *series = &panel.series[s];

		*series = (RnSeries) {.key = s == 0 ? "a" : s == 1 ? "b" : "c",.first = panel.rows};
		for (size_t i = 0; i < rows_of(s); i++, series->n++, panel.rows++)
		{
			assert_ok(*test, rn_times_append(&test->host, &series->time, i, 1000 * (int64_t) s + 2 * (int64_t) i));
			panel.value[panel.rows] = 10 + 5 * (double) s + sin((double) i * 0.5) + 0.3 * rn_rng_normal(1, s, i);
			for (size_t c = 0; c < C; c++)
				panel.covariate[panel.rows * C + c] = (float) rn_rng_normal(2 + c, s, i);
		}
	}
	return panel;
}

static RnTrainSpec
make_spec(RnRecipeKind recipe, int given)
{
	RnTrainSpec spec;

	rn_recipe_defaults(&spec);
	spec.recipe = recipe;
	spec.layers = 1;
	spec.units[0] = 3;
	spec.window = 6;
	spec.horizon = 4;
	spec.season = 4;
	spec.epochs = 2;
	spec.members = recipe == RN_RECIPE_AUTO && given == 0 ? 2 : 0;
	spec.validation_split = 0.2;
	spec.inputs.given = given;
	for (int c = 0; c < given; c++)
		spec.inputs.covariate[c].kind = c == 0 ? RN_COVARIATE_PAST : RN_COVARIATE_KNOWN;
	return spec;
}

static void
settle(TestHost *test, RnPanel *panel, const RnTrainSpec *spec)
{
	assert_ok(*test, rn_panel_settle(&test->host, panel, &spec->rows, NULL));
	if (spec->rows.missing != RN_MISSING_ERROR)
		assert_ok(*test, rn_panel_spread(&test->host, panel));
}

/* A fold from its cut to its forecasts: step [SERIES][H], scale [SERIES]. */
static RnCode
run_fold(TestHost *test, const RnBacktest *backtest, const RnTrainSpec *spec, const RnPanel *panel, int number,
		 RnFoldStep *step, double *scale)
{
	RnFold		fold;
	RnTrainPlan plan;
	RnModel		model = {0};
	RnTrainReport report = {0};
	size_t		m = 0;
	RnCode		code = rn_backtest_cut(&test->host, backtest, spec, panel, number, &fold);

	if (code == RN_OK)
		code = rn_recipe_plan(&test->host, spec, &fold.panel, &plan);
	if (code == RN_OK)
		code = rn_recipe_train(&test->host, &plan, &fold.panel, NULL, 0, NULL, NULL, &model, &report);
	for (size_t s = 0; code == RN_OK && s < SERIES; s++)
		if (fold.panel.series[s].n > 0)
			code = rn_backtest_forecast(&test->host, backtest, &fold, panel, &model, s, m++, 0.9,
										step + s * (size_t) backtest->horizon, &scale[s]);
	rn_model_free(&test->host, &model);
	rn_train_report_free(&test->host, &report);
	rn_backtest_free(&test->host, &fold);
	return code;
}

/* Which rows a fold has. */
static void
test_cut(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, 0);
	RnPanel		panel = make_panel(&test, 0);
	RnFold		fold;

	(void) state;
	settle(&test, &panel, &spec);
	for (int expanding = 0; expanding < 2; expanding++)
		for (int number = 1; number <= 3; number++)
		{
			RnBacktest	backtest = {.folds = 3,.horizon = 4,.step = 5,.gap = 2,.expanding = expanding};

			assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, number, &fold));
			assert_int_equal(fold.panel.rows, 64 + 44 + 24 + (expanding ? SERIES * 5 * (number - 1) : 0));
			for (size_t s = 0; s < SERIES; s++)
			{
				size_t		origin = rows_of(s) - 16 + 5 * ((size_t) number - 1);
				size_t		n = expanding ? origin : rows_of(s) - 16;

				assert_int_equal(fold.panel.series[s].n, n);
				assert_int_equal(fold.panel.series[s].first, panel.series[s].first + origin - n);
				assert_true(fold.panel.series[s].start == panel.series[s].start + 2 * (int64_t) (origin - n));
				assert_int_equal(fold.series[s].next, panel.series[s].first + origin + 2);
				assert_int_equal(fold.series[s].unseen, 2);
			}
			assert_ptr_equal(fold.panel.value, panel.value);
			rn_backtest_free(&test.host, &fold);
		}
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* Folds from given rows on, the last of which goes beyond the rows, or has none left. */
static void
test_origins(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, 2);
	RnPanel		panel = make_panel(&test, 2);
	size_t		origin[SERIES] = {70, rows_of(1) - 2, rows_of(2)};
	RnBacktest	backtest = {.folds = 3,.horizon = 4,.step = 4,.expanding = true,.origin = origin};
	RnFoldStep	step[SERIES * 4];
	double		scale[SERIES];
	RnFold		fold;

	(void) state;
	settle(&test, &panel, &spec);
	for (int number = 1; number <= 3; number++)
	{
		assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, number, &fold));
		for (size_t s = 0; s < SERIES; s++)
		{
			size_t		first = origin[s] + 4 * ((size_t) number - 1);
			size_t		n = first < rows_of(s) ? first : rows_of(s);

			assert_int_equal(fold.panel.series[s].n, n);
			assert_int_equal(fold.panel.series[s].first, panel.series[s].first);
			assert_int_equal(fold.series[s].next, panel.series[s].first + n);
		}
		rn_backtest_free(&test.host, &fold);
	}
	assert_ok(test, run_fold(&test, &backtest, &spec, &panel, 3, step, scale));
	for (size_t s = 0; s < SERIES; s++)
		for (size_t h = 0; h < 4; h++)
		{
			bool		there = s == 0 && h < 2;

			assert_int_equal(isnan(step[4 * s + h].actual), !there);
			assert_true(isfinite(step[4 * s + h].forecast));
			if (there)
				assert_true(step[h].actual == panel.value[78 + h]);
		}
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* Series that are too short for a fold: left out of it, or the end. */
static void
test_short(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, 0);
	RnPanel		panel = make_panel(&test, 0);
	RnBacktest	backtest = {.folds = 9,.horizon = 4,.step = 6,.expanding = true};
	RnFold		fold;

	(void) state;
	settle(&test, &panel, &spec);
	for (int number = 1; number <= 9; number++)
	{
		assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, number, &fold));
		for (size_t s = 0; s < SERIES; s++)
		{
			size_t		reach = 4 + 6 * (9 - (size_t) number);

			assert_int_equal(fold.panel.series[s].n, rows_of(s) > reach ? rows_of(s) - reach : 0);
			assert_int_equal(fold.panel.series[s].skipped != NULL, rows_of(s) <= reach);
		}
		assert_int_equal(fold.panel.failed, SERIES);
		rn_backtest_free(&test.host, &fold);
	}
	spec.rows.on_error = RN_ON_ERROR_FAIL;
	assert_int_equal(rn_backtest_cut(&test.host, &backtest, &spec, &panel, 1, &fold), RN_TOO_FEW_ROWS);
	assert_int_equal(fold.panel.failed, 2);
	assert_string_equal(test.host.error.message, "40 rows are too few for fold 1 of 9");
	rn_backtest_free(&test.host, &fold);
	assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, 9, &fold));
	rn_backtest_free(&test.host, &fold);

	spec = make_spec(RN_RECIPE_PLAIN, 0);	/* of as many rows as the first fold: none */
	backtest.expanding = false;
	assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, 9, &fold));
	assert_int_equal(fold.panel.series[2].n, 0);
	assert_int_equal(fold.panel.series[1].n, 60 - 52);
	rn_backtest_free(&test.host, &fold);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* What is missing is made up from what the fold knows; ends have a value. */
static void
test_missing(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, COLUMNS);
	RnPanel		panel = make_panel(&test, COLUMNS);
	RnBacktest	backtest = {.folds = 1,.horizon = 4,.step = 4,.expanding = true};
	RnFold		fold;

	(void) state;
	spec.rows.missing = RN_MISSING_INTERPOLATE;
	spec.inputs.covariate[0].kind = RN_COVARIATE_KNOWN;
	for (size_t i = 70; i < 79; i++)	/* fold begins at row 76 */
		panel.value[i] = NAN;
	panel.value[11] = NAN;
	for (size_t i = 66; i < 79; i++)
		panel.covariate[i * COLUMNS] = NAN;
	settle(&test, &panel, &spec);
	assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, 1, &fold));
	assert_int_equal(fold.panel.series[0].n, 70);
	assert_int_equal(fold.series[0].next, 76);
	assert_int_equal(fold.series[0].unseen, 6);
	assert_true(fold.panel.value[11] == (panel.value[10] + panel.value[12]) / 2 && fold.panel.missing[11]);
	assert_true(isnan(panel.value[11]));
	for (size_t i = 66; i < 70; i++)	/* no line to row 79 */
		assert_true(fold.panel.covariate[i * COLUMNS] == panel.covariate[65 * COLUMNS]);
	rn_backtest_free(&test.host, &fold);

	/* a fold that would begin in a gap begins behind it */
	backtest.expanding = false;
	backtest.folds = 2;
	panel.value[4] = panel.value[5] = NAN;
	assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, 2, &fold));
	assert_int_equal(fold.panel.series[0].n, 70 - 6);
	assert_true(fold.panel.series[0].start == panel.series[0].start + 2 * 6);
	assert_true(fold.panel.value[0] == panel.value[6] && !fold.panel.missing[0]);
	rn_backtest_free(&test.host, &fold);
	backtest.folds = 1;

	/* its network looks 4 steps ahead, no more */
	spec.inputs.covariate[0].kind = RN_COVARIATE_PAST;
	assert_ok(test, rn_backtest_cut(&test.host, &backtest, &spec, &panel, 1, &fold));
	assert_non_null(fold.panel.series[0].skipped);
	assert_null(fold.panel.series[1].skipped);
	rn_backtest_free(&test.host, &fold);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* The forecasts of a fold are those of a model trained on its rows alone. */
static void
check_against_training(RnRecipeKind recipe, int given, int gap)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(recipe, given);
	RnPanel		panel = make_panel(&test, given);
	RnPanel		alone = make_panel(&test, given);
	RnBacktest	backtest = {.folds = 3,.horizon = 4,.step = 3,.gap = gap,.expanding = true};
	RnFoldStep	step[SERIES][4];
	double		scale[SERIES];
	double		forecast[16];
	float		future[16 * COLUMNS];
	double		unit;
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;

	settle(&test, &panel, &spec);
	assert_ok(test, run_fold(&test, &backtest, &spec, &panel, 2, &step[0][0], scale));
	for (size_t s = 0; s < SERIES; s++)
		alone.series[s].n -= 3 + 4 + (size_t) gap;
	settle(&test, &alone, &spec);
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &alone, &plan));
	assert_ok(test, rn_recipe_train(&test.host, &plan, &alone, NULL, 0, NULL, NULL, &model, &report));
	for (size_t s = 0; s < SERIES; s++)
	{
		RnOrigin	origin = rn_forecast_tail(&model, s);
		size_t		n = alone.series[s].n;
		const double *value = panel.value + panel.series[s].first;
		double		sum = 0;

		for (size_t k = 0; k < 16; k++)
			for (size_t c = 0; c < (size_t) given; c++)	/* the steps forecast, then the last of them */
				future[k * (size_t) given + c] = panel.covariate[(panel.series[s].first + n
																 + (k < (size_t) gap + 4 ? k : (size_t) gap + 3)) * (size_t) given + c];
		origin.future = future;
		assert_ok(test, rn_forecast(&test.host, &model, &origin, 1, gap + 4, forecast, &unit));
		for (size_t i = 4; i < n; i++)
			sum += fabs(value[i] - value[i - 4]) / (double) (n - 4);
		assert_true(fabs(scale[s] - sum) < 1e-12);
		for (size_t h = 0; h < 4; h++)
		{
			size_t		k = (size_t) gap + h;
			double		lower;
			double		upper;

			rn_interval_bounds(&model, 0.9, (int) k + 1, forecast[k], unit, &lower, &upper);
			assert_true(step[s][h].actual == value[n + k]);
			assert_true(step[s][h].forecast == forecast[k]);
			assert_true(step[s][h].lower == lower && step[s][h].upper == upper && lower < upper);
			assert_true(step[s][h].naive == value[n - 1]);
			assert_true(step[s][h].seasonal == value[n - 4 + k % 4]);
		}
	}
	rn_model_free(&test.host, &model);
	rn_train_report_free(&test.host, &report);
	rn_panel_free(&test.host, &panel);
	rn_panel_free(&test.host, &alone);
	assert_int_equal(test.live, 0);
}

static void
test_forecasts(void **state)
{
	(void) state;
	check_against_training(RN_RECIPE_PLAIN, 0, 0);
	check_against_training(RN_RECIPE_PLAIN, 0, 3);
	check_against_training(RN_RECIPE_AUTO, 0, 0);
	check_against_training(RN_RECIPE_AUTO, 0, 3);
	check_against_training(RN_RECIPE_AUTO, COLUMNS, 0);
}

/* Nothing after its origin, but for what is known ahead in its steps, reaches a fold. */
static void
test_leaks(void **state)
{
	(void) state;
	for (int given = 0; given <= COLUMNS; given += COLUMNS)
		for (int missing = RN_MISSING_ERROR; missing <= RN_MISSING_MASK; missing++)
		{
			TestHost	test = test_host();
			RnTrainSpec spec = make_spec(RN_RECIPE_AUTO, given);
			RnBacktest	backtest = {.folds = 4,.horizon = 4,.step = 4,.expanding = true};
			RnFoldStep	step[2][SERIES][4];
			double		scale[2][SERIES];

			spec.rows.missing = (RnMissing) missing;
			spec.members = given == 0 && missing != RN_MISSING_MASK ? 2 : 0;
			for (int changed = 0; changed < 2; changed++)
			{
				RnPanel		panel = make_panel(&test, given);

				for (size_t s = 0; s < SERIES; s++)
				{
					size_t		first = panel.series[s].first;
					size_t		origin = panel.series[s].n - 12;	/* of fold 2 */

					for (size_t i = origin; changed && i < panel.series[s].n; i++)
						panel.value[first + i] *= -3;
					for (size_t i = origin; changed && given > 0 && i < panel.series[s].n; i++)
						panel.covariate[(first + i) * COLUMNS] += 7;
					for (size_t i = origin + 4; changed && given > 0 && i < panel.series[s].n; i++)
						panel.covariate[(first + i) * COLUMNS + 1] += 7;
					if (missing == RN_MISSING_ERROR)
						continue;
					panel.value[first + 30 - 5 * s] = NAN;
					for (size_t i = origin - 3; given > 0 && i < origin + 2; i++)
						panel.covariate[(first + i) * COLUMNS] = NAN;
				}
				settle(&test, &panel, &spec);
				assert_ok(test, run_fold(&test, &backtest, &spec, &panel, 2, &step[changed][0][0], scale[changed]));
				rn_panel_free(&test.host, &panel);
			}
			for (size_t s = 0; s < SERIES; s++)
				for (size_t h = 0; h < 4; h++)
				{
					assert_true(step[1][s][h].actual == -3 * step[0][s][h].actual);
					step[1][s][h].actual = step[0][s][h].actual;
				}
			assert_memory_equal(step[0], step[1], sizeof(step[0]));
			assert_memory_equal(scale[0], scale[1], sizeof(scale[0]));
			assert_int_equal(test.live, 0);
		}
}

/* The horizon of the recipe, and how far a model can look. */
static void
test_horizon(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_AUTO, 0);
	RnPanel		panel = make_panel(&test, 0);
	RnTrainPlan plan;
	int			horizon;
	RnBacktest	backtest = {.folds = 2,.horizon = 4,.step = 4,.gap = 1};

	(void) state;
	settle(&test, &panel, &spec);
	assert_ok(test, rn_backtest_horizon(&test.host, &spec, &panel, &horizon, NULL));
	assert_int_equal(horizon, 4);
	spec.horizon = spec.season = 0;
	assert_ok(test, rn_backtest_horizon(&test.host, &spec, &panel, &horizon, NULL));
	assert_ok(test, rn_recipe_plan(&test.host, &spec, &panel, &plan));
	assert_int_equal(horizon, plan.spec.horizon);
	assert_int_equal(panel.series[2].n, rows_of(2));

	spec = make_spec(RN_RECIPE_PLAIN, COLUMNS);
	assert_int_equal(rn_backtest_check(&test.host, &backtest, &spec), RN_INVALID_OPTION);
	assert_string_equal(test.host.error.detail, "It has covariates whose future is not known.");
	backtest.gap = 0;
	assert_ok(test, rn_backtest_check(&test.host, &backtest, &spec));
	spec.inputs.given = 0;
	backtest.gap = RN_MAX_HORIZON - 4;
	assert_ok(test, rn_backtest_check(&test.host, &backtest, &spec));
	backtest.gap++;
	assert_int_equal(rn_backtest_check(&test.host, &backtest, &spec), RN_INVALID_OPTION);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/*
 * Planning for the horizon leaves a panel as it was: a series too short for it,
 * whose times are kept one by one, too.
 */
static void
test_horizon_short(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_AUTO, 0);
	RnPanel		panel = make_panel(&test, 0);
	RnSeries   *series = &panel.series[2];
	int			horizon;

	(void) state;
	settle(&test, &panel, &spec);
	rn_times_free(&test.host, &series->time);
	for (int i = 0; i < 3; i++)
		assert_ok(test, rn_times_append(&test.host, &series->time, (size_t) i, i * i));
	series->n = 3;
	spec.horizon = 0;
	assert_ok(test, rn_backtest_horizon(&test.host, &spec, &panel, &horizon, NULL));
	assert_int_equal(horizon, 4);
	assert_int_equal(series->n, 3);
	assert_null(series->skipped);
	assert_true(rn_time_at(&series->time, 2) == 4);
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

/* A value of zero where there was no row is one; any other that was made up is not. */
static void
test_actual(void **state)
{
	(void) state;
	for (int missing = RN_MISSING_INTERPOLATE; missing <= RN_MISSING_MASK; missing++)
	{
		TestHost	test = test_host();
		RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, 0);
		RnPanel		panel = make_panel(&test, 0);
		RnBacktest	backtest = {.folds = 1,.horizon = 4,.step = 4,.expanding = true};
		RnFoldStep	step[SERIES][4];
		double		scale[SERIES];
		double		sum = 0;

		spec.rows.missing = (RnMissing) missing;
		panel.value[77] = panel.value[40] = NAN;
		settle(&test, &panel, &spec);
		assert_ok(test, run_fold(&test, &backtest, &spec, &panel, 1, &step[0][0], scale));
		assert_true(missing == RN_MISSING_ZERO ? step[0][1].actual == 0 : isnan(step[0][1].actual));
		assert_true(step[0][0].actual == panel.value[76]);
		for (size_t i = 4; i < 76; i++)
			if (i != 40 && i != 44)
				sum += fabs(panel.value[i] - panel.value[i - 4]);
		if (missing == RN_MISSING_ZERO)
			sum += panel.value[36] + panel.value[44];
		assert_true(fabs(scale[0] - sum / (missing == RN_MISSING_ZERO ? 72 : 70)) < 1e-12);
		rn_panel_free(&test.host, &panel);
		assert_int_equal(test.live, 0);
	}
}

/* Whatever fails, nothing is left behind. */
static void
test_out_of_memory(void **state)
{
	TestHost	test = test_host();
	RnTrainSpec spec = make_spec(RN_RECIPE_PLAIN, COLUMNS);
	RnBacktest	backtest = {.folds = 2,.horizon = 4,.step = 4,.expanding = true};
	RnPanel		panel = make_panel(&test, COLUMNS);
	RnFoldStep	step[SERIES][4];
	double		scale[SERIES];
	long		live;
	RnCode		code = RN_NO_MEMORY;

	(void) state;
	spec.rows.missing = RN_MISSING_LOCF;
	panel.value[10] = NAN;
	settle(&test, &panel, &spec);
	live = test.live;
	for (long n = 0; code == RN_NO_MEMORY; n++)
	{
		test.allocations_left = n;
		code = run_fold(&test, &backtest, &spec, &panel, 1, &step[0][0], scale);
		assert_int_equal(test.live, live);
	}
	assert_ok(test, code);
	test.allocations_left = -1;
	test.polls_left = 3;
	assert_int_equal(run_fold(&test, &backtest, &spec, &panel, 1, &step[0][0], scale), RN_CANCELLED);
	test.polls_left = -1;
	rn_panel_free(&test.host, &panel);
	assert_int_equal(test.live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_forecasts),
		cmocka_unit_test(test_leaks),
		cmocka_unit_test(test_horizon),
		cmocka_unit_test(test_horizon_short),
		cmocka_unit_test(test_actual),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
