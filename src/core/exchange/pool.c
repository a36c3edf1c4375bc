/*
 * pool.c
 *		Memory that is given back all at once, and texts that grow.
 */
#include "exchange/pool.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Clearing new memory so large takes a millisecond. */
#define BYTES_PER_POLL ((size_t) 1 << 21)

struct RnPoolBlock
{
	RnPoolBlock *next;
	uint64_t	data[];			/* nothing needs to be aligned more, and a host need not do it */
};

RnCode
rn_copy(RnHost *host, void *to, const void *from, size_t n)
{
	for (size_t done = 0; done < n; done += BYTES_PER_POLL)
	{
		size_t		piece = n - done < BYTES_PER_POLL ? n - done : BYTES_PER_POLL;

		if (done > 0)
			RN_TRY(rn_poll(host));
		memcpy((char *) to + done, (const char *) from + done, piece);
	}
	return RN_OK;
}

static RnCode
clear(RnHost *host, void *at, size_t n)
{
	for (size_t done = 0; done < n; done += BYTES_PER_POLL)
	{
		if (done > 0)
			RN_TRY(rn_poll(host));
		memset((char *) at + done, 0, n - done < BYTES_PER_POLL ? n - done : BYTES_PER_POLL);
	}
	return RN_OK;
}

RnCode
rn_pool_take(RnHost *host, RnPool *pool, size_t count, size_t size, void **pointer)
{
	RnPoolBlock *block;
	size_t		bytes;
	size_t		used;

	*pointer = NULL;
	if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(pool->used, bytes, &used) ||
		(pool->limit > 0 && used > pool->limit))
	{
		rn_fail(host, RN_NO_MEMORY, "the file needs more than the %zu MB of memory that there may be for it",
				pool->limit / (1024 * 1024));
		return rn_fail_hint(host, "Raise recurnet.max_memory, or use safetensors, which takes the least.");
	}
	RN_TRY(rn_alloc(host, 1, bytes > SIZE_MAX - sizeof(RnPoolBlock) ? SIZE_MAX : sizeof(RnPoolBlock) + bytes, (void **) &block));
	block->next = pool->blocks;
	pool->blocks = block;
	pool->used = used;
	RN_TRY(clear(host, block->data, bytes));
	*pointer = block->data;
	return RN_OK;
}

void
rn_pool_free(RnHost *host, RnPool *pool)
{
	while (pool->blocks != NULL)
	{
		RnPoolBlock *block = pool->blocks;

		pool->blocks = block->next;
		rn_free(host, block);
	}
	pool->used = 0;
}

/* Room for n more bytes and the end. */
static RnCode
reserve(RnHost *host, RnText *text, size_t n)
{
	size_t		needed = text->length + n + 1;
	size_t		capacity = text->capacity > 0 ? text->capacity : 256;
	char	   *grown;
	RnCode		code;

	if (n > RN_FILE_MAX_BYTES || needed > RN_FILE_MAX_BYTES)
	{
		rn_fail(host, RN_UNSUPPORTED, "the file would be longer than %zu MB", RN_FILE_MAX_BYTES / (1024 * 1024));
		return rn_fail_hint(host, "Formats safetensors and onnx take less than json.");
	}
	if (needed <= text->capacity)
		return RN_OK;
	while (capacity < needed)
		capacity *= 2;
	RN_TRY(rn_alloc(host, capacity, 1, (void **) &grown));
	code = rn_copy(host, grown, text->at, text->length);
	rn_free(host, code == RN_OK ? text->at : grown);
	if (code != RN_OK)
		return code;
	text->at = grown;
	text->capacity = capacity;
	return RN_OK;
}

RnCode
rn_text_bytes(RnHost *host, RnText *text, const char *bytes, size_t n)
{
	RN_TRY(reserve(host, text, n));
	RN_TRY(rn_copy(host, text->at + text->length, bytes, n));
	text->length += n;
	text->at[text->length] = '\0';
	return RN_OK;
}

RnCode
rn_text_string(RnHost *host, RnText *text, const char *string)
{
	return rn_text_bytes(host, text, string, strlen(string));
}

RnCode
rn_text_format(RnHost *host, RnText *text, const char *format,...)
{
	char		piece[128];
	va_list		args;
	int			n;

	va_start(args, format);
	n = vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	return rn_text_bytes(host, text, piece, n < 0 ? 0 : (size_t) n < sizeof(piece) ? (size_t) n : sizeof(piece) - 1);
}

void
rn_text_free(RnHost *host, RnText *text)
{
	rn_free(host, text->at);
	*text = (RnText) {0};
}
