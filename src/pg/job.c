/*
 * job.c
 *		A training run: read the rows of a query, fit a model, store it.
 *
 * What can be refused early is refused before anything is read.  Everything
 * the run allocates hangs in one memory context, a child of the caller's, so
 * that an error takes it along.
 */
#include "postgres.h"

#include "compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "fit.h"
#include "host.h"
#include "job.h"
#include "owner.h"
#include "panel_check.h"
#include "progress.h"

/* One run, from its request to the version that is stored. */
typedef struct Run
{
	RecurnetHost host;
	RecurnetSource source;
	const RecurnetVersion *old; /* version that is trained again, or NULL */
	RecurnetFit fit;
	bytea	   *data_hash;		/* of rows and options */
	bool		only_new;		/* nothing is done if a version had the same hash */
	TimestampTz started;
	RecurnetVersion version;
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

	if (now->kind == then->kind && now->months == then->months &&
		now->business_days == then->business_days && now->step == then->step)
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
	version->val_losses = run->fit.plan.validation_windows > 0 ? log->val_loss : NULL;
	version->metrics = recurnet_fit_metrics(&run->fit);
	version->series_log = recurnet_fit_series_log(&run->fit);
	version->usecs = GetCurrentTimestamp() - run->started;
	recurnet_catalog_store(version);
	recurnet_fit_notice_cut(&run->fit);
	recurnet_fit_warn_skipped(&run->fit);
	recurnet_fit_warn_worse(&run->fit);
}

/* Was a version of the model trained on the same rows with the same options? */
static bool
nothing_new(const Run *run)
{
	int			version = recurnet_catalog_trained_on(run->version.model_id, run->data_hash);

	if (version == 0)
		return false;
	ereport(NOTICE,
			(errmsg("model " INT64_FORMAT " is not trained again: version %d was trained on the same rows and options",
					run->version.model_id, version)));
	return true;
}

/*
 * The run itself.  run holds options, source, and of version what the request
 * says; all memory comes from the current context.
 */
static void
run_all(Run *run)
{
	run->started = GetCurrentTimestamp();
	recurnet_request_read(&run->source, run->old, &run->fit);
	check(run, recurnet_fit_plan(&run->fit));
	run->data_hash = recurnet_fit_hash(&run->fit, run->source.query);
	if (run->only_new && nothing_new(run))
		return;
	if (run->fit.warm != NULL)
		check_same_step(run);
	check(run, recurnet_fit_train(&run->fit));
	recurnet_progress_phase(&run->host, RECURNET_PHASE_STORING);
	run_store(run);
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

int64
recurnet_job_train(const RecurnetTraining *training)
{
	MemoryContext caller;
	Run		   *run = run_create(&caller);
	int64		model_id;

	check_can_store("rn_train()");
	recurnet_request_new(training, &run->source, &run->fit);
	if (training->name != NULL)
		recurnet_catalog_check_name(training->name);
	run->version.series_columns = training->series != NULL ? pstrdup(training->series) : NULL;
	run->version.covariates = training->covariates != NULL ? pstrdup(training->covariates) : NULL;
	run->version.name = training->name != NULL ? pstrdup(training->name) : NULL;
	run->version.request = request_json(training->cell, training->options);
	recurnet_owner_note_session(&run->version);

	recurnet_progress_begin(&run->host, RECURNET_COMMAND_TRAIN, 0);
	run_all(run);
	model_id = run->version.model_id;
	run_delete(run, caller);
	return model_id;
}

void
recurnet_job_retrain(RecurnetModelKey key, const RecurnetRetraining *retraining)
{
	MemoryContext caller;
	Run		   *run = run_create(&caller);
	RecurnetVersion *old;

	check_can_store("rn_retrain()");
	old = recurnet_catalog_load(key, RECURNET_MAY_MANAGE);
	recurnet_request_again(old, retraining->warm, &run->source, &run->fit);
	run->only_new = retraining->only_new;
	run->version.kept_back = !retraining->promote;
	run->version.series_columns = old->series_columns;
	run->version.covariates = old->covariates;
	run->old = old;
	run->version.model_id = old->model_id;
	run->version.name = old->name;
	run->version.request = old->request;
	run->version.search_path = old->search_path;
	run->version.session_time_zone = old->session_time_zone;

	recurnet_progress_begin(&run->host, RECURNET_COMMAND_RETRAIN, old->model_id);
	run_all(run);
	run_delete(run, caller);
}
