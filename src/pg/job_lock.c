/*
 * job_lock.c
 *		Session locks of a class that SQL cannot take.
 *
 * SQL's advisory locks are of another lock method and of classes 1 and 2.  Of the
 * default method are those that an abort releases even for the session, so that no
 * error leaves a lock behind.
 *
 * With DROP and CREATE EXTENSION the ids of jobs and models begin anew, beside jobs
 * of before that still run: what tells them apart is the table that the ids are of.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "compat.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "job_lock.h"

/* The table of jobs, or of none if the extension is not there. */
static Oid
job_table(void)
{
	Oid			schema = get_namespace_oid("recurnet", true);

	return OidIsValid(schema) ? get_relname_relid("job", schema) : InvalidOid;
}

static LOCKTAG
lock_tag(RecurnetLock lock, int64 key)
{
	Oid			of = lock != RECURNET_LOCK_QUEUE ? job_table() : InvalidOid;
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) ((uint64) key >> 32) ^ of, (uint32) key, lock);
	tag.locktag_lockmethodid = DEFAULT_LOCKMETHOD;
	return tag;
}

void
recurnet_lock_take(RecurnetLock lock, int64 key)
{
	LOCKTAG		tag = lock_tag(lock, key);

	InvalidateCatalogSnapshot();	/* not to be held while this waits */
	(void) LockAcquire(&tag, ExclusiveLock, true, false);
}

bool
recurnet_lock_try(RecurnetLock lock, int64 key)
{
	LOCKTAG		tag = lock_tag(lock, key);

	return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL;
}

void
recurnet_lock_release(RecurnetLock lock, int64 key)
{
	LOCKTAG		tag = lock_tag(lock, key);

	if (RECURNET_LOCK_HELD_BY_ME(&tag, ExclusiveLock))
		LockRelease(&tag, ExclusiveLock, true);
}

void
recurnet_lock_release_all(void)
{
	LockReleaseAll(DEFAULT_LOCKMETHOD, true);
}

/* A shared lock that is to be had says that there is no other; askers share it. */
bool
recurnet_lock_is_held(RecurnetLock lock, int64 key)
{
	LOCKTAG		tag = lock_tag(lock, key);

	if (RECURNET_LOCK_HELD_BY_ME(&tag, ExclusiveLock))
		return true;
	if (LockAcquire(&tag, ShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	LockRelease(&tag, ShareLock, false);
	return false;
}
