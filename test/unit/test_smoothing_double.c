/*
 * test_smoothing_double.c
 *		What levels learn: the gradient by the logit of each alpha, through what a
 *		network sees and through the base, against finite differences in double
 *		precision.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "model/sequences.h"
#include "nn/loss.h"
#include "nn/network.h"

enum
{
	SERIES = 4,
	ROWS = 60,
	STEPS = 4,
	STRIDE = 2,
	WINDOW = 6,
	HORIZON = 3,
	BATCH = 10,
	OUTPUTS = STEPS * BATCH * HORIZON
};

typedef struct Case
{
	TestHost	test;
	RnLocalSpec spec;
	RnLocal		local[SERIES];
	double		index[SERIES][4];
	rn_real		x[SERIES][ROWS];
	rn_real		level[SERIES][ROWS];
	RnSmoothing smoothing;
	RnSequences source;
	RnNetwork	network;
	RnTape	   *tape;
	rn_real		target[OUTPUTS];
	rn_real		dy[OUTPUTS];
	rn_real		dx[STEPS * BATCH * (WINDOW + 1)];
} Case;

/* Series 0 is noise, 1 walks, 2 jumps so far that what is seen is cut off, 3 has two seasons and no alpha. */
static double
value_of(int s, int i, double *walk)
{
	double		noise = rn_rng_normal(5, (uint64_t) s, (uint64_t) i);

	*walk += noise;
	return s == 1 ? 50 + *walk : s == 2 ? 50 + noise + (i > 35 ? 4000 : 0) : s == 3 ? 50 + 5 * (i % 2) + noise : 50 + noise;
}

static void
begin(Case *c)
{
	RnLocalScratch scratch;
	RnNetworkSpec shape = {.inputs = WINDOW + 1,.outputs = HORIZON,.layers = 1,.return_sequences = true,.skip = true};

	c->test = test_host();
	c->spec = (RnLocalSpec) {.season = 1,.window = WINDOW,.lookback = 25,.typical_spread = 0.02};
	assert_ok(c->test, rn_local_scratch(&c->test.host, &c->spec, &scratch));
	for (int s = 0; s < SERIES; s++)
	{
		double		value[ROWS];
		double		walk = 0;

		for (int i = 0; i < ROWS; i++)
			value[i] = value_of(s, i, &walk);
		c->local[s] = (RnLocal) {.index = c->index[s],.x = c->x[s],.level = c->level[s]};
		assert_ok(c->test, rn_local_fit(&c->test.host, &c->spec, value, ROWS, &scratch, &c->local[s]));
	}
	rn_local_scratch_free(&c->test.host, &scratch);
	c->local[3].alpha = NAN;
	c->spec.outer = 4;
	assert_ok(c->test, rn_smoothing_create(&c->test.host, &c->spec, SERIES, BATCH, STEPS, &c->smoothing));
	for (int s = 0; s < SERIES; s++)
		c->smoothing.faster[s] = 0.4 * s - 0.5;
	c->source = (RnSequences) {
		.spec = &c->spec,.local = c->local,.count = SERIES,.steps = STEPS,.stride = STRIDE,.horizon = HORIZON,.seed = 3,
		.smoothing = &c->smoothing
	};
	shape.layer[0] = (RnLayerSpec) {.kind = RN_CELL_GRU,.units = 5,.reset_after = true,.input_dropout = 0.2};
	assert_ok(c->test, rn_network_create(&c->test.host, &shape, &c->network));
	assert_ok(c->test, rn_network_init(&c->test.host, &c->network, 1));
	assert_ok(c->test, rn_tape_create(&c->test.host, &c->network.spec, STEPS, BATCH, true, &c->tape));
	rn_tape_set_input_gradient(c->tape, c->dx);
}

static void
end(Case *c)
{
	rn_tape_free(&c->test.host, c->tape);
	rn_network_free(&c->test.host, &c->network);
	rn_smoothing_free(&c->test.host, &c->smoothing);
	assert_int_equal(c->test.live, 0);
}

static double
loss_of(Case *c)
{
	static const RnLossSpec squares = {RN_LOSS_MSE, 1, 0.5};
	uint32_t	number[BATCH];
	size_t		observed = 0;

	for (uint32_t b = 0; b < BATCH; b++)
		number[b] = b;
	rn_sequences_gather(&c->source, number, BATCH, rn_tape_input(c->tape), c->target);
	assert_int_equal(rn_network_forward(&c->test.host, &c->network, c->tape, BATCH, 9, 2), RN_OK);
	return rn_loss(&squares, OUTPUTS, OUTPUTS, rn_tape_output(c->tape), c->target, c->dy, &observed) / OUTPUTS;
}

static void
test_gradient(void **state)
{
	static Case c;
	double	   *grad;
	rn_real    *weights;

	(void) state;
	begin(&c);
	grad = c.smoothing.grad;
	weights = malloc(c.network.size * sizeof(rn_real));
	loss_of(&c);
	assert_ok(c.test, rn_network_backward(&c.test.host, &c.network, c.tape, c.dy, weights, BATCH));
	rn_sequences_backward(&c.source, BATCH, rn_tape_input(c.tape), c.dx, c.target, c.dy);
	for (int s = 0; s < SERIES; s++)
	{
		static const double offset[4] = {-2, -1, 1, 2};
		const double h = 1e-4;
		double		f[4];
		double		numeric;
		double		at = c.smoothing.faster[s];

		for (int k = 0; k < 4; k++)
		{
			c.smoothing.faster[s] = at + offset[k] * h;
			f[k] = loss_of(&c);
		}
		c.smoothing.faster[s] = at;
		numeric = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
		printf("  series %d: %.9g, by differences %.9g\n", s, grad[s], numeric);
		if (s == 3)
			assert_true(grad[s] == 0 && fabs(numeric) < 1e-9);
		else
		{
			assert_true(fabs(grad[s]) > 1e-5);
			assert_true(fabs(grad[s] - numeric) < 1e-6 * fabs(numeric) + 1e-11);
		}
	}
	free(weights);
	end(&c);
}

/* A step goes down, as far as it is let, and no alpha leaves (0, 1), however steep it is. */
static void
test_steps(void **state)
{
	static Case c;
	double		before;

	(void) state;
	begin(&c);
	before = c.smoothing.faster[0];
	c.smoothing.grad[0] = 3;
	c.smoothing.change[c.smoothing.changed++] = 0;
	rn_smoothing_step(&c.smoothing, 0.5);
	assert_true(c.smoothing.faster[0] < before && c.smoothing.faster[0] > before - 0.5);
	assert_true(c.smoothing.faster[1] == 0.4 - 0.5);	/* was not in the batch */
	for (int i = 0; i < 2000; i++)
		for (uint32_t s = 0; s < 2; s++)
		{
			c.smoothing.grad[s] = s == 0 ? 1e6 : -1e6;
			c.smoothing.change[c.smoothing.changed++] = s;
			rn_smoothing_step(&c.smoothing, 1);
		}
	assert_true(c.smoothing.faster[0] == -RN_SMOOTHING_FARTHEST && c.smoothing.faster[1] == RN_SMOOTHING_FARTHEST);
	for (int s = 0; s < 3; s++)
	{
		double		alpha = rn_local_faster(&c.local[s], c.smoothing.faster[s]);

		assert_true(alpha > 0.002 && alpha < 0.998);
	}
	assert_true(isnan(rn_local_faster(&c.local[3], 1)));
	end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gradient),
		cmocka_unit_test(test_steps)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
