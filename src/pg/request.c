/*
 * request.c
 *		What is asked of a training, and the rows it is asked for.
 *
 * The queries of a model that is trained again are its owner's, and run as that.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "cache.h"
#include "history.h"
#include "member.h"
#include "owner.h"
#include "panel_check.h"
#include "progress.h"
#include "query.h"
#include "request.h"

void
recurnet_request_shared(const RecurnetTraining *training, RecurnetSource *source, RecurnetFit *fit)
{
	recurnet_options_parse(training->cell, training->options, &fit->options);
	*source = (RecurnetSource)
	{
		.query = training->query,
			.wanted = {
			.time = training->time,.target = training->target,
			.series = recurnet_names_parse(training->series, "series", false),
			.covariates = recurnet_names_parse(training->covariates, "covariates", true)
		},
			.time_zone = fit->options.time_zone
	};
	recurnet_fit_covariates(fit, &source->wanted.covariates);
}

void
recurnet_request_new(const RecurnetTraining *training, RecurnetSource *source, RecurnetFit *fit)
{
	recurnet_request_shared(training, source, fit);
	recurnet_options_check_effect(&fit->options);
}

/* A member of the request: {"cell": ..., "options": ...}. */
static JsonbValue *
request_member(const Jsonb *request, const char *name)
{
	JsonbValue *value = recurnet_member(request, name);

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
	return recurnet_member_text(recurnet_member_of(request_member(request, "options"), name));
}

/* Did the request say that option? */
static bool
request_has(const Jsonb *request, const char *name)
{
	return recurnet_member_of(request_member(request, "options"), name) != NULL;
}

/* The options for training a stored model again. */
static void
options_again(const RecurnetVersion *old, bool warm, RecurnetOptions *options)
{
	JsonbValue *cell;

	if (warm)
	{
		recurnet_options_parse(old->cell, old->options, options);
		options->spec.season_kept = !request_has(old->request, "season");
		options->spec.transform_kept = !request_has(old->request, "transform");
		return;
	}
	cell = request_member(old->request, "cell");
	recurnet_options_parse(pnstrdup(cell->val.string.val, cell->val.string.len),
						   JsonbValueToJsonb(request_member(old->request, "options")), options);
}

/* The zone that a model trained again goes by, unless the request named one. */
static const char *
zone_again(RecurnetHost *host, const RecurnetVersion *old)
{
	const RnModel *model;

	/* only the model knows by whose clock short steps had their hours told */
	if (!request_has(old->request, "calendar_features") && !request_has(old->request, "holidays"))
		return old->time_zone;
	model = recurnet_cache_model(host, old);
	return model->wall_zone[0] != '\0' ? model->wall_zone : old->time_zone;
}

void
recurnet_request_again(const RecurnetVersion *old, bool warm, RecurnetSource *source, RecurnetFit *fit)
{
	recurnet_catalog_check_right(old, RECURNET_MAY_MANAGE);
	options_again(old, warm, &fit->options);
	*source = (RecurnetSource)
	{
		.query = old->query,
			.wanted = {
			.time = old->time_column,.target = old->target_column,
			.series = recurnet_names_parse(old->series_columns, "series", false),
			.covariates = recurnet_names_parse(old->covariates, "covariates", true),
			.stored = true
		},
			.time_zone = request_option(old->request, "time_zone"),.zone_before = zone_again(fit->host, old)
	};
	recurnet_fit_covariates(fit, &source->wanted.covariates);
	fit->warm = warm ? recurnet_cache_model(fit->host, old) : NULL;
}

void
recurnet_request_read(RecurnetSource *source, const RecurnetVersion *old, RecurnetFit *fit)
{
	RnRowPolicy *policy = &fit->options.spec.rows;
	RecurnetOwnerScope owner;

	/* there is nothing to go on with beside the only series */
	if (source->wanted.series.n == 0)
		policy->on_error = RN_ON_ERROR_FAIL;
	source->allow_null = policy->missing != RN_MISSING_ERROR || policy->on_error == RN_ON_ERROR_SKIP;
	source->inputs = fit->options.spec.inputs;
	source->whole_days = recurnet_fit_whole_days(policy);
	if (old != NULL)
		recurnet_owner_open(&owner, old);
	recurnet_reader_read(fit->host, source, &fit->rows);
	if (fit->options.holidays != NULL)
		fit->holiday = recurnet_query_dates(fit->host, fit->options.holidays, &fit->holidays);
	if (old != NULL)
		recurnet_owner_close(&owner);
	recurnet_progress_phase(fit->host, RECURNET_PHASE_PREPARING);
	if (old != NULL)
		recurnet_history_check_type(old->time_type, fit->rows.time_type);
	if (fit->rows.panel.rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("query returns no rows"),
				 errhint("There is nothing to learn from; look at the query's WHERE clause.")));
	recurnet_panel_check(fit->host, &fit->rows.panel, recurnet_fit_settle(fit));
}
