/*
 * subject.c
 *		A model in use: what it says of its times and columns.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "cache.h"
#include "reader.h"
#include "series_key.h"
#include "subject.h"
#include "time_type.h"

/* The names and kinds of the model's covariates. */
static RecurnetNames
covariate_names(const RnModel *model)
{
	RecurnetNames names = {.n = model->inputs.given};
	const char *name = model->covariate_names;

	if (names.n == 0)
		return names;
	names.name = palloc(names.n * sizeof(char *));
	names.kind = palloc(names.n * sizeof(RnCovariateKind));
	for (int c = 0; c < names.n; c++)
	{
		names.name[c] = name;
		names.kind[c] = model->inputs.covariate[c].kind;
		name += strlen(name) + 1;
	}
	return names;
}

RecurnetSubject
recurnet_subject(const RnModel *model, const RecurnetVersion *version)
{
	RecurnetSubject subject = {
		.model = model,.version = version,.time_type = recurnet_time_type_oid(model->time_type),
		.covariates = covariate_names(model)
	};

	if (model->series[0].key != NULL)
		subject.series = recurnet_key_names(model->series[0].key);
	if (model->keys != NULL && subject.series.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model has keys without a column")));
	if (recurnet_reader_kind(subject.time_type) != model->calendar.kind ||
		(subject.time_type == TIMESTAMPTZOID) != (model->time_zone[0] != '\0') ||
		(model->wall_zone[0] != '\0' && model->time_zone[0] == '\0'))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model does not fit its time type %s", model->time_type)));
	if (subject.time_type == TIMESTAMPTZOID)
		subject.time_zone = model->time_zone;
	return subject;
}

RecurnetSubject
recurnet_subject_stored(RecurnetHost *host, RecurnetModelKey key)
{
	RecurnetVersion *version = recurnet_catalog_load(key, RECURNET_MAY_USE);
	const RnModel *model = recurnet_cache_model(host, version);

	if (strcmp(model->time_type, recurnet_time_type_name(version->time_type)) != 0 ||
		strcmp(model->time_zone, version->time_zone != NULL ? version->time_zone : "") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model does not fit its time type %s",
						recurnet_time_type_name(version->time_type))));
	return recurnet_subject(model, version);
}

RecurnetNames
recurnet_subject_known(const RecurnetSubject *subject)
{
	RecurnetNames known = {0};

	if (subject->covariates.n == 0)
		return known;
	known.name = palloc(subject->covariates.n * sizeof(char *));
	for (int c = 0; c < subject->covariates.n; c++)
		if (subject->covariates.kind[c] == RN_COVARIATE_KNOWN)
			known.name[known.n++] = subject->covariates.name[c];
	return known;
}
