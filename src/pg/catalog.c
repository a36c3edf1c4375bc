/*
 * catalog.c
 *		Models in recurnet.model and recurnet.version.
 *
 * Who may do what is asked of rights.c.  To those who may not use a model it
 * looks like one that is not there.
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "catalog.h"
#include "guc.h"
#include "reader.h"
#include "statement.h"
#include "time_type.h"

#define MAX_NAME_BYTES 255

static bool
all_digits(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* The words for a model that is not there, or might as well not be. */
static void __attribute__((noreturn))
no_such_model(RecurnetModelKey key)
{
	const char *hint = "The view rn_models lists the models that you may use.";

	if (key.name != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model \"%s\" does not exist, or is not yours to use", key.name),
				 errhint("%s", hint)));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model " INT64_FORMAT " does not exist, or is not yours to use", key.id),
			 errhint("%s", hint)));
}

/* The owner that is needed is not there any more. */
static void
no_owner(const char *name, int64 model_id, const RecurnetOwner *owner)
{
	const char *model = name != NULL ? psprintf("\"%s\"", name) : psprintf(INT64_FORMAT, model_id);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model %s has no owner any more", model),
			 owner->name != NULL ? errdetail("It was role %s's, which was dropped, deprived of its models by DROP OWNED, or never was here.",
											 quote_identifier(owner->name)) : 0,
			 errhint("A superuser can give it one: SELECT rn_set_owner(" INT64_FORMAT ", 'role').", model_id)));
}

RecurnetModelKey
recurnet_catalog_key(const char *model)
{
	RecurnetModelKey key = {.name = model};

	if (all_digits(model))
	{
		errno = 0;
		key.id = strtoi64(model, NULL, 10);
		if (errno != 0)
			no_such_model(key);
		key.name = NULL;
	}
	return key;
}

/* What the caller may do with a model; ERROR if that is less than needed. */
static RecurnetRight
find_right(const RecurnetScope *scope, RecurnetModelKey key, RecurnetRight needed, int64 model_id,
		   const RecurnetOwner *owner)
{
	RecurnetRight right = recurnet_rights_of(scope->user, model_id, owner->role);

	if (right == RECURNET_NO_RIGHT)
		no_such_model(key);
	recurnet_rights_check(right, needed, model_id, key.name, owner);
	return right;
}

void
recurnet_catalog_check_form(const char *name)
{
	if (name[strspn(name, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("a model's name must not be empty"),
				 errhint("Leave the name out for a model without one.")));
	if (all_digits(name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("a model's name must not be all digits: \"%s\"", name),
				 errdetail("A text of digits is taken for a model's id.")));
	if (strlen(name) > MAX_NAME_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("a model's name must not be longer than %d bytes", MAX_NAME_BYTES)));
}

/*
 * ERROR unless user may train a version of the model of that name.  Such a
 * version brings its own query, which will run as the model's owner: so user
 * must be the owner itself.
 */
static void
check_may_add(Oid user, const char *name, int64 model_id, const RecurnetOwner *owner)
{
	if (owner->role == user)
		return;
	if (recurnet_rights_of(user, model_id, owner->role) == RECURNET_NO_RIGHT)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("model name \"%s\" belongs to another role", name),
				 errhint("Names are unique in a database: choose another one.")));
	if (!OidIsValid(owner->role))
		no_owner(name, model_id, owner);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("model \"%s\" belongs to %s", name, quote_identifier(owner->name)),
			 errdetail("Only its owner may add a version with a query of its own."),
			 errhint("SET ROLE to the owner, or choose another name.")));
}

void
recurnet_catalog_check_name(const char *name)
{
	RecurnetScope scope;
	RecurnetStatement statement;

	recurnet_catalog_check_form(name);
	recurnet_statement_open(&scope);
	statement = recurnet_statement("SELECT model_id, owner_oid::bigint, owner FROM recurnet.model WHERE name = $1");
	recurnet_parameter_text(&statement, name);
	if (recurnet_statement_run(&statement, SPI_OK_SELECT) > 0)
	{
		RecurnetOwner owner = recurnet_rights_owner(&scope, 0, 2);

		check_may_add(scope.user, name, recurnet_result_int8(0, 1, NULL), &owner);
	}
	recurnet_statement_close(&scope);
}

/* ---- loading ---- */

static void
copy_hash(int row, int column, uint8 *hash)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);
	bytea	   *bytes = isnull ? NULL : DatumGetByteaPP(datum);

	if (isnull || VARSIZE_ANY_EXHDR(bytes) != RECURNET_HASH_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model has no hash of its weights")));
	memcpy(hash, VARDATA_ANY(bytes), RECURNET_HASH_BYTES);
}

/* The weights need room three times: stored, decoded, and at work. */
static void
check_weights_size(int row, int column)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model has no weights")));
	recurnet_guc_check_memory(3 * (size_t) toast_raw_datum_size(datum), "the model",
							  "train a smaller network");
}

/*
 * A time that is a timestamp in one column or an integer in the next.  A
 * timestamp's own number is what the core counts, microseconds since 2000.
 */
static int64
time_from_columns(int row, int column)
{
	bool		isnull;
	int64		time = recurnet_result_int8(row, column, &isnull);

	return isnull ? recurnet_result_int8(row, column + 1, NULL) : time;
}

/* The row of the query in recurnet_catalog_load; columns in its order. */
static RecurnetVersion *
version_from_row(const RecurnetScope *scope)
{
	RecurnetVersion *v = MemoryContextAllocZero(scope->context, sizeof(RecurnetVersion));
	int			column = 0;

	v->model_id = recurnet_result_int8(0, ++column, NULL);
	v->name = recurnet_result_text(scope, 0, ++column);
	v->owner = recurnet_rights_owner(scope, 0, ++column);
	column++;
	v->version = (int) recurnet_result_int8(0, ++column, NULL);
	v->cell = recurnet_result_text(scope, 0, ++column);
	v->query = recurnet_result_text(scope, 0, ++column);
	v->request = (Jsonb *) recurnet_result_varlena(scope, 0, ++column);
	v->options = (Jsonb *) recurnet_result_varlena(scope, 0, ++column);
	v->time_column = recurnet_result_text(scope, 0, ++column);
	v->target_column = recurnet_result_text(scope, 0, ++column);
	v->series_columns = recurnet_result_text(scope, 0, ++column);
	v->covariates = recurnet_result_text(scope, 0, ++column);
	v->time_type = recurnet_time_type_oid(recurnet_result_text(scope, 0, ++column));
	v->time_zone = recurnet_result_text(scope, 0, ++column);
	v->step = recurnet_result_text(scope, 0, ++column);
	v->rows = recurnet_result_int8(0, ++column, NULL);
	v->series = recurnet_result_int8(0, ++column, NULL);
	v->from = time_from_columns(0, column + 1);
	v->to = time_from_columns(0, column + 3);
	column += 4;
	v->metrics = (Jsonb *) recurnet_result_varlena(scope, 0, ++column);
	v->trained_by = recurnet_result_text(scope, 0, ++column);
	v->trained_at = recurnet_result_text(scope, 0, ++column);
	v->duration = recurnet_result_text(scope, 0, ++column);
	copy_hash(0, ++column, v->hash);
	v->search_path = recurnet_result_text(scope, 0, ++column);
	v->session_time_zone = recurnet_result_text(scope, 0, ++column);
	v->date_style = recurnet_result_text(scope, 0, ++column);
	if (v->time_type == TIMESTAMPTZOID && v->time_zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored model has no time zone")));
	return v;
}

#define VERSION_COLUMNS \
	"SELECT m.model_id, m.name, m.owner_oid::bigint, m.owner, v.version::bigint, v.cell, v.query," \
	" v.request, v.options, v.time_column, v.target_column, v.series_columns, v.covariates," \
	" v.time_type, v.time_zone, v.step," \
	" v.rows, v.series, v.from_ts, v.from_t, v.to_ts, v.to_t," \
	" v.metrics, v.trained_by, v.trained_at, v.duration, v.content_hash," \
	" v.search_path, v.session_time_zone, v.date_style" \
	" FROM recurnet.model m JOIN recurnet.version v" \
	" ON v.model_id = m.model_id AND v.version = m.active_version"

/* Leave out what only those who may manage the model see: its queries. */
static void
hide_queries(RecurnetVersion *version)
{
	version->query = NULL;
	version->request = NULL;
	version->options = DatumGetJsonbP(DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(version->options),
														  CStringGetTextDatum("holidays")));
}

RecurnetVersion *
recurnet_catalog_load(RecurnetModelKey key, RecurnetRight needed)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	RecurnetVersion *version;

	recurnet_statement_open(&scope);
	if (key.name != NULL)
	{
		statement = recurnet_statement(VERSION_COLUMNS " WHERE m.name = $1");
		recurnet_parameter_text(&statement, key.name);
	}
	else
	{
		statement = recurnet_statement(VERSION_COLUMNS " WHERE m.model_id = $1");
		recurnet_parameter_int8(&statement, key.id);
	}
	if (recurnet_statement_run(&statement, SPI_OK_SELECT) == 0)
		no_such_model(key);
	version = version_from_row(&scope);
	version->right = find_right(&scope, key, needed, version->model_id, &version->owner);
	recurnet_statement_close(&scope);
	if (version->right < RECURNET_MAY_MANAGE)
		hide_queries(version);
	return version;
}

void
recurnet_catalog_check_right(const RecurnetVersion *version, RecurnetRight needed)
{
	recurnet_rights_check(version->right, needed, version->model_id, version->name, &version->owner);
}

Oid
recurnet_catalog_runs_as(const RecurnetVersion *version)
{
	recurnet_catalog_check_right(version, RECURNET_MAY_MANAGE);
	if (!OidIsValid(version->owner.role))
		no_owner(version->name, version->model_id, &version->owner);
	return version->owner.role;
}

bytea *
recurnet_catalog_weights(const RecurnetVersion *version)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	bytea	   *hash = palloc(VARHDRSZ + RECURNET_HASH_BYTES);
	bytea	   *weights = NULL;

	SET_VARSIZE(hash, VARHDRSZ + RECURNET_HASH_BYTES);
	memcpy(VARDATA(hash), version->hash, RECURNET_HASH_BYTES);
	recurnet_statement_open(&scope);
	statement = recurnet_statement("SELECT weights FROM recurnet.version"
								   " WHERE model_id = $1 AND version = $2 AND content_hash = $3");
	recurnet_parameter_int8(&statement, version->model_id);
	recurnet_parameter(&statement, INT4OID, Int32GetDatum(version->version));
	recurnet_parameter(&statement, BYTEAOID, PointerGetDatum(hash));
	if (recurnet_statement_run(&statement, SPI_OK_SELECT) > 0)
	{
		check_weights_size(0, 1);
		weights = (bytea *) recurnet_result_varlena(&scope, 0, 1);
	}
	recurnet_statement_close(&scope);
	return weights;
}

/* Column of the row just read, an array of numbers, as these (NaN: null) in the scope's context; returns how many. */
static int
result_numbers(const RecurnetScope *scope, int column, double **numbers)
{
	ArrayType  *array = (ArrayType *) recurnet_result_varlena(scope, 0, column);
	Datum	   *element;
	bool	   *null;
	int			n;

	*numbers = NULL;
	if (array == NULL || ARR_NDIM(array) != 1)
		return 0;
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &element, &null, &n);
	*numbers = MemoryContextAlloc(scope->context, n * sizeof(double));
	for (int i = 0; i < n; i++)
		(*numbers)[i] = null[i] ? NAN : DatumGetFloat8(element[i]);
	return n;
}

int
recurnet_catalog_losses(const RecurnetVersion *version, double **losses, double **val_losses)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int			epochs = 0;

	recurnet_statement_open(&scope);
	statement = recurnet_statement("SELECT losses, val_losses FROM recurnet.version WHERE model_id = $1 AND version = $2");
	recurnet_parameter_int8(&statement, version->model_id);
	recurnet_parameter(&statement, INT4OID, Int32GetDatum(version->version));
	if (recurnet_statement_run(&statement, SPI_OK_SELECT) > 0)
	{
		epochs = result_numbers(&scope, 1, losses);
		if (result_numbers(&scope, 2, val_losses) != epochs)
			*val_losses = NULL;
	}
	recurnet_statement_close(&scope);
	return epochs;
}

/* ---- storing ---- */

/*
 * Lock the row of a model until the transaction ends, so that versions of it
 * are numbered one after the other.  Returns its id, and its owner in *owner;
 * 0 if there is none.
 */
static int64
lock_model(const RecurnetScope *scope, RecurnetModelKey key, RecurnetOwner *owner)
{
	RecurnetStatement statement;

	if (key.name != NULL)
	{
		statement = recurnet_statement("SELECT model_id, owner_oid::bigint, owner FROM recurnet.model"
									   " WHERE name = $1 FOR UPDATE");
		recurnet_parameter_text(&statement, key.name);
	}
	else
	{
		statement = recurnet_statement("SELECT model_id, owner_oid::bigint, owner FROM recurnet.model"
									   " WHERE model_id = $1 FOR UPDATE");
		recurnet_parameter_int8(&statement, key.id);
	}
	if (recurnet_statement_run(&statement, SPI_OK_SELECT) == 0)
		return 0;
	*owner = recurnet_rights_owner(scope, 0, 2);
	return recurnet_result_int8(0, 1, NULL);
}

/* The same for a model that must be there, and with which the caller must have a right. */
int64
recurnet_catalog_lock(const RecurnetScope *scope, RecurnetModelKey key, RecurnetRight needed)
{
	RecurnetOwner owner;
	int64		id = lock_model(scope, key, &owner);

	if (id == 0)
		no_such_model(key);
	find_right(scope, key, needed, id, &owner);
	return id;
}

/* A new model of the caller's; 0 if another session took the name meanwhile. */
static int64
insert_model(const RecurnetScope *scope, const char *name)
{
	RecurnetStatement statement =
		recurnet_statement("INSERT INTO recurnet.model (name, owner, active_version)"
						   " VALUES ($1, $2, 1) ON CONFLICT (name) DO NOTHING RETURNING model_id");

	recurnet_parameter_text(&statement, name);
	recurnet_parameter_text(&statement, GetUserNameFromId(scope->user, false));
	if (recurnet_statement_run(&statement, SPI_OK_INSERT_RETURNING) == 0)
		return 0;
	return recurnet_result_int8(0, 1, NULL);
}

/* The caller's model of that name, locked: found or made. */
static int64
find_or_insert_model(const RecurnetScope *scope, const char *name)
{
	RecurnetModelKey key = {.name = name};

	recurnet_rights_admit(scope->user);

	/*
	 * Another session may take the name between look and insert, and drop it again
	 * before the next look.  What has been trained is not thrown away for that.
	 */
	for (;;)
	{
		RecurnetOwner owner;
		int64		id = name != NULL ? lock_model(scope, key, &owner) : 0;

		if (id != 0)
		{
			check_may_add(scope->user, name, id, &owner);
			return id;
		}
		id = insert_model(scope, name);
		if (id != 0)
			return id;
		CHECK_FOR_INTERRUPTS();
	}
}

static Datum
float8_array(const double *values, int n)
{
	Datum	   *datums = palloc(Max(n, 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		datums[i] = Float8GetDatum(values[i]);
	return PointerGetDatum(construct_array(datums, n, FLOAT8OID, sizeof(float8),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* from and to: timestamps for civil time, integers otherwise. */
static void
range_parameters(RecurnetStatement *statement, const RecurnetVersion *version)
{
	bool		civil = recurnet_reader_kind(version->time_type) == RN_TIME_CIVIL;

	if (civil)
	{
		recurnet_parameter(statement, TIMESTAMPOID, TimestampGetDatum(version->from));
		recurnet_parameter(statement, TIMESTAMPOID, TimestampGetDatum(version->to));
		recurnet_parameter_null(statement, INT8OID);
		recurnet_parameter_null(statement, INT8OID);
	}
	else
	{
		recurnet_parameter_null(statement, TIMESTAMPOID);
		recurnet_parameter_null(statement, TIMESTAMPOID);
		recurnet_parameter_int8(statement, version->from);
		recurnet_parameter_int8(statement, version->to);
	}
}

static void
insert_version(const RecurnetScope *scope, const RecurnetVersion *version)
{
	Interval	duration = {.time = version->usecs};
	RecurnetStatement s =
		recurnet_statement("INSERT INTO recurnet.version (model_id, version, cell, query, request,"
						   " options, time_column, target_column, series_columns, covariates,"
						   " time_type, time_zone, step, rows, series, from_ts, to_ts, from_t, to_t,"
						   " weights, losses, val_losses, metrics, series_log, trained_by, duration, data_hash,"
						   " search_path, session_time_zone, date_style)"
						   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
						   " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)");

	recurnet_parameter_int8(&s, version->model_id);
	recurnet_parameter(&s, INT4OID, Int32GetDatum(version->version));
	recurnet_parameter_text(&s, version->cell);
	recurnet_parameter_text(&s, version->query);
	recurnet_parameter(&s, JSONBOID, JsonbPGetDatum(version->request));
	recurnet_parameter(&s, JSONBOID, JsonbPGetDatum(version->options));
	recurnet_parameter_text(&s, version->time_column);
	recurnet_parameter_text(&s, version->target_column);
	recurnet_parameter_text(&s, version->series_columns);
	recurnet_parameter_text(&s, version->covariates);
	recurnet_parameter_text(&s, recurnet_time_type_name(version->time_type));
	recurnet_parameter_text(&s, version->time_zone);
	recurnet_parameter_text(&s, version->step);
	recurnet_parameter_int8(&s, version->rows);
	recurnet_parameter_int8(&s, version->series);
	range_parameters(&s, version);
	recurnet_parameter(&s, BYTEAOID, PointerGetDatum(version->weights));
	recurnet_parameter(&s, FLOAT8ARRAYOID, float8_array(version->losses, version->epochs));
	if (version->val_losses != NULL)
		recurnet_parameter(&s, FLOAT8ARRAYOID, float8_array(version->val_losses, version->epochs));
	else
		recurnet_parameter_null(&s, FLOAT8ARRAYOID);
	recurnet_parameter(&s, JSONBOID, JsonbPGetDatum(version->metrics));
	recurnet_parameter(&s, JSONOID, CStringGetTextDatum(version->series_log));
	recurnet_parameter_text(&s, GetUserNameFromId(scope->user, false));
	recurnet_parameter(&s, INTERVALOID, IntervalPGetDatum(&duration));
	recurnet_parameter(&s, BYTEAOID, PointerGetDatum(version->data_hash));
	recurnet_parameter_text(&s, version->search_path);
	recurnet_parameter_text(&s, version->session_time_zone);
	recurnet_parameter_text(&s, version->date_style);
	recurnet_statement_run(&s, SPI_OK_INSERT);
}

/* The number of a locked model's next version: one that none had before, dropped ones included. */
static int
next_version(int64 model_id)
{
	RecurnetStatement statement =
		recurnet_statement("UPDATE recurnet.model m SET newest_version = 1 + greatest(newest_version,"
						   " (SELECT max(v.version) FROM recurnet.version v WHERE v.model_id = m.model_id))"
						   " WHERE model_id = $1 RETURNING newest_version::bigint");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_statement_run(&statement, SPI_OK_UPDATE_RETURNING);
	return (int) recurnet_result_int8(0, 1, NULL);
}

void
recurnet_catalog_make_active(int64 model_id, int version)
{
	RecurnetStatement statement =
		recurnet_statement("UPDATE recurnet.model SET active_version = $2 WHERE model_id = $1");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_parameter(&statement, INT4OID, Int32GetDatum(version));
	recurnet_statement_run(&statement, SPI_OK_UPDATE);
}

/* The active version of a locked model. */
static int
active_version(int64 model_id)
{
	RecurnetStatement statement =
		recurnet_statement("SELECT active_version::bigint FROM recurnet.model WHERE model_id = $1");

	recurnet_parameter_int8(&statement, model_id);
	recurnet_statement_run(&statement, SPI_OK_SELECT);
	return (int) recurnet_result_int8(0, 1, NULL);
}

/*
 * Somebody chose another version while this one was trained, with which it was not compared: that is not undone.
 * Returns that other one, or 0.
 */
static int
respect_choice(RecurnetVersion *version)
{
	int			active;

	if (version->kept_back || version->beside == 0)
		return 0;
	active = active_version(version->model_id);
	if (active == version->beside)
		return 0;
	version->kept_back = true;
	return active;
}

static void
notice_overtaken(const RecurnetVersion *version, int active)
{
	if (active == 0)
		return;
	ereport(NOTICE,
			(errmsg("version %d of model " INT64_FORMAT " is stored but not promoted: version %d became active while it was trained",
					version->version, version->model_id, active),
			 errdetail("It was judged beside version %d.", version->beside),
			 errhint("rn_activate makes it the active one; promote => 'always' does so whatever became active meanwhile.")));
}

/* The active version of a locked model, if that has another query than the one to be stored, or looks at other columns; else 0. */
static int
find_replaced(const RecurnetVersion *version, const char **what)
{
	RecurnetStatement statement =
		recurnet_statement("SELECT v.version::bigint, (v.query IS NULL)::int::bigint FROM recurnet.model m JOIN recurnet.version v"
						   " ON v.model_id = m.model_id AND v.version = m.active_version WHERE m.model_id = $1"
						   " AND (v.query, v.target_column, v.series_columns) IS DISTINCT FROM ($2, $3, $4)");

	recurnet_parameter_int8(&statement, version->model_id);
	recurnet_parameter_text(&statement, version->query);
	recurnet_parameter_text(&statement, version->target_column);
	recurnet_parameter_text(&statement, version->series_columns);
	if (recurnet_statement_run(&statement, SPI_OK_SELECT) == 0)
		return 0;
	*what = version->query != NULL ? "another query than" : recurnet_result_int8(0, 2, NULL) != 0 ? "other columns than" : "no query, which";
	return (int) recurnet_result_int8(0, 1, NULL);
}

/* Who trains or imports under a name that is in use may not know it. */
static void
notice_replaced(const RecurnetVersion *version, int replaced, const char *what)
{
	if (replaced == 0 || version->kept_back)
		return;
	ereport(NOTICE,
			(errmsg("version %d of model \"%s\" has %s version %d had", version->version, version->name, what, replaced),
			 errdetail("Forecasts are made with the new one from now on."),
			 errhint("rn_rollback goes back; views of rn_create_view show the former query.")));
}

/* Lock a model that was there when it began to be trained again. */
static void
lock_trained(const RecurnetScope *scope, int64 model_id)
{
	RecurnetModelKey key = {.id = model_id};
	RecurnetOwner owner;

	if (lock_model(scope, key, &owner) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model " INT64_FORMAT " was dropped while it was trained again", model_id),
				 errdetail("Nothing is stored of that training."),
				 errhint("rn_train trains a new model.")));
	find_right(scope, key, RECURNET_MAY_MANAGE, model_id, &owner);
}

void
recurnet_catalog_store(RecurnetVersion *version)
{
	RecurnetScope scope;
	const char *what = NULL;
	int			replaced;
	int			overtaken_by;

	recurnet_statement_open(&scope);
	if (version->model_id != 0)
		lock_trained(&scope, version->model_id);
	else
		version->model_id = find_or_insert_model(&scope, version->name);
	version->version = next_version(version->model_id);
	replaced = find_replaced(version, &what);
	insert_version(&scope, version);
	overtaken_by = respect_choice(version);
	if (!version->kept_back)
		recurnet_catalog_make_active(version->model_id, version->version);
	recurnet_statement_close(&scope);
	notice_overtaken(version, overtaken_by);
	notice_replaced(version, replaced, what);
}

int
recurnet_catalog_trained_on(int64 model_id, bytea *data_hash)
{
	RecurnetScope scope;
	RecurnetStatement statement;
	int			version;

	recurnet_statement_open(&scope);
	statement = recurnet_statement("SELECT coalesce(max(version), 0)::bigint FROM recurnet.version"
								   " WHERE model_id = $1 AND data_hash = $2");
	recurnet_parameter_int8(&statement, model_id);
	recurnet_parameter(&statement, BYTEAOID, PointerGetDatum(data_hash));
	recurnet_statement_run(&statement, SPI_OK_SELECT);
	version = (int) recurnet_result_int8(0, 1, NULL);
	recurnet_statement_close(&scope);
	return version;
}

/* Without a scope, which an older extension would not open. */
char *
recurnet_catalog_extension_version(void)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *version = NULL;

	SPI_connect();
	SPI_execute("SELECT extversion FROM pg_catalog.pg_extension"
				" WHERE extname OPERATOR(pg_catalog.=) 'recurnet'::pg_catalog.name", true, 1);
	if (SPI_processed > 0)
		version = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return version;
}
