/*
 * query.h
 *		A user's query.
 */
#ifndef RECURNET_QUERY_H
#define RECURNET_QUERY_H

#include "utils/portal.h"

#include "host.h"

/*
 * A cursor over a query, within SPI; ERROR unless it is a single SELECT that
 * neither writes nor locks.
 */
extern Portal recurnet_query_open(const char *query);

/*
 * The dates that a query returns, ascending and each once, in days since
 * 2000-01-01, in the host's memory: a single column of type date.
 */
extern int32 *recurnet_query_dates(RecurnetHost *host, const char *query, size_t *n);

#endif							/* RECURNET_QUERY_H */
