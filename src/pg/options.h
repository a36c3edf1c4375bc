/*
 * options.h
 *		The options of a training: from jsonb to the core's specification, and
 *		back to what was used.
 */
#ifndef RECURNET_OPTIONS_H
#define RECURNET_OPTIONS_H

#include "model/recipe.h"
#include "utils/jsonb.h"

#include "option_table.h"

typedef struct RecurnetOptions
{
	RnTrainSpec spec;
	char	   *time_zone;		/* option time_zone, or NULL */
	char	   *holidays;		/* option holidays, or NULL */
	uint64		given;			/* options of the table that are, a bit for each */
} RecurnetOptions;

/*
 * The options for training cell with options given by the user (NULL: none).
 * ERROR for an unknown cell or option, naming the nearest valid one, and for
 * values of the wrong type or out of range.
 */
extern void recurnet_options_parse(const char *cell, const Jsonb *given, RecurnetOptions *options);

/* The option of that name; ERROR if there is none, naming the nearest one. */
extern const RecurnetOption *recurnet_options_find(const char *name);

/*
 * ERROR if an option is given that has no effect, once the covariates are known.
 * Not of a request that was trained before.
 */
extern void recurnet_options_check_effect(const RecurnetOptions *options);

/* Those of the given options, a bit for each, that have none. */
extern uint64 recurnet_options_without_effect(const RecurnetOptions *options);

/*
 * Every option that has an effect with the value that spec gives it, and the query of option
 * holidays (or NULL), as a jsonb object.
 */
extern Jsonb *recurnet_options_effective(const RnTrainSpec *spec, const char *holidays);

/* Name of the spec's cell as rn_train takes it. */
extern const char *recurnet_options_cell(const RnTrainSpec *spec);

#endif							/* RECURNET_OPTIONS_H */
