/*
 * use.c
 *		A call that uses a model: the model found, its forecasts made.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/adapt.h"
#include "model/interval.h"

#include "argument.h"
#include "guc.h"
#include "use.h"
#include "value.h"

RecurnetSubject
recurnet_find_by_id(RecurnetHost *host, FunctionCallInfo fcinfo, int argument)
{
	return recurnet_subject_stored(host, recurnet_argument_model_id(fcinfo, argument));
}

RecurnetSubject
recurnet_find_by_name(RecurnetHost *host, FunctionCallInfo fcinfo, int argument)
{
	return recurnet_subject_stored(host, recurnet_argument_model_name(fcinfo, argument));
}

RecurnetSubject
recurnet_find_value(RecurnetHost *host, FunctionCallInfo fcinfo, int argument)
{
	return recurnet_subject(recurnet_value_decode(host, PG_GETARG_BYTEA_PP(argument)), NULL);
}

void
recurnet_use_open(RecurnetUse *use, FunctionCallInfo fcinfo, RecurnetFinder find, int argument, double level)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet forecast",
												  ALLOCSET_DEFAULT_SIZES);

	*use = (RecurnetUse) {.caller = MemoryContextSwitchTo(context),.level = level};
	recurnet_host_init(&use->host, context);
	use->subject = find(&use->host, fcinfo, argument);
	use->model = use->subject.model;
	use->intervals = rn_interval_known(use->model);
	use->adaptive = use->intervals && recurnet_guc_adaptive();
}

void
recurnet_use_close(RecurnetUse *use)
{
	MemoryContextSwitchTo(use->caller);
	MemoryContextDelete(use->host.context);
}

/* The horizon from argument i; null: what the model was trained for. */
static int
horizon_argument(FunctionCallInfo fcinfo, int i, const RnModel *model)
{
	return recurnet_argument_int(fcinfo, i, "horizon", rn_forecast_usual(model), 1, RN_MAX_HORIZON);
}

RecurnetAheadSpec
recurnet_use_ahead(RecurnetUse *use, FunctionCallInfo fcinfo, int horizon, int first)
{
	RecurnetAheadSpec spec;
	RecurnetOriginSpec origin = {0};
	TimestampTz as_of = 0;
	int64		as_of_t = 0;

	if (!PG_ARGISNULL(first))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(first);
		origin.as_of = &as_of;
	}
	if (!PG_ARGISNULL(first + 1))
	{
		as_of_t = PG_GETARG_INT64(first + 1);
		origin.as_of_t = &as_of_t;
	}
	origin.history = recurnet_argument_text(fcinfo, first + 2);
	spec.steps = horizon_argument(fcinfo, horizon, use->model);
	spec.future = recurnet_future_read(&use->host, &use->subject, recurnet_argument_text(fcinfo, first + 3));
	spec.origins = recurnet_history_origins(&use->host, &use->subject, &origin,
											PG_ARGISNULL(first + 4) ? NULL : PG_GETARG_JSONB_P(first + 4));
	return spec;
}

double
recurnet_ahead_half(const RecurnetUse *use, const RecurnetAhead *ahead, int step)
{
	return ahead->K > 0 ? ahead->width[Min(step, ahead->K) - 1] * rn_interval_growth(use->model, step) * ahead->unit : 0;
}

/* Has any of the origins rows that the model has not seen, by which intervals are to go? */
static bool
any_news(RecurnetUse *use, const RecurnetOrigins *origins)
{
	for (size_t i = 0; use->adaptive && i < origins->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (recurnet_history_origin_news(&use->host, origins, i).fresh > 0)
			return true;
	}
	return false;
}

/* Half widths of intervals from origin i, in that unit, into width [K]; adapt NULL: nothing is new. */
static void
find_widths(RecurnetUse *use, RnAdapt *adapt, const RecurnetOrigins *origins, size_t i, double unit, double *width, int K)
{
	RnNews		news = {.fresh = 0};

	if (adapt != NULL)
		news = recurnet_history_origin_news(&use->host, origins, i);
	if (news.fresh > 0)
		recurnet_host_check(&use->host, rn_adapt_learn(&use->host.core, adapt, &news, unit, use->level, width));
	else
		for (int k = 0; k < K; k++)
			width[k] = rn_interval_width(use->model, use->level, k + 1);
}

void
recurnet_use_forecast(RecurnetUse *use, const RecurnetAheadSpec *spec, RecurnetAheadListener put, void *listener)
{
	const RecurnetOrigins *origins = spec->origins;
	int			steps = spec->steps;
	size_t		known = (size_t) rn_forecast_ahead(use->model, steps) * use->model->inputs.given;
	int			part = Min(rn_fit_part(use->model->window), (int) Min(origins->count, RN_FIT_PART));
	RnOrigin	origin[RN_FIT_PART];
	const char *key[RN_FIT_PART];
	double		unit[RN_FIT_PART];
	double	   *forecast;
	float	   *values = NULL;
	int			K = rn_adapt_steps(use->model, steps);
	double	   *width = palloc(Max(K, 1) * sizeof(double));
	bool		news = any_news(use, origins);
	RnAdapt		adapt;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet part of a forecast",
												  ALLOCSET_DEFAULT_SIZES);

	recurnet_guc_check_memory(rn_forecast_bytes(use->model, part, steps)
							  + (news ? rn_adapt_bytes(use->model, steps) : 0)
							  + part * (steps * sizeof(double) + known * sizeof(float)),
							  "forecasting", news ? "turn recurnet.adaptive_intervals off, or ask for fewer steps"
							  : "ask for fewer steps, or train a smaller network");
	forecast = MemoryContextAllocHuge(CurrentMemoryContext, part * (size_t) steps * sizeof(double));
	if (spec->future != NULL)
		values = MemoryContextAllocHuge(CurrentMemoryContext, part * known * sizeof(float));
	if (news)
		recurnet_host_check(&use->host, rn_adapt_create(&use->host.core, use->model, steps, &adapt));
	for (size_t at = 0; at < origins->count; at += part)
	{
		int			B = (int) Min(origins->count - at, (size_t) part);
		MemoryContext caller = MemoryContextSwitchTo(context);

		for (int b = 0; b < B; b++)
		{
			origin[b] = recurnet_history_origin(&use->host, origins, at + b, &key[b]);
			if (spec->future == NULL)
				continue;
			origin[b].future = values + b * known;
			recurnet_future_fill(&use->host, spec->future, &origin[b], key[b], steps,
								 values + b * known);
		}
		recurnet_host_check(&use->host, rn_forecast(&use->host.core, use->model, origin, B, steps, forecast, unit));
		for (int b = 0; b < B; b++)
		{
			RecurnetAhead ahead = {at + b, &origin[b], key[b], steps, forecast + (size_t) b * steps, unit[b], width, K};

			find_widths(use, news ? &adapt : NULL, origins, at + b, unit[b], width, K);
			put(listener, &ahead);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}
