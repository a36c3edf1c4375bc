/*
 * host.h (glue)
 *		PostgreSQL as the host of the core: memory contexts, interrupts and
 *		progress behind the callbacks of base/host.h.
 */
#ifndef RECURNET_PG_HOST_H
#define RECURNET_PG_HOST_H

#include "base/host.h"
#include "utils/timestamp.h"

typedef struct RecurnetProgress RecurnetProgress;

typedef struct RecurnetHost
{
	RnHost		core;			/* first: an RnHost * is a RecurnetHost * */
	MemoryContext context;		/* all of the core's memory */
	ErrorData  *pending;		/* what an interrupt raised, to be raised
								 * again once the core has unwound */
	TimestampTz last_notice;	/* when progress was last told, or the start */
	RecurnetProgress *progress; /* what other sessions see, or NULL (progress.h) */
} RecurnetHost;

/* A host whose memory is context; it owns nothing else. */
extern void recurnet_host_init(RecurnetHost *host, MemoryContext context);

/*
 * In PG_CATCH(), of what the core has called: keep the error for recurnet_host_check, in place of
 * raising it through the core, which is to be told RN_CANCELLED.  caller: the memory context before.
 */
extern void recurnet_host_keep_error(RecurnetHost *host, MemoryContext caller);

/* Tell no progress: another process of the same work does. */
extern void recurnet_host_quiet(RecurnetHost *host);

/*
 * Return if code is RN_OK; otherwise raise: the interrupt that stopped the
 * core if there was one, else the core's own error.
 */
extern void recurnet_host_check(RecurnetHost *host, RnCode code);

#endif							/* RECURNET_PG_HOST_H */
