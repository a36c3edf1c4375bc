/*
 * manage.h
 *		What is done with a model that is stored.
 *
 * Every function checks the caller's right itself; for those who may not even use
 * a model, it does not exist.
 */
#ifndef RECURNET_MANAGE_H
#define RECURNET_MANAGE_H

#include "catalog.h"

/*
 * Make a version the active one: of that number, or 0 for the newest one before
 * the active one.  Returns its number; ERROR if there is none.
 */
extern int	recurnet_manage_activate(RecurnetModelKey key, int version);

/* Give a model another name, or NULL: none. */
extern void recurnet_manage_rename(RecurnetModelKey key, const char *name);

/* Drop all versions but the active one and the newest keep; returns how many. */
extern int64 recurnet_manage_prune(RecurnetModelKey key, int keep);

/*
 * The views that show forecasts of a model of the caller's, whose row is locked: the names,
 * in full and quoted, separated by commas, of those that the caller may drop, and of the others;
 * NULL without any.  Such a view calls rn_forecast_as with the model's id.
 */
extern char *recurnet_manage_views(RecurnetModelKey key, char **others);

/* Drop a model with all its versions and grants. */
extern void recurnet_manage_drop(RecurnetModelKey key);

/* Give a role the right to use or manage a model, or take it and what includes it away. */
extern void recurnet_manage_grant(RecurnetModelKey key, const char *role, RecurnetRight right);
extern void recurnet_manage_revoke(RecurnetModelKey key, const char *role, RecurnetRight right);

/*
 * Give a model to another role; what the former owner was granted on it goes.  ERROR if
 * the model was trained again just now.
 */
extern void recurnet_manage_set_owner(RecurnetModelKey key, const char *role);

#endif							/* RECURNET_MANAGE_H */
