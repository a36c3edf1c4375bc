/*
 * package.c
 *		Named tensors and a description, as JSON; and what both formats share.
 */
#include "exchange/package.h"

#include <string.h>

#define NUMBERS_PER_POLL 65536
#define LONG_NUMBERS_PER_POLL 64
#define SPACES_PER_POLL 65536

static const struct
{
	const char *name;			/* as in safetensors */
	size_t		size;
}			kinds[RN_NUMBER_KINDS] = {{"F64", 8}, {"I64", 8}, {"F32", 4}, {"I32", 4}, {"U8", 1}};

const char *
rn_number_name(RnNumberKind kind)
{
	return kinds[kind].name;
}

size_t
rn_number_size(RnNumberKind kind)
{
	return kinds[kind].size;
}

void
rn_package_free(RnHost *host, RnPackage *package)
{
	rn_pool_free(host, &package->pool);
	*package = (RnPackage) {0};
}

/* A place for one more tensor, zeroed. */
static RnCode
next_tensor(RnHost *host, RnPackage *package, RnTensor **tensor)
{
	if (package->tensors == RN_MAX_TENSORS)
		return rn_fail(host, RN_UNSUPPORTED, "the file has more than %d tensors", RN_MAX_TENSORS);
	if (package->tensors == package->capacity)
	{
		size_t		capacity = package->capacity > 0 ? 2 * package->capacity : 64;
		RnTensor   *grown;

		RN_TRY(rn_pool_take(host, &package->pool, capacity, sizeof(RnTensor), (void **) &grown));
		if (package->tensors > 0)
			memcpy(grown, package->tensor, package->tensors * sizeof(RnTensor));
		package->tensor = grown;
		package->capacity = capacity;
	}
	*tensor = &package->tensor[package->tensors++];
	**tensor = (RnTensor) {0};
	return RN_OK;
}

RnCode
rn_package_add(RnHost *host, RnPackage *package, const char *name, RnNumberKind kind,
			   int axes, const size_t *shape, const void *data)
{
	RnTensor   *tensor;
	char	   *copy;

	RN_TRY(rn_pool_take(host, &package->pool, strlen(name) + 1, 1, (void **) &copy));
	RN_TRY(next_tensor(host, package, &tensor));
	/* lint: next_tensor has set it */
	tensor->name = strcpy(copy, name);
	tensor->kind = kind;
	tensor->axes = axes;
	tensor->count = 1;
	for (int i = 0; i < axes; i++)
	{
		tensor->shape[i] = shape[i];
		tensor->count *= shape[i];
	}
	tensor->data = data;
	return RN_OK;
}

const RnTensor *
rn_package_find(const RnPackage *package, const char *name)
{
	for (size_t i = 0; i < package->tensors; i++)
		if (strcmp(package->tensor[i].name, name) == 0)
			return &package->tensor[i];
	return NULL;
}

static RnCode
bad_tensor(RnHost *host, const char *name, const char *what)
{
	rn_fail(host, RN_CORRUPT, "tensor \"%.100s\" of the file %s", name, what);
	return rn_fail_hint(host, RN_CHANGE_WEIGHTS);
}

static bool
find_kind(const char *name, RnNumberKind *kind)
{
	for (int i = 0; i < RN_NUMBER_KINDS; i++)
		if (strcmp(name, kinds[i].name) == 0)
		{
			*kind = (RnNumberKind) i;
			return true;
		}
	return false;
}

/* The shape of a tensor: false if it is none, or too large. */
static bool
read_shape(const RnJson *shape, RnTensor *tensor)
{
	const char *at;

	tensor->count = 1;
	if (shape == NULL || (shape->kind != RN_JSON_NUMBERS && (shape->kind != RN_JSON_ARRAY || shape->count > 0)) ||
		shape->count > RN_TENSOR_AXES)
		return false;
	at = shape->text;
	for (tensor->axes = 0; tensor->axes < (int) shape->count; tensor->axes++)
	{
		int64_t		length;

		if (!rn_json_next_int64(&at, &length) || length < 0 || (uint64_t) length > RN_FILE_MAX_BYTES ||
			__builtin_mul_overflow(tensor->count, (size_t) length, &tensor->count) || tensor->count > RN_FILE_MAX_BYTES)
			return false;
		tensor->shape[tensor->axes] = (size_t) length;
	}
	return true;
}

RnCode
rn_package_declare(RnHost *host, RnPackage *package, const RnJson *name, const RnJson *json, RnTensor **declared)
{
	const RnJson *kind = rn_json_member(json, "dtype");
	RnTensor   *tensor;

	if (kind == NULL || kind->kind != RN_JSON_STRING)
		return bad_tensor(host, name->text, "has no dtype");
	RN_TRY(next_tensor(host, package, &tensor));
	/* lint: next_tensor has set it */
	tensor->name = name->text;
	if (!find_kind(kind->text, &tensor->kind))
	{
		rn_fail(host, RN_UNSUPPORTED, "tensor \"%.100s\" of the file has numbers of type %.20s", name->text, kind->text);
		return rn_fail_hint(host, "Save it as F32 or F64, as in PyTorch: tensor.float().");
	}
	if (!read_shape(rn_json_member(json, "shape"), tensor))
		return bad_tensor(host, name->text, "has no shape, or one that is too large");
	*declared = tensor;
	return RN_OK;
}

/* ---- as JSON ---- */

static RnCode
put_number(RnHost *host, RnText *text, const RnTensor *tensor, size_t i)
{
	switch (tensor->kind)
	{
		case RN_F64:
			return rn_json_put_double(host, text, ((const double *) tensor->data)[i]);
		case RN_F32:
			return rn_json_put_float(host, text, ((const float *) tensor->data)[i]);
		case RN_I64:
			return rn_text_format(host, text, "%lld", (long long) ((const int64_t *) tensor->data)[i]);
		case RN_I32:
			return rn_text_format(host, text, "%d", ((const int32_t *) tensor->data)[i]);
		case RN_U8:
			break;
	}
	return rn_text_format(host, text, "%d", ((const unsigned char *) tensor->data)[i]);
}

static RnCode
write_tensor(RnHost *host, const RnTensor *tensor, RnText *text)
{
	RN_TRY(rn_json_put_string(host, text, tensor->name));
	RN_TRY(rn_text_format(host, text, ": {\"dtype\": \"%s\", \"shape\": [", rn_number_name(tensor->kind)));
	for (int i = 0; i < tensor->axes; i++)
		RN_TRY(rn_text_format(host, text, "%s%zu", i > 0 ? ", " : "", tensor->shape[i]));
	RN_TRY(rn_text_string(host, text, "], \"data\": ["));
	for (size_t i = 0; i < tensor->count; i++)
	{
		if (i % NUMBERS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		if (i > 0)
			RN_TRY(rn_text_string(host, text, ", "));
		RN_TRY(put_number(host, text, tensor, i));
	}
	return rn_text_string(host, text, "]}");
}

RnCode
rn_package_write_json(RnHost *host, const RnPackage *package, RnText *text)
{
	RN_TRY(rn_text_string(host, text, "{\"recurnet\": "));
	RN_TRY(rn_text_string(host, text, package->description));
	RN_TRY(rn_text_string(host, text, ",\n\"tensors\": {\n"));
	for (size_t i = 0; i < package->tensors; i++)
	{
		RN_TRY(write_tensor(host, &package->tensor[i], text));
		RN_TRY(rn_text_string(host, text, i + 1 < package->tensors ? ",\n" : "\n"));
	}
	return rn_text_string(host, text, "}}\n");
}

/* Number i, at at, into data; false if it is none of that kind. */
static bool
read_number(RnNumberKind kind, const char **at, void *data, size_t i)
{
	int64_t		number = 0;

	if (kind == RN_F64)
		((double *) data)[i] = rn_json_next_double(at);
	else if (kind == RN_F32)
		((float *) data)[i] = (float) rn_json_next_double(at);
	else if (!rn_json_next_int64(at, &number))
		return false;
	else if (kind == RN_I64)
		((int64_t *) data)[i] = number;
	else if (kind == RN_I32)
		((int32_t *) data)[i] = (int32_t) number;
	else
		((unsigned char *) data)[i] = (unsigned char) number;
	return kind == RN_F64 || kind == RN_F32 || kind == RN_I64 ||
		(kind == RN_I32 ? number >= INT32_MIN && number <= INT32_MAX : number >= 0 && number <= UINT8_MAX);
}

static RnCode
read_tensor(RnHost *host, RnPackage *package, const RnJson *name, const RnJson *json)
{
	const RnJson *data = rn_json_member(json, "data");
	RnTensor   *tensor;
	void	   *numbers;
	const char *at;

	RN_TRY(rn_package_declare(host, package, name, json, &tensor));
	/* lint: rn_package_declare has set it */
	if (data == NULL || (data->kind != RN_JSON_NUMBERS && data->kind != RN_JSON_ARRAY) ||
		data->count != tensor->count || (data->kind == RN_JSON_ARRAY && data->count > 0))
		return bad_tensor(host, name->text, "has no data, or not as many numbers as its shape says");
	RN_TRY(rn_pool_take(host, &package->pool, tensor->count, rn_number_size(tensor->kind), &numbers));
	at = data->text;
	for (size_t i = 0; i < tensor->count; i++)
	{
		/* each may be thousands of bytes long */
		if (i % LONG_NUMBERS_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		if (!read_number(tensor->kind, &at, numbers, i))
			return bad_tensor(host, name->text, "has a number that is out of its range");
	}
	tensor->data = numbers;
	return RN_OK;
}

static RnCode
read_json(RnHost *host, const char *bytes, size_t size, RnPackage *package)
{
	const RnJson *document;
	const RnJson *tensors;

	RN_TRY(rn_json_read(host, &package->pool, bytes, size, &document));
	package->read = rn_json_member(document, "recurnet");
	tensors = rn_json_member(document, "tensors");
	if (package->read == NULL || tensors == NULL || tensors->kind != RN_JSON_OBJECT)
	{
		rn_fail(host, RN_CORRUPT, "the file is JSON, but no model: it has no \"recurnet\" with \"tensors\"");
		return rn_fail_hint(host, "Models are what rn_export writes.");
	}
	for (const RnJson *name = rn_json_first(tensors); name < tensors->end; name = rn_json_next(rn_json_next(name)))
		RN_TRY(read_tensor(host, package, name, rn_json_next(name)));
	return RN_OK;
}

RnCode
rn_package_read(RnHost *host, const unsigned char *bytes, size_t size, RnPackage *package)
{
	uint64_t	header = 0;

	for (size_t i = 0; i < 8 && i < size; i++)
		header |= (uint64_t) bytes[i] << (8 * i);
	if (size > 8 && bytes[8] == '{' && header <= size - 8)
		return rn_package_read_safetensors(host, bytes, size, package);
	for (size_t i = 0; i < size && strchr("{ \t\r\n", bytes[i]) != NULL && bytes[i] != '\0'; i++)
	{
		if (i % SPACES_PER_POLL == 0)
			RN_TRY(rn_poll(host));
		if (bytes[i] == '{')
			return read_json(host, (const char *) bytes, size, package);
	}
	rn_fail(host, RN_CORRUPT, "the file is neither safetensors nor JSON");
	return rn_fail_hint(host, "rn_import reads what rn_export writes as safetensors or json, and safetensors of PyTorch.");
}
