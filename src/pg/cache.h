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
 * and is not to be changed.  ERROR if the version was dropped since.
 */
extern const RnModel *recurnet_cache_model(RecurnetHost *host, const RecurnetVersion *version);

/*
 * The active version of a model that the caller may use in *version, and its model,
 * as above; never of two versions, and no ERROR because others drop versions meanwhile.
 */
extern const RnModel *recurnet_cache_load(RecurnetHost *host, RecurnetModelKey key, RecurnetVersion **version);

#endif							/* RECURNET_CACHE_H */
