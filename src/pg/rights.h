/*
 * rights.h
 *		Who may do what with a model.
 *
 * For catalog.c, which asks between recurnet_statement_open and _close.
 * recurnet.usable_model asks the same in SQL, for the views.
 */
#ifndef RECURNET_RIGHTS_H
#define RECURNET_RIGHTS_H

/* Each includes those before it. */
typedef enum RecurnetRight
{
	RECURNET_NO_RIGHT,
	RECURNET_MAY_USE,			/* forecast with it, and look at it but for its queries */
	RECURNET_MAY_MANAGE,		/* run its queries, see them, choose among its versions */
	RECURNET_MAY_OWN			/* the owner's: name, drop and grant it */
} RecurnetRight;

/*
 * The role of that name (or NULL), if it may hold models and grants: there is
 * such a role, and it has its entry on recurnet.model_roles.  Else InvalidOid:
 * what carries that name is left over from a role that is gone.
 */
extern Oid	recurnet_rights_holder(const char *name);

/* What a user may do with a model of that owner (or NULL: none). */
extern RecurnetRight recurnet_rights_of(Oid user, int64 model_id, const char *owner);

/*
 * Let a role hold models and grants, before it gets its first: gives it its
 * entry on recurnet.model_roles.  What was left over under its name is not its
 * own: models become ownerless, grants are deleted.
 */
extern void recurnet_rights_admit(Oid role);

/* ERROR with SQLSTATE 42501 unless right is enough for a model of that id, name (or NULL) and owner (or NULL). */
extern void recurnet_rights_check(RecurnetRight right, RecurnetRight needed, int64 model_id,
								  const char *name, const char *owner);

#endif							/* RECURNET_RIGHTS_H */
