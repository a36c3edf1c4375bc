/*
 * job_request.c
 *		Requests of jobs to JSON and back.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "job_request.h"
#include "member.h"

/* What the rows, the limits and the speed of a training depend on. */
static const char *const settings[] = {
	"search_path", "TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits",
	"work_mem", "maintenance_work_mem", "max_parallel_maintenance_workers", "recurnet.max_memory"
};

const char *const recurnet_promotions[RECURNET_PROMOTIONS] = {"always", "if_better", "never"};

/* ---- to JSON ---- */

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
	recurnet_member_append(&json, "cell", training->cell);
	recurnet_member_append(&json, "query", training->query);
	if (options != NULL)
		appendStringInfo(&json, ", \"options\": %s", JsonbToCString(NULL, &options->root, VARSIZE(options)));
	recurnet_member_append(&json, "name", training->name);
	recurnet_member_append(&json, "time", training->time);
	recurnet_member_append(&json, "target", training->target);
	recurnet_member_append(&json, "series", training->series);
	recurnet_member_append(&json, "covariates", training->covariates);
	return end_request(&json);
}

Jsonb *
recurnet_job_request_retrain(const RecurnetRetraining *retraining)
{
	StringInfoData json;

	begin_request(&json);
	recurnet_member_append(&json, "mode", retraining->warm ? "warm" : "cold");
	recurnet_member_append(&json, "promote", recurnet_promotions[retraining->promote]);
	recurnet_member_append(&json, "only_if", retraining->only_new ? "new_rows" : NULL);
	return end_request(&json);
}

/* ---- and back ---- */

static char *
text_of(const Jsonb *request, const char *name)
{
	return recurnet_member_text(recurnet_member(request, name));
}

/* Is the text of that member this one? */
static bool
member_is(const Jsonb *request, const char *name, const char *text)
{
	const char *said = text_of(request, name);

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
	JsonbValue *options = recurnet_member(request, "options");
	RecurnetTraining training = {
		.cell = text_of(request, "cell"),.query = text_of(request, "query"),
		.options = options != NULL ? JsonbValueToJsonb(options) : NULL,
		.name = text_of(request, "name"),.time = text_of(request, "time"),
		.target = text_of(request, "target"),.series = text_of(request, "series"),
		.covariates = text_of(request, "covariates")
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
	const JsonbValue *asked = recurnet_member(request, "settings");

	for (int i = 0; i < (int) lengthof(settings); i++)
	{
		const char *value = recurnet_member_text(recurnet_member_of(asked, settings[i]));

		if (value != NULL)
			SetConfigOption(settings[i], value, PGC_USERSET, PGC_S_SESSION);
	}
}
