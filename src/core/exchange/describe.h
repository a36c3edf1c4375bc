/*
 * describe.h
 *		What of a model is no array, as JSON: every field by name, and back.
 */
#ifndef RN_DESCRIBE_H
#define RN_DESCRIBE_H

#include "exchange/json.h"
#include "model/model.h"

/* The members of a model's description, without brackets around them, appended to text. */
extern RnCode rn_describe_write(RnHost *host, const RnModel *model, RnText *text);

/*
 * The same from an object, into a model that is otherwise empty: its network without
 * weights, names and keys in the host's memory, which rn_model_free gives back, also on failure.  Its series are
 * as many as there are keys, or 0 without.
 */
extern RnCode rn_describe_read(RnHost *host, const RnJson *description, RnModel *model);

#endif							/* RN_DESCRIBE_H */
