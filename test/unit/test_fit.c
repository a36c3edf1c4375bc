/*
 * test_fit.c
 *		Initial weights and the training loop: that it learns, stops, restores
 *		the best weights, repeats itself, and leaves nothing behind.
 */
#include "test_host.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "nn/fit.h"

#define T 6
#define SAMPLES 96

/* A task that a network of two units can learn: the mean of the last three. */
static void
gather_mean(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	uint64_t	seed = *(const uint64_t *) source;

	for (int b = 0; b < B; b++)
	{
		double		sum = 0;

		for (int t = 0; t < T; t++)
		{
			double		value = rn_rng_uniform(seed, index[b], (uint64_t) t) - 0.5;

			x[t * B + b] = (rn_real) value;
			sum += t >= T - 3 ? value / 3 : 0;
		}
		target[b] = (rn_real) sum;
	}
}

/* Targets that have nothing to do with the inputs: there is their mean to learn. */
static void
gather_noise(const void *source, const uint32_t *index, int B, rn_real *x, rn_real *target)
{
	gather_mean(source, index, B, x, target);
	for (int b = 0; b < B; b++)
		target[b] = 3 + (rn_real) rn_rng_normal(*(const uint64_t *) source, index[b], 99);
}

static RnNetworkSpec
small_network(RnCellKind kind)
{
	RnNetworkSpec spec = {.inputs = 1,.outputs = 1,.layers = 2};

	for (int l = 0; l < 2; l++)
		spec.layer[l] = (RnLayerSpec) {
			.kind = kind,.units = 6,.activation = RN_ACTIVATION_TANH,.reset_after = true,.dropout = 0.05
		};
	return spec;
}

static RnFitSpec
small_fit(int epochs)
{
	RnFitSpec	fit = {
		.epochs = epochs,.batch_size = 10,.window = T,.shuffle = true,.seed = 3,
		.loss = {RN_LOSS_MSE, 1, 0.5}
	};

	rn_optim_defaults(RN_OPTIM_ADAM, &fit.optim);
	fit.optim.learning_rate = 0.01;
	return fit;
}

static void
test_initial_weights(void **state)
{
	TestHost	test = test_host();
	RnNetworkSpec spec = {
		.inputs = 3,.outputs = 2,.layers = 1,
		.layer = {{.kind = RN_CELL_LSTM,.units = 70}}
	};
	RnNetwork	network;
	RnVariable	kernel;
	RnVariable	recurrent;
	RnVariable	bias;
	double		limit;
	double		largest = 0;

	(void) state;
	assert_ok(test, rn_network_create(&test.host, &spec, &network));
	assert_ok(test, rn_network_init(&test.host, &network, 1));
	assert_int_equal(network.size, 3 * 280 + 70 * 280 + 280 + 70 * 2 + 2);
	assert_int_equal(rn_network_variables(&network.spec), 5);
	kernel = rn_network_variable(&network.spec, 0);
	recurrent = rn_network_variable(&network.spec, 1);
	bias = rn_network_variable(&network.spec, 2);

	limit = sqrt(6.0 / (3 + 280));
	for (size_t i = 0; i < kernel.rows * kernel.columns; i++)
		largest = fmax(largest, fabs((double) network.weights[kernel.offset + i]));
	assert_true(largest <= limit && largest > 0.97 * limit);

	for (size_t r = 0; r < 70; r++)
		for (size_t q = 0; q <= r; q++)
		{
			const rn_real *u = network.weights + recurrent.offset;
			double		dot = 0;

			for (size_t i = 0; i < 280; i++)
				dot += (double) u[r * 280 + i] * (double) u[q * 280 + i];
			assert_true(fabs(dot - (r == q)) < 1e-6);
		}
	for (size_t i = 0; i < 280; i++)
		assert_true(network.weights[bias.offset + i] == (i >= 70 && i < 140 ? 1 : 0));
	rn_network_free(&test.host, &network);
	assert_int_equal(test.live, 0);
}

/* Train; weights [size] to out, if not NULL. */
static RnCode
train(TestHost *test, RnCellKind kind, const RnFitSpec *fit, bool noise, bool validate,
	  RnFitLog *log, rn_real *out)
{
	uint64_t	seed = 11;
	uint64_t	other = 12;
	RnNetworkSpec spec = small_network(kind);
	RnNetwork	network = {0};
	RnDataset	data = {.n = SAMPLES,.source = &seed,.gather = noise ? gather_noise : gather_mean};
	RnDataset	validation = {.n = 40,.source = &other,.gather = noise ? gather_noise : gather_mean};
	RnCode		code;

	memset(log, 0, sizeof(*log));
	code = rn_network_create(&test->host, &spec, &network);
	if (code == RN_OK)
		code = rn_network_init(&test->host, &network, fit->seed);
	if (code == RN_OK)
		code = rn_fit(&test->host, fit, &network, &data, validate ? &validation : NULL, log);
	if (code == RN_OK && out != NULL)
		memcpy(out, network.weights, network.size * sizeof(rn_real));
	rn_network_free(&test->host, &network);
	return code;
}

static void
test_learns(void **state)
{
	static const RnOptimKind kinds[] = {RN_OPTIM_ADAM, RN_OPTIM_ADAMW, RN_OPTIM_RMSPROP, RN_OPTIM_SGD};

	(void) state;
	for (int cell = 0; cell < RN_CELL_KINDS; cell++)
		for (int k = 0; k < RN_OPTIM_KINDS; k++)
		{
			TestHost	test = test_host();
			RnFitSpec	fit = small_fit(60);
			RnFitLog	log;

			rn_optim_defaults(kinds[k], &fit.optim);
			fit.optim.learning_rate = 0.01;
			if (kinds[k] == RN_OPTIM_SGD)
			{
				fit.optim.learning_rate = 0.1;
				fit.optim.momentum = 0.9;
			}
			assert_ok(test, train(&test, (RnCellKind) cell, &fit, false, false, &log, NULL));
			assert_int_equal(log.epochs, 60);
			assert_int_equal(test.epochs, 60);
			assert_true(isnan(log.val_loss[0]));
			if (!(log.loss[59] < 0.3 * log.loss[0]))
				fail_msg("%s with %s: loss from %g to %g", rn_cell((RnCellKind) cell)->name,
						 rn_optim_name(kinds[k]), log.loss[0], log.loss[59]);
			rn_fit_log_free(&test.host, &log);
			assert_int_equal(test.live, 0);
		}
}

static void
test_repeats(void **state)
{
	TestHost	test = test_host();
	RnFitSpec	fit = small_fit(5);
	RnFitLog	log;
	rn_real		first[2000];
	rn_real		second[2000];

	(void) state;
	memset(first, 0, sizeof(first));
	memset(second, 0, sizeof(second));
	assert_ok(test, train(&test, RN_CELL_GRU, &fit, false, true, &log, first));
	rn_fit_log_free(&test.host, &log);
	assert_ok(test, train(&test, RN_CELL_GRU, &fit, false, true, &log, second));
	rn_fit_log_free(&test.host, &log);
	assert_memory_equal(first, second, sizeof(first));
	fit.seed++;
	assert_ok(test, train(&test, RN_CELL_GRU, &fit, false, true, &log, second));
	rn_fit_log_free(&test.host, &log);
	assert_memory_not_equal(first, second, sizeof(first));
}

/* On noise, validation gets worse: training stops, and the best epoch stays. */
static void
test_early_stopping(void **state)
{
	TestHost	test = test_host();
	RnFitSpec	fit = small_fit(200);
	RnFitLog	log;
	RnFitLog	again;
	rn_real		stopped[2000];
	rn_real		best[2000];

	(void) state;
	memset(stopped, 0, sizeof(stopped));
	memset(best, 0, sizeof(best));
	fit.patience = 5;
	assert_ok(test, train(&test, RN_CELL_LSTM, &fit, true, true, &log, stopped));
	assert_true(log.epochs < 200);
	assert_true(log.best_epoch > 0);
	assert_int_equal(log.epochs, log.best_epoch + 5);
	for (int e = 0; e < log.epochs; e++)
		assert_true(log.val_loss[e] >= log.val_loss[log.best_epoch - 1]);

	fit.patience = 0;			/* the same run, ended at the best epoch */
	fit.epochs = log.best_epoch;
	assert_ok(test, train(&test, RN_CELL_LSTM, &fit, true, true, &again, best));
	assert_memory_equal(stopped, best, sizeof(best));
	rn_fit_log_free(&test.host, &log);
	rn_fit_log_free(&test.host, &again);
	assert_int_equal(test.live, 0);
}

/* Every batch is told, and what came of every epoch. */
static void
test_progress_told(void **state)
{
	TestHost	test = test_host();
	RnFitSpec	fit = small_fit(200);
	RnFitLog	log;

	(void) state;
	fit.patience = 5;
	fit.network = 2;
	fit.networks = 3;
	assert_ok(test, train(&test, RN_CELL_LSTM, &fit, true, true, &log, NULL));
	assert_int_equal(test.epochs, log.epochs);
	assert_true(test.progress.batches > 1);
	assert_int_equal(test.reports, 1 + log.epochs * test.progress.batches);
	assert_int_equal(test.progress.network, 2);
	assert_int_equal(test.progress.networks, 3);
	assert_int_equal(test.progress.epoch, log.epochs);
	assert_int_equal(test.progress.epochs, 200);
	assert_true(test.progress.loss == log.loss[log.epochs - 1]);
	assert_true(test.progress.val_loss == log.val_loss[log.epochs - 1]);
	assert_true(test.progress.best_loss == log.val_loss[log.best_epoch - 1]);
	rn_fit_log_free(&test.host, &log);
	assert_int_equal(test.live, 0);
}

/* Where every epoch makes it worse, the weights from the start are kept. */
static void
test_keeps_the_start(void **state)
{
	TestHost	test = test_host();
	RnFitSpec	fit = small_fit(20);
	RnFitLog	log;
	RnNetworkSpec spec = small_network(RN_CELL_GRU);
	RnNetwork	start;
	rn_real		kept[2000];

	(void) state;
	fit.patience = 3;
	fit.optim.learning_rate = 10;
	assert_ok(test, rn_network_create(&test.host, &spec, &start));
	assert_ok(test, rn_network_init(&test.host, &start, fit.seed));
	assert_ok(test, train(&test, RN_CELL_GRU, &fit, false, true, &log, kept));
	assert_int_equal(log.best_epoch, 0);
	assert_int_equal(log.epochs, 3);
	assert_true(log.start_val_loss > 0 && log.start_val_loss < log.val_loss[0]);
	assert_memory_equal(kept, start.weights, start.size * sizeof(rn_real));
	rn_fit_log_free(&test.host, &log);
	rn_network_free(&test.host, &start);
	assert_int_equal(test.live, 0);
}

static void
test_diverges(void **state)
{
	TestHost	test = test_host();
	RnFitSpec	fit = small_fit(200);
	RnFitLog	log;

	(void) state;
	rn_optim_defaults(RN_OPTIM_SGD, &fit.optim);
	fit.optim.learning_rate = 1e30;
	assert_int_equal(train(&test, RN_CELL_SIMPLE, &fit, false, false, &log, NULL), RN_DIVERGED);
	assert_non_null(strstr(test.host.error.hint, "learning_rate"));
	assert_int_equal(test.live, 0);
}

/* Every allocation may fail, every poll may stop: an error and no leak. */
static void
test_interrupted(void **state)
{
	RnFitSpec	fit = small_fit(2);
	RnFitLog	log;
	long		polls;
	int			failures = 0;

	(void) state;
	fit.patience = 1;
	for (long n = 0;; n++)
	{
		TestHost	test = test_host();
		RnCode		code;

		test.allocations_left = n;
		code = train(&test, RN_CELL_GRU, &fit, false, true, &log, NULL);
		if (code == RN_OK)
		{
			rn_fit_log_free(&test.host, &log);
			polls = test.polls;
			break;
		}
		failures++;
		assert_int_equal(code, RN_NO_MEMORY);
		assert_int_equal(test.live, 0);
	}
	assert_true(failures >= 10);
	for (long n = 1; n < polls; n += 1 + polls / 200)
	{
		TestHost	test = test_host();

		test.polls_left = n;
		assert_int_equal(train(&test, RN_CELL_GRU, &fit, false, true, &log, NULL), RN_CANCELLED);
		assert_int_equal(test.live, 0);
	}
}

static void
test_rates(void **state)
{
	TestHost	test = test_host();
	RnNetworkSpec spec = small_network(RN_CELL_GRU);
	RnOptimSpec optim;
	RnOptim		run;

	(void) state;
	assert_ok(test, rn_network_check(&test.host, &spec));
	rn_optim_defaults(RN_OPTIM_ADAM, &optim);
	optim.learning_rate = 1;
	optim.schedule = RN_SCHEDULE_STEP;
	optim.decay = 0.5;
	optim.decay_epochs = 2;
	optim.warmup_steps = 4;
	assert_ok(test, rn_optim_create(&test.host, &optim, &spec, 10, 8, &run));
	assert_true(rn_optim_rate(&run, 0) == 0);
	assert_true(rn_optim_rate(&run, 3) == 0.75);
	assert_true(rn_optim_rate(&run, 4) == 1);
	assert_true(rn_optim_rate(&run, 19) == 1);
	assert_true(rn_optim_rate(&run, 20) == 0.5);
	run.spec.schedule = RN_SCHEDULE_EXPONENTIAL;
	assert_true(rn_optim_rate(&run, 35) == 0.125);
	run.spec.schedule = RN_SCHEDULE_COSINE;
	assert_true(fabs(rn_optim_rate(&run, 42) - 0.5) < 1e-12);
	assert_true(fabs(rn_optim_rate(&run, 80)) < 1e-12);
	rn_optim_free(&test.host, &run);
	assert_int_equal(test.live, 0);
}

/* The estimate covers what training really takes. */
static size_t peak;
static size_t current;

static void *
counting_alloc(RnHost *host, size_t size)
{
	size_t	   *p = malloc(size + 64);

	(void) host;
	*p = size;
	current += size;
	peak = current > peak ? current : peak;
	return (char *) p + 64;
}

static void
counting_free(RnHost *host, void *pointer)
{
	size_t	   *p = (size_t *) ((char *) pointer - 64);

	(void) host;
	current -= *p;
	free(p);
}

static void
test_estimate(void **state)
{
	TestHost	test = test_host();
	RnFitSpec	fit = small_fit(2);
	RnFitLog	log;
	RnNetworkSpec spec = small_network(RN_CELL_LSTM);
	size_t		estimate;

	(void) state;
	fit.patience = 1;
	assert_ok(test, rn_network_check(&test.host, &spec));
	estimate = rn_fit_bytes(&fit, &spec, SAMPLES) + 2 * rn_network_size(&spec) * sizeof(rn_real);
	assert_ok(test, train(&test, RN_CELL_LSTM, &fit, false, true, &log, NULL));	/* BLAS has its buffer */
	rn_fit_log_free(&test.host, &log);
	test.host.alloc = counting_alloc;
	test.host.free = counting_free;
	assert_ok(test, train(&test, RN_CELL_LSTM, &fit, false, true, &log, NULL));
	rn_fit_log_free(&test.host, &log);
	printf("  estimate %zu, taken %zu bytes\n", estimate, peak);
	assert_true(estimate >= peak);
	assert_true(estimate < 2 * peak);
}

/* A tape takes what it was said to take, with dilations that divide its steps and that do not. */
static void
test_tape_bytes(void **state)
{
	TestHost	test = test_host();
	RnNetworkSpec spec = small_network(RN_CELL_GRU);
	RnTape	   *tape;

	(void) state;
	spec.layer[1].recurrent_dropout = spec.layer[1].input_dropout = 0.1;
	assert_ok(test, rn_network_check(&test.host, &spec));
	assert_ok(test, rn_tape_create(&test.host, &spec, 9, 4, true, &tape));	/* BLAS has its buffer */
	rn_tape_free(&test.host, tape);
	test.host.alloc = counting_alloc;
	test.host.free = counting_free;
	for (int i = 0; i < 4 * 8; i++)
	{
		size_t		bytes;

		spec.residual = i & 1;
		spec.layer[i >> 1 & 1].dilation = 1 + i / 4 * 2;
		bytes = rn_tape_bytes(&spec, 9, 4, true);
		current = 0;
		assert_ok(test, rn_tape_create(&test.host, &spec, 9, 4, true, &tape));
		assert_int_equal(current, bytes);
		rn_tape_free(&test.host, tape);
		assert_int_equal(current, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initial_weights),
		cmocka_unit_test(test_learns),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_early_stopping),
		cmocka_unit_test(test_progress_told),
		cmocka_unit_test(test_keeps_the_start),
		cmocka_unit_test(test_diverges),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_estimate),
		cmocka_unit_test(test_tape_bytes)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
