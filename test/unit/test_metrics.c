/*
 * test_metrics.c
 *		Error measures and baselines against numbers worked out by hand.
 */
#include "test_host.h"

#include <math.h>

#include "series/baseline.h"
#include "series/metrics.h"

static const double actual[] = {2, -1, 0, 5};
static const double forecast[] = {4, -1, 1, 1};

static void
assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-14 * fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void
absolute_and_squared(void **state)
{
	(void) state;
	assert_near(rn_metric_mae(actual, forecast, 4), 7.0 / 4);
	assert_near(rn_metric_mae(actual, forecast, 1), 2);
	assert_near(rn_metric_rmse(actual, forecast, 4), sqrt(21.0 / 4));
	assert_near(rn_metric_rmse(actual, actual, 4), 0);
}

static void
symmetric_percentage(void **state)
{
	double		zero[3] = {0, -0.0, 0};
	double		some[3] = {0, 1, 0};

	(void) state;
	/* 2/6, 0/2, 1/1, 4/6 */
	assert_near(rn_metric_smape(actual, forecast, 4), 200 * (1.0 / 3 + 0 + 1 + 2.0 / 3) / 4);
	assert_near(rn_metric_smape(zero, zero, 3), 0);
	/* two terms of 0/0 are not part of the mean */
	assert_near(rn_metric_smape(some, zero, 3), 200);
	/* opposite signs reach the most there is */
	assert_near(rn_metric_smape(actual, (const double[]) {-2}, 1), 200);
}

static void
scaled(void **state)
{
	double		value[] = {1, 3, 2, 6, 1};

	(void) state;
	assert_near(rn_metric_mase_scale(value, 5, 1), (2 + 1 + 4 + 5) / 4.0);
	assert_near(rn_metric_mase_scale(value, 5, 2), (1 + 3 + 1) / 3.0);
	assert_near(rn_metric_mase_scale(value, 5, 4), 0);
	assert_true(isnan(rn_metric_mase_scale(value, 5, 5)));
	assert_true(isnan(rn_metric_mase_scale(value, 0, 1)));
	assert_true(isnan(rn_metric_mase_scale(value, 5, 0)));
	assert_true(isnan(rn_metric_mase_scale(value, 5, -1)));
	assert_near(rn_metric_mase(actual, forecast, 4, 3.5), 0.5);
	assert_true(isnan(rn_metric_mase(actual, forecast, 4, 0)));
	assert_true(isnan(rn_metric_mase(actual, forecast, 4, NAN)));
}

static void
pinball(void **state)
{
	(void) state;
	/* errors -2, 0, -1, 4 */
	assert_near(rn_metric_pinball(actual, forecast, 4, 0.9), (0.1 * 2 + 0.1 * 1 + 0.9 * 4) / 4);
	assert_near(rn_metric_pinball(actual, forecast, 4, 0.25), (0.75 * 2 + 0.75 * 1 + 0.25 * 4) / 4);
	assert_near(rn_metric_pinball(actual, forecast, 4, 0.5), rn_metric_mae(actual, forecast, 4) / 2);
}

static void
coverage(void **state)
{
	double		lower[] = {2, 0, -1, 6};
	double		upper[] = {3, 1, 0, 7};
	double		nothing[] = {NAN, 0, 0, 0};

	(void) state;
	assert_near(rn_metric_coverage(actual, lower, upper, 4), 0.5);	/* both bounds included */
	assert_near(rn_metric_coverage(actual, actual, actual, 4), 1);
	assert_near(rn_metric_coverage(nothing, lower, upper, 1), 0);
	assert_near(rn_metric_coverage(actual, nothing, upper, 1), 0);
}

static void
not_a_number(void **state)
{
	double		with_nan[] = {2, NAN, 0, 5};

	(void) state;
	assert_true(isnan(rn_metric_mae(with_nan, forecast, 4)));
	assert_true(isnan(rn_metric_rmse(with_nan, forecast, 4)));
	assert_true(isnan(rn_metric_smape(with_nan, forecast, 4)));
	assert_true(isnan(rn_metric_smape(forecast, with_nan, 4)));
	assert_true(isnan(rn_metric_mase(with_nan, forecast, 4, 1)));
	assert_true(isnan(rn_metric_pinball(with_nan, forecast, 4, 0.5)));
}

static void
large_values(void **state)
{
	double		large[] = {1e100, -1e100};
	double		small[] = {-1e100, 1e100};

	(void) state;
	assert_near(rn_metric_rmse(large, small, 2), 2e100);
	assert_near(rn_metric_mae(large, small, 2), 2e100);
	assert_near(rn_metric_smape(large, small, 2), 200);
}

/* Each one of many too small to show in a sum of doubles, and yet they count. */
static void
order_and_parts(void **state)
{
	static double large_first[4001] = {1e16};
	static double large_last[4001] = {[4000] = 1e16};
	static const double zero[4001];
	double		expected = (1e16 + 4000 * 0.75) / 4001;
	RnMean		part[2] = {{0}};

	(void) state;
	for (int i = 0; i < 4000; i++)
		large_first[i + 1] = large_last[i] = 0.75;
	assert_true(rn_metric_mae(large_first, zero, 4001) == expected);
	assert_true(rn_metric_mae(large_last, zero, 4001) == expected);
	for (int i = 0; i < 4001; i++)
		rn_metric_add_absolute(&part[i % 2], large_first[i], 0);
	rn_mean_merge(&part[1], &part[0]);
	assert_true(rn_mean_value(&part[1]) == expected);
}

static void
infinite(void **state)
{
	double		with_infinity[] = {2, INFINITY, 0, -INFINITY};
	RnMean		part[2] = {{0}};

	(void) state;
	assert_true(rn_metric_mae(with_infinity, forecast, 4) == INFINITY);
	assert_true(rn_metric_rmse(with_infinity, forecast, 4) == INFINITY);
	assert_true(rn_metric_mase(with_infinity, forecast, 4, 2) == INFINITY);
	assert_true(isnan(rn_metric_smape(with_infinity, forecast, 4)));
	assert_true(isnan(rn_metric_mae(with_infinity, with_infinity, 4)));
	rn_mean_add(&part[0], INFINITY);
	rn_mean_add(&part[1], 1);
	rn_mean_merge(&part[1], &part[0]);
	rn_mean_merge(&part[1], &part[1]);
	assert_true(rn_mean_value(&part[1]) == INFINITY);
	assert_true(rn_mean_value(&(RnMean) {0}) == 0);
}

static void
assert_naive(size_t n, int m, int h, const double *expected)
{
	double		value[] = {1, 2, 3, 4, 5};
	double		result[9];

	for (int i = 0; i < 9; i++)
		result[i] = -1;
	rn_baseline_seasonal_naive(value, n, m, result, h);
	for (int i = 0; i < 9; i++)
		assert_true(result[i] == (i < h ? expected[i] : -1));
}

static void
seasonal_naive(void **state)
{
	(void) state;
	assert_naive(5, 3, 8, (const double[]) {3, 4, 5, 3, 4, 5, 3, 4});
	assert_naive(5, 1, 3, (const double[]) {5, 5, 5});
	assert_naive(5, 5, 6, (const double[]) {1, 2, 3, 4, 5, 1});
	assert_naive(4, 5, 2, (const double[]) {4, 4});
	assert_naive(1, 1, 2, (const double[]) {1, 1});
	assert_naive(5, 0, 2, (const double[]) {5, 5});
	assert_naive(5, -4, 2, (const double[]) {5, 5});
	assert_naive(5, 3, 0, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absolute_and_squared),
		cmocka_unit_test(symmetric_percentage),
		cmocka_unit_test(scaled),
		cmocka_unit_test(pinball),
		cmocka_unit_test(coverage),
		cmocka_unit_test(not_a_number),
		cmocka_unit_test(large_values),
		cmocka_unit_test(order_and_parts),
		cmocka_unit_test(infinite),
		cmocka_unit_test(seasonal_naive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
