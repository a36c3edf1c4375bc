/*
 * value.h
 *		Models as values: the type rn_model.
 */
#ifndef RECURNET_VALUE_H
#define RECURNET_VALUE_H

#include "fmgr.h"

#include "model/model.h"

#include "host.h"

/* The model that the bytes are, in the host's memory; ERROR if they are none. */
extern RnModel *recurnet_value_decode(RecurnetHost *host, const bytea *bytes);

/* The same of bytes from outside, which may be no model at all, and whose names may mean nothing here. */
extern RnModel *recurnet_value_decode_foreign(RecurnetHost *host, const bytea *bytes);

#endif							/* RECURNET_VALUE_H */
