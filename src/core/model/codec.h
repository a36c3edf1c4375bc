/*
 * codec.h
 *		Models to bytes and back: versioned, checksummed, little-endian.
 *		docs/file-format.md describes every byte.
 *
 * Stored bytes are hostile: decoding checks magic, version, checksum, sizes
 * and every field before it uses them, allocates no more than the bytes
 * themselves justify, and fails with RN_CORRUPT or RN_UNSUPPORTED.
 */
#ifndef RN_CODEC_H
#define RN_CODEC_H

#include "model/model.h"

#define RN_CODEC_VERSION	3
#define RN_CODEC_OLDEST		2	/* that is read */
#define RN_CODEC_MAX_BYTES	((size_t) 256 * 1024 * 1024)

/* Bytes rn_model_encode will write. */
extern size_t rn_model_encoded_size(const RnModel *model);
extern RnCode rn_model_encode(RnHost *host, const RnModel *model, unsigned char *bytes, size_t size);

/* On failure the model is left empty and nothing is to be freed. */
extern RnCode rn_model_decode(RnHost *host, const unsigned char *bytes, size_t size, RnModel *model);

#endif							/* RN_CODEC_H */
