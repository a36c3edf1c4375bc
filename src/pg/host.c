/*
 * host.c (glue)
 *		Memory, interrupts and progress for the core.
 *
 * Nothing may longjmp through the core, which may hold half-built structures.
 * So allocation never raises, and an interrupt is served inside should_stop
 * under PG_TRY: those that merely want a moment (barriers, catchup) are done
 * with when it returns; one that raises is kept, the core is told to unwind,
 * and recurnet_host_check raises it again.  Between the two no server code
 * runs but pfree, so that the transaction sees one ordinary error.
 */
#include "postgres.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/pmsignal.h"
#include "utils/memutils.h"

#include "error.h"
#include "host.h"
#include "progress.h"

/* Tests that compare output on a slow server put it off. */
#ifndef NOTICE_INTERVAL_MS
#define NOTICE_INTERVAL_MS	10000
#endif

/* Allocations from here on ask for huge pages. */
#define HUGE_PAGES_FROM		((size_t) 32 * 1024 * 1024)

/*
 * Ask for huge pages under a large block.  A training of large layers touches
 * gigabytes at once and gives them back at once: page by page of 4 kB, either
 * takes long enough to be felt, the latter between a cancel and its effect.
 * Only advice: nothing is lost where the kernel does not take it.
 */
static void
advise_huge_pages(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
	size_t		page = (size_t) sysconf(_SC_PAGESIZE);
	char	   *first = (char *) TYPEALIGN(page, block);
	char	   *end = (char *) TYPEALIGN_DOWN(page, (char *) block + size);

	(void) madvise(first, end - first, MADV_HUGEPAGE);
#endif
}

static void *
host_alloc(RnHost *core, size_t size)
{
	RecurnetHost *host = (RecurnetHost *) core;
	void	   *block;

	if (size > MaxAllocHugeSize)
		return NULL;
	block = MemoryContextAllocExtended(host->context, size,
									   MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (block != NULL && size >= HUGE_PAGES_FROM)
		advise_huge_pages(block, size);
	return block;
}

static void
host_free(RnHost *core, void *pointer)
{
	(void) core;
	if (pointer != NULL)
		pfree(pointer);
}

void
recurnet_host_keep_error(RecurnetHost *host, MemoryContext caller)
{
	MemoryContextSwitchTo(host->context);
	host->pending = CopyErrorData();
	FlushErrorState();
	MemoryContextSwitchTo(caller);
}

/*
 * A server whose first process was killed cannot be started again before the last of
 * its others is gone, and a training may have hours to go.  FATAL does not come back.
 * A single-user server has no such process.
 */
static void
leave_dead_server(void)
{
	if (likely(!IsUnderPostmaster || PostmasterIsAlive()))
		return;
	ereport(FATAL,
			(errcode(ERRCODE_ADMIN_SHUTDOWN),
			 errmsg("terminating connection due to unexpected postmaster exit")));
}

static bool
host_should_stop(RnHost *core)
{
	RecurnetHost *host = (RecurnetHost *) core;
	MemoryContext caller = CurrentMemoryContext;

	if (host->pending != NULL)
		return true;
	leave_dead_server();
	if (likely(!InterruptPending))
		return false;

	PG_TRY();
	{
		CHECK_FOR_INTERRUPTS();
	}
	PG_CATCH();
	{
		recurnet_host_keep_error(host, caller);
	}
	PG_END_TRY();
	return host->pending != NULL;
}

/* What came of an epoch, as a notice. */
static void
notice_epoch(RecurnetHost *host, const RnProgress *progress)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		if (isnan(progress->val_loss))
			ereport(NOTICE,
					(errmsg("epoch %d of %d, loss %.4g",
							progress->epoch, progress->epochs, progress->loss)));
		else
			ereport(NOTICE,
					(errmsg("epoch %d of %d, loss %.4g, validation loss %.4g",
							progress->epoch, progress->epochs, progress->loss,
							progress->val_loss)));
	}
	PG_CATCH();
	{
		recurnet_host_keep_error(host, caller);
	}
	PG_END_TRY();
}

/*
 * Other sessions see all of it; a notice comes now and then on a long training,
 * none on a short one.
 */
static void
host_progress(RnHost *core, const RnProgress *progress)
{
	RecurnetHost *host = (RecurnetHost *) core;
	TimestampTz now = GetCurrentTimestamp();

	recurnet_progress_core(host, progress, now);
	if (host->pending != NULL || progress->stage != RN_STAGE_FIT || progress->batch < progress->batches ||
		!TimestampDifferenceExceeds(host->last_notice, now, NOTICE_INTERVAL_MS))
		return;
	host->last_notice = now;
	notice_epoch(host, progress);
}

void
recurnet_host_init(RecurnetHost *host, MemoryContext context)
{
	memset(host, 0, sizeof(*host));
	host->core.alloc = host_alloc;
	host->core.free = host_free;
	host->core.should_stop = host_should_stop;
	host->core.progress = host_progress;
	host->context = context;
	host->last_notice = GetCurrentTimestamp();
}

static void
no_progress(RnHost *core, const RnProgress *progress)
{
	(void) core;
	(void) progress;
}

void
recurnet_host_quiet(RecurnetHost *host)
{
	host->core.progress = no_progress;
}

void
recurnet_host_check(RecurnetHost *host, RnCode code)
{
	if (host->pending != NULL)
		ReThrowError(host->pending);
	if (code != RN_OK)
		recurnet_error_raise(&host->core.error);
}
