/*
 * pool.h
 *		Memory for the many small things of a file that is read or written: given
 *		back all at once, and held against a limit.
 */
#ifndef RN_POOL_H
#define RN_POOL_H

#include "base/host.h"

typedef struct RnPoolBlock RnPoolBlock;

/* Zeroed but for limit is an empty pool. */
typedef struct RnPool
{
	RnPoolBlock *blocks;
	size_t		used;			/* bytes asked for */
	size_t		limit;			/* that may be; 0: as many as the host has */
} RnPool;

/* count * size bytes, all zero; RN_NO_MEMORY beyond the limit, too. */
extern RnCode rn_pool_take(RnHost *host, RnPool *pool, size_t count, size_t size, void **pointer);
extern void rn_pool_free(RnHost *host, RnPool *pool);

/* memcpy that polls: n bytes, of which there may be gigabytes. */
extern RnCode rn_copy(RnHost *host, void *to, const void *from, size_t n);

/* A text that grows: its end is a 0 that does not count. */
typedef struct RnText
{
	char	   *at;				/* the host's; NULL while empty */
	size_t		length;
	size_t		capacity;
} RnText;

/* The most that a file may be long: what a bytea holds, and a little less. */
#define RN_FILE_MAX_BYTES ((size_t) 1000 * 1024 * 1024)

/* RN_UNSUPPORTED beyond RN_FILE_MAX_BYTES. */
extern RnCode rn_text_bytes(RnHost *host, RnText *text, const char *bytes, size_t n);
extern RnCode rn_text_string(RnHost *host, RnText *text, const char *string);
extern RnCode rn_text_format(RnHost *host, RnText *text, const char *format,...) RN_PRINTF(3, 4);
extern void rn_text_free(RnHost *host, RnText *text);

#endif							/* RN_POOL_H */
