/*
 * fit.c
 *		From rows to a trained model: settle, plan, hold the memory against its
 *		limit, train, encode.
 *
 * Where rows come from and where the model goes is the business of others: a
 * stored model's of job.c, an aggregate's of sql_fit.c.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "model/codec.h"

#include "fit.h"
#include "guc.h"
#include "time_type.h"
#include "words.h"
#include "zone.h"

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

bool
recurnet_fit_whole_days(const RnRowPolicy *policy)
{
	const RnCalendar *frequency = &policy->frequency;

	return policy->has_frequency && frequency->kind == RN_TIME_CIVIL &&
		(frequency->months > 0 || frequency->business_days > 0 || frequency->step % RN_USECS_PER_DAY == 0);
}

/*
 * Days of instants that begin at another hour than midnight are those of another
 * zone, or of a deliberate clock; who meant the former learns it when the clocks
 * change, unless told before.
 */
static void
notice_hour(const RecurnetFit *fit)
{
	const RnPanel *panel = &fit->rows.panel;
	const RnCalendar *calendar = &panel->calendar;
	char		text[RN_TIME_TEXT];
	size_t		s = 0;

	while (s < panel->count && panel->series[s].n == 0)
		s++;
	if (fit->rows.time_zone == NULL || fit->options.time_zone != NULL || s == panel->count ||
		(calendar->months == 0 && calendar->business_days == 0 && calendar->step % RN_USECS_PER_DAY != 0) ||
		panel->series[s].start % RN_USECS_PER_DAY == 0)
		return;
	rn_time_describe(RN_TIME_CIVIL, panel->series[s].start, text, sizeof(text));
	ereport(NOTICE,
			(errmsg("the days of the series do not begin at midnight in time zone %s: the first is %s",
					fit->rows.time_zone, text),
			 errhint("If they are days of another zone, name it in option \"time_zone\".")));
}

/* Does the frequency asked for fit the kind of time that there is? */
static void
check_frequency(const RecurnetFit *fit)
{
	const RnRowPolicy *policy = &fit->options.spec.rows;
	RnTimeKind	kind = fit->rows.panel.kind;

	if (policy->has_frequency && policy->frequency.kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"frequency\" must be %s for a time column of type %s",
						kind == RN_TIME_INTEGER ? "an integer" : "an interval",
						format_type_be(fit->rows.time_type))));
}

/* Every series in steps of one calendar, and holes filled unless that is for later. */
RnCode
recurnet_fit_settle(RecurnetFit *fit)
{
	RnHost	   *core = &fit->host->core;
	RnPanel    *panel = &fit->rows.panel;
	RnRowPolicy *policy = &fit->options.spec.rows;
	RnCode		code;

	check_frequency(fit);
	if (policy->has_frequency || policy->duplicates != RN_DUPLICATES_ERROR)
		recurnet_guc_check_memory(fit->rows.bytes + 2 * panel->rows * sizeof(int64), "combining rows",
								  "combine them in the query");
	code = rn_panel_settle(core, panel, policy, NULL);
	if (code == RN_IRREGULAR_TIME && fit->rows.time_zone != NULL && steps_of_days(panel))
		rn_fail_hint(core, "%s If they are even in another time zone than %s, name it in option \"time_zone\".",
					 pstrdup(core->error.hint), fit->rows.time_zone);
	if (code != RN_OK)
		return code;
	if (panel->bytes > 0)
		recurnet_guc_check_memory(fit->rows.bytes + panel->bytes, "filling the gaps of the rows",
								  "set a coarser frequency");
	fit->rows.bytes += panel->bytes;
	notice_hour(fit);
	if (fit->unfilled)
		return policy->missing != RN_MISSING_ERROR ? rn_panel_spread(core, panel) : RN_OK;
	return rn_panel_fill(core, panel, policy);
}

void
recurnet_fit_covariates(RecurnetFit *fit, const RecurnetNames *names)
{
	RnInputs   *inputs = &fit->options.spec.inputs;

	fit->covariates = *names;
	inputs->given = names->n;
	for (int c = 0; c < names->n; c++)
		inputs->covariate[c].kind = names->kind[c];
}

/* Bytes that the model will have as stored, keys apart. */
static size_t
stored_bytes(const RecurnetFit *fit)
{
	const RnTrainSpec *spec = &fit->plan.spec;
	size_t		row = sizeof(double) + 1 + spec->inputs.given * sizeof(float);
	size_t		bytes;

	if (__builtin_mul_overflow(rn_recipe_tail_rows(&fit->plan), row, &bytes) || bytes > SIZE_MAX / 4)
		return SIZE_MAX / 4;
	if (fit->plan.fit.source_learns)
		bytes += (fit->plan.series + 1) * (size_t) spec->members * sizeof(float);
	return bytes + fit->plan.series * 64
		+ (size_t) spec->members * rn_network_size(&fit->plan.network) * sizeof(float);
}

/* Are other shapes of the networks to be tried first? */
static bool
tries_shapes(const RecurnetFit *fit)
{
	return fit->plan.spec.tune && fit->plan.method == RN_METHOD_LOCAL;
}

/* Every open choice resolved, and the memory held against its limit. */
RnCode
recurnet_fit_plan(RecurnetFit *fit)
{
	RnPanel    *panel = &fit->rows.panel;
	size_t		stored;
	size_t		bytes;

	if (fit->rows.wall_zone != NULL)
		fit->options.spec.inputs.clock = recurnet_zone_clock(fit->rows.wall_zone);
	RN_TRY(rn_recipe_plan(&fit->host->core, &fit->options.spec, panel, &fit->plan));
	if (tries_shapes(fit))
		RN_TRY(rn_tune_bytes(&fit->host->core, &fit->options.spec, panel, &fit->plan));
	if (rn_network_size(&fit->plan.network) == 0 || stored_bytes(fit) > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model needs more than the %zu MB that one may have",
						RN_CODEC_MAX_BYTES / (1024 * 1024)),
				 errhint("Use fewer units or layers, a smaller window, or fewer series.")));

	/* what is stored as bytes, twice more on its way into the table; the old weights */
	stored = 3 * stored_bytes(fit);
	if (fit->warm != NULL)
		stored += (size_t) fit->warm->members * fit->warm->network.size * sizeof(float);
	if (__builtin_add_overflow(fit->plan.bytes, fit->rows.bytes + stored, &bytes))
		bytes = SIZE_MAX;
	fit->bytes = bytes;
	recurnet_guc_check_memory(bytes, "training",
							  "make the network, the batch or the window smaller");
	return RN_OK;
}

/* What the host wants to know of a model again: its times and covariates. */
static void
label_model(RecurnetFit *fit)
{
	const RecurnetNames *names = &fit->covariates;
	RnModel    *model = &fit->model;
	char	   *at;

	strlcpy(model->time_type, recurnet_time_type_name(fit->rows.time_type), RN_MODEL_TEXT);
	if (fit->rows.time_zone != NULL)
		strlcpy(model->time_zone, fit->rows.time_zone, RN_MODEL_TEXT);
	if (fit->rows.wall_zone != NULL)
		strlcpy(model->wall_zone, fit->rows.wall_zone, RN_MODEL_TEXT);
	for (int c = 0; c < names->n; c++)
		model->covariate_names_size += strlen(names->name[c]) + 1;
	if (model->covariate_names_size == 0)
		return;
	at = model->covariate_names = MemoryContextAlloc(fit->host->context, model->covariate_names_size);
	for (int c = 0; c < names->n; c++)
		at = stpcpy(at, names->name[c]) + 1;
}

/* ERROR unless the given network sees what the rows show. */
static void
check_given(const RecurnetFit *fit)
{
	int			there = fit->given->network.spec.inputs;
	int			here = fit->plan.network.inputs;

	if (there != here)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the network sees %d %s of each time step, but the rows and options give %d",
						there, there == 1 ? "number" : "numbers", here),
				 errhint("The value is one; covariates (two each, if known ahead) and option \"calendar_features\" give more.")));
}

/* What fit->plan says, by as many processes as may be. */
static RnCode
train_plan(RecurnetFit *fit)
{
	int			workers = recurnet_fit_workers(fit);

	if (workers > 0)
		return recurnet_fit_train_parallel(fit, workers);
	return rn_recipe_train(&fit->host->core, &fit->plan, &fit->rows.panel, fit->holiday, fit->holidays,
						   fit->given != NULL ? fit->given : fit->warm, NULL, &fit->model, &fit->report);
}

/* Networks of one shape on trial; what they learnt is thrown away. */
static RnCode
try_shape(void *context, const RnTrainPlan *plan, double *mase)
{
	RecurnetFit *fit = context;
	MemoryContext caller = CurrentMemoryContext;
	volatile RnCode code = RN_CANCELLED;

	fit->plan = *plan;
	PG_TRY();
	{
		code = train_plan(fit);
	}
	PG_CATCH();
	{
		recurnet_host_keep_error(fit->host, caller);
	}
	PG_END_TRY();
	RN_TRY(code);
	*mase = fit->report.validation_mase;
	rn_model_free(&fit->host->core, &fit->model);
	rn_train_report_free(&fit->host->core, &fit->report);
	return RN_OK;
}

RnCode
recurnet_fit_train(RecurnetFit *fit)
{
	if (fit->given != NULL)
	{
		check_given(fit);
		fit->plan.fit.epochs = 0;
	}
	else if (tries_shapes(fit))
	{
		RnTrainPlan best = fit->plan;

		RN_TRY(rn_tune(&fit->host->core, &fit->options.spec, &fit->rows.panel, try_shape, fit, &best, &fit->tuning));
		fit->plan = best;
	}
	RN_TRY(train_plan(fit));
	label_model(fit);
	return RN_OK;
}

bytea *
recurnet_fit_encode(RecurnetFit *fit)
{
	size_t		size;
	bytea	   *bytes;
	RnCode		code;

	recurnet_words_store(fit->host, &fit->model);
	size = rn_model_encoded_size(&fit->model);
	if (size > RN_CODEC_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model is larger than the %zu MB that can be stored",
						RN_CODEC_MAX_BYTES / (1024 * 1024)),
				 errhint("Use fewer units or layers.")));
	bytes = palloc(VARHDRSZ + size);
	SET_VARSIZE(bytes, VARHDRSZ + size);
	code = rn_model_encode(&fit->host->core, &fit->model, (unsigned char *) VARDATA(bytes), size);
	recurnet_host_check(fit->host, code);
	return bytes;
}
