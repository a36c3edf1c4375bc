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

#include "model/interval.h"
#include "series/box_cox.h"

#include "argument.h"
#include "guc.h"
#include "output.h"
#include "series_key.h"
#include "use.h"

#define FORECAST_COLUMNS	7	/* series, step, ts, t, forecast, lower, upper */
#define PREDICT_COLUMNS		7	/* series, ts, t, actual, predicted, lower, upper */
#define ANOMALY_COLUMNS		(PREDICT_COLUMNS + 1)	/* and score */
#define ANOMALY_LEVEL		0.99

/* A call that returns rows. */
typedef struct Use
{
	RecurnetUse in;
	RecurnetOutput output;
	bool		anomalies;		/* rn_anomalies: only rows outside of the intervals */
	ReturnSetInfo *result;
} Use;

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
static Use
use_open(FunctionCallInfo fcinfo, RecurnetFinder find, int argument, Oid ts_type, double level)
{
	Use			use = {.result = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, 0);
	recurnet_use_open(&use.in, fcinfo, find, argument, level);
	use.output = recurnet_output(&use.in.subject, ts_type);
	return use;
}

/* Columns lower and upper around a forecast, of that half width; null where the model knows no intervals. */
static void
put_interval(const Use *use, double forecast, double half, Datum *values, bool *nulls)
{
	double		lower;
	double		upper;

	nulls[0] = nulls[1] = !use->in.intervals;
	if (!use->in.intervals)
		return;
	rn_interval_around(use->in.model, half, forecast, &lower, &upper);
	values[0] = Float8GetDatum(lower);
	values[1] = Float8GetDatum(upper);
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

/* All rows of one series. */
static void
put_forecasts(void *listener, const RecurnetAhead *ahead)
{
	Use		   *use = listener;
	Datum		values[FORECAST_COLUMNS] = {0};
	bool		nulls[FORECAST_COLUMNS] = {false};

	put_key(ahead->key, &values[0], &nulls[0]);
	for (int step = 1; step <= ahead->steps; step++)
	{
		int64		time;

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(&use->in.host, rn_calendar_add(&use->in.host.core, &ahead->origin->calendar,
														   ahead->origin->last_time, step, &time));
		values[1] = Int32GetDatum(step);
		put_time(use, time, &values[2], &nulls[2]);
		values[4] = Float8GetDatum(ahead->forecast[step - 1]);
		put_interval(use, ahead->forecast[step - 1], recurnet_ahead_half(&use->in, ahead, step), &values[5], &nulls[5]);
		tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
	}
}

/*
 * The body of rn_forecast and rn_forecast_as.  model is the number of the
 * argument model; then come horizon, level, and those of recurnet_use_ahead.
 */
static Datum
forecast(FunctionCallInfo fcinfo, RecurnetFinder find, int model, Oid ts_type)
{
	double		level = recurnet_argument_level(fcinfo, model + 2, RECURNET_DEFAULT_LEVEL);
	Use			use = use_open(fcinfo, find, model, ts_type, level);
	RecurnetAheadSpec spec = recurnet_use_ahead(&use.in, fcinfo, model + 1, model + 3);

	recurnet_use_forecast(&use.in, &spec, put_forecasts, &use);
	recurnet_use_close(&use.in);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_forecast_id);
Datum
recurnet_forecast_id(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_find_by_id, 0, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_name);
Datum
recurnet_forecast_name(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_find_by_name, 0, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_value);
Datum
recurnet_forecast_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 0))
		return (Datum) 0;
	return forecast(fcinfo, recurnet_find_value, 0, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_id);
Datum
recurnet_forecast_as_id(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_find_by_id, 1, get_fn_expr_argtype(fcinfo->flinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_name);
Datum
recurnet_forecast_as_name(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_find_by_name, 1, get_fn_expr_argtype(fcinfo->flinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_value);
Datum
recurnet_forecast_as_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 1))
		return (Datum) 0;
	return forecast(fcinfo, recurnet_find_value, 1, get_fn_expr_argtype(fcinfo->flinfo, 0));
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
	values[7] = Float8GetDatum(anomaly_score(use->in.model, actual, DatumGetFloat8(values[4]), lower, upper));
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
		bool		known = i >= (size_t) rn_model_first_predicted(use->in.model);
		int64		time;

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(&use->in.host, rn_panel_time(&use->in.host.core, panel, series, i, &time));
		put_time(use, time, &values[1], &nulls[1]);
		values[3] = Float8GetDatum(panel->value[series->first + i]);
		nulls[3] = panel->missing != NULL && panel->missing[series->first + i] &&
			use->in.model->rows.missing != RN_MISSING_ZERO;
		nulls[4] = nulls[5] = nulls[6] = !known;
		if (known)
		{
			values[4] = Float8GetDatum(predicted[i]);
			put_interval(use, predicted[i], half[i], &values[5], &nulls[5]);
		}
		if (!use->anomalies)
			tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
		else if (i >= first_judged(use->in.model, series->n))
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
		of_model = recurnet_history_find(use->in.model, series->key);
		view = recurnet_history_view(&use->in.host, &use->in.subject, panel, series, of_model);
		predicted = MemoryContextAllocHuge(use->in.host.context, 2 * series->n * sizeof(double));
		unit = predicted + series->n;
		recurnet_host_check(&use->in.host,
							rn_predict(&use->in.host.core, use->in.model, &rows, &view, series->n, predicted, unit));
		news = recurnet_history_news(&use->in.host, &use->in.subject, panel, series, of_model);
		if (!use->in.adaptive)
			news.fresh = 0;
		if (use->in.intervals)
			recurnet_host_check(&use->in.host, rn_adapt_predicted(&use->in.host.core, use->in.model, &news, use->in.level,
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
	if (!use->in.intervals)
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
predict(FunctionCallInfo fcinfo, RecurnetFinder find, bool anomalies)
{
	double		level = recurnet_argument_level(fcinfo, 2, anomalies ? ANOMALY_LEVEL : RECURNET_DEFAULT_LEVEL);
	RecurnetRows rows;
	Use			use;

	recurnet_argument_required(fcinfo, 1, "query");
	use = use_open(fcinfo, find, 0, TIMESTAMPTZOID, level);
	use.anomalies = anomalies;
	if (anomalies)
		require_intervals(&use);
	recurnet_history_read(&use.in.host, &use.in.subject, recurnet_argument_text(fcinfo, 1), false, NULL,
						  (size_t) rn_model_first_predicted(use.in.model) + 1, &rows);
	recurnet_guc_check_memory(rows.bytes + 2 * longest(&rows.panel) * sizeof(double) +
							  rn_predict_bytes(use.in.model),
							  "predicting", "read fewer rows");
	predict_all(&use, &rows.panel);
	recurnet_use_close(&use.in);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_predict_id);
Datum
recurnet_predict_id(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, recurnet_find_by_id, false);
}

PG_FUNCTION_INFO_V1(recurnet_predict_name);
Datum
recurnet_predict_name(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, recurnet_find_by_name, false);
}

PG_FUNCTION_INFO_V1(recurnet_predict_value);
Datum
recurnet_predict_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 0))
		return (Datum) 0;
	return predict(fcinfo, recurnet_find_value, false);
}

PG_FUNCTION_INFO_V1(recurnet_anomalies_id);
Datum
recurnet_anomalies_id(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, recurnet_find_by_id, true);
}

PG_FUNCTION_INFO_V1(recurnet_anomalies_name);
Datum
recurnet_anomalies_name(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, recurnet_find_by_name, true);
}

PG_FUNCTION_INFO_V1(recurnet_anomalies_value);
Datum
recurnet_anomalies_value(PG_FUNCTION_ARGS)
{
	if (no_model(fcinfo, 0))
		return (Datum) 0;
	return predict(fcinfo, recurnet_find_value, true);
}
