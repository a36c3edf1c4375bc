/*
 * step.c
 *		One step of a work that commits: a subtransaction, then a commit.
 *
 * The subtransaction puts everything back that an error leaves: snapshots,
 * cursors, the current user, settings and memory.
 *
 * A step sees what is committed by its time, whatever the default of transactions: a
 * training of hours is not thrown away because somebody touched its model meanwhile.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "step.h"

/* Do the step; nothing is left of it after an error, which is returned. */
static ErrorData *
attempt(RecurnetStep step, void *work, bool snapshot)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		if (snapshot)
			PushActiveSnapshot(GetTransactionSnapshot());
		else
			InvalidateCatalogSnapshot();
		step(work);
		if (snapshot)
			PopActiveSnapshot();
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

/* SPI_commit begins anew even if it fails. */
static ErrorData *
commit(void)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		SPI_commit();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return error;
}

ErrorData *
recurnet_step(RecurnetStep step, void *work, bool snapshot)
{
	ErrorData  *error;
	ErrorData  *unfinished;

	XactIsoLevel = XACT_READ_COMMITTED; /* there is no snapshot yet */
	error = attempt(step, work, snapshot);
	unfinished = commit();

	return error != NULL ? error : unfinished;
}
