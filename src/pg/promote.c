/*
 * promote.c
 *		A training beside the active version of its model, on the newest rows.
 *
 * A version that is stored has seen all rows, so that nothing is left to judge it
 * by.  What is judged is therefore how it was made: a fold of a backtest, the
 * newest, is trained like it and forecasts what came, and so does the active
 * version from the same rows.  Rows that the active version was trained on would
 * flatter it; they count only where there are no others.
 */
#include "postgres.h"

#include <math.h>

#include "argument.h"
#include "fold.h"
#include "guc.h"
#include "history.h"
#include "panel_check.h"
#include "promote.h"

/* The two at work, on one fold. */
typedef struct Match
{
	RecurnetFit *fit;			/* of all rows */
	RecurnetSubject active;
	RecurnetFolds folds;		/* of a single one */
	RnTrainSpec spec;
	int64	   *of_model;		/* [series] of the active version, or -1 */
	size_t	   *origin;			/* [series] */
	bool		seen;			/* the active version was trained on the rows that count */
	const char *reason;			/* why they cannot be compared; NULL: they can */

	/* means over series of the mean errors of each */
	RnMean		scaled[2];		/* own, active */
	RnMean		absolute[2];
} Match;

/* ---- which rows ---- */

/* Rows of a series that are newer than those the active version was trained on. */
static size_t
fresh_rows(Match *match, size_t s)
{
	const RnPanel *panel = &match->fit->rows.panel;

	if (panel->series[s].n == 0 || match->of_model[s] < 0)
		return 0;
	return recurnet_history_news(match->fit->host, &match->active, panel, &panel->series[s],
								 match->of_model[s]).fresh;
}

/*
 * The horizon, and where each series is cut: before its newest rows, as many as a
 * forecast has steps, or as many of these as are new to the active version.
 */
static void
find_origins(Match *match)
{
	const RnPanel *panel = &match->fit->rows.panel;
	RnBacktest *backtest = &match->folds.backtest;
	size_t		H = (size_t) match->fit->plan.spec.horizon;
	size_t		most = 0;

	match->of_model = MemoryContextAllocHuge(CurrentMemoryContext, panel->count * sizeof(int64));
	match->origin = MemoryContextAllocHuge(CurrentMemoryContext, panel->count * sizeof(size_t));
	for (size_t s = 0; s < panel->count; s++)
	{
		match->of_model[s] = recurnet_history_find(match->active.model, panel->series[s].key);
		match->origin[s] = fresh_rows(match, s);
		most = Max(most, match->origin[s]);
	}
	match->seen = most == 0;
	H = match->seen ? H : Min(H, most);
	for (size_t s = 0; s < panel->count; s++)
	{
		bool		all = match->seen || match->of_model[s] < 0;
		size_t		steps = all ? H : Min(H, match->origin[s]);

		match->origin[s] = panel->series[s].n - Min(steps, panel->series[s].n);
	}
	backtest->horizon = backtest->step = (int) H;
	backtest->origin = match->origin;
}

/* All rows without what was made up of them. */
static RnPanel
rows_there(const RecurnetFit *fit)
{
	RnPanel		panel = fit->rows.panel;
	size_t		bytes = panel.rows * sizeof(double);

	if (panel.missing == NULL)
		return panel;
	recurnet_guc_check_memory(fit->bytes + bytes, "comparing with the active version", "set promote to always");
	panel.value = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, bytes), panel.value, bytes);
	for (size_t i = 0; i < panel.rows; i++)
		if (panel.missing[i])
			panel.value[i] = NAN;
	panel.missing = NULL;
	return panel;
}

/* A backtest of one fold, which trains as the fit does. */
static void
set_up(Match *match)
{
	const RecurnetFit *fit = match->fit;
	RecurnetFolds *folds = &match->folds;

	match->spec = fit->options.spec;
	match->spec.horizon = fit->plan.spec.horizon;
	match->spec.rows.on_error = RN_ON_ERROR_SKIP;
	folds->host = fit->host;
	folds->fit = *fit;
	memset(&folds->fit.model, 0, sizeof(RnModel));
	memset(&folds->fit.report, 0, sizeof(RnTrainReport));
	folds->fit.rows.panel = rows_there(fit);
	folds->fit.rows.bytes += rn_backtest_bytes(&match->spec, &folds->fit.rows.panel);
	folds->candidates = 1;
	folds->candidate = &match->spec;
	folds->level = RECURNET_DEFAULT_LEVEL;
	folds->backtest = (RnBacktest) {.folds = 1,.expanding = true,.season = fit->plan.spec.season};
	find_origins(match);
}

/* ---- forecasts ---- */

/* The mean errors of a series, of one of the two. */
static void
add(Match *match, int which, const RnFoldStep *step, double scale)
{
	RnBacktestScore score = {0};

	rn_backtest_score(&match->folds.backtest, step, scale, &score);
	if (score.absolute.terms > 0)
		rn_mean_add(&match->absolute[which], rn_mean_value(&score.absolute));
	if (score.scaled.terms > 0)
		rn_mean_add(&match->scaled[which], rn_mean_value(&score.scaled));
}

/* The words of the core, kept when the fold is gone. */
static void
give_up(Match *match, const RecurnetFold *fold)
{
	match->reason = MemoryContextStrdup(match->fit->host->context, fold->host.core.error.message);
}

/* Both forecasts of series s, which is series m of the fold's model; false: one of the two is no good. */
static bool
forecast_both(Match *match, RecurnetFold *fold, size_t s, size_t m, RnFoldStep *step)
{
	const RecurnetFolds *folds = &match->folds;
	double		scale;
	RnCode		code = recurnet_fold_stored(fold, &match->active, match->of_model[s], s, step, &scale);

	if (code == RN_TOO_FEW_ROWS)
		return true;			/* of others there may be enough */
	if (code != RN_OK)
	{
		give_up(match, fold);
		return false;
	}
	add(match, 1, step, scale);
	code = rn_backtest_forecast(&fold->host.core, &folds->backtest, &fold->rows, &folds->fit.rows.panel,
								&fold->fit.model, s, m, folds->level, step, &scale);
	if (code == RN_DIVERGED)
	{
		rn_mean_add(&match->absolute[0], NAN);
		return false;
	}
	recurnet_host_check(&fold->host, code);
	add(match, 0, step, scale);
	return true;
}

/* Forecasts of all series that both know and that have rows to be held against. */
static void
forecast_all(Match *match, RecurnetFold *fold)
{
	const RnPanel *panel = &fold->rows.panel;
	RnFoldStep *step;
	size_t		m = 0;

	recurnet_guc_check_memory(fold->fit.rows.bytes +
							  rn_backtest_forecast_bytes(&match->folds.backtest, &fold->rows, &fold->fit.model),
							  "forecasting", "train a smaller network");
	step = MemoryContextAllocHuge(CurrentMemoryContext, (size_t) match->folds.backtest.horizon * sizeof(RnFoldStep));
	for (size_t s = 0; s < panel->count; s++)
	{
		if (panel->series[s].n == 0)
			continue;
		if (match->of_model[s] >= 0 && match->origin[s] < match->fit->rows.panel.series[s].n &&
			!forecast_both(match, fold, s, m, step))
			return;
		m++;
	}
}

/* Train the fold and forecast with both; a training that diverges has an error of NaN. */
static void
play(Match *match)
{
	RecurnetFold *fold = recurnet_fold_open(&match->folds, 0);

	if (recurnet_fold_plan(fold) != RN_OK)
		give_up(match, fold);
	else
	{
		RnCode		code = recurnet_fit_train(&fold->fit);

		if (code == RN_DIVERGED)
			rn_mean_add(&match->absolute[0], NAN);
		else
		{
			recurnet_panel_check(&fold->host, &fold->fit.rows.panel, code);
			forecast_all(match, fold);
		}
	}
	recurnet_fold_close(fold);
}

/* ---- the verdict ---- */

static RecurnetHoldout
holdout_of(const Match *match)
{
	bool		diverged = isnan(rn_mean_value(&match->absolute[0]));
	bool		scaled = match->scaled[1].terms > 0 && !diverged;
	const RnMean *mean = scaled ? match->scaled : match->absolute;

	return (RecurnetHoldout) {
		.compared = true,.scaled = scaled,
		.own = diverged ? NAN : rn_mean_value(&mean[0]),
		.active = mean[1].terms > 0 ? rn_mean_value(&mean[1]) : NAN,
		.active_version = match->active.version->version,.seen = match->seen
	};
}

bool
recurnet_promote_no_worse(RecurnetFit *fit, const RecurnetVersion *active, const RnModel *model)
{
	Match	   *match = palloc0(sizeof(Match));

	match->fit = fit;
	match->active = recurnet_subject(model, active);
	if (!rn_calendar_same_step(&fit->rows.panel.calendar, &model->calendar))
		match->reason = "their steps differ";
	else
	{
		set_up(match);
		play(match);
		if (match->reason == NULL && match->absolute[0].terms == 0)
			match->reason = "no series that both know has a value there";
	}
	if (match->reason != NULL)
	{
		fit->holdout = (RecurnetHoldout) {.active_version = active->version,.reason = match->reason};
		return true;
	}
	fit->holdout = holdout_of(match);
	return fit->holdout.own <= fit->holdout.active;
}

/* ---- what is said of it ---- */

static void
notice_incomparable(const RecurnetHoldout *holdout, int64 model_id)
{
	ereport(NOTICE,
			(errmsg("the new version of model " INT64_FORMAT " is promoted without a comparison with version %d",
					model_id, holdout->active_version),
			 errdetail("The two cannot be compared on the newest rows: %s.", holdout->reason)));
}

static void
notice_worse(const RecurnetHoldout *holdout, int64 model_id)
{
	char	   *detail = isnan(holdout->own) ? pstrdup("Its training on the rows before them diverged.")
		: psprintf("%s of their forecasts: %.6g of the new version, %.6g of version %d%s.",
				   holdout->scaled ? "Mean absolute scaled errors" : "Mean absolute errors",
				   holdout->own, holdout->active, holdout->active_version,
				   holdout->seen ? ", which was trained on them" : "");

	ereport(NOTICE,
			(errmsg("the new version of model " INT64_FORMAT " is stored but not promoted: it forecasts the newest rows worse than version %d",
					model_id, holdout->active_version),
			 errdetail("%s", detail),
			 errhint("rn_activate makes it the active one; promote => 'always' does without the comparison.")));
}

void
recurnet_promote_notice(const RecurnetHoldout *holdout, const RecurnetVersion *version)
{
	if (holdout->reason != NULL && !version->kept_back)
		notice_incomparable(holdout, version->model_id);
	else if (holdout->compared && !(holdout->own <= holdout->active))
		notice_worse(holdout, version->model_id);
}
