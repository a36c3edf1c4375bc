/*
 * columns.c
 *		The rule by which the columns of a query find their use.
 *
 * Time is the column named so, else the only date or timestamp column, else
 * the only integer column that is not the named target.  The target is the
 * column named so, else the only other numeric column.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
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

/*
 * Columns of some kind (NULL: all), but for one or two, as "a integer, b text".
 */
static const char *
column_list(TupleDesc desc, TypeTest test, int but, int nor)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 1; i <= desc->natts; i++)
	{
		if (i == but || i == nor || (test != NULL && !test(base_type(desc, i))))
			continue;
		appendStringInfo(&list, "%s%s %s", list.len > 0 ? ", " : "",
						 quote_identifier(column_name(desc, i)),
						 format_type_be(TupleDescAttr(desc, i - 1)->atttypid));
	}
	return list.len > 0 ? list.data : "none";
}

/* How many columns but one pass the test; *last is the last of them. */
static int
count_columns(TupleDesc desc, TypeTest test, int but, int *last)
{
	int			n = 0;

	for (int i = 1; i <= desc->natts; i++)
		if (i != but && test(base_type(desc, i)))
		{
			*last = i;
			n++;
		}
	return n;
}

/* The column of that name, which must be of a fitting type; role for messages. */
static int
named_column(TupleDesc desc, const char *name, TypeTest test, const char *role)
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
				 errdetail("Its columns are: %s.", column_list(desc, NULL, 0, 0))));
	if (!test(base_type(desc, found)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of type %s cannot be the %s", name,
						format_type_be(TupleDescAttr(desc, found - 1)->atttypid), role)));
	return found;
}

static void
ambiguous(TupleDesc desc, TypeTest test, int but, const char *role, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_COLUMN),
			 errmsg("query returns more than one column that could be the %s", role),
			 errdetail("Candidates are: %s.", column_list(desc, test, but, 0)),
			 errhint("%s", hint)));
}

/* The time column when none is named; target is a named target or 0. */
static int
only_time(TupleDesc desc, int target)
{
	int			column = 0;
	TypeTest	test = is_datetime;
	int			n = count_columns(desc, test, target, &column);

	if (n == 0)
	{
		test = is_integer;
		n = count_columns(desc, test, target, &column);
	}
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("query returns no time column"),
				 errdetail("Its columns are: %s.", column_list(desc, NULL, 0, 0)),
				 errhint("A time column is a date, a timestamp or an integer.")));
	if (n > 1)
		ambiguous(desc, test, target, "time",
				  test == is_datetime ? "Leave all but one of them out of the query."
				  : "Say which one with the argument \"time\" or target.");
	return column;
}

/* The target column when none is named. */
static int
only_target(TupleDesc desc, int time)
{
	int			column = 0;
	int			n = count_columns(desc, is_numeric, time, &column);

	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("query returns no numeric column beside its time column %s",
						quote_identifier(column_name(desc, time))),
				 errdetail("Its columns are: %s.", column_list(desc, NULL, 0, 0)),
				 errhint("Select the time and the number to forecast.")));
	if (n > 1)
		ambiguous(desc, is_numeric, time, "target",
				  "Leave all but one of them out of the query: a model forecasts one column.");
	return column;
}

RecurnetColumns
recurnet_columns_resolve(TupleDesc desc, const char *time, const char *target)
{
	RecurnetColumns columns = {0};

	if (target != NULL)
		columns.target = named_column(desc, target, is_numeric, "target");
	if (time != NULL)
		columns.time = named_column(desc, time, is_time, "time");
	else
		columns.time = only_time(desc, columns.target);
	if (target == NULL)
		columns.target = only_target(desc, columns.time);

	if (columns.time == columns.target)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("column %s cannot be both time and target",
						quote_identifier(column_name(desc, columns.time)))));
	if (desc->natts > 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("query returns columns that have no use: %s",
						column_list(desc, NULL, columns.time, columns.target)),
				 errhint("Leave them out of the query.")));
	columns.time_type = base_type(desc, columns.time);
	columns.target_type = base_type(desc, columns.target);
	return columns;
}
