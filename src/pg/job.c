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
#include "utils/memutils.h"

#include "model/codec.h"

#include "cache.h"
#include "guc.h"
#include "history.h"
#include "host.h"
#include "job.h"
#include "option_table.h"
#include "options.h"
#include "reader.h"

/* One run, from its request to the version that is stored. */
typedef struct Run
{
	RecurnetHost host;
	RecurnetOptions options;
	RecurnetSource source;
	const RecurnetVersion *old; /* version that is trained again, or NULL */
	const RnModel *warm;		/* model to start from, or NULL */

	RecurnetRows rows;
	RnTrainPlan plan;
	RnModel		model;
	RnTrainReport report;
	TimestampTz started;
	RecurnetVersion version;
} Run;

/* Are the steps a day or more on average, so that days of a zone matter? */
static bool
steps_of_days(const RnSeries *series)
{
	int64		span = rn_time_at(&series->time, series->n - 1) - rn_time_at(&series->time, 0);

	return span / (int64) (series->n - 1) >= RN_USECS_PER_DAY;
}

/* Rows from the user's query, prepared as a series. */
static void
run_read(Run *run)
{
	RnSeries   *series = &run->rows.series;
	RnCode		code;

	recurnet_reader_read(&run->host, &run->source, &run->rows);
	if (run->old != NULL)
		recurnet_history_check_type(run->old, run->rows.time_type);
	if (series->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("query returns no rows"),
				 errhint("There is nothing to learn from; look at the query's WHERE clause.")));
	code = rn_series_prepare(&run->host.core, series, 0);
	if (code == RN_IRREGULAR_TIME && run->rows.time_zone != NULL && steps_of_days(series))
		rn_fail_hint(&run->host.core, "%s If they are even in another time zone than %s, name it in option \"time_zone\".",
					 pstrdup(run->host.core.error.hint), run->rows.time_zone);
	recurnet_host_check(&run->host, code);
}

/* Every open choice resolved, and the memory held against its limit. */
static void
run_plan(Run *run)
{
	RnCode		code = rn_recipe_plan(&run->host.core, &run->options.spec, &run->rows.series,
									  &run->plan);
	size_t		weights;
	size_t		bytes;

	recurnet_host_check(&run->host, code);
	weights = rn_network_size(&run->plan.network);
	if (weights == 0 || weights > RN_CODEC_MAX_BYTES / sizeof(rn_real))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the network's weights need more than the %zu MB that a model may have",
						RN_CODEC_MAX_BYTES / (1024 * 1024)),
				 errhint("Use fewer units or layers.")));

	/* weights as stored bytes, twice more on their way into the table; the old ones */
	bytes = run->plan.bytes;
	if (run->warm != NULL)
		weights += run->warm->network.size;
	if (__builtin_add_overflow(bytes, run->rows.bytes + 3 * weights * sizeof(float), &bytes))
		bytes = SIZE_MAX;
	recurnet_guc_check_memory(bytes, "training",
							  "make the network, the batch or the window smaller");
}

/* Weights that know days are no start for learning months. */
static void
check_same_step(const Run *run)
{
	const RnCalendar *now = &run->rows.series.calendar;
	const RnCalendar *then = &run->warm->calendar;
	char		step[RN_TIME_TEXT];

	if (now->kind == then->kind && now->months == then->months && now->step == then->step)
		return;
	rn_calendar_describe(now, step, sizeof(step));
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("query returns rows in steps of %s, but the model was trained on steps of %s",
					step, run->old->step),
			 errhint("Train it anew: mode => 'cold'.")));
}

static void
run_train(Run *run)
{
	RnCode		code;

	if (run->warm != NULL)
		check_same_step(run);
	code = rn_recipe_train(&run->host.core, &run->plan, &run->rows.series, run->warm,
						   &run->model, &run->report);
	recurnet_host_check(&run->host, code);
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

/* Fill in what is known only now, and store. */
static void
run_store(Run *run)
{
	RecurnetVersion *version = &run->version;
	const RnSeries *series = &run->rows.series;
	const RnFitLog *log = &run->report.log;
	char		step[RN_TIME_TEXT];

	rn_calendar_describe(&series->calendar, step, sizeof(step));
	version->cell = pstrdup(recurnet_options_cell(&run->plan.spec));
	version->query = pstrdup(run->source.query);
	version->options = recurnet_options_effective(&run->plan.spec);
	version->time_column = run->rows.time;
	version->target_column = run->rows.target;
	version->time_type = run->rows.time_type;
	version->time_zone = run->rows.time_zone != NULL ? pstrdup(run->rows.time_zone) : NULL;
	version->step = pstrdup(step);
	version->rows = (int64) run->plan.rows;
	version->from = rn_time_at(&series->time, 0);
	version->to = rn_time_at(&series->time, run->plan.rows - 1);
	version->weights = encode_model(run);
	version->epochs = log->epochs;
	version->losses = log->loss;
	version->val_losses = run->plan.validation_windows > 0 ? log->val_loss : NULL;
	version->metrics = metrics_json(run);
	version->usecs = GetCurrentTimestamp() - run->started;
	recurnet_catalog_store(version);
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
		.query = training->query,.time = training->time,.target = training->target,
			.time_zone = run->options.time_zone
	};
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

/* The time zone that the request names, or NULL. */
static char *
request_time_zone(const Jsonb *request)
{
	JsonbValue *options = request_member(request, "options");
	JsonbValue *zone = NULL;

	if (options->type == jbvBinary && JsonContainerIsObject(options->val.binary.data))
		zone = getKeyJsonValueFromContainer(options->val.binary.data, "time_zone",
											strlen("time_zone"), NULL);
	if (zone == NULL || zone->type != jbvString)
		return NULL;
	return pnstrdup(zone->val.string.val, zone->val.string.len);
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
		.query = old->query,.time = old->time_column,.target = old->target_column,
			.time_zone = request_time_zone(old->request),.zone_before = old->time_zone
	};
	run->old = old;
	run->warm = warm ? recurnet_cache_model(&run->host, old) : NULL;
	run->version.model_id = old->model_id;
	run->version.name = old->name;
	run->version.request = old->request;

	run_all(run);
	run_delete(run, caller);
}
