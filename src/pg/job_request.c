/*
 * job_request.c
 *		Requests of jobs to JSON and back.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "job_request.h"

/* What the rows, the limits and the speed of a training depend on. */
static const char *const settings[] = {
	"search_path", "TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits",
	"work_mem", "maintenance_work_mem", "max_parallel_maintenance_workers", "recurnet.max_memory"
};

const char *const recurnet_promotions[RECURNET_PROMOTIONS] = {"always", "if_better", "never"};

/* ---- to JSON ---- */

/* A member with a text; none for NULL. */
static void
append_text(StringInfo json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(json, ", \"%s\": ", name);
	escape_json(json, value);
}

/* Begin a request: the settings as they are. */
static void
begin_request(StringInfo json)
{
	initStringInfo(json);
	appendStringInfoString(json, "{\"settings\": {");
	for (int i = 0; i < (int) lengthof(settings); i++)
	{
		appendStringInfo(json, "%s\"%s\": ", i > 0 ? ", " : "", settings[i]);
		escape_json(json, GetConfigOptionByName(settings[i], NULL, false));
	}
	appendStringInfoChar(json, '}');
}

static Jsonb *
end_request(StringInfo json)
{
	appendStringInfoChar(json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json->data)));
}

Jsonb *
recurnet_job_request_train(const RecurnetTraining *training)
{
	Jsonb	   *options = (Jsonb *) training->options;
	StringInfoData json;

	begin_request(&json);
	append_text(&json, "cell", training->cell);
	append_text(&json, "query", training->query);
	if (options != NULL)
		appendStringInfo(&json, ", \"options\": %s", JsonbToCString(NULL, &options->root, VARSIZE(options)));
	append_text(&json, "name", training->name);
	append_text(&json, "time", training->time);
	append_text(&json, "target", training->target);
	append_text(&json, "series", training->series);
	append_text(&json, "covariates", training->covariates);
	return end_request(&json);
}

Jsonb *
recurnet_job_request_retrain(const RecurnetRetraining *retraining)
{
	StringInfoData json;

	begin_request(&json);
	append_text(&json, "mode", retraining->warm ? "warm" : "cold");
	append_text(&json, "promote", recurnet_promotions[retraining->promote]);
	append_text(&json, "only_if", retraining->only_new ? "new_rows" : NULL);
	return end_request(&json);
}

/* ---- and back ---- */

static JsonbValue *
member(const Jsonb *request, const char *name)
{
	return getKeyJsonValueFromContainer((JsonbContainer *) &request->root, name, strlen(name), NULL);
}

static char *
member_text(const Jsonb *request, const char *name)
{
	JsonbValue *value = member(request, name);

	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* Is the text of that member this one? */
static bool
member_is(const Jsonb *request, const char *name, const char *text)
{
	const char *said = member_text(request, name);

	return said != NULL && strcmp(said, text) == 0;
}

static RecurnetPromotion
member_promotion(const Jsonb *request)
{
	for (int i = 0; i < RECURNET_PROMOTIONS; i++)
		if (member_is(request, "promote", recurnet_promotions[i]))
			return (RecurnetPromotion) i;
	return RECURNET_PROMOTE_IF_BETTER;
}

RecurnetTraining
recurnet_job_request_training(const Jsonb *request)
{
	JsonbValue *options = member(request, "options");
	RecurnetTraining training = {
		.cell = member_text(request, "cell"),.query = member_text(request, "query"),
		.options = options != NULL ? JsonbValueToJsonb(options) : NULL,
		.name = member_text(request, "name"),.time = member_text(request, "time"),
		.target = member_text(request, "target"),.series = member_text(request, "series"),
		.covariates = member_text(request, "covariates")
	};

	return training;
}

RecurnetRetraining
recurnet_job_request_retraining(const Jsonb *request)
{
	RecurnetRetraining retraining = {
		.warm = member_is(request, "mode", "warm"),.promote = member_promotion(request),
		.only_new = member_is(request, "only_if", "new_rows")
	};

	return retraining;
}

void
recurnet_job_request_apply(const Jsonb *request)
{
	JsonbValue *asked = member(request, "settings");

	for (int i = 0; i < (int) lengthof(settings); i++)
	{
		JsonbValue *value = getKeyJsonValueFromContainer(asked->val.binary.data, settings[i], strlen(settings[i]), NULL);

		if (value != NULL)
			SetConfigOption(settings[i], pnstrdup(value->val.string.val, value->val.string.len),
							PGC_USERSET, PGC_S_SESSION);
	}
}
