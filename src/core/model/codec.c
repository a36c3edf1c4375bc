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
 *	scaling	i32 scaler, f64 shift, f64 scale
 *	time	i32 kind, months, anchor day; i64 step, last time; i32 window, season,
 *			base season
 *	errors	i32 steps, i32 points
 *	arrays	f64 tail [window], f64 residual [steps][points], f32 weights [P]
 *
 * One function walks the fields for both directions, so that writer and
 * reader cannot drift apart.
 */
#include "model/codec.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

static const char magic[8] = {'R', 'N', 'M', 'O', 'D', 'E', 'L', '\n'};

#define HEADER_BYTES	24
#define CHECKED_FROM	16		/* the checksum covers what stands after it */

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

/* All fields before the arrays, in order. */
static void
walk_fields(Cursor *cursor, RnModel *model)
{
	RnNetworkSpec *network = &model->network.spec;

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
	model->transform.scaler = (RnScalerKind) walk_i32(cursor, (int32_t) model->transform.scaler);
	model->transform.shift = walk_f64(cursor, model->transform.shift);
	model->transform.scale = walk_f64(cursor, model->transform.scale);
	model->calendar.kind = (RnTimeKind) walk_i32(cursor, (int32_t) model->calendar.kind);
	model->calendar.months = walk_i32(cursor, model->calendar.months);
	model->calendar.anchor_day = walk_i32(cursor, model->calendar.anchor_day);
	model->calendar.step = walk_i64(cursor, model->calendar.step);
	model->last_time = walk_i64(cursor, model->last_time);
	model->window = walk_i32(cursor, model->window);
	model->season = walk_i32(cursor, model->season);
	model->base_season = walk_i32(cursor, model->base_season);
	model->residual_steps = walk_i32(cursor, model->residual_steps);
	model->residual_points = walk_i32(cursor, model->residual_points);
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
walk_arrays(RnHost *host, Cursor *cursor, RnModel *model)
{
	RN_TRY(walk_doubles(host, cursor, model->tail, (size_t) model->window));
	RN_TRY(walk_doubles(host, cursor, model->residual,
						(size_t) model->residual_steps * (size_t) model->residual_points));
	for (size_t i = 0; i < model->network.size; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		model->network.weights[i] = walk_f32(cursor, model->network.weights[i]);
	}
	return RN_OK;
}

/* RN_OK if n doubles are finite and at least least. */
static RnCode
check_doubles(RnHost *host, const double *value, size_t n, double least)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(value[i]) || value[i] < least)
			return rn_fail(host, RN_DIVERGED, "the model has a number that is not finite");
	return RN_OK;
}

/*
 * Are the arrays what decoding accepts?  Asked before storing too: nothing is
 * ever stored that could not be read.
 */
static RnCode
check_arrays(RnHost *host, const RnModel *model)
{
	size_t		residuals = (size_t) model->residual_steps * (size_t) model->residual_points;

	for (size_t i = 0; i < model->network.size; i++)
	{
		if (i % SLICE == 0)
			RN_TRY(rn_poll(host));
		if (!isfinite(model->network.weights[i]))
			return rn_fail(host, RN_DIVERGED, "the model has a weight that is not finite");
	}
	RN_TRY(check_doubles(host, model->residual, residuals, 0));
	return check_doubles(host, model->tail, (size_t) model->window, -INFINITY);
}

/* Bytes of a model whose fields are in range. */
static size_t
encoded_size(const RnModel *model)
{
	return HEADER_BYTES + 12 + (size_t) model->network.spec.layers * 32 + 20 + 40 + 8
		+ sizeof(double) * ((size_t) model->window
							+ (size_t) model->residual_steps * (size_t) model->residual_points)
		+ sizeof(float) * rn_network_size(&model->network.spec);
}

size_t
rn_model_encoded_size(const RnModel *model)
{
	return encoded_size(model);
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
	Cursor		cursor = {.out = bytes,.size = size};
	RnModel		copy = *model;	/* walking writes values back as they are */
	uint32_t	crc;

	if (size != encoded_size(model) || size > RN_CODEC_MAX_BYTES)
	{
		rn_fail(host, RN_UNSUPPORTED, "the model has %zu bytes, at most %zu can be stored",
				encoded_size(model), RN_CODEC_MAX_BYTES);
		return rn_fail_hint(host, "Use fewer units or layers.");
	}
	RN_TRY(check_arrays(host, model));
	memcpy(bytes, magic, sizeof(magic));
	cursor.at = CHECKED_FROM;
	walk_i64(&cursor, (int64_t) size);
	walk_fields(&cursor, &copy);
	RN_TRY(walk_arrays(host, &cursor, &copy));
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
	int32_t		version;
	uint32_t	stored;
	uint32_t	actual;

	if (cursor->size < HEADER_BYTES || memcmp(cursor->in, magic, sizeof(magic)) != 0)
		return corrupt(host, "it does not begin as models do");
	cursor->at = sizeof(magic);
	version = walk_i32(cursor, 0);
	stored = (uint32_t) walk_i32(cursor, 0);
	if (version != RN_CODEC_VERSION)
	{
		rn_fail(host, RN_UNSUPPORTED, "the stored model has format version %d, this library reads %d",
				version, RN_CODEC_VERSION);
		return rn_fail_hint(host, "Install the version of recurnet that stored it, or a newer one.");
	}
	if ((uint64_t) walk_i64(cursor, 0) != cursor->size)
		return corrupt(host, "its length is not the stored one");
	RN_TRY(checksum(host, cursor->in, cursor->size, &actual));
	if (actual != stored)
		return corrupt(host, "its checksum does not match");
	return RN_OK;
}

static bool
rate_valid(double rate)
{
	return rate >= 0 && rate < 1;
}

static bool
network_valid(RnHost *host, RnNetworkSpec *network)
{
	for (int l = 0; l < network->layers; l++)
	{
		const RnLayerSpec *layer = &network->layer[l];

		if ((unsigned) layer->kind >= RN_CELL_KINDS ||
			(unsigned) layer->activation >= RN_ACTIVATIONS ||
			!rate_valid(layer->input_dropout) || !rate_valid(layer->recurrent_dropout) ||
			!rate_valid(layer->dropout))
			return false;
	}
	return rn_network_check(host, network) == RN_OK;
}

/* Every field but the arrays. */
static bool
fields_valid(RnHost *host, RnModel *model)
{
	const RnTransform *transform = &model->transform;

	return network_valid(host, &model->network.spec) &&
		model->network.spec.inputs == 1 &&
		(unsigned) transform->scaler < RN_SCALER_KINDS &&
		isfinite(transform->shift) && isfinite(transform->scale) && transform->scale != 0 &&
		rn_calendar_valid(&model->calendar) &&
		rn_time_valid(model->calendar.kind, model->last_time) &&
		model->window >= 1 && model->window <= RN_MAX_WINDOW &&
		model->season >= 1 &&
		model->base_season >= 0 && model->base_season <= model->window &&
		model->residual_steps >= 0 && model->residual_steps <= RN_RESIDUAL_STEPS &&
		model->residual_points >= 0 && model->residual_points <= RN_RESIDUAL_POINTS &&
		(model->residual_steps > 0) == (model->residual_points > 0);
}

/* Everything after the header; on failure the caller frees. */
static RnCode
decode_body(RnHost *host, Cursor *cursor, RnModel *model)
{
	size_t		residuals;
	RnNetworkSpec spec;
	RnCode		code;

	walk_fields(cursor, model);
	if (cursor->failed || !fields_valid(host, model))
		return corrupt(host, "a field is out of its range");
	if (encoded_size(model) != cursor->size)
		return corrupt(host, "its length does not fit its fields");

	spec = model->network.spec;
	residuals = (size_t) model->residual_steps * (size_t) model->residual_points;
	RN_TRY(rn_network_create(host, &spec, &model->network));
	RN_TRY(rn_alloc(host, (size_t) model->window, sizeof(double), (void **) &model->tail));
	RN_TRY(rn_alloc(host, residuals, sizeof(double), (void **) &model->residual));
	RN_TRY(walk_arrays(host, cursor, model));
	if (cursor->failed)
		return corrupt(host, "it ends too early");
	code = check_arrays(host, model);
	return code == RN_DIVERGED ? corrupt(host, "a number is not finite") : code;
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
