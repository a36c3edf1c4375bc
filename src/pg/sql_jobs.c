/*
 * sql_jobs.c
 *		rn_cancel, rn_prune_jobs, and what the view rn_jobs asks.
 */
#include "postgres.h"

#include "argument.h"
#include "job_log.h"

/*
 * job_is_lost(job_id, state, server) → boolean
 */
PG_FUNCTION_INFO_V1(recurnet_job_is_lost);
Datum
recurnet_job_is_lost(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(recurnet_job_log_is_lost(PG_GETARG_INT64(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
											text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

/*
 * rn_prune_jobs(older_than) → count
 */
PG_FUNCTION_INFO_V1(recurnet_prune_jobs);
Datum
recurnet_prune_jobs(PG_FUNCTION_ARGS)
{
	recurnet_argument_required(fcinfo, 0, "older_than");
	PG_RETURN_INT64(recurnet_job_log_prune(recurnet_argument_duration(fcinfo, 0, "older_than", "30 days")));
}

/*
 * rn_cancel(job_id) → was there anything to cancel?
 */
PG_FUNCTION_INFO_V1(recurnet_cancel);
Datum
recurnet_cancel(PG_FUNCTION_ARGS)
{
	recurnet_argument_required(fcinfo, 0, "job_id");
	PG_RETURN_BOOL(recurnet_job_log_cancel(PG_GETARG_INT64(0)));
}
