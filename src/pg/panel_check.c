/*
 * panel_check.c
 *		Errors of the core about one of many series.
 */
#include "postgres.h"

#include "panel_check.h"

static void
name_series(void *key)
{
	errcontext("series %s", (const char *) key);
}

void
recurnet_panel_check(RecurnetHost *host, const RnPanel *panel, RnCode code)
{
	ErrorContextCallback context = {.callback = name_series,.previous = error_context_stack};

	if (code == RN_OK || panel->failed >= panel->count || panel->series[panel->failed].key == NULL)
	{
		recurnet_host_check(host, code);
		return;
	}
	context.arg = unconstify(char *, panel->series[panel->failed].key);
	error_context_stack = &context;
	recurnet_host_check(host, code);
	error_context_stack = context.previous;
}
