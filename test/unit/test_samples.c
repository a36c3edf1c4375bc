/*
 * test_samples.c
 *		Counting windows and gathering them: of one series and of many, relative,
 *		masked, and with covariates.
 */
#include "test_host.h"

#include <math.h>

#include "model/samples.h"
#include "nn/fit.h"

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

#define N 700

/* Rows whose value, covariates and holes can be told from their number. */
typedef struct Rows
{
	double		value[N];
	unsigned char missing[N];
	float		covariate[N][3];
} Rows;

static Rows rows;

static void
make_rows(void)
{
	for (int i = 0; i < N; i++)
	{
		rows.value[i] = i * 3 + 1;
		rows.missing[i] = i % 5 == 2;
		rows.covariate[i][0] = (float) i;
		rows.covariate[i][1] = (float) (2 * i);
		rows.covariate[i][2] = (float) (-i);
	}
}

/* One sample as a textbook would write it, against column c of x at step t. */
static double
expected(const RnInputs *inputs, const RnView *view, int T, int t, int column)
{
	const RnTransform *by = &view->transform;
	int			m = view->base_season;
	size_t		row = view->row + (size_t) t;
	size_t		last = view->end - 1;
	size_t		ahead = row + (size_t) inputs->horizon < last ? row + (size_t) inputs->horizon : last;
	double		level = 0;

	for (int k = T - m; k < T; k++)
		level += (rows.value[view->row + (size_t) k] - by->shift) / by->scale / m;
	if (column == 0)
		return (rows.value[row] - by->shift) / by->scale - level;
	if (inputs->masked && column == 1)
		return rows.missing[row];
	column -= 1 + inputs->masked;
	switch (column)				/* past, known, known ahead, static */
	{
		case 0:
			return ((double) rows.covariate[row][0] - 1) / 2;
		case 1:
			return ((double) rows.covariate[row][1] - 3) / 4;
		case 2:
			return ((double) rows.covariate[ahead][1] - 3) / 4;
		default:
			return ((double) rows.covariate[row][2] - 5) / 6;
	}
}

/* B samples of two series, 100 and 500 rows, against the textbook. */
static void
gathered(RnInputs inputs, int T, int O, int B, int m, int other_m)
{
	enum
	{
		GUARD = 3
	};
	RnSampleSeries series[2] = {
		{0, {50, 50, 150, {RN_SCALER_MINMAX, 1, 2}, m, NULL}},
		{rn_windows_count(100, T, O), {200, 200, 700, {RN_SCALER_MINMAX, -3, 5}, other_m, NULL}}
	};
	RnSamples	samples = {&inputs, {rows.value, NULL, NULL}, T, O, 0, 2, series};
	size_t		I;
	size_t		x_size;
	size_t		target_size = (size_t) B * (size_t) O;
	uint32_t	index[RN_FIT_PART];
	rn_real    *x;
	rn_real    *target = malloc((target_size + GUARD) * sizeof(*target));

	inputs.horizon = O;
	samples.n = series[1].sample + rn_windows_count(500, T, O);
	samples.rows.missing = inputs.masked ? rows.missing : NULL;
	samples.rows.covariate = inputs.given > 0 ? rows.covariate[0] : NULL;
	I = (size_t) rn_inputs_size(&inputs);
	x_size = (size_t) T * (size_t) B * I;
	x = malloc((x_size + GUARD) * sizeof(*x));
	/* the first and the last, in no order, some twice */
	for (int b = 0; b < B; b++)
		index[b] = (uint32_t) ((size_t) b * 37 % samples.n);
	index[B - 1] = (uint32_t) (samples.n - 1);
	for (size_t i = 0; i < x_size + GUARD; i++)
		x[i] = -7;
	for (size_t i = 0; i < target_size + GUARD; i++)
		target[i] = -7;
	rn_samples_gather(&samples, index, B, x, target);
	for (int b = 0; b < B; b++)
	{
		bool		second = index[b] >= series[1].sample;
		RnView		view = series[second].view;

		view.row += index[b] - series[second].sample;
		for (int t = 0; t < T; t++)
			for (size_t c = 0; c < I; c++)
				if (fabs((double) x[((size_t) t * (size_t) B + (size_t) b) * I + c] - expected(&inputs, &view, T, t, (int) c)) > 1e-4)
					fail_msg("sample %u, step %d, column %zu", index[b], t, c);
		for (int o = 0; o < O; o++)
		{
			size_t		row = view.row + (size_t) (T + o);
			double		want = (rows.value[row] - view.transform.shift) / view.transform.scale;
			double		got = (double) target[b * O + o];

			if (view.base_season > 0)
				want -= (rows.value[view.row + (size_t) (T - view.base_season + o % view.base_season)]
						 - view.transform.shift) / view.transform.scale;
			if (inputs.masked && rows.missing[row])
				assert_true(isnan(got));
			else
				assert_true(fabs(got - want) < 1e-4);
		}
	}
	for (int i = 0; i < GUARD; i++)
		assert_true(x[x_size + (size_t) i] == -7 && target[target_size + (size_t) i] == -7);
	free(x);
	free(target);
}

static void
gathers(void **state)
{
	RnInputs	plain = {0};
	RnInputs	all = {.masked = true,.given = 3,.covariate = {
		{RN_COVARIATE_PAST, 1, 2}, {RN_COVARIATE_KNOWN, 3, 4}, {RN_COVARIATE_STATIC, 5, 6}
	}};
	RnInputs	unmasked = all;
	RnInputs	masked = {.masked = true};

	(void) state;
	make_rows();
	unmasked.masked = false;
	assert_int_equal(rn_inputs_size(&plain), 1);
	assert_int_equal(rn_inputs_size(&all), 6);
	for (int k = 0; k < 4; k++)
	{
		RnInputs	inputs = k == 0 ? plain : k == 1 ? all : k == 2 ? unmasked : masked;

		gathered(inputs, 1, 1, 1, 0, 0);
		gathered(inputs, 24, 1, 32, 0, 0);
		gathered(inputs, 24, 14, 32, 12, 12);
		gathered(inputs, 24, 14, 32, 12, 1);
		gathered(inputs, 24, 14, 17, 0, 7);
		gathered(inputs, 7, 5, 3, 1, 1);
		gathered(inputs, 90, 10, 5, 24, 24);	/* one sample of the first */
		gathered(inputs, 24, 0, 32, 0, 0);	/* nothing to predict */
	}
}

/* Covariates beyond the last one known are taken to stay as they are. */
static void
stays_at_the_end(void **state)
{
	RnInputs	inputs = {.given = 1,.horizon = 4,.covariate = {{RN_COVARIATE_KNOWN, 0, 1}}};
	float		covariate[6] = {0, 1, 2, 3, 4, 5};
	double		value[6] = {0};
	RnRows		short_rows = {value, NULL, covariate};
	RnView		view = {0, 0, 6, {RN_SCALER_NONE, 0, 1}, 0, NULL};
	rn_real		x[4 * 3];

	(void) state;
	rn_inputs_others(&inputs, &short_rows, &view, 0, 4, 1, x);
	for (int t = 0; t < 4; t++)
	{
		assert_true(x[t * 3 + 1] == t);
		assert_true(x[t * 3 + 2] == (t + 4 < 5 ? t + 4 : 5));
	}
	rn_inputs_others(&inputs, &short_rows, &view, 3, 4, 1, x);	/* three steps on */
	assert_true(x[3 * 3 + 1] == 5 && x[0 * 3 + 1] == 3 && x[0 * 3 + 2] == 5);
}

/* Points on circles: neighbours are near, opposite times far, holidays 1. */
static void
calendar_columns(void **state)
{
	RnInputs	inputs = {.features = RN_FEATURE_MONTH | RN_FEATURE_DAY_OF_WEEK | RN_FEATURE_HOUR | RN_FEATURE_HOLIDAY};
	int32_t		holiday[] = {-3, 0, 7, 359};
	float		a[7];
	float		b[7];

	(void) state;
	assert_int_equal(rn_inputs_columns(&inputs), 7);
	assert_int_equal(rn_inputs_size(&inputs), 15);
	rn_inputs_calendar(&inputs, 0, holiday, 4, a);	/* Saturday 2000-01-01 */
	assert_true(fabsf(a[0]) < 1e-6f && fabsf(a[1] - 1) < 1e-6f);
	assert_true(fabsf(a[4]) < 1e-6f && fabsf(a[5] - 1) < 1e-6f);
	assert_true(a[6] == 1);
	rn_inputs_calendar(&inputs, 7 * RN_USECS_PER_DAY + 12 * RN_USECS_PER_HOUR, holiday, 4, b);	/* a week on, noon */
	assert_true(a[2] == b[2] && a[3] == b[3] && fabsf(b[5] + 1) < 1e-6f && b[6] == 1);
	rn_inputs_calendar(&inputs, 2 * RN_USECS_PER_DAY, holiday, 4, b);	/* a Monday */
	assert_true(fabsf(b[2]) < 1e-6f && fabsf(b[3] - 1) < 1e-6f && b[6] == 0);
	rn_inputs_calendar(&inputs, -RN_USECS_PER_HOUR, holiday, 4, b);	/* the last of December */
	assert_true(hypotf(a[0] - b[0], a[1] - b[1]) < 0.1f && b[6] == 0);
	rn_inputs_calendar(&inputs, -3 * RN_USECS_PER_DAY, holiday, 4, b);
	assert_true(b[6] == 1);
	rn_inputs_calendar(&inputs, -4 * RN_USECS_PER_DAY, holiday, 4, b);
	assert_true(b[6] == 0);
	rn_inputs_calendar(&inputs, 0, NULL, 0, b);
	assert_true(b[6] == 0);
}

/* Series of one window to many, the long ones first, last or in between. */
static void
finds_series(void **state)
{
	static const size_t windows[][5] = {
		{1, 1, 1, 1, 1}, {1000, 1, 1, 1, 1}, {1, 1, 1, 1, 1000}, {1, 3, 1000, 2, 1}, {500, 1, 7, 1, 500}
	};

	(void) state;
	for (size_t k = 0; k < sizeof(windows) / sizeof(windows[0]); k++)
		for (size_t count = 1; count <= 5; count++)
		{
			RnSampleSeries series[5] = {0};
			RnSamples	samples = {.count = count,.series = series};
			size_t		i = 0;

			for (size_t s = 0; s < count; s++)
			{
				series[s].sample = samples.n;
				series[s].view.row = 10000 * s;
				samples.n += windows[k][s];
			}
			for (size_t s = 0; s < count; s++)
				for (size_t w = 0; w < windows[k][s]; w++)
				{
					size_t		of;

					assert_int_equal(rn_samples_view(&samples, i++, &of).row, 10000 * s + w);
					assert_int_equal(of, s);
				}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(finds_series),
		cmocka_unit_test(gathers),
		cmocka_unit_test(stays_at_the_end),
		cmocka_unit_test(calendar_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
