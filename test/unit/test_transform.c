/*
 * test_transform.c
 *		Scalers: their definitions, hard cases, and that they can be stopped.
 */
#include "test_host.h"

#include <float.h>
#include <math.h>

#include "series/transform.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static RnTransform
fit(RnScalerKind scaler, const double *value, size_t n)
{
	TestHost	test = test_host();
	RnTransform transform;

	memset(&transform, 0x7f, sizeof(transform));
	test.allocations_left = 0;	/* a fit needs no memory */
	assert_ok(test, rn_transform_fit(&test.host, scaler, value, n, &transform));
	assert_int_equal(transform.scaler, scaler);
	assert_true(isfinite(transform.shift) && isfinite(transform.scale) && transform.scale > 0);
	return transform;
}

static void
assert_near(double actual, double expected, double tolerance)
{
	if (!(fabs(actual - expected) <= tolerance * fmax(fabs(expected), 1e-300)))
		fail_msg("%.17g is not %.17g", actual, expected);
}

static void
assert_fits(RnScalerKind scaler, const double *value, size_t n, double shift, double scale)
{
	RnTransform transform = fit(scaler, value, n);

	assert_near(transform.shift, shift, 1e-14);
	assert_near(transform.scale, scale, 1e-14);
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
definitions(void **state)
{
	double		value[] = {3, -1, 4, 1, -5, 9, 2, 6};
	double		odd[] = {7, 1, 3};

	(void) state;
	/* numpy: mean, std, median, percentile 75 - percentile 25 */
	assert_fits(RN_SCALER_MINMAX, value, COUNT(value), -5, 14);
	assert_fits(RN_SCALER_STANDARD, value, COUNT(value), 2.375, 3.9980463979298690);
	assert_fits(RN_SCALER_ROBUST, value, COUNT(value), 2.5, 4);
	assert_fits(RN_SCALER_NONE, value, COUNT(value), 0, 1);
	assert_fits(RN_SCALER_MINMAX, odd, COUNT(odd), 1, 6);
	assert_fits(RN_SCALER_STANDARD, odd, COUNT(odd), 11.0 / 3, 2.4944382578492943);
	assert_fits(RN_SCALER_ROBUST, odd, COUNT(odd), 3, 3);
	/* two values: quartiles lie between them */
	assert_fits(RN_SCALER_ROBUST, odd, 2, 4, 3);
}

static void
there_and_back(void **state)
{
	double		value[] = {3, -1, 4, 1, -5, 9, 2, 6};

	(void) state;
	for (int k = 0; k < RN_SCALER_KINDS; k++)
	{
		RnTransform transform = fit((RnScalerKind) k, value, COUNT(value));

		for (double v = -20; v < 20; v += 0.7)
			assert_near(rn_transform_invert(&transform, rn_transform_apply(&transform, v)), v, 1e-13);
	}
	{
		RnTransform transform = {RN_SCALER_STANDARD, 10, 4};

		assert_true(rn_transform_apply(&transform, 12) == 0.5);
		assert_true(rn_transform_invert(&transform, 0.5) == 12);
	}
}

/* Constant series, whose mean does not come out exactly when summed. */
static void
constants(void **state)
{
	static const double constant[] = {0, 0.1, -1e100, 1e-300, 5, 1.0 / 3};
	double		value[1000];

	(void) state;
	for (size_t c = 0; c < COUNT(constant); c++)
	{
		for (size_t i = 0; i < COUNT(value); i++)
			value[i] = constant[c];
		for (int k = 0; k < RN_SCALER_KINDS; k++)
		{
			RnTransform transform = fit((RnScalerKind) k, value, c == 4 ? 1 : COUNT(value));

			assert_true(transform.scale == 1);
			if (k != RN_SCALER_NONE)
				assert_true(rn_transform_apply(&transform, constant[c]) == 0);
			assert_true(rn_transform_invert(&transform, rn_transform_apply(&transform, constant[c])) == constant[c]);
		}
	}
}

static void
extremes(void **state)
{
	double		huge[] = {-1e100, 1e100, 1e100, -1e100};
	double		tiny[] = {1e-170, 3e-170, 1e-170, 3e-170};
	double		minute[] = {5e-324, 0, 1e-310};
	double		offset[] = {1e15 + 1, 1e15 + 3, 1e15 + 1, 1e15 + 3};

	(void) state;
	assert_fits(RN_SCALER_STANDARD, huge, COUNT(huge), 0, 1e100);
	assert_fits(RN_SCALER_ROBUST, huge, COUNT(huge), 0, 2e100);
	assert_fits(RN_SCALER_MINMAX, huge, COUNT(huge), -1e100, 2e100);
	assert_fits(RN_SCALER_STANDARD, tiny, COUNT(tiny), 2e-170, 1e-170);
	assert_fits(RN_SCALER_STANDARD, offset, COUNT(offset), 1e15 + 2, 1);
	for (int k = 0; k < RN_SCALER_KINDS; k++)
	{
		RnTransform transform = fit((RnScalerKind) k, minute, COUNT(minute));
		RnTransform transform_tiny = fit((RnScalerKind) k, tiny, COUNT(tiny));

		/* no scale so small that a legal value leaves the finite numbers */
		assert_true(isfinite(rn_transform_apply(&transform, -1e100)));
		assert_true(isfinite(rn_transform_apply(&transform_tiny, 1e100)));
	}
}

/* The digits of the deviation survive a mean a billion times as large. */
static void
deviation_digits(void **state)
{
	enum
	{
		N = 100000
	};
	static double value[N];
	RnTransform transform;

	(void) state;
	for (int i = 0; i < N; i++)
		value[i] = 1e9 + (i % 5) * 0.25;
	transform = fit(RN_SCALER_STANDARD, value, N);
	assert_near(transform.shift, 1e9 + 0.5, 1e-15);
	assert_near(transform.scale, 0.25 * 1.4142135623730951, 1e-12);
}

/* Robust: quantiles against a sorted copy, mixed signs, ties, both zeroes. */
static void
quantiles(void **state)
{
	double		value[257];
	double		sorted[257];
	uint64_t	random = 7;

	(void) state;
	for (size_t n = 2; n <= COUNT(value); n++)
	{
		double		expected[3];
		RnTransform transform;

		for (size_t i = 0; i < n; i++)
		{
			random = random * UINT64_C(6364136223846793005) + 1;
			value[i] = ((double) (random >> 40) - 8388608) * (n % 3 == 0 ? 1e-9 : 1e5);
			if (n % 5 == 0)
				value[i] = (double) ((random >> 40) % 9) - 4;
		}
		value[0] = -0.0;
		value[1] = n % 2 ? 0.0 : 1;
		memcpy(sorted, value, n * sizeof(double));
		qsort(sorted, n, sizeof(double), compare_doubles);
		for (int q = 1; q <= 3; q++)
		{
			double		position = q * 0.25 * (double) (n - 1);
			size_t		low = (size_t) floor(position);
			size_t		high = low + 1 < n ? low + 1 : low;

			expected[q - 1] = sorted[low] + (position - (double) low) * (sorted[high] - sorted[low]);
		}
		if (expected[2] == expected[0])
			continue;			/* that is test no_range's */
		transform = fit(RN_SCALER_ROBUST, value, n);
		assert_near(transform.shift, expected[1], 1e-14);
		assert_near(transform.scale, expected[2] - expected[0], 1e-14);
	}
}

/* Half of the values alike: the deviation takes the range's place. */
static void
no_range(void **state)
{
	double		value[] = {2, 2, 2, 2, 2, 2, 2, 10};
	double		zeroes[] = {0, -0.0, 0, -0.0, 0, 5};
	RnTransform standard = fit(RN_SCALER_STANDARD, value, COUNT(value));

	(void) state;
	assert_fits(RN_SCALER_ROBUST, value, COUNT(value), 2, standard.scale);
	assert_near(standard.scale, 2.6457513110645907, 1e-14);
	standard = fit(RN_SCALER_STANDARD, zeroes, COUNT(zeroes));
	assert_fits(RN_SCALER_ROBUST, zeroes, COUNT(zeroes), 0, standard.scale);
}

static void
names(void **state)
{
	(void) state;
	assert_string_equal(rn_scaler_name(RN_SCALER_MINMAX), "minmax");
	assert_string_equal(rn_scaler_name(RN_SCALER_STANDARD), "standard");
	assert_string_equal(rn_scaler_name(RN_SCALER_ROBUST), "robust");
	assert_string_equal(rn_scaler_name(RN_SCALER_NONE), "none");
	assert_string_equal(rn_scaler_name((RnScalerKind) 99), "unknown");
}

static void
failures(void **state)
{
	enum
	{
		N = 150000
	};
	double	   *value = malloc(N * sizeof(double));
	RnTransform transform;

	(void) state;
	for (int i = 0; i < N; i++)
		value[i] = i < N * 0.8 ? 1 : i;
	for (int k = 0; k < RN_SCALER_KINDS; k++)
	{
		TestHost	whole = test_host();
		TestHost	empty = test_host();

		assert_ok(whole, rn_transform_fit(&whole.host, (RnScalerKind) k, value, N, &transform));
		if (k != RN_SCALER_NONE)
			assert_true(whole.polls >= 3);
		for (long poll = 1; poll <= whole.polls; poll++)
		{
			TestHost	test = test_host();

			test.polls_left = poll;
			assert_int_equal(rn_transform_fit(&test.host, (RnScalerKind) k, value, N, &transform), RN_CANCELLED);
			assert_int_equal(test.polls, poll);
		}
		assert_int_equal(rn_transform_fit(&empty.host, (RnScalerKind) k, value, 0, &transform), RN_TOO_FEW_ROWS);
	}
	free(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(constants),
		cmocka_unit_test(extremes),
		cmocka_unit_test(deviation_digits),
		cmocka_unit_test(quantiles),
		cmocka_unit_test(no_range),
		cmocka_unit_test(names),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
