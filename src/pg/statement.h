/*
 * statement.h
 *		Fixed SQL statements on the extension's own tables, run safely.
 *
 * For catalog.c, manage.c, rights.c, owner.c and job_log.c.  Between open and close
 * the current user is the extension's owner and the search_path holds pg_catalog
 * alone, so that nothing a caller has made can stand between a statement and what it means.  Nothing of a
 * caller's may run there: statements are constants, values are parameters.
 */
#ifndef RECURNET_STATEMENT_H
#define RECURNET_STATEMENT_H

#include "utils/jsonb.h"
#include "utils/timestamp.h"

#define RECURNET_MAX_PARAMETERS 32

typedef struct RecurnetStatement
{
	const char *sql;
	bool		latest;			/* see what is committed by now, whatever the transaction's snapshot */
	int			n;
	Oid			type[RECURNET_MAX_PARAMETERS];
	Datum		value[RECURNET_MAX_PARAMETERS];
	char		null[RECURNET_MAX_PARAMETERS];
} RecurnetStatement;

/* What closing needs to put back. */
typedef struct RecurnetScope
{
	Oid			user;			/* the caller, whose rights are to be checked */
	int			security;
	int			guc_level;
	MemoryContext context;		/* the caller's: where results go */
} RecurnetScope;

extern void recurnet_statement_open(RecurnetScope *scope);
extern void recurnet_statement_close(RecurnetScope *scope);

/* Start a statement; then its parameters, in order: $1, $2, ... */
extern RecurnetStatement recurnet_statement(const char *sql);
extern void recurnet_parameter(RecurnetStatement *statement, Oid type, Datum value);
extern void recurnet_parameter_null(RecurnetStatement *statement, Oid type);
extern void recurnet_parameter_text(RecurnetStatement *statement, const char *value);	/* or NULL */
extern void recurnet_parameter_int8(RecurnetStatement *statement, int64 value);

/*
 * Run it; returns the number of rows, which are then in SPI_tuptable.  expect
 * is an SPI_OK_ code.
 */
extern uint64 recurnet_statement_run(RecurnetStatement *statement, int expect);

/*
 * A column (from 1) of a row (from 0) of the last result, copied into the
 * scope's context; NULL for null.
 */
extern char *recurnet_result_text(const RecurnetScope *scope, int row, int column);
extern int64 recurnet_result_int8(int row, int column, bool *isnull);
extern struct varlena *recurnet_result_varlena(const RecurnetScope *scope, int row, int column);

#endif							/* RECURNET_STATEMENT_H */
