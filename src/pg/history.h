/*
 * history.h
 *		The rows that a model starts from.
 */
#ifndef RECURNET_HISTORY_H
#define RECURNET_HISTORY_H

#include "model/adapt.h"

#include "host.h"
#include "reader.h"
#include "subject.h"

/* Where a forecast is asked to start; all NULL: where the training rows end. */
typedef struct RecurnetOriginSpec
{
	const TimestampTz *as_of;	/* rows after it are not seen; for dates and */
	const int64 *as_of_t;		/* timestamps, and for integers */
	const char *history;		/* query for the rows, or "source" */
} RecurnetOriginSpec;

/* The origins of some series, one after the other. */
typedef struct RecurnetOrigins
{
	const RecurnetSubject *subject;
	size_t		count;
	size_t	   *series;			/* [count] of the model, or of rows */
	RecurnetRows *rows;			/* NULL: the model's own */
	int64	   *of_model;		/* [count] of rows: series of the model, or -1 */
} RecurnetOrigins;

/*
 * The policy that further rows of a model are put through: those of a model whose
 * rows were brought to a frequency are brought to it, too, be they one or many.
 */
extern RnRowPolicy recurnet_history_policy(RecurnetHost *host, const RnModel *model);

/* ERROR unless times of that type count what the model's times count. */
extern void recurnet_history_check_type(Oid model_type, Oid type);

/*
 * Rows of a query as series in the steps of the model, those
 * after the cut (NULL: none) left out; made up and combined as the model's
 * options say.  ERROR with fewer than needed in a series; of a model of many
 * series these are left out with a WARNING.  source: the query is the model's own,
 * whose columns are known, and runs as its owner; else it runs as the caller.
 */
extern void recurnet_history_read(RecurnetHost *host, const RecurnetSubject *subject,
								  const char *query, bool source, const int64 *cut,
								  size_t needed, RecurnetRows *rows);

/*
 * The same, where a row is enough and nothing is made up yet: for folds, whose
 * missing rows are made up from theirs alone, by the policy that is returned.
 */
extern RnRowPolicy recurnet_history_spread(RecurnetHost *host, const RecurnetSubject *subject, const char *query,
										   bool source, RecurnetRows *rows);

/*
 * Put rows into the model's steps, as above, with what the calendar makes of
 * them.
 */
extern void recurnet_history_settle(RecurnetHost *host, const RnModel *model, RecurnetRows *rows, size_t needed);

/*
 * Find the origins of all series, or of those whose key contains one of only's
 * (a jsonb object or an array of them; NULL: all); a NOTICE if the weights have
 * seen later rows.
 */
extern RecurnetOrigins *recurnet_history_origins(RecurnetHost *host, const RecurnetSubject *subject,
												 const RecurnetOriginSpec *spec, const Jsonb *only);

/* One of them, without its future, and its key (NULL: none). */
extern RnOrigin recurnet_history_origin(RecurnetHost *host, const RecurnetOrigins *origins, size_t i,
										const char **key);

/* The rows of one of them, and how many are newer than those trained on: none of the model's own. */
extern RnNews recurnet_history_origin_news(RecurnetHost *host, const RecurnetOrigins *origins, size_t i);

/* The same of series i of rows, which is that series of the model, or -1. */
extern RnNews recurnet_history_news(RecurnetHost *host, const RecurnetSubject *subject, const RnPanel *panel,
									const RnSeries *series, int64 of_model);

/* The origin behind the last of the rows of a series, which is that of the model or -1; without its future. */
extern RnOrigin recurnet_history_end(RecurnetHost *host, const RecurnetSubject *subject, const RnPanel *panel,
									 const RnSeries *series, int64 of_model);

/* The number of the model's series of that key, or -1. */
extern int64 recurnet_history_find(const RnModel *model, const char *key);

/*
 * The same of a key that a user gives: ERROR where it is no JSON object of the columns, and
 * kinds of values, that the model's keys have, as a key of any series, seen or not, would be.
 */
extern int64 recurnet_history_find_given(const RnModel *model, const Jsonb *key);

/* How series i of rows is scaled: as the model knows it, or by its own rows. */
extern RnView recurnet_history_view(RecurnetHost *host, const RecurnetSubject *subject,
									const RnPanel *panel, const RnSeries *series, int64 of_model);

#endif							/* RECURNET_HISTORY_H */
