/*
 * query.h
 *		A user's query.
 */
#ifndef RECURNET_QUERY_H
#define RECURNET_QUERY_H

#include "utils/portal.h"

#include "columns.h"
#include "host.h"

/* ERROR unless a query is a single SELECT that neither writes nor locks; it is not run. */
extern void recurnet_query_check(const char *query);

/* Its columns, as recurnet_columns_resolve finds them; ERROR as recurnet_query_check, too. */
extern RecurnetColumns recurnet_query_columns(const char *query, const RecurnetWanted *wanted);

/* A cursor over a query that is checked like that, within SPI. */
extern Portal recurnet_query_open(const char *query);

/*
 * The dates that a query returns, ascending and each once, in days since
 * 2000-01-01, in the host's memory: a single column of type date.
 */
extern int32 *recurnet_query_dates(RecurnetHost *host, const char *query, size_t *n);

#endif							/* RECURNET_QUERY_H */
