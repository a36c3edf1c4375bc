/*
 * codec.c
 *		Models to bytes and back.
 *
 * Layout, all numbers little-endian whatever the machine (docs/file-format.md
 * says the same in words):
 *
 *	header	8 bytes "RNMODEL\n", u32 version, u32 CRC-32 of all that follows it,
 *			u64 length of the whole
 *	network	i32 inputs, outputs, layers; per layer u8 kind, u8 activation,
 *			u8 reset_after, u8 0, i32 units, f64 input, recurrent, output dropout
 *	stack	from version 3 on: i32 residual; per layer i32 dilation
 *	inputs	i32 masked, given, features; per covariate i32 kind, f64 shift, scale
 *	time	i32 scaler, kind, months, business days; i64 step; i32 window, season,
 *			relative
 *	rows	i32 missing, duplicates, has frequency; f64 lower, upper bound
 *	sizes	i32 bytes of time type, time zone, covariate names, keys; i32 series,
 *			holidays, steps and points of the errors
 *	texts	time type, time zone, covariate names, keys
 *	series	f64 shift, scale; i32 base season, anchor day; i64 last time
 *	arrays	f64 tail [S][T], u8 missing [S][T], f32 covariates [S][T][given],
 *			i32 holidays, f64 residual [steps][points], f32 smoothing [S + 1][M],
 *			f32 weights [M][P]
 *
 * One function walks the fields for both directions, so that writer and
 * reader cannot drift apart.
 */
#include "model/codec.h"

#include <string.h>
#include <zlib.h>

#include "model/codec_check.h"

static const char magic[8] = {'R', 'N', 'M', 'O', 'D', 'E', 'L', '\n'};

#define HEADER_BYTES	24
#define CHECKED_FROM	16		/* the checksum covers what stands after it */

/* The first version with what 0.2.0 added: how layers are put together, powers, levels that learn. */
#define WITH_0_2	3

/* Bytes or array elements that are worked on between two polls. */
#define SLICE ((size_t) 1 << 22)

/*
 * A cursor that writes, or reads within bounds.  A read beyond the end gives
 * zeroes and leaves failed set, which is looked at before anything is used.
 */
typedef struct Cursor
{
	unsigned char *out;			/* writing, or NULL */
	const unsigned char *in;	/* reading, or NULL */
	size_t		at;
	size_t		size;
	int			version;		/* of the format */
	bool		failed;
} Cursor;

static uint64_t
walk_bits(Cursor *cursor, uint64_t value, int bytes)
{
	uint64_t	result = 0;

	if (cursor->failed || cursor->size - cursor->at < (size_t) bytes)
	{
		cursor->failed = true;
		return 0;
	}
	for (int i = 0; i < bytes; i++)
	{
		if (cursor->out != NULL)
			cursor->out[cursor->at + (size_t) i] = (unsigned char) (value >> (8 * i));
		else
			result |= (uint64_t) cursor->in[cursor->at + (size_t) i] << (8 * i);
	}
	cursor->at += (size_t) bytes;
	return cursor->out != NULL ? value : result;
}

static int
walk_u8(Cursor *cursor, int value)
{
	return (int) walk_bits(cursor, (uint64_t) value, 1);
}

static int32_t
walk_i32(Cursor *cursor, int32_t value)
{
	return (int32_t) (uint32_t) walk_bits(cursor, (uint32_t) value, 4);
}

static int64_t
walk_i64(Cursor *cursor, int64_t value)
{
	return (int64_t) walk_bits(cursor, (uint64_t) value, 8);
}

static double
walk_f64(Cursor *cursor, double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	bits = walk_bits(cursor, bits, 8);
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static rn_real
walk_f32(Cursor *cursor, rn_real real)
{
	float		value = (float) real;
	uint32_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	bits = (uint32_t) walk_bits(cursor, bits, 4);
	memcpy(&value, &bits, sizeof(value));
	return (rn_real) value;
}

static bool
walk_bool(Cursor *cursor, bool value)
{
	int32_t		stored = walk_i32(cursor, value);

	cursor->failed |= stored != 0 && stored != 1;
	return stored == 1;
}

static void
walk_network(Cursor *cursor, RnNetworkSpec *network)
{
	network->inputs = walk_i32(cursor, network->inputs);
	network->outputs = walk_i32(cursor, network->outputs);
	network->layers = walk_i32(cursor, network->layers);
	if (network->layers < 1 || network->layers > RN_MAX_LAYERS)
	{
		cursor->failed = true;
		return;
	}
	for (int l = 0; l < network->layers; l++)
	{
		RnLayerSpec *layer = &network->layer[l];
		int			reset_after = layer->reset_after;

		layer->kind = (RnCellKind) walk_u8(cursor, (int) layer->kind);
		layer->activation = (RnActivation) walk_u8(cursor, (int) layer->activation);
		reset_after = walk_u8(cursor, reset_after);
		layer->reset_after = reset_after == 1;
		cursor->failed |= reset_after > 1 || walk_u8(cursor, 0) != 0;
		layer->units = walk_i32(cursor, layer->units);
		layer->input_dropout = walk_f64(cursor, layer->input_dropout);
		layer->recurrent_dropout = walk_f64(cursor, layer->recurrent_dropout);
		layer->dropout = walk_f64(cursor, layer->dropout);
	}
	network->return_sequences = walk_bool(cursor, network->return_sequences);
	network->skip = walk_bool(cursor, network->skip);
}

/* How layers are put together. */
static void
walk_stack(Cursor *cursor, RnNetworkSpec *network)
{
	if (cursor->version < WITH_0_2)
		return;					/* no residuals, and the network's check sets dilations to 1 */
	network->residual = walk_bool(cursor, network->residual);
	for (int l = 0; l < network->layers; l++)
	{
		network->layer[l].dilation = walk_i32(cursor, network->layer[l].dilation);
		cursor->failed |= network->layer[l].dilation < 1;
	}
}

static void
walk_inputs(Cursor *cursor, RnInputs *inputs)
{
	inputs->masked = walk_bool(cursor, inputs->masked);
	inputs->given = walk_i32(cursor, inputs->given);
	inputs->features = (unsigned) walk_i32(cursor, (int32_t) inputs->features);
	if (inputs->given < 0 || inputs->given > RN_MAX_COVARIATES)
	{
		cursor->failed = true;
		return;
	}
	for (int c = 0; c < inputs->given; c++)
	{
		RnCovariate *covariate = &inputs->covariate[c];

		covariate->kind = (RnCovariateKind) walk_i32(cursor, (int32_t) covariate->kind);
		covariate->shift = walk_f64(cursor, covariate->shift);
		covariate->scale = walk_f64(cursor, covariate->scale);
	}
}

/* The exponent of values; before, there were logarithms or none. */
static double
walk_lambda(Cursor *cursor, double lambda)
{
	bool		logs = walk_bool(cursor, lambda == 0);

	lambda = cursor->version < WITH_0_2 ? !logs : walk_f64(cursor, lambda);
	cursor->failed |= logs != (lambda == 0);
	return lambda;
}

static void
walk_method(Cursor *cursor, RnModel *model)
{
	RnLocalSpec *local = &model->local;

	model->method = (RnMethod) walk_i32(cursor, (int32_t) model->method);
	model->members = walk_i32(cursor, model->members);
	model->steps = walk_i32(cursor, model->steps);
	model->stride = walk_i32(cursor, model->stride);
	model->share = walk_f64(cursor, model->share);
	model->naive_share = walk_f64(cursor, model->naive_share);
	local->lambda = walk_lambda(cursor, local->lambda);
	local->outer = walk_i32(cursor, local->outer);
	local->lookback = walk_i32(cursor, local->lookback);
	local->typical_spread = walk_f64(cursor, local->typical_spread);
	model->second_members = walk_i32(cursor, model->second_members);
	model->second.typical_spread = walk_f64(cursor, model->second.typical_spread);
}

/* Was anything learnt of levels?  From version 3 on. */
static void
walk_smoothing(Cursor *cursor, RnModel *model)
{
	if (cursor->version >= WITH_0_2)
		model->learnt = walk_bool(cursor, model->learnt);
}

static void
walk_rules(Cursor *cursor, RnModel *model)
{
	model->scaler = (RnScalerKind) walk_i32(cursor, (int32_t) model->scaler);
	model->calendar.kind = (RnTimeKind) walk_i32(cursor, (int32_t) model->calendar.kind);
	model->calendar.months = walk_i32(cursor, model->calendar.months);
	model->calendar.business_days = walk_i32(cursor, model->calendar.business_days);
	model->calendar.step = walk_i64(cursor, model->calendar.step);
	model->window = walk_i32(cursor, model->window);
	model->season = walk_i32(cursor, model->season);
	model->relative = walk_bool(cursor, model->relative);
	model->rows.missing = (RnMissing) walk_i32(cursor, (int32_t) model->rows.missing);
	model->rows.duplicates = (RnDuplicates) walk_i32(cursor, (int32_t) model->rows.duplicates);
	model->rows.has_frequency = walk_bool(cursor, model->rows.has_frequency);
	model->lower_bound = walk_f64(cursor, model->lower_bound);
	model->upper_bound = walk_f64(cursor, model->upper_bound);
}

/* A size of n things; those of texts are known by the texts while writing. */
static size_t
walk_size(Cursor *cursor, size_t n)
{
	return (size_t) (uint32_t) walk_i32(cursor, (int32_t) (uint32_t) n);
}

static void
walk_sizes(Cursor *cursor, RnModel *model, size_t text[3])
{
	text[0] = walk_size(cursor, strlen(model->time_type));
	text[1] = walk_size(cursor, strlen(model->time_zone));
	text[2] = walk_size(cursor, strlen(model->wall_zone));
	model->covariate_names_size = walk_size(cursor, model->covariate_names_size);
	model->keys_size = walk_size(cursor, model->keys_size);
	model->count = walk_size(cursor, model->count);
	model->tail_rows = walk_size(cursor, model->tail_rows);
	model->holidays = walk_size(cursor, model->holidays);
	model->residual_steps = walk_i32(cursor, model->residual_steps);
	model->residual_points = walk_i32(cursor, model->residual_points);
}

/* All fields before the texts, in order; text: the lengths of the first three. */
static void
walk_fields(Cursor *cursor, RnModel *model, size_t text[3])
{
	walk_network(cursor, &model->network.spec);
	if (!cursor->failed)
		walk_stack(cursor, &model->network.spec);
	if (!cursor->failed)
		walk_inputs(cursor, &model->inputs);
	if (cursor->failed)
		return;
	walk_method(cursor, model);
	walk_smoothing(cursor, model);
	walk_rules(cursor, model);
	walk_sizes(cursor, model, text);
}

static void
walk_bytes(Cursor *cursor, void *bytes, size_t n)
{
	if (cursor->failed || cursor->size - cursor->at < n)
	{
		cursor->failed = true;
		return;
	}
	if (n > 0 && cursor->out != NULL)
		memcpy(cursor->out + cursor->at, bytes, n);
	else if (n > 0)
		memcpy(bytes, cursor->in + cursor->at, n);
	cursor->at += n;
}

static RnCode
walk_doubles(RnHost *host, Cursor *cursor, double *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		value[i] = walk_f64(cursor, value[i]);
	}
	return RN_OK;
}

static RnCode
walk_series(RnHost *host, Cursor *cursor, RnModel *model)
{
	size_t		rows = 0;

	for (size_t s = 0; s < model->count; s++)
	{
		RnModelSeries *series = &model->series[s];

		if (s % SLICE == 0)
			RN_TRY(rn_poll(host));
		series->shift = walk_f64(cursor, series->shift);
		series->scale = walk_f64(cursor, series->scale);
		series->base_season = walk_i32(cursor, series->base_season);
		series->anchor_day = walk_i32(cursor, series->anchor_day);
		series->last_time = walk_i64(cursor, series->last_time);
		series->rows = walk_size(cursor, series->rows);
		series->tail = rows;
		rows += series->rows;
	}
	cursor->failed |= rows != model->tail_rows;
	return RN_OK;
}

static RnCode
walk_arrays(RnHost *host, Cursor *cursor, RnModel *model, const size_t text[3])
{
	size_t		covariates = model->tail_rows * (size_t) model->inputs.given;
	size_t		size = rn_codec_weights(model);
	size_t		learnt = rn_codec_smoothings(model);

	walk_bytes(cursor, model->time_type, text[0]);
	walk_bytes(cursor, model->time_zone, text[1]);
	walk_bytes(cursor, model->wall_zone, text[2]);
	walk_bytes(cursor, model->covariate_names, model->covariate_names_size);
	walk_bytes(cursor, model->keys, model->keys_size);
	RN_TRY(walk_series(host, cursor, model));
	RN_TRY(walk_doubles(host, cursor, model->tail, model->tail_rows));
	if (model->inputs.masked)
		walk_bytes(cursor, model->tail_missing, model->tail_rows);
	for (size_t i = 0; i < covariates; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		model->tail_covariate[i] = (float) walk_f32(cursor, (rn_real) model->tail_covariate[i]);
	}
	for (size_t i = 0; i < model->holidays; i++)
		model->holiday[i] = walk_i32(cursor, model->holiday[i]);
	RN_TRY(walk_doubles(host, cursor, model->residual, rn_codec_residuals(model)));
	for (size_t i = 0; i < learnt; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		model->smoothing[i] = walk_f32(cursor, model->smoothing[i]);
	}
	for (size_t i = 0; i < size; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		model->network.weights[i] = walk_f32(cursor, model->network.weights[i]);
	}
	return RN_OK;
}

/* Bytes of what later versions have beside those before. */
static size_t
added_bytes(const RnModel *model, int version)
{
	return version < WITH_0_2 ? 0 : 4 + (size_t) model->network.spec.layers * 4 + 8 + 4;
}

/* Bytes of a model whose fields are in range; SIZE_MAX where size_t is too small. */
static size_t
encoded_size(const RnModel *model, int version)
{
	size_t		row = sizeof(double) + (model->inputs.masked ? 1 : 0)
		+ (size_t) model->inputs.given * sizeof(float);
	size_t		rows;

	if (__builtin_mul_overflow(model->tail_rows, row, &rows) || rows > (size_t) 1 << 62)
		return SIZE_MAX;
	return HEADER_BYTES + 12 + (size_t) model->network.spec.layers * 32
		+ added_bytes(model, version) + 12 + (size_t) model->inputs.given * 20 + 2 * 4 + 64 + 16 + 8 + 12 + 12 + 16 + 40
		+ strlen(model->time_type) + strlen(model->time_zone) + strlen(model->wall_zone)
		+ model->covariate_names_size + model->keys_size
		+ model->count * 36 + rows + model->holidays * sizeof(int32_t)
		+ sizeof(double) * rn_codec_residuals(model)
		+ sizeof(float) * rn_codec_smoothings(model)
		+ sizeof(float) * rn_codec_weights(model);
}

size_t
rn_model_encoded_size(const RnModel *model)
{
	return encoded_size(model, RN_CODEC_VERSION);
}

static RnCode
checksum(RnHost *host, const unsigned char *bytes, size_t size, uint32_t *crc)
{
	uLong		sum = crc32(0, NULL, 0);

	for (size_t at = CHECKED_FROM; at < size; at += SLICE)
	{
		RN_TRY(rn_poll(host));
		sum = crc32(sum, bytes + at, (uInt) (size - at < SLICE ? size - at : SLICE));
	}
	*crc = (uint32_t) sum;
	return RN_OK;
}

RnCode
rn_model_encode(RnHost *host, const RnModel *model, unsigned char *bytes, size_t size)
{
	Cursor		cursor = {.out = bytes,.size = size,.version = RN_CODEC_VERSION};
	RnModel		copy = *model;	/* walking writes values back as they are */
	size_t		text[3] = {0};
	uint32_t	crc;

	if (size != rn_model_encoded_size(model) || size > RN_CODEC_MAX_BYTES)
	{
		rn_fail(host, RN_UNSUPPORTED, "the model has %zu bytes, at most %zu can be stored",
				rn_model_encoded_size(model), RN_CODEC_MAX_BYTES);
		return rn_fail_hint(host, "Use fewer units or layers, or a smaller window, or fewer series.");
	}
	RN_TRY(rn_codec_check_arrays(host, model));
	memcpy(bytes, magic, sizeof(magic));
	cursor.at = CHECKED_FROM;
	walk_i64(&cursor, (int64_t) size);
	walk_fields(&cursor, &copy, text);
	RN_TRY(walk_arrays(host, &cursor, &copy, text));
	RN_TRY(checksum(host, bytes, size, &crc));
	cursor.at = sizeof(magic);
	walk_i32(&cursor, RN_CODEC_VERSION);
	walk_i32(&cursor, (int32_t) crc);
	return RN_OK;
}

static RnCode
corrupt(RnHost *host, const char *what)
{
	rn_fail(host, RN_CORRUPT, "the stored model is damaged: %s", what);
	return rn_fail_hint(host, "Restore it from a backup, or train it again.");
}

/* Header: magic, version, length, checksum.  Leaves the cursor behind it. */
static RnCode
check_header(RnHost *host, Cursor *cursor)
{
	uint32_t	stored;
	uint32_t	actual;

	if (cursor->size < HEADER_BYTES || memcmp(cursor->in, magic, sizeof(magic)) != 0)
		return corrupt(host, "it does not begin as models do");
	cursor->at = sizeof(magic);
	cursor->version = walk_i32(cursor, 0);
	stored = (uint32_t) walk_i32(cursor, 0);
	if (cursor->version < RN_CODEC_OLDEST || cursor->version > RN_CODEC_VERSION)
	{
		rn_fail(host, RN_UNSUPPORTED, "the stored model has format version %d, this library reads %d to %d",
				cursor->version, RN_CODEC_OLDEST, RN_CODEC_VERSION);
		return rn_fail_hint(host, "Install the version of recurnet that stored it, or a newer one.");
	}
	if ((uint64_t) walk_i64(cursor, 0) != cursor->size)
		return corrupt(host, "its length is not the stored one");
	RN_TRY(checksum(host, cursor->in, cursor->size, &actual));
	if (actual != stored)
		return corrupt(host, "its checksum does not match");
	return RN_OK;
}

/* How many texts, each ended by 0, there are in size bytes; SIZE_MAX: the last has no end. */
static size_t
count_texts(const char *text, size_t size)
{
	size_t		n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\0';
	return size > 0 && text[size - 1] != '\0' ? SIZE_MAX : n;
}

/* Point each series to its key. */
static bool
find_keys(RnModel *model)
{
	char	   *key = model->keys;

	if (model->keys_size == 0)
		return model->count == 1;
	if (count_texts(model->keys, model->keys_size) != model->count)
		return false;
	for (size_t s = 0; s < model->count; s++)
	{
		model->series[s].key = key;
		key += strlen(key) + 1;
	}
	return true;
}

/* Room for all arrays of a model whose fields have been checked. */
static RnCode
allocate_arrays(RnHost *host, RnModel *model)
{
	RnNetworkSpec spec = model->network.spec;
	size_t		rows = model->tail_rows;

	RN_TRY(rn_model_create_networks(host, &spec, model));
	if (model->covariate_names_size > 0)
		RN_TRY(rn_alloc(host, model->covariate_names_size, 1, (void **) &model->covariate_names));
	if (model->keys_size > 0)
		RN_TRY(rn_alloc(host, model->keys_size, 1, (void **) &model->keys));
	RN_TRY(rn_alloc(host, model->count, sizeof(RnModelSeries), (void **) &model->series));
	memset(model->series, 0, model->count * sizeof(RnModelSeries));
	RN_TRY(rn_alloc(host, rows, sizeof(double), (void **) &model->tail));
	if (model->inputs.masked)
		RN_TRY(rn_alloc(host, rows, 1, (void **) &model->tail_missing));
	if (model->inputs.given > 0)
		RN_TRY(rn_alloc(host, rows * (size_t) model->inputs.given, sizeof(float),
						(void **) &model->tail_covariate));
	if (model->holidays > 0)
		RN_TRY(rn_alloc(host, model->holidays, sizeof(int32_t), (void **) &model->holiday));
	RN_TRY(rn_model_create_smoothing(host, model));
	return rn_alloc(host, rn_codec_residuals(model), sizeof(double), (void **) &model->residual);
}

/* Everything after the header; on failure the caller frees. */
static RnCode
decode_body(RnHost *host, Cursor *cursor, RnModel *model)
{
	size_t		text[3] = {0};
	RnCode		code;

	walk_fields(cursor, model, text);
	model->inputs.horizon = model->network.spec.outputs;
	model->local.window = model->window;
	model->local.season = model->season;
	rn_model_second(model);
	if (cursor->failed || !rn_codec_check_fields(host, model, text))
		return corrupt(host, "a field is out of its range");
	if (encoded_size(model, cursor->version) + text[0] + text[1] + text[2] != cursor->size)
		return corrupt(host, "its length does not fit its fields");
	model->rows.frequency = model->calendar;
	RN_TRY(allocate_arrays(host, model));
	RN_TRY(walk_arrays(host, cursor, model, text));
	if (cursor->failed)
		return corrupt(host, "it ends too early");
	if (strlen(model->time_type) != text[0] || strlen(model->time_zone) != text[1] ||
		strlen(model->wall_zone) != text[2] ||
		count_texts(model->covariate_names, model->covariate_names_size) != (size_t) model->inputs.given ||
		!find_keys(model))
		return corrupt(host, "its names are not what they should be");
	code = rn_codec_check_arrays(host, model);
	return code == RN_DIVERGED ? corrupt(host, "a number is out of its range") : code;
}

RnCode
rn_model_decode(RnHost *host, const unsigned char *bytes, size_t size, RnModel *model)
{
	Cursor		cursor = {.in = bytes,.size = size};
	RnCode		code;

	memset(model, 0, sizeof(*model));
	RN_TRY(check_header(host, &cursor));
	code = decode_body(host, &cursor, model);
	if (code != RN_OK)
		rn_model_free(host, model);
	return code;
}
