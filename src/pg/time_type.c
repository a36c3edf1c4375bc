/*
 * time_type.c
 *		The types that times may have, and their names as models keep them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "time_type.h"

/* Time types by the names that format_type gives them. */
static const struct
{
	const char *name;
	Oid			type;
}			time_types[] = {
	{"date", DATEOID},
	{"timestamp without time zone", TIMESTAMPOID},
	{"timestamp with time zone", TIMESTAMPTZOID},
	{"smallint", INT2OID},
	{"integer", INT4OID},
	{"bigint", INT8OID},
};

const char *
recurnet_time_type_name(Oid type)
{
	for (size_t i = 0; i < lengthof(time_types); i++)
		if (time_types[i].type == type)
			return time_types[i].name;
	elog(ERROR, "recurnet: type %u is no time", type);
}

Oid
recurnet_time_type_oid(const char *name)
{
	for (size_t i = 0; i < lengthof(time_types); i++)
		if (name != NULL && strcmp(time_types[i].name, name) == 0)
			return time_types[i].type;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored model has an unknown time type \"%s\"", name != NULL ? name : "")));
}
