/*
 * subject.h
 *		A model in use, wherever it is from.
 */
#ifndef RECURNET_SUBJECT_H
#define RECURNET_SUBJECT_H

#include "model/model.h"

#include "catalog.h"
#include "host.h"
#include "names.h"

typedef struct RecurnetSubject
{
	const RnModel *model;
	const RecurnetVersion *version; /* NULL: a model that is a value */
	Oid			time_type;
	const char *time_zone;		/* timestamptz only, else NULL */
	RecurnetNames series;		/* columns that tell its series apart */
	RecurnetNames covariates;
} RecurnetSubject;

/* A stored model that the caller may use; decoded, or remembered as such. */
extern RecurnetSubject recurnet_subject_stored(RecurnetHost *host, RecurnetModelKey key);

/* A model decoded already, as it stands.  version: NULL, or where it is from. */
extern RecurnetSubject recurnet_subject(const RnModel *model, const RecurnetVersion *version);

/* Those of its covariates that are known ahead. */
extern RecurnetNames recurnet_subject_known(const RecurnetSubject *subject);

#endif							/* RECURNET_SUBJECT_H */
