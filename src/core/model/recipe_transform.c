/*
 * recipe_transform.c
 *		What `auto` turns values into first: logarithms, powers, or nothing.
 */
#include "model/recipe.h"

#include <math.h>

#include "base/order.h"
#include "series/box_cox.h"

/* Errors that seem a tenth larger with logarithms, or without, are clearly so. */
#define LOGS_COST	0.1

/* Powers tried: so many, evenly spaced up to 1, and 0. */
#define LAMBDAS		20

const char *
rn_recipe_transform_name(RnRecipeTransform kind)
{
	static const char *const names[RN_RECIPE_TRANSFORMS] = {"auto", "log", "none", "both", "box_cox"};

	return names[kind];
}

static double
series_cost(const RnTrainSpec *spec, const RnPanel *panel, const RnSeries *series, double lambda)
{
	return rn_box_cox_cost(lambda, panel->value + series->first, rn_recipe_rows(spec, series), spec->season);
}

/* By how much logarithms suit the median series, of positive values, worse than none. */
static RnCode
median_logs_cost(RnHost *host, const RnTrainSpec *spec, const RnPanel *panel, double *median)
{
	double	   *cost;
	size_t		n = 0;
	RnCode		code = RN_OK;

	RN_TRY(rn_alloc(host, panel->count, sizeof(double), (void **) &cost));
	for (size_t s = 0; code == RN_OK && s < panel->count; s++)
	{
		const RnSeries *series = &panel->series[s];

		code = rn_poll(host);
		if (series->n > 0)
			cost[n++] = series_cost(spec, panel, series, 0) - series_cost(spec, panel, series, 1);
	}
	rn_order_sort(cost, n);
	*median = n > 0 ? cost[n / 2] : 0;
	rn_free(host, cost);
	return code;
}

/* The exponent with which changes of all series, of positive values, are likeliest; of several, the largest. */
static RnCode
likeliest_lambda(RnHost *host, const RnTrainSpec *spec, const RnPanel *panel, double *likeliest)
{
	double		least = INFINITY;

	for (int i = LAMBDAS; i >= 0; i--)
	{
		double		lambda = (double) i / LAMBDAS;
		double		cost = 0;

		for (size_t s = 0; s < panel->count; s++)
		{
			RN_TRY(rn_poll(host));
			if (panel->series[s].n > 0)
				cost += series_cost(spec, panel, &panel->series[s], lambda);
		}
		if (cost < least)
		{
			least = cost;
			*likeliest = lambda;
		}
	}
	return RN_OK;
}

/* Are all values that are trained on positive? */
static RnCode
all_positive(RnHost *host, const RnTrainSpec *spec, const RnPanel *panel, bool *positive)
{
	*positive = true;
	for (size_t s = 0; s < panel->count && *positive; s++)
	{
		RN_TRY(rn_poll(host));
		for (size_t i = 0; i < rn_recipe_rows(spec, &panel->series[s]) && *positive; i++)
			*positive = panel->value[panel->series[s].first + i] > 0;
	}
	return RN_OK;
}

/* What was asked for that cannot be: logarithms of all values, or the likeliest power. */
static RnCode
check_transform(RnHost *host, const RnTrainSpec *spec, bool positive)
{
	RnRecipeTransform kind = spec->transform;
	bool		power = kind == RN_RECIPE_TRANSFORM_BOX_COX;
	bool		needs = power ? !(spec->lambda > 0) : kind == RN_RECIPE_TRANSFORM_LOG || kind == RN_RECIPE_TRANSFORM_BOTH;

	if (!isnan(spec->lambda) && !power)
	{
		rn_fail(host, RN_INVALID_OPTION, "option \"lambda\" is for transform \"box_cox\", not \"%s\"", rn_recipe_transform_name(kind));
		return rn_fail_hint(host, "Leave out one of the two.");
	}
	if (spec->lambda > 0 && spec->lambda < RN_LEAST_LAMBDA)
	{
		rn_fail(host, RN_INVALID_OPTION, "lambda %g is too close to 0", spec->lambda);
		return rn_fail_hint(host, "Set it to at least %g, or to 0, which stands for logarithms.", RN_LEAST_LAMBDA);
	}
	if (needs && !positive && !spec->transform_kept)
	{
		rn_fail(host, RN_INVALID_OPTION, "transform \"%s\" needs positive values", rn_recipe_transform_name(kind));
		return rn_fail_hint(host, power ? "Set option \"lambda\" to a number above 0, or leave the transform to the recipe."
							: "Leave it to the recipe, or set it to \"none\".");
	}
	return RN_OK;
}

/*
 * Logarithms, where all values that are trained on have one and they clearly suit
 * better; none, if clearly worse.  In doubt half of the networks see them: neither kind is
 * better on most sets, and the two together are.  With two seasons, which hours have,
 * logarithms are.
 */
static RnCode
choose_transform(RnHost *host, RnTrainSpec *spec, const RnPanel *panel, bool positive)
{
	double		cost = 0;

	if (positive)
		RN_TRY(median_logs_cost(host, spec, panel, &cost));
	spec->transform = !positive || cost > LOGS_COST ? RN_RECIPE_TRANSFORM_NONE
		: cost < -LOGS_COST || spec->outer > 0 ? RN_RECIPE_TRANSFORM_LOG : RN_RECIPE_TRANSFORM_BOTH;
	return RN_OK;
}

RnCode
rn_recipe_resolve_transform(RnHost *host, RnTrainPlan *plan, const RnPanel *panel)
{
	RnTrainSpec *spec = &plan->spec;
	bool		positive;

	RN_TRY(all_positive(host, spec, panel, &positive));
	if (spec->transform == RN_RECIPE_TRANSFORM_AUTO && !isnan(spec->lambda))
		spec->transform = RN_RECIPE_TRANSFORM_BOX_COX;
	RN_TRY(check_transform(host, spec, positive));
	if (spec->transform == RN_RECIPE_TRANSFORM_AUTO)
		RN_TRY(choose_transform(host, spec, panel, positive));
	if (spec->transform == RN_RECIPE_TRANSFORM_BOX_COX && isnan(spec->lambda))
		RN_TRY(likeliest_lambda(host, spec, panel, &spec->lambda));
	if (spec->transform == RN_RECIPE_TRANSFORM_BOTH && spec->members == 1)
		spec->transform = RN_RECIPE_TRANSFORM_LOG;
	plan->local.lambda = spec->transform == RN_RECIPE_TRANSFORM_NONE ? 1
		: spec->transform == RN_RECIPE_TRANSFORM_BOX_COX ? spec->lambda : 0;
	plan->second_members = spec->transform == RN_RECIPE_TRANSFORM_BOTH ? spec->members / 2 : 0;
	return RN_OK;
}
