/*
 * host.h
 *		What the core needs from whoever runs it: memory, a way to be stopped,
 *		an ear for progress, and a place for the last error's words.
 *
 * The extension gives MemoryContexts and PostgreSQL's interrupt flag; the
 * unit tests give malloc and counters.  No callback may longjmp: the core may
 * be anywhere between two of its own calls.
 */
#ifndef RN_HOST_H
#define RN_HOST_H

#include <stdarg.h>

#include "base/real.h"
#include "base/status.h"

#if defined(__GNUC__)
#define RN_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define RN_PRINTF(fmt, first)
#endif

/* What a training is at. */
typedef enum RnStage
{
	RN_STAGE_PREPARE,			/* series are taken apart */
	RN_STAGE_FIT,				/* a network learns */
	RN_STAGE_JUDGE				/* held-out rows are forecast */
} RnStage;

/*
 * How far it is.  Told as it goes, of a network before its first batch and after
 * every one; what another stage knows is 0.
 */
typedef struct RnProgress
{
	RnStage		stage;
	size_t		series;			/* taken apart, of so many */
	size_t		all_series;
	int			network;		/* 1-based, the one that learns */
	int			networks;
	int			epoch;			/* 1-based; it ends with its last batch */
	int			epochs;			/* the most there can be */
	int			batch;			/* done of the epoch */
	int			batches;
	double		loss;			/* of the last epoch that ended; NaN before */
	double		val_loss;		/* NaN without a validation part */
	double		best_loss;		/* the smallest so far, of validation if there is any */
} RnProgress;

typedef struct RnHost RnHost;
struct RnHost
{
	/*
	 * Memory, uninitialised, aligned for numbers of 8 bytes; NULL when there is none.
	 * free is given only what alloc returned, or NULL.
	 */
	void	   *(*alloc) (RnHost *host, size_t size);
	void		(*free) (RnHost *host, void *pointer);

	/* True: unwind and return RN_CANCELLED.  Cheap; polled all the time. */
	bool		(*should_stop) (RnHost *host);

	void		(*progress) (RnHost *host, const RnProgress *progress);

	RnError		error;			/* words of the last failure */
};

/* Set the error (clearing detail and hint) and return code. */
extern RnCode rn_fail(RnHost *host, RnCode code, const char *format,...) RN_PRINTF(3, 4);

/* Add to the error just set; both return its code, so that calls can be tails. */
extern RnCode rn_fail_detail(RnHost *host, const char *format,...) RN_PRINTF(2, 3);
extern RnCode rn_fail_hint(RnHost *host, const char *format,...) RN_PRINTF(2, 3);

/* RN_CANCELLED (with its message) if the host wants to stop, else RN_OK. */
extern RnCode rn_poll(RnHost *host);

/*
 * count * size bytes from the host, not cleared, into *pointer.  A product
 * that overflows and a host that has none both give RN_NO_MEMORY.
 */
extern RnCode rn_alloc(RnHost *host, size_t count, size_t size, void **pointer);
extern void rn_free(RnHost *host, void *pointer);

/* Return from the calling function unless the call is RN_OK. */
#define RN_TRY(call) \
	do { \
		RnCode rn_try_code = (call); \
		if (rn_try_code != RN_OK) \
			return rn_try_code; \
	} while (0)

/*
 * An arena lays several arrays out in one block.  The same layout function
 * runs twice: over an arena without a block it only measures, then over the
 * block of that size it hands out the pointers; so a memory estimate and the
 * allocation it stands for cannot disagree.  Each array starts on a 64-byte
 * boundary (a cache line, and the widest vector register).
 */
typedef struct RnArena
{
	char	   *block;			/* as the host gave it; NULL while measuring */
	char	   *base;			/* first 64-byte boundary in it */
	size_t		used;			/* SIZE_MAX once it overflows */
} RnArena;

/* The next count * size bytes, not cleared; NULL while measuring. */
extern void *rn_arena_take(RnArena *arena, size_t count, size_t size);

/* Bytes to allocate for what the measuring pass took; SIZE_MAX on overflow. */
extern size_t rn_arena_bytes(const RnArena *arena);

/* Hand out what lies in somebody else's block of as many bytes as that. */
extern void rn_arena_place(RnArena *arena, void *block);

/* Allocate the block for what has been measured and start over. */
extern RnCode rn_arena_allocate(RnHost *host, RnArena *arena);
extern void rn_arena_free(RnHost *host, RnArena *arena);

#endif							/* RN_HOST_H */
