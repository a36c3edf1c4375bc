/*
 * test_reference.c
 *		The core against Keras and PyTorch: every file of test/reference is one
 *		test.  See the README there for what is in them.
 *
 * RN_TEST_DIR, the absolute path of test/, comes from the Makefile.
 */
#include "reference.h"

#include <dirent.h>
#include <math.h>

#ifndef RN_TEST_DIR
#error "compile with -DRN_TEST_DIR=\"...\", the absolute path of test/"
#endif

/*
 * Files there are at least.  A test that finds fewer has lost some, and must
 * not pass for it; raise this along with new files.
 */
#define EXPECTED_FILES	50
#define MOST_FILES		256

#define OUTPUT_TOLERANCE	1e-5
#define GRADIENT_TOLERANCE	1e-4
#define WEIGHT_TOLERANCE	1e-4

static char *paths[MOST_FILES];	/* sorted */
static int	files;

/* Everything one file's test allocates from the core. */
typedef struct Run
{
	TestHost	test;
	RnNetwork	network;
	RnTape	   *tape;
	RnOptim		optim;
	rn_real    *dy;				/* [B][O] */
	rn_real    *grad;			/* [P] */
} Run;

/* Network with the file's weights, tape with its batch, a fresh optimiser. */
static void
run_create(Run *run, Reference *reference)
{
	RnHost	   *host;

	run->test = test_host();
	host = &run->test.host;
	assert_ok(run->test, rn_network_check(host, &reference->network));
	assert_ok(run->test, rn_network_create(host, &reference->network, &run->network));
	assert_int_equal(run->network.size, reference->size);
	memcpy(run->network.weights, reference->weights, reference->size * sizeof(rn_real));
	assert_ok(run->test, rn_tape_create(host, &run->network.spec, reference->T, reference->B,
										true, &run->tape));
	assert_ok(run->test, rn_optim_create(host, &reference->optim, &run->network.spec,
										 reference->steps_per_epoch, reference->epochs,
										 &run->optim));
	run->dy = malloc((size_t) reference->B * reference->network.outputs * sizeof(rn_real));
	run->grad = malloc(reference->size * sizeof(rn_real));
	assert_true(run->dy != NULL && run->grad != NULL);
}

/* The reverse; nothing of the core's may be left. */
static void
run_free(Run *run)
{
	RnHost	   *host = &run->test.host;

	rn_optim_free(host, &run->optim);
	rn_tape_free(host, run->tape);
	rn_network_free(host, &run->network);
	free(run->dy);
	free(run->grad);
	assert_int_equal(run->test.live, 0);
}

/* Forward and backward over the batch: fills run->grad, returns the loss. */
static double
run_gradient(Run *run, const Reference *reference, uint64_t step)
{
	RnHost	   *host = &run->test.host;
	size_t		inputs = (size_t) reference->T * reference->B * reference->network.inputs;
	size_t		outputs = (size_t) reference->B * reference->network.outputs;
	size_t		observed = 0;
	double		loss;

	/* A forward pass may overwrite its input (masks), so fill it every time. */
	memcpy(rn_tape_input(run->tape), reference->x, inputs * sizeof(rn_real));
	assert_ok(run->test, rn_network_forward(host, &run->network, run->tape, reference->B,
											0, step));
	loss = rn_loss(&reference->loss, outputs, outputs, rn_tape_output(run->tape), reference->target,
				   run->dy, &observed) / (double) outputs;
	assert_ok(run->test, rn_network_backward(host, &run->network, run->tape, run->dy,
											 run->grad, reference->B));
	return loss;
}

/* Largest absolute difference; NaN, which compares as nothing, is infinite. */
static double
deviation(const rn_real *one, const rn_real *other, size_t n)
{
	double		largest = 0.0;

	for (size_t i = 0; i < n; i++)
	{
		double		difference = fabs((double) one[i] - (double) other[i]);

		if (isnan(difference))
			return INFINITY;
		if (difference > largest)
			largest = difference;
	}
	return largest;
}

/* Complain with the numbers if a deviation is too large. */
static void
check(const char *what, double deviation, double tolerance)
{
	if (!(deviation <= tolerance))
		fail_msg("%s deviate by %g, more than %g", what, deviation, tolerance);
}

/* One file: outputs, loss, gradients, and weights after the optimiser's steps. */
static void
test_file(void **state)
{
	Reference	reference = reference_read(*state);
	size_t		outputs = (size_t) reference.B * reference.network.outputs;
	double		output,
				loss,
				gradient,
				weight;
	Run			run;

	run_create(&run, &reference);
	loss = fabs(run_gradient(&run, &reference, 0) - (double) reference.loss_value[0]);
	output = deviation(rn_tape_output(run.tape), reference.output, outputs);
	gradient = deviation(run.grad, reference.grad, reference.size);
	for (int step = 0; step < reference.optimizer_steps; step++)
	{
		run_gradient(&run, &reference, (uint64_t) step);
		assert_ok(run.test, rn_optim_step(&run.test.host, &run.optim, run.network.weights,
										  run.grad));
	}
	weight = deviation(run.network.weights, reference.weights20, reference.size);
	run_free(&run);

	print_message("%s: outputs %.1e, loss %.1e, gradients %.1e, weights %.1e\n",
				  reference.framework, output, loss, gradient, weight);
	reference_free(&reference);
	check("outputs", output, OUTPUT_TOLERANCE);
	check("losses", loss, OUTPUT_TOLERANCE);
	check("gradients", gradient, GRADIENT_TOLERANCE);
	check("weights", weight, WEIGHT_TOLERANCE);
}

/* Have all files been found? */
static void
test_all_files(void **state)
{
	(void) state;
	if (files < EXPECTED_FILES)
		fail_msg("%d reference files in %s/reference, %d expected", files, RN_TEST_DIR,
				 EXPECTED_FILES);
}

/* For qsort: by path. */
static int
compare_paths(const void *one, const void *other)
{
	return strcmp(*(char *const *) one, *(char *const *) other);
}

/* Fill paths with what ends in .txt, sorted. */
static void
list_files(void)
{
	static const char folder[] = RN_TEST_DIR "/reference";
	DIR		   *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && files < MOST_FILES && (entry = readdir(dir)) != NULL)
	{
		size_t		length = strlen(entry->d_name);
		size_t		size = sizeof(folder) + 1 + length;

		if (length < 4 || strcmp(entry->d_name + length - 4, ".txt") != 0)
			continue;
		paths[files] = malloc(size);
		if (paths[files] != NULL)
			snprintf(paths[files++], size, "%s/%s", folder, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	qsort(paths, (size_t) files, sizeof(paths[0]), compare_paths);
}

/*
 * A test per file, made at run time: hence the function behind the macro
 * cmocka_run_group_tests, which wants an array of fixed size.
 */
int
main(void)
{
	static struct CMUnitTest tests[MOST_FILES + 1];
	int			failed;

	list_files();
	tests[0] = (struct CMUnitTest) cmocka_unit_test(test_all_files);
	for (int i = 0; i < files; i++)
	{
		tests[i + 1] = (struct CMUnitTest) cmocka_unit_test_prestate(test_file, paths[i]);
		tests[i + 1].name = strrchr(paths[i], '/') + 1;
	}
	failed = _cmocka_run_group_tests("reference", tests, (size_t) files + 1, NULL, NULL);
	for (int i = 0; i < files; i++)
		free(paths[i]);
	return failed == 0 ? 0 : 1;
}
