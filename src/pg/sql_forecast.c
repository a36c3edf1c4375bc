/*
 * sql_forecast.c
 *		rn_forecast, rn_forecast_as, rn_predict and rn_anomalies.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/adapt.h"
#include "model/interval.h"
#include "series/box_cox.h"

#include "argument.h"
#include "future.h"
#include "guc.h"
#include "history.h"
#include "output.h"
#include "series_key.h"
#include "value.h"

#define FORECAST_COLUMNS	7	/* series, step, ts, t, forecast, lower, upper */
#define PREDICT_COLUMNS		7	/* series, ts, t, actual, predicted, lower, upper */
#define ANOMALY_COLUMNS		(PREDICT_COLUMNS + 1)	/* and score */
#define ANOMALY_LEVEL		0.99

/* A model in use; all of it in one context below the caller's. */
typedef struct Use
{
	RecurnetHost host;
	MemoryContext caller;
	RecurnetSubject subject;
	const RnModel *model;
	RecurnetOutput output;
	double		level;
	bool		intervals;		/* does the model know any? */
	bool		adaptive;		/* and do new rows count for them? */
	bool		anomalies;		/* rn_anomalies: only rows outside of them */
	ReturnSetInfo *result;
} Use;

/* Finds the model of a call, in the use's context. */
typedef RecurnetSubject (*Finder) (RecurnetHost *host, FunctionCallInfo fcinfo, int argument);

static RecurnetSubject
find_by_id(RecurnetHost *host, FunctionCallInfo fcinfo, int argument)
{
	return recurnet_subject_stored(host, recurnet_argument_model_id(fcinfo, argument));
}

static RecurnetSubject
find_by_name(RecurnetHost *host, FunctionCallInfo fcinfo, int argument)
{
	return recurnet_subject_stored(host, recurnet_argument_model_name(fcinfo, argument));
}

static RecurnetSubject
find_value(RecurnetHost *host, FunctionCallInfo fcinfo, int argument)
{
	return recurnet_subject(recurnet_value_decode(host, PG_GETARG_BYTEA_PP(argument)), NULL);
}

/*
 * No rows where rn_fit gave a group no model: the models of the others, in the
 * same column, are not to suffer.
 */
static bool
no_model(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		InitMaterializedSRF(fcinfo, 0);
	return PG_ARGISNULL(argument);
}

/* Set up the result, load the model and decode it. */
static Use *
use_open(FunctionCallInfo fcinfo, Finder find, int argument, Oid ts_type, double level)
{
	MemoryContext context;
	MemoryContext caller;
	Use		   *use;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet forecast",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	use = palloc0(sizeof(Use));
	use->caller = caller;
	use->result = (ReturnSetInfo *) fcinfo->resultinfo;
	use->level = level;
	recurnet_host_init(&use->host, context);
	use->subject = find(&use->host, fcinfo, argument);
	use->model = use->subject.model;
	use->output = recurnet_output(&use->subject, ts_type);
	use->intervals = rn_interval_known(use->model);
	use->adaptive = use->intervals && recurnet_guc_adaptive();
	return use;
}

static void
use_close(Use *use)
{
	MemoryContext context = use->host.context;

	MemoryContextSwitchTo(use->caller);
	MemoryContextDelete(context);
}

/* Columns lower and upper around a forecast, of that half width; null where the model knows no intervals. */
static void
put_interval(const Use *use, double forecast, double half, Datum *values, bool *nulls)
{
	double		lower;
	double		upper;

	nulls[0] = nulls[1] = !use->intervals;
	if (!use->intervals)
		return;
	rn_interval_around(use->model, half, forecast, &lower, &upper);
	values[0] = Float8GetDatum(lower);
	values[1] = Float8GetDatum(upper);
}

/* The horizon from argument i; null: what the model was trained for. */
static int
horizon_argument(FunctionCallInfo fcinfo, int i, const RnModel *model)
{
	int			horizon = PG_ARGISNULL(i) ? rn_forecast_usual(model) : PG_GETARG_INT32(i);

	if (horizon < 1 || horizon > RN_MAX_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("horizon is out of range: %d", horizon),
				 errdetail("Its range is: 1 to %d.", RN_MAX_HORIZON)));
	return horizon;
}

/* Columns ts and t. */
static void
put_time(const Use *use, int64 time, Datum *values, bool *nulls)
{
	NullableDatum ts;
	NullableDatum t;

	recurnet_output_time(&use->output, time, &ts, &t);
	values[0] = ts.value;
	nulls[0] = ts.isnull;
	values[1] = t.value;
	nulls[1] = t.isnull;
}

/* Column series. */
static void
put_key(const char *key, Datum *value, bool *null)
{
	*null = key == NULL;
	*value = key != NULL ? recurnet_key_datum(key) : (Datum) 0;
}

/* All rows of one series, with half widths [K] in that unit. */
static void
put_forecasts(Use *use, const RnOrigin *origin, const char *key, const double *forecast, double unit, int steps,
			  const double *width, int K)
{
	Datum		values[FORECAST_COLUMNS] = {0};
	bool		nulls[FORECAST_COLUMNS] = {false};

	put_key(key, &values[0], &nulls[0]);
	for (int step = 1; step <= steps; step++)
	{
		int64		time;

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(&use->host, rn_calendar_add(&use->host.core, &origin->calendar,
														origin->last_time, step, &time));
		values[1] = Int32GetDatum(step);
		put_time(use, time, &values[2], &nulls[2]);
		values[4] = Float8GetDatum(forecast[step - 1]);
		put_interval(use, forecast[step - 1],
					 K > 0 ? width[Min(step, K) - 1] * rn_interval_growth(use->model, step) * unit : 0,
					 &values[5], &nulls[5]);
		tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
	}
}

/* Has any of the origins rows that the model has not seen, by which intervals are to go? */
static bool
any_news(Use *use, const RecurnetOrigins *origins)
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
find_widths(Use *use, RnAdapt *adapt, const RecurnetOrigins *origins, size_t i, double unit, double *width, int K)
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

/* Forecasts of all origins, as many side by side as fit into a part. */
static void
forecast_all(Use *use, const RecurnetOrigins *origins, const RecurnetFuture *future, int steps)
{
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
	if (future != NULL)
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
			if (future == NULL)
				continue;
			origin[b].future = values + b * known;
			recurnet_future_fill(&use->host, future, &origin[b], key[b], steps,
								 values + b * known);
		}
		recurnet_host_check(&use->host, rn_forecast(&use->host.core, use->model, origin, B, steps, forecast, unit));
		for (int b = 0; b < B; b++)
		{
			find_widths(use, news ? &adapt : NULL, origins, at + b, unit[b], width, K);
			put_forecasts(use, &origin[b], key[b], forecast + (size_t) b * steps, unit[b], steps, width, K);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

/*
 * The body of rn_forecast and rn_forecast_as.  model is the number of the
 * argument model; then come horizon, level, as_of, as_of_t, history, future,
 * for_series.
 */
static Datum
forecast(FunctionCallInfo fcinfo, Finder find, int model, Oid ts_type)
{
	int			first = model + 1;
	double		level = recurnet_argument_level(fcinfo, first + 1, RECURNET_DEFAULT_LEVEL);
	RecurnetOriginSpec spec = {0};
	RecurnetOrigins *origins;
	RecurnetFuture *future;
	TimestampTz as_of = 0;
	int64		as_of_t = 0;
	int			steps;
	Use		   *use;

	if (!PG_ARGISNULL(first + 2))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(first + 2);
		spec.as_of = &as_of;
	}
	if (!PG_ARGISNULL(first + 3))
	{
		as_of_t = PG_GETARG_INT64(first + 3);
		spec.as_of_t = &as_of_t;
	}
	use = use_open(fcinfo, find, model, ts_type, level);
	spec.history = recurnet_argument_text(fcinfo, first + 4);
	steps = horizon_argument(fcinfo, first, use->model);
	future = recurnet_future_read(&use->host, &use->subject, recurnet_argument_text(fcinfo, first + 5));
	origins = recurnet_history_origins(&use->host, &use->subject, &spec,
									   PG_ARGISNULL(first + 6) ? NULL : PG_GETARG_JSONB_P(first + 6));
	forecast_all(use, origins, future, steps);
	use_close(use);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_forecast_id);
Datum
recurnet_forecast_id(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, find_by_id, 0, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_name);
Datum
recurnet_forecast_name(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, find_by_name, 0, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_value);
Datum
recurnet_forecast_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 0))
		return (Datum) 0;
	return forecast(fcinfo, find_value, 0, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_id);
Datum
recurnet_forecast_as_id(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, find_by_id, 1, get_fn_expr_argtype(fcinfo->flinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_name);
Datum
recurnet_forecast_as_name(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, find_by_name, 1, get_fn_expr_argtype(fcinfo->flinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_value);
Datum
recurnet_forecast_as_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 1))
		return (Datum) 0;
	return forecast(fcinfo, find_value, 1, get_fn_expr_argtype(fcinfo->flinfo, 0));
}

/*
 * How many times as far as the interval reaches on its side an actual value
 * outside of it is from its prediction; of a model that takes logarithms or powers, in these.
 * Where a bound of the model leaves nothing of that side, it is infinity.
 */
static double
anomaly_score(const RnModel *model, double actual, double predicted, double lower, double upper)
{
	double		bound = actual > upper ? upper : lower;

	double		lambda = rn_model_lambda(model);

	if (lambda == 0 && predicted > 0 && bound > 0)
		return actual > 0 ? fabs(log(actual / predicted) / log(bound / predicted)) : INFINITY;
	if (lambda == 0)
		lambda = 1;
	actual = rn_box_cox(lambda, actual);
	predicted = rn_box_cox(lambda, predicted);
	return fabs(actual - predicted) / fabs(rn_box_cox(lambda, bound) - predicted);
}

/* The columns of rn_predict as a row of rn_anomalies, if it is one. */
static void
put_anomaly(Use *use, Datum *values, bool *nulls)
{
	double		actual = DatumGetFloat8(values[3]);
	double		lower = DatumGetFloat8(values[5]);
	double		upper = DatumGetFloat8(values[6]);

	if (nulls[3] || nulls[4] || (actual >= lower && actual <= upper))
		return;
	values[7] = Float8GetDatum(anomaly_score(use->model, actual, DatumGetFloat8(values[4]), lower, upper));
	tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
}

/*
 * The first row of n that can be an anomaly: the first that networks learn to forecast.
 * Earlier ones have less to go by than the errors that intervals are learnt from.
 */
static size_t
first_judged(const RnModel *model, size_t n)
{
	return model->method == RN_METHOD_LOCAL ? rn_local_first(&model->local, n) + 1 : 0;
}

/*
 * All rows of a series: those before the first full window without a prediction,
 * those made up without an actual value, unless what is missing is said to be zero.
 * half: half widths of intervals.
 */
static void
put_predictions(Use *use, const RnPanel *panel, const RnSeries *series, const double *half, const double *predicted)
{
	Datum		values[ANOMALY_COLUMNS] = {0};
	bool		nulls[ANOMALY_COLUMNS] = {false};

	put_key(series->key, &values[0], &nulls[0]);
	for (size_t i = 0; i < series->n; i++)
	{
		bool		known = i >= (size_t) rn_model_first_predicted(use->model);
		int64		time;

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(&use->host, rn_panel_time(&use->host.core, panel, series, i, &time));
		put_time(use, time, &values[1], &nulls[1]);
		values[3] = Float8GetDatum(panel->value[series->first + i]);
		nulls[3] = panel->missing != NULL && panel->missing[series->first + i] &&
			use->model->rows.missing != RN_MISSING_ZERO;
		nulls[4] = nulls[5] = nulls[6] = !known;
		if (known)
		{
			values[4] = Float8GetDatum(predicted[i]);
			put_interval(use, predicted[i], half[i], &values[5], &nulls[5]);
		}
		if (!use->anomalies)
			tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
		else if (i >= first_judged(use->model, series->n))
			put_anomaly(use, values, nulls);
	}
}

/* One step ahead through every series of the rows. */
static void
predict_all(Use *use, const RnPanel *panel)
{
	RnRows		rows = {panel->value, panel->missing, panel->covariate};

	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];
		double	   *predicted;
		double	   *unit;
		int64		of_model;
		RnView		view;
		RnNews		news;

		if (series->n == 0)
			continue;
		of_model = recurnet_history_find(use->model, series->key);
		view = recurnet_history_view(&use->host, &use->subject, panel, series, of_model);
		predicted = MemoryContextAllocHuge(use->host.context, 2 * series->n * sizeof(double));
		unit = predicted + series->n;
		recurnet_host_check(&use->host,
							rn_predict(&use->host.core, use->model, &rows, &view, series->n, predicted, unit));
		news = recurnet_history_news(&use->host, &use->subject, panel, series, of_model);
		if (!use->adaptive)
			news.fresh = 0;
		if (use->intervals)
			recurnet_host_check(&use->host, rn_adapt_predicted(&use->host.core, use->model, &news, use->level,
															   predicted, unit));
		put_predictions(use, panel, series, unit, predicted);
		pfree(predicted);
	}
}

/* The most rows that a series has. */
static size_t
longest(const RnPanel *panel)
{
	size_t		n = 0;

	for (size_t s = 0; s < panel->count; s++)
		n = Max(n, panel->series[s].n);
	return n;
}

/* ERROR unless there are intervals to be outside of. */
static void
require_intervals(const Use *use)
{
	if (!use->intervals)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the model knows no intervals, outside of which a row would be an anomaly"),
				 errdetail("No rows were held out in training to learn them from."),
				 errhint("Train it with option \"validation_split\", such as 0.2.")));
}

/*
 * The body of rn_predict(model, query, level), and of rn_anomalies.
 */
static Datum
predict(FunctionCallInfo fcinfo, Finder find, bool anomalies)
{
	double		level = recurnet_argument_level(fcinfo, 2, anomalies ? ANOMALY_LEVEL : RECURNET_DEFAULT_LEVEL);
	RecurnetRows rows;
	Use		   *use;

	recurnet_argument_required(fcinfo, 1, "query");
	use = use_open(fcinfo, find, 0, TIMESTAMPTZOID, level);
	use->anomalies = anomalies;
	if (anomalies)
		require_intervals(use);
	recurnet_history_read(&use->host, &use->subject, recurnet_argument_text(fcinfo, 1), false, NULL,
						  (size_t) rn_model_first_predicted(use->model) + 1, &rows);
	recurnet_guc_check_memory(rows.bytes + 2 * longest(&rows.panel) * sizeof(double) +
							  rn_predict_bytes(use->model),
							  "predicting", "read fewer rows");
	predict_all(use, &rows.panel);
	use_close(use);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_predict_id);
Datum
recurnet_predict_id(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_by_id, false);
}

PG_FUNCTION_INFO_V1(recurnet_predict_name);
Datum
recurnet_predict_name(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_by_name, false);
}

PG_FUNCTION_INFO_V1(recurnet_predict_value);
Datum
recurnet_predict_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 0))
		return (Datum) 0;
	return predict(fcinfo, find_value, false);
}

PG_FUNCTION_INFO_V1(recurnet_anomalies_id);
Datum
recurnet_anomalies_id(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_by_id, true);
}

PG_FUNCTION_INFO_V1(recurnet_anomalies_name);
Datum
recurnet_anomalies_name(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, find_by_name, true);
}

PG_FUNCTION_INFO_V1(recurnet_anomalies_value);
Datum
recurnet_anomalies_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 0))
		return (Datum) 0;
	return predict(fcinfo, find_value, true);
}
