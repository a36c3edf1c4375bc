/*
 * names.h
 *		Lists of column names, as the arguments series and covariates take them.
 */
#ifndef RECURNET_NAMES_H
#define RECURNET_NAMES_H

#include "model/inputs.h"

typedef struct RecurnetNames
{
	int			n;
	const char **name;			/* [n] */
	RnCovariateKind *kind;		/* [n] covariates: past unless said */
} RecurnetNames;

#define RECURNET_MAX_KEYS 16

/*
 * Names separated by commas, in double quotes where they hold commas, spaces or
 * quotes; those of covariates may be followed by past, known or static.  text
 * NULL: none.  argument is for messages.
 */
extern RecurnetNames recurnet_names_parse(const char *text, const char *argument, bool covariates);

/* The same names, in any order?  Covariates: in the same order, and of the same kinds? */
extern bool recurnet_names_equal(const RecurnetNames *a, const RecurnetNames *b, bool covariates);

/* "store, item", "promo known", for messages. */
extern const char *recurnet_names_list(const RecurnetNames *names);

#endif							/* RECURNET_NAMES_H */
