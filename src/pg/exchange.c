/*
 * exchange.c (glue)
 *		Models to files that other libraries read, and from them.
 *
 * A file is foreign: what it has is held against recurnet.max_memory, becomes
 * stored bytes, and these are read as any rn_model is that comes from outside.  Queries in a file
 * are words: they are not stored unless the caller says them again, as he is who they would run as.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "exchange/exchange.h"
#include "model/codec.h"

#include "exchange.h"
#include "guc.h"
#include "hint.h"
#include "history.h"
#include "job.h"
#include "member.h"
#include "names.h"
#include "owner.h"
#include "query.h"
#include "subject.h"
#include "time_type.h"
#include "value.h"

/* ---- out ---- */

typedef enum Format
{
	FORMAT_SAFETENSORS,
	FORMAT_ONNX,
	FORMAT_JSON
} Format;

static const char *const formats[] = {"safetensors", "onnx", "json"};

static const char *
format_at(int i)
{
	return formats[i];
}

static Format
find_format(const char *name)
{
	const char *hint;

	for (int i = 0; i < (int) lengthof(formats); i++)
		if (strcmp(name, formats[i]) == 0)
			return (Format) i;
	hint = recurnet_hint_nearest(name, format_at, lengthof(formats));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized format \"%s\"", recurnet_hint_given(name)),
			 errdetail("Valid formats are: %s.", recurnet_hint_list(format_at, lengthof(formats))),
			 hint != NULL ? errhint("%s", hint) : 0));
}

static void
append_json(StringInfo text, const char *name, const Jsonb *value)
{
	appendStringInfo(text, "%s\"%s\": %s", text->len > 1 ? ", " : "", name,
					 JsonbToCString(NULL, (JsonbContainer *) &value->root, VARSIZE(value)));
}

static void
append_number(StringInfo text, const char *name, int64 value)
{
	appendStringInfo(text, "%s\"%s\": " INT64_FORMAT, text->len > 1 ? ", " : "", name, value);
}

/* What the catalog knows of a version, as JSON in UTF-8. */
static const char *
catalog_json(const RecurnetVersion *version)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	recurnet_member_append(&text, "name", version->name);
	recurnet_member_append(&text, "cell", version->cell);
	recurnet_member_append(&text, "query", version->query);
	append_json(&text, "request", version->request);
	append_json(&text, "options", version->options);
	recurnet_member_append(&text, "time_column", version->time_column);
	recurnet_member_append(&text, "target_column", version->target_column);
	recurnet_member_append(&text, "series_columns", version->series_columns);
	recurnet_member_append(&text, "covariates", version->covariates);
	recurnet_member_append(&text, "step", version->step);
	append_number(&text, "rows", version->rows);
	append_number(&text, "series", version->series);
	append_number(&text, "from", version->from);
	append_number(&text, "to", version->to);
	append_json(&text, "metrics", version->metrics);
	appendStringInfoChar(&text, '}');
	return pg_server_to_any(text.data, text.len, PG_UTF8);
}

/* A model as stored bytes, in the current memory context. */
static bytea *
encode(RecurnetHost *host, const RnModel *model)
{
	size_t		size = rn_model_encoded_size(model);
	bytea	   *bytes;

	if (size > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model is larger than the %zu MB that can be stored", RN_CODEC_MAX_BYTES / (1024 * 1024))));
	bytes = palloc(VARHDRSZ + size);
	SET_VARSIZE(bytes, VARHDRSZ + size);
	recurnet_host_check(host, rn_model_encode(&host->core, model, (unsigned char *) VARDATA(bytes), size));
	return bytes;
}

/* ERROR unless the package has all of the model: a field that nobody thought of would be lost in silence. */
static void
check_whole(RecurnetHost *host, const RnModel *model, RnPackage *package)
{
	RnModel		again;
	bytea	   *before = encode(host, model);
	bytea	   *after;

	recurnet_host_check(host, rn_json_read(&host->core, &package->pool, package->description,
										   strlen(package->description), &package->read));
	recurnet_host_check(host, rn_exchange_unpack(&host->core, package, &again));
	after = encode(host, &again);
	if (VARSIZE(before) != VARSIZE(after) || memcmp(before, after, VARSIZE(before)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the model has something that files for other libraries cannot hold yet"),
				 errhint("Take it along as a dump (pg_dump).")));
	pfree(before);
	pfree(after);
	rn_model_free(&host->core, &again);
}

static void
check_memory(size_t bytes, const RnModel *model)
{
	size_t		more = rn_exchange_bytes(model);

	/* the model, its package, both once more while they are compared, and the file as it grows */
	if (__builtin_add_overflow(more, 8 * bytes, &more))
		more = SIZE_MAX;
	recurnet_guc_check_memory(more, "writing the file", "train a smaller network");
}

/* Stored bytes of a model as a file; all but that is in the host's memory. */
static bytea *
export(RecurnetHost *host, const bytea *stored, const char *catalog, Format format, MemoryContext caller)
{
	size_t		size = VARSIZE_ANY_EXHDR(stored);
	RnModel		model;
	RnPackage	package;
	RnText		text = {0};
	bytea	   *file;

	recurnet_guc_check_memory(2 * size, "the model", "train a smaller network");
	recurnet_host_check(host, rn_model_decode(&host->core, (const unsigned char *) VARDATA_ANY(stored), size, &model));
	check_memory(size, &model);
	recurnet_host_check(host, rn_exchange_pack(&host->core, &model, catalog, &package));
	check_whole(host, &model, &package);
	if (format == FORMAT_ONNX)
		recurnet_host_check(host, rn_exchange_onnx(&host->core, &model, catalog, &text));
	else if (format == FORMAT_JSON)
		recurnet_host_check(host, rn_package_write_json(&host->core, &package, &text));
	else
		recurnet_host_check(host, rn_package_write_safetensors(&host->core, &package, &text));
	file = MemoryContextAlloc(caller, VARHDRSZ + text.length);
	SET_VARSIZE(file, VARHDRSZ + text.length);
	memcpy(VARDATA(file), text.at, text.length);
	return file;
}

/* A host whose memory is one context, entered. */
static MemoryContext
begin(RecurnetHost *host)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet exchange", ALLOCSET_DEFAULT_SIZES);

	recurnet_host_init(host, context);
	return MemoryContextSwitchTo(context);
}

static void
end(RecurnetHost *host, MemoryContext caller)
{
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(host->context);
}

bytea *
recurnet_exchange_export(RecurnetModelKey key, const char *name)
{
	Format		format = find_format(name);
	RecurnetHost host;
	MemoryContext caller = begin(&host);
	RecurnetVersion *version = recurnet_catalog_load(key, RECURNET_MAY_MANAGE);
	bytea	   *stored = recurnet_catalog_weights(version);
	bytea	   *file;

	if (stored == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model " INT64_FORMAT " was changed just now", version->model_id),
				 errhint("Try again.")));
	file = export(&host, stored, catalog_json(version), format, caller);
	end(&host, caller);
	return file;
}

bytea *
recurnet_exchange_export_value(const bytea *value, const char *name)
{
	Format		format = find_format(name);
	RecurnetHost host;
	MemoryContext caller = begin(&host);
	bytea	   *file = export(&host, value, NULL, format, caller);

	end(&host, caller);
	return file;
}

/* ---- in ---- */

/* What the file has is wrong, as the core's words in the host say. */
static void
check_read(RecurnetHost *host, RnCode code)
{
	if (code == RN_CORRUPT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg_internal("%s", host->core.error.message),
				 host->core.error.hint[0] != '\0' ? errhint("%s", host->core.error.hint) : 0));
	recurnet_host_check(host, code);
}

static void __attribute__((noreturn))
bad_catalog(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("member \"%s\" of the catalog in the file is missing, or not what it should be", name),
			 errhint(RN_CHANGE_WEIGHTS)));
}

/* A member of the catalog, or NULL; that of a foreign file may have millions. */
static const RnJson *
catalog_member(const RnJson *catalog, const char *name)
{
	CHECK_FOR_INTERRUPTS();
	return rn_json_member(catalog, name);
}

/* A text of the catalog in the database's encoding, or NULL. */
static char *
catalog_text(const RnJson *catalog, const char *name, bool needed)
{
	const RnJson *value = catalog_member(catalog, name);

	if (value != NULL && value->kind != RN_JSON_STRING)
		bad_catalog(name);
	if (value == NULL && needed)
		bad_catalog(name);
	return value != NULL ? pstrdup(pg_any_to_server(value->text, (int) value->count, PG_UTF8)) : NULL;
}

static int64
catalog_number(const RnJson *catalog, const char *name, int64 least)
{
	int64		number;

	if (!rn_json_int64(catalog_member(catalog, name), &number) || number < least)
		bad_catalog(name);
	return number;
}

/* An object of the catalog. */
static Jsonb *
catalog_json_member(RecurnetHost *host, const RnJson *catalog, const char *name)
{
	const RnJson *value = catalog_member(catalog, name);
	RnText		text = {0};

	if (value == NULL || value->kind != RN_JSON_OBJECT)
		bad_catalog(name);
	check_read(host, rn_json_put(&host->core, &text, value));
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(pg_any_to_server(text.at, (int) text.length, PG_UTF8))));
}

static Jsonb *
concatenate(const Jsonb *object, const char *more)
{
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(object),
											  DirectFunctionCall1(jsonb_in, CStringGetDatum(more))));
}

/* {"holidays": that of the caller's options}. */
static char *
holidays_json(const Jsonb *options)
{
	const char *holidays = options != NULL ? recurnet_member_text(recurnet_member(options, "holidays")) : NULL;
	StringInfoData text;

	if (holidays == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"holidays\" must be given again for a model that is to have a query"),
				 errdetail("It is a query, too, which would run as you: that of the file is not taken over."),
				 errhint("Look at it there, and give it: options => '{\"holidays\": \"SELECT day FROM holiday\"}'.")));
	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	recurnet_member_append(&text, "holidays", holidays);
	appendStringInfoChar(&text, '}');
	return text.data;
}

/* What a file of recurnet's is not asked. */
static void
check_arguments(const RecurnetTraining *training)
{
	const Jsonb *options = training->options;
	bool		other = options != NULL && JB_ROOT_COUNT(options) > (recurnet_member(options, "holidays") != NULL ? 1 : 0);

	if (other || training->series != NULL || training->covariates != NULL || training->time != NULL || training->target != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the file says itself what its options and columns are"),
				 errdetail("Arguments \"options\" (but for holidays), \"series\", \"covariates\", \"time\" and \"target\" are for networks of PyTorch.")));
}

/* Options of the version: checked as those of rn_train are. */
static void
read_options(RecurnetHost *host, const RnJson *catalog, const RecurnetTraining *training, RecurnetVersion *version)
{
	RecurnetOptions options;
	const char *cell;
	JsonbValue *asked;
	Jsonb	   *inner;

	version->options = catalog_json_member(host, catalog, "options");
	version->request = catalog_json_member(host, catalog, "request");
	cell = recurnet_member_text(recurnet_member(version->request, "cell"));
	asked = recurnet_member(version->request, "options");
	if (cell == NULL || asked == NULL || asked->type != jbvBinary)
		bad_catalog("request");
	inner = JsonbValueToJsonb(asked);
	/* either is what some retraining goes by: no query of the file may stay in one of them */
	if (training->query != NULL && (recurnet_member(version->options, "holidays") != NULL || recurnet_member(inner, "holidays") != NULL))
	{
		char	   *holidays = holidays_json(training->options);

		version->options = concatenate(version->options, holidays);
		inner = concatenate(inner, holidays);
		version->request = concatenate(version->request, psprintf("{\"options\": %s}", JsonbToCString(NULL, &inner->root, VARSIZE(inner))));
	}
	recurnet_options_parse(cell, inner, &options);
	recurnet_options_parse(version->cell, version->options, &options);
}

/* Columns that the catalog in the file names, which have to be those that the model in it has. */
static char *
read_names(const RnJson *catalog, const char *member, const char *argument, const RecurnetNames *of_model)
{
	bool		covariates = strcmp(argument, "covariates") == 0;
	char	   *text = catalog_text(catalog, member, false);
	RecurnetNames names = recurnet_names_parse(text, argument, covariates);

	if (!recurnet_names_equal(&names, of_model, covariates))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("member \"%s\" of the catalog in the file is not what the model in it has", member),
				 errdetail("The catalog says: %s. The model has: %s.", names.n > 0 ? recurnet_names_list(&names) : "none",
						   of_model->n > 0 ? recurnet_names_list(of_model) : "none"),
				 errhint(RN_CHANGE_WEIGHTS)));
	return text;
}

static void
read_columns(const RnJson *catalog, const RecurnetSubject *subject, RecurnetVersion *version)
{
	version->time_column = catalog_text(catalog, "time_column", true);
	version->target_column = catalog_text(catalog, "target_column", true);
	version->series_columns = read_names(catalog, "series_columns", "series", &subject->series);
	version->covariates = read_names(catalog, "covariates", "covariates", &subject->covariates);
}

/* ERROR unless the query has these columns, and times as the model has them. */
static void
check_query(const RecurnetSubject *subject, const RecurnetVersion *version)
{
	RecurnetWanted wanted = {
		.time = version->time_column,.target = version->target_column,.series = subject->series,.covariates = subject->covariates
	};

	recurnet_history_check_type(subject->time_type, recurnet_query_columns(version->query, &wanted).time_type);
}

/* What it was trained on. */
static void
read_range(const RnJson *catalog, const RnModel *model, RecurnetVersion *version)
{
	version->rows = catalog_number(catalog, "rows", 0);
	version->series = catalog_number(catalog, "series", 0);
	version->from = catalog_number(catalog, "from", PG_INT64_MIN);
	version->to = catalog_number(catalog, "to", version->from);
	if (!rn_time_valid(model->calendar.kind, version->from) || !rn_time_valid(model->calendar.kind, version->to))
		bad_catalog("from");
}

/* A model that was a value has no catalog: what a query of its rows would have been called is not known. */
static void
read_nothing(const RnModel *model, RecurnetVersion *version)
{
	version->options = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	version->metrics = version->options;
	version->request = concatenate(version->options, psprintf("{\"cell\": \"%s\", \"options\": {}}", version->cell));
	version->time_column = pstrdup("time");
	version->target_column = pstrdup("value");
	version->series = (int64) model->count;
	version->from = version->to = model->series[0].last_time;
}

/* Store a model as a version, described by the catalog in its file (NULL: none). */
static int64
store(RecurnetHost *host, const RnJson *catalog, bytea *stored, const RecurnetTraining *training, TimestampTz started)
{
	RnModel    *model = recurnet_value_decode_foreign(host, stored);
	RecurnetSubject subject = recurnet_subject(model, NULL);
	RecurnetVersion version = {0};
	char		step[RN_TIME_TEXT];

	rn_calendar_describe(&model->calendar, step, sizeof(step));
	version.name = training->name != NULL ? pstrdup(training->name) : NULL;
	version.cell = pstrdup(rn_cell(model->network.spec.layer[0].kind)->name);
	version.query = training->query != NULL ? pstrdup(training->query) : NULL;
	version.time_type = subject.time_type;
	version.time_zone = subject.time_zone != NULL ? pstrdup(subject.time_zone) : NULL;
	version.step = step;
	if (catalog != NULL)
	{
		read_options(host, catalog, training, &version);
		read_columns(catalog, &subject, &version);
		if (version.query != NULL)
			check_query(&subject, &version);
		read_range(catalog, model, &version);
		version.metrics = catalog_json_member(host, catalog, "metrics");
	}
	else
		read_nothing(model, &version);
	version.weights = stored;
	version.data_hash = DatumGetByteaP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(stored)));
	version.series_log = pstrdup("[]");
	version.usecs = GetCurrentTimestamp() - started;
	recurnet_owner_note_session(&version);
	recurnet_catalog_store(&version);
	return version.model_id;
}

/* A file that recurnet wrote. */
static int64
import_own(RecurnetHost *host, const RnPackage *package, const RecurnetTraining *training, TimestampTz started)
{
	const RnJson *catalog = rn_json_member(package->read, "catalog");
	RnModel		model;
	bytea	   *stored;

	check_arguments(training);
	if (catalog == NULL && training->query != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model that was a value cannot be given a query"),
				 errdetail("The file does not say what its columns are."),
				 errhint("Leave out argument \"query\", or train a model with rn_train.")));
	if (training->query != NULL)
		recurnet_query_check(training->query);
	check_read(host, rn_exchange_unpack(&host->core, package, &model));
	recurnet_guc_check_memory(package->pool.used + 3 * rn_model_encoded_size(&model), "the model", "import a smaller one");
	stored = encode(host, &model);
	rn_model_free(&host->core, &model);
	if (training->query == NULL && rn_json_member(catalog, "query") != NULL)
		ereport(NOTICE,
				(errmsg("the model is stored without the query that the file has"),
				 errdetail("It would run as you: look at it first."),
				 errhint("Give it in argument \"query\", for rn_retrain, rn_drift and the like.")));
	return store(host, catalog, stored, training, started);
}

/* What rn_train would be told for a network like that. */
static Jsonb *
options_for(const RnNetworkSpec *network, const Jsonb *given)
{
	static const char *const said[] = {"units", "horizon", "recipe", "reset_after"};
	StringInfoData text;

	for (int i = 0; i < (int) lengthof(said); i++)
		if (given != NULL && recurnet_member(given, said[i]) != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"%s\" is given, but the network in the file says it", said[i]),
					 errhint("Leave it out.")));
	if (given == NULL || recurnet_member(given, "window") == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the network in the file does not say how many time steps it is to see"),
				 errhint("Give the window that it was trained with: options => '{\"window\": 24}'.")));
	initStringInfo(&text);
	appendStringInfo(&text, "{\"recipe\": \"plain\", \"horizon\": %d, \"units\": [", network->outputs);
	for (int l = 0; l < network->layers; l++)
		appendStringInfo(&text, "%s%d", l > 0 ? ", " : "", network->layer[l].units);
	appendStringInfoString(&text, "]}");
	return concatenate(given, text.data);
}

/* A network of PyTorch's, with scales and newest rows from a query. */
static int64
import_torch(RecurnetHost *host, const RnPackage *package, const RecurnetTraining *training)
{
	RecurnetTraining whole = *training;
	RecurnetOptions options;
	RnModel		network;

	recurnet_options_parse("rnn", training->options, &options);
	check_read(host, rn_exchange_torch(&host->core, package, options.spec.activation, &network));
	if (training->query == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the file has a network, but nothing of the series that it is for"),
				 errhint("Give a query of their rows, in argument \"query\", and options as for rn_train, such as {\"window\": 24}.")));
	if (network.network.spec.layer[0].activation != options.spec.activation)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a network of cell %s has activation tanh in PyTorch",
						rn_cell(network.network.spec.layer[0].kind)->name),
				 errhint("Leave out option \"activation\".")));
	whole.cell = rn_cell(network.network.spec.layer[0].kind)->name;
	whole.options = options_for(&network.network.spec, training->options);
	return recurnet_job_import(&whole, &network);
}

int64
recurnet_exchange_import(const bytea *file, const RecurnetTraining *training)
{
	TimestampTz started = GetCurrentTimestamp();
	RecurnetHost host;
	MemoryContext caller = begin(&host);
	RnPackage	package = {.pool.limit = recurnet_guc_max_memory()};
	int64		model_id;

	PreventCommandIfReadOnly("rn_import()");
	if (training->name != NULL)
		recurnet_catalog_check_name(training->name);
	check_read(&host, rn_package_read(&host.core, (const unsigned char *) VARDATA_ANY(file), VARSIZE_ANY_EXHDR(file), &package));
	if (package.read != NULL)
		model_id = import_own(&host, &package, training, started);
	else
		model_id = import_torch(&host, &package, training);
	end(&host, caller);
	return model_id;
}
