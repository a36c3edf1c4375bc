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

/* rn_retrain's arguments after the model: mode, promote. */
static void
retrain(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	char	   *mode;
	char	   *promote;

	recurnet_argument_required(fcinfo, 1, "mode");
	recurnet_argument_required(fcinfo, 2, "promote");
	mode = recurnet_argument_text(fcinfo, 1);
	promote = recurnet_argument_text(fcinfo, 2);
	if (strcmp(mode, "warm") != 0 && strcmp(mode, "cold") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized mode \"%s\"", mode),
				 errhint("Valid modes are warm and cold.")));
	if (strcmp(promote, "if_better") == 0 || strcmp(promote, "never") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("promote => '%s' is not implemented yet", promote)));
	if (strcmp(promote, "always") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized value for promote: \"%s\"", promote),
				 errhint("The valid value is always.")));
	recurnet_job_retrain(key, strcmp(mode, "warm") == 0);
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
