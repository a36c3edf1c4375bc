/*
 * promote.h
 *		Is a training at least as good as the active version of its model?
 *
 * Both forecast the newest rows from the rows before them: the stored model of the
 * active version, and one that is trained for that alone, in the same way as the
 * training but on those rows.  Nothing here needs a snapshot.
 */
#ifndef RECURNET_PROMOTE_H
#define RECURNET_PROMOTE_H

#include "fit.h"
#include "subject.h"

/*
 * Compare a planned training with the version that is active, whose decoded model
 * that is; what came of it is in fit->holdout.  True, too, if the two cannot be
 * compared.
 */
extern bool recurnet_promote_no_worse(RecurnetFit *fit, const RecurnetVersion *active, const RnModel *model);

/* Once the version is stored, say so if it is worse, or if it is promoted without a comparison. */
extern void recurnet_promote_notice(const RecurnetHoldout *holdout, const RecurnetVersion *version);

#endif							/* RECURNET_PROMOTE_H */
