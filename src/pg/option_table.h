/*
 * option_table.h
 *		The table that every option of a training is a line of.
 */
#ifndef RECURNET_OPTION_TABLE_H
#define RECURNET_OPTION_TABLE_H

#include "model/recipe.h"

#include "hint.h"

typedef enum RecurnetOptionType
{
	OPTION_INT,					/* int */
	OPTION_BIGINT,				/* int64_t or uint64_t, up to 2^53 */
	OPTION_NUMBER,				/* double */
	OPTION_BOOL,				/* bool */
	OPTION_CHOICE,				/* an enum, by name */
	OPTION_LAYERS,				/* int, or array of one per layer: RnTrainSpec.units, dilation */
	OPTION_SEASON,				/* int, or array of two: RnTrainSpec.season, outer */
	OPTION_FREQUENCY,			/* interval or integer: RnTrainSpec.rows */
	OPTION_FEATURES,			/* names of bits: RnTrainSpec.inputs.features */
	OPTION_ZONE,				/* time_zone: the glue's, not in the spec */
	OPTION_QUERY				/* holidays: likewise */
} RecurnetOptionType;

/* Values that say: the recipe chooses. */
typedef enum RecurnetOptionOpen
{
	NEVER_OPEN,
	OPEN_ZERO,
	OPEN_MINUS_ONE,
	OPEN_NAN,
	OPEN_INFINITE,
	OPEN_FREQUENCY,				/* RnRowPolicy.has_frequency */
	OPEN_FLAG					/* a bool of its own: recurnet_option_flag() */
} RecurnetOptionOpen;

/* Is an end of the range itself allowed? */
typedef enum RecurnetOptionEnds
{
	ENDS_IN,					/* [min, max] */
	MAX_OUT,					/* [min, max) */
	MIN_OUT,					/* (min, max] */
	ENDS_OUT					/* (min, max) */
} RecurnetOptionEnds;

typedef struct RecurnetOption
{
	const char *name;
	RecurnetOptionType type;
	size_t		offset;			/* into RnTrainSpec */
	RecurnetOptionOpen open;
	double		min;
	double		max;
	RecurnetOptionEnds ends;
	RecurnetNameAt choice;		/* OPTION_CHOICE: names of 0 .. choices-1 */
	int			choices;
	const char *doc;
} RecurnetOption;

extern const RecurnetOption recurnet_option_table[];
extern const int recurnet_option_count;

/* The option of that name, or NULL. */
extern const RecurnetOption *recurnet_option_find(const char *name);

/* Type and range in words; the range is NULL where the type says it all. */
extern const char *recurnet_option_type(const RecurnetOption *option);
extern char *recurnet_option_range(const RecurnetOption *option);

/* Does the recipe that spec comes to look at the option? */
extern bool recurnet_option_has_effect(const RecurnetOption *option, const RnTrainSpec *spec);

/* Of an option that is OPEN_FLAG: whether it is. */
extern bool *recurnet_option_flag(const RecurnetOption *option, RnTrainSpec *spec);

/* Of an option that is OPTION_LAYERS: how many layers it is given for, 0 while open. */
extern int *recurnet_option_layers(const RecurnetOption *option, RnTrainSpec *spec);

/* The option's value in spec as JSON; NULL while the recipe has to choose it. */
extern char *recurnet_option_json(const RecurnetOption *option, const RnTrainSpec *spec);

/* A number with as many digits as it takes to read the same number back. */
extern char *recurnet_number_text(double number);

#endif							/* RECURNET_OPTION_TABLE_H */
