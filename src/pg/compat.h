/*
 * compat.h
 *		Every difference between the PostgreSQL versions that recurnet is built
 *		for, and nothing else.
 *
 * Included after postgres.h by the files that need it.
 */
#ifndef RECURNET_COMPAT_H
#define RECURNET_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "recurnet needs PostgreSQL 15 or later"
#endif

/* 16 took the access macros of variable-length values out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16 tells membership from the right to SET ROLE, which is what giving things away takes. */
#if PG_VERSION_NUM < 160000
#define check_can_set_role(member, role) check_is_member_of_role(member, role)
#endif

/* 16 gave another name to what pg_stat_activity knows of its backend i, from 1. */
#if PG_VERSION_NUM >= 160000
#define recurnet_backend_status(i)	pgstat_get_local_beentry_by_index(i)
#else
#define recurnet_backend_status(i)	pgstat_fetch_stat_local_beentry(i)
#endif

/* 18 lets a module say its name and version. */
#if PG_VERSION_NUM >= 180000
#define RECURNET_MODULE_MAGIC(version_) \
	PG_MODULE_MAGIC_EXT(.name = "recurnet", .version = (version_))
#else
#define RECURNET_MODULE_MAGIC(version_) PG_MODULE_MAGIC
#endif

/* 17 has a limit for transactions, which workers are not to obey. */
#if PG_VERSION_NUM >= 170000
#define RECURNET_TRANSACTION_TIMEOUT "transaction_timeout"
#else
#define RECURNET_TRANSACTION_TIMEOUT NULL
#endif

/* 17 lets one ask for stronger locks as well. */
#if PG_VERSION_NUM >= 170000
#define RECURNET_LOCK_HELD_BY_ME(tag_, mode_) LockHeldByMe(tag_, mode_, false)
#else
#define RECURNET_LOCK_HELD_BY_ME(tag_, mode_) LockHeldByMe(tag_, mode_)
#endif

#endif							/* RECURNET_COMPAT_H */
