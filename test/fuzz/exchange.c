/*
 * exchange.c (fuzz target)
 *		Files of other libraries: any bytes are refused, or are a package; what a model
 *		is made of has the right sizes, so that encoding and decoding it decide
 *		whether it is one; and one that is, is written and read again as the same.
 */
#include "fuzz.h"

#include "exchange/exchange.h"
#include "model/codec.h"

#define MEMORY ((size_t) 64 << 20)

/* What reading may say. */
static bool
honest(RnCode code)
{
	return code == RN_OK || code == RN_CORRUPT || code == RN_UNSUPPORTED || code == RN_NO_MEMORY || code == RN_CANCELLED;
}

/* The model as stored bytes, or NULL. */
static unsigned char *
encode(FuzzHost *fuzz, const RnModel *model, size_t *size)
{
	unsigned char *bytes;

	*size = rn_model_encoded_size(model);
	if (*size > FUZZ_MEMORY)
		return NULL;
	bytes = malloc(*size);
	if (rn_model_encode(&fuzz->host, model, bytes, *size) == RN_OK)
		return bytes;
	free(bytes);
	return NULL;
}

/* Through a package, what is written of it, and back: the same bytes. */
static void
check_again(FuzzHost *fuzz, const RnModel *model, const unsigned char *bytes, size_t size, bool json)
{
	RnPackage	package;
	RnPackage	again = {0};
	RnText		text = {0};
	RnModel		copy;
	unsigned char *after = NULL;
	size_t		after_size = 0;
	RnCode		code = rn_exchange_pack(&fuzz->host, model, NULL, &package);

	if (code == RN_OK)
		code = json ? rn_package_write_json(&fuzz->host, &package, &text) : rn_package_write_safetensors(&fuzz->host, &package, &text);
	rn_package_free(&fuzz->host, &package);
	if (code == RN_OK)
		code = rn_package_read(&fuzz->host, (const unsigned char *) text.at, text.length, &again);
	PROMISE(honest(code) && code != RN_CORRUPT);
	if (code == RN_OK)
	{
		code = rn_exchange_unpack(&fuzz->host, &again, &copy);
		PROMISE(code == RN_OK || code == RN_NO_MEMORY || code == RN_CANCELLED);
		if (code == RN_OK)
		{
			after = encode(fuzz, &copy, &after_size);
			PROMISE(after == NULL || (after_size == size && memcmp(after, bytes, size) == 0));
			rn_model_free(&fuzz->host, &copy);
		}
	}
	free(after);
	rn_package_free(&fuzz->host, &again);
	rn_text_free(&fuzz->host, &text);
}

/* What came out of a file. */
static void
check_model(FuzzHost *fuzz, RnModel *model, bool json)
{
	size_t		size;
	unsigned char *bytes = encode(fuzz, model, &size);
	RnModel		decoded;
	RnCode		code;
	RnText		text = {0};

	if (bytes == NULL)
		return;
	code = rn_model_decode(&fuzz->host, bytes, size, &decoded);
	PROMISE(honest(code));
	if (code == RN_OK)
	{
		/* examples are computed: networks of weights that are too large say what is not finite, which JSON has no word for */
		if (fuzz->polls < FUZZ_POLLS / 2)
			check_again(fuzz, &decoded, bytes, size, json);
		code = rn_exchange_onnx(&fuzz->host, &decoded, NULL, &text);
		PROMISE(honest(code) && code != RN_CORRUPT);
		rn_text_free(&fuzz->host, &text);
		rn_model_free(&fuzz->host, &decoded);
	}
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzHost	fuzz = fuzz_host();
	RnPackage	package = {.pool.limit = MEMORY};
	RnModel		model;
	RnCode		code = rn_package_read(&fuzz.host, data, size, &package);

	PROMISE(honest(code));
	if (code == RN_OK && package.read != NULL)
	{
		code = rn_exchange_unpack(&fuzz.host, &package, &model);
		PROMISE(honest(code));
		if (code == RN_OK)
		{
			check_model(&fuzz, &model, size % 2 == 0);
			rn_model_free(&fuzz.host, &model);
		}
	}
	else if (code == RN_OK)
	{
		code = rn_exchange_torch(&fuzz.host, &package, RN_ACTIVATION_TANH, &model);
		PROMISE(honest(code));
		if (code == RN_OK)
			rn_model_free(&fuzz.host, &model);
	}
	rn_package_free(&fuzz.host, &package);
	PROMISE(fuzz.live == 0);
	return 0;
}
