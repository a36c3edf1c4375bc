/*
 * option_table.c
 *		The options: name, member of RnTrainSpec, range and what it is for.
 *
 * Validator, hints, rn_options() and the record of what was used are all
 * generated from this table.  A new option is one line.
 */
#include "postgres.h"

#include <math.h>

#include "option_table.h"

/* The core names its enums one by one; a table wants one signature. */
#define CHOICE_FUNCTION(function, type, name) \
	static const char *function(int i) { return name((type) i); }

CHOICE_FUNCTION(recipe_choice, RnRecipeKind, rn_recipe_name)
CHOICE_FUNCTION(activation_choice, RnActivation, rn_activation_name)
CHOICE_FUNCTION(scaler_choice, RnScalerKind, rn_scaler_name)
CHOICE_FUNCTION(transform_choice, RnRecipeTransform, rn_recipe_transform_name)
CHOICE_FUNCTION(smoothing_choice, RnRecipeSmoothing, rn_recipe_smoothing_name)
CHOICE_FUNCTION(loss_choice, RnLossKind, rn_loss_name)
CHOICE_FUNCTION(optimizer_choice, RnOptimKind, rn_optim_name)
CHOICE_FUNCTION(schedule_choice, RnScheduleKind, rn_schedule_name)
CHOICE_FUNCTION(missing_choice, RnMissing, rn_missing_name)
CHOICE_FUNCTION(duplicates_choice, RnDuplicates, rn_duplicates_name)
CHOICE_FUNCTION(on_error_choice, RnOnError, rn_on_error_name)

static const char *
feature_choice(int i)
{
	return rn_feature_name(i);
}

#define AT(member) offsetof(RnTrainSpec, member)
#define LARGEST_INTEGER 9007199254740991.0	/* 2^53 - 1: exact in a double */

#define INTEGER(name, member, open, min, max, doc) \
	{name, OPTION_INT, AT(member), open, min, max, ENDS_IN, NULL, 0, doc}
#define BIGINT(name, member, doc) \
	{name, OPTION_BIGINT, AT(member), NEVER_OPEN, 0, LARGEST_INTEGER, ENDS_IN, NULL, 0, doc}
#define NUMBER(name, member, open, min, max, ends, doc) \
	{name, OPTION_NUMBER, AT(member), open, min, max, ends, NULL, 0, doc}
#define BOOLEAN(name, member, doc) \
	{name, OPTION_BOOL, AT(member), NEVER_OPEN, 0, 0, ENDS_IN, NULL, 0, doc}
#define CHOICE(name, member, open, function, count, doc) \
	{name, OPTION_CHOICE, AT(member), open, 0, 0, ENDS_IN, function, count, doc}

const RecurnetOption recurnet_option_table[] = {
	CHOICE("recipe", recipe, NEVER_OPEN, recipe_choice, RN_RECIPE_KINDS,
		   "auto chooses what is left open for good forecasts; plain does what was asked and nothing else"),
	{"units", OPTION_LAYERS, AT(units), OPEN_ZERO, 1, RN_MAX_UNITS, ENDS_IN, NULL, 0,
	"units of the recurrent layer, or an array with one number per layer"},
	{"dilations", OPTION_LAYERS, AT(dilation), OPEN_ZERO, 1, RN_MAX_DILATION, ENDS_IN, NULL, 0,
	"an array with one number per layer: the state of a step follows from that of so many steps before; 1 for each if not given"},
	BOOLEAN("residual", residual,
			"add the input of a layer to its output, from the second layer on, where both have as many units"),
	CHOICE("activation", activation, NEVER_OPEN, activation_choice, RN_ACTIVATIONS,
		   "activation of the candidate and the output of a cell"),
	BOOLEAN("reset_after", reset_after,
			"gru: apply the reset gate after the recurrent product, as Keras and cuDNN do"),
	NUMBER("dropout", dropout, NEVER_OPEN, 0, 1, MAX_OUT,
		   "share dropped by a Dropout layer after every recurrent layer"),
	NUMBER("input_dropout", input_dropout, NEVER_OPEN, 0, 1, MAX_OUT,
		   "share of a cell's inputs dropped, one mask per sequence"),
	NUMBER("recurrent_dropout", recurrent_dropout, NEVER_OPEN, 0, 1, MAX_OUT,
		   "share of a cell's recurrent state dropped, one mask per sequence"),
	INTEGER("window", window, OPEN_ZERO, 1, RN_MAX_WINDOW,
			"time steps fed in"),
	INTEGER("horizon", horizon, OPEN_ZERO, 1, RN_MAX_OUTPUTS,
			"steps that the network predicts at once"),
	{"season", OPTION_SEASON, AT(season), OPEN_ZERO, 1, RN_MAX_WINDOW, ENDS_IN, NULL, 0,
	"steps in a season, 1 for none; or an array of it and of a longer season, a multiple of it"},
	CHOICE("transform", transform, NEVER_OPEN, transform_choice, RN_RECIPE_TRANSFORMS,
		   "auto: what values are turned into before all else; auto takes logarithms of positive ones, and in doubt of their use for half of the networks; box_cox a power"),
	NUMBER("lambda", lambda, OPEN_NAN, 0, 1, ENDS_IN,
		   "transform box_cox: the power, 0 for logarithms; open, it is that which makes the changes of all series likeliest"),
	CHOICE("smoothing", smoothing, NEVER_OPEN, smoothing_choice, RN_RECIPE_SMOOTHINGS,
		   "auto: how fast the level of each series follows it: as least squares have it, or as each network learns it together with its weights"),
	BOOLEAN("classical", classical,
			"auto: give the Theta method and a damped trend a share of the forecast, as held-out rows suggest"),
	INTEGER("ensemble", members, OPEN_ZERO, 1, RN_MAX_MEMBERS,
			"auto: networks that differ in nothing but their seed, whose median is the forecast"),
	BOOLEAN("tune", tune,
			"auto: choose units, window and epochs that are open by how networks of several do on held-out rows"),
	CHOICE("scaler", scaler, OPEN_FLAG, scaler_choice, RN_SCALER_KINDS,
		   "how values are scaled, fitted on the rows trained on"),
	INTEGER("epochs", epochs, OPEN_ZERO, 1, 1000000,
			"times that training goes over the rows, at most"),
	INTEGER("batch_size", batch_size, OPEN_ZERO, 1, 65536,
			"windows per step of the optimizer"),
	BIGINT("train_rows", train_rows,
		   "train on so many of the first rows only, 0 for all"),
	NUMBER("validation_split", validation_split, OPEN_NAN, 0, 1, MAX_OUT,
		   "share of the windows, the newest, held out for validation"),
	INTEGER("patience", patience, OPEN_MINUS_ONE, 0, 1000000,
			"stop after so many epochs without a better validation loss and keep the best weights, 0 for never"),
	BOOLEAN("shuffle", shuffle,
			"go over the windows in a new order every epoch"),
	BIGINT("seed", seed,
		   "seed of everything random: same seed, rows and options give the same weights"),
	CHOICE("loss", loss.kind, OPEN_FLAG, loss_choice, RN_LOSS_KINDS,
		   "what training minimises"),
	NUMBER("huber_delta", loss.delta, NEVER_OPEN, 0, INFINITY, ENDS_OUT,
		   "loss huber: error from which it grows linearly, in scaled values"),
	NUMBER("quantile", loss.quantile, NEVER_OPEN, 0, 1, ENDS_OUT,
		   "loss pinball: the quantile to forecast"),
	CHOICE("optimizer", optim.kind, NEVER_OPEN, optimizer_choice, RN_OPTIM_KINDS,
		   "how weights follow gradients; the options below default to what Keras gives it"),
	NUMBER("learning_rate", optim.learning_rate, OPEN_NAN, 0, INFINITY, ENDS_OUT,
		   "step size of the optimizer"),
	NUMBER("beta_1", optim.beta_1, NEVER_OPEN, 0, 1, MAX_OUT,
		   "adam, adamw: decay of the first moment"),
	NUMBER("beta_2", optim.beta_2, NEVER_OPEN, 0, 1, MAX_OUT,
		   "adam, adamw: decay of the second moment"),
	NUMBER("rho", optim.rho, NEVER_OPEN, 0, 1, MAX_OUT,
		   "rmsprop: decay of the squared gradients"),
	NUMBER("momentum", optim.momentum, NEVER_OPEN, 0, 1, MAX_OUT,
		   "sgd, rmsprop: momentum"),
	NUMBER("epsilon", optim.epsilon, NEVER_OPEN, 0, 1, ENDS_OUT,
		   "adam, adamw, rmsprop: small number that keeps divisors from zero"),
	NUMBER("weight_decay", optim.weight_decay, NEVER_OPEN, 0, 1, MAX_OUT,
		   "adamw: share of each weight taken away per step, times the learning rate"),
	NUMBER("clipnorm", optim.clipnorm, NEVER_OPEN, 0, INFINITY, MAX_OUT,
		   "largest norm of the gradient of each variable, 0 for no limit"),
	NUMBER("global_clipnorm", optim.global_clipnorm, NEVER_OPEN, 0, INFINITY, MAX_OUT,
		   "largest norm of all gradients together, 0 for no limit"),
	CHOICE("lr_schedule", optim.schedule, NEVER_OPEN, schedule_choice, RN_SCHEDULE_KINDS,
		   "how the learning rate changes over the training"),
	NUMBER("lr_decay", optim.decay, NEVER_OPEN, 0, 1, MIN_OUT,
		   "schedules exponential and step: factor of a decay"),
	INTEGER("lr_decay_epochs", optim.decay_epochs, NEVER_OPEN, 1, 1000000,
			"schedule step: epochs between two decays"),
	INTEGER("lr_warmup_steps", optim.warmup_steps, NEVER_OPEN, 0, 1000000000,
			"steps over which the learning rate first grows from zero, 0 for none"),
	CHOICE("missing", rows.missing, NEVER_OPEN, missing_choice, RN_MISSING_KINDS,
		   "what stands for a step without a row and for a null: a line between its neighbours, the last value, zero, or (mask) the last value, not learnt from"),
	CHOICE("duplicates", rows.duplicates, NEVER_OPEN, duplicates_choice, RN_DUPLICATES_KINDS,
		   "how several rows of one step become one"),
	{"frequency", OPTION_FREQUENCY, AT(rows), OPEN_FREQUENCY, 0, 0, ENDS_IN, NULL, 0,
	"step of the series, such as 1 day, 1 month or 1 business day; rows of a finer one are combined as duplicates says"},
	CHOICE("on_error", rows.on_error, NEVER_OPEN, on_error_choice, RN_ON_ERROR_KINDS,
		   "of many series: leave out one that is too short or broken, or fail"),
	NUMBER("lower_bound", lower_bound, OPEN_INFINITE, -RN_MAX_MAGNITUDE, RN_MAX_MAGNITUDE, ENDS_IN,
		   "forecasts and intervals are never below it"),
	NUMBER("upper_bound", upper_bound, OPEN_INFINITE, -RN_MAX_MAGNITUDE, RN_MAX_MAGNITUDE, ENDS_IN,
		   "forecasts and intervals are never above it"),
	{"calendar_features", OPTION_FEATURES, AT(inputs.features), NEVER_OPEN, 0, 0, ENDS_IN, feature_choice, RN_FEATURES,
	"what the network sees of each step's date: an array of names"},
	{"holidays", OPTION_QUERY, 0, NEVER_OPEN, 0, 0, ENDS_IN, NULL, 0,
	"query that returns dates, past and to come, for the calendar feature holiday"},
	{"time_zone", OPTION_ZONE, 0, NEVER_OPEN, 0, 0, ENDS_IN, NULL, 0,
	"zone whose days a timestamptz series steps by, and whose clock tells features; the session's TimeZone if not given"},
};

bool *
recurnet_option_flag(const RecurnetOption *option, RnTrainSpec *spec)
{
	return option->offset == AT(loss.kind) ? &spec->loss_open : &spec->scaler_open;
}

int *
recurnet_option_layers(const RecurnetOption *option, RnTrainSpec *spec)
{
	return option->offset == AT(dilation) ? &spec->dilations : &spec->layers;
}

/* Options of one method alone. */
static const struct
{
	RnMethod	method;
	const char *name;
}			of_method[] = {
	{RN_METHOD_LOCAL, "transform"},
	{RN_METHOD_LOCAL, "lambda"},
	{RN_METHOD_LOCAL, "smoothing"},
	{RN_METHOD_LOCAL, "classical"},
	{RN_METHOD_LOCAL, "ensemble"},
	{RN_METHOD_LOCAL, "tune"},
	{RN_METHOD_WINDOWS, "scaler"},
	{RN_METHOD_WINDOWS, "patience"},
	{RN_METHOD_WINDOWS, "shuffle"},
};

bool
recurnet_option_has_effect(const RecurnetOption *option, const RnTrainSpec *spec)
{
	for (int i = 0; i < (int) lengthof(of_method); i++)
		if (strcmp(option->name, of_method[i].name) == 0)
			return rn_recipe_method(spec) == of_method[i].method;
	return true;
}

const int	recurnet_option_count = lengthof(recurnet_option_table);

const RecurnetOption *
recurnet_option_find(const char *name)
{
	for (int i = 0; i < recurnet_option_count; i++)
		if (strcmp(name, recurnet_option_table[i].name) == 0)
			return &recurnet_option_table[i];
	return NULL;
}
