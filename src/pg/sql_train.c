/*
 * sql_train.c
 *		rn_train and rn_retrain.
 */
#include "postgres.h"

#include "argument.h"
#include "job.h"

/*
 * rn_train(cell, query, options, name, series, covariates, time, target) → id
 */
PG_FUNCTION_INFO_V1(recurnet_train);
Datum
recurnet_train(PG_FUNCTION_ARGS)
{
	RecurnetTraining training = {0};

	recurnet_argument_required(fcinfo, 0, "cell");
	recurnet_argument_required(fcinfo, 1, "query");

	training.cell = recurnet_argument_text(fcinfo, 0);
	training.query = recurnet_argument_text(fcinfo, 1);
	training.options = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2);
	training.name = recurnet_argument_text(fcinfo, 3);
	training.series = recurnet_argument_text(fcinfo, 4);
	training.covariates = recurnet_argument_text(fcinfo, 5);
	training.time = recurnet_argument_text(fcinfo, 6);
	training.target = recurnet_argument_text(fcinfo, 7);
	PG_RETURN_INT64(recurnet_job_train(&training));
}

/* Which of n words is argument i, called name?  valid: these in a hint. */
static int
which_word(FunctionCallInfo fcinfo, int i, const char *name, const char *const *words, int n, const char *valid)
{
	char	   *word;

	recurnet_argument_required(fcinfo, i, name);
	word = recurnet_argument_text(fcinfo, i);
	for (int k = 0; k < n; k++)
		if (strcmp(word, words[k]) == 0)
			return k;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized value for %s: \"%s\"", name, word),
			 errhint("Valid values are %s.", valid)));
}

/* rn_retrain's arguments after the model: mode, promote, only_if. */
static void
retrain(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	static const char *const modes[] = {"warm", "cold"};
	static const char *const promotions[] = {"always", "if_better", "never"};	/* RecurnetPromotion */
	RecurnetRetraining retraining = {0};
	char	   *only_if = recurnet_argument_text(fcinfo, 3);

	retraining.warm = which_word(fcinfo, 1, "mode", modes, lengthof(modes), "warm and cold") == 0;
	retraining.promote = which_word(fcinfo, 2, "promote", promotions, lengthof(promotions),
									"always, if_better and never");
	retraining.only_new = only_if != NULL;
	if (only_if != NULL && strcmp(only_if, "new_rows") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized value for only_if: \"%s\"", only_if),
				 errhint("The valid value is new_rows; leave it out to train in any case.")));
	recurnet_job_retrain(key, &retraining);
}

PG_FUNCTION_INFO_V1(recurnet_retrain_id);
Datum
recurnet_retrain_id(PG_FUNCTION_ARGS)
{
	retrain(fcinfo, recurnet_argument_model_id(fcinfo, 0));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(recurnet_retrain_name);
Datum
recurnet_retrain_name(PG_FUNCTION_ARGS)
{
	retrain(fcinfo, recurnet_argument_model_name(fcinfo, 0));
	PG_RETURN_VOID();
}
