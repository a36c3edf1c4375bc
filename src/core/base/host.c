/*
 * host.c
 *		Error words, polling, and memory on top of the host's callbacks.
 *
 * Depends on nothing but the C library's string formatting.
 */
#include "base/host.h"

#include <stdio.h>

#define RN_ALIGNMENT 64

RnCode
rn_fail(RnHost *host, RnCode code, const char *format,...)
{
	va_list		args;

	host->error.code = code;
	host->error.detail[0] = '\0';
	host->error.hint[0] = '\0';
	va_start(args, format);
	vsnprintf(host->error.message, sizeof(host->error.message), format, args);
	va_end(args);
	return code;
}

RnCode
rn_fail_detail(RnHost *host, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(host->error.detail, sizeof(host->error.detail), format, args);
	va_end(args);
	return host->error.code;
}

RnCode
rn_fail_hint(RnHost *host, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(host->error.hint, sizeof(host->error.hint), format, args);
	va_end(args);
	return host->error.code;
}

RnCode
rn_poll(RnHost *host)
{
	if (host->should_stop(host))
		return rn_fail(host, RN_CANCELLED, "canceling on request");
	return RN_OK;
}

static RnCode
out_of_memory(RnHost *host, size_t bytes)
{
	if (bytes == SIZE_MAX)
		return rn_fail(host, RN_NO_MEMORY, "a size is too large for this machine");
	return rn_fail(host, RN_NO_MEMORY, "out of memory: %zu bytes were not available", bytes);
}

RnCode
rn_alloc(RnHost *host, size_t count, size_t size, void **pointer)
{
	size_t		bytes;

	*pointer = NULL;
	if (__builtin_mul_overflow(count, size, &bytes))
		return out_of_memory(host, SIZE_MAX);
	*pointer = host->alloc(host, bytes > 0 ? bytes : 1);
	return *pointer != NULL ? RN_OK : out_of_memory(host, bytes);
}

void
rn_free(RnHost *host, void *pointer)
{
	if (pointer != NULL)
		host->free(host, pointer);
}

void *
rn_arena_take(RnArena *arena, size_t count, size_t size)
{
	size_t		offset = arena->used;
	size_t		bytes;

	if (__builtin_mul_overflow(count, size, &bytes) ||
		__builtin_add_overflow(bytes, RN_ALIGNMENT - 1, &bytes) ||
		__builtin_add_overflow(offset, bytes & ~(size_t) (RN_ALIGNMENT - 1), &arena->used))
		arena->used = SIZE_MAX;
	return arena->base != NULL ? arena->base + offset : NULL;
}

size_t
rn_arena_bytes(const RnArena *arena)
{
	size_t		bytes;

	if (__builtin_add_overflow(arena->used, RN_ALIGNMENT, &bytes))
		return SIZE_MAX;
	return bytes;
}

void
rn_arena_place(RnArena *arena, void *block)
{
	uintptr_t	first = ((uintptr_t) block + RN_ALIGNMENT - 1) & ~(uintptr_t) (RN_ALIGNMENT - 1);

	*arena = (RnArena) {.base = (char *) block + (first - (uintptr_t) block)};
}

RnCode
rn_arena_allocate(RnHost *host, RnArena *arena)
{
	size_t		bytes = rn_arena_bytes(arena);
	void	   *block;

	if (bytes == SIZE_MAX)
		return out_of_memory(host, SIZE_MAX);
	RN_TRY(rn_alloc(host, bytes, 1, &block));
	rn_arena_place(arena, block);
	arena->block = block;
	return RN_OK;
}

void
rn_arena_free(RnHost *host, RnArena *arena)
{
	rn_free(host, arena->block);
	arena->block = NULL;
	arena->base = NULL;
	arena->used = 0;
}
