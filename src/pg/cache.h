/*
 * cache.h
 *		Decoded models, kept from call to call of a session.
 */
#ifndef RECURNET_CACHE_H
#define RECURNET_CACHE_H

#include "model/model.h"

#include "catalog.h"
#include "host.h"

/*
 * The model of a version that was just loaded, with the rights that its
 * loading checked.  It stays until host's memory context is reset or deleted,
 * and is not to be changed.
 */
extern const RnModel *recurnet_cache_model(RecurnetHost *host, const RecurnetVersion *version);

#endif							/* RECURNET_CACHE_H */
