/*
 * hint.h
 *		Names that may have been meant, for the hints of errors.
 */
#ifndef RECURNET_HINT_H
#define RECURNET_HINT_H

/* The names of a list are asked for one by one, from 0. */
typedef const char *(*RecurnetNameAt) (int i);

/*
 * 'Did you mean "units"?' for the nearest of n names to what was given, or
 * NULL if none is near.
 */
extern char *recurnet_hint_nearest(const char *given, RecurnetNameAt name_at, int n);

/* What was given, as messages say it: not megabytes of it. */
extern const char *recurnet_hint_given(const char *given);

/* All n names: "minmax, standard, robust, none". */
extern char *recurnet_hint_list(RecurnetNameAt name_at, int n);

#endif							/* RECURNET_HINT_H */
