/*
 * rights.h
 *		Who may do what with a model.
 *
 * For catalog.c and manage.c, which ask between recurnet_statement_open and _close.
 * recurnet.usable_model asks the same in SQL, for the views.
 */
#ifndef RECURNET_RIGHTS_H
#define RECURNET_RIGHTS_H

#include "statement.h"

/* Each includes those before it. */
typedef enum RecurnetRight
{
	RECURNET_NO_RIGHT,
	RECURNET_MAY_USE,			/* forecast with it, and look at it but for its queries */
	RECURNET_MAY_MANAGE,		/* run its queries, see them, choose among its versions */
	RECURNET_MAY_OWN			/* the owner's: name, drop and grant it */
} RecurnetRight;

/* Whose a model is. */
typedef struct RecurnetOwner
{
	Oid			role;			/* InvalidOid: nobody's but the superusers' */
	char	   *name;			/* then the name that was stored, or NULL */
} RecurnetOwner;

/*
 * The owner that row (from 0) of the last result names in columns owner_oid, as
 * bigint, and owner, of which column (from 1) is the first: if there is such
 * a role, and it has its entry on recurnet.model_roles.
 */
extern RecurnetOwner recurnet_rights_owner(const RecurnetScope *scope, int row, int column);

/* What a user may do with a model of that owner. */
extern RecurnetRight recurnet_rights_of(Oid user, int64 model_id, Oid owner);

/*
 * Let a role hold models and grants, before it gets its first: gives it its
 * entry on recurnet.model_roles.  What is left over of roles without one, of a
 * role that had its oid or name, and of itself before DROP OWNED, is not its
 * own: models become ownerless, grants are deleted.
 */
extern void recurnet_rights_admit(Oid role);

/* ERROR with SQLSTATE 42501 unless right is enough for a model of that id, name (or NULL) and owner. */
extern void recurnet_rights_check(RecurnetRight right, RecurnetRight needed, int64 model_id,
								  const char *name, const RecurnetOwner *owner);

#endif							/* RECURNET_RIGHTS_H */
