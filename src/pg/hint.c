/*
 * hint.c
 *		The nearest of some names, by Levenshtein's distance.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/varlena.h"

#include "hint.h"

#define MOST_SAID 100			/* bytes */

char *
recurnet_hint_nearest(const char *given, RecurnetNameAt name_at, int n)
{
	int			length = strlen(given);
	int			limit = Max(2, length / 3);
	const char *best = NULL;

	if (length > NAMEDATALEN)
		return NULL;
	for (int i = 0; i < n; i++)
	{
		const char *name = name_at(i);
		int			distance = varstr_levenshtein_less_equal(given, length, name, strlen(name),
															 1, 1, 1, limit, true);

		if (distance <= limit && (best == NULL || distance < limit))
		{
			best = name;
			limit = distance;
		}
	}
	return best != NULL ? psprintf("Did you mean \"%s\"?", best) : NULL;
}

const char *
recurnet_hint_given(const char *given)
{
	int			length = (int) strlen(given);

	if (length <= MOST_SAID)
		return given;
	return psprintf("%.*s...", pg_mbcliplen(given, length, MOST_SAID), given);
}

char *
recurnet_hint_list(RecurnetNameAt name_at, int n)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", name_at(i));
	return list.data;
}
