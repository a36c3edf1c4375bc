/*
 * sql_backtest.c
 *		rn_backtest and rn_backtest_model.
 *
 * The rows are read and brought into steps once.  Each fold then trains as
 * rn_train does, in a memory context of its own, on the rows before its origin,
 * most of them ahead and together with parallel workers; nothing is stored.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "argument.h"
#include "fold.h"
#include "guc.h"
#include "output.h"
#include "panel_check.h"
#include "progress.h"
#include "request.h"
#include "series_key.h"

#define COLUMNS			12		/* fold, series, step, ts, t, actual, forecast, lower, upper,
								 * naive, seasonal_naive, mase_scale */
#define DEFAULT_FOLDS	5

/* A backtest; all of it in one context below the caller's. */
typedef struct Backtest
{
	RecurnetHost host;
	MemoryContext caller;
	ReturnSetInfo *result;
	RecurnetSource source;
	RecurnetFolds folds;		/* horizon, step: 0 until they are known */
	RecurnetOutput output;
	size_t		forecasts;		/* of a series in a fold: made, */
	size_t		left_out;		/* and not made */
	char	   *reason;			/* of the first of these */
} Backtest;

/* ---- arguments ---- */

/*
 * Set up the result and the backtest.  Arguments from first on: folds, horizon,
 * step, gap, expanding, level.
 */
static Backtest *
backtest_open(FunctionCallInfo fcinfo, int first)
{
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
	recurnet_host_init(&backtest->host, context);
	recurnet_folds_init(&backtest->folds, &backtest->host, fcinfo, first, DEFAULT_FOLDS);
	backtest->folds.level = level;
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
	const RecurnetRows *rows = &backtest->folds.fit.rows;
	RecurnetSubject subject = {0};

	recurnet_folds_read(&backtest->folds, &backtest->source, old, false);
	subject.time_type = rows->time_type;
	subject.time_zone = rows->time_zone;
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
put_steps(void *listener, const RecurnetFold *fold, size_t s, const RnFoldStep *steps, double scale)
{
	Backtest   *backtest = listener;
	const RnBacktest *folds = &backtest->folds.backtest;
	const RnPanel *all = &backtest->folds.fit.rows.panel;
	const RnSeries *series = &all->series[s];
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	values[0] = Int32GetDatum(fold->rows.number);
	nulls[1] = series->key == NULL;
	values[1] = series->key != NULL ? recurnet_key_datum(series->key) : (Datum) 0;
	values[11] = float_datum(scale, &nulls[11]);
	for (int h = 0; h < folds->horizon; h++)
	{
		const RnFoldStep *step = &steps[h];
		NullableDatum ts;
		NullableDatum t;
		int64		time;

		CHECK_FOR_INTERRUPTS();
		recurnet_host_check(fold->fit.host, rn_panel_time(&fold->fit.host->core, all, series,
														  fold->rows.series[s].next - series->first + h, &time));
		recurnet_output_time(&backtest->output, time, &ts, &t);
		values[2] = Int32GetDatum(folds->gap + h + 1);
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
	backtest->forecasts++;
}

/* A series of the fold is not forecast: why, in the core's words. */
static void
leave_out(Backtest *backtest, const RecurnetFold *fold, const RnSeries *series, const char *reason)
{
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
count_left_out(Backtest *backtest, const RecurnetFold *fold, bool trained)
{
	const RnPanel *all = &backtest->folds.fit.rows.panel;

	for (size_t s = 0; s < all->count; s++)
	{
		const RnSeries *series = &fold->rows.panel.series[s];

		if (series->skipped != NULL)
			leave_out(backtest, fold, series, series->skipped);
		else if (all->series[s].skipped != NULL)
			leave_out(backtest, fold, series, all->series[s].skipped);
		else if (!trained)
			leave_out(backtest, fold, series, fold->host.core.error.message);
	}
}

/* One fold of it. */
static void
backtest_fold(Backtest *backtest, const RecurnetFoldSteps *ahead, size_t piece)
{
	RecurnetFold *fold = recurnet_fold_open(&backtest->folds, piece);
	bool		trained = recurnet_fold_plan(fold) == RN_OK;

	count_left_out(backtest, fold, trained);
	if (trained && piece < ahead->pieces && ahead->done[piece])
		recurnet_fold_tell(fold, ahead, piece, put_steps, backtest);
	else if (trained)
		(void) recurnet_fold_run(fold, put_steps, backtest);
	recurnet_fold_close(fold);
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
						 rn_backtest_least_rows(&backtest->folds.backtest, &backtest->folds.fit.options.spec))));
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
	RecurnetFoldSteps ahead;

	recurnet_progress_begin(&backtest->host, RECURNET_COMMAND_BACKTEST, old != NULL ? old->model_id : 0);
	recurnet_progress_folds(&backtest->host, backtest->folds.backtest.folds);
	read_rows(backtest, old);
	ahead = recurnet_folds_ahead(&backtest->folds);
	for (int i = 0; i < backtest->folds.backtest.folds; i++)
		backtest_fold(backtest, &ahead, (size_t) i);
	recurnet_fit_notice_cut(&backtest->folds.fit);
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
	recurnet_request_new(&training, &backtest->source, &backtest->folds.fit);
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
	RecurnetVersion *old = recurnet_catalog_load(key, RECURNET_MAY_MANAGE);

	recurnet_request_again(old, false, &backtest->source, &backtest->folds.fit);
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
