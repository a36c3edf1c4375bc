/*
 * sql_forecast.c
 *		rn_forecast, rn_forecast_as and rn_predict.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/forecast.h"
#include "model/interval.h"

#include "argument.h"
#include "cache.h"
#include "guc.h"
#include "history.h"
#include "output.h"

#define FORECAST_COLUMNS	7	/* series, step, ts, t, forecast, lower, upper */
#define PREDICT_COLUMNS		7	/* series, ts, t, actual, predicted, lower, upper */
#define DEFAULT_LEVEL		0.9

/* A stored model in use; all of it in one context below the caller's. */
typedef struct Use
{
	RecurnetHost host;
	MemoryContext caller;
	RecurnetVersion *version;
	const RnModel *model;
	RecurnetOutput output;
	double		level;
	bool		intervals;		/* does the model know any? */
	ReturnSetInfo *result;
} Use;

/* The interval level from argument i; null: the default. */
static double
level_argument(FunctionCallInfo fcinfo, int i)
{
	double		level = PG_ARGISNULL(i) ? DEFAULT_LEVEL : PG_GETARG_FLOAT8(i);

	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level is out of range: %g", level),
				 errdetail("It must be above 0 and below 1, such as 0.9.")));
	return level;
}

/* Set up the result, load the model and decode it. */
static Use *
use_open(FunctionCallInfo fcinfo, RecurnetModelKey key, Oid ts_type, double level)
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
	use->version = recurnet_catalog_load(key);
	use->output = recurnet_output(use->version, ts_type);
	use->model = recurnet_cache_model(&use->host, use->version);
	use->intervals = rn_interval_known(use->model);
	return use;
}

static void
use_close(Use *use)
{
	MemoryContext context = use->host.context;

	MemoryContextSwitchTo(use->caller);
	MemoryContextDelete(context);
}

/*
 * Columns lower and upper around a forecast so many steps ahead; null where
 * the model knows no intervals.
 */
static void
put_interval(const Use *use, double forecast, int step, Datum *values, bool *nulls)
{
	double		width = use->intervals ? rn_interval_width(use->model, use->level, step) : NAN;

	nulls[0] = nulls[1] = isnan(width);
	values[0] = Float8GetDatum(forecast - width);
	values[1] = Float8GetDatum(forecast + width);
}

static int
default_horizon(const RnModel *model)
{
	return model->network.spec.outputs > 1 ? model->network.spec.outputs : model->season;
}

/* The horizon from argument i; null: what the model was trained for. */
static int
horizon_argument(FunctionCallInfo fcinfo, int i, const RnModel *model)
{
	int			horizon = PG_ARGISNULL(i) ? default_horizon(model) : PG_GETARG_INT32(i);

	if (horizon < 1 || horizon > RN_MAX_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("horizon is out of range: %d", horizon),
				 errdetail("Its range is: 1 to %d.", RN_MAX_HORIZON)));
	return horizon;
}

static void
put_forecasts(Use *use, int64 origin, const double *forecast, int steps)
{
	for (int step = 1; step <= steps; step++)
	{
		Datum		values[FORECAST_COLUMNS] = {0};
		bool		nulls[FORECAST_COLUMNS] = {false};
		NullableDatum ts;
		NullableDatum t;
		int64		time;
		RnCode		code = rn_calendar_add(&use->host.core, &use->model->calendar, origin, step, &time);

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(&use->host, code);
		recurnet_output_time(&use->output, time, &ts, &t);
		nulls[0] = true;
		values[1] = Int32GetDatum(step);
		values[2] = ts.value;
		nulls[2] = ts.isnull;
		values[3] = t.value;
		nulls[3] = t.isnull;
		values[4] = Float8GetDatum(forecast[step - 1]);
		put_interval(use, forecast[step - 1], step, &values[5], &nulls[5]);
		tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
	}
}

/*
 * The body of rn_forecast and rn_forecast_as.  first is the number of the
 * argument after the model: horizon, level, as_of, as_of_t, history, future.
 */
static Datum
forecast(FunctionCallInfo fcinfo, RecurnetModelKey key, int first, Oid ts_type)
{
	double		level = level_argument(fcinfo, first + 1);
	RecurnetOriginSpec spec = {0};
	RecurnetOrigin origin;
	TimestampTz as_of = 0;
	int64		as_of_t = 0;
	double	   *values;
	int			steps;
	Use		   *use;
	RnCode		code;

	recurnet_argument_later(fcinfo, first + 5, "future");
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
	spec.history = recurnet_argument_text(fcinfo, first + 4);

	use = use_open(fcinfo, key, ts_type, level);
	steps = horizon_argument(fcinfo, first, use->model);
	recurnet_guc_check_memory(rn_forecast_bytes(use->model, steps), "forecasting",
							  "train a smaller network");
	recurnet_history_origin(&use->host, use->version, use->model, &spec, &origin);
	values = palloc(steps * sizeof(double));
	code = rn_forecast(&use->host.core, use->model, origin.value, origin.n, steps, values);
	recurnet_host_check(&use->host, code);
	put_forecasts(use, origin.last_time, values, steps);
	use_close(use);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_forecast_id);
Datum
recurnet_forecast_id(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_argument_model_id(fcinfo, 0), 1, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_name);
Datum
recurnet_forecast_name(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_argument_model_name(fcinfo, 0), 1, TIMESTAMPTZOID);
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_id);
Datum
recurnet_forecast_as_id(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_argument_model_id(fcinfo, 1), 2,
					get_fn_expr_argtype(fcinfo->flinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_forecast_as_name);
Datum
recurnet_forecast_as_name(PG_FUNCTION_ARGS)
{
	return forecast(fcinfo, recurnet_argument_model_name(fcinfo, 1), 2,
					get_fn_expr_argtype(fcinfo->flinfo, 0));
}

/* All rows, those before the first full window without a prediction. */
static void
put_predictions(Use *use, const RnSeries *series, const double *predicted)
{
	for (size_t i = 0; i < series->n; i++)
	{
		Datum		values[PREDICT_COLUMNS] = {0};
		bool		nulls[PREDICT_COLUMNS] = {false};
		bool		known = i >= (size_t) use->model->window;
		NullableDatum ts;
		NullableDatum t;

		CHECK_FOR_INTERRUPTS();
		recurnet_output_time(&use->output, rn_time_at(&series->time, i), &ts, &t);
		nulls[0] = true;
		values[1] = ts.value;
		nulls[1] = ts.isnull;
		values[2] = t.value;
		nulls[2] = t.isnull;
		values[3] = Float8GetDatum(series->value[i]);
		nulls[4] = nulls[5] = nulls[6] = !known;
		if (known)
		{
			values[4] = Float8GetDatum(predicted[i]);
			put_interval(use, predicted[i], 1, &values[5], &nulls[5]);
		}
		tuplestore_putvalues(use->result->setResult, use->result->setDesc, values, nulls);
	}
}

/*
 * The body of rn_predict(model, query, level).
 */
static Datum
predict(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	double		level = level_argument(fcinfo, 2);
	char	   *query;
	double	   *predicted;
	RecurnetRows rows;
	Use		   *use;
	RnCode		code;

	recurnet_argument_required(fcinfo, 1, "query");
	query = recurnet_argument_text(fcinfo, 1);
	use = use_open(fcinfo, key, TIMESTAMPTZOID, level);
	recurnet_history_read(&use->host, use->version, use->model, query, false, NULL,
						  (size_t) use->model->window + 1, &rows);
	recurnet_guc_check_memory(rows.bytes + rows.series.n * sizeof(double) +
							  rn_predict_bytes(use->model),
							  "predicting", "read fewer rows");
	predicted = MemoryContextAllocHuge(use->host.context, rows.series.n * sizeof(double));
	code = rn_predict(&use->host.core, use->model, rows.series.value, rows.series.n, predicted);
	recurnet_host_check(&use->host, code);
	put_predictions(use, &rows.series, predicted);
	use_close(use);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_predict_id);
Datum
recurnet_predict_id(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, recurnet_argument_model_id(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_predict_name);
Datum
recurnet_predict_name(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, recurnet_argument_model_name(fcinfo, 0));
}
