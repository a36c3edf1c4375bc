/*
 * model_bytes.h
 *		Trained models as the bytes that are stored, for tests of models.
 */
#ifndef MODEL_BYTES_H
#define MODEL_BYTES_H

#include "test_host.h"

#include <zlib.h>

#include "model/codec.h"

/* A model as bytes, of malloc; fails the running test if there are none. */
static inline unsigned char *
encode(TestHost *test, const RnModel *model, size_t *size)
{
	unsigned char *bytes = malloc(*size = rn_model_encoded_size(model));

	assert_ok(*test, rn_model_encode(&test->host, model, bytes, *size));
	return bytes;
}

/* Make the checksum right again, so that what is behind it is tested. */
static inline void
reseal(unsigned char *bytes, size_t size)
{
	uint32_t	crc = (uint32_t) crc32(crc32(0, NULL, 0), bytes + 16, (uInt) (size - 16));

	for (int i = 0; i < 4; i++)
		bytes[12 + i] = (unsigned char) (crc >> (8 * i));
}

#endif							/* MODEL_BYTES_H */
