/*
 * owner.h
 *		Running what a model's owner has stored, as the owner.
 */
#ifndef RECURNET_OWNER_H
#define RECURNET_OWNER_H

#include "catalog.h"

/* What closing needs to put back. */
typedef struct RecurnetOwnerScope
{
	Oid			user;
	Oid			owner;
	int			security;
	int			guc_level;
	ErrorContextCallback context;
} RecurnetOwnerScope;

/*
 * Between open and close the current user is the model's owner, in a
 * security-restricted operation, with search_path, TimeZone and DateStyle as they
 * were when the query was stored, and what else might change its meaning as the
 * server has it.  ERROR as recurnet_catalog_runs_as has them; and of another
 * role than the owner, if the session has temporary objects, before or after.  An
 * error in between says whose query it is of, and needs no care: the end of the transaction or subtransaction
 * puts all back.
 */
extern void recurnet_owner_open(RecurnetOwnerScope *scope, const RecurnetVersion *version);
extern void recurnet_owner_close(const RecurnetOwnerScope *scope);

/* Note the session's search_path, TimeZone and DateStyle in a version that is to be stored. */
extern void recurnet_owner_note_session(RecurnetVersion *version);

#endif							/* RECURNET_OWNER_H */
