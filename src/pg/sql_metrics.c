/*
 * sql_metrics.c
 *		The aggregates that measure forecasts: rn_mae, rn_rmse, rn_smape, rn_mase,
 *		rn_pinball, rn_coverage, and rn_mase_scale.
 *
 * The formulas, and where they are from, are in series/metrics; here is what
 * makes aggregates of them.  All but rn_mase_scale share a state, which is an
 * array of numbers, so that partial states travel between workers as they are.
 * What avg() does, these do: no pairs give null, NaN and infinity go into the
 * result, and finite numbers whose sum is none are an error.
 *
 * rn_mase_scale needs its rows in the order of time and so collects them; there
 * is nothing that a worker could do ahead.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"

#include "series/metrics.h"

#include "group.h"

#define STATE_NUMBERS	((int) (sizeof(State) / sizeof(double)))
#define ROWS_PER_CHECK	65536

/* A group so far; in SQL double precision[], at first zero. */
typedef struct State
{
	double		pairs;
	double		tau;			/* rn_pinball: that of all pairs */
	RnMean		mean;			/* rn_smape: not of all pairs */
} State;

/* ERROR if finite numbers have made the sum, finite before, infinite. */
static void
check_overflow(const RnMean *mean, double before, double actual, double forecast)
{
	if (isinf(mean->sum) && !isinf(before) && !isinf(actual) && !isinf(forecast))
		float_overflow_error();
}

/* The state in argument i, as an array of ours to write into. */
static ArrayType *
state_argument(FunctionCallInfo fcinfo, int i)
{
	ArrayType  *array = AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_ARRAYTYPE_P(i) : PG_GETARG_ARRAYTYPE_P_COPY(i);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != STATE_NUMBERS || ARR_HASNULL(array) ||
		ARR_ELEMTYPE(array) != FLOAT8OID)
		elog(ERROR, "recurnet: a state of measures is an array of %d numbers", STATE_NUMBERS);
	return array;
}

static State *
state_of(ArrayType *array)
{
	return (State *) ARR_DATA_PTR(array);
}

/* ERROR for a group with more than one tau. */
static void
different_tau(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"tau\" of rn_pinball differs from row to row of a group"),
			 errhint("Give all rows of a group the same, or group by it.")));
}

/*
 * The body of transitions of (state, actual, forecast)
 */
static Datum
add_pair(FunctionCallInfo fcinfo, void (*add) (RnMean *mean, double actual, double forecast))
{
	ArrayType  *array = state_argument(fcinfo, 0);
	State	   *state = state_of(array);
	double		before = state->mean.sum;

	state->pairs++;
	add(&state->mean, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	check_overflow(&state->mean, before, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	PG_RETURN_ARRAYTYPE_P(array);
}

PG_FUNCTION_INFO_V1(recurnet_mae_transition);
Datum
recurnet_mae_transition(PG_FUNCTION_ARGS)
{
	return add_pair(fcinfo, rn_metric_add_absolute);
}

PG_FUNCTION_INFO_V1(recurnet_rmse_transition);
Datum
recurnet_rmse_transition(PG_FUNCTION_ARGS)
{
	return add_pair(fcinfo, rn_metric_add_square);
}

PG_FUNCTION_INFO_V1(recurnet_smape_transition);
Datum
recurnet_smape_transition(PG_FUNCTION_ARGS)
{
	return add_pair(fcinfo, rn_metric_add_symmetric);
}

/*
 * rn_mase's transition: (state, actual, forecast, scale)
 */
PG_FUNCTION_INFO_V1(recurnet_mase_transition);
Datum
recurnet_mase_transition(PG_FUNCTION_ARGS)
{
	ArrayType  *array = state_argument(fcinfo, 0);
	State	   *state = state_of(array);
	double		before = state->mean.sum;
	double		scale = PG_GETARG_FLOAT8(3);

	if (!(scale > 0) || isinf(scale))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scale is out of range: %g", scale),
				 errdetail("It must be finite and above 0."),
				 errhint("The scale of a series that repeats itself is 0; NULLIF(scale, 0) leaves its rows out.")));
	state->pairs++;
	rn_metric_add_scaled(&state->mean, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), scale);
	check_overflow(&state->mean, before, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * rn_pinball's transition: (state, actual, forecast, tau)
 */
PG_FUNCTION_INFO_V1(recurnet_pinball_transition);
Datum
recurnet_pinball_transition(PG_FUNCTION_ARGS)
{
	ArrayType  *array = state_argument(fcinfo, 0);
	State	   *state = state_of(array);
	double		before = state->mean.sum;
	double		tau = PG_GETARG_FLOAT8(3);

	if (!(tau > 0 && tau < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tau is out of range: %g", tau),
				 errdetail("It must be above 0 and below 1."),
				 errhint("Write 0.9 for the quantile below which nine out of ten values are.")));
	if (state->pairs > 0 && tau != state->tau)
		different_tau();
	state->pairs++;
	state->tau = tau;
	rn_metric_add_pinball(&state->mean, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), tau);
	check_overflow(&state->mean, before, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * rn_coverage's transition: (state, actual, lower, upper)
 */
PG_FUNCTION_INFO_V1(recurnet_coverage_transition);
Datum
recurnet_coverage_transition(PG_FUNCTION_ARGS)
{
	ArrayType  *array = state_argument(fcinfo, 0);
	State	   *state = state_of(array);

	state->pairs++;
	rn_metric_add_within(&state->mean, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3));
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * Two states of parts of a group → one
 */
PG_FUNCTION_INFO_V1(recurnet_metric_combine);
Datum
recurnet_metric_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *array = state_argument(fcinfo, 0);
	State	   *state = state_of(array);
	const State *other = state_of(state_argument(fcinfo, 1));
	double		before = state->mean.sum;

	if (state->pairs > 0 && other->pairs > 0 && state->tau != other->tau)
		different_tau();
	if (other->pairs > 0)
		state->tau = other->tau;
	state->pairs += other->pairs;
	rn_mean_merge(&state->mean, &other->mean);
	check_overflow(&state->mean, before, other->mean.sum, 0);
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * (state) → the mean; null for no pairs
 */
PG_FUNCTION_INFO_V1(recurnet_metric_mean);
Datum
recurnet_metric_mean(PG_FUNCTION_ARGS)
{
	const State *state = state_of(state_argument(fcinfo, 0));

	if (state->pairs == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rn_mean_value(&state->mean));
}

/*
 * (state) → the square root of the mean; null for no pairs
 */
PG_FUNCTION_INFO_V1(recurnet_metric_root);
Datum
recurnet_metric_root(PG_FUNCTION_ARGS)
{
	const State *state = state_of(state_argument(fcinfo, 0));

	if (state->pairs == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(rn_mean_value(&state->mean)));
}

/* A group of rn_mase_scale so far. */
typedef struct ScaleState
{
	RecurnetGroup rows;
	int			m;
	bool		nan;			/* a value is NaN, which in rows stands for null */
} ScaleState;

/* The state of a group whose first row this is. */
static ScaleState *
begin_scale(FunctionCallInfo fcinfo, MemoryContext context)
{
	ScaleState *state = MemoryContextAllocZero(context, sizeof(ScaleState));

	state->m = PG_GETARG_INT32(3);
	if (state->m < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("m is out of range: %d", state->m),
				 errdetail("It must be at least 1."),
				 errhint("It is the number of rows in a season: 12 for months, 1 for a series without a season.")));
	recurnet_group_begin(&state->rows, context, fcinfo, 1);
	return state;
}

/*
 * rn_mase_scale's transition: (state, time, value, m).  A row whose value is null
 * keeps its place.
 */
PG_FUNCTION_INFO_V1(recurnet_mase_scale_transition);
Datum
recurnet_mase_scale_transition(PG_FUNCTION_ARGS)
{
	ScaleState *state = PG_ARGISNULL(0) ? NULL : (ScaleState *) PG_GETARG_POINTER(0);
	double		value = PG_ARGISNULL(2) ? get_float8_nan() : PG_GETARG_FLOAT8(2);
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "recurnet_mase_scale_transition called in non-aggregate context");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(3))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
		state = begin_scale(fcinfo, context);
	else if (state->m != PG_GETARG_INT32(3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"m\" of rn_mase_scale differs from row to row of a group"),
				 errhint("Give all rows of a group the same, or group by it.")));
	state->nan |= isnan(value) && !PG_ARGISNULL(2);
	recurnet_group_add(&state->rows, fcinfo, 1, value);
	PG_RETURN_POINTER(state);
}

/* ERROR if two rows, which are in order, have the same time. */
static void
check_distinct(const RecurnetGroup *group)
{
	for (size_t i = 1; i < group->n; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (group->row[i].time == group->row[i - 1].time)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("duplicate time %s", recurnet_group_describe_time(group, group->row[i].time)),
					 errhint("A group is one series: group by what tells series apart, or give each time one row by GROUP BY in a subquery.")));
	}
}

/* The differences from row to row m later, both of which have a value. */
static RnMean
seasonal_differences(const RecurnetGroup *group, size_t m)
{
	RnMean		mean = {0};

	for (size_t i = m; i < group->n; i++)
	{
		double		value = group->row[i].value;
		double		season_ago = group->row[i - m].value;
		double		before = mean.sum;

		if (i % ROWS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (isnan(value) || isnan(season_ago))
			continue;
		rn_metric_add_absolute(&mean, value, season_ago);
		check_overflow(&mean, before, value, season_ago);
	}
	return mean;
}

/*
 * rn_mase_scale's end: (state) → the mean |Y_t - Y_{t-m}|; null where there are
 * none
 */
PG_FUNCTION_INFO_V1(recurnet_mase_scale_final);
Datum
recurnet_mase_scale_final(PG_FUNCTION_ARGS)
{
	ScaleState *state;
	RnMean		mean;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "recurnet_mase_scale_final called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (ScaleState *) PG_GETARG_POINTER(0);
	recurnet_group_sort(&state->rows);
	check_distinct(&state->rows);
	if (state->nan)
		PG_RETURN_FLOAT8(get_float8_nan());
	mean = seasonal_differences(&state->rows, (size_t) state->m);
	if (mean.terms == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rn_mean_value(&mean));
}
