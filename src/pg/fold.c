/*
 * fold.c
 *		One fold of a backtest, from all rows to forecasts.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "utils/memutils.h"

#include "model/forecast.h"

#include "fold.h"
#include "guc.h"
#include "panel_check.h"

RecurnetFold *
recurnet_fold_create(const RecurnetFolds *folds, size_t i)
{
	RecurnetFold *fold = palloc0(sizeof(RecurnetFold));

	recurnet_host_init(&fold->host, CurrentMemoryContext);
	fold->folds = folds;
	fold->candidate = (int) (i / (size_t) folds->backtest.folds);
	fold->rows.number = (int) (i % (size_t) folds->backtest.folds) + 1;
	fold->fit = folds->fit;
	fold->fit.options.spec = folds->candidate[fold->candidate];
	fold->fit.host = &fold->host;
	if (IsParallelWorker())
		recurnet_host_quiet(&fold->host);
	return fold;
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

/* The fold's panel becomes the rows of its fit; what that leaves out, the panel's series say. */
static RnCode
cut_and_plan(RecurnetFold *fold)
{
	const RecurnetFolds *folds = fold->folds;
	RecurnetFit *fit = &fold->fit;
	RnCode		code = rn_backtest_cut(&fold->host.core, &folds->backtest, &fit->options.spec, &folds->fit.rows.panel,
									   fold->rows.number, &fold->rows);

	recurnet_panel_check(&fold->host, &fold->rows.panel, code);
	fit->rows.panel = fold->rows.panel;
	code = recurnet_fit_plan(fit);
	if (code == RN_TOO_FEW_ROWS && fit->options.spec.rows.on_error == RN_ON_ERROR_SKIP)
		return code;
	recurnet_panel_check(&fold->host, &fit->rows.panel, code);
	return RN_OK;
}

/* Forecasts of all series that the fold's model was trained on. */
static void
forecast(RecurnetFold *fold, RecurnetFoldTold told, void *listener)
{
	const RecurnetFolds *folds = fold->folds;
	const RnModel *model = &fold->fit.model;
	RnFoldStep *step;
	size_t		m = 0;

	recurnet_guc_check_memory(fold->fit.rows.bytes + rn_backtest_forecast_bytes(&folds->backtest, &fold->rows, model),
							  "forecasting", "ask for fewer steps, or train a smaller network");
	step = MemoryContextAllocHuge(CurrentMemoryContext, (size_t) folds->backtest.horizon * sizeof(RnFoldStep));
	for (size_t s = 0; s < fold->rows.panel.count; s++)
	{
		double		scale;

		if (fold->rows.panel.series[s].n == 0)
			continue;
		recurnet_host_check(&fold->host, rn_backtest_forecast(&fold->host.core, &folds->backtest, &fold->rows,
															  &folds->fit.rows.panel, model, s, m++, folds->level,
															  step, &scale));
		told(listener, fold, s, step, scale);
	}
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
	code = recurnet_fit_train(&fold->fit);
	if (code != RN_DIVERGED || fold->folds->first == 0)
	{
		recurnet_panel_check(&fold->host, &fold->fit.rows.panel, code);
		forecast(fold, told, listener);
	}
	error_context_stack = where.previous;
	return code;
}
