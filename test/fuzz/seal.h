/*
 * seal.h
 *		Length and checksum of a stored model made right after a change, so that
 *		the checks behind these are reached.
 */
#ifndef FUZZ_SEAL_H
#define FUZZ_SEAL_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

static inline void
fuzz_seal(uint8_t *data, size_t size)
{
	uint32_t	crc;

	if (size < 24)
		return;
	for (int i = 0; i < 8; i++)
		data[16 + i] = (uint8_t) ((uint64_t) size >> (8 * i));
	crc = (uint32_t) crc32(crc32(0, NULL, 0), data + 16, (uInt) (size - 16));
	for (int i = 0; i < 4; i++)
		data[12 + i] = (uint8_t) (crc >> (8 * i));
}

#endif							/* FUZZ_SEAL_H */
