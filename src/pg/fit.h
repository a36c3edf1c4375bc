/*
 * fit.h
 *		From rows to a trained model.
 */
#ifndef RECURNET_FIT_H
#define RECURNET_FIT_H

#include "model/tune.h"

#include "host.h"
#include "options.h"
#include "reader.h"

/* How a training did beside the model that it is to take the place of, on the newest rows (promote.h). */
typedef struct RecurnetHoldout
{
	bool		compared;
	bool		scaled;			/* errors are MASEs, else mean absolute errors */
	double		own;			/* of the training; NaN: it diverged */
	double		active;
	int			active_version;
	bool		seen;			/* by the active version, which was trained on these rows */
	const char *reason;			/* why the two cannot be compared; NULL: they can */
} RecurnetHoldout;

/* What a training works with, from its rows to its model; memory is the host's. */
typedef struct RecurnetFit
{
	RecurnetHost *host;
	RecurnetOptions options;
	RecurnetNames covariates;
	RecurnetRows rows;
	int32	   *holiday;		/* [holidays] or NULL */
	size_t		holidays;
	bool		unfilled;		/* rows are to be filled later, or in parts */
	bool		parallel;		/* workers may help to train it */
	const RnModel *warm;		/* model to start from, or NULL */
	const RnModel *given;		/* a network that is not to be trained, but taken as it is; or NULL */
	RnTrainPlan plan;
	size_t		bytes;			/* planned: rows, training and what is stored */
	RnModel		model;
	RnTrainReport report;
	RnTuning	tuning;			/* shapes that were tried, if any were to be */
	RecurnetHoldout holdout;
} RecurnetFit;

/* The covariates that the user named, as the core numbers them. */
extern void recurnet_fit_covariates(RecurnetFit *fit, const RecurnetNames *names);

/* Is the frequency asked for some days, months or years? */
extern bool recurnet_fit_whole_days(const RnRowPolicy *policy);

/*
 * The steps of a training, in order.  What is wrong with the rows is returned,
 * with words in the host, and is about series rows.panel.failed; what exceeds
 * limits or makes no sense is an ERROR.
 */
extern RnCode recurnet_fit_settle(RecurnetFit *fit);
extern RnCode recurnet_fit_plan(RecurnetFit *fit);
extern RnCode recurnet_fit_train(RecurnetFit *fit);

/*
 * fit_parallel.c: workers worth having for the networks that are planned; and the
 * training with these.  What goes wrong there is an ERROR, but for RN_DIVERGED.
 */
extern int	recurnet_fit_workers(const RecurnetFit *fit);
extern RnCode recurnet_fit_train_parallel(RecurnetFit *fit, int workers);

/* The model as stored bytes, in the current memory context. */
extern bytea *recurnet_fit_encode(RecurnetFit *fit);

/*
 * SHA-256 of all that a planned training depends on: rows, options, holidays and
 * the query's text.  The same bytes on machines of the same byte order.
 */
extern bytea *recurnet_fit_hash(const RecurnetFit *fit, const char *query);

/* What the training came to, and the series that something was done about. */
extern Jsonb *recurnet_fit_metrics(const RecurnetFit *fit);
extern char *recurnet_fit_series_log(const RecurnetFit *fit);

/* Say that some steps were left out of sums. */
extern void recurnet_fit_notice_cut(const RecurnetFit *fit);

/* Say that recipe auto could hold no rows out. */
extern void recurnet_fit_warn_few(const RecurnetFit *fit);

/* Say that the model lost to the seasonal naive forecast on what was held out. */
extern void recurnet_fit_warn_worse(const RecurnetFit *fit);

/* Say that some series were left out; which ones, the log knows. */
extern void recurnet_fit_warn_skipped(const RecurnetFit *fit);

#endif							/* RECURNET_FIT_H */
