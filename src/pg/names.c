/*
 * names.c
 *		Lists of column names.
 *
 * A name is taken as it stands, as the arguments "time" and target take theirs:
 * nothing is folded to lower case.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "hint.h"
#include "names.h"

static void
bad_list(const char *argument, const char *text, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("argument \"%s\" is no list of columns: \"%s\"", argument, text),
			 errdetail("%s", what),
			 errhint("For example: 'store, item'%s.",
					 strcmp(argument, "covariates") == 0 ? ", 'price known, temperature, size static'" : "")));
}

static const char *
skip_space(const char *at)
{
	while (isspace((unsigned char) *at))
		at++;
	return at;
}

/* A name in double quotes, a quote within written twice; *at is behind it then. */
static char *
quoted_name(const char **at, const char *argument, const char *text)
{
	StringInfoData name;
	const char *p = *at + 1;

	initStringInfo(&name);
	for (; *p != '"' || p[1] == '"'; p++)
	{
		if (*p == '\0')
			bad_list(argument, text, "A quote is not closed.");
		if (*p == '"')
			p++;
		appendStringInfoChar(&name, *p);
	}
	*at = p + 1;
	return name.data;
}

/* A word up to a space, a comma or the end. */
static char *
plain_name(const char **at)
{
	size_t		length = strcspn(*at, ", \t\r\n\f\v");
	char	   *name = pnstrdup(*at, length);

	*at += length;
	return name;
}

static const char *
kind_name_at(int i)
{
	return rn_covariate_name((RnCovariateKind) i);
}

static RnCovariateKind
find_kind(const char *word, const char *argument, const char *text)
{
	for (int i = 0; i < RN_COVARIATE_KINDS; i++)
		if (strcmp(word, kind_name_at(i)) == 0)
			return (RnCovariateKind) i;
	bad_list(argument, text,
			 psprintf("\"%s\" is no kind of covariate: %s.", word,
					  recurnet_hint_list(kind_name_at, RN_COVARIATE_KINDS)));
	pg_unreachable();
}

static void
check_new(const RecurnetNames *names, const char *name, const char *argument, const char *text)
{
	for (int i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			bad_list(argument, text, psprintf("\"%s\" stands twice.", name));
}

RecurnetNames
recurnet_names_parse(const char *text, const char *argument, bool covariates)
{
	int			limit = covariates ? RN_MAX_COVARIATES : RECURNET_MAX_KEYS;
	RecurnetNames names = {0};
	const char *at = text;

	if (text == NULL)
		return names;
	names.name = palloc(limit * sizeof(char *));
	names.kind = palloc0(limit * sizeof(RnCovariateKind));
	for (;;)
	{
		char	   *name;

		at = skip_space(at);
		name = *at == '"' ? quoted_name(&at, argument, text) : plain_name(&at);
		if (name[0] == '\0')
			bad_list(argument, text, "A name is missing.");
		check_new(&names, name, argument, text);
		if (names.n == limit)
			bad_list(argument, text, psprintf("It has more than %d names.", limit));
		names.name[names.n] = name;
		at = skip_space(at);
		if (covariates && *at != ',' && *at != '\0')
		{
			names.kind[names.n] = find_kind(plain_name(&at), argument, text);
			at = skip_space(at);
		}
		names.n++;
		if (*at == '\0')
			return names;
		if (*at != ',')
			bad_list(argument, text, "Names are separated by commas.");
		at++;
	}
}

const char *
recurnet_names_list(const RecurnetNames *names)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < names->n; i++)
	{
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", quote_identifier(names->name[i]));
		if (names->kind != NULL && names->kind[i] != RN_COVARIATE_PAST)
			appendStringInfo(&list, " %s", rn_covariate_name(names->kind[i]));
	}
	return list.data;
}

static bool
has_name(const RecurnetNames *names, const char *name)
{
	for (int i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

bool
recurnet_names_equal(const RecurnetNames *a, const RecurnetNames *b, bool covariates)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (covariates ? strcmp(a->name[i], b->name[i]) != 0 || a->kind[i] != b->kind[i] : !has_name(b, a->name[i]))
			return false;
	return true;
}
