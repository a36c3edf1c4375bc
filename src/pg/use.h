/*
 * use.h
 *		A call that uses a model: the model found, its forecasts made.
 *
 * What rn_forecast, rn_plot and rn_explain have in common: their first arguments mean the
 * same.
 */
#ifndef RECURNET_USE_H
#define RECURNET_USE_H

#include "fmgr.h"

#include "future.h"
#include "history.h"

/* A model in use; all of it in a context of its own, the current one until it is closed. */
typedef struct RecurnetUse
{
	RecurnetHost host;
	MemoryContext caller;
	RecurnetSubject subject;
	const RnModel *model;
	double		level;			/* of intervals */
	bool		intervals;		/* does the model know any? */
	bool		adaptive;		/* and do new rows count for them? */
} RecurnetUse;

/* Finds the model that an argument, not null if it is a value, names. */
typedef RecurnetSubject (*RecurnetFinder) (RecurnetHost *host, FunctionCallInfo fcinfo, int argument);

extern RecurnetSubject recurnet_find_by_id(RecurnetHost *host, FunctionCallInfo fcinfo, int argument);
extern RecurnetSubject recurnet_find_by_name(RecurnetHost *host, FunctionCallInfo fcinfo, int argument);
extern RecurnetSubject recurnet_find_value(RecurnetHost *host, FunctionCallInfo fcinfo, int argument);

extern void recurnet_use_open(RecurnetUse *use, FunctionCallInfo fcinfo, RecurnetFinder find, int argument, double level);
extern void recurnet_use_close(RecurnetUse *use);

/* What is to be forecast. */
typedef struct RecurnetAheadSpec
{
	int			steps;
	RecurnetOrigins *origins;
	RecurnetFuture *future;		/* NULL: none is needed */
} RecurnetAheadSpec;

/* As arguments say: horizon, and first, ...: as_of, as_of_t, history, future, for_series. */
extern RecurnetAheadSpec recurnet_use_ahead(RecurnetUse *use, FunctionCallInfo fcinfo, int horizon, int first);

/* The forecast of one series. */
typedef struct RecurnetAhead
{
	size_t		number;			/* of its origin */
	const RnOrigin *origin;
	const char *key;			/* NULL: none */
	int			steps;
	const double *forecast;		/* [steps] */
	double		unit;			/* that half widths are in */
	const double *width;		/* [K] half widths of intervals */
	int			K;				/* 0: there are none */
} RecurnetAhead;

/* Half the width of the interval at a step (1, 2, ...), in values; 0 if the model knows none. */
extern double recurnet_ahead_half(const RecurnetUse *use, const RecurnetAhead *ahead, int step);

/* Hears of every series' forecast, in the order of the origins; what it is told does not stay. */
typedef void (*RecurnetAheadListener) (void *listener, const RecurnetAhead *ahead);

/* Make all forecasts, as many side by side as fit into a part. */
extern void recurnet_use_forecast(RecurnetUse *use, const RecurnetAheadSpec *spec, RecurnetAheadListener put, void *listener);

#endif							/* RECURNET_USE_H */
