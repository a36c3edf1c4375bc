/*
 * sql_drift.c
 *		rn_drift: how a model in use does on rows that came since its training.
 *
 * These are the folds of a backtest that begin where the rows trained on end, one
 * behind the other, in which nothing is trained: the stored model forecasts each
 * from the rows before it.
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
#include "history.h"
#include "member.h"
#include "output.h"
#include "series_key.h"

#define COLUMNS	10				/* series, ts, t, pairs, mae, mase, seasonal_naive_mase,
								 * coverage, expected_mase, ratio */

/* All of it in one context below the caller's. */
typedef struct Drift
{
	RecurnetHost host;
	ReturnSetInfo *result;
	RecurnetSubject subject;
	RecurnetOutput output;
	RecurnetFolds folds;
	RnTrainSpec spec;			/* what cutting needs to know of the model */
	int64	   *of_model;		/* [series] of the rows; -1: the model does not know it */
	size_t	   *origin;			/* [series] its first new row */
	double		expected;		/* MASE on rows held out in training, or NaN */
	bool		by_series;
	size_t		forecasts;		/* of a series from an origin: made, */
	size_t		left_out;		/* and not made */
	char	   *reason;			/* of the first of these */
} Drift;

/* ---- rows ---- */

/* Read the rows, of the query or (NULL) of the model's own. */
static void
read_rows(Drift *drift, const char *query)
{
	const RecurnetVersion *version = drift->subject.version;
	RecurnetFit *fit = &drift->folds.fit;

	if (query == NULL)
		recurnet_catalog_check_right(version, RECURNET_MAY_MANAGE);
	rn_recipe_defaults(&drift->spec);
	drift->spec.rows = recurnet_history_spread(&drift->host, &drift->subject, query != NULL ? query : version->query,
											   query == NULL, &fit->rows);
	drift->spec.rows.on_error = RN_ON_ERROR_SKIP;
	drift->spec.inputs = drift->subject.model->inputs;
	drift->spec.horizon = drift->subject.model->network.spec.outputs;
	fit->rows.bytes += rn_backtest_bytes(&drift->spec, &fit->rows.panel);
	recurnet_guc_check_memory(fit->rows.bytes, "cutting rows off for a fold", "read fewer rows");
}

/* Where the new rows of each series begin; how many folds they are enough for. */
static void
find_origins(Drift *drift)
{
	const RnPanel *panel = &drift->folds.fit.rows.panel;
	RnBacktest *backtest = &drift->folds.backtest;
	size_t		H = (size_t) backtest->horizon;
	size_t		most = 0;

	drift->of_model = MemoryContextAllocHuge(CurrentMemoryContext, panel->count * sizeof(int64));
	drift->origin = MemoryContextAllocHuge(CurrentMemoryContext, panel->count * sizeof(size_t));
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];
		size_t		fresh = 0;

		CHECK_FOR_INTERRUPTS();
		drift->of_model[s] = recurnet_history_find(drift->subject.model, series->key);
		if (series->n > 0 && drift->of_model[s] >= 0)
			fresh = recurnet_history_news(&drift->host, &drift->subject, panel, series, drift->of_model[s]).fresh;
		drift->origin[s] = series->n - fresh;
		most = Max(most, fresh);
	}
	backtest->folds = (int) Min((most + H - 1) / H, (size_t) PG_INT32_MAX);
	backtest->origin = drift->origin;
}

/* ---- one fold ---- */

/* What came of the forecasts from an origin. */
typedef struct Tally
{
	RnBacktestScore score;
	int64		time;			/* of the newest row before it */
} Tally;

static Datum
mean_datum(const RnMean *mean, bool *null)
{
	*null = mean->terms == 0;
	return Float8GetDatum(rn_mean_value(mean));
}

/* One row of the result. */
static void
put_tally(Drift *drift, const char *key, const Tally *tally)
{
	const RnBacktestScore *score = &tally->score;
	double		ratio = rn_mean_value(&score->scaled) / drift->expected;
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};
	NullableDatum ts;
	NullableDatum t;

	if (score->absolute.terms == 0)
		return;
	recurnet_output_time(&drift->output, tally->time, &ts, &t);
	nulls[0] = key == NULL;
	values[0] = key != NULL ? recurnet_key_datum(key) : (Datum) 0;
	values[1] = ts.value;
	nulls[1] = ts.isnull;
	values[2] = t.value;
	nulls[2] = t.isnull;
	values[3] = Int64GetDatum((int64) score->absolute.terms);
	values[4] = mean_datum(&score->absolute, &nulls[4]);
	values[5] = mean_datum(&score->scaled, &nulls[5]);
	values[6] = mean_datum(&score->naive_scaled, &nulls[6]);
	values[7] = mean_datum(&score->within, &nulls[7]);
	nulls[8] = isnan(drift->expected);
	values[8] = Float8GetDatum(drift->expected);
	nulls[9] = nulls[5] || !isfinite(ratio);
	values[9] = Float8GetDatum(ratio);
	tuplestore_putvalues(drift->result->setResult, drift->result->setDesc, values, nulls);
}

/* A series is not forecast: why, in the core's words. */
static void
leave_out(Drift *drift, const char *key, const char *reason)
{
	drift->left_out++;
	if (drift->reason == NULL)
		drift->reason = MemoryContextStrdup(drift->host.context,
											psprintf("%s%s%s", key != NULL ? key : "", key != NULL ? ": " : "", reason));
}

/* The time of the newest row before the fold's steps of series s. */
static int64
origin_time(Drift *drift, const RecurnetFold *fold, size_t s)
{
	const RnPanel *panel = &drift->folds.fit.rows.panel;
	int64		time;

	recurnet_host_check(&drift->host, rn_panel_time(&drift->host.core, panel, &panel->series[s],
													fold->rows.series[s].next - panel->series[s].first - 1, &time));
	return time;
}

/* Forecast series s of a fold, and add what that comes to; false: it cannot be. */
static bool
forecast_series(Drift *drift, RecurnetFold *fold, size_t s, RnFoldStep *step, Tally *tally)
{
	const char *key = fold->rows.panel.series[s].key;
	int64		time;
	double		scale;

	if (fold->rows.panel.series[s].n == 0)
	{
		leave_out(drift, key, fold->rows.panel.series[s].skipped);
		return false;
	}
	if (recurnet_fold_stored(fold, &drift->subject, drift->of_model[s], s, step, &scale) != RN_OK)
	{
		leave_out(drift, key, fold->host.core.error.message);
		return false;
	}
	rn_backtest_score(&drift->folds.backtest, step, scale, &tally->score);
	time = origin_time(drift, fold, s);
	tally->time = tally->score.forecasts > 1 ? Max(tally->time, time) : time;
	drift->forecasts++;
	return true;
}

/* One fold: its row, or those of its series. */
static void
run_fold(Drift *drift, size_t i, RnFoldStep *step)
{
	const RnPanel *all = &drift->folds.fit.rows.panel;
	size_t		first = i * (size_t) drift->folds.backtest.horizon;
	RecurnetFold *fold = recurnet_fold_open(&drift->folds, i);
	Tally		tally = {0};

	recurnet_fold_cut(fold);
	for (size_t s = 0; s < all->count; s++)
	{
		CHECK_FOR_INTERRUPTS();
		if (drift->origin[s] + first >= all->series[s].n || !forecast_series(drift, fold, s, step, &tally))
			continue;
		if (!drift->by_series)
			continue;
		put_tally(drift, all->series[s].key, &tally);
		tally = (Tally) {0};
	}
	if (!drift->by_series)
		put_tally(drift, NULL, &tally);
	recurnet_fold_close(fold);
}

static void
warn_left_out(const Drift *drift)
{
	if (drift->left_out == 0)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("%zu of %zu forecasts are left out", drift->left_out, drift->left_out + drift->forecasts),
			 errdetail("The first: %s.", drift->reason),
			 errhint("A query must return rows that the model knows, too, before those that it does not.")));
}

/* ---- functions ---- */

/*
 * The body of rn_drift(model, query, level, horizon, by_series).
 */
static Datum
drift_of(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	MemoryContext context;
	MemoryContext caller;
	Drift	   *drift;
	RecurnetFolds *folds;
	RnFoldStep *step;
	double		level = recurnet_argument_level(fcinfo, 2, RECURNET_DEFAULT_LEVEL);

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "recurnet drift", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	drift = palloc0(sizeof(Drift));
	drift->result = (ReturnSetInfo *) fcinfo->resultinfo;
	recurnet_host_init(&drift->host, context);
	drift->subject = recurnet_subject_stored(&drift->host, key);
	drift->output = recurnet_output(&drift->subject, TIMESTAMPTZOID);
	drift->expected = recurnet_member_number(recurnet_member(drift->subject.version->metrics, "validation_mase"));
	drift->by_series = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	folds = &drift->folds;
	folds->host = folds->fit.host = &drift->host;
	folds->candidates = 1;
	folds->candidate = &drift->spec;
	folds->level = level;
	folds->backtest = (RnBacktest) {
		.horizon = recurnet_argument_int(fcinfo, 3, "horizon", rn_forecast_usual(drift->subject.model), 1, RN_MAX_HORIZON),
		.expanding = true,.season = drift->subject.model->season
	};
	folds->backtest.step = folds->backtest.horizon;
	read_rows(drift, recurnet_argument_text(fcinfo, 1));
	recurnet_host_check(&drift->host, rn_backtest_check(&drift->host.core, &folds->backtest, &drift->spec));
	find_origins(drift);
	step = MemoryContextAllocHuge(CurrentMemoryContext, (size_t) folds->backtest.horizon * sizeof(RnFoldStep));
	for (int i = 0; i < folds->backtest.folds; i++)
		run_fold(drift, (size_t) i, step);
	warn_left_out(drift);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * rn_drift(model, query, level, horizon, by_series) → (series, ts, t, pairs, mae, mase,
 * seasonal_naive_mase, coverage, expected_mase, ratio)
 */
PG_FUNCTION_INFO_V1(recurnet_drift_id);
Datum
recurnet_drift_id(PG_FUNCTION_ARGS)
{
	return drift_of(fcinfo, recurnet_argument_model_id(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_drift_name);
Datum
recurnet_drift_name(PG_FUNCTION_ARGS)
{
	return drift_of(fcinfo, recurnet_argument_model_name(fcinfo, 0));
}
