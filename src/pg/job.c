/*
 * job.c
 *		A training run: read, prepare, plan, check the memory, train, encode,
 *		store.
 *
 * What can be refused early is refused before anything is read.  Everything
 * the run allocates hangs in one memory context, a child of the caller's, so
 * that an error takes it along.
 */
#include "postgres.h"

#include <math.h>

#include "compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "model/codec.h"

#include "cache.h"
#include "guc.h"
#include "history.h"
#include "host.h"
#include "job.h"
#include "option_table.h"
#include "options.h"
#include "panel_check.h"
#include "reader.h"
#include "time_type.h"

/* One run, from its request to the version that is stored. */
typedef struct Run
{
	RecurnetHost host;
	RecurnetOptions options;
	RecurnetSource source;
	const RecurnetVersion *old; /* version that is trained again, or NULL */
	const RnModel *warm;		/* model to start from, or NULL */

	RecurnetRows rows;
	int32	   *holiday;		/* [holidays] or NULL */
	size_t		holidays;
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;
	TimestampTz started;
	RecurnetVersion version;
} Run;

/*
 * Has the series that failed steps of a day or more on average, less what
 * changes of the clock take away, so that days of a zone matter?
 */
static bool
steps_of_days(const RnPanel *panel)
{
	const RnSeries *series = &panel->series[panel->failed];
	int64		span;

	if (panel->failed >= panel->count || series->n < 2)
		return false;
	span = rn_time_at(&series->time, series->n - 1) - rn_time_at(&series->time, 0);
	return span / (int64) (series->n - 1) >= RN_USECS_PER_DAY - 2 * RN_USECS_PER_HOUR;
}

/* Does the frequency asked for fit the kind of time that there is? */
static void
check_frequency(const Run *run)
{
	const RnRowPolicy *policy = &run->options.spec.rows;
	RnTimeKind	kind = run->rows.panel.kind;

	if (policy->has_frequency && policy->frequency.kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"frequency\" must be %s for a time column of type %s",
						kind == RN_TIME_INTEGER ? "an integer" : "an interval",
						format_type_be(run->rows.time_type))));
}

/* Is the frequency asked for some days, months or years? */
static bool
in_whole_days(const RnRowPolicy *policy)
{
	const RnCalendar *frequency = &policy->frequency;

	return policy->has_frequency && frequency->kind == RN_TIME_CIVIL &&
		(frequency->months > 0 || frequency->business_days > 0 || frequency->step % RN_USECS_PER_DAY == 0);
}

/* Every series in steps of one calendar, and holes filled. */
static void
settle(Run *run)
{
	RnPanel    *panel = &run->rows.panel;
	RnRowPolicy *policy = &run->options.spec.rows;
	RnCode		code = rn_panel_settle(&run->host.core, panel, policy, NULL);

	if (code == RN_IRREGULAR_TIME && run->rows.time_zone != NULL && steps_of_days(panel))
		rn_fail_hint(&run->host.core, "%s If they are even in another time zone than %s, name it in option \"time_zone\".",
					 pstrdup(run->host.core.error.hint), run->rows.time_zone);
	recurnet_panel_check(&run->host, panel, code);
	recurnet_guc_check_memory(run->rows.bytes + panel->bytes, "filling the gaps of the rows",
							  "set a coarser frequency");
	recurnet_panel_check(&run->host, panel, rn_panel_fill(&run->host.core, panel, policy));
	run->rows.bytes += panel->bytes;
}

/* Rows from the user's query, prepared as series. */
static void
run_read(Run *run)
{
	RnRowPolicy *policy = &run->options.spec.rows;

	/* there is nothing to go on with beside the only series */
	if (run->source.wanted.series.n == 0)
		policy->on_error = RN_ON_ERROR_FAIL;
	run->source.allow_null = policy->missing != RN_MISSING_ERROR || policy->on_error == RN_ON_ERROR_SKIP;
	run->source.inputs = run->options.spec.inputs;
	run->source.whole_days = in_whole_days(policy);
	recurnet_reader_read(&run->host, &run->source, &run->rows);
	if (run->old != NULL)
		recurnet_history_check_type(run->old->time_type, run->rows.time_type);
	if (run->rows.panel.rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("query returns no rows"),
				 errhint("There is nothing to learn from; look at the query's WHERE clause.")));
	check_frequency(run);
	settle(run);
	if (run->options.holidays != NULL)
		run->holiday = recurnet_reader_dates(&run->host, run->options.holidays, &run->holidays);
}

/* The covariates that the user named, as the core numbers them. */
static void
set_covariates(Run *run)
{
	const RecurnetNames *names = &run->source.wanted.covariates;
	RnInputs   *inputs = &run->options.spec.inputs;

	inputs->given = names->n;
	for (int c = 0; c < names->n; c++)
		inputs->covariate[c].kind = names->kind[c];
}

/* Bytes that the model will have as stored, keys apart. */
static size_t
stored_bytes(const Run *run)
{
	const RnTrainSpec *spec = &run->plan.spec;
	size_t		row = sizeof(double) + 1 + spec->inputs.given * sizeof(float);
	size_t		bytes;

	if (__builtin_mul_overflow(run->plan.series * (size_t) spec->window, row, &bytes) ||
		bytes > SIZE_MAX / 4)
		return SIZE_MAX / 4;
	return bytes + run->plan.series * 64 + rn_network_size(&run->plan.network) * sizeof(float);
}

/* Every open choice resolved, and the memory held against its limit. */
static void
run_plan(Run *run)
{
	RnPanel    *panel = &run->rows.panel;
	size_t		stored;
	size_t		bytes;

	recurnet_panel_check(&run->host, panel,
						 rn_recipe_plan(&run->host.core, &run->options.spec, panel, &run->plan));
	if (rn_network_size(&run->plan.network) == 0 || stored_bytes(run) > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model needs more than the %zu MB that one may have",
						RN_CODEC_MAX_BYTES / (1024 * 1024)),
				 errhint("Use fewer units or layers, a smaller window, or fewer series.")));

	/* what is stored as bytes, twice more on its way into the table; the old weights */
	stored = 3 * stored_bytes(run);
	if (run->warm != NULL)
		stored += run->warm->network.size * sizeof(float);
	if (__builtin_add_overflow(run->plan.bytes, run->rows.bytes + stored, &bytes))
		bytes = SIZE_MAX;
	recurnet_guc_check_memory(bytes, "training",
							  "make the network, the batch or the window smaller");
}

/* Weights that know days are no start for learning months. */
static void
check_same_step(const Run *run)
{
	const RnCalendar *now = &run->rows.panel.calendar;
	const RnCalendar *then = &run->warm->calendar;
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

/* What the host wants to know of a model again: its times and covariates. */
static void
label_model(Run *run)
{
	const RecurnetNames *names = &run->source.wanted.covariates;
	RnModel    *model = &run->model;
	char	   *at;

	strlcpy(model->time_type, recurnet_time_type_name(run->rows.time_type), RN_MODEL_TEXT);
	if (run->rows.time_zone != NULL)
		strlcpy(model->time_zone, run->rows.time_zone, RN_MODEL_TEXT);
	for (int c = 0; c < names->n; c++)
		model->covariate_names_size += strlen(names->name[c]) + 1;
	if (model->covariate_names_size == 0)
		return;
	at = model->covariate_names = palloc(model->covariate_names_size);
	for (int c = 0; c < names->n; c++)
		at = stpcpy(at, names->name[c]) + 1;
}

static void
run_train(Run *run)
{
	RnCode		code;

	if (run->warm != NULL)
		check_same_step(run);
	code = rn_recipe_train(&run->host.core, &run->plan, &run->rows.panel, run->holiday, run->holidays,
						   run->warm, &run->model, &run->report);
	recurnet_host_check(&run->host, code);
	label_model(run);
}

/* The model as stored bytes. */
static bytea *
encode_model(Run *run)
{
	size_t		size = rn_model_encoded_size(&run->model);
	bytea	   *bytes;
	RnCode		code;

	if (size > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model is larger than the %zu MB that can be stored",
						RN_CODEC_MAX_BYTES / (1024 * 1024)),
				 errhint("Use fewer units or layers.")));
	bytes = palloc(VARHDRSZ + size);
	SET_VARSIZE(bytes, VARHDRSZ + size);
	code = rn_model_encode(&run->host.core, &run->model, (unsigned char *) VARDATA(bytes), size);
	recurnet_host_check(&run->host, code);
	return bytes;
}

/* A number as JSON: what is not finite is null. */
static char *
number_json(double value)
{
	return isfinite(value) ? recurnet_number_text(value) : pstrdup("null");
}

/* What became of the rows of all series, where anything did. */
static void
append_row_counts(const Run *run, StringInfo text)
{
	const RnPanel *panel = &run->rows.panel;
	size_t		skipped = panel->count - run->plan.series;
	size_t		filled = 0;
	size_t		combined = 0;

	for (size_t s = 0; s < panel->count; s++)
	{
		filled += panel->series[s].filled;
		combined += panel->series[s].combined;
	}
	if (skipped > 0)
		appendStringInfo(text, ", \"skipped_series\": %zu", skipped);
	if (filled > 0)
		appendStringInfo(text, ", \"filled_rows\": %zu", filled);
	if (combined > 0)
		appendStringInfo(text, ", \"combined_rows\": %zu", combined);
}

/* The series that something was done about, for recurnet.version.series_log. */
static Jsonb *
series_log_json(const Run *run)
{
	const RnPanel *panel = &run->rows.panel;
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];

		if (series->filled == 0 && series->combined == 0 && series->skipped == NULL)
			continue;
		appendStringInfo(&text, "%s{\"series\": %s, \"rows\": %zu, \"filled\": %zu, \"combined\": %zu",
						 text.len > 1 ? ", " : "", series->key != NULL ? series->key : "null",
						 series->n, series->filled, series->combined);
		if (series->skipped != NULL)
		{
			appendStringInfoString(&text, ", \"skipped\": ");
			escape_json(&text, series->skipped);
		}
		appendStringInfoChar(&text, '}');
	}
	appendStringInfoChar(&text, ']');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
}

/* What the training came to, for recurnet.version.metrics. */
static Jsonb *
metrics_json(const Run *run)
{
	const RnFitLog *log = &run->report.log;
	StringInfoData text;
	int			best = log->best_epoch - 1; /* -1: the weights from the start */
	bool		validated = run->plan.validation_windows > 0;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"train_windows\": %zu, \"validation_windows\": %zu",
					 run->plan.train_windows, run->plan.validation_windows);
	append_row_counts(run, &text);
	appendStringInfo(&text, ", \"epochs\": %d, \"best_epoch\": %d", log->epochs, log->best_epoch);
	appendStringInfo(&text, ", \"loss\": %s, \"best_loss\": %s",
					 number_json(log->loss[log->epochs - 1]),
					 number_json(best >= 0 ? log->loss[best] : NAN));
	if (validated)
		appendStringInfo(&text, ", \"best_val_loss\": %s, \"validation_mae\": %s, \"naive_mae\": %s",
						 number_json(best >= 0 ? log->val_loss[best] : log->start_val_loss),
						 number_json(run->report.validation_mae),
						 number_json(run->report.naive_mae));
	appendStringInfoChar(&text, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
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
	const RnPanel *panel = &run->rows.panel;

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
										  rn_recipe_rows(&run->plan.spec, series) - 1, &last));
		run->version.from = Min(run->version.from, series->start);
		run->version.to = Max(run->version.to, last);
	}
}

/* Say that some series were left out; which ones, rn_series_log knows. */
static void
warn_skipped(const Run *run)
{
	const RnPanel *panel = &run->rows.panel;
	size_t		skipped = panel->count - run->plan.series;
	size_t		s = 0;

	if (skipped == 0)
		return;
	while (panel->series[s].skipped == NULL)
		s++;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("%zu of %zu series were left out", skipped, panel->count),
			 errdetail("The first is %s: %s.", panel->series[s].key, panel->series[s].skipped),
			 errhint("The view rn_series_log has them all. Set option \"on_error\" to fail to have none left out.")));
}

/* Fill in what is known only now, and store. */
static void
run_store(Run *run)
{
	RecurnetVersion *version = &run->version;
	const RnFitLog *log = &run->report.log;
	char		step[RN_TIME_TEXT];

	rn_calendar_describe(&run->rows.panel.calendar, step, sizeof(step));
	version->cell = pstrdup(recurnet_options_cell(&run->plan.spec));
	version->query = pstrdup(run->source.query);
	version->options = recurnet_options_effective(&run->plan.spec, run->options.holidays);
	version->time_column = run->rows.time;
	version->target_column = run->rows.target;
	version->time_type = run->rows.time_type;
	version->time_zone = run->rows.time_zone != NULL ? pstrdup(run->rows.time_zone) : NULL;
	version->step = pstrdup(step);
	version->rows = (int64) run->plan.rows;
	version->series = (int64) run->plan.series;
	find_range(run);
	version->weights = encode_model(run);
	version->epochs = log->epochs;
	version->losses = log->loss;
	version->val_losses = run->plan.validation_windows > 0 ? log->val_loss : NULL;
	version->metrics = metrics_json(run);
	version->series_log = series_log_json(run);
	version->usecs = GetCurrentTimestamp() - run->started;
	recurnet_catalog_store(version);
	warn_skipped(run);
}

/*
 * The run itself.  run holds options, source, and of version what the request
 * says; all memory comes from the current context.
 */
static void
run_all(Run *run)
{
	run->started = GetCurrentTimestamp();
	run_read(run);
	run_plan(run);
	run_train(run);
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
	recurnet_options_parse(training->cell, training->options, &run->options);
	if (training->name != NULL)
		recurnet_catalog_check_name(training->name);
	run->source = (RecurnetSource)
	{
		.query = training->query,
			.wanted = {
			.time = training->time,.target = training->target,
			.series = recurnet_names_parse(training->series, "series", false),
			.covariates = recurnet_names_parse(training->covariates, "covariates", true)
		},
			.time_zone = run->options.time_zone
	};
	set_covariates(run);
	run->version.series_columns = training->series != NULL ? pstrdup(training->series) : NULL;
	run->version.covariates = training->covariates != NULL ? pstrdup(training->covariates) : NULL;
	run->version.name = training->name != NULL ? pstrdup(training->name) : NULL;
	run->version.request = request_json(training->cell, training->options);

	run_all(run);
	model_id = run->version.model_id;
	run_delete(run, caller);
	return model_id;
}

/* A member of the request: {"cell": ..., "options": ...}. */
static JsonbValue *
request_member(const Jsonb *request, const char *name)
{
	JsonbValue *value;

	value = getKeyJsonValueFromContainer((JsonbContainer *) &request->root, name, strlen(name), NULL);
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model has no \"%s\" in its request", name)));
	return value;
}

/* A text among the options of the request, such as time_zone, or NULL. */
static char *
request_option(const Jsonb *request, const char *name)
{
	JsonbValue *options = request_member(request, "options");
	JsonbValue *text = NULL;

	if (options->type == jbvBinary && JsonContainerIsObject(options->val.binary.data))
		text = getKeyJsonValueFromContainer(options->val.binary.data, name, strlen(name), NULL);
	if (text == NULL || text->type != jbvString)
		return NULL;
	return pnstrdup(text->val.string.val, text->val.string.len);
}

/* The options for training a stored model again. */
static void
options_again(const RecurnetVersion *old, bool warm, RecurnetOptions *options)
{
	JsonbValue *cell;

	if (warm)
	{
		recurnet_options_parse(old->cell, old->options, options);
		return;
	}
	cell = request_member(old->request, "cell");
	recurnet_options_parse(pnstrdup(cell->val.string.val, cell->val.string.len),
						   JsonbValueToJsonb(request_member(old->request, "options")), options);
}

void
recurnet_job_retrain(RecurnetModelKey key, bool warm)
{
	MemoryContext caller;
	Run		   *run = run_create(&caller);
	RecurnetVersion *old;

	check_can_store("rn_retrain()");
	old = recurnet_catalog_load(key);
	recurnet_catalog_check_query(old);
	options_again(old, warm, &run->options);
	run->source = (RecurnetSource)
	{
		.query = old->query,
			.wanted = {
			.time = old->time_column,.target = old->target_column,
			.series = recurnet_names_parse(old->series_columns, "series", false),
			.covariates = recurnet_names_parse(old->covariates, "covariates", true)
		},
			.time_zone = request_option(old->request, "time_zone"),.zone_before = old->time_zone
	};
	set_covariates(run);
	run->version.series_columns = old->series_columns;
	run->version.covariates = old->covariates;
	run->old = old;
	run->warm = warm ? recurnet_cache_model(&run->host, old) : NULL;
	run->version.model_id = old->model_id;
	run->version.name = old->name;
	run->version.request = old->request;

	run_all(run);
	run_delete(run, caller);
}
