/*
 * test_local.c
 *		Series taken apart: seasons, smoothing, and what networks see of them.
 */
#include "test_host.h"

#include <math.h>

#include "base/rng.h"
#include "model/local.h"
#include "model/sequences.h"
#include "series/box_cox.h"
#include "series/season.h"
#include "series/smooth.h"

#define N 240

static double
noise(int i)
{
	return rn_rng_normal(3, 1, (uint64_t) i);
}

/* A season comes back as it was put in; one that is not there does not. */
static void
test_one_season(void **state)
{
	double		x[N];
	double		index[12];
	double		scratch[3 * N + 8];
	double		true_index[12];
	double		sum = 0;

	(void) state;
	for (int p = 0; p < 12; p++)
		sum += true_index[p] = cos(p * 1.7) + (p == 11);
	for (int p = 0; p < 12; p++)
		true_index[p] -= sum / 12;
	for (int i = 0; i < N; i++)
		x[i] = 5 + 0.03 * i + true_index[i % 12] + 0.05 * noise(i);
	assert_int_equal(rn_season_indices(x, N, 12, 0, index, scratch), 12);
	for (int p = 0; p < 12; p++)
		assert_true(fabs(index[p] - true_index[p]) < 0.05);

	for (int i = 0; i < N; i++)
		x[i] = 5 + 0.03 * i + noise(i);
	assert_int_equal(rn_season_indices(x, N, 12, 0, index, scratch), 12);
	for (int p = 0; p < 12; p++)
		assert_true(fabs(index[p]) < 0.3);
	for (int i = 0; i < N; i++)
		x[i] = 7;
	assert_int_equal(rn_season_indices(x, N, 12, 0, index, scratch), 12);
	for (int p = 0; p < 12; p++)
		assert_true(index[p] == 0);

	/* of odd length, of the shortest, and none */
	assert_int_equal(rn_season_indices(x, 10, 5, 0, index, scratch), 5);
	assert_int_equal(rn_season_indices(x, 4, 2, 0, index, scratch), 2);
	assert_int_equal(rn_season_indices(x, 23, 12, 0, index, scratch), 1);
	assert_int_equal(rn_season_indices(x, N, 1, 0, index, scratch), 1);
}

static void
test_two_seasons(void **state)
{
	double		x[1000];
	double		index[168];
	double		scratch[3008];

	(void) state;
	for (int i = 0; i < 1000; i++)
		x[i] = sin(i % 24 * 6.283185307179586 / 24) + (i / 24 % 7 < 5 ? 1 : -2.5) + 0.02 * noise(i);
	assert_int_equal(rn_season_indices(x, 1000, 24, 168, index, scratch), 168);
	for (int p = 0; p < 168; p++)	/* four fifths are believed */
		assert_true(fabs(index[p] - 0.8 * (sin(p % 24 * 6.283185307179586 / 24) + (p / 24 < 5 ? 1 : -2.5))) < 0.1);
	assert_int_equal(rn_season_indices(x, 335, 24, 168, index, scratch), 24);
}

static void
test_smoothing(void **state)
{
	double		x[N];
	double		forecast[12];

	(void) state;
	for (int i = 0; i < 60; i++)	/* a random walk is its last value */
		x[i] = (i > 0 ? x[i - 1] : 0) + noise(i);
	assert_true(rn_smooth_alpha(x, 60) >= 0.8);
	for (int i = 0; i < N; i++) /* noise around a level is its mean */
		x[i] = i > 0 ? noise(i) : 0;
	assert_true(rn_smooth_alpha(x, N) <= 0.1);

	for (int i = 0; i < 60; i++)	/* a line goes on, if not quite as steep */
		x[i] = 3 + 2 * i;
	rn_smooth_classical(x, 60, 0.9, forecast, 12);
	for (int k = 0; k < 12; k++)
	{
		assert_true(forecast[k] > x[59] + 0.5 * (k + 1));
		assert_true(forecast[k] < x[59] + 2.2 * (k + 1));
	}
	rn_smooth_classical((double[]) {4}, 1, 0.5, forecast, 12);
	for (int k = 0; k < 12; k++)
		assert_true(fabs(forecast[k] - 4) < 1e-12);
}

/* Powers have an inverse, rise, and are nothing but the value or its logarithm at their ends. */
static void
test_powers(void **state)
{
	const double lambda[] = {0, RN_LEAST_LAMBDA, 0.3, 0.5, 1};
	const double value[] = {-1e100, -3, -1e-300, 0, 5e-324, 1e-5, 1, 2.5, 1e100};

	(void) state;
	for (int l = 0; l < 5; l++)
		for (int i = lambda[l] == 0 ? 4 : 0; i < 9; i++)
		{
			double		number = rn_box_cox(lambda[l], value[i]);
			double		moved = rn_box_cox_move(lambda[l], value[i], 0.1);

			assert_true(isfinite(number) && (i == (lambda[l] == 0 ? 4 : 0) || number > rn_box_cox(lambda[l], value[i - 1])));
			assert_true(fabs(rn_box_cox_invert(lambda[l], number) - value[i]) <= 1e-12 * fabs(value[i]));
			assert_true(moved >= value[i] - 1e-12 * fabs(value[i]));
			if (fabs(value[i]) >= 1e-5 && fabs(value[i]) < 1e50)
			{
				assert_true(fabs(rn_box_cox(lambda[l], moved) - number - 0.1) < 1e-9);
				assert_true(fabs((rn_box_cox_move(lambda[l], value[i], 1e-6) - value[i]) * rn_box_cox_slope(lambda[l], value[i]) - 1e-6) < 1e-8);
			}
		}
	assert_true(rn_box_cox(0, exp(3)) == 3 && rn_box_cox(1, -5) == -5 && rn_box_cox(0.5, -4) == -4);
	assert_true(rn_box_cox_move(0, 0, 3) == 0);
}

static double
logs_cost(const double *value, size_t n, int season)
{
	return rn_box_cox_cost(0, value, n, season) - rn_box_cox_cost(1, value, n, season);
}

/* Changes of a square are likeliest with its root, in any unit. */
static void
test_likeliest(void **state)
{
	double		value[N];

	(void) state;
	for (double unit = 1e-100; unit < 1e101; unit *= 1e100)
	{
		for (int i = 0; i < N; i++)
			value[i] = unit * pow(30 + 0.1 * i + 8 * sin(i * 6.283185307179586 / 12) + noise(i), 2);
		assert_true(rn_box_cox_cost(0.5, value, N, 12) < rn_box_cox_cost(0.25, value, N, 12));
		assert_true(rn_box_cox_cost(0.5, value, N, 12) < rn_box_cox_cost(0.75, value, N, 12));
	}
}

/* Logarithms suit what grows with its level, and do not suit lines. */
static void
test_logs(void **state)
{
	double		line[N];
	double		swings[N];
	double		factor[N];

	(void) state;
	for (int i = 0; i < N; i++)
	{
		double		season = sin(i * 6.283185307179586 / 12);

		line[i] = 100 + i + 0.5 * noise(i);
		swings[i] = 100 + i + 20 * season + noise(i);
		factor[i] = 100 * exp(0.01 * i + 0.3 * season + 0.05 * noise(i));
	}
	assert_true(logs_cost(line, N, 1) > 0.1);
	assert_true(logs_cost(swings, N, 12) > 0.1);
	assert_true(logs_cost(factor, N, 12) < -0.05);
	for (int i = 0; i < N; i++)
	{
		line[i] = 1e300 * (i + 1);
		factor[i] = 1e-300 * exp(i);
		swings[i] = 7;
	}
	assert_true(logs_cost(line, N, 12) > 5);
	assert_true(logs_cost(factor, N, 12) < -5);
	assert_true(logs_cost(swings, N, 12) == 0);
	assert_true(logs_cost(line, 2, 12) == 0 && logs_cost(line, 0, 1) == 0);
}

/* Room for a series of N rows. */
typedef struct Room
{
	double		index[168];
	rn_real		x[N + 10];
	rn_real		level[N + 10];
} Room;

static RnLocal
room_for(Room *room)
{
	return (RnLocal) {.index = room->index,.x = room->x,.level = room->level};
}

/* Nothing depends on the unit of the values, nor with logarithms on any factor. */
static void
test_units(void **state)
{
	(void) state;
	for (double lambda = 0; lambda <= 1; lambda += 0.5)
	{
		TestHost	test = test_host();
		RnLocalSpec spec = {.lambda = lambda,.season = 12,.window = 18,.lookback = 120,.typical_spread = 0.05};
		RnLocalScratch scratch;
		Room		rooms[2];
		RnLocal		local[2];
		double		value[2][N];
		rn_real		input[2][19];

		assert_ok(test, rn_local_scratch(&test.host, &spec, &scratch));
		for (int i = 0; i < N; i++)
		{
			value[0][i] = 50 + 10 * sin(i * 6.283185307179586 / 12) + noise(i);
			value[1][i] = 1e9 * value[0][i];
		}
		for (int s = 0; s < 2; s++)
		{
			local[s] = room_for(&rooms[s]);
			assert_ok(test, rn_local_fit(&test.host, &spec, value[s], N, &scratch, &local[s]));
			rn_local_input(&spec, &local[s], N - 1, input[s]);
			for (int i = 0; i < N; i += 7)
			{
				double		number = rn_local_number(&spec, &local[s], value[s][i]);

				assert_true(fabs(rn_local_value(&spec, &local[s], number) / value[s][i] - 1) < 1e-12);
				assert_true(fabs((double) local[s].x[i] + rn_local_season(&local[s], (size_t) i) - number) < 1e-6);
			}
		}
		for (int i = 0; i < 19; i++)
			assert_true(fabs((double) (input[0][i] - input[1][i])) < 1e-3);
		assert_true(fabs(local[0].scale / local[1].scale - 1) < 1e-6);
		rn_local_scratch_free(&test.host, &scratch);
		assert_int_equal(test.live, 0);
	}
}

/* The newest rows are all that counts, and what is before the first is like it. */
static void
test_lookback(void **state)
{
	TestHost	test = test_host();
	RnLocalSpec spec = {.lambda = 0,.season = 12,.window = 18,.lookback = 120,.typical_spread = 0.05};
	RnLocalScratch scratch;
	Room		rooms[2];
	RnLocal		all = room_for(&rooms[0]);
	RnLocal		newest = room_for(&rooms[1]);
	double		value[N];
	rn_real		input[19];

	(void) state;
	assert_ok(test, rn_local_scratch(&test.host, &spec, &scratch));
	for (int i = 0; i < N; i++)
		value[i] = (i < N - 120 ? 1000 : 100) + 10 * sin(i * 6.283185307179586 / 12) + noise(i);
	assert_ok(test, rn_local_fit(&test.host, &spec, value, N, &scratch, &all));
	assert_ok(test, rn_local_fit(&test.host, &spec, value + N - 120, 120, &scratch, &newest));
	assert_true(all.scale == newest.scale && all.alpha == newest.alpha && all.centre == newest.centre);
	for (size_t t = 0; t < 120; t++)
	{
		assert_true(rn_local_season(&all, N - 120 + t) == rn_local_season(&newest, t));
		assert_true(all.x[N - 120 + t] == newest.x[t]);
	}

	rn_local_input(&spec, &newest, 3, input);
	for (int i = 0; i < 14; i++)
		assert_true(input[i] == input[14]);
	assert_true(input[14] != input[15]);

	/* a row more is what it would have been */
	assert_ok(test, rn_local_fit(&test.host, &spec, value + N - 120, 119, &scratch, &newest));
	rn_local_append(&spec, &newest, (double) newest.x[118]);
	assert_int_equal(newest.n, 120);
	assert_true(newest.x[119] == newest.x[118]);

	/* values without a logarithm count as the least that has one */
	value[N - 1] = 0;
	value[N - 2] = -5;
	assert_ok(test, rn_local_fit(&test.host, &spec, value + N - 120, 120, &scratch, &newest));
	assert_true(isfinite(newest.x[118]) && isfinite(newest.x[119]) && isfinite(newest.scale));
	for (int i = 0; i < N; i++)
		value[i] = 0;
	assert_int_equal(rn_local_fit(&test.host, &spec, value, N, &scratch, &newest), RN_INVALID_DATA);
	spec.lambda = 1;
	assert_ok(test, rn_local_fit(&test.host, &spec, value, N, &scratch, &newest));
	assert_true(newest.scale > 0 && newest.x[N - 1] == 0);
	rn_local_scratch_free(&test.host, &scratch);
	assert_int_equal(test.live, 0);
}

/*
 * Sequences: every series is drawn as often as any other; inputs are those of the
 * rows, targets what follows them less the base, and nothing behind the rows.
 */
static void
test_sequences(void **state)
{
	enum {SERIES = 3, STEPS = 4, HORIZON = 3, WINDOW = 5};
	TestHost	test = test_host();
	RnLocalSpec spec = {.lambda = 1,.season = 1,.window = WINDOW,.lookback = 100,.typical_spread = 0.005};
	RnLocalScratch scratch;
	static Room rooms[SERIES];
	RnLocal		local[SERIES];
	RnSequences source = {&spec, local, SERIES, STEPS, 2, HORIZON, 11, NULL};
	size_t		rows[SERIES] = {2, 9, 60};
	int			drawn[SERIES] = {0};
	rn_real		x[STEPS * (WINDOW + 1)];
	rn_real		target[STEPS * HORIZON];

	(void) state;
	assert_ok(test, rn_local_scratch(&test.host, &spec, &scratch));
	for (int s = 0; s < SERIES; s++)
	{
		double		value[60];

		for (size_t i = 0; i < rows[s]; i++)
			value[i] = 1000 * (s + 1) + 10 * noise(s * 100 + (int) i);
		local[s] = room_for(&rooms[s]);
		assert_ok(test, rn_local_fit(&test.host, &spec, value, rows[s], &scratch, &local[s]));
	}
	for (uint32_t number = 0; number < 300; number++)
	{
		int			found = -1;
		size_t		known = 0;

		rn_sequences_gather(&source, &number, 1, x, target);
		for (int s = 0; s < SERIES; s++)
			for (size_t end = 0; end < rows[s]; end++)
			{
				rn_real		expected[WINDOW + 1];

				rn_local_input(&spec, &local[s], end, expected);
				if (memcmp(expected, x + (STEPS - 1) * (WINDOW + 1), sizeof(expected)) != 0)
					continue;
				found = s;
				for (int k = 1; k <= HORIZON; k++)
				{
					double		is = (double) target[(STEPS - 1) * HORIZON + k - 1];

					if (end + (size_t) k >= rows[s])
						assert_true(isnan(is));
					else
						assert_true(fabs(is * local[s].scale + rn_local_base(&spec, &local[s], end, k)
										 - (double) local[s].x[end + (size_t) k]) < 1e-5);
				}
			}
		assert_true(found >= 0);
		drawn[found]++;
		for (int i = 0; i < STEPS * HORIZON; i++)
			known += !isnan(target[i]);
		assert_true(known > 0);
	}
	for (int s = 0; s < SERIES; s++)
		assert_int_equal(drawn[s], 100);
	rn_local_scratch_free(&test.host, &scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_season),
		cmocka_unit_test(test_two_seasons),
		cmocka_unit_test(test_smoothing),
		cmocka_unit_test(test_powers),
		cmocka_unit_test(test_likeliest),
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_lookback),
		cmocka_unit_test(test_sequences)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
