/*
 * safetensors.c
 *		Named tensors and a description, as safetensors.
 *
 * The header is filled up with spaces so that the numbers begin on a multiple of 8
 * bytes; tensors of wide numbers come first, so that each is aligned.
 */
#include "exchange/package.h"

#include <string.h>

/* As in the reference implementation. */
#define MAX_HEADER	((size_t) 100 * 1000 * 1000)

#define BYTES_PER_POLL ((size_t) 1 << 22)

static size_t
bytes_of(const RnTensor *tensor)
{
	return tensor->count * rn_number_size(tensor->kind);
}

/*
 * The header: offsets go by width of numbers, as the numbers are written.
 */
static RnCode
write_header(RnHost *host, const RnPackage *package, RnText *text)
{
	size_t		offset = 0;

	RN_TRY(rn_text_string(host, text, "{\"__metadata__\":{\"format\":\"pt\",\"recurnet\":"));
	RN_TRY(rn_json_put_string(host, text, package->description));
	RN_TRY(rn_text_string(host, text, "}"));
	for (size_t width = 8; width > 0; width /= 2)
		for (size_t i = 0; i < package->tensors; i++)
		{
			const RnTensor *tensor = &package->tensor[i];

			if (rn_number_size(tensor->kind) != width)
				continue;
			RN_TRY(rn_text_string(host, text, ","));
			RN_TRY(rn_json_put_string(host, text, tensor->name));
			RN_TRY(rn_text_format(host, text, ":{\"dtype\":\"%s\",\"shape\":[", rn_number_name(tensor->kind)));
			for (int axis = 0; axis < tensor->axes; axis++)
				RN_TRY(rn_text_format(host, text, "%s%zu", axis > 0 ? "," : "", tensor->shape[axis]));
			RN_TRY(rn_text_format(host, text, "],\"data_offsets\":[%zu,%zu]}", offset, offset + bytes_of(tensor)));
			offset += bytes_of(tensor);
		}
	RN_TRY(rn_text_string(host, text, "}"));
	while (text->length % 8 != 0)
		RN_TRY(rn_text_string(host, text, " "));
	return RN_OK;
}

/* Bits of a number of size bytes at from, whatever the machine's order. */
static uint64_t
bits_of(const void *from, size_t size)
{
	uint64_t	wide;
	uint32_t	narrow;

	if (size == 8)
	{
		memcpy(&wide, from, 8);
		return wide;
	}
	if (size == 4)
	{
		memcpy(&narrow, from, 4);
		return narrow;
	}
	return *(const unsigned char *) from;
}

static void
put_bits(void *to, uint64_t bits, size_t size)
{
	uint32_t	narrow = (uint32_t) bits;

	if (size == 8)
		memcpy(to, &bits, 8);
	else if (size == 4)
		memcpy(to, &narrow, 4);
	else
		*(unsigned char *) to = (unsigned char) bits;
}

/* The numbers, little-endian. */
static RnCode
write_numbers(RnHost *host, const RnTensor *tensor, RnText *text)
{
	size_t		size = rn_number_size(tensor->kind);
	char		piece[4096];
	size_t		n = 0;

	for (size_t i = 0; i < tensor->count; i++)
	{
		uint64_t	bits = bits_of((const char *) tensor->data + i * size, size);

		for (size_t byte = 0; byte < size; byte++)
			piece[n++] = (char) (bits >> (8 * byte));
		if (n < sizeof(piece) && i + 1 < tensor->count)
			continue;
		RN_TRY(rn_poll(host));
		RN_TRY(rn_text_bytes(host, text, piece, n));
		n = 0;
	}
	return RN_OK;
}

RnCode
rn_package_write_safetensors(RnHost *host, const RnPackage *package, RnText *text)
{
	size_t		length;

	RN_TRY(rn_text_bytes(host, text, "\0\0\0\0\0\0\0\0", 8));
	RN_TRY(write_header(host, package, text));
	length = text->length - 8;
	if (length > MAX_HEADER)
	{
		rn_fail(host, RN_UNSUPPORTED, "the header of the file would have %zu bytes, safetensors has at most %zu",
				length, MAX_HEADER);
		return rn_fail_hint(host, "It has the keys of all series; format json has no such limit.");
	}
	for (int i = 0; i < 8; i++)
		text->at[i] = (char) ((uint64_t) length >> (8 * i));
	for (size_t width = 8; width > 0; width /= 2)
		for (size_t i = 0; i < package->tensors; i++)
			if (rn_number_size(package->tensor[i].kind) == width)
				RN_TRY(write_numbers(host, &package->tensor[i], text));
	return RN_OK;
}

/* ---- reading ---- */

static RnCode
bad_offsets(RnHost *host, const char *name)
{
	rn_fail(host, RN_CORRUPT, "tensor \"%.100s\" of the file does not lie where its header says", name);
	return rn_fail_hint(host, "Was the file cut off, or changed on its way?");
}

/* A tensor from its place among the size bytes behind the header. */
static RnCode
read_tensor(RnHost *host, RnPackage *package, const RnJson *name, const RnJson *json,
			const unsigned char *bytes, size_t size)
{
	const RnJson *offsets = rn_json_member(json, "data_offsets");
	RnTensor   *tensor;
	unsigned char *data;
	const char *at;
	int64_t		from;
	int64_t		to;
	size_t		width;

	RN_TRY(rn_package_declare(host, package, name, json, &tensor));
	if (offsets == NULL || offsets->kind != RN_JSON_NUMBERS || offsets->count != 2)
		return bad_offsets(host, name->text);
	at = offsets->text;
	if (!rn_json_next_int64(&at, &from) || !rn_json_next_int64(&at, &to) || from < 0 || to < from || (uint64_t) to > size ||
		(uint64_t) (to - from) != bytes_of(tensor))
		return bad_offsets(host, name->text);
	width = rn_number_size(tensor->kind);
	RN_TRY(rn_pool_take(host, &package->pool, tensor->count, width, (void **) &data));
	bytes += from;
	for (size_t i = 0; i < tensor->count; i++)
	{
		uint64_t	bits = 0;

		if (i % (BYTES_PER_POLL / 8) == 0)
			RN_TRY(rn_poll(host));
		for (size_t byte = 0; byte < width; byte++)
			bits |= (uint64_t) *bytes++ << (8 * byte);
		put_bits(data + i * width, bits, width);
	}
	tensor->data = data;
	return RN_OK;
}

RnCode
rn_package_read_safetensors(RnHost *host, const unsigned char *bytes, size_t size, RnPackage *package)
{
	uint64_t	length = 0;
	const RnJson *header;
	const RnJson *description;

	for (int i = 0; i < 8; i++)
		length |= (uint64_t) bytes[i] << (8 * i);
	if (length > size - 8 || length > MAX_HEADER)
		return rn_fail(host, RN_CORRUPT, "the header of the file is longer than the file, or than a header may be");
	RN_TRY(rn_json_read(host, &package->pool, (const char *) bytes + 8, (size_t) length, &header));
	if (header->kind != RN_JSON_OBJECT)
		return rn_fail(host, RN_CORRUPT, "the header of the file is not a JSON object");
	for (const RnJson *name = rn_json_first(header); name < header->end; name = rn_json_next(rn_json_next(name)))
		if (strcmp(name->text, "__metadata__") != 0)
			RN_TRY(read_tensor(host, package, name, rn_json_next(name), bytes + 8 + length, size - 8 - (size_t) length));
	package->metadata = rn_json_member(header, "__metadata__");
	description = rn_json_member(package->metadata, "recurnet");
	if (description == NULL || description->kind != RN_JSON_STRING)
		return RN_OK;
	return rn_json_read(host, &package->pool, description->text, description->count, &package->read);
}
