/*
 * fuzz.h
 *		What the fuzz targets share: a host with little memory and patience,
 *		and bytes to make data of.
 *
 * A target ends by abort() where something is not as promised, which the
 * fuzzer reports as it does what the sanitizers find.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"

/*
 * Bytes that may be out at once: more than the BLAS asks for before its first
 * product, less than would make a run slow.
 */
#define FUZZ_MEMORY ((size_t) 256 << 20)
#define FUZZ_POLLS	20000

/* That must hold; says what does not. */
#define PROMISE(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

typedef struct FuzzHost
{
	RnHost		host;			/* first, so that a RnHost * is a FuzzHost * */
	long		live;			/* allocations not freed yet */
	size_t		used;			/* bytes given out and not freed yet */
	long		polls;
} FuzzHost;

static inline void *
fuzz_alloc(RnHost *host, size_t size)
{
	FuzzHost   *fuzz = (FuzzHost *) host;
	void	   *p;

	if (fuzz->used > FUZZ_MEMORY || size > FUZZ_MEMORY - fuzz->used)
		return NULL;
	p = malloc(size);
	if (p != NULL)
	{
		memset(p, 0x7f, size < 1 << 20 ? size : 1 << 20);	/* nobody may count on zeroes */
		fuzz->used += malloc_usable_size(p);
		fuzz->live++;
	}
	return p;
}

static inline void
fuzz_free(RnHost *host, void *pointer)
{
	FuzzHost   *fuzz = (FuzzHost *) host;

	if (pointer == NULL)
		return;
	fuzz->used -= malloc_usable_size(pointer);
	fuzz->live--;
	free(pointer);
}

static inline bool
fuzz_should_stop(RnHost *host)
{
	return ++((FuzzHost *) host)->polls > FUZZ_POLLS;
}

static inline void
fuzz_progress(RnHost *host, const RnProgress *progress)
{
	(void) host;
	(void) progress;
}

static inline FuzzHost
fuzz_host(void)
{
	return (FuzzHost) {
		.host = {fuzz_alloc, fuzz_free, fuzz_should_stop, fuzz_progress, {RN_OK, "", "", ""}}
	};
}

/* Bytes of the fuzzer, taken from the front; zeroes behind the last. */
typedef struct FuzzBytes
{
	const uint8_t *at;
	size_t		left;
} FuzzBytes;

static inline void
fuzz_take(FuzzBytes *bytes, void *to, size_t n)
{
	size_t		there = n < bytes->left ? n : bytes->left;

	memset(to, 0, n);
	if (there > 0)
		memcpy(to, bytes->at, there);
	bytes->at += there;
	bytes->left -= there;
}

static inline unsigned
fuzz_byte(FuzzBytes *bytes)
{
	uint8_t		byte;

	fuzz_take(bytes, &byte, 1);
	return byte;
}

static inline int64_t
fuzz_int64(FuzzBytes *bytes)
{
	int64_t		number;

	fuzz_take(bytes, &number, sizeof(number));
	return number;
}

static inline double
fuzz_double(FuzzBytes *bytes)
{
	double		number;

	fuzz_take(bytes, &number, sizeof(number));
	return number;
}

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif							/* FUZZ_H */
