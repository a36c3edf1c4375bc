/*
 * fold.c
 *		One fold of a backtest, from all rows to forecasts.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "utils/memutils.h"

#include "model/forecast.h"

#include "argument.h"
#include "fold.h"
#include "guc.h"
#include "history.h"
#include "panel_check.h"
#include "progress.h"

#define MOST_FOLDS 10000

void
recurnet_folds_init(RecurnetFolds *folds, RecurnetHost *host, FunctionCallInfo fcinfo, int first, int usual)
{
	folds->host = folds->fit.host = host;
	folds->fit.unfilled = folds->fit.parallel = true;
	folds->level = RECURNET_DEFAULT_LEVEL;
	folds->backtest = (RnBacktest) {
		.folds = recurnet_argument_int(fcinfo, first, "folds", usual, 1, MOST_FOLDS),
		.horizon = recurnet_argument_int(fcinfo, first + 1, "horizon", 0, 1, RN_MAX_HORIZON),
		.step = recurnet_argument_int(fcinfo, first + 2, "step", 0, 1, PG_INT32_MAX),
		.gap = recurnet_argument_int(fcinfo, first + 3, "gap", 0, 0, RN_MAX_HORIZON),
		.expanding = PG_ARGISNULL(first + 4) || PG_GETARG_BOOL(first + 4)
	};
}

void
recurnet_folds_read(RecurnetFolds *folds, RecurnetSource *source, const RecurnetVersion *old, bool one_season)
{
	RecurnetFit *fit = &folds->fit;
	RnBacktest *backtest = &folds->backtest;
	RnTrainSpec *spec = &fit->options.spec;
	RnOnError	on_error = spec->rows.on_error;

	recurnet_request_read(source, old, fit);
	recurnet_panel_check(folds->host, &fit->rows.panel,
						 rn_backtest_horizon(&folds->host->core, spec, &fit->rows.panel, &spec->horizon,
											 one_season ? &backtest->season : NULL));
	spec->rows.on_error = on_error; /* beside a fold of the only series there are others */
	if (backtest->horizon == 0)
		backtest->horizon = spec->horizon;
	if (backtest->step == 0)
		backtest->step = backtest->horizon;
	recurnet_host_check(folds->host, rn_backtest_check(&folds->host->core, backtest, spec));
	folds->candidates = 1;
	folds->candidate = spec;
	fit->rows.bytes += rn_backtest_bytes(spec, &fit->rows.panel);
	recurnet_guc_check_memory(fit->rows.bytes, "cutting rows off for a fold", "read fewer rows");
}

int
recurnet_folds_before(const RecurnetFolds *folds)
{
	return folds->first > 0 ? (folds->first - 1) * folds->backtest.folds : 0;
}

RecurnetFold *
recurnet_fold_open(const RecurnetFolds *folds, size_t i)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet fold", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	RecurnetFold *fold = palloc0(sizeof(RecurnetFold));

	recurnet_host_init(&fold->host, context);
	fold->caller = caller;
	fold->folds = folds;
	fold->piece = i;
	fold->candidate = (int) (i / (size_t) folds->backtest.folds);
	fold->rows.number = (int) (i % (size_t) folds->backtest.folds) + 1;
	fold->fit = folds->fit;
	fold->fit.options.spec = folds->candidate[fold->candidate];
	fold->fit.host = &fold->host;
	fold->host.progress = folds->host->progress;
	if (IsParallelWorker())
		recurnet_host_quiet(&fold->host);
	return fold;
}

void
recurnet_fold_close(RecurnetFold *fold)
{
	MemoryContext context = fold->host.context;

	MemoryContextSwitchTo(fold->caller);
	MemoryContextDelete(context);
}

static void
name_fold(void *arg)
{
	const RecurnetFold *fold = arg;

	if (fold->folds->first > 0)
		errcontext("trial %d, fold %d", fold->folds->first + fold->candidate, fold->rows.number);
	else
		errcontext("fold %d", fold->rows.number);
}

static ErrorContextCallback
enter(RecurnetFold *fold)
{
	return (ErrorContextCallback) {.callback = name_fold,.arg = fold,.previous = error_context_stack};
}

void
recurnet_fold_cut(RecurnetFold *fold)
{
	const RecurnetFolds *folds = fold->folds;
	RnCode		code = rn_backtest_cut(&fold->host.core, &folds->backtest, &fold->fit.options.spec,
									   &folds->fit.rows.panel, fold->rows.number, &fold->rows);

	recurnet_panel_check(&fold->host, &fold->rows.panel, code);
}

/* The fold's panel becomes the rows of its fit; what that leaves out, the panel's series say. */
static RnCode
cut_and_plan(RecurnetFold *fold)
{
	RecurnetFit *fit = &fold->fit;
	RnCode		code;

	recurnet_fold_cut(fold);
	fit->rows.panel = fold->rows.panel;
	code = recurnet_fit_plan(fit);
	if (code == RN_TOO_FEW_ROWS && fit->options.spec.rows.on_error == RN_ON_ERROR_SKIP)
		return code;
	recurnet_panel_check(&fold->host, &fit->rows.panel, code);
	return RN_OK;
}

/* Forecasts of all series that the fold's model was trained on, up to one that leaves the numbers: RN_DIVERGED. */
static RnCode
forecast(RecurnetFold *fold, RecurnetFoldTold told, void *listener)
{
	const RecurnetFolds *folds = fold->folds;
	const RnModel *model = &fold->fit.model;
	RnFoldStep *step;
	size_t		m = 0;

	recurnet_progress_phase(&fold->host, RECURNET_PHASE_JUDGING);
	recurnet_guc_check_memory(fold->fit.rows.bytes + rn_backtest_forecast_bytes(&folds->backtest, &fold->rows, model),
							  "forecasting", "ask for fewer steps, or train a smaller network");
	step = MemoryContextAllocHuge(CurrentMemoryContext, (size_t) folds->backtest.horizon * sizeof(RnFoldStep));
	for (size_t s = 0; s < fold->rows.panel.count; s++)
	{
		double		scale;
		RnCode		code;

		if (fold->rows.panel.series[s].n == 0)
			continue;
		code = rn_backtest_forecast(&fold->host.core, &folds->backtest, &fold->rows, &folds->fit.rows.panel,
									model, s, m++, folds->level, step, &scale);
		if (code == RN_DIVERGED)
			return code;
		recurnet_host_check(&fold->host, code);
		told(listener, fold, s, step, scale);
	}
	return RN_OK;
}

RnCode
recurnet_fold_plan(RecurnetFold *fold)
{
	ErrorContextCallback where = enter(fold);
	RnCode		code;

	error_context_stack = &where;
	code = cut_and_plan(fold);
	error_context_stack = where.previous;
	return code;
}

RnCode
recurnet_fold_run(RecurnetFold *fold, RecurnetFoldTold told, void *listener)
{
	ErrorContextCallback where = enter(fold);
	RnCode		code;

	error_context_stack = &where;
	recurnet_progress_fold(&fold->host, recurnet_folds_before(fold->folds) + (int) fold->piece + 1);
	code = recurnet_fit_train(&fold->fit);
	if (code == RN_OK)
		code = forecast(fold, told, listener);
	if (code != RN_DIVERGED || fold->folds->first == 0)
		recurnet_panel_check(&fold->host, &fold->fit.rows.panel, code);
	error_context_stack = where.previous;
	return code;
}

RnCode
recurnet_fold_stored(RecurnetFold *fold, const RecurnetSubject *subject, int64 of_model, size_t s,
					 RnFoldStep *step, double *scale)
{
	const RecurnetFolds *folds = fold->folds;
	const RnPanel *panel = &fold->rows.panel;
	const RnSeries *series = &panel->series[s];
	RnOrigin	origin;
	RnCode		code;

	if (series->n < (size_t) rn_model_least_rows(subject->model))
		return rn_fail(&fold->host.core, RN_TOO_FEW_ROWS, "%zu %s fewer than the %d that it looks at",
					   series->n, series->n == 1 ? "row is" : "rows are", rn_model_least_rows(subject->model));
	recurnet_guc_check_memory(fold->fit.rows.bytes +
							  rn_backtest_forecast_bytes(&folds->backtest, &fold->rows, subject->model),
							  "forecasting", "ask for fewer steps");
	origin = recurnet_history_end(&fold->host, subject, panel, series, of_model);
	code = rn_backtest_forecast_from(&fold->host.core, &folds->backtest, &fold->rows, &folds->fit.rows.panel,
									 subject->model, s, &origin, folds->level, step, scale);
	if (code != RN_DIVERGED && code != RN_INVALID_OPTION)
		recurnet_host_check(&fold->host, code);
	return code;
}

void
recurnet_fold_tell(const RecurnetFold *fold, const RecurnetFoldSteps *ahead, size_t piece,
				   RecurnetFoldTold told, void *listener)
{
	size_t		count = fold->rows.panel.count;
	size_t		H = (size_t) fold->folds->backtest.horizon;

	for (size_t s = 0; s < count; s++)
		if (fold->rows.panel.series[s].n > 0)
			told(listener, fold, s, ahead->step + (piece * count + s) * H, ahead->scale[piece * count + s]);
}
