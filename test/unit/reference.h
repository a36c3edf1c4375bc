/*
 * reference.h
 *		Reads the reference vectors of test/reference: what Keras or PyTorch
 *		computed for one network on one batch.  The README there has the format.
 *
 * Functions that find something wrong fail the running test; memory comes from
 * malloc, and reference_free gives it back.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdio.h>

#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optim.h"
#include "test_host.h"

typedef struct Reference
{
	const char *path;			/* the caller's */
	char		framework[64];	/* keras-3.15.1 */

	RnNetworkSpec network;
	RnLossSpec	loss;
	RnOptimSpec optim;
	int			T;				/* time steps */
	int			B;				/* sequences in the batch */
	int			optimizer_steps;	/* between weights and weights20 */
	int			steps_per_epoch;	/* of the learning-rate schedule */
	int			epochs;

	rn_real    *x;				/* [T][B][I] */
	rn_real    *target;			/* [B][O] */
	rn_real    *weights;		/* [P] at the start */
	rn_real    *output;			/* [B][O] with these */
	rn_real    *loss_value;		/* [1] */
	rn_real    *grad;			/* [P] of the loss by the weights */
	rn_real    *weights20;		/* [P] after the optimiser's steps */
	size_t		size;			/* P */
} Reference;

#define REFERENCE_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Read the next word of at most 63 characters. */
static inline void
reference_word(const Reference *reference, FILE *file, char word[64])
{
	if (fscanf(file, "%63s", word) != 1)
		fail_msg("%s ends too early", reference->path);
}

/* Read the next number. */
static inline double
reference_number(const Reference *reference, FILE *file)
{
	double		number = 0.0;

	if (fscanf(file, "%lf", &number) != 1)
		fail_msg("%s: a number is missing at byte %ld", reference->path, ftell(file));
	return number;
}

/* Read the next word, one of names: its place among them. */
static inline int
reference_choice(const Reference *reference, FILE *file, const char *const *names, size_t n)
{
	char		word[64];

	reference_word(reference, file, word);
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, names[i]) == 0)
			return (int) i;
	fail_msg("%s: unknown word \"%s\"", reference->path, word);
	return -1;
}

/* Read the line "units" or "dilations", one number per layer; "layers" came before. */
static inline void
reference_layers(Reference *reference, FILE *file, bool units)
{
	if (reference->network.layers < 1 || reference->network.layers > RN_MAX_LAYERS)
		fail_msg("%s: %d layers", reference->path, reference->network.layers);
	for (int l = 0; l < reference->network.layers; l++)
	{
		RnLayerSpec *layer = &reference->network.layer[l];

		*(units ? &layer->units : &layer->dilation) = (int) reference_number(reference, file);
	}
}

/*
 * What an array of that name is read into, and how long it has to be; those
 * of the length P only have to be alike, the first one says how long.
 */
static inline rn_real **
reference_place(Reference *reference, const char *name, size_t count)
{
	size_t		outputs = (size_t) reference->B * reference->network.outputs;
	size_t		inputs = (size_t) reference->T * reference->B * reference->network.inputs;
	struct
	{
		const char *name;
		rn_real   **place;
		size_t		count;
	}			arrays[] = {
		{"x", &reference->x, inputs},
		{"target", &reference->target, outputs},
		{"weights", &reference->weights, count},
		{"output", &reference->output, outputs},
		{"loss", &reference->loss_value, 1},
		{"grad", &reference->grad, reference->size},
		{"weights20", &reference->weights20, reference->size},
	};

	for (size_t i = 0; i < REFERENCE_LENGTH(arrays); i++)
	{
		if (strcmp(name, arrays[i].name) != 0)
			continue;
		if (count != arrays[i].count || count == 0 || *arrays[i].place != NULL)
			fail_msg("%s: array %s has %zu numbers, %zu expected, or stands twice",
					 reference->path, name, count, arrays[i].count);
		if (arrays[i].place == &reference->weights)
			reference->size = count;
		return arrays[i].place;
	}
	fail_msg("%s: unknown array \"%s\"", reference->path, name);
	return NULL;
}

/* Read "NAME COUNT" and the numbers that follow. */
static inline void
reference_array(Reference *reference, FILE *file)
{
	char		name[64];
	size_t		count;
	rn_real   **place;

	reference_word(reference, file, name);
	count = (size_t) reference_number(reference, file);
	place = reference_place(reference, name, count);
	*place = malloc(count * sizeof(rn_real));
	assert_non_null(*place);
	for (size_t i = 0; i < count; i++)
		(*place)[i] = (rn_real) reference_number(reference, file);
}

/* If key names an integer of the file's head, where it goes; else NULL. */
static inline int *
reference_integer(Reference *reference, const char *key)
{
	struct
	{
		const char *key;
		int		   *place;
	}			integers[] = {
		{"inputs", &reference->network.inputs},
		{"outputs", &reference->network.outputs},
		{"layers", &reference->network.layers},
		{"steps", &reference->T},
		{"batch", &reference->B},
		{"optimizer_steps", &reference->optimizer_steps},
		{"steps_per_epoch", &reference->steps_per_epoch},
		{"epochs", &reference->epochs},
		{"decay_epochs", &reference->optim.decay_epochs},
		{"warmup_steps", &reference->optim.warmup_steps},
	};

	for (size_t i = 0; i < REFERENCE_LENGTH(integers); i++)
		if (strcmp(key, integers[i].key) == 0)
			return integers[i].place;
	return NULL;
}

/* The same for a fraction. */
static inline double *
reference_fraction(Reference *reference, const char *key)
{
	RnOptimSpec *optim = &reference->optim;
	RnLossSpec *loss = &reference->loss;
	struct
	{
		const char *key;
		double	   *place;
	}			fractions[] = {
		{"loss_parameter", loss->kind == RN_LOSS_PINBALL ? &loss->quantile : &loss->delta},
		{"learning_rate", &optim->learning_rate},
		{"beta_1", &optim->beta_1},
		{"beta_2", &optim->beta_2},
		{"rho", &optim->rho},
		{"momentum", &optim->momentum},
		{"epsilon", &optim->epsilon},
		{"weight_decay", &optim->weight_decay},
		{"clipnorm", &optim->clipnorm},
		{"global_clipnorm", &optim->global_clipnorm},
		{"decay", &optim->decay},
	};

	for (size_t i = 0; i < REFERENCE_LENGTH(fractions); i++)
		if (strcmp(key, fractions[i].key) == 0)
			return fractions[i].place;
	return NULL;
}

/*
 * If key names a choice of the file's head, read it; what is said of all
 * layers at once goes into the first one for now.
 */
static inline bool
reference_choices(Reference *reference, FILE *file, const char *key)
{
	static const char *const kinds[] = {"rnn", "lstm", "gru"};
	static const char *const activations[] = {"tanh", "relu", "sigmoid", "linear"};
	static const char *const losses[] = {"mse", "mae", "huber", "pinball"};
	static const char *const optimizers[] = {"adam", "adamw", "rmsprop", "sgd"};
	static const char *const schedules[] = {"constant", "cosine", "exponential", "step"};
	RnLayerSpec *layer = &reference->network.layer[0];

	if (strcmp(key, "kind") == 0)
		layer->kind = (RnCellKind) reference_choice(reference, file, kinds, RN_CELL_KINDS);
	else if (strcmp(key, "activation") == 0)
		layer->activation = (RnActivation)
			reference_choice(reference, file, activations, RN_ACTIVATIONS);
	else if (strcmp(key, "loss") == 0)
		reference->loss.kind = (RnLossKind)
			reference_choice(reference, file, losses, RN_LOSS_KINDS);
	else if (strcmp(key, "optimizer") == 0)
		reference->optim.kind = (RnOptimKind)
			reference_choice(reference, file, optimizers, RN_OPTIM_KINDS);
	else if (strcmp(key, "schedule") == 0)
		reference->optim.schedule = (RnScheduleKind)
			reference_choice(reference, file, schedules, RN_SCHEDULE_KINDS);
	else
		return false;
	return true;
}

/* Read what follows one key, whatever it is. */
static inline void
reference_key(Reference *reference, FILE *file, const char *key)
{
	int		   *integer = reference_integer(reference, key);
	double	   *fraction = reference_fraction(reference, key);

	if (integer != NULL)
		*integer = (int) reference_number(reference, file);
	else if (fraction != NULL)
		*fraction = reference_number(reference, file);
	else if (strcmp(key, "array") == 0)
		reference_array(reference, file);
	else if (strcmp(key, "units") == 0 || strcmp(key, "dilations") == 0)
		reference_layers(reference, file, strcmp(key, "units") == 0);
	else if (strcmp(key, "residual") == 0)
		reference->network.residual = reference_number(reference, file) != 0.0;
	else if (strcmp(key, "framework") == 0)
		reference_word(reference, file, reference->framework);
	else if (strcmp(key, "reset_after") == 0)
		reference->network.layer[0].reset_after = reference_number(reference, file) != 0.0;
	else if (!reference_choices(reference, file, key))
		fail_msg("%s: unknown key \"%s\"", reference->path, key);
}

/* The file's head says once what goes for every layer. */
static inline void
reference_spread(RnNetworkSpec *spec)
{
	int			inputs = spec->inputs;

	for (int l = 0; l < spec->layers; l++)
	{
		RnLayerSpec layer = spec->layer[0];

		layer.units = spec->layer[l].units;
		layer.dilation = spec->layer[l].dilation;
		layer.inputs = inputs;
		inputs = layer.units;
		spec->layer[l] = layer;
	}
}

/*
 * Read a whole file; path must live as long as the reference.  Everything the
 * file does not mention is 0 (constant learning rate, no clipping, ...).
 */
static inline Reference
reference_read(const char *path)
{
	Reference	reference = {.path = path};
	FILE	   *file = fopen(path, "r");
	char		key[64];

	if (file == NULL)
		fail_msg("%s cannot be opened", path);
	reference_word(&reference, file, key);
	if (strcmp(key, "recurnet-reference") != 0 || reference_number(&reference, file) != 1.0)
		fail_msg("%s is no reference file of format 1", path);
	while (fscanf(file, "%63s", key) == 1)
		reference_key(&reference, file, key);
	fclose(file);

	if (reference.x == NULL || reference.target == NULL || reference.output == NULL ||
		reference.loss_value == NULL || reference.grad == NULL || reference.weights20 == NULL)
		fail_msg("%s: an array is missing", path);
	if (reference.steps_per_epoch == 0)
	{
		reference.steps_per_epoch = reference.optimizer_steps;
		reference.epochs = 1;
	}
	reference_spread(&reference.network);
	return reference;
}

/* Give back what reference_read allocated. */
static inline void
reference_free(Reference *reference)
{
	free(reference->x);
	free(reference->target);
	free(reference->weights);
	free(reference->output);
	free(reference->loss_value);
	free(reference->grad);
	free(reference->weights20);
}

#endif							/* REFERENCE_H */
