/*
 * sql_plot_backtest.c
 *		rn_plot_backtest: an aggregate over the rows of a backtest, which draws errors
 *		by step.
 *
 * Rows are taken by the names of their columns, so that those of rn_backtest, of a
 * table that they were put into, or of a query over either will do.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "argument.h"
#include "guc.h"
#include "picture.h"

#define MOST_STEPS	1000000

/* Columns of a row. */
enum
{
	STEP, ACTUAL, FORECAST, NAIVE, SEASONAL_NAIVE, MASE_SCALE,
	COLUMNS
};

static const char *const column_name[COLUMNS] = {"step", "actual", "forecast", "naive", "seasonal_naive", "mase_scale"};

/* What is compared with what happened. */
#define METHODS 3

static const struct
{
	int			column;
	const char *name;
	RnInk		ink;
}			method[METHODS] = {
	{NAIVE, "naive", RN_INK_ASIDE}, {SEASONAL_NAIVE, "seasonal naive", RN_INK_PREDICTED}, {FORECAST, "model", RN_INK_FORECAST}
};

/* Errors of one step: of all pairs, and of those with a scale. */
typedef struct StepErrors
{
	double		pairs;
	double		scaled_pairs;
	double		sum[METHODS];
	double		scaled[METHODS];
} StepErrors;

typedef struct State
{
	MemoryContext context;
	char	   *title;			/* NULL: the usual one */
	RnTheme		theme;
	Oid			type;			/* of rows so far, */
	int32		typmod;
	AttrNumber	number[COLUMNS];	/* and their columns */
	int			steps;			/* room */
	StepErrors *step;			/* [steps] by step less 1 */
	double		pairs;
} State;

/* ---- rows ---- */

/* ERROR: the rows are not of a backtest. */
static void
no_backtest(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("rn_plot_backtest takes the rows of rn_backtest"),
			 errdetail("%s", detail),
			 errhint("SELECT rn_plot_backtest(b) FROM rn_backtest(...) AS b.")));
}

static AttrNumber
find_column(TupleDesc desc, int column)
{
	Oid			wanted = column == STEP ? INT4OID : FLOAT8OID;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), column_name[column]) != 0)
			continue;
		if (attribute->atttypid != wanted)
			no_backtest(psprintf("Column \"%s\" is of type %s, not %s.", column_name[column],
								 format_type_be(attribute->atttypid), format_type_be(wanted)));
		return i + 1;
	}
	no_backtest(psprintf("There is no column \"%s\".", column_name[column]));
	return 0;
}

/* Where the columns of a row are, if it is not of the type of the one before. */
static void
find_columns(State *state, HeapTupleHeader row)
{
	Oid			type = HeapTupleHeaderGetTypeId(row);
	int32		typmod = HeapTupleHeaderGetTypMod(row);
	TupleDesc	desc;

	if (type == state->type && typmod == state->typmod)
		return;
	desc = lookup_rowtype_tupdesc(type, typmod);
	for (int column = 0; column < COLUMNS; column++)
		state->number[column] = find_column(desc, column);
	ReleaseTupleDesc(desc);
	state->type = type;
	state->typmod = typmod;
}

/* The errors of a step, for which there is room now. */
static StepErrors *
errors_of(State *state, int step)
{
	if (step < 1 || step > MOST_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("step is out of range: %d", step),
				 errdetail("Its range is: 1 to %d.", MOST_STEPS)));
	if (step > state->steps)
	{
		int			steps = Max(Max(2 * state->steps, step), 64);

		recurnet_guc_check_memory(steps * sizeof(StepErrors), "plotting a backtest", "give fewer steps");
		state->step = state->steps == 0 ? MemoryContextAllocHuge(state->context, steps * sizeof(StepErrors))
			: repalloc_huge(state->step, steps * sizeof(StepErrors));
		memset(state->step + state->steps, 0, (steps - state->steps) * sizeof(StepErrors));
		state->steps = steps;
	}
	return &state->step[step - 1];
}

/* A pair counts if all of its numbers are there, and finite. */
static void
add_row(State *state, HeapTupleHeader row)
{
	double		number[COLUMNS] = {0};
	bool		scaled = false;
	int			step = 0;
	StepErrors *errors;

	find_columns(state, row);
	for (int column = 0; column < COLUMNS; column++)
	{
		bool		null;
		Datum		datum = GetAttributeByNum(row, state->number[column], &null);

		if (column == STEP && !null)
			step = DatumGetInt32(datum);
		else if (column == MASE_SCALE)
			scaled = !null && DatumGetFloat8(datum) > 0 && isfinite(DatumGetFloat8(datum));
		if (null && column != MASE_SCALE)
			return;
		number[column] = null || column == STEP ? 0 : DatumGetFloat8(datum);
		if (!isfinite(number[column]) && column != MASE_SCALE)
			return;
	}
	errors = errors_of(state, step);
	for (int m = 0; m < METHODS; m++)
	{
		double		error = fabs(number[method[m].column] - number[ACTUAL]);

		errors->sum[m] += error;
		if (scaled)
			errors->scaled[m] += error / number[MASE_SCALE];
	}
	errors->pairs++;
	errors->scaled_pairs += scaled;
	state->pairs++;
}

/*
 * The transition: (state, row [, title [, theme]])
 */
PG_FUNCTION_INFO_V1(recurnet_plot_backtest_transition);
Datum
recurnet_plot_backtest_transition(PG_FUNCTION_ARGS)
{
	State	   *state;
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "recurnet_plot_backtest_transition called in non-aggregate context");
	if (PG_ARGISNULL(0))
	{
		MemoryContext caller = MemoryContextSwitchTo(context);

		state = palloc0(sizeof(State));
		state->context = context;
		/* a misspelt theme fails with the first row, not after the last: each may have taken a training */
		state->title = PG_NARGS() > 2 ? recurnet_argument_text(fcinfo, 2) : NULL;
		state->theme = recurnet_picture_theme(PG_NARGS() > 3 ? recurnet_argument_text(fcinfo, 3) : NULL);
		MemoryContextSwitchTo(caller);
	}
	else
		state = (State *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1))
		add_row(state, PG_GETARG_HEAPTUPLEHEADER(1));
	PG_RETURN_POINTER(state);
}

/* ---- the picture ---- */

/* The mean errors of a method by step, of those steps that have any; what is too large for a number is a gap. */
static RnCurve
curve_of(const State *state, int m, bool scaled)
{
	RnCurve		curve = {.ink = method[m].ink};
	int64	   *x = palloc(state->steps * sizeof(int64));
	double	   *y = palloc(state->steps * sizeof(double));

	for (int i = 0; i < state->steps; i++)
	{
		const StepErrors *errors = &state->step[i];
		double		pairs = scaled ? errors->scaled_pairs : errors->pairs;
		double		mean = (scaled ? errors->scaled[m] : errors->sum[m]) / pairs;

		if (pairs == 0)
			continue;
		x[curve.n] = i + 1;
		y[curve.n++] = isfinite(mean) ? mean : NAN;
	}
	curve.x = x;
	curve.y = y;
	curve.end = method[m].name;
	curve.dots = m == METHODS - 1 ? curve.n : 0;
	return curve;
}

static bool
any_scaled(const State *state)
{
	for (int i = 0; i < state->steps; i++)
		if (state->step[i].scaled_pairs > 0)
			return true;
	return false;
}

PG_FUNCTION_INFO_V1(recurnet_plot_backtest_final);
Datum
recurnet_plot_backtest_final(PG_FUNCTION_ARGS)
{
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	RnFacet		facet = {0};
	RnChart		chart = {
		.width = RECURNET_PICTURE_WIDTH,.facets = 1,.facet = &facet,.from_zero = true,.across = "steps ahead",
		.calendar = {.kind = RN_TIME_INTEGER,.step = 1}
	};
	RecurnetHost host;
	bool		scaled;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "recurnet_plot_backtest_final called in non-aggregate context");
	if (state == NULL || state->pairs == 0)
		PG_RETURN_NULL();
	recurnet_host_init(&host, CurrentMemoryContext);
	scaled = any_scaled(state);
	for (int m = 0; m < METHODS; m++)
		facet.curve[facet.curves++] = curve_of(state, m, scaled);
	chart.title = recurnet_picture_words(state->title != NULL ? state->title : "Backtest");
	chart.theme = state->theme;
	chart.subtitle = psprintf("mean absolute %serror of %.0f forecasts, by step", scaled ? "scaled " : "", state->pairs);
	return recurnet_picture(&host, &chart, CurrentMemoryContext);
}
