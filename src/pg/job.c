/*
 * job.c
 *		A training run: read the rows of a query, fit a model, store it.
 *
 * What can be refused early is refused before anything is read.  Everything
 * the run allocates hangs in one memory context, a child of the caller's, so
 * that an error takes it along.
 *
 * A run does all of that in its caller's transaction, or each in one of its own:
 * the training, which may take hours, then keeps no snapshot.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "cache.h"
#include "fit.h"
#include "host.h"
#include "job.h"
#include "job_lock.h"
#include "job_request.h"
#include "owner.h"
#include "panel_check.h"
#include "progress.h"
#include "promote.h"
#include "step.h"
#include "worker.h"

/* How many cancels more do not keep a run that was cancelled from being logged. */
#define MORE_CANCELS	2

/* One run, from its request to the version that is stored. */
typedef struct Run
{
	RecurnetHost host;
	RecurnetSource source;
	const RecurnetVersion *old; /* version that is trained again, or NULL */
	const RnModel *rival;		/* its model, if the new one is to be no worse; or NULL */
	RecurnetFit fit;
	bytea	   *data_hash;		/* of rows and options */
	bool		only_new;		/* nothing is done if a version had the same hash */
	bool		skipped;		/* nothing was done, as version was trained on the same */
	TimestampTz started;
	RecurnetVersion version;

	RecurnetJob *job;			/* of runs in steps */
} Run;

/* Raise what the core says of a series of the rows. */
static void
check(Run *run, RnCode code)
{
	recurnet_panel_check(&run->host, &run->fit.rows.panel, code);
}

/* Weights that know days are no start for learning months. */
static void
check_same_step(const Run *run)
{
	const RnCalendar *now = &run->fit.rows.panel.calendar;
	const RnCalendar *then = &run->fit.warm->calendar;
	char		step[RN_TIME_TEXT];

	if (rn_calendar_same_step(now, then))
		return;
	rn_calendar_describe(now, step, sizeof(step));
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("query returns rows in steps of %s, but the model was trained on steps of %s",
					step, run->old->step),
			 errhint("Train it anew: mode => 'cold'.")));
}

/* The request as it came: cell and options, for a later cold retraining. */
static Jsonb *
request_json(const char *cell, const Jsonb *options)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"cell\": \"%s\", \"options\": %s}", cell,
					 options != NULL
					 ? JsonbToCString(NULL, (JsonbContainer *) &options->root, VARSIZE(options))
					 : "{}");
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
}

/* The first and the last time that was trained on, of all series. */
static void
find_range(Run *run)
{
	const RnPanel *panel = &run->fit.rows.panel;

	run->version.from = PG_INT64_MAX;
	run->version.to = PG_INT64_MIN;
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];
		int64		last;

		if (series->n == 0)
			continue;
		recurnet_host_check(&run->host,
							rn_panel_time(&run->host.core, panel, series,
										  rn_recipe_rows(&run->fit.plan.spec, series) - 1, &last));
		run->version.from = Min(run->version.from, series->start);
		run->version.to = Max(run->version.to, last);
	}
}

/* Fill in what is known only now, and store. */
static void
run_store(Run *run)
{
	RecurnetVersion *version = &run->version;
	const RnFitLog *log = &run->fit.report.log;
	char		step[RN_TIME_TEXT];

	recurnet_progress_phase(&run->host, RECURNET_PHASE_STORING);
	check(run, rn_poll(&run->host.core));	/* what is to end, or whose server has, stores nothing any more */
	rn_calendar_describe(&run->fit.rows.panel.calendar, step, sizeof(step));
	version->cell = pstrdup(recurnet_options_cell(&run->fit.plan.spec));
	version->query = pstrdup(run->source.query);
	version->options = recurnet_options_effective(&run->fit.plan.spec, run->fit.options.holidays);
	version->time_column = run->fit.rows.time;
	version->target_column = run->fit.rows.target;
	version->time_type = run->fit.rows.time_type;
	version->time_zone = run->fit.rows.time_zone != NULL ? pstrdup(run->fit.rows.time_zone) : NULL;
	version->step = pstrdup(step);
	version->rows = (int64) run->fit.plan.rows;
	version->series = (int64) run->fit.plan.series;
	find_range(run);
	version->weights = recurnet_fit_encode(&run->fit);
	version->data_hash = run->data_hash;
	version->epochs = log->epochs;
	version->losses = log->loss;
	version->val_losses = log->epochs > 0 && !isnan(log->val_loss[0]) ? log->val_loss : NULL;
	version->metrics = recurnet_fit_metrics(&run->fit);
	version->series_log = recurnet_fit_series_log(&run->fit);
	version->usecs = GetCurrentTimestamp() - run->started;
	recurnet_catalog_store(version);
	recurnet_promote_notice(&run->fit.holdout, version);
	recurnet_fit_notice_cut(&run->fit);
	recurnet_fit_warn_skipped(&run->fit);
	recurnet_fit_warn_few(&run->fit);
	recurnet_fit_warn_worse(&run->fit);
}

/* Was a version of the model trained on the same rows with the same options? */
static bool
nothing_new(Run *run)
{
	int			version = recurnet_catalog_trained_on(run->version.model_id, run->data_hash);

	if (version == 0)
		return false;
	ereport(NOTICE,
			(errmsg("model " INT64_FORMAT " is not trained again: version %d was trained on the same rows and options",
					run->version.model_id, version)));
	run->version.version = version;
	run->version.rows = (int64) run->fit.plan.rows;
	return true;
}

/*
 * Read and plan.  run holds options, source, and of version what the request
 * says; all memory comes from the current context.
 */
static void
run_read(Run *run)
{
	run->started = GetCurrentTimestamp();
	recurnet_request_read(&run->source, run->old, &run->fit);
	check(run, recurnet_fit_plan(&run->fit));
	run->data_hash = recurnet_fit_hash(&run->fit, run->source.query);
	run->skipped = run->only_new && nothing_new(run);
	if (run->fit.warm != NULL && !run->skipped)
		check_same_step(run);
}

/* Reads no table: what it needs has been read. */
static void
run_train(Run *run)
{
	check(run, recurnet_fit_train(&run->fit));
	if (run->rival == NULL)
		return;
	recurnet_progress_phase(&run->host, RECURNET_PHASE_COMPARING);
	run->version.kept_back = !recurnet_promote_no_worse(&run->fit, run->old, run->rival);
}

/* A run may take minutes: what cannot end well does not begin. */
static void
check_can_store(const char *command)
{
	PreventCommandIfReadOnly(command);
	PreventCommandIfParallelMode(command);
	PreventCommandDuringRecovery(command);
}

/* Make the run's memory context, and the run in it. */
static Run *
run_create(MemoryContext *caller)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet training",
												  ALLOCSET_DEFAULT_SIZES);
	Run		   *run;

	*caller = MemoryContextSwitchTo(context);
	run = palloc0(sizeof(Run));
	recurnet_host_init(&run->host, context);
	run->fit.host = &run->host;
	run->fit.parallel = true;
	return run;
}

static void
run_delete(Run *run, MemoryContext caller)
{
	MemoryContext context = run->host.context;

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* What a new model is asked for. */
static void
request_new(Run *run, const RecurnetTraining *training)
{
	recurnet_request_new(training, &run->source, &run->fit);
	if (training->name != NULL)
		recurnet_catalog_check_name(training->name);
	run->version.series_columns = training->series != NULL ? pstrdup(training->series) : NULL;
	run->version.covariates = training->covariates != NULL ? pstrdup(training->covariates) : NULL;
	run->version.name = training->name != NULL ? pstrdup(training->name) : NULL;
	run->version.request = request_json(training->cell, training->options);
	recurnet_owner_note_session(&run->version);
}

/* given: a network to be taken as it is, or NULL. */
static int64
train(const RecurnetTraining *training, const RnModel *given)
{
	MemoryContext caller;
	Run		   *run = run_create(&caller);
	int64		model_id;

	request_new(run, training);
	run->fit.given = given;
	recurnet_progress_begin(&run->host, RECURNET_COMMAND_TRAIN, 0);
	run_read(run);
	run_train(run);
	run_store(run);
	model_id = run->version.model_id;
	run_delete(run, caller);
	return model_id;
}

int64
recurnet_job_train(const RecurnetTraining *training)
{
	check_can_store("rn_train()");
	return train(training, NULL);
}

int64
recurnet_job_import(const RecurnetTraining *training, const RnModel *model)
{
	return train(training, model);
}

/* ---- in steps ---- */

/* Does the caller let us commit?  A transaction block, a function or an exception block does not. */
static void
check_can_commit(bool atomic)
{
	if (!atomic && !IsSubTransaction())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
			 errmsg("rn_retrain() cannot run inside a transaction block"),
			 errdetail("It commits, so that the training keeps no snapshot and its outcome is logged; functions, procedures with SET or SECURITY DEFINER, and several statements in one do not allow that."),
			 errhint("CALL it as a statement of its own, or use rn_retrain_async().")));
}

/* What a model that is trained again is asked for: as it is now, whatever it was when the job began. */
static void
request_again(Run *run, const RecurnetRetraining *retraining)
{
	RecurnetVersion *old = recurnet_catalog_load((RecurnetModelKey) {.id = run->job->model_id}, RECURNET_MAY_MANAGE);

	recurnet_request_again(old, retraining->warm, &run->source, &run->fit);
	run->only_new = retraining->only_new;
	if (retraining->promote == RECURNET_PROMOTE_IF_BETTER)
	{
		run->rival = recurnet_cache_model(&run->host, old);
		run->version.beside = old->version;
	}
	run->version.kept_back = retraining->promote == RECURNET_PROMOTE_NEVER;
	run->version.series_columns = old->series_columns;
	run->version.covariates = old->covariates;
	run->old = old;
	run->version.model_id = old->model_id;
	run->version.name = old->name;
	run->version.request = old->request;
	run->version.search_path = old->search_path;
	run->version.session_time_zone = old->session_time_zone;
	run->version.date_style = old->date_style;
}

/* What the job's row asks for. */
static void
request_of_job(Run *run)
{
	const Jsonb *request = run->job->request;

	if (run->job->background)
		recurnet_job_request_apply(request);
	if (strcmp(run->job->kind, "train") == 0)
	{
		RecurnetTraining training = recurnet_job_request_training(request);

		request_new(run, &training);
	}
	else
	{
		RecurnetRetraining retraining = recurnet_job_request_retraining(request);

		request_again(run, &retraining);
	}
}

/* What a step works on, and where its memory comes from. */
static Run *
enter(void *work)
{
	Run		   *run = work;

	MemoryContextSwitchTo(run->host.context);
	return run;
}

static void
step_lock(void *work)
{
	Run		   *run = enter(work);

	if (run->job->model_id != 0)
		recurnet_lock_take(RECURNET_LOCK_MODEL, run->job->model_id);
}

static void
step_read(void *work)
{
	Run		   *run = enter(work);
	bool		again = strcmp(run->job->kind, "retrain") == 0;

	recurnet_progress_begin(&run->host, again ? RECURNET_COMMAND_RETRAIN : RECURNET_COMMAND_TRAIN, run->job->model_id);
	recurnet_progress_job(run->job->id);
	request_of_job(run);
	run_read(run);
	if (run->skipped)
		recurnet_job_log_end(run->job->id, "skipped", &run->version, NULL);
}

static void
step_train(void *work)
{
	run_train(enter(work));
}

static void
step_store(void *work)
{
	Run		   *run = enter(work);

	run_store(run);
	recurnet_job_log_end(run->job->id, "done", &run->version, NULL);
}

/* All steps of a run; returns what went wrong, or NULL. */
static ErrorData *
run_steps(Run *run)
{
	ErrorData  *error = recurnet_step(step_lock, run, false);

	if (error == NULL)
		error = recurnet_step(step_read, run, true);
	if (error == NULL && !run->skipped)
		error = recurnet_step(step_train, run, false);
	if (error == NULL && !run->skipped)
		error = recurnet_step(step_store, run, true);
	return error;
}

/* What a job failed of. */
typedef struct Failure
{
	int64		job;
	const ErrorData *error;
} Failure;

static void
step_fail(void *work)
{
	const Failure *failure = work;
	bool		cancelled = failure->error->sqlerrcode == ERRCODE_QUERY_CANCELED;

	recurnet_job_log_end(failure->job, cancelled ? "cancelled" : "failed", NULL, failure->error);
}

/*
 * Log it, or say that the log has none of it: its row says then that it runs, without a process.
 * One cancel more is likely to be meant for what is over; a session that waits for a lock gives
 * in after some.
 */
static void
log_failure(Failure *failure)
{
	ErrorData  *unlogged = recurnet_step(step_fail, failure, true);

	for (int more = 0; more < MORE_CANCELS && unlogged != NULL && unlogged->sqlerrcode == ERRCODE_QUERY_CANCELED; more++)
		unlogged = recurnet_step(step_fail, failure, true);
	if (unlogged != NULL)
		ereport(WARNING,
				(errcode(unlogged->sqlerrcode),
				 errmsg("the outcome of job " INT64_FORMAT " could not be logged: %s", failure->job, unlogged->message),
				 errdetail("It ended with: %s.", failure->error->message)));
}

ErrorData *
recurnet_job_run(RecurnetJob *job)
{
	MemoryContext caller;
	Run		   *run = run_create(&caller);
	ErrorData  *error;

	run->job = job;
	MemoryContextSwitchTo(caller);
	error = run_steps(run);
	if (job->background)
		recurnet_worker_heed_no_cancel();
	if (error != NULL)
		log_failure(&(Failure) {.job = job->id,.error = error});
	run_delete(run, caller);
	if (job->model_id != 0)
		recurnet_lock_release(RECURNET_LOCK_MODEL, job->model_id);
	return error;
}

/* A retraining of a model that there is and that the caller may train again. */
static RecurnetJob
retraining_job(RecurnetModelKey key, const RecurnetRetraining *retraining)
{
	RecurnetVersion *old = recurnet_catalog_load(key, RECURNET_MAY_MANAGE);

	return (RecurnetJob)
	{
		.kind = "retrain",.model_id = old->model_id,.model = old->name,
			.request = recurnet_job_request_retrain(retraining)
	};
}

void
recurnet_job_retrain(RecurnetModelKey key, const RecurnetRetraining *retraining, bool atomic)
{
	RecurnetJob job;
	ErrorData  *error;

	check_can_store("rn_retrain()");
	check_can_commit(atomic);
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	job = retraining_job(key, retraining);
	recurnet_job_log_add(&job);
	recurnet_lock_take(RECURNET_LOCK_JOB, job.id);
	SPI_commit();
	error = recurnet_job_run(&job);
	if (error != NULL)
		ReThrowError(error);
	recurnet_lock_release(RECURNET_LOCK_JOB, job.id);
	SPI_finish();
}

/* ---- in the background ---- */

/*
 * Would a background worker run as the current user?  It logs in as that role, and
 * does what a restricted operation, such as a stored query, must not do.
 */
static void
check_can_delegate(void)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
	bool		login = HeapTupleIsValid(tuple) && ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot start a background job within security-restricted operation")));
	if (!login)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("role \"%s\" cannot have background jobs, as it may not log in",
						GetUserNameFromId(GetUserId(), false)),
				 errdetail("A background worker logs in as the role that asks for the job."),
				 errhint("SET ROLE to one that may, or ALTER ROLE ... LOGIN.")));
}

/* Note the job, and have it started. */
static int64
queue(RecurnetJob *job)
{
	job->background = true;
	recurnet_job_log_add(job);
	recurnet_worker_queue();
	return job->id;
}

int64
recurnet_job_train_async(const RecurnetTraining *training)
{
	RecurnetJob job = {.kind = "train",.model = training->name};
	MemoryContext caller;
	Run		   *run;

	check_can_store("rn_train_async()");
	check_can_delegate();
	run = run_create(&caller);
	request_new(run, training);
	run_delete(run, caller);
	job.request = recurnet_job_request_train(training);
	return queue(&job);
}

int64
recurnet_job_retrain_async(RecurnetModelKey key, const RecurnetRetraining *retraining)
{
	RecurnetJob job;

	check_can_store("rn_retrain_async()");
	check_can_delegate();
	job = retraining_job(key, retraining);
	return queue(&job);
}
