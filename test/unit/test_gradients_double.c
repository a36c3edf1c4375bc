/*
 * test_gradients_double.c
 *		Every gradient of every cell, stack, loss and dropout against finite
 *		differences, in double precision.
 *
 * Linked with the core compiled with -DRN_REAL_DOUBLE.  The derivative by one
 * weight is taken from four evaluations (the five-point stencil, error O(h^4)),
 * and must agree with back-propagation to a relative error of 1e-6.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "nn/loss.h"
#include "nn/network.h"

#define T 5
#define B 3
#define SEED 7

/* Relative to the larger of the two and this share of the largest gradient. */
#define TOLERANCE 1e-6
#define FLOOR 1e-3

typedef struct Case
{
	const char *name;
	RnNetworkSpec spec;
	RnLossSpec	loss;
} Case;

static double
loss_of(RnHost *host, const Case *c, RnNetwork *network, RnTape *tape, const double *x,
		const double *target, double *dy)
{
	size_t		n = B * (size_t) c->spec.outputs * (size_t) rn_network_predicted_steps(&c->spec, T);
	size_t		observed = 0;

	memcpy(rn_tape_input(tape), x, T * B * (size_t) c->spec.inputs * sizeof(double));
	assert_int_equal(rn_network_forward(host, network, tape, B, SEED, 3), RN_OK);
	return rn_loss(&c->loss, n, n, rn_tape_output(tape), target, dy, &observed) / (double) n;
}

/* The derivative of the loss by a number that it depends on. */
static double
derivative(RnHost *host, const Case *c, RnNetwork *network, RnTape *tape, const double *x, const double *target, double *by)
{
	static const double offset[4] = {-2, -1, 1, 2};
	const double h = c->spec.layer[0].activation == RN_ACTIVATION_RELU ? 1e-5 : 1e-4;	/* relu must not cross its kink */
	double		w = *by;
	double		f[4];

	for (int k = 0; k < 4; k++)
	{
		*by = w + offset[k] * h;
		f[k] = loss_of(host, c, network, tape, x, target, NULL);
	}
	*by = w;
	return (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
}

static double
relative_error(double numeric, double grad, double largest)
{
	return fabs(numeric - grad) / fmax(fmax(fabs(numeric), fabs(grad)), FLOOR * largest);
}

static void
check_case(Case *c)
{
	TestHost	test = test_host();
	RnHost	   *host = &test.host;
	RnNetwork	network;
	RnTape	   *tape;
	double		x[T * B * 8];
	double		target[T * B * 8];
	double		dy[T * B * 8];
	double		dx[2 * T * B * 8];	/* a dilated layer's steps fill up */
	double	   *grad;
	double		largest = 0;
	double		worst = 0;
	double		worst_input = 0;

	assert_ok(test, rn_network_create(host, &c->spec, &network));
	assert_ok(test, rn_network_init(host, &network, SEED));
	assert_ok(test, rn_tape_create(host, &network.spec, T, B, true, &tape));
	c->spec = network.spec;
	for (size_t i = 0; i < T * B * (size_t) c->spec.inputs; i++)
		x[i] = rn_rng_normal(1, 1, i);
	for (size_t i = 0; i < T * B * (size_t) c->spec.outputs; i++)
		target[i] = 2 * rn_rng_normal(1, 2, i);
	for (size_t i = 0; i < network.size; i++)	/* biases too leave zero */
		network.weights[i] += 0.1 * rn_rng_normal(1, 3, i);

	grad = malloc(network.size * sizeof(double));
	memset(grad, 0x7f, network.size * sizeof(double));
	memset(dx, 0x7f, sizeof(dx));
	rn_tape_set_input_gradient(tape, dx);
	loss_of(host, c, &network, tape, x, target, dy);
	assert_ok(test, rn_network_backward(host, &network, tape, dy, grad, B));
	for (size_t i = 0; i < network.size; i++)
		largest = fmax(largest, fabs(grad[i]));
	assert_true(largest > 1e-4);

	for (size_t i = 0; i < network.size; i++)
		worst = fmax(worst, relative_error(derivative(host, c, &network, tape, x, target, &network.weights[i]), grad[i], largest));
	largest = 0;
	for (size_t i = 0; i < T * B * (size_t) c->spec.inputs; i++)
		largest = fmax(largest, fabs(dx[i]));
	assert_true(largest > 1e-6);
	for (size_t i = 0; i < T * B * (size_t) c->spec.inputs; i++)
		worst_input = fmax(worst_input, relative_error(derivative(host, c, &network, tape, x, target, &x[i]), dx[i], largest));
	printf("  %-44s %5zu gradients, relative error at most %.1e, by inputs %.1e\n", c->name, network.size, worst, worst_input);
	if (!(worst <= TOLERANCE && worst_input <= TOLERANCE))
		fail_msg("%s: relative error %g, by inputs %g", c->name, worst, worst_input);

	free(grad);
	rn_tape_free(host, tape);
	rn_network_free(host, &network);
	assert_int_equal(test.live, 0);
}

static Case
new_case(const char *name, RnCellKind kind, bool reset_after, int layers, int inputs, int outputs)
{
	Case		c = {
		.name = name,
		.spec = {.inputs = inputs,.outputs = outputs,.layers = layers},
		.loss = {RN_LOSS_MSE, 1.0, 0.3}
	};

	for (int l = 0; l < layers; l++)
		c.spec.layer[l] = (RnLayerSpec) {
			.kind = kind,.units = 4 + l,.activation = RN_ACTIVATION_TANH,.reset_after = reset_after
		};
	return c;
}

static const struct
{
	const char *name;
	RnCellKind	kind;
	bool		reset_after;
}			kinds[] = {
	{"rnn", RN_CELL_SIMPLE, false},
	{"lstm", RN_CELL_LSTM, false},
	{"gru reset_after", RN_CELL_GRU, true},
	{"gru original", RN_CELL_GRU, false}
};

#define KINDS ((int) (sizeof(kinds) / sizeof(kinds[0])))

static void
test_stacks(void **state)
{
	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int layers = 1; layers <= 3; layers++)
			for (int inputs = 1; inputs <= 3; inputs += 2)
				for (int outputs = 1; outputs <= 4; outputs += 3)
				{
					char		name[80];
					Case		c;

					snprintf(name, sizeof(name), "%s, %d layers, %d inputs, %d outputs",
							 kinds[k].name, layers, inputs, outputs);
					c = new_case(name, kinds[k].kind, kinds[k].reset_after, layers, inputs, outputs);
					check_case(&c);
				}
}

static void
test_losses(void **state)
{
	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int loss = 0; loss < RN_LOSS_KINDS; loss++)
		{
			char		name[80];
			Case		c;

			snprintf(name, sizeof(name), "%s, %s", kinds[k].name, rn_loss_name((RnLossKind) loss));
			c = new_case(name, kinds[k].kind, kinds[k].reset_after, 2, 2, 3);
			c.loss.kind = (RnLossKind) loss;
			check_case(&c);
		}
}

static void
test_activations(void **state)
{
	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int a = 0; a < RN_ACTIVATIONS; a++)
		{
			char		name[80];
			Case		c;

			snprintf(name, sizeof(name), "%s, %s", kinds[k].name,
					 rn_activation_name((RnActivation) a));
			c = new_case(name, kinds[k].kind, kinds[k].reset_after, 2, 1, 1);
			for (int l = 0; l < 2; l++)
				c.spec.layer[l].activation = (RnActivation) a;
			check_case(&c);
		}
}

static void
test_dropouts(void **state)
{
	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int which = 1; which < 8; which++)
		{
			char		name[80];
			Case		c;

			snprintf(name, sizeof(name), "%s,%s%s%s dropout", kinds[k].name,
					 which & 1 ? " output" : "", which & 2 ? " input" : "",
					 which & 4 ? " recurrent" : "");
			c = new_case(name, kinds[k].kind, kinds[k].reset_after, 3, 2, 2);
			for (int l = 0; l < 3; l++)
			{
				c.spec.layer[l].dropout = which & 1 ? 0.3 : 0;
				c.spec.layer[l].input_dropout = which & 2 ? 0.2 : 0;
				c.spec.layer[l].recurrent_dropout = which & 4 ? 0.4 : 0;
			}
			check_case(&c);
		}
}

/* Predictions at every step, a way past the layers, and both, with dropout and without. */
static void
test_heads(void **state)
{
	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int which = 1; which < 8; which++)
		{
			char		name[80];
			Case		c;

			snprintf(name, sizeof(name), "%s,%s%s%s", kinds[k].name, which & 1 ? " every step" : "",
					 which & 2 ? " skip" : "", which & 4 ? " dropout" : "");
			c = new_case(name, kinds[k].kind, kinds[k].reset_after, 2, 3, 2);
			c.spec.return_sequences = which & 1;
			c.spec.skip = which & 2;
			c.spec.layer[1].dropout = which & 4 ? 0.3 : 0;
			check_case(&c);
		}
}

static void
test_mixed_stack(void **state)
{
	Case		c = new_case("rnn over gru over lstm", RN_CELL_LSTM, true, 3, 2, 2);

	(void) state;
	c.spec.layer[1].kind = RN_CELL_GRU;
	c.spec.layer[2].kind = RN_CELL_SIMPLE;
	check_case(&c);
}

/*
 * Dilations that divide the steps and that do not, alone and with layers that
 * add their inputs, predictions at the last step and at all, without dropout and with all three.
 */
static void
test_dilations_and_residuals(void **state)
{
	static const int dilations[][3] = {{2, 1, 1}, {1, 3, 2}, {5, 4, 1}, {2, 7, 3}};

	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int d = 0; d < 4; d++)
			for (int which = 0; which < 8; which++)
			{
				const int  *of = dilations[d];
				char		name[80];
				Case		c;

				snprintf(name, sizeof(name), "%s, dilations %d %d %d%s%s%s", kinds[k].name, of[0], of[1], of[2],
						 which & 1 ? " residual" : "", which & 2 ? " every step" : "", which & 4 ? " dropout" : "");
				c = new_case(name, kinds[k].kind, kinds[k].reset_after, 3, 2, 2);
				c.spec.residual = which & 1;
				c.spec.return_sequences = c.spec.skip = which & 2;
				for (int l = 0; l < 3; l++)
				{
					c.spec.layer[l].units = 4;
					c.spec.layer[l].dilation = of[l];
					if (which & 4)
						c.spec.layer[l].dropout = 0.3, c.spec.layer[l].input_dropout = 0.2,
							c.spec.layer[l].recurrent_dropout = 0.4;
				}
				check_case(&c);
			}
}

/* Outputs of a network with weights of its own, at every step: [T][B][2]. */
static void
outputs_of(RnNetworkSpec spec, const double *x, double *y)
{
	TestHost	test = test_host();
	RnNetwork	network;
	RnTape	   *tape;

	assert_ok(test, rn_network_create(&test.host, &spec, &network));
	for (size_t i = 0; i < network.size; i++)
		network.weights[i] = 0.5 * rn_rng_normal(1, 3, i);
	assert_ok(test, rn_tape_create(&test.host, &network.spec, T, B, false, &tape));
	memcpy(rn_tape_input(tape), x, T * B * (size_t) spec.inputs * sizeof(double));
	assert_ok(test, rn_network_forward(&test.host, &network, tape, B, 0, 0));
	memcpy(y, rn_tape_output(tape), T * B * 2 * sizeof(double));
	rn_tape_free(&test.host, tape);
	rn_network_free(&test.host, &network);
}

/* The state of step t follows from that of step t - d: what is fed in at s is seen at s, s + d, ... and nowhere else. */
static void
test_dilation_reaches(void **state)
{
	(void) state;
	for (int k = 0; k < KINDS; k++)
		for (int d = 1; d <= T + 1; d++)
			for (int s = 0; s < T; s++)
			{
				Case		c = new_case("", kinds[k].kind, kinds[k].reset_after, 1, 1, 2);
				double		x[T * B] = {0};
				double		before[T * B * 2];
				double		after[T * B * 2];

				c.spec.return_sequences = true;
				c.spec.layer[0].dilation = d;
				outputs_of(c.spec, x, before);
				x[s * B + 1] = 1;
				outputs_of(c.spec, x, after);
				for (int t = 0; t < T; t++)
					for (int b = 0; b < B; b++)
						assert_int_equal(before[(t * B + b) * 2] != after[(t * B + b) * 2],
										 b == 1 && t >= s && (t - s) % d == 0);
			}
}

/* A layer whose weights are zero gives what it is given if it adds its inputs, else nothing. */
static void
test_residual_passes(void **state)
{
	(void) state;
	for (int residual = 0; residual < 2; residual++)
	{
		Case		one = new_case("", RN_CELL_SIMPLE, false, 1, 1, 2);
		Case		two = new_case("", RN_CELL_SIMPLE, false, 2, 1, 2);
		TestHost	test = test_host();
		RnNetwork	small;
		RnNetwork	large;
		RnTape	   *tape[2];
		double		largest = 0;

		two.spec.layer[1].units = 4;
		two.spec.residual = residual;
		assert_ok(test, rn_network_create(&test.host, &one.spec, &small));
		assert_ok(test, rn_network_create(&test.host, &two.spec, &large));
		size_t		head = rn_network_variable(&small.spec, 3).offset;
		size_t		second = rn_network_variable(&large.spec, 6).offset;

		memset(large.weights, 0, large.size * sizeof(double));
		for (size_t i = 0; i < small.size; i++)
			small.weights[i] = rn_rng_normal(1, 3, i);
		memcpy(large.weights, small.weights, head * sizeof(double));
		memcpy(large.weights + second, small.weights + head, (small.size - head) * sizeof(double));
		for (int i = 0; i < 2; i++)
		{
			assert_ok(test, rn_tape_create(&test.host, i == 0 ? &small.spec : &large.spec, T, B, false, &tape[i]));
			for (size_t j = 0; j < T * B; j++)
				rn_tape_input(tape[i])[j] = rn_rng_normal(1, 1, j);
			assert_ok(test, rn_network_forward(&test.host, i == 0 ? &small : &large, tape[i], B, 0, 0));
		}
		for (size_t j = 0; j < B * 2; j++)
			largest = fmax(largest, fabs(rn_tape_output(tape[0])[j] - rn_tape_output(tape[1])[j]));
		assert_true(residual ? largest < 1e-12 : largest > 0.1);
		for (int i = 0; i < 2; i++)
			rn_tape_free(&test.host, tape[i]);
		rn_network_free(&test.host, &small);
		rn_network_free(&test.host, &large);
		assert_int_equal(test.live, 0);
	}
}

/* A batch of 12 in one piece, and in parts of 4: the same loss and gradients. */
static void
test_parts(void **state)
{
	enum
	{
		WHOLE = 12,
		PART = 4,
		I = 2,
		O = 3
	};
	(void) state;
	for (int i = 0; i < 2 * (RN_CELL_KINDS + 1); i++)
	{
		int			kind = i / 2;
		bool		stacked = i % 2;	/* with dilations and residuals */
		TestHost	test = test_host();
		Case		c = new_case("", (RnCellKind) (kind % RN_CELL_KINDS), kind < RN_CELL_KINDS, 2, I, O);
		RnNetwork	network;
		RnTape	   *whole;
		RnTape	   *tape;
		double		x[T * WHOLE * I];
		double		target[WHOLE * O];
		double		dy[WHOLE * O];
		double	   *grad[2];
		double		loss[2] = {0, 0};

		c.spec.residual = stacked;
		for (int l = 0; l < 2; l++)
		{
			c.spec.layer[l].units = stacked ? 4 : 4 + l;
			c.spec.layer[l].dilation = stacked ? 2 + l : 1;
			c.spec.layer[l].dropout = 0.3;
			c.spec.layer[l].input_dropout = 0.2;
			c.spec.layer[l].recurrent_dropout = 0.4;
		}
		for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++)
			x[i] = rn_rng_normal(1, 1, i);
		for (size_t i = 0; i < WHOLE * O; i++)
			target[i] = rn_rng_normal(1, 2, i);
		assert_ok(test, rn_network_create(&test.host, &c.spec, &network));
		assert_ok(test, rn_network_init(&test.host, &network, SEED));
		assert_ok(test, rn_tape_create(&test.host, &network.spec, T, WHOLE, true, &whole));
		assert_ok(test, rn_tape_create(&test.host, &network.spec, T, PART, true, &tape));
		for (int i = 0; i < 2; i++)
			grad[i] = malloc(network.size * sizeof(double));

		size_t		observed = 0;

		memcpy(rn_tape_input(whole), x, sizeof(x));
		assert_ok(test, rn_network_forward(&test.host, &network, whole, WHOLE, SEED, 5));
		loss[0] = rn_loss(&c.loss, WHOLE * O, WHOLE * O, rn_tape_output(whole), target, dy, &observed);
		assert_ok(test, rn_network_backward(&test.host, &network, whole, dy, grad[0], WHOLE));
		for (int first = 0; first < WHOLE; first += PART)
		{
			for (int t = 0; t < T; t++)
				memcpy(rn_tape_input(tape) + t * PART * I, x + (t * WHOLE + first) * I,
					   PART * I * sizeof(double));
			rn_tape_set_part(tape, first);
			assert_ok(test, rn_network_forward(&test.host, &network, tape, PART, SEED, 5));
			loss[1] += rn_loss(&c.loss, PART * O, WHOLE * O, rn_tape_output(tape), target + first * O, dy,
							   &observed);
			assert_ok(test, rn_network_backward(&test.host, &network, tape, dy, grad[1], PART));
		}
		assert_true(fabs(loss[0] - loss[1]) < 1e-12);
		for (size_t i = 0; i < network.size; i++)
			if (!(fabs(grad[0][i] - grad[1][i]) < 1e-12))
				fail_msg("cell %d: gradient %zu is %g whole, %g in parts", kind, i, grad[0][i], grad[1][i]);

		for (int i = 0; i < 2; i++)
			free(grad[i]);
		rn_tape_free(&test.host, tape);
		rn_tape_free(&test.host, whole);
		rn_network_free(&test.host, &network);
		assert_int_equal(test.live, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_activations),
		cmocka_unit_test(test_dropouts),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_mixed_stack),
		cmocka_unit_test(test_dilations_and_residuals),
		cmocka_unit_test(test_dilation_reaches),
		cmocka_unit_test(test_residual_passes),
		cmocka_unit_test(test_parts)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
