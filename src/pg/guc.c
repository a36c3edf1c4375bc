/*
 * guc.c
 *		The settings recurnet.*, and the memory limit they set.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "guc.h"

static int	max_memory = -1;	/* kB; -1: maintenance_work_mem */
static int	model_cache_size = 64 * 1024;	/* kB */
static bool adaptive_intervals = true;
static int	max_workers = 2;
static int	max_workers_per_role = 0;

void
recurnet_guc_init(void)
{
	DefineCustomIntVariable("recurnet.max_memory",
							"Sets the maximum memory that one training or forecast may use.",
							"-1 means maintenance_work_mem.",
							&max_memory,
							-1, -1, MAX_KILOBYTES,
							PGC_USERSET,
							GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("recurnet.model_cache_size",
							"Sets the memory in which a session keeps models that it has used.",
							"0 keeps none.",
							&model_cache_size,
							64 * 1024, 0, MAX_KILOBYTES,
							PGC_USERSET,
							GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("recurnet.adaptive_intervals",
							 "Lets errors on rows newer than those trained on widen and narrow intervals.",
							 "Off: intervals are those learnt in training.",
							 &adaptive_intervals,
							 true,
							 PGC_USERSET,
							 0,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("recurnet.max_workers",
							"Sets the maximum number of background jobs that run at a time in a database.",
							NULL,
							&max_workers,
							2, 1, 1024,
							PGC_SIGHUP,
							0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("recurnet.max_workers_per_role",
							"Sets the maximum number of background jobs of one role that run at a time in a database.",
							"0 leaves it at recurnet.max_workers.",
							&max_workers_per_role,
							0, 0, 1024,
							PGC_SIGHUP,
							0,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("recurnet");
}

size_t
recurnet_guc_max_memory(void)
{
	return (size_t) (max_memory >= 0 ? max_memory : maintenance_work_mem) * 1024;
}

size_t
recurnet_guc_model_cache(void)
{
	return (size_t) model_cache_size * 1024;
}

bool
recurnet_guc_adaptive(void)
{
	return adaptive_intervals;
}

int
recurnet_guc_max_workers(void)
{
	return max_workers;
}

int
recurnet_guc_max_workers_per_role(void)
{
	return max_workers_per_role > 0 ? max_workers_per_role : max_workers;
}

/* Bytes as people read them, in a buffer of the current context. */
static char *
bytes_text(size_t bytes)
{
	if (bytes == SIZE_MAX)
		return pstrdup("more memory than this machine can address");
	if (bytes < (size_t) 10 * 1024 * 1024)
		return psprintf("%zu kB", (bytes + 1023) / 1024);
	return psprintf("%zu MB", (bytes + 1024 * 1024 - 1) / (1024 * 1024));
}

void
recurnet_guc_check_memory(size_t bytes, const char *task, const char *otherwise)
{
	size_t		limit = recurnet_guc_max_memory();

	if (bytes <= limit)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s needs %s, more than the limit of %s",
					task, bytes_text(bytes), bytes_text(limit)),
			 errdetail("The limit is %s.",
					   max_memory >= 0 ? "recurnet.max_memory"
					   : "maintenance_work_mem, as recurnet.max_memory is -1"),
			 errhint("Raise recurnet.max_memory, or %s.", otherwise)));
}
