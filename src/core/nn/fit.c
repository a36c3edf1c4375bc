/*
 * fit.c
 *		The training loop.
 *
 * Prechelt, "Early stopping - but when?", 1998: with patience, training ends
 * when the validation loss has not become better for so many epochs, and the
 * best epoch's weights are the result.  A loss that is not finite ends
 * training with RN_DIVERGED at once: no such weights are ever returned.
 */
#include "nn/fit.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

/* What one run works with; everything allocated here is freed in one place. */
typedef struct Run
{
	RnHost	   *host;
	const RnFitSpec *spec;
	RnNetwork  *network;
	const RnDataset *train;
	const RnDataset *validation;
	RnTape	   *tape;
	RnOptim		optim;
	uint32_t   *index;			/* [B] samples of a part of a batch */
	rn_real    *target;			/* [B][O] */
	rn_real    *dy;				/* [B][O] */
	rn_real    *dx;				/* [T][B][I], for a source that learns */
	rn_real    *grad;			/* [P] */
	rn_real    *best;			/* [P], with patience and validation */
	RnProgress	progress;
} Run;

static int
smaller(size_t a, int b)
{
	return a < (size_t) b ? (int) a : b;
}

/* B: the most sequences of a part, with n samples to train on. */
static int
part_size(const RnFitSpec *spec, size_t n)
{
	int			part = rn_fit_part(spec->window);

	return smaller(n, spec->batch_size < part ? spec->batch_size : part);
}

/* Batches of an epoch. */
static int
batches(const RnFitSpec *spec, size_t n)
{
	return (int) ((n + (size_t) spec->batch_size - 1) / (size_t) spec->batch_size);
}

/* Predictions of one sequence. */
static size_t
predictions(const RnNetworkSpec *network, int window)
{
	return (size_t) network->outputs * (size_t) rn_network_predicted_steps(network, window);
}

/* Inputs of B sequences, and those that gradients by them need room for. */
static size_t
inputs(const RnNetworkSpec *network, int window, int B)
{
	return (size_t) rn_network_input_steps(network, window) * (size_t) B * (size_t) network->inputs;
}

static bool
keeps_best(const RnFitSpec *spec, const RnDataset *validation)
{
	return validation != NULL && spec->patience > 0;
}

size_t
rn_fit_bytes(const RnFitSpec *spec, const RnNetworkSpec *network, size_t n)
{
	int			B = part_size(spec, n);
	size_t		size = rn_network_size(network);
	size_t		tape = rn_tape_bytes(network, spec->window, B, true);
	size_t		rest = 2 * size * sizeof(rn_real)
		+ rn_optim_bytes(&spec->optim, size)
		+ 2 * (size_t) B * predictions(network, spec->window) * sizeof(rn_real)
		+ (spec->source_learns ? inputs(network, spec->window, B) : 0) * sizeof(rn_real)
		+ (size_t) B * sizeof(uint32_t)
		+ 2 * (size_t) spec->epochs * sizeof(double);
	size_t		sum;

	return __builtin_add_overflow(tape, rest, &sum) ? SIZE_MAX : sum;
}

static void
run_free(Run *run)
{
	rn_tape_free(run->host, run->tape);
	rn_optim_free(run->host, &run->optim);
	rn_free(run->host, run->index);
	rn_free(run->host, run->target);
	rn_free(run->host, run->dy);
	rn_free(run->host, run->dx);
	rn_free(run->host, run->grad);
	rn_free(run->host, run->best);
}

static RnCode
run_allocate(Run *run, RnFitLog *log)
{
	RnHost	   *host = run->host;
	const RnFitSpec *spec = run->spec;
	size_t		size = run->network->size;
	size_t		n = run->train->n;
	int			B = part_size(spec, n);
	size_t		targets = (size_t) B * predictions(&run->network->spec, spec->window);
	int			steps = batches(spec, n);

	RN_TRY(rn_tape_create(host, &run->network->spec, spec->window, B, true, &run->tape));
	RN_TRY(rn_optim_create(host, &spec->optim, &run->network->spec, steps, spec->epochs, &run->optim));
	RN_TRY(rn_alloc(host, (size_t) B, sizeof(uint32_t), (void **) &run->index));
	RN_TRY(rn_alloc(host, targets, sizeof(rn_real), (void **) &run->target));
	RN_TRY(rn_alloc(host, targets, sizeof(rn_real), (void **) &run->dy));
	if (spec->source_learns)
		RN_TRY(rn_alloc(host, inputs(&run->network->spec, spec->window, B), sizeof(rn_real), (void **) &run->dx));
	rn_tape_set_input_gradient(run->tape, run->dx);
	RN_TRY(rn_alloc(host, size, sizeof(rn_real), (void **) &run->grad));
	if (keeps_best(spec, run->validation))
		RN_TRY(rn_alloc(host, size, sizeof(rn_real), (void **) &run->best));
	RN_TRY(rn_alloc(host, (size_t) spec->epochs, sizeof(double), (void **) &log->loss));
	return rn_alloc(host, (size_t) spec->epochs, sizeof(double), (void **) &log->val_loss);
}

/* The samples at .. at + count - 1 of an epoch, in its order, into run->index. */
static void
choose(Run *run, const RnPermutation *order, int epoch, size_t at, int count)
{
	for (int i = 0; i < count; i++)
	{
		uint32_t	position = (uint32_t) (at + (size_t) i);

		if (run->spec->fresh)
			position += (uint32_t) (epoch - 1) * (uint32_t) run->train->n;
		run->index[i] = run->spec->shuffle ? rn_rng_permuted(order, position) : position;
	}
}

/* Losses of some samples: their sum, and over how many known targets. */
typedef struct Loss
{
	double		sum;
	size_t		observed;
} Loss;

static double
mean_loss(const Loss *loss)
{
	return loss->observed > 0 ? loss->sum / (double) loss->observed : loss->sum;
}

/*
 * One optimiser step on samples at .. at + count - 1 of the epoch, part by
 * part; their losses are added to *loss.
 */
static RnCode
train_batch(Run *run, const RnPermutation *order, int epoch, size_t at, int count, Loss *loss)
{
	RnHost	   *host = run->host;
	size_t		outputs = predictions(&run->network->spec, run->spec->window);
	int			part = rn_tape_batch(run->tape);

	for (int first = 0; first < count; first += part)
	{
		int			B = count - first < part ? count - first : part;

		choose(run, order, epoch, at + (size_t) first, B);
		run->train->gather(run->train->source, run->index, B, rn_tape_input(run->tape), run->target);
		rn_tape_set_part(run->tape, first);
		RN_TRY(rn_network_forward(host, run->network, run->tape, B, run->spec->seed, run->optim.step));
		loss->sum += rn_loss(&run->spec->loss, (size_t) B * outputs, (size_t) count * outputs,
							 rn_tape_output(run->tape), run->target, run->dy, &loss->observed);
		if (!isfinite(loss->sum))
			return RN_OK;
		RN_TRY(rn_network_backward(host, run->network, run->tape, run->dy, run->grad, B));
		if (run->spec->source_learns)
			run->train->backward(run->train->source, B, rn_tape_input(run->tape), run->dx, run->target, run->dy);
	}
	if (run->spec->source_learns)
		run->train->step(run->train->source, rn_optim_rate(&run->optim, run->optim.step) / run->spec->optim.learning_rate);
	return rn_optim_step(host, &run->optim, run->network->weights, run->grad);
}

static RnCode
diverged(RnHost *host, int epoch, double loss)
{
	rn_fail(host, RN_DIVERGED, "training diverged in epoch %d: the loss became %s",
			epoch, isnan(loss) ? "not a number" : "infinite");
	return rn_fail_hint(host, "Scale the values (scaler), lower learning_rate, or set clipnorm (1, say).");
}

static void
tell(Run *run)
{
	run->host->progress(run->host, &run->progress);
}

/* An epoch is over: its losses. */
static void
tell_epoch(Run *run, double loss, double val_loss)
{
	RnProgress *progress = &run->progress;

	progress->batch = progress->batches;
	progress->loss = loss;
	progress->val_loss = val_loss;
	progress->best_loss = fmin(progress->best_loss, run->validation != NULL ? val_loss : loss);
	tell(run);
}

/* One pass over the training samples; the mean loss over them. */
static RnCode
train_epoch(Run *run, int epoch, double *mean)
{
	size_t		n = run->train->n;
	Loss		loss = {0, 0};
	RnPermutation order = rn_rng_permutation(run->spec->seed,
											 rn_rng_stream(RN_RANDOM_SHUFFLE, (uint64_t) epoch), n);

	run->progress.epoch = epoch;
	run->progress.batch = 0;
	for (size_t at = 0; at < n; at += (size_t) run->spec->batch_size)
	{
		int			count = smaller(n - at, run->spec->batch_size);

		RN_TRY(train_batch(run, &order, epoch, at, count, &loss));
		if (!isfinite(loss.sum))
			return diverged(run->host, epoch, loss.sum);
		if (++run->progress.batch < run->progress.batches)
			tell(run);
	}
	*mean = mean_loss(&loss);
	return RN_OK;
}

/*
 * Mean loss over a data set, without dropout and on the training tape's
 * memory: a tape of its own would double the largest allocation.
 */
static RnCode
validate(Run *run, int epoch, double *mean)
{
	RnHost	   *host = run->host;
	const RnDataset *data = run->validation;
	size_t		outputs = predictions(&run->network->spec, run->spec->window);
	Loss		loss = {0, 0};

	rn_tape_set_training(run->tape, false);
	rn_tape_set_part(run->tape, 0);
	for (size_t at = 0; at < data->n;)
	{
		int			count = smaller(data->n - at, rn_tape_batch(run->tape));

		for (int i = 0; i < count; i++)
			run->index[i] = (uint32_t) (at + (size_t) i);
		data->gather(data->source, run->index, count, rn_tape_input(run->tape), run->target);
		RN_TRY(rn_network_forward(host, run->network, run->tape, count, 0, 0));
		loss.sum += rn_loss(&run->spec->loss, (size_t) count * outputs, (size_t) count * outputs,
							rn_tape_output(run->tape), run->target, NULL, &loss.observed);
		if (!isfinite(loss.sum))
			return diverged(host, epoch, loss.sum);
		at += (size_t) count;
	}
	rn_tape_set_training(run->tape, true);
	*mean = mean_loss(&loss);
	return RN_OK;
}

static RnCode
run_epochs(Run *run, RnFitLog *log)
{
	const RnFitSpec *spec = run->spec;
	size_t		bytes = run->network->size * sizeof(rn_real);
	double		best_loss = NAN;

	run->progress = (RnProgress) {
		.stage = RN_STAGE_FIT,.network = spec->network,.networks = spec->networks,
		.epoch = 1,.epochs = spec->epochs,.batches = batches(spec, run->train->n),
		.loss = NAN,.val_loss = NAN,.best_loss = NAN
	};
	tell(run);
	if (run->best != NULL)
	{
		RN_TRY(validate(run, 0, &best_loss));
		run->progress.best_loss = best_loss;
		memcpy(run->best, run->network->weights, bytes);
		log->start_val_loss = best_loss;
	}
	for (int epoch = 1; epoch <= spec->epochs; epoch++)
	{
		double		loss = NAN;
		double		val_loss = NAN;

		RN_TRY(train_epoch(run, epoch, &loss));
		if (run->validation != NULL)
			RN_TRY(validate(run, epoch, &val_loss));

		log->loss[epoch - 1] = loss;
		log->val_loss[epoch - 1] = val_loss;
		log->epochs = epoch;
		tell_epoch(run, loss, val_loss);

		if (run->best == NULL)
			log->best_epoch = epoch;
		else if (val_loss < best_loss)
		{
			best_loss = val_loss;
			log->best_epoch = epoch;
			memcpy(run->best, run->network->weights, bytes);
		}
		else if (epoch - log->best_epoch >= spec->patience)
			break;
	}
	if (run->best != NULL)
		memcpy(run->network->weights, run->best, bytes);
	return RN_OK;
}

/* A step can leave weights that only the next forward pass would find. */
static RnCode
check_finite(RnHost *host, const RnNetwork *network, int epoch)
{
	for (size_t i = 0; i < network->size; i++)
	{
		if (i % ((size_t) 1 << 20) == 0)
			RN_TRY(rn_poll(host));
		if (!isfinite(network->weights[i]))
			return diverged(host, epoch, (double) network->weights[i]);
	}
	return RN_OK;
}

RnCode
rn_fit(RnHost *host, const RnFitSpec *spec, RnNetwork *network,
	   const RnDataset *train, const RnDataset *validation, RnFitLog *log)
{
	Run			run = {
		.host = host,
		.spec = spec,
		.network = network,
		.train = train,
		.validation = validation
	};
	RnCode		code;

	memset(log, 0, sizeof(*log));
	log->start_val_loss = NAN;
	if (train->n == 0 || train->n > UINT32_MAX / (spec->fresh ? (size_t) spec->epochs : 1))
		return rn_fail(host, RN_TOO_FEW_ROWS, "%zu training windows are outside of 1 .. %lu",
					   train->n, (unsigned long) UINT32_MAX);
	code = run_allocate(&run, log);
	if (code == RN_OK)
		code = run_epochs(&run, log);
	if (code == RN_OK)
		code = check_finite(host, network, log->best_epoch);
	run_free(&run);
	if (code != RN_OK)
		rn_fit_log_free(host, log);
	return code;
}

void
rn_fit_log_free(RnHost *host, RnFitLog *log)
{
	rn_free(host, log->loss);
	rn_free(host, log->val_loss);
	log->loss = NULL;
	log->val_loss = NULL;
}

/* The batches of rn_fit_predict, on a tape of B sequences. */
static RnCode
predict_batches(RnHost *host, const RnNetwork *network, RnTape *tape, const RnDataset *data,
				size_t first, size_t n, uint32_t *index, rn_real *target, rn_real *y)
{
	size_t		O = (size_t) network->spec.outputs;

	for (size_t at = 0; at < n;)
	{
		int			count = smaller(n - at, rn_tape_batch(tape));

		for (int i = 0; i < count; i++)
			index[i] = (uint32_t) (first + at + (size_t) i);
		data->gather(data->source, index, count, rn_tape_input(tape), target);
		RN_TRY(rn_network_forward(host, network, tape, count, 0, 0));
		memcpy(y + at * O, rn_tape_output(tape), (size_t) count * O * sizeof(rn_real));
		at += (size_t) count;
	}
	return RN_OK;
}

RnCode
rn_fit_predict(RnHost *host, const RnNetwork *network, int window, const RnDataset *data,
			   size_t first, size_t n, rn_real *y)
{
	int			B = smaller(n, rn_fit_part(window));
	RnTape	   *tape = NULL;
	uint32_t   *index = NULL;
	rn_real    *target = NULL;
	RnCode		code;

	if (n == 0)
		return RN_OK;
	code = rn_tape_create(host, &network->spec, window, B, false, &tape);
	if (code == RN_OK)
		code = rn_alloc(host, (size_t) B, sizeof(uint32_t), (void **) &index);
	if (code == RN_OK)
		code = rn_alloc(host, (size_t) B * (size_t) network->spec.outputs, sizeof(rn_real),
						(void **) &target);
	if (code == RN_OK)
		code = predict_batches(host, network, tape, data, first, n, index, target, y);
	rn_free(host, target);
	rn_free(host, index);
	rn_tape_free(host, tape);
	return code;
}
