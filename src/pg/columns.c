/*
 * columns.c
 *		The rule by which the columns of a query find their use.
 *
 * Keys and covariates are the columns named so.  Time is the column named so,
 * else the only other date or timestamp column, else the only other integer
 * column that is not the named target.  The target is the column named so, else
 * the only other numeric column.  Of several columns that could be either, it is
 * the one that is usually, if there is such a column.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "columns.h"

typedef bool (*TypeTest) (Oid type);

static Oid
base_type(TupleDesc desc, int attnum)
{
	return getBaseType(TupleDescAttr(desc, attnum - 1)->atttypid);
}

static const char *
column_name(TupleDesc desc, int attnum)
{
	return NameStr(TupleDescAttr(desc, attnum - 1)->attname);
}

static bool
is_datetime(Oid type)
{
	return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

static bool
is_time(Oid type)
{
	return is_datetime(type) || is_integer(type);
}

static bool
is_numeric(Oid type)
{
	return is_integer(type) || type == FLOAT4OID || type == FLOAT8OID || type == NUMERICOID;
}

static bool
is_covariate(Oid type)
{
	return is_numeric(type) || type == BOOLOID;
}

static bool
is_character(Oid type)
{
	return TypeCategory(type) == TYPCATEGORY_STRING;
}

static bool
is_anything(Oid type)
{
	return true;
}

/* Columns that have found their use. */
typedef bool Used[MaxTupleAttributeNumber + 1];

/* Columns of some kind (NULL: all) but those used, as "a integer, b text". */
static const char *
column_list(TupleDesc desc, TypeTest test, const bool *used)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 1; i <= desc->natts; i++)
	{
		if ((used != NULL && used[i]) || (test != NULL && !test(base_type(desc, i))))
			continue;
		appendStringInfo(&list, "%s%s %s", list.len > 0 ? ", " : "",
						 quote_identifier(column_name(desc, i)),
						 format_type_be(TupleDescAttr(desc, i - 1)->atttypid));
	}
	return list.len > 0 ? list.data : "none";
}

/* How many unused columns pass the test; *last is the last of them. */
static int
count_columns(TupleDesc desc, TypeTest test, const bool *used, int *last)
{
	int			n = 0;

	for (int i = 1; i <= desc->natts; i++)
		if (!used[i] && test(base_type(desc, i)))
		{
			*last = i;
			n++;
		}
	return n;
}

/*
 * The column of that name, which must be of a fitting type and have no other
 * use; role for messages.
 */
static int
named_column(TupleDesc desc, const char *name, TypeTest test, const char *role, bool *used)
{
	int			found = 0;

	for (int i = 1; i <= desc->natts; i++)
	{
		if (strcmp(column_name(desc, i), name) != 0)
			continue;
		if (found != 0)
			ereport(ERROR,
					(errcode(ERRCODE_AMBIGUOUS_COLUMN),
					 errmsg("query returns more than one column \"%s\"", name)));
		found = i;
	}
	if (found == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("query returns no column \"%s\"", name),
				 errdetail("Its columns are: %s.", column_list(desc, NULL, NULL))));
	if (!test(base_type(desc, found)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of type %s cannot be the %s", name,
						format_type_be(TupleDescAttr(desc, found - 1)->atttypid), role),
				 errhint("Cast it in the query%s.", test == is_time ? " to a date, a timestamp or an integer"
						 : test == is_covariate ? " to a number or a boolean" : " to a number")));
	if (used[found])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("column %s cannot be the %s and something else, too", quote_identifier(name), role)));
	used[found] = true;
	return found;
}

static void
ambiguous(TupleDesc desc, TypeTest test, const bool *used, const char *role, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_COLUMN),
			 errmsg("query returns more than one column that could be the %s", role),
			 errdetail("Candidates are: %s.", column_list(desc, test, used)),
			 errhint("%s", hint)));
}

/*
 * What to do where the time is written out in a column of a character type, and an integer is
 * taken for it: the start of a hint, which may go on with `other`.
 */
static const char *
time_hint(TupleDesc desc, const bool *used, const char *other)
{
	for (int i = 1; i <= desc->natts; i++)
		if (!used[i] && is_character(base_type(desc, i)))
		{
			const char *name = quote_identifier(column_name(desc, i));

			return psprintf("If %s is the time, cast it in the query: %s::date or %s::timestamptz. %s", name, name, name, other);
		}
	return other;
}

/* Settle n candidates, the last of which is in *column, by a usual name. */
static void
prefer(TupleDesc desc, TypeTest test, const bool *used, const char *usual, int *n, int *column)
{
	if (*n <= 1 || usual == NULL)
		return;
	for (int i = 1; i <= desc->natts; i++)
		if (!used[i] && test(base_type(desc, i)) && strcmp(column_name(desc, i), usual) == 0)
		{
			*column = i;
			*n = 1;
			return;
		}
}

/* The time column when none is named. */
static int
only_time(TupleDesc desc, const char *usual, bool *used)
{
	int			column = 0;
	TypeTest	test = is_datetime;
	int			n = count_columns(desc, test, used, &column);

	if (n == 0)
	{
		test = is_integer;
		n = count_columns(desc, test, used, &column);
	}
	prefer(desc, test, used, usual, &n, &column);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("query returns no time column"),
				 errdetail("Its columns are: %s.", column_list(desc, NULL, NULL)),
				 errhint("A time column is a date, a timestamp or an integer: cast it in the query, for example by day::date.")));
	if (n > 1)
		ambiguous(desc, test, used, "time",
				  test == is_datetime ? "Leave all but one of them out of the query."
				  : time_hint(desc, used, "Say which one with the argument \"time\", target, series or covariates."));
	used[column] = true;
	return column;
}

/* The target column when none is named; guessed: nor was the time, which is an integer. */
static int
only_target(TupleDesc desc, int time, bool guessed, const char *usual, bool *used)
{
	int			column = 0;
	int			n = count_columns(desc, is_numeric, used, &column);

	prefer(desc, is_numeric, used, usual, &n, &column);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("query returns no numeric column beside its time column %s",
						quote_identifier(column_name(desc, time))),
				 errdetail("Its columns are: %s.", column_list(desc, NULL, NULL)),
				 errhint("%s", guessed ? time_hint(desc, used, "Select the time and the number to forecast.")
						 : "Select the time and the number to forecast.")));
	if (n > 1)
		ambiguous(desc, is_numeric, used, "target",
				  "A model forecasts one column: name the others in series or covariates, or leave them out of the query.");
	used[column] = true;
	return column;
}

/* Every column that has no use is a mistake. */
static void
check_all_used(TupleDesc desc, const RecurnetWanted *wanted, bool guessed, const bool *used)
{
	const char *hint = wanted->stored
		? "The query is the one that the model was trained with. Train it with another by rn_train, under the same name."
		: "Leave them out of the query, or name them in series or covariates.";
	int			column;

	if (count_columns(desc, is_anything, used, &column) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			 errmsg("query returns columns that have no use: %s", column_list(desc, NULL, used)),
			 errhint("%s", guessed ? time_hint(desc, used, hint) : hint)));
}

RecurnetColumns
recurnet_columns_resolve(TupleDesc desc, const RecurnetWanted *wanted)
{
	RecurnetColumns columns = {0};
	Used		used = {false};
	bool		guessed;

	for (int k = 0; k < wanted->series.n; k++)
		columns.key[k] = named_column(desc, wanted->series.name[k], is_anything, "series", used);
	for (int c = 0; c < wanted->covariates.n; c++)
	{
		columns.covariate[c] = named_column(desc, wanted->covariates.name[c], is_covariate, "covariate", used);
		columns.covariate_type[c] = base_type(desc, columns.covariate[c]);
	}
	if (wanted->target != NULL && !wanted->no_target)
		columns.target = named_column(desc, wanted->target, is_numeric, "target", used);
	columns.time = wanted->time != NULL ? named_column(desc, wanted->time, is_time, "time", used)
		: only_time(desc, wanted->usual_time, used);
	guessed = wanted->time == NULL && is_integer(base_type(desc, columns.time));
	if (columns.target == 0 && !wanted->no_target)
		columns.target = only_target(desc, columns.time, guessed, wanted->usual_target, used);
	check_all_used(desc, wanted, guessed, used);
	columns.time_type = base_type(desc, columns.time);
	if (columns.target > 0)
		columns.target_type = base_type(desc, columns.target);
	return columns;
}
