/*
 * test_window.c
 *		Counting windows and gathering them.
 */
#include "test_host.h"

#include "series/window.h"

static void
counts(void **state)
{
	(void) state;
	assert_int_equal(rn_windows_count(250, 24, 1), 226);
	assert_int_equal(rn_windows_count(250, 24, 14), 213);
	assert_int_equal(rn_windows_count(25, 24, 1), 1);
	assert_int_equal(rn_windows_count(24, 24, 1), 0);
	assert_int_equal(rn_windows_count(24, 24, 0), 1);
	assert_int_equal(rn_windows_count(0, 24, 1), 0);
	assert_int_equal(rn_windows_count(0, 1, 0), 0);
	assert_int_equal(rn_windows_count(10, 0, 1), 0);
	assert_int_equal(rn_windows_count(10, -3, 1), 0);
	assert_int_equal(rn_windows_count(10, 3, -1), 0);
	assert_int_equal(rn_windows_count(SIZE_MAX, 1, 0), SIZE_MAX);
	/* the sum leaves int */
	assert_int_equal(rn_windows_count(100, INT32_MAX, INT32_MAX), 0);
}

/* x[t][b] is value[index[b] + t], scaled; target[b][o] is value[index[b] + T + o]. */
static void
gathered(int T, int O, int B)
{
	enum
	{
		N = 700,
		GUARD = 3
	};
	double		value[N];
	RnTransform transform = {.shift = 1,.scale = 2};
	RnWindows	windows = {value, N, T, O, &transform};
	size_t		count = rn_windows_count(N, T, O);
	size_t		x_size = (size_t) T * (size_t) B;
	size_t		target_size = (size_t) B * (size_t) O;
	uint32_t   *index = malloc((size_t) B * sizeof(*index));
	rn_real    *x = malloc((x_size + GUARD) * sizeof(*x));
	rn_real    *target = malloc((target_size + GUARD) * sizeof(*target));

	assert_true(count > 0);
	for (int i = 0; i < N; i++)
		value[i] = i * 3 + 1;
	/* the first and the last, in no order, some twice */
	for (int b = 0; b < B; b++)
		index[b] = (uint32_t) ((size_t) b * 37 % count);
	index[B - 1] = (uint32_t) (count - 1);
	for (size_t i = 0; i < x_size + GUARD; i++)
		x[i] = -7;
	for (size_t i = 0; i < target_size + GUARD; i++)
		target[i] = -7;
	rn_windows_gather(&windows, index, B, x, target);
	for (int t = 0; t < T; t++)
	{
		for (int b = 0; b < B; b++)
			assert_true(x[t * B + b] == (value[index[b] + (uint32_t) t] - 1) / 2);
	}
	for (int b = 0; b < B; b++)
	{
		for (int o = 0; o < O; o++)
			assert_true(target[b * O + o] == (value[index[b] + (uint32_t) (T + o)] - 1) / 2);
	}
	for (int i = 0; i < GUARD; i++)
		assert_true(x[x_size + (size_t) i] == -7 && target[target_size + (size_t) i] == -7);
	free(index);
	free(x);
	free(target);
}

static void
gathers(void **state)
{
	(void) state;
	gathered(1, 1, 1);
	gathered(24, 1, 32);
	gathered(24, 14, 32);
	gathered(336, 24, 256);
	gathered(7, 5, 3);
	gathered(690, 10, 5);		/* one sample only */
	gathered(24, 0, 32);		/* nothing to predict */
}

static void
no_target(void **state)
{
	double		value[4] = {1, 2, 3, 4};
	RnTransform transform = {.shift = 0,.scale = 1};
	RnWindows	windows = {value, 4, 4, 0, &transform};
	uint32_t	index = 0;
	rn_real		x[4];

	(void) state;
	rn_windows_gather(&windows, &index, 1, x, NULL);
	for (int t = 0; t < 4; t++)
		assert_true(x[t] == value[t]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(gathers),
		cmocka_unit_test(no_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
