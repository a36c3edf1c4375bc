/*
 * describe.c
 *		What of a model is no array, as JSON.
 *
 * One function walks the fields for both directions, as in model/codec.c, whose
 * fields these are.  Whether numbers are in range the codec says: here only what memory
 * depends on is looked at.
 */
#include "exchange/describe.h"

#include <math.h>
#include <string.h>

#define KEYS_PER_POLL 4096

/* Where a walk is.  Once something failed, nothing is done any more. */
typedef struct Walk
{
	RnHost	   *host;
	RnText	   *text;			/* writing, or NULL */
	const RnJson *object;		/* reading */
	bool		first;			/* writing: no comma before the next member */
	RnCode		code;
} Walk;

static void
keep(Walk *walk, RnCode code)
{
	if (walk->code == RN_OK)
		walk->code = code;
}

static void
bad_member(Walk *walk, const char *name)
{
	if (walk->code != RN_OK)
		return;
	rn_fail(walk->host, RN_CORRUPT, "member \"%s\" of the model in the file is missing, or not what it should be", name);
	walk->code = rn_fail_hint(walk->host, RN_CHANGE_WEIGHTS);
}

/* Writing: the name, and true.  Reading: false. */
static bool
put_name(Walk *walk, const char *name)
{
	if (walk->text == NULL || walk->code != RN_OK)
		return false;
	if (!walk->first)
		keep(walk, rn_text_string(walk->host, walk->text, ", "));
	walk->first = false;
	keep(walk, rn_json_put_string(walk->host, walk->text, name));
	keep(walk, rn_text_string(walk->host, walk->text, ": "));
	return walk->code == RN_OK;
}

/* Reading: the member of that name, or NULL.  An object of a foreign file may have millions. */
static const RnJson *
member_of(Walk *walk, const char *name)
{
	keep(walk, rn_poll(walk->host));
	return rn_json_member(walk->object, name);
}

/* Reading: the member of that name and kind, or NULL. */
static const RnJson *
find(Walk *walk, const char *name, RnJsonKind kind)
{
	const RnJson *value;

	if (walk->code != RN_OK)
		return NULL;
	value = member_of(walk, name);
	if (value != NULL && value->kind == kind)
		return value;
	bad_member(walk, name);
	return NULL;
}

static int64_t
walk_int64(Walk *walk, const char *name, int64_t value, int64_t least, int64_t most)
{
	const RnJson *number;

	if (put_name(walk, name))
		keep(walk, rn_text_format(walk->host, walk->text, "%lld", (long long) value));
	if (walk->text != NULL)
		return value;
	number = find(walk, name, RN_JSON_NUMBER);
	if (number == NULL)
		return least;
	if (!rn_json_int64(number, &value) || value < least || value > most)
	{
		bad_member(walk, name);
		return least;
	}
	return value;
}

static int
walk_int(Walk *walk, const char *name, int value)
{
	return (int) walk_int64(walk, name, value, INT32_MIN, INT32_MAX);
}

static bool
walk_bool(Walk *walk, const char *name, bool value)
{
	const RnJson *member;

	if (put_name(walk, name))
		keep(walk, rn_text_string(walk->host, walk->text, value ? "true" : "false"));
	if (walk->text != NULL || walk->code != RN_OK)
		return value;
	member = member_of(walk, name);
	if (member == NULL || (member->kind != RN_JSON_TRUE && member->kind != RN_JSON_FALSE))
		bad_member(walk, name);
	return member != NULL && member->kind == RN_JSON_TRUE;
}

/* A number; null stands for open, which is not finite. */
static double
walk_open(Walk *walk, const char *name, double value, double open)
{
	const RnJson *member;

	if (put_name(walk, name))
		keep(walk, rn_json_put_double(walk->host, walk->text, value));
	if (walk->text != NULL || walk->code != RN_OK)
		return value;
	member = member_of(walk, name);
	if (member != NULL && member->kind == RN_JSON_NULL && isinf(open))
		return open;
	if (!rn_json_double(member, &value))
		bad_member(walk, name);
	return value;
}

static double
walk_number(Walk *walk, const char *name, double value)
{
	return walk_open(walk, name, value, NAN);
}

/* One of n words. */
static int
walk_word(Walk *walk, const char *name, int value, const char *(*word) (int), int n)
{
	const RnJson *member;

	if (put_name(walk, name))
		keep(walk, rn_json_put_string(walk->host, walk->text, word(value)));
	if (walk->text != NULL)
		return value;
	member = find(walk, name, RN_JSON_STRING);
	for (int i = 0; i < n && member != NULL; i++)
		if (strcmp(member->text, word(i)) == 0)
			return i;
	bad_member(walk, name);
	return 0;
}

/* A text of less than RN_MODEL_TEXT bytes. */
static void
walk_text(Walk *walk, const char *name, char *text)
{
	const RnJson *member;

	if (put_name(walk, name))
		keep(walk, rn_json_put_string(walk->host, walk->text, text));
	if (walk->text != NULL)
		return;
	member = find(walk, name, RN_JSON_STRING);
	if (member != NULL && member->count < RN_MODEL_TEXT)
		memcpy(text, member->text, member->count + 1);
	else
		bad_member(walk, name);
}

/* Into an object that is a member, and out of it: what enter returned is where leave goes back to. */
static Walk
enter(Walk *walk, const char *name)
{
	Walk		inner = {.host = walk->host,.text = walk->text,.first = true};

	if (put_name(walk, name))
		keep(walk, rn_text_string(walk->host, walk->text, "{"));
	if (walk->text == NULL)
		inner.object = find(walk, name, RN_JSON_OBJECT);
	inner.code = walk->code;
	return inner;
}

static void
leave(Walk *walk, const Walk *inner)
{
	keep(walk, inner->code);
	if (walk->text != NULL && walk->code == RN_OK)
		keep(walk, rn_text_string(walk->host, walk->text, "}"));
}

/* Objects in an array, n of them while writing; reading says how many, at most most. */
typedef struct List
{
	size_t		n;
	const RnJson *next;
} List;

static List
enter_list(Walk *walk, const char *name, size_t n, size_t most)
{
	List		list = {.n = n};
	const RnJson *array;

	if (put_name(walk, name))
		keep(walk, rn_text_string(walk->host, walk->text, "["));
	if (walk->text != NULL)
		return list;
	array = find(walk, name, RN_JSON_ARRAY);
	list.n = array != NULL ? array->count : 0;
	list.next = array != NULL ? rn_json_first(array) : NULL;
	if (list.n > most)
	{
		bad_member(walk, name);
		list.n = 0;
	}
	return list;
}

static Walk
enter_element(Walk *walk, List *list, size_t i)
{
	Walk		inner = {.host = walk->host,.text = walk->text,.first = true,.code = walk->code};

	if (walk->text != NULL)
	{
		keep(walk, rn_text_string(walk->host, walk->text, i > 0 ? ", {" : "{"));
		return inner;
	}
	inner.object = list->next;	/* one that is no object has no members */
	list->next = rn_json_next(list->next);
	return inner;
}

static void
leave_list(Walk *walk)
{
	if (walk->text != NULL && walk->code == RN_OK)
		keep(walk, rn_text_string(walk->host, walk->text, "]"));
}

/* ---- the words ---- */

static const char *
cell_word(int i)
{
	return rn_cell((RnCellKind) i)->name;
}

static const char *
activation_word(int i)
{
	return rn_activation_name((RnActivation) i);
}

static const char *
method_word(int i)
{
	return i == RN_METHOD_LOCAL ? "local" : "windows";
}

static const char *
covariate_word(int i)
{
	return rn_covariate_name((RnCovariateKind) i);
}

static const char *
scaler_word(int i)
{
	return rn_scaler_name((RnScalerKind) i);
}

static const char *
time_word(int i)
{
	return i == RN_TIME_CIVIL ? "civil" : "integer";
}

static const char *
missing_word(int i)
{
	return rn_missing_name((RnMissing) i);
}

static const char *
duplicates_word(int i)
{
	return rn_duplicates_name((RnDuplicates) i);
}

/* ---- the fields ---- */

static void
walk_layer(Walk *walk, RnLayerSpec *layer)
{
	layer->kind = (RnCellKind) walk_word(walk, "cell", (int) layer->kind, cell_word, RN_CELL_KINDS);
	layer->units = walk_int(walk, "units", layer->units);
	layer->dilation = walk_int(walk, "dilation", layer->dilation);
	layer->activation = (RnActivation) walk_word(walk, "activation", (int) layer->activation, activation_word, RN_ACTIVATIONS);
	layer->reset_after = walk_bool(walk, "reset_after", layer->reset_after);
	layer->input_dropout = walk_number(walk, "input_dropout", layer->input_dropout);
	layer->recurrent_dropout = walk_number(walk, "recurrent_dropout", layer->recurrent_dropout);
	layer->dropout = walk_number(walk, "dropout", layer->dropout);
}

static void
walk_network(Walk *walk, RnNetworkSpec *network)
{
	List		layers;

	network->inputs = walk_int(walk, "inputs", network->inputs);
	network->outputs = walk_int(walk, "outputs", network->outputs);
	network->return_sequences = walk_bool(walk, "return_sequences", network->return_sequences);
	network->skip = walk_bool(walk, "skip", network->skip);
	network->residual = walk_bool(walk, "residual", network->residual);
	layers = enter_list(walk, "layers", (size_t) network->layers, RN_MAX_LAYERS);
	for (size_t l = 0; l < layers.n && walk->code == RN_OK; l++)
	{
		Walk		inner = enter_element(walk, &layers, l);

		walk_layer(&inner, &network->layer[l]);
		leave(walk, &inner);
	}
	leave_list(walk);
	network->layers = (int) layers.n;
}

static void
walk_local(Walk *walk, RnModel *model)
{
	RnLocalSpec *local = &model->local;

	local->lambda = walk_number(walk, "lambda", local->lambda);
	local->outer = walk_int(walk, "longer_season", local->outer);
	local->lookback = walk_int(walk, "lookback", local->lookback);
	local->typical_spread = walk_number(walk, "typical_spread", local->typical_spread);
	model->second_members = walk_int(walk, "second_networks", model->second_members);
	model->second.typical_spread = walk_number(walk, "second_typical_spread", model->second.typical_spread);
	model->steps = walk_int(walk, "steps", model->steps);
	model->stride = walk_int(walk, "stride", model->stride);
	model->share = walk_number(walk, "share_of_networks", model->share);
	model->naive_share = walk_number(walk, "share_of_seasonal_naive", model->naive_share);
	model->learnt = walk_bool(walk, "learnt_levels", model->learnt);
}

/* Add a text to those one after the other. */
static void
append(Walk *walk, char **texts, size_t *size, const RnJson *text)
{
	char	   *grown;

	if (walk->code != RN_OK)
		return;
	keep(walk, rn_alloc(walk->host, *size + text->count + 1, 1, (void **) &grown));
	if (walk->code != RN_OK)
		return;
	if (*size > 0)
		memcpy(grown, *texts, *size);
	memcpy(grown + *size, text->text, text->count + 1);
	rn_free(walk->host, *texts);
	*texts = grown;
	*size += text->count + 1;
}

/* The name of a covariate: at is where the names written so far end. */
static void
walk_name(Walk *walk, RnModel *model, size_t *at)
{
	const RnJson *name;

	if (walk->text == NULL)
	{
		name = find(walk, "name", RN_JSON_STRING);
		if (name != NULL)
			append(walk, &model->covariate_names, &model->covariate_names_size, name);
		return;
	}
	if (put_name(walk, "name"))
		keep(walk, rn_json_put_string(walk->host, walk->text, model->covariate_names + *at));
	*at += strlen(model->covariate_names + *at) + 1;
}

static void
walk_inputs(Walk *walk, RnModel *model)
{
	RnInputs   *inputs = &model->inputs;
	size_t		at = 0;
	List		covariates;

	inputs->masked = walk_bool(walk, "masked", inputs->masked);
	for (int i = 0; i < RN_FEATURES; i++)
		if (walk_bool(walk, rn_feature_name(i), (inputs->features & 1u << i) != 0))
			inputs->features |= 1u << i;
	covariates = enter_list(walk, "covariates", (size_t) inputs->given, RN_MAX_COVARIATES);
	for (size_t c = 0; c < covariates.n && walk->code == RN_OK; c++)
	{
		RnCovariate *covariate = &inputs->covariate[c];
		Walk		inner = enter_element(walk, &covariates, c);

		walk_name(&inner, model, &at);
		covariate->kind = (RnCovariateKind) walk_word(&inner, "kind", (int) covariate->kind, covariate_word, RN_COVARIATE_KINDS);
		covariate->shift = walk_number(&inner, "shift", covariate->shift);
		covariate->scale = walk_number(&inner, "scale", covariate->scale);
		leave(walk, &inner);
	}
	leave_list(walk);
	inputs->given = (int) covariates.n;
}

static void
walk_calendar(Walk *walk, RnCalendar *calendar)
{
	calendar->kind = (RnTimeKind) walk_word(walk, "kind", (int) calendar->kind, time_word, 2);
	calendar->months = walk_int(walk, "months", calendar->months);
	calendar->business_days = walk_int(walk, "business_days", calendar->business_days);
	calendar->step = walk_int64(walk, "step", calendar->step, INT64_MIN, INT64_MAX);
}

static void
walk_rows(Walk *walk, RnRowPolicy *rows)
{
	rows->missing = (RnMissing) walk_word(walk, "missing", (int) rows->missing, missing_word, RN_MISSING_KINDS);
	rows->duplicates = (RnDuplicates) walk_word(walk, "duplicates", (int) rows->duplicates, duplicates_word, RN_DUPLICATES_KINDS);
	rows->has_frequency = walk_bool(walk, "has_frequency", rows->has_frequency);
}

/* Members that are objects. */
static void
walk_objects(Walk *walk, RnModel *model)
{
	Walk		inner = enter(walk, "network");

	walk_network(&inner, &model->network.spec);
	leave(walk, &inner);
	inner = enter(walk, "local");
	walk_local(&inner, model);
	leave(walk, &inner);
	inner = enter(walk, "inputs");
	walk_inputs(&inner, model);
	leave(walk, &inner);
	inner = enter(walk, "calendar");
	walk_calendar(&inner, &model->calendar);
	leave(walk, &inner);
	inner = enter(walk, "rows");
	walk_rows(&inner, &model->rows);
	leave(walk, &inner);
}

static void
walk_model(Walk *walk, RnModel *model)
{
	model->method = (RnMethod) walk_word(walk, "method", (int) model->method, method_word, RN_METHODS);
	model->members = (int) walk_int64(walk, "networks", model->members, 1, RN_MAX_MEMBERS);
	model->window = walk_int(walk, "window", model->window);
	model->season = walk_int(walk, "season", model->season);
	model->scaler = (RnScalerKind) walk_word(walk, "scaler", (int) model->scaler, scaler_word, RN_SCALER_KINDS);
	model->relative = walk_bool(walk, "relative", model->relative);
	model->lower_bound = walk_open(walk, "lower_bound", model->lower_bound, -INFINITY);
	model->upper_bound = walk_open(walk, "upper_bound", model->upper_bound, INFINITY);
	walk_text(walk, "time_type", model->time_type);
	walk_text(walk, "time_zone", model->time_zone);
	walk_text(walk, "wall_zone", model->wall_zone);
	walk_objects(walk, model);
}

RnCode
rn_describe_write(RnHost *host, const RnModel *model, RnText *text)
{
	Walk		walk = {.host = host,.text = text,.first = true};
	RnModel		copy = *model;	/* walking writes values back as they are */

	walk_model(&walk, &copy);
	if (model->keys == NULL || !put_name(&walk, "keys"))
		return walk.code;
	for (size_t s = 0; s < model->count; s++)
	{
		if (s % KEYS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		RN_TRY(rn_text_string(host, text, s > 0 ? ", " : "["));
		RN_TRY(rn_json_put_string(host, text, model->series[s].key));
	}
	return rn_text_string(host, text, "]");
}

/* The keys one after the other, in one piece of memory; points nothing to them yet. */
static RnCode
read_keys(RnHost *host, const RnJson *keys, RnModel *model)
{
	size_t		n = 0;
	char	   *at;

	for (const RnJson *key = rn_json_first(keys); key < keys->end; key = rn_json_next(key))
	{
		if (n++ % KEYS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		if (key->kind != RN_JSON_STRING)
			return rn_fail(host, RN_CORRUPT, "a key of the model in the file is not a text");
		model->keys_size += key->count + 1;
	}
	RN_TRY(rn_alloc(host, model->keys_size, 1, (void **) &model->keys));
	at = model->keys;
	for (const RnJson *key = rn_json_first(keys); key < keys->end; key = rn_json_next(key))
	{
		if (n++ % KEYS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		memcpy(at, key->text, key->count + 1);
		at += key->count + 1;
	}
	model->count = keys->count;
	return RN_OK;
}

RnCode
rn_describe_read(RnHost *host, const RnJson *description, RnModel *model)
{
	Walk		walk = {.host = host,.object = description};
	const RnJson *keys = rn_json_member(description, "keys");

	walk_model(&walk, model);
	if (walk.code != RN_OK || keys == NULL)
		return walk.code;
	if (keys->kind != RN_JSON_ARRAY || keys->count == 0)
		return rn_fail(host, RN_CORRUPT, "the keys of the model in the file are not an array of texts");
	return read_keys(host, keys, model);
}
