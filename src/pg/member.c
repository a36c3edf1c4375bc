/*
 * member.c
 *		Members of JSON objects.
 *
 * PostgreSQL looks them up in containers and leaves types to the caller; here, in one place,
 * is what everybody does about what is missing or of another type.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "member.h"

JsonbValue *
recurnet_member(const Jsonb *object, const char *name)
{
	if (!JB_ROOT_IS_OBJECT(object))
		return NULL;
	return getKeyJsonValueFromContainer((JsonbContainer *) &object->root, name, (int) strlen(name), NULL);
}

JsonbValue *
recurnet_member_of(const JsonbValue *object, const char *name)
{
	if (object == NULL || object->type != jbvBinary || !JsonContainerIsObject(object->val.binary.data))
		return NULL;
	return getKeyJsonValueFromContainer(object->val.binary.data, name, (int) strlen(name), NULL);
}

char *
recurnet_member_text(const JsonbValue *value)
{
	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

double
recurnet_member_number(const JsonbValue *value)
{
	if (value == NULL || value->type != jbvNumeric)
		return get_float8_nan();
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

void
recurnet_member_append(StringInfo object, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(object, "%s\"%s\": ", object->len > 1 ? ", " : "", name);
	escape_json(object, value);
}
