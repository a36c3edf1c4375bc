/*
 * tune.c
 *		Size, window and epochs, chosen on held-out rows.
 */
#include "model/tune.h"

#include <math.h>

#define FEW_UNITS	32
#define MANY_UNITS	128
#define LONGER		1.5			/* windows */
#define SHORTER		0.5			/* trainings */

/* What was asked for, with one thing changed; the options that it was in have been settled. */
typedef bool (*Change) (const RnTrainSpec *asked, RnTrainSpec *spec);

static bool
set_units(const RnTrainSpec *asked, RnTrainSpec *spec, int units)
{
	for (int l = 0; l < spec->layers; l++)
		spec->units[l] = units;
	return asked->layers == 0;
}

static bool
few_units(const RnTrainSpec *asked, RnTrainSpec *spec)
{
	return set_units(asked, spec, FEW_UNITS);
}

static bool
many_units(const RnTrainSpec *asked, RnTrainSpec *spec)
{
	return set_units(asked, spec, MANY_UNITS);
}

static bool
longer_window(const RnTrainSpec *asked, RnTrainSpec *spec)
{
	int			window = (int) (LONGER * spec->window);
	bool		longer = window <= RN_RECIPE_LONGEST_WINDOW;

	spec->window = longer ? window : spec->window;
	return longer && asked->window == 0;
}

static bool
shorter_training(const RnTrainSpec *asked, RnTrainSpec *spec)
{
	spec->epochs = (int) ceil(SHORTER * spec->epochs);
	return asked->epochs == 0;
}

static const Change changes[RN_TUNE_SHAPES - 1] = {few_units, many_units, longer_window, shorter_training};

/* Does this group of changes end with change i?  Few and many units are beside the same. */
static bool
ends_group(int i)
{
	return changes[i] != few_units;
}

/* One that diverges is the worst there can be, and no failure. */
static RnCode
try_shape(RnTuneRun run, void *context, RnTrainPlan *plan, RnTuning *tuning)
{
	RnTuneShape *shape = &tuning->shape[tuning->count++];
	RnCode		code;

	*shape = (RnTuneShape) {plan->spec.units[0], plan->spec.window, plan->spec.epochs, NAN};
	plan->trial = true;
	code = run(context, plan, &shape->mase);
	plan->trial = false;
	if (code != RN_DIVERGED)
		return code;
	shape->mase = INFINITY;
	return RN_OK;
}

RnCode
rn_tune(RnHost *host, const RnTrainSpec *asked, RnPanel *panel, RnTuneRun run, void *context,
		RnTrainPlan *plan, RnTuning *tuning)
{
	RnTrainPlan best = *plan;
	double		least;

	*tuning = (RnTuning) {0};
	if (plan->validation_windows == 0 || (asked->layers > 0 && asked->window > 0 && asked->epochs > 0))
		return RN_OK;
	RN_TRY(try_shape(run, context, &best, tuning));
	least = tuning->shape[0].mase;
	for (int i = 0; i < RN_TUNE_SHAPES - 1; i++)
	{
		RnTrainSpec spec = plan->spec;
		RnTrainPlan other;

		if (changes[i] (asked, &spec))
		{
			RN_TRY(rn_recipe_plan(host, &spec, panel, &other));
			RN_TRY(try_shape(run, context, &other, tuning));
			if (tuning->shape[tuning->count - 1].mase < least)
			{
				least = tuning->shape[tuning->count - 1].mase;
				best = other;
			}
		}
		if (ends_group(i))
			*plan = best;
	}
	return RN_OK;
}

RnCode
rn_tune_bytes(RnHost *host, const RnTrainSpec *asked, RnPanel *panel, RnTrainPlan *plan)
{
	static const Change larger[] = {many_units, longer_window};
	RnTrainSpec largest = plan->spec;

	for (int i = 0; i < 2; i++)
	{
		RnTrainSpec spec = largest;
		RnTrainPlan other;

		if (!larger[i] (asked, &spec))
			continue;
		largest = spec;
		RN_TRY(rn_recipe_plan(host, &largest, panel, &other));
		plan->bytes = other.bytes > plan->bytes ? other.bytes : plan->bytes;
	}
	return RN_OK;
}
