/*
 * picture.c
 *		What the functions that draw have in common: arguments, words, the result.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "argument.h"
#include "hint.h"
#include "picture.h"

static const char *
theme_at(int i)
{
	return rn_theme_name((RnTheme) i);
}

RnTheme
recurnet_picture_theme(const char *name)
{
	char	   *nearest;

	if (name == NULL)
		return RN_THEME_AUTO;
	for (int theme = 0; theme < RN_THEMES; theme++)
		if (strcmp(name, theme_at(theme)) == 0)
			return (RnTheme) theme;
	nearest = recurnet_hint_nearest(name, theme_at, RN_THEMES);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no theme \"%s\"", recurnet_hint_given(name)),
			 errdetail("There are: %s.", recurnet_hint_list(theme_at, RN_THEMES)),
			 nearest != NULL ? errhint("%s", nearest) : 0));
}

const char *
recurnet_picture_words(const char *words)
{
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return words;
	return pg_server_to_any(words, (int) strlen(words), PG_UTF8);
}

void
recurnet_picture_arguments(FunctionCallInfo fcinfo, int first, const char *title, RnChart *chart)
{
	chart->title = recurnet_picture_words(PG_ARGISNULL(first) ? title : recurnet_argument_text(fcinfo, first));
	chart->theme = recurnet_picture_theme(recurnet_argument_text(fcinfo, first + 1));
	chart->width = recurnet_argument_int(fcinfo, first + 2, "width", RECURNET_PICTURE_WIDTH, RN_CHART_LEAST_SIZE, RN_CHART_MOST_SIZE);
	chart->height = recurnet_argument_int(fcinfo, first + 3, "height", 0, RN_CHART_LEAST_SIZE, RN_CHART_MOST_SIZE);
}

void
recurnet_picture_check_height(const RnChart *chart)
{
	int			least = rn_chart_least_height(chart);

	if (chart->height == 0 || chart->height >= least)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a picture %d pixels wide and %d high has no room for %zu series", chart->width, chart->height, chart->facets),
			 errdetail("So many need a height of at least %d.", least),
			 errhint("Ask for fewer facets or a larger width, or leave out argument \"height\".")));
}

Datum
recurnet_picture(RecurnetHost *host, const RnChart *chart, MemoryContext context)
{
	RnDrawing	drawing;
	MemoryContext caller;
	text	   *result;

	recurnet_host_check(host, rn_chart_draw(&host->core, chart, &drawing));
	caller = MemoryContextSwitchTo(context);
	result = cstring_to_text_with_len(drawing.text, (int) drawing.length);
	MemoryContextSwitchTo(caller);
	return PointerGetDatum(result);
}

bool
recurnet_picture_blocks(void)
{
	/* a parallel worker writes to its leader, and has only the setting of the client's */
	int			client = pg_char_to_encoding(GetConfigOption("client_encoding", false, false));

	return GetDatabaseEncoding() == PG_UTF8 && (client == PG_UTF8 || client == PG_SQL_ASCII);
}
