/*
 * sql_train.c
 *		rn_train and rn_retrain, at once and in the background.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "argument.h"
#include "job.h"

/* The arguments of rn_train: cell, query, options, name, series, covariates, time, target. */
static RecurnetTraining
training_arguments(FunctionCallInfo fcinfo)
{
	recurnet_argument_required(fcinfo, 0, "cell");
	recurnet_argument_required(fcinfo, 1, "query");
	return (RecurnetTraining)
	{
		.cell = recurnet_argument_text(fcinfo, 0),.query = recurnet_argument_text(fcinfo, 1),
			.options = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2),
			.name = recurnet_argument_text(fcinfo, 3),.series = recurnet_argument_text(fcinfo, 4),
			.covariates = recurnet_argument_text(fcinfo, 5),.time = recurnet_argument_text(fcinfo, 6),
			.target = recurnet_argument_text(fcinfo, 7)
	};
}

/*
 * rn_train(...) → id of the model
 */
PG_FUNCTION_INFO_V1(recurnet_train);
Datum
recurnet_train(PG_FUNCTION_ARGS)
{
	RecurnetTraining training = training_arguments(fcinfo);

	PG_RETURN_INT64(recurnet_job_train(&training));
}

/*
 * rn_train_async(...) → id of the job
 */
PG_FUNCTION_INFO_V1(recurnet_train_async);
Datum
recurnet_train_async(PG_FUNCTION_ARGS)
{
	RecurnetTraining training = training_arguments(fcinfo);

	PG_RETURN_INT64(recurnet_job_train_async(&training));
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

/* Is a procedure called where it may not commit? */
static bool
is_atomic(FunctionCallInfo fcinfo)
{
	return fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic;
}

/* rn_retrain's arguments after the model: mode, promote, only_if. */
static RecurnetRetraining
retraining_arguments(FunctionCallInfo fcinfo)
{
	static const char *const modes[] = {"warm", "cold"};
	RecurnetRetraining retraining = {0};
	char	   *only_if = recurnet_argument_text(fcinfo, 3);

	retraining.warm = which_word(fcinfo, 1, "mode", modes, lengthof(modes), "warm and cold") == 0;
	retraining.promote = which_word(fcinfo, 2, "promote", recurnet_promotions, RECURNET_PROMOTIONS,
									"always, if_better and never");
	retraining.only_new = only_if != NULL;
	if (only_if != NULL && strcmp(only_if, "new_rows") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized value for only_if: \"%s\"", only_if),
				 errhint("The valid value is new_rows; leave it out to train in any case.")));
	return retraining;
}

static void
retrain(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	RecurnetRetraining retraining = retraining_arguments(fcinfo);

	recurnet_job_retrain(key, &retraining, is_atomic(fcinfo));
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

/*
 * rn_retrain_async(model, mode, promote, only_if) → id of the job
 */
static int64
retrain_async(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	RecurnetRetraining retraining = retraining_arguments(fcinfo);

	return recurnet_job_retrain_async(key, &retraining);
}

PG_FUNCTION_INFO_V1(recurnet_retrain_async_id);
Datum
recurnet_retrain_async_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(retrain_async(fcinfo, recurnet_argument_model_id(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(recurnet_retrain_async_name);
Datum
recurnet_retrain_async_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(retrain_async(fcinfo, recurnet_argument_model_name(fcinfo, 0)));
}
