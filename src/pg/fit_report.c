/*
 * fit_report.c
 *		What is told of a training: its metrics, and what became of the rows.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/json.h"

#include "fit.h"
#include "option_table.h"

/* Mean errors that differ by less, relatively, are the same: networks compute in single precision, of 24 bits. */
#define ROUNDING 1e-6

/* A number as JSON: what is not finite is null. */
static char *
number_json(double value)
{
	return isfinite(value) ? recurnet_number_text(value) : pstrdup("null");
}

/* What became of the rows of all series, where anything did. */
static void
append_row_counts(const RecurnetFit *fit, StringInfo text)
{
	const RnPanel *panel = &fit->rows.panel;
	size_t		skipped = panel->count - fit->plan.series;
	size_t		filled = 0;
	size_t		combined = 0;
	int64		cut = 0;

	for (size_t s = 0; s < panel->count; s++)
	{
		filled += panel->series[s].filled;
		combined += panel->series[s].combined;
		cut += panel->series[s].cut;
	}
	if (skipped > 0)
		appendStringInfo(text, ", \"skipped_series\": %zu", skipped);
	if (filled > 0)
		appendStringInfo(text, ", \"filled_rows\": %zu", filled);
	if (combined > 0)
		appendStringInfo(text, ", \"combined_rows\": %zu", combined);
	if (cut > 0)
		appendStringInfo(text, ", \"cut_steps\": " INT64_FORMAT, cut);
}

char *
recurnet_fit_series_log(const RecurnetFit *fit)
{
	const RnPanel *panel = &fit->rows.panel;
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (size_t s = 0; s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];

		if (series->filled == 0 && series->combined == 0 && series->cut == 0 && series->skipped == NULL)
			continue;
		appendStringInfo(&text, "%s{\"series\": %s, \"rows\": %zu, \"filled\": %zu, \"combined\": %zu, \"cut\": %d",
						 text.len > 1 ? ", " : "", series->key != NULL ? series->key : "null",
						 series->n, series->filled, series->combined, series->cut);
		if (series->skipped != NULL)
		{
			appendStringInfoString(&text, ", \"skipped\": ");
			escape_json(&text, series->skipped);
		}
		appendStringInfoChar(&text, '}');
	}
	appendStringInfoChar(&text, ']');
	return text.data;
}

/* How it did beside the model before it, if anybody asked. */
static void
append_holdout(const RecurnetHoldout *holdout, StringInfo text)
{
	const char *measure = holdout->scaled ? "mase" : "mae";

	if (holdout->compared)
		appendStringInfo(text, ", \"holdout_%s\": %s, \"active_holdout_%s\": %s, \"active_version\": %d",
						 measure, number_json(holdout->own), measure, number_json(holdout->active),
						 holdout->active_version);
}

/* The shapes tried on held-out rows, in their order, and how each did. */
static void
append_tuning(const RnTuning *tuning, StringInfo text)
{
	for (int i = 0; i < tuning->count; i++)
	{
		const RnTuneShape *shape = &tuning->shape[i];

		appendStringInfo(text, "%s{\"units\": %d, \"window\": %d, \"epochs\": %d, \"mase\": %s}", i == 0 ? ", \"tried\": [" : ", ",
						 shape->units, shape->window, shape->epochs, number_json(shape->mase));
	}
	if (tuning->count > 0)
		appendStringInfoChar(text, ']');
}

Jsonb *
recurnet_fit_metrics(const RecurnetFit *fit)
{
	const RnFitLog *log = &fit->report.log;
	StringInfoData text;
	int			best = log->best_epoch - 1; /* -1: the weights from the start */
	bool		validated = fit->plan.validation_windows > 0;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"train_windows\": %zu, \"validation_windows\": %zu",
					 fit->plan.train_windows, fit->plan.validation_windows);
	append_row_counts(fit, &text);
	appendStringInfo(&text, ", \"epochs\": %d, \"best_epoch\": %d", log->epochs, log->best_epoch);
	appendStringInfo(&text, ", \"loss\": %s, \"best_loss\": %s",
					 number_json(log->epochs > 0 ? log->loss[log->epochs - 1] : NAN),
					 number_json(best >= 0 ? log->loss[best] : NAN));
	if (validated)
		appendStringInfo(&text, ", \"best_val_loss\": %s, \"validation_mae\": %s, \"naive_mae\": %s",
						 number_json(best >= 0 ? log->val_loss[best] : log->start_val_loss),
						 number_json(fit->report.validation_mae),
						 number_json(fit->report.naive_mae));
	if (isfinite(fit->report.validation_mase))
		appendStringInfo(&text, ", \"validation_mase\": %s, \"naive_mase\": %s",
						 number_json(fit->report.validation_mase), number_json(fit->report.naive_mase));
	append_tuning(&fit->tuning, &text);
	append_holdout(&fit->holdout, &text);
	appendStringInfoChar(&text, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
}

void
recurnet_fit_notice_cut(const RecurnetFit *fit)
{
	const RnPanel *panel = &fit->rows.panel;
	int64		cut = 0;

	for (size_t s = 0; s < panel->count; s++)
		cut += panel->series[s].cut;
	if (cut > 0)
		ereport(NOTICE,
				(errmsg_plural(INT64_FORMAT " step at an end of a series is left out, as its rows are no whole sum",
							   INT64_FORMAT " steps at the ends of series are left out, as their rows are no whole sums",
							   (unsigned long) cut, cut)));
}

void
recurnet_fit_warn_few(const RecurnetFit *fit)
{
	if (fit->plan.spec.recipe != RN_RECIPE_AUTO || fit->model.residual_points > 0)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("there were too few rows to hold any out"),
			 errdetail("How well the model forecasts is not known, and its forecasts have no intervals."),
			 errhint("Give more rows, or ask for a shorter horizon.")));
}

void
recurnet_fit_warn_worse(const RecurnetFit *fit)
{
	const RnTrainReport *report = &fit->report;
	bool		whole = isfinite(report->validation_mase);
	double		own = whole ? report->validation_mase : report->validation_mae;
	double		naive = whole ? report->naive_mase : report->naive_mae;

	/* scaled errors of perfect seasons are rounding beside their scale, which is 1 */
	if (!(own - naive > ROUNDING * (whole ? Max(naive, 1) : naive)) || (!whole && fit->plan.method == RN_METHOD_LOCAL))
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("the model forecasts held-out rows worse than the seasonal naive forecast"),
			 errdetail("Mean absolute errors %s: %.6g of the model, %.6g of the seasonal naive forecast.",
					   whole ? "of all steps, scaled" : "one step ahead", own, naive),
			 errhint("%s", fit->plan.spec.recipe == RN_RECIPE_AUTO
					 ? "Give more rows, or the season that they have in option \"season\"; rn_backtest compares on more origins."
					 : "Try recipe auto, more rows or epochs, or another window; rn_backtest compares on more origins.")));
}

void
recurnet_fit_warn_skipped(const RecurnetFit *fit)
{
	const RnPanel *panel = &fit->rows.panel;
	size_t		skipped = panel->count - fit->plan.series;
	size_t		s = 0;

	if (skipped == 0)
		return;
	while (panel->series[s].skipped == NULL)
		s++;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("%zu of %zu series were left out", skipped, panel->count),
			 errdetail("The first is %s: %s.", panel->series[s].key, panel->series[s].skipped),
			 errhint("The view rn_series_log has them all. Set option \"on_error\" to fail to have none left out.")));
}
