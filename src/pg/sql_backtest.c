/*
 * sql_backtest.c
 *		rn_backtest and rn_backtest_model.
 *
 * The rows are read and brought into steps once.  Each fold then trains as
 * rn_train does, in a memory context of its own, on the rows before its origin;
 * nothing is stored.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/backtest.h"
#include "model/forecast.h"

#include "argument.h"
#include "guc.h"
#include "output.h"
#include "panel_check.h"
#include "request.h"
#include "series_key.h"

#define COLUMNS			12		/* fold, series, step, ts, t, actual, forecast, lower, upper,
								 * naive, seasonal_naive, mase_scale */
#define DEFAULT_FOLDS	5
#define MOST_FOLDS		10000

/* A backtest; all of it in one context below the caller's. */
typedef struct Backtest
{
	RecurnetHost host;
	MemoryContext caller;
	ReturnSetInfo *result;
	RecurnetSource source;
	RecurnetFit fit;			/* options and all rows; each fold has a fit of its own */
	RnBacktest folds;			/* horizon, step: 0 until they are known */
	double		level;
	RecurnetOutput output;
	size_t		forecasts;		/* of a series in a fold: made, */
	size_t		left_out;		/* and not made */
	char	   *reason;			/* of the first of these */
} Backtest;

/* One fold of it, in the context of its host. */
typedef struct Fold
{
	RecurnetHost host;
	Backtest   *backtest;
	RnFold		rows;
	RecurnetFit fit;
} Fold;

/* ---- arguments ---- */

/* Argument i, called name, or usual for null. */
static int
int_argument(FunctionCallInfo fcinfo, int i, const char *name, int usual, int least, int most)
{
	int			value = PG_ARGISNULL(i) ? usual : PG_GETARG_INT32(i);

	if (!PG_ARGISNULL(i) && (value < least || value > most))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is out of range: %d", name, value),
				 errdetail("Its range is: %d to %d.", least, most)));
	return value;
}

/*
 * Set up the result and the backtest.  Arguments from first on: folds, horizon,
 * step, gap, expanding, level.
 */
static Backtest *
backtest_open(FunctionCallInfo fcinfo, int first)
{
	RnBacktest	folds = {
		.folds = int_argument(fcinfo, first, "folds", DEFAULT_FOLDS, 1, MOST_FOLDS),
		.horizon = int_argument(fcinfo, first + 1, "horizon", 0, 1, RN_MAX_HORIZON),
		.step = int_argument(fcinfo, first + 2, "step", 0, 1, PG_INT32_MAX),
		.gap = int_argument(fcinfo, first + 3, "gap", 0, 0, RN_MAX_HORIZON),
		.expanding = PG_ARGISNULL(first + 4) || PG_GETARG_BOOL(first + 4)
	};
	double		level = recurnet_argument_level(fcinfo, first + 5, RECURNET_DEFAULT_LEVEL);
	MemoryContext context;
	MemoryContext caller;
	Backtest   *backtest;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet backtest", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	backtest = palloc0(sizeof(Backtest));
	backtest->caller = caller;
	backtest->result = (ReturnSetInfo *) fcinfo->resultinfo;
	backtest->folds = folds;
	backtest->level = level;
	backtest->fit.host = &backtest->host;
	backtest->fit.unfilled = true;
	recurnet_host_init(&backtest->host, context);
	return backtest;
}

static void
backtest_close(Backtest *backtest)
{
	MemoryContext context = backtest->host.context;

	MemoryContextSwitchTo(backtest->caller);
	MemoryContextDelete(context);
}

/* ---- rows ---- */

/* Read the rows, and settle what depends on them. */
static void
read_rows(Backtest *backtest, const RecurnetVersion *old)
{
	RecurnetFit *fit = &backtest->fit;
	RnTrainSpec *spec = &fit->options.spec;
	RnOnError	on_error = spec->rows.on_error;
	RecurnetSubject subject = {0};

	recurnet_request_read(&backtest->source, old, fit);
	recurnet_panel_check(&backtest->host, &fit->rows.panel,
						 rn_backtest_horizon(&backtest->host.core, spec, &fit->rows.panel, &spec->horizon));
	spec->rows.on_error = on_error; /* beside a fold of the only series there are others */
	if (backtest->folds.horizon == 0)
		backtest->folds.horizon = spec->horizon;
	if (backtest->folds.step == 0)
		backtest->folds.step = backtest->folds.horizon;
	recurnet_host_check(&backtest->host, rn_backtest_check(&backtest->host.core, &backtest->folds, spec));
	fit->rows.bytes += rn_backtest_bytes(spec, &fit->rows.panel);
	recurnet_guc_check_memory(fit->rows.bytes, "cutting rows off for a fold", "read fewer rows");
	subject.time_type = fit->rows.time_type;
	subject.time_zone = fit->rows.time_zone;
	backtest->output = recurnet_output(&subject, TIMESTAMPTZOID);
}

/* ---- one fold ---- */

static Datum
float_datum(double value, bool *null)
{
	*null = isnan(value);
	return Float8GetDatum(value);
}

/* All rows of a series. */
static void
put_steps(const Fold *fold, size_t s, const RnFoldStep *steps, double scale)
{
	const Backtest *backtest = fold->backtest;
	const RnPanel *all = &backtest->fit.rows.panel;
	const RnSeries *series = &all->series[s];
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	values[0] = Int32GetDatum(fold->rows.number);
	nulls[1] = series->key == NULL;
	values[1] = series->key != NULL ? recurnet_key_datum(series->key) : (Datum) 0;
	values[11] = float_datum(scale, &nulls[11]);
	for (int h = 0; h < backtest->folds.horizon; h++)
	{
		const RnFoldStep *step = &steps[h];
		NullableDatum ts;
		NullableDatum t;
		int64		time;

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(fold->fit.host, rn_panel_time(&fold->fit.host->core, all, series,
														  fold->rows.series[s].next - series->first + h, &time));
		recurnet_output_time(&backtest->output, time, &ts, &t);
		values[2] = Int32GetDatum(backtest->folds.gap + h + 1);
		values[3] = ts.value;
		nulls[3] = ts.isnull;
		values[4] = t.value;
		nulls[4] = t.isnull;
		values[5] = float_datum(step->actual, &nulls[5]);
		values[6] = Float8GetDatum(step->forecast);
		values[7] = float_datum(step->lower, &nulls[7]);
		values[8] = float_datum(step->upper, &nulls[8]);
		values[9] = Float8GetDatum(step->naive);
		values[10] = Float8GetDatum(step->seasonal);
		tuplestore_putvalues(backtest->result->setResult, backtest->result->setDesc, values, nulls);
	}
}

/* Forecasts of all series that the fold's model was trained on. */
static void
fold_forecast(Fold *fold)
{
	Backtest   *backtest = fold->backtest;
	const RnModel *model = &fold->fit.model;
	RnFoldStep *steps;
	size_t		m = 0;

	recurnet_guc_check_memory(fold->fit.rows.bytes + rn_backtest_forecast_bytes(&backtest->folds, &fold->rows, model),
							  "forecasting", "ask for fewer steps, or train a smaller network");
	steps = MemoryContextAllocHuge(CurrentMemoryContext, (size_t) backtest->folds.horizon * sizeof(RnFoldStep));
	for (size_t s = 0; s < fold->rows.panel.count; s++)
	{
		double		scale;

		if (fold->rows.panel.series[s].n == 0)
			continue;
		recurnet_host_check(&fold->host, rn_backtest_forecast(&fold->host.core, &backtest->folds, &fold->rows,
															  &backtest->fit.rows.panel, model, s, m++,
															  backtest->level, steps, &scale));
		put_steps(fold, s, steps, scale);
	}
	backtest->forecasts += m;
}

/* A series of the fold is not forecast: why, in the core's words. */
static void
leave_out(const Fold *fold, const RnSeries *series, const char *reason)
{
	Backtest   *backtest = fold->backtest;

	backtest->left_out++;
	if (backtest->reason == NULL)
		backtest->reason = MemoryContextStrdup(backtest->host.context,
											   psprintf("fold %d%s%s: %s", fold->rows.number,
														series->key != NULL ? " of " : "",
														series->key != NULL ? series->key : "", reason));
}

/*
 * Leave out the series that the fold is too early for, or that were no good at
 * all; and, if the fold cannot be trained, the others for what the core says.
 */
static void
count_left_out(const Fold *fold, bool trained)
{
	const RnPanel *all = &fold->backtest->fit.rows.panel;

	for (size_t s = 0; s < all->count; s++)
	{
		const RnSeries *series = &fold->rows.panel.series[s];

		if (series->skipped != NULL)
			leave_out(fold, series, series->skipped);
		else if (all->series[s].skipped != NULL)
			leave_out(fold, series, all->series[s].skipped);
		else if (!trained)
			leave_out(fold, series, fold->host.core.error.message);
	}
}

static void
name_fold(void *fold)
{
	errcontext("fold %d", ((const Fold *) fold)->rows.number);
}

/*
 * Cut, train, forecast.  The fold's panel becomes the rows of its fit; what that
 * leaves out, the panel's series say.
 */
static void
fold_run(Fold *fold)
{
	Backtest   *backtest = fold->backtest;
	RecurnetFit *fit = &fold->fit;
	RnHost	   *core = &fold->host.core;
	RnCode		code = rn_backtest_cut(core, &backtest->folds, &fit->options.spec, &backtest->fit.rows.panel,
									   fold->rows.number, &fold->rows);

	recurnet_panel_check(&fold->host, &fold->rows.panel, code);
	fit->rows.panel = fold->rows.panel;
	code = recurnet_fit_plan(fit);
	count_left_out(fold, code != RN_TOO_FEW_ROWS);
	if (code == RN_TOO_FEW_ROWS && fit->options.spec.rows.on_error == RN_ON_ERROR_SKIP)
		return;
	recurnet_panel_check(&fold->host, &fit->rows.panel, code);
	recurnet_panel_check(&fold->host, &fit->rows.panel, recurnet_fit_train(fit));
	fold_forecast(fold);
}

/* A fold in a memory context of its own. */
static void
backtest_fold(Backtest *backtest, int number)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet fold", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Fold	   *fold = palloc0(sizeof(Fold));
	ErrorContextCallback where = {.callback = name_fold,.arg = fold,.previous = error_context_stack};

	recurnet_host_init(&fold->host, context);
	fold->backtest = backtest;
	fold->rows.number = number;
	fold->fit = backtest->fit;
	fold->fit.host = &fold->host;
	error_context_stack = &where;
	fold_run(fold);
	error_context_stack = where.previous;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* Say that not all forecasts were made; ERROR for none. */
static void
report_left_out(const Backtest *backtest)
{
	size_t		all = backtest->forecasts + backtest->left_out;

	if (backtest->left_out == 0)
		return;
	if (backtest->forecasts == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("there are too few rows for any fold of the backtest"),
				 errdetail("The first is %s.", backtest->reason),
				 errhint("Give at least %zu rows, or ask for fewer folds, a smaller step or a shorter horizon.",
						 rn_backtest_least_rows(&backtest->folds, &backtest->fit.options.spec))));
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg_plural("%zu of the %zu forecasts of the backtest is left out",
						   "%zu of the %zu forecasts of the backtest are left out",
						   (unsigned long) backtest->left_out, backtest->left_out, all),
			 errdetail("The first is %s.", backtest->reason),
			 errhint("Give more rows, or ask for fewer folds, a smaller step or a shorter horizon. "
					 "Set option \"on_error\" to fail to have none left out.")));
}

/* All folds, of a backtest that knows its source and options. */
static void
backtest_run(Backtest *backtest, const RecurnetVersion *old)
{
	read_rows(backtest, old);
	for (int number = 1; number <= backtest->folds.folds; number++)
		backtest_fold(backtest, number);
	recurnet_fit_notice_cut(&backtest->fit);
	report_left_out(backtest);
	backtest_close(backtest);
}

/* ---- functions ---- */

/*
 * rn_backtest(cell, query, options, folds, horizon, step, gap, expanding, level,
 * series, covariates, time, target)
 */
PG_FUNCTION_INFO_V1(recurnet_backtest);
Datum
recurnet_backtest(PG_FUNCTION_ARGS)
{
	RecurnetTraining training = {0};
	Backtest   *backtest;

	recurnet_argument_required(fcinfo, 0, "cell");
	recurnet_argument_required(fcinfo, 1, "query");
	backtest = backtest_open(fcinfo, 3);
	training.cell = recurnet_argument_text(fcinfo, 0);
	training.query = recurnet_argument_text(fcinfo, 1);
	training.options = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2);
	training.series = recurnet_argument_text(fcinfo, 9);
	training.covariates = recurnet_argument_text(fcinfo, 10);
	training.time = recurnet_argument_text(fcinfo, 11);
	training.target = recurnet_argument_text(fcinfo, 12);
	recurnet_request_new(&training, &backtest->source, &backtest->fit);
	backtest_run(backtest, NULL);
	return (Datum) 0;
}

/*
 * The body of rn_backtest_model(model, folds, horizon, step, gap, expanding, level).
 */
static Datum
backtest_model(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	Backtest   *backtest = backtest_open(fcinfo, 1);
	RecurnetVersion *old = recurnet_catalog_load(key);

	recurnet_catalog_check_query(old);
	recurnet_request_again(old, false, &backtest->source, &backtest->fit);
	backtest_run(backtest, old);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(recurnet_backtest_id);
Datum
recurnet_backtest_id(PG_FUNCTION_ARGS)
{
	return backtest_model(fcinfo, recurnet_argument_model_id(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_backtest_name);
Datum
recurnet_backtest_name(PG_FUNCTION_ARGS)
{
	return backtest_model(fcinfo, recurnet_argument_model_name(fcinfo, 0));
}
