/*
 * series_key.c
 *		Keys of series.
 *
 * Rows of one series are those that GROUP BY would put together: equal by their
 * types' default ordering, null equal to null.  Models keep keys as JSON text,
 * which to_jsonb makes of any type, so that a model needs no type to be there.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/primnodes.h"
#include "parser/parse_oper.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "series_key.h"

/* to_jsonb() for arguments of that type, which it learns from a call's expression. */
static void
prepare_to_jsonb(FmgrInfo *function, Oid type, Oid collation)
{
	Param	   *argument = makeNode(Param);

	argument->paramkind = PARAM_EXTERN;
	argument->paramid = 1;
	argument->paramtype = type;
	argument->paramtypmod = -1;
	argument->paramcollid = collation;
	argument->location = -1;
	fmgr_info(F_TO_JSONB, function);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSONB, JSONBOID, list_make1(argument), InvalidOid,
											 collation, COERCE_EXPLICIT_CALL), function);
}

RecurnetKey
recurnet_key(TupleDesc desc, const RecurnetColumns *columns, const RecurnetNames *names)
{
	RecurnetKey key = {.n = names->n,.name = names->name};

	if (key.n == 0)
		return key;
	key.attribute = palloc(key.n * sizeof(Form_pg_attribute));
	key.less = palloc(key.n * sizeof(Oid));
	key.order = palloc0(key.n * sizeof(SortSupportData));
	key.to_jsonb = palloc0(key.n * sizeof(FmgrInfo));
	for (int k = 0; k < key.n; k++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, columns->key[k] - 1);
		SortSupport order = &key.order[k];

		key.attribute[k] = attribute;
		get_sort_group_operators(attribute->atttypid, false, false, false, &key.less[k], NULL, NULL, NULL);
		if (!OidIsValid(key.less[k]))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("column %s of type %s cannot tell series apart", quote_identifier(names->name[k]),
							format_type_be(attribute->atttypid)),
					 errdetail("The type has no order."),
					 errhint("Cast it in the query, for example to text.")));
		order->ssup_cxt = CurrentMemoryContext;
		order->ssup_collation = attribute->attcollation;
		order->ssup_attno = columns->key[k];
		PrepareSortSupportFromOrderingOp(key.less[k], order);
		prepare_to_jsonb(&key.to_jsonb[k], attribute->atttypid, attribute->attcollation);
	}
	return key;
}

int
recurnet_key_compare(const RecurnetKey *key, const Datum *a, const bool *a_null,
					 const Datum *b, const bool *b_null)
{
	for (int k = 0; k < key->n; k++)
	{
		int			compared = ApplySortComparator(a[k], a_null[k], b[k], b_null[k], &key->order[k]);

		if (compared != 0)
			return compared;
	}
	return 0;
}

int
recurnet_key_pin_settings(void)
{
	static const struct
	{
		const char *name;
		const char *value;
	}			pinned[] = {
		{"TimeZone", "UTC"},
		{"DateStyle", "ISO, YMD"},
		{"IntervalStyle", "postgres"},
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
	};
	int			level = NewGUCNestLevel();

	for (size_t i = 0; i < lengthof(pinned); i++)
		set_config_option(pinned[i].name, pinned[i].value, PGC_USERSET, PGC_S_SESSION,
						  GUC_ACTION_SAVE, true, 0, false);
	return level;
}

static char *
jsonb_text(Datum datum)
{
	Jsonb	   *jsonb = DatumGetJsonbP(datum);

	return JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
}

/* 1.0 and 1.00 are one number, and one series. */
static Datum
plain_number(const RecurnetKey *key, int k, Datum value)
{
	if (getBaseType(key->attribute[k]->atttypid) != NUMERICOID)
		return value;
	return DirectFunctionCall1(numeric_trim_scale, value);
}

char *
recurnet_key_json(const RecurnetKey *key, const Datum *values, const bool *nulls)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int k = 0; k < key->n; k++)
	{
		appendStringInfoString(&text, k == 0 ? "{" : ", ");
		escape_json(&text, key->name[k]);
		appendStringInfo(&text, ": %s", nulls[k] ? "null"
						 : jsonb_text(FunctionCall1(&key->to_jsonb[k], plain_number(key, k, values[k]))));
	}
	appendStringInfoChar(&text, '}');
	return jsonb_text(recurnet_key_datum(text.data));
}

char *
recurnet_key_plain(const Jsonb *key)
{
	JsonbIterator *iterator = JsonbIteratorInit((JsonbContainer *) &key->root);
	JsonbParseState *state = NULL;
	JsonbValue *plain = NULL;
	JsonbValue	value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_VALUE && value.type == jbvNumeric)
			value.val.numeric = DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale,
																	NumericGetDatum(value.val.numeric)));
		plain = pushJsonbValue(&state, token, token == WJB_KEY || token == WJB_VALUE ? &value : NULL);
	}
	return jsonb_text(JsonbPGetDatum(JsonbValueToJsonb(plain)));
}

Datum
recurnet_key_datum(const char *json)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
}

RecurnetNames
recurnet_key_names(const char *json)
{
	Jsonb	   *jsonb = DatumGetJsonbP(recurnet_key_datum(json));
	JsonbIterator *iterator = JsonbIteratorInit(&jsonb->root);
	JsonbValue	value;
	RecurnetNames names = {.name = palloc(RECURNET_MAX_KEYS * sizeof(char *))};

	if (!JB_ROOT_IS_OBJECT(jsonb) || JB_ROOT_COUNT(jsonb) > RECURNET_MAX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model has a key that is none: %s", json)));
	JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		names.name[names.n++] = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
	}
	return names;
}
