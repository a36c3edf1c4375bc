/*
 * job_log.c
 *		Rows of recurnet.job.
 *
 * A job that runs holds its lock; its row is committed as running only after the
 * lock is taken, and as ended before it is let go.  So a row that says running
 * without a lock is of a process that is gone, if the row says so still.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xlog.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/pg_shmem.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "job_lock.h"
#include "job_log.h"
#include "statement.h"
#include "worker.h"

uint32
recurnet_job_log_memory(void)
{
	const PGShmemHeader *memory = UsedShmemSegAddr;

	return memory->dsm_control;
}

/* A text that differs from one life of the server to the next, crashes included. */
static char *
server_life(void)
{
	return psprintf(INT64_FORMAT "/%u", PgStartTime, recurnet_job_log_memory());
}

void
recurnet_job_log_add(RecurnetJob *job)
{
	RecurnetScope scope;
	RecurnetStatement s;

	recurnet_statement_open(&scope);
	s = recurnet_statement("INSERT INTO recurnet.job (kind, background, model_id, model, role, role_oid, request, server,"
						   " state, started_at, pid)"
						   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $2 THEN 'waiting' ELSE 'running' END,"
						   " CASE WHEN NOT $2 THEN clock_timestamp() END, $9) RETURNING job_id");
	recurnet_parameter_text(&s, job->kind);
	recurnet_parameter(&s, BOOLOID, BoolGetDatum(job->background));
	if (job->model_id != 0)
		recurnet_parameter_int8(&s, job->model_id);
	else
		recurnet_parameter_null(&s, INT8OID);
	recurnet_parameter_text(&s, job->model);
	recurnet_parameter_text(&s, GetUserNameFromId(scope.user, false));
	recurnet_parameter(&s, OIDOID, ObjectIdGetDatum(scope.user));
	if (job->request != NULL)
		recurnet_parameter(&s, JSONBOID, JsonbPGetDatum(job->request));
	else
		recurnet_parameter_null(&s, JSONBOID);
	recurnet_parameter_text(&s, server_life());
	if (job->background)
		recurnet_parameter_null(&s, INT4OID);
	else
		recurnet_parameter(&s, INT4OID, Int32GetDatum(MyProcPid));
	recurnet_statement_run(&s, SPI_OK_INSERT_RETURNING);
	job->id = recurnet_result_int8(0, 1, NULL);
	recurnet_statement_close(&scope);
}

/* ---- the queue ---- */

/*
 * A row that a transaction has locked, which cancels the job and may be open for long,
 * is passed over in what follows: no other jobs wait for that.  If it is rolled back, its
 * process has the queue looked at again (worker.h).
 */

bool
recurnet_job_log_start(RecurnetJob *job)
{
	RecurnetScope scope;
	RecurnetStatement s;
	bool		waited;

	recurnet_statement_open(&scope);
	s = recurnet_statement("UPDATE recurnet.job SET state = 'running', started_at = clock_timestamp(), pid = $2"
						   " WHERE job_id = (SELECT job_id FROM recurnet.job WHERE job_id = $1 AND state = 'waiting' AND server = $3"
						   " FOR UPDATE SKIP LOCKED) RETURNING kind, model_id, model, request");
	recurnet_parameter_int8(&s, job->id);
	recurnet_parameter(&s, INT4OID, Int32GetDatum(MyProcPid));
	recurnet_parameter_text(&s, server_life());
	waited = recurnet_statement_run(&s, SPI_OK_UPDATE_RETURNING) > 0;
	if (waited)
	{
		job->background = true;
		job->kind = recurnet_result_text(&scope, 0, 1);
		job->model_id = recurnet_result_int8(0, 2, NULL);
		job->model = recurnet_result_text(&scope, 0, 3);
		job->request = (Jsonb *) recurnet_result_varlena(&scope, 0, 4);
	}
	recurnet_statement_close(&scope);
	return waited;
}

/* Background jobs that say they run, and do. */
static int
count_running(void)
{
	RecurnetStatement s = recurnet_statement("SELECT job_id FROM recurnet.job WHERE background AND state = 'running'");
	int			n = (int) recurnet_statement_run(&s, SPI_OK_SELECT);
	int			running = 0;

	for (int i = 0; i < n; i++)
		running += recurnet_lock_is_held(RECURNET_LOCK_JOB, recurnet_result_int8(i, 1, NULL));
	return running;
}

bool
recurnet_job_log_busy(void)
{
	RecurnetScope scope;
	bool		busy;

	recurnet_statement_open(&scope);
	busy = count_running() > 0;
	recurnet_statement_close(&scope);
	return busy;
}

int
recurnet_job_log_next(int most_per_role, int64 *id, Oid *role)
{
	RecurnetScope scope;
	RecurnetStatement s;
	int			running;

	recurnet_statement_open(&scope);
	running = count_running();
	s = recurnet_statement("WITH running AS MATERIALIZED (SELECT model_id, role_oid FROM recurnet.job"
						   " WHERE state = 'running' AND background AND NOT recurnet.job_is_lost(job_id, state, server))"
						   " SELECT job_id, w.role_oid::bigint FROM recurnet.job w"
						   " LEFT JOIN (SELECT role_oid, count(*) AS n FROM running GROUP BY role_oid) r ON r.role_oid = w.role_oid"
						   " WHERE state = 'waiting' AND server = $1 AND coalesce(n, 0) < $2"
						   " AND NOT EXISTS (SELECT FROM running WHERE running.model_id = w.model_id)"
						   " ORDER BY coalesce(n, 0), job_id LIMIT 1 FOR UPDATE OF w SKIP LOCKED");
	recurnet_parameter_text(&s, server_life());
	recurnet_parameter_int8(&s, most_per_role);
	*id = 0;
	*role = InvalidOid;
	if (recurnet_statement_run(&s, SPI_OK_SELECT) > 0)
	{
		Oid			asked = (Oid) recurnet_result_int8(0, 2, NULL);

		*id = recurnet_result_int8(0, 1, NULL);
		if (SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(asked)))
			*role = asked;
	}
	recurnet_statement_close(&scope);
	return running;
}

bool
recurnet_job_log_waits(int64 id)
{
	RecurnetScope scope;
	RecurnetStatement s;
	bool		waits;

	recurnet_statement_open(&scope);
	s = recurnet_statement("SELECT FROM recurnet.job WHERE job_id = $1 AND state = 'waiting'");
	recurnet_parameter_int8(&s, id);
	waits = recurnet_statement_run(&s, SPI_OK_SELECT) > 0;
	recurnet_statement_close(&scope);
	return waits;
}

void
recurnet_job_log_refuse(int64 id)
{
	RecurnetScope scope;
	RecurnetStatement s;

	recurnet_statement_open(&scope);
	s = recurnet_statement("UPDATE recurnet.job SET state = 'failed', ended_at = clock_timestamp(), sqlstate = '58000',"
						   " error = 'its background worker could not start',"
						   " hint = 'The server log says why. The role must be there, and must have the LOGIN attribute.'"
						   " WHERE job_id = (SELECT job_id FROM recurnet.job WHERE job_id = $1 AND state = 'waiting'"
						   " FOR UPDATE SKIP LOCKED)");
	recurnet_parameter_int8(&s, id);
	recurnet_statement_run(&s, SPI_OK_UPDATE);
	recurnet_statement_close(&scope);
}

/* May user cancel jobs of that role?  As pg_cancel_backend has it. */
static bool
may_cancel(Oid user, Oid role)
{
	if (superuser_arg(user))
		return true;
	return !superuser_arg(role) &&
		(has_privs_of_role(user, role) || has_privs_of_role(user, ROLE_PG_SIGNAL_BACKEND));
}

static void
check_may_cancel(const RecurnetScope *scope, int64 id)
{
	RecurnetStatement s = recurnet_statement("SELECT role_oid::bigint FROM recurnet.job WHERE job_id = $1");

	recurnet_parameter_int8(&s, id);
	if (recurnet_statement_run(&s, SPI_OK_SELECT) == 0 ||
		!may_cancel(scope->user, (Oid) recurnet_result_int8(0, 1, NULL)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("job " INT64_FORMAT " does not exist, or is not yours to cancel", id),
				 errhint("The view rn_jobs lists your jobs.")));
}

/* The process that runs a job, or 0. */
static int
process_of(int64 id)
{
	RecurnetStatement s = recurnet_statement("SELECT pid::bigint FROM recurnet.job WHERE job_id = $1 AND state = 'running'");

	s.latest = true;
	recurnet_parameter_int8(&s, id);
	if (recurnet_statement_run(&s, SPI_OK_SELECT) == 0 || !recurnet_lock_is_held(RECURNET_LOCK_JOB, id))
		return 0;
	return (int) recurnet_result_int8(0, 1, NULL);
}

bool
recurnet_job_log_cancel(int64 id)
{
	RecurnetScope scope;
	RecurnetStatement s;
	bool		waited;
	int			pid = 0;

	PreventCommandIfReadOnly("rn_cancel()");
	recurnet_statement_open(&scope);
	check_may_cancel(&scope, id);
	recurnet_worker_cancel();
	s = recurnet_statement("UPDATE recurnet.job SET state = 'cancelled', ended_at = clock_timestamp()"
						   " WHERE job_id = $1 AND state = 'waiting' AND server = $2");
	recurnet_parameter_int8(&s, id);
	recurnet_parameter_text(&s, server_life());
	waited = recurnet_statement_run(&s, SPI_OK_UPDATE) > 0;
	if (!waited)
		pid = process_of(id);
	recurnet_statement_close(&scope);
	return waited || (pid != 0 && kill(pid, SIGINT) == 0);
}

/* ---- how they end ---- */

/* $3 to $6: the model, its version, whether that is promoted, rows. */
static void
version_parameters(RecurnetStatement *s, const RecurnetVersion *version, bool stored)
{
	if (version == NULL)
	{
		recurnet_parameter_null(s, INT8OID);
		recurnet_parameter_null(s, INT4OID);
		recurnet_parameter_null(s, BOOLOID);
		recurnet_parameter_null(s, INT8OID);
		return;
	}
	recurnet_parameter_int8(s, version->model_id);
	recurnet_parameter(s, INT4OID, Int32GetDatum(version->version));
	if (stored)
		recurnet_parameter(s, BOOLOID, BoolGetDatum(!version->kept_back));
	else
		recurnet_parameter_null(s, BOOLOID);
	recurnet_parameter_int8(s, version->rows);
}

void
recurnet_job_log_end(int64 id, const char *state, const RecurnetVersion *version, const ErrorData *error)
{
	RecurnetScope scope;
	RecurnetStatement s;

	recurnet_statement_open(&scope);
	s = recurnet_statement("UPDATE recurnet.job SET state = $2, ended_at = clock_timestamp(), pid = NULL,"
						   " model_id = coalesce($3, model_id), version = $4, promoted = $5, rows = $6,"
						   " sqlstate = $7, error = $8, detail = $9, hint = $10"
						   " WHERE job_id = $1 AND state = 'running' AND pid = $11");
	recurnet_parameter_int8(&s, id);
	recurnet_parameter_text(&s, state);
	version_parameters(&s, version, strcmp(state, "done") == 0);
	recurnet_parameter_text(&s, error != NULL ? unpack_sql_state(error->sqlerrcode) : NULL);
	recurnet_parameter_text(&s, error != NULL ? error->message : NULL);
	recurnet_parameter_text(&s, error != NULL ? error->detail : NULL);
	recurnet_parameter_text(&s, error != NULL ? error->hint : NULL);
	recurnet_parameter(&s, INT4OID, Int32GetDatum(MyProcPid));
	if (recurnet_statement_run(&s, SPI_OK_UPDATE) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("job " INT64_FORMAT " is none of those in rn_jobs any more", id),
				 errdetail("The extension was dropped, and created anew, while it ran.")));
	recurnet_statement_close(&scope);
}

/* What the row says at this moment, whatever the caller's snapshot shows. */
static bool
still_runs(int64 id)
{
	RecurnetScope scope;
	RecurnetStatement s;
	bool		runs;

	recurnet_statement_open(&scope);
	s = recurnet_statement("SELECT FROM recurnet.job WHERE job_id = $1 AND state = 'running'");
	s.latest = true;
	recurnet_parameter_int8(&s, id);
	runs = recurnet_statement_run(&s, SPI_OK_SELECT) > 0;
	recurnet_statement_close(&scope);
	return runs;
}

bool
recurnet_job_log_is_lost(int64 id, const char *state, const char *server)
{
	if (RecoveryInProgress())	/* processes and lives are those of another server */
		return false;
	if (strcmp(state, "waiting") == 0)
		return strcmp(server, server_life()) != 0;
	return strcmp(state, "running") == 0 && !recurnet_lock_is_held(RECURNET_LOCK_JOB, id) && still_runs(id);
}

int64
recurnet_job_log_prune(const Interval *older_than)
{
	RecurnetScope scope;
	RecurnetStatement s;
	int64		dropped;

	PreventCommandIfReadOnly("rn_prune_jobs()");
	recurnet_statement_open(&scope);
	s = recurnet_statement("DELETE FROM recurnet.job"
						   " WHERE coalesce(ended_at, started_at, queued_at) < now() - $1"
						   " AND (state NOT IN ('waiting', 'running') OR recurnet.job_is_lost(job_id, state, server))"
						   " AND pg_has_role($2, role_oid, 'USAGE')");
	recurnet_parameter(&s, INTERVALOID, IntervalPGetDatum(older_than));
	recurnet_parameter(&s, OIDOID, ObjectIdGetDatum(scope.user));
	dropped = (int64) recurnet_statement_run(&s, SPI_OK_DELETE);
	recurnet_statement_close(&scope);
	return dropped;
}
