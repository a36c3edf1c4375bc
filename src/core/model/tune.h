/*
 * tune.h
 *		Size, window and epochs of the networks of RN_METHOD_LOCAL, chosen by how well
 *		they forecast the newest rows, which they have not seen.
 *
 * One after the other: units, then the window, then the epochs, each beside what was
 * best before it.  Tried are the same few networks that are tried out in every
 * training (train_local.h); the ones that are kept train on all rows, once.
 */
#ifndef RN_TUNE_H
#define RN_TUNE_H

#include "model/recipe.h"

/* Shapes tried, at most: the one that the recipe has, and others. */
#define RN_TUNE_SHAPES 5

/* A shape, and how it did: the mean error of the horizon by MASE's scale, of the combined forecast. */
typedef struct RnTuneShape
{
	int			units;
	int			window;
	int			epochs;
	double		mase;			/* NaN: there is none; infinite: its training diverged */
} RnTuneShape;

typedef struct RnTuning
{
	int			count;			/* in the order in which they were tried */
	RnTuneShape shape[RN_TUNE_SHAPES];
} RnTuning;

/* Train what plan says, the networks on trial alone, and tell the mean error of the horizon. */
typedef RnCode (*RnTuneRun) (void *context, const RnTrainPlan *plan, double *mase);

/*
 * Make plan the best of what is tried.  asked: the options from which it is, of which
 * those that are open are tried, and those that diverge are worse than any other.  Nothing
 * is where nothing can be held out.
 */
extern RnCode rn_tune(RnHost *host, const RnTrainSpec *asked, RnPanel *panel, RnTuneRun run, void *context,
					  RnTrainPlan *plan, RnTuning *tuning);

/* plan->bytes as the largest of the shapes that may be tried has it. */
extern RnCode rn_tune_bytes(RnHost *host, const RnTrainSpec *asked, RnPanel *panel, RnTrainPlan *plan);

#endif							/* RN_TUNE_H */
