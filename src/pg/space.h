/*
 * space.h
 *		What rn_tune tries: a JSON object of options, each with the values it may
 *		have, to a list of cells and options.
 */
#ifndef RECURNET_SPACE_H
#define RECURNET_SPACE_H

#include "utils/jsonb.h"

typedef struct RecurnetTrial
{
	const char *cell;
	Jsonb	   *options;		/* those that all have, and this one's */
} RecurnetTrial;

/*
 * Trials of a space (NULL: of cells and units), at most so many, into *trials.
 * The first is cell auto with options (NULL: none) as they are; the others are all
 * combinations, in random order: Bergstra & Bengio, "Random search for
 * hyper-parameter optimization", JMLR 13, 2012.  ERROR for what may not differ
 * between trials; what the options' values are, options.h checks.
 */
extern int	recurnet_space_trials(const Jsonb *space, const Jsonb *options, int most, RecurnetTrial **trials);

#endif							/* RECURNET_SPACE_H */
