/*
 * catalog.h
 *		Models in the extension's own tables: store, load, drop.
 *
 * With manage.c and rights.c, the only code that touches these tables.  Every function
 * that takes a key checks the caller's right itself; for those who may not even
 * use a model, it does not exist.
 */
#ifndef RECURNET_CATALOG_H
#define RECURNET_CATALOG_H

#include "utils/jsonb.h"

#include "rights.h"

#define RECURNET_HASH_BYTES 32	/* SHA-256 */

/* A model as users name it: by name, or by id if name is NULL. */
typedef struct RecurnetModelKey
{
	const char *name;
	int64		id;
} RecurnetModelKey;

/*
 * One version of a model: a row of recurnet.version with its model.  Strings
 * may be NULL where the comment says so.
 */
typedef struct RecurnetVersion
{
	int64		model_id;
	char	   *name;			/* NULL: none */
	RecurnetOwner owner;		/* when loaded only */
	RecurnetRight right;		/* when loaded only: the caller's */
	int			version;

	char	   *cell;
	char	   *query;			/* NULL when loaded by who may not manage the model, */
	Jsonb	   *request;		/* likewise: what the user asked: cell, options */
	Jsonb	   *options;		/* every option as it was used; then without holidays */
	char	   *search_path;	/* that the query means, */
	char	   *session_time_zone;	/* and its TimeZone */
	char	   *date_style;		/* and its DateStyle */
	char	   *time_column;
	char	   *target_column;
	char	   *series_columns; /* as rn_train was given them; NULL: none */
	char	   *covariates;		/* likewise */
	Oid			time_type;
	char	   *time_zone;		/* timestamptz only, else NULL */
	char	   *step;			/* in words: "1 month" */

	int64		rows;			/* trained on */
	int64		series;			/* that they are of */
	int64		from;			/* their first and last time, as the core */
	int64		to;				/* counts */

	uint8		hash[RECURNET_HASH_BYTES];	/* of weights; when loaded only */
	bytea	   *data_hash;		/* of what was trained on, and how; when stored only */
	bytea	   *weights;		/* the encoded model; when stored only */
	int			epochs;
	const double *losses;		/* [epochs]; when stored only */
	const double *val_losses;	/* [epochs] or NULL; when stored only */
	Jsonb	   *metrics;
	char	   *series_log;		/* when stored only, JSON: series that rows were made
								 * up for, combined, or left out */
	char	   *trained_by;		/* when loaded only, as text: */
	char	   *trained_at;
	char	   *duration;
	int64		usecs;			/* when stored only: duration */
	bool		kept_back;		/* when stored only: it does not become the active one; */
	int			beside;			/* nor if another than this one is active by then; 0: any may be */
} RecurnetVersion;

/* 'electric' is a name, '17' an id: names are never all digits. */
extern RecurnetModelKey recurnet_catalog_key(const char *model);

/*
 * May the caller train a model of this name?  ERROR for a name that cannot be
 * one, and for one that belongs to somebody else.
 */
extern void recurnet_catalog_check_name(const char *name);

/*
 * The active version of a model, without its weights.  ERROR unless the caller
 * has the right needed.
 */
extern RecurnetVersion *recurnet_catalog_load(RecurnetModelKey key, RecurnetRight needed);

/* The encoded model of a version just loaded; NULL if it was dropped since. */
extern bytea *recurnet_catalog_weights(const RecurnetVersion *version);

/*
 * The losses of every epoch of a version just loaded, whose number is returned (0: it was
 * dropped since); of validation NULL where nothing was held out.
 */
extern int	recurnet_catalog_losses(const RecurnetVersion *version, double **losses, double **val_losses);

/*
 * Store a version and, unless it is kept back, make it the active one: of model_id if that is not 0 (which
 * takes the right to manage it), else of the caller's model of that name, else of a new model.  Fills in
 * model_id, version and, with a NOTICE if another version than beside has become active, kept_back.  A NOTICE
 * also where the active version gets another query, or none any more.
 */
extern void recurnet_catalog_store(RecurnetVersion *version);

/* ERROR unless the caller of a version's loading has this right, too. */
extern void recurnet_catalog_check_right(const RecurnetVersion *version, RecurnetRight needed);

/*
 * The role that a version's query runs as: the model's owner.  ERROR without the
 * right to manage the model, and if the owner is gone.
 */
extern Oid	recurnet_catalog_runs_as(const RecurnetVersion *version);

/* The newest version that was trained on what has this hash; 0: none was. */
extern int	recurnet_catalog_trained_on(int64 model_id, bytea *data_hash);

/* The version of the SQL objects, as ALTER EXTENSION UPDATE sees it. */
extern char *recurnet_catalog_extension_version(void);

/* ---- for manage.c; between recurnet_statement_open and _close ---- */

/*
 * Lock the row of a model until the transaction ends, and return its id.  ERROR if
 * there is none, or the caller lacks the right needed.
 */
extern int64 recurnet_catalog_lock(const RecurnetScope *scope, RecurnetModelKey key, RecurnetRight needed);

/* Have forecasts made with that version of a locked model. */
extern void recurnet_catalog_make_active(int64 model_id, int version);

/* ERROR for what cannot be a model's name. */
extern void recurnet_catalog_check_form(const char *name);

#endif							/* RECURNET_CATALOG_H */
