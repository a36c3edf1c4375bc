/*
 * worker.c
 *		The processes of background jobs.
 *
 * A worker runs one job, as the role that asked for it, and ends.  It is started by
 * whoever starts waiting jobs: a short-lived worker when a new job is committed, the
 * worker of a job that has ended, or one on behalf of a worker that was killed.  One of
 * these is at work at a time, and waits until the worker that it starts has taken its job; so
 * the jobs that hold their locks are all there are, and no more run than
 * recurnet.max_workers.
 *
 * What waits must not wait for ever: whoever was to start it and ends before hands
 * that on, and so does a transaction for which jobs were passed over.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/pmsignal.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

#include "guc.h"
#include "job.h"
#include "job_lock.h"
#include "job_log.h"
#include "worker.h"

/*
 * Between two looks at a worker that is starting; between two tries to start one, of a
 * process that does it for as long as it takes at most; and how long a user waits for that.
 */
#define LOOK_MS		20
#define RETRY_MS	100
#define LONGEST_MS	10000
#define PATIENCE_MS	5000

/*
 * How long the postmaster waits until it begins a process again; how many may fail in a row to start jobs, or to take one;
 * how long one that could not connect waits for a place for the next.
 */
#define AGAIN_S		1
#define MOST_FAILURES	3
#define LEAVE_MS	2000

/* Keys of RECURNET_LOCK_QUEUE: the turn to start jobs, and the place of the one whose turn is next. */
#define TURN		0
#define NEXT		1

/* What a worker is started for. */
typedef struct Errand
{
	Oid			database;
	Oid			role;			/* invalid: the superuser of the cluster, who runs no query of users */
	TransactionId after;		/* of the transaction to wait for, or invalid */
	int64		job;			/* to run; 0: start waiting jobs */
	int			failures;		/* processes in a row, before this one, that have failed */
	uint32		memory;			/* of the server when it was started */
} Errand;

StaticAssertDecl(sizeof(Errand) <= BGW_EXTRALEN, "an errand must fit into what a worker is given");

extern PGDLLEXPORT void recurnet_worker_main(Datum argument);

static Errand errand;			/* of this process */
static bool unfinished = false; /* it is to start jobs, and nobody else may know of them */
static bool connected = false;	/* to the database, as the role */
static volatile sig_atomic_t terminated = false;	/* somebody wants it to end */

/* Start a process; false if there is none to be had. */
static bool
start_worker(Errand *what, BackgroundWorkerHandle **handle)
{
	BackgroundWorker worker = {
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = AGAIN_S,	/* if leave_room says so */
		.bgw_notify_pid = handle != NULL ? MyProcPid : 0
	};

	strlcpy(worker.bgw_library_name, "$libdir/recurnet", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "recurnet_worker_main", BGW_MAXLEN);
	strlcpy(worker.bgw_type, what->job != 0 ? "recurnet job" : "recurnet queue", BGW_MAXLEN);
	if (what->job != 0)
		snprintf(worker.bgw_name, BGW_MAXLEN, "recurnet job " INT64_FORMAT, what->job);
	else
		strlcpy(worker.bgw_name, "recurnet queue", BGW_MAXLEN);
	what->memory = recurnet_job_log_memory();
	memcpy(worker.bgw_extra, what, sizeof(*what));
	return RegisterDynamicBackgroundWorker(&worker, handle);
}

/* Sleep, or until something happens to a worker. */
static void
rest(long ms)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* ---- asking for it ---- */

static bool queued = false;		/* this transaction, or a part of it that was rolled back, has jobs */
static bool busy = false;		/* when it asked for them, others ran: they start the next ones as they end */
static bool started = false;	/* a worker to start its jobs is */
static bool cancels = false;	/* it cancels jobs: as long as it is open, the queue passes over those that wait */
static bool part_cancels = false;	/* a part of it does, which may be rolled back alone */
static bool owed = false;		/* a transaction that is over could not have jobs started */

/* Those that start jobs end soon, so that their places are soon free; those that run them do not. */
static void
start_queue(void)
{
	Errand		what = {.database = MyDatabaseId,.after = GetTopTransactionIdIfAny()};

	started = start_worker(&what, NULL);
	for (int waited = 0; !started && !busy; waited += RETRY_MS)
	{
		if (waited >= PATIENCE_MS)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
					 errmsg("there is no background worker to start the job"),
					 errhint("Try again later, or raise max_worker_processes.")));
		rest(RETRY_MS);
		started = start_worker(&what, NULL);
	}
}

/* The transaction is over, and others see it; nothing may be an ERROR now.  If need be, the next one tries again. */
static void
leave_transaction(bool start)
{
	Errand		what = {.database = MyDatabaseId};

	owed = (start || owed) && !start_worker(&what, NULL);
	queued = busy = started = cancels = part_cancels = false;
}

/*
 * The worker is started when all but the commit itself is done: it has hardly to wait
 * for that, and an error is one of the transaction still.
 */
static void
on_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (queued)
				start_queue();
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (queued || cancels)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot PREPARE a transaction that has asked for background jobs or cancelled any")));
			break;
		case XACT_EVENT_COMMIT:	/* those that were to start its jobs may have ended before they saw them */
			leave_transaction((queued && !started) || part_cancels);
			break;
		case XACT_EVENT_ABORT:
			leave_transaction(cancels);
			break;
		default:
			break;
	}
}

static void
watch_transaction(void)
{
	static bool registered = false;

	if (!registered)
		RegisterXactCallback(on_transaction, NULL);
	registered = true;
}

void
recurnet_worker_queue(void)
{
	watch_transaction();
	queued = true;
	busy = recurnet_job_log_busy();
}

void
recurnet_worker_cancel(void)
{
	watch_transaction();
	cancels = true;
	part_cancels |= IsSubTransaction();
}

/* ---- starting jobs ---- */

/* Is there still a log?  DROP EXTENSION waits for no job. */
static bool
have_log(void)
{
	return OidIsValid(get_extension_oid("recurnet", true));
}

/* Does the job still wait? */
static bool
waits(int64 job)
{
	return have_log() && recurnet_job_log_waits(job);
}

static void
begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
end(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

/*
 * Wait until the job is off the queue, by whomever; false if its worker ends before, as one
 * that cannot connect does, and one that came while somebody was about to cancel the job.
 */
static bool
await_taken(BackgroundWorkerHandle *handle, int64 job)
{
	for (;;)
	{
		pid_t		pid;
		bool		stopped = GetBackgroundWorkerPid(handle, &pid) == BGWH_STOPPED;
		bool		waiting;

		begin();
		waiting = waits(job);
		end();
		if (!waiting || stopped)
			return !waiting;
		rest(LOOK_MS);
	}
}

/* Start a job; false if there is no process to be had.  One that some processes have not taken will not be by others. */
static bool
start_job(Errand *what)
{
	static int64 job = 0;
	static int	failures = 0;
	BackgroundWorkerHandle *handle;

	if (!start_worker(what, &handle))
		return false;
	failures = what->job == job ? failures : 0;
	job = what->job;
	if (!await_taken(handle, job) && ++failures >= MOST_FAILURES)
	{
		begin();
		if (have_log())
			recurnet_job_log_refuse(job);
		end();
	}
	pfree(handle);
	return true;
}

/* Say once that a job waits for something else than other jobs. */
static void
log_no_worker(int64 job)
{
	static bool said = false;

	if (!said)
		ereport(LOG,
				(errmsg("recurnet job " INT64_FORMAT " waits for a background worker", job),
				 errhint("Raise max_worker_processes.")));
	said = true;
}

/* Does another process wait for the turn? */
static bool
is_waited_for(void)
{
	bool		waited_for;

	StartTransactionCommand();
	waited_for = recurnet_lock_is_held(RECURNET_LOCK_QUEUE, NEXT);
	CommitTransactionCommand();
	return waited_for;
}

/* Start the job whose turn it is; false if there is none, or no room. */
static bool
start_next(void)
{
	static long delay = RETRY_MS;
	Errand		what = {.database = MyDatabaseId,.failures = errand.failures};
	int			running = 0;

	begin();
	if (have_log())
		running = recurnet_job_log_next(recurnet_guc_max_workers_per_role(), &what.job, &what.role);
	if (what.job != 0 && !OidIsValid(what.role))
		recurnet_job_log_refuse(what.job);
	end();
	if (what.job == 0 || running >= recurnet_guc_max_workers())
		return false;
	if (!OidIsValid(what.role))
		return true;
	if (start_job(&what))
	{
		delay = RETRY_MS;
		return true;
	}
	if (running > 0)			/* the one that ends starts it */
		return false;
	if (is_waited_for())		/* in the place that is wanted, perhaps */
		return false;
	log_no_worker(what.job);
	rest(delay);
	delay = Min(2 * delay, LONGEST_MS);
	return true;
}

/* Wait for the turn; false if another process waits, which will find what this one would. */
static bool
take_turn(void)
{
	bool		next;

	StartTransactionCommand();
	next = recurnet_lock_try(RECURNET_LOCK_QUEUE, NEXT);
	if (next)
	{
		recurnet_lock_take(RECURNET_LOCK_QUEUE, TURN);
		recurnet_lock_release(RECURNET_LOCK_QUEUE, NEXT);
	}
	CommitTransactionCommand();
	return next;
}

/* Start what waits and has room. */
static void
start_waiting(void)
{
	pgstat_report_activity(STATE_RUNNING, "recurnet: starting jobs");
	if (!take_turn())
		return;
	if (ConfigReloadPending)
		ProcessConfigFile(PGC_SIGHUP);
	while (start_next())
		;
	recurnet_lock_release(RECURNET_LOCK_QUEUE, TURN);
}

/* ---- running one ---- */

/*
 * Take the job off the queue; false if it does not wait any more, as in a process that is
 * begun again, or if somebody is about to cancel it: then the one that started this process
 * goes on, and waits for its end.
 */
static bool
take_job(RecurnetJob *job)
{
	bool		taken = false;

	PushActiveSnapshot(GetTransactionSnapshot());
	if (waits(job->id))
	{
		recurnet_lock_take(RECURNET_LOCK_JOB, job->id);
		taken = have_log() && recurnet_job_log_start(job);
	}
	unfinished = taken || !waits(job->id);
	errand.failures = taken ? 0 : errand.failures;
	PopActiveSnapshot();
	SPI_commit();
	return taken;
}

/* Tell the server log why a job is not done. */
static void
log_error(int64 id, const ErrorData *error)
{
	bool		cancelled = error->sqlerrcode == ERRCODE_QUERY_CANCELED;

	ereport(LOG,
			(errcode(error->sqlerrcode),
			 errmsg("recurnet job " INT64_FORMAT " %s: %s", id, cancelled ? "was cancelled" : "failed", error->message),
			 error->detail != NULL ? errdetail_internal("%s", error->detail) : 0,
			 error->hint != NULL ? errhint("%s", error->hint) : 0));
}

static void
run_job(int64 id)
{
	RecurnetJob job = {.id = id};
	ErrorData  *error = NULL;

	PortalContext = AllocSetContextCreate(TopMemoryContext, "recurnet job", ALLOCSET_DEFAULT_SIZES);
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	if (take_job(&job))
	{
		pgstat_report_activity(STATE_RUNNING, psprintf("recurnet job " INT64_FORMAT ": %s %s", id, job.kind,
													   job.model != NULL ? job.model : ""));
		error = recurnet_job_run(&job);
	}
	if (error != NULL)
		log_error(id, error);
	recurnet_lock_release(RECURNET_LOCK_JOB, id);
	SPI_finish();
	CommitTransactionCommand();
}

/*
 * Leave the starting of jobs to another process; false if all places are taken.  One that
 * could not connect will hardly be able to later, so that it is no use to begin it again
 * in its own place: it waits for another one.
 */
static bool
hand_on(void)
{
	Errand		what = {.database = errand.database,.after = errand.after,.failures = errand.failures + !terminated};

	if (what.failures >= MOST_FAILURES || start_worker(&what, NULL))
		return true;
	if (connected || terminated)
		return false;
	for (int waited = 0; waited < LEAVE_MS && PostmasterIsAlive() && !terminated; waited += RETRY_MS)
	{
		pg_usleep(RETRY_MS * 1000L);
		if (start_worker(&what, NULL))
			break;
	}
	return true;
}

/*
 * Where a worker ends, after its transaction has.  One that was killed in the middle of
 * its job, or of starting others, leaves that to another one.  If all places are taken it keeps
 * its own: the postmaster begins what has ended with 1 again there, and forgets what has
 * ended with 0.  Neither starts anything while the server shuts down.
 */
static void
leave_room(int code, Datum argument)
{
	recurnet_lock_release_all();
	if (unfinished && !hand_on())
		return;
	if (code != 0)
		proc_exit(0);			/* goes on with what is left to do at an exit */
}

void
recurnet_worker_heed_no_cancel(void)
{
	pqsignal(SIGINT, SIG_IGN);
	QueryCancelPending = false;
}

static void
terminate(SIGNAL_ARGS)
{
	terminated = true;
	die(postgres_signal_arg);	/* nothing may end a process in the middle of a product */
}

/*
 * What a role, a database or the server has set for its sessions must neither end a worker nor keep
 * it from its log, nor make it another role.
 */
static void
override_settings(void)
{
	static const char *const setting[][2] = {
		{"statement_timeout", "0"}, {"lock_timeout", "0"}, {"idle_in_transaction_session_timeout", "0"},
		{RECURNET_TRANSACTION_TIMEOUT, "0"}, {"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"}, {"default_transaction_deferrable", "off"},
		{"role", "none"}
	};

	for (int i = 0; i < (int) lengthof(setting); i++)
		if (setting[i][0] != NULL)
			SetConfigOption(setting[i][0], setting[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

/* A job is done as the role that asked for it, or not at all. */
static void
check_asker(void)
{
	if (errand.job != 0 && GetUserId() != errand.role)
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("recurnet job " INT64_FORMAT " would run as role \"%s\", which has not asked for it",
						errand.job, GetUserNameFromId(GetUserId(), true))));
}

/* Where a worker begins. */
void
recurnet_worker_main(Datum argument)
{
	memcpy(&errand, MyBgworkerEntry->bgw_extra, sizeof(errand));
	if (errand.memory != recurnet_job_log_memory())	/* the postmaster begins it again after a crash, whoever's that was */
		return;
	unfinished = true;			/* of one that runs a job, too, until it knows better: it may have been begun again */
	before_shmem_exit(leave_room, (Datum) 0);	/* before what ends transactions, so called after it */
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, terminate);
	if (errand.job == 0)
		recurnet_worker_heed_no_cancel();
	BackgroundWorkerUnblockSignals();
	override_settings();
	BackgroundWorkerInitializeConnectionByOid(errand.database, errand.role, 0);
	connected = true;
	StartTransactionCommand();
	check_asker();
	if (TransactionIdIsValid(errand.after))
		XactLockTableWait(errand.after, NULL, NULL, XLTW_None);
	CommitTransactionCommand();
	if (errand.job != 0)
		run_job(errand.job);
	recurnet_worker_heed_no_cancel();
	if (unfinished)
		start_waiting();
	unfinished = false;
}
