/*
 * sql_model.c
 *		rn_summary and rn_drop_model.
 */
#include "postgres.h"

#include <math.h>

#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "plot/spark.h"

#include "argument.h"
#include "cache.h"
#include "history.h"
#include "manage.h"
#include "member.h"
#include "option_table.h"
#include "picture.h"
#include "value.h"
#include "view.h"

#define SUMMARY_COLUMNS 3
#define CURVE_WIDTH		40		/* characters of a training curve */

/* One row: section, item, value.  A value of NULL leaves the row out. */
static void
put(ReturnSetInfo *result, const char *section, const char *item, const char *value)
{
	Datum		values[SUMMARY_COLUMNS];
	bool		nulls[SUMMARY_COLUMNS] = {false};

	if (value == NULL)
		return;
	values[0] = CStringGetTextDatum(section);
	values[1] = CStringGetTextDatum(item);
	values[2] = CStringGetTextDatum(value);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_model(ReturnSetInfo *result, const RecurnetVersion *version)
{
	const char *section = "model";

	put(result, section, "id", psprintf(INT64_FORMAT, version->model_id));
	put(result, section, "name", version->name);
	put(result, section, "owner", OidIsValid(version->owner.role) ? version->owner.name : NULL);
	put(result, section, "version", psprintf("%d", version->version));
	put(result, section, "query", version->query);
	put(result, section, "time", psprintf("%s (%s)", version->time_column,
										  format_type_be(version->time_type)));
	put(result, section, "target", version->target_column);
	put(result, section, "series", version->series_columns);
	put(result, section, "covariates", version->covariates);
	put(result, section, "step", version->step);
	put(result, section, "time zone", version->time_zone);
}

/* The same of a model that is a value, as far as it knows itself. */
static void
put_value(ReturnSetInfo *result, const RecurnetSubject *subject)
{
	const RnModel *model = subject->model;
	const char *section = "model";
	char		text[RN_TIME_TEXT];

	put(result, section, "time", format_type_be(subject->time_type));
	rn_calendar_describe(&model->calendar, text, sizeof(text));
	put(result, section, "step", text);
	put(result, section, "time zone", subject->time_zone);
	rn_time_describe(model->calendar.kind, model->series[0].last_time, text, sizeof(text));
	put(result, section, "last row", text);
	put(result, section, "window", psprintf("%d", model->window));
	put(result, section, "season", psprintf("%d", model->season));
}

/* Weights of one layer, or of the head. */
static size_t
layer_parameters(const RnNetworkSpec *spec, int layer)
{
	size_t		sum = 0;

	for (int i = 0; i < rn_network_variables(spec); i++)
	{
		RnVariable	variable = rn_network_variable(spec, i);

		if (variable.layer == layer)
			sum += variable.rows * variable.columns;
	}
	return sum;
}

/* What a network that sees windows of scaled values is shown. */
static void
put_windows(ReturnSetInfo *result, const RnModel *model)
{
	const char *section = "method";
	int			size = rn_inputs_size(&model->inputs);

	put(result, section, "scaler", rn_scaler_name(model->scaler));
	put(result, section, "window", psprintf("%d %s of %d %s", model->window, model->window == 1 ? "step" : "steps",
											size, size == 1 ? "number" : "numbers"));
	if (model->inputs.given > 0)
		put(result, section, "covariates", psprintf("%d", model->inputs.given));
	if (model->relative)
		put(result, section, "learns", psprintf("how much a value differs from that of %d %s before",
												model->season, model->season == 1 ? "step" : "steps"));
}

/* What networks learnt of the levels of series; NULL: nothing. */
static char *
smoothing_text(const RnModel *model)
{
	double		sum = 0;

	if (!model->learnt)
		return NULL;
	for (int i = 0; i < model->members; i++)
		sum += rn_model_faster(model, model->count)[i];
	return psprintf("learnt with the networks, the logit of alpha %+.2f in the mean", sum / model->members);
}

/* How series are taken apart, and what networks and classical forecasts have a share in. */
static void
put_method(ReturnSetInfo *result, const RnModel *model)
{
	const RnLocalSpec *local = &model->local;
	const char *section = "method";

	if (model->method != RN_METHOD_LOCAL)
	{
		put_windows(result, model);
		return;
	}
	put(result, section, "transform", local->lambda == 0 ? "logarithm"
		: local->lambda == 1 ? "share of the mean magnitude"
		: psprintf("share of the mean magnitude, to the power of %g", local->lambda));
	put(result, section, "season", local->outer > 0 ? psprintf("%d and %d", local->season, local->outer)
		: psprintf("%d", local->season));
	put(result, section, "window", psprintf("%d", local->window));
	put(result, section, "sequence", psprintf("%d windows, each %d %s after the last", model->steps, model->stride,
											  model->stride == 1 ? "step" : "steps"));
	put(result, section, "rows looked at", psprintf("%d", local->lookback));
	put(result, section, "smoothing", smoothing_text(model));
	put(result, section, "networks", model->second_members == 0 ? psprintf("%d", model->members)
		: psprintf("%d, %d of them without logarithms", model->members, model->second_members));
	put(result, section, "share of the networks", psprintf("%.0f %%", 100 * model->share));
	put(result, section, "share of classical forecasts", psprintf("%.0f %%", 100 * rn_model_classical_share(model)));
	put(result, section, "share of the seasonal naive forecast", psprintf("%.0f %%", 100 * model->naive_share));
}

/* Did the user ask for that option? */
static bool
is_asked_for(const RecurnetVersion *version, const char *option)
{
	return recurnet_member_of(recurnet_member(version->request, "options"), option) != NULL;
}

static const char *
why_transform(const RnModel *model)
{
	if (model->second_members > 0)
		return "values are positive, and whether their changes grow with the level is in doubt: half of the networks see logarithms";
	return model->local.lambda == 0 ? "values are positive, and their changes grow with the level"
		: "values are not all positive, too few, or their changes do not grow with the level";
}

static const char *
why_season(const RnModel *model)
{
	char		step[RN_TIME_TEXT];

	rn_calendar_describe(&model->calendar, step, sizeof(step));
	if (model->season > 1)
		return psprintf("usual for steps of %s, and there are two of it at least", step);
	return rn_calendar_season(&model->calendar) > 1 ? psprintf("rows do not show %d steps twice", rn_calendar_season(&model->calendar))
		: psprintf("none is usual for steps of %s", step);
}

/* Why recipe auto chose what it did. */
static void
put_reasons(ReturnSetInfo *result, const RnModel *model, const RecurnetVersion *version)
{
	const char *section = "why";
	bool		judged = model->residual_points > 0;
	bool		tried = recurnet_member(version->metrics, "tried") != NULL;

	/* what was asked for, only those who may manage the model see */
	if (model->method != RN_METHOD_LOCAL || version->request == NULL)
		return;
	put(result, section, "transform", is_asked_for(version, "transform") ? "asked for" : why_transform(model));
	put(result, section, "season", is_asked_for(version, "season") ? "asked for" : why_season(model));
	put(result, section, "window", is_asked_for(version, "window") ? "asked for"
		: tried ? "by how networks of several did on held-out rows" : model->season > 1 ? "three seasons, as far as there are rows"
		: "as far as there are rows");
	put(result, section, "shares", judged ? "by the errors of each on the newest rows, held out from networks trained for that"
		: "usual ones: there were too few rows to hold any out");
	put(result, section, "intervals", judged ? "from the errors on these rows" : NULL);
}

/*
 * Layers as Keras's summary shows them, but for the batch dimension: all
 * recurrent layers but the last return every time step.
 */
static void
put_layers(ReturnSetInfo *result, const RnModel *model)
{
	const RnNetworkSpec *spec = &model->network.spec;
	const char *section = "layers";

	for (int l = 0; l < spec->layers; l++)
	{
		const RnLayerSpec *layer = &spec->layer[l];
		char	   *shape = l < spec->layers - 1 || spec->return_sequences
			? psprintf("(%d, %d)", model->method == RN_METHOD_LOCAL ? model->steps : model->window, layer->units)
			: psprintf("(%d)", layer->units);

		put(result, section,
			psprintf("%d %s", l + 1, rn_cell(layer->kind)->title),
			psprintf("output %s, %zu parameters", shape, layer_parameters(spec, l)));
		if (layer->dilation > 1)
			put(result, section, psprintf("%d dilation", l + 1), psprintf("%d", layer->dilation));
		if (rn_network_adds_input(spec, l))
			put(result, section, psprintf("%d residual", l + 1), "inputs are added to outputs");
		if (layer->dropout > 0)
			put(result, section, psprintf("%d Dropout", l + 1), psprintf("rate %g", layer->dropout));
	}
	put(result, section, psprintf("%d Dense", spec->layers + 1),
		psprintf("output (%d), %zu parameters", spec->outputs, layer_parameters(spec, spec->layers)));
	put(result, section, "total", model->members == 1 ? psprintf("%zu parameters", model->network.size)
		: psprintf("%d networks of %zu parameters", model->members, model->network.size));
}

/* A JSON value as text, strings without their quotes. */
static char *
json_text(JsonbValue *value)
{
	Jsonb	   *json;

	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	json = JsonbValueToJsonb(value);
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* The options that were used, in the order of their table. */
static void
put_options(ReturnSetInfo *result, Jsonb *options)
{
	for (int i = 0; i < recurnet_option_count; i++)
	{
		const char *name = recurnet_option_table[i].name;
		JsonbValue *value = recurnet_member(options, name);

		if (value != NULL)
			put(result, "options", name, json_text(value));
	}
}

/* What the training came to. */
static void
put_metrics(ReturnSetInfo *result, Jsonb *metrics)
{
	JsonbIterator *iterator = JsonbIteratorInit(&metrics->root);
	JsonbValue	value;

	JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		char	   *key = pnstrdup(value.val.string.val, value.val.string.len);

		JsonbIteratorNext(&iterator, &value, true);
		put(result, "training", key, json_text(&value));
	}
}

/* Losses as a line of characters, and its ends; NULL without any. */
static const char *
curve_words(const double *loss, int n)
{
	int			width = Min(n, CURVE_WIDTH);
	double		squeezed[CURVE_WIDTH];
	char		line[CURVE_WIDTH * RN_SPARK_BYTES + 1];

	if (loss == NULL || n == 0 || isnan(loss[n - 1]))
		return NULL;
	rn_spark_squeeze(loss, n, squeezed, width);
	rn_spark(squeezed, width, !recurnet_picture_blocks(), line);
	return psprintf("%s %.4g to %.4g", line, loss[0], loss[n - 1]);
}

/* A number of the metrics; NaN if it is not there. */
static double
metric(const RecurnetVersion *version, const char *name)
{
	return recurnet_member_number(recurnet_member(version->metrics, name));
}

/* How the model did on rows held out, beside the seasonal naive forecast of these; NaN: that is not known. */
static void
put_scores(ReturnSetInfo *result, const RecurnetVersion *version)
{
	bool		scaled = !isnan(metric(version, "validation_mase"));
	double		own = metric(version, scaled ? "validation_mase" : "validation_mae");
	double		naive = metric(version, scaled ? "naive_mase" : "naive_mae");
	const char *section = "score";

	if (isnan(own) || isnan(naive))
		return;
	put(result, section, "measure", scaled ? "mean absolute scaled error of all steps, on rows held out"
		: "mean absolute error one step ahead, on rows held out");
	put(result, section, "model", psprintf("%.4g", own));
	put(result, section, "seasonal naive", psprintf("%.4g", naive));
	if (naive > 0)
		put(result, section, "verdict", psprintf("%.0f%% %s", fabs(100 * (1 - own / naive)), own <= naive ? "better" : "worse"));
}

static void
put_curves(ReturnSetInfo *result, const RecurnetVersion *version)
{
	double	   *loss = NULL;
	double	   *val_loss = NULL;
	int			n = recurnet_catalog_losses(version, &loss, &val_loss);

	put(result, "training", "curve", curve_words(loss, n));
	put(result, "training", "curve of rows held out", curve_words(val_loss, n));
}

static void
put_training(ReturnSetInfo *result, const RecurnetVersion *version)
{
	RnTimeKind	kind = recurnet_reader_kind(version->time_type);
	const char *section = "training";
	char		text[RN_TIME_TEXT];

	put(result, section, "rows", psprintf(INT64_FORMAT, version->rows));
	if (version->series_columns != NULL)
		put(result, section, "series", psprintf(INT64_FORMAT, version->series));
	rn_time_describe(kind, version->from, text, sizeof(text));
	put(result, section, "from", text);
	rn_time_describe(kind, version->to, text, sizeof(text));
	put(result, section, "to", text);
	put_metrics(result, version->metrics);
	put_curves(result, version);
	put(result, section, "trained by", version->trained_by);
	put(result, section, "trained at", version->trained_at);
	put(result, section, "duration", version->duration);
}

static Datum
summary(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;
	MemoryContext caller;
	RecurnetHost host;
	RecurnetVersion *version;
	const RnModel *model;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet summary",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	recurnet_host_init(&host, context);
	model = recurnet_cache_load(&host, key, &version);

	put_model(result, version);
	put_method(result, model);
	put_reasons(result, model, version);
	put_layers(result, model);
	put_scores(result, version);
	put_options(result, version->options);
	put_training(result, version);

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_summary_value);
Datum
recurnet_summary_value(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;
	MemoryContext caller;
	RecurnetHost host;
	RecurnetSubject subject;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet summary",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	recurnet_host_init(&host, context);
	subject = recurnet_subject(recurnet_value_decode(&host, PG_GETARG_BYTEA_PP(0)), NULL);
	put_value(result, &subject);
	put_method(result, subject.model);
	put_layers(result, subject.model);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * rn_summary(model) → (section, item, value)
 */
PG_FUNCTION_INFO_V1(recurnet_summary_id);
Datum
recurnet_summary_id(PG_FUNCTION_ARGS)
{
	return summary(fcinfo, recurnet_argument_model_id(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_summary_name);
Datum
recurnet_summary_name(PG_FUNCTION_ARGS)
{
	return summary(fcinfo, recurnet_argument_model_name(fcinfo, 0));
}

/* The arguments of rn_drop_model after the model: cascade, which 0.1.0 did not have. */
static void
drop_model(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	PreventCommandIfReadOnly("rn_drop_model()");
	recurnet_view_drop(key, PG_NARGS() > 1 && !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
	recurnet_manage_drop(key);
}

/*
 * rn_drop_model(model, cascade)
 */
PG_FUNCTION_INFO_V1(recurnet_drop_model_id);
Datum
recurnet_drop_model_id(PG_FUNCTION_ARGS)
{
	drop_model(fcinfo, recurnet_argument_model_id(fcinfo, 0));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_drop_model_name);
Datum
recurnet_drop_model_name(PG_FUNCTION_ARGS)
{
	drop_model(fcinfo, recurnet_argument_model_name(fcinfo, 0));
	PG_RETURN_VOID();
}
