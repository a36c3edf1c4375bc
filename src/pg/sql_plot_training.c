/*
 * sql_plot_training.c
 *		rn_plot_training: the losses of a training, as a picture.
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "argument.h"
#include "cache.h"
#include "member.h"
#include "picture.h"

/* Losses that differ by more than so many times are drawn on a scale of logarithms. */
#define LINEAR_RANGE 10

/* Is there any number? */
static bool
any_known(const double *loss, int n)
{
	for (int i = 0; i < n; i++)
		if (!isnan(loss[i]))
			return true;
	return false;
}

/* May a scale of logarithms show them, and is it needed? */
static bool
is_wide(const double *loss, const double *val_loss, int n)
{
	double		low = INFINITY;
	double		high = 0;

	for (int i = 0; i < n; i++)
	{
		low = Min(low, Min(loss[i], val_loss != NULL ? val_loss[i] : loss[i]));
		high = Max(high, Max(loss[i], val_loss != NULL ? val_loss[i] : loss[i]));
	}
	return low > 0 && isfinite(high) && high > LINEAR_RANGE * low;
}

static RnCurve
curve_of(RnInk ink, const char *name, const int64 *epoch, const double *loss, int n)
{
	return (RnCurve) {ink, n, epoch, loss, psprintf("%s %.3g", name, loss[n - 1]), 0};
}

/* The picture of losses [n], where there are any. */
static void
lay_out(RnChart *chart, RnFacet *facet, const RecurnetVersion *version, const double *loss, const double *val_loss, int n)
{
	int64	   *epoch = palloc(n * sizeof(int64));
	double		best = recurnet_member_number(recurnet_member(version->metrics, "best_epoch"));
	const char *name = recurnet_member_text(recurnet_member(version->options, "loss"));

	for (int i = 0; i < n; i++)
		epoch[i] = i + 1;
	if (val_loss != NULL && !any_known(val_loss, n))
		val_loss = NULL;
	facet->curve[facet->curves++] = curve_of(RN_INK_ACTUAL, "training", epoch, loss, n);
	if (val_loss != NULL)
		facet->curve[facet->curves++] = curve_of(RN_INK_FORECAST, "held out", epoch, val_loss, n);
	facet->ruled = val_loss != NULL && best > 0 && best < n;
	facet->rule = facet->ruled ? (int64) best : 0;
	chart->logarithmic = is_wide(loss, val_loss, n);
	chart->from_zero = !chart->logarithmic;
	chart->across = "epochs";
	chart->subtitle = psprintf("loss%s%s%s of %d epoch%s%s", name != NULL ? " (" : "", name != NULL ? name : "",
							   name != NULL ? ")" : "", n, n == 1 ? "" : "s",
							   facet->ruled ? psprintf("; the weights are those of epoch %.0f", best) : "");
}

/* Arguments: model, title, theme, width, height. */
static Datum
plot_training(FunctionCallInfo fcinfo, RecurnetModelKey key)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "recurnet plot", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	RnFacet		facet = {0};
	RnChart		chart = {.facets = 1,.facet = &facet,.calendar = {.kind = RN_TIME_INTEGER,.step = 1}};
	RecurnetHost host;
	RecurnetVersion *version;
	double	   *loss;
	double	   *val_loss;
	int			n;
	Datum		result;

	recurnet_host_init(&host, context);
	version = recurnet_catalog_load(key, RECURNET_MAY_USE);
	n = recurnet_catalog_losses(version, &loss, &val_loss);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("version %d of model " INT64_FORMAT " has no losses", version->version, version->model_id),
				 errdetail("It was imported, and not trained here, or has just been dropped."),
				 errhint("rn_retrain trains it again, if it has a query.")));
	recurnet_picture_arguments(fcinfo, 1, version->name != NULL ? psprintf("Training of %s", version->name)
							   : psprintf("Training of model " INT64_FORMAT, version->model_id), &chart);
	lay_out(&chart, &facet, version, loss, val_loss, n);
	result = recurnet_picture(&host, &chart, caller);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return result;
}

PG_FUNCTION_INFO_V1(recurnet_plot_training_id);
Datum
recurnet_plot_training_id(PG_FUNCTION_ARGS)
{
	return plot_training(fcinfo, recurnet_argument_model_id(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(recurnet_plot_training_name);
Datum
recurnet_plot_training_name(PG_FUNCTION_ARGS)
{
	return plot_training(fcinfo, recurnet_argument_model_name(fcinfo, 0));
}
