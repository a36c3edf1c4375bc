/* recurnet: see src/README.md for how it is built. */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION recurnet" to load this file. \quit

-- ---------------------------------------------------------------------------
-- The catalog: models and their versions
-- ---------------------------------------------------------------------------

CREATE SCHEMA recurnet;
COMMENT ON SCHEMA recurnet IS 'catalog of the extension recurnet: use its functions and views instead';
REVOKE ALL ON SCHEMA recurnet FROM PUBLIC;

CREATE SEQUENCE recurnet.model_id_seq;
COMMENT ON SEQUENCE recurnet.model_id_seq IS 'numbers the models';

CREATE TABLE recurnet.model (
	model_id       bigint PRIMARY KEY DEFAULT pg_catalog.nextval('recurnet.model_id_seq'),
	name           text UNIQUE,
	owner          name NOT NULL,
	active_version integer NOT NULL,
	created_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CHECK (name !~ '^[0-9]*$' AND pg_catalog.octet_length(name) <= 255)
);
COMMENT ON TABLE recurnet.model IS 'one row per model';
COMMENT ON COLUMN recurnet.model.model_id IS 'id of the model, as rn_train returns it';
COMMENT ON COLUMN recurnet.model.name IS 'name of the model, or null; unique in the database';
COMMENT ON COLUMN recurnet.model.owner IS 'name of the role that the model belongs to';
COMMENT ON COLUMN recurnet.model.active_version IS 'version that forecasts are made with';
COMMENT ON COLUMN recurnet.model.created_at IS 'when the model was first stored';

-- No foreign key: a parallel pg_restore may load an extension's tables in any
-- order.  The functions keep the two together, under a lock on the model's row.
CREATE TABLE recurnet.version (
	model_id      bigint NOT NULL,
	version       integer NOT NULL,
	cell          text NOT NULL,
	query         text NOT NULL,
	request       jsonb NOT NULL,
	options       jsonb NOT NULL,
	time_column   text NOT NULL,
	target_column text NOT NULL,
	series_columns text,
	covariates    text,
	time_type     text NOT NULL,
	time_zone     text,
	step          text NOT NULL,
	rows          bigint NOT NULL,
	series        bigint NOT NULL,
	from_ts       timestamp,
	to_ts         timestamp,
	from_t        bigint,
	to_t          bigint,
	weights       bytea NOT NULL,
	content_hash  bytea NOT NULL GENERATED ALWAYS AS (pg_catalog.sha256(weights)) STORED,
	losses        double precision[] NOT NULL,
	val_losses    double precision[],
	metrics       jsonb NOT NULL,
	series_log    json NOT NULL,
	trained_by    name NOT NULL,
	trained_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	duration      interval NOT NULL,
	data_hash     bytea NOT NULL,
	PRIMARY KEY (model_id, version),
	CHECK (time_type OPERATOR(pg_catalog.<>) 'timestamp with time zone' OR time_zone IS NOT NULL)
);
ALTER TABLE recurnet.version ALTER COLUMN weights SET STORAGE EXTERNAL;
COMMENT ON TABLE recurnet.version IS 'one row per training of a model';
COMMENT ON COLUMN recurnet.version.model_id IS 'the model';
COMMENT ON COLUMN recurnet.version.version IS 'number of the version within its model, from 1';
COMMENT ON COLUMN recurnet.version.cell IS 'recurrent cell of the network: rnn, lstm or gru';
COMMENT ON COLUMN recurnet.version.query IS 'query that gave the rows';
COMMENT ON COLUMN recurnet.version.request IS 'cell and options as they were given to rn_train';
COMMENT ON COLUMN recurnet.version.options IS 'every option as it was used';
COMMENT ON COLUMN recurnet.version.time_column IS 'column of the query that is the time';
COMMENT ON COLUMN recurnet.version.target_column IS 'column of the query that is forecast';
COMMENT ON COLUMN recurnet.version.series_columns IS 'columns of the query that tell series apart, as rn_train was given them; null for one series';
COMMENT ON COLUMN recurnet.version.covariates IS 'covariates, as rn_train was given them; null without';
COMMENT ON COLUMN recurnet.version.time_type IS 'type of the time column';
COMMENT ON COLUMN recurnet.version.time_zone IS 'zone whose days a timestamptz series steps by, else null';
COMMENT ON COLUMN recurnet.version.step IS 'distance of the rows in words, such as 1 month';
COMMENT ON COLUMN recurnet.version.rows IS 'number of rows trained on';
COMMENT ON COLUMN recurnet.version.series IS 'number of series trained on';
COMMENT ON COLUMN recurnet.version.from_ts IS 'first time trained on, in civil time; null for integers';
COMMENT ON COLUMN recurnet.version.to_ts IS 'last time trained on, in civil time; null for integers';
COMMENT ON COLUMN recurnet.version.from_t IS 'first time trained on, if times are integers';
COMMENT ON COLUMN recurnet.version.to_t IS 'last time trained on, if times are integers';
COMMENT ON COLUMN recurnet.version.weights IS 'the model itself: weights, scaling, calendar and the newest rows, checksummed';
COMMENT ON COLUMN recurnet.version.content_hash IS 'SHA-256 of weights, under which sessions remember the decoded model';
COMMENT ON COLUMN recurnet.version.losses IS 'training loss of every epoch';
COMMENT ON COLUMN recurnet.version.val_losses IS 'validation loss of every epoch, or null without validation';
COMMENT ON COLUMN recurnet.version.metrics IS 'what the training came to';
COMMENT ON COLUMN recurnet.version.series_log IS 'series that rows were made up for, that had several rows of a step, or that were left out';
COMMENT ON COLUMN recurnet.version.trained_by IS 'name of the role that trained it';
COMMENT ON COLUMN recurnet.version.trained_at IS 'when it was stored';
COMMENT ON COLUMN recurnet.version.duration IS 'how long reading and training took';
COMMENT ON COLUMN recurnet.version.data_hash IS 'SHA-256 of the rows, options and query trained with: from new weights, the same again gives the same';

REVOKE ALL ON recurnet.model, recurnet.version FROM PUBLIC;
REVOKE ALL ON SEQUENCE recurnet.model_id_seq FROM PUBLIC;

-- Models are users' data: pg_dump takes them along.
SELECT pg_catalog.pg_extension_config_dump('recurnet.model', '');
SELECT pg_catalog.pg_extension_config_dump('recurnet.version', '');
SELECT pg_catalog.pg_extension_config_dump('recurnet.model_id_seq', '');

-- ---------------------------------------------------------------------------
-- Views: a role sees the models that it may use
-- ---------------------------------------------------------------------------

-- Whose model it is is asked here once, for all views.
CREATE VIEW recurnet.usable_model WITH (security_barrier) AS
SELECT m.model_id, m.name, m.owner, m.active_version, m.created_at
FROM recurnet.model m
WHERE EXISTS (
	SELECT FROM pg_catalog.pg_roles r
	WHERE r.rolname OPERATOR(pg_catalog.=) m.owner
		AND pg_catalog.pg_has_role(CURRENT_USER, r.oid, 'USAGE'))
	OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r
		WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER);
COMMENT ON VIEW recurnet.usable_model IS 'the models that the current user may use';
COMMENT ON COLUMN recurnet.usable_model.model_id IS 'id of the model';
COMMENT ON COLUMN recurnet.usable_model.name IS 'name of the model, or null';
COMMENT ON COLUMN recurnet.usable_model.owner IS 'role that the model belongs to';
COMMENT ON COLUMN recurnet.usable_model.active_version IS 'version that forecasts are made with';
COMMENT ON COLUMN recurnet.usable_model.created_at IS 'when the model was first stored';

CREATE VIEW @extschema@.rn_models WITH (security_barrier) AS
SELECT m.model_id, m.name, m.owner, v.cell, v.version,
	v.query, v.options, v.time_column, v.target_column, v.series_columns, v.covariates,
	v.time_type, v.time_zone, v.step, v.rows, v.series,
	CASE v.time_type WHEN 'date' THEN v.from_ts::date::text ELSE coalesce(v.from_ts::text, v.from_t::text) END AS train_from,
	CASE v.time_type WHEN 'date' THEN v.to_ts::date::text ELSE coalesce(v.to_ts::text, v.to_t::text) END AS train_to,
	v.metrics, pg_catalog.octet_length(v.weights) AS bytes,
	v.trained_by, v.trained_at, v.duration, m.created_at
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id
	AND v.version OPERATOR(pg_catalog.=) m.active_version;
COMMENT ON VIEW @extschema@.rn_models IS 'the models that you may use, with their active version';
COMMENT ON COLUMN @extschema@.rn_models.model_id IS 'id of the model';
COMMENT ON COLUMN @extschema@.rn_models.name IS 'name of the model, or null';
COMMENT ON COLUMN @extschema@.rn_models.owner IS 'role that the model belongs to';
COMMENT ON COLUMN @extschema@.rn_models.cell IS 'recurrent cell of the network: rnn, lstm or gru';
COMMENT ON COLUMN @extschema@.rn_models.version IS 'number of the active version';
COMMENT ON COLUMN @extschema@.rn_models.query IS 'query that gave the rows';
COMMENT ON COLUMN @extschema@.rn_models.options IS 'every option as it was used';
COMMENT ON COLUMN @extschema@.rn_models.time_column IS 'column of the query that is the time';
COMMENT ON COLUMN @extschema@.rn_models.target_column IS 'column of the query that is forecast';
COMMENT ON COLUMN @extschema@.rn_models.series_columns IS 'columns of the query that tell series apart, as rn_train was given them; null for one series';
COMMENT ON COLUMN @extschema@.rn_models.covariates IS 'covariates, as rn_train was given them; null without';
COMMENT ON COLUMN @extschema@.rn_models.time_type IS 'type of the time column';
COMMENT ON COLUMN @extschema@.rn_models.time_zone IS 'zone whose days a timestamptz series steps by, else null';
COMMENT ON COLUMN @extschema@.rn_models.step IS 'distance of the rows in words, such as 1 month';
COMMENT ON COLUMN @extschema@.rn_models.rows IS 'number of rows trained on';
COMMENT ON COLUMN @extschema@.rn_models.series IS 'number of series trained on';
COMMENT ON COLUMN @extschema@.rn_models.train_from IS 'first time trained on';
COMMENT ON COLUMN @extschema@.rn_models.train_to IS 'last time trained on';
COMMENT ON COLUMN @extschema@.rn_models.metrics IS 'what the training came to';
COMMENT ON COLUMN @extschema@.rn_models.bytes IS 'size of the stored model';
COMMENT ON COLUMN @extschema@.rn_models.trained_by IS 'role that trained the version';
COMMENT ON COLUMN @extschema@.rn_models.trained_at IS 'when the version was stored';
COMMENT ON COLUMN @extschema@.rn_models.duration IS 'how long reading and training took';
COMMENT ON COLUMN @extschema@.rn_models.created_at IS 'when the model was first stored';
GRANT SELECT ON @extschema@.rn_models TO PUBLIC;

CREATE VIEW @extschema@.rn_versions WITH (security_barrier) AS
SELECT m.model_id, m.name, v.version, v.version OPERATOR(pg_catalog.=) m.active_version AS active, v.cell,
	v.query, v.options, v.rows, v.series,
	CASE v.time_type WHEN 'date' THEN v.from_ts::date::text ELSE coalesce(v.from_ts::text, v.from_t::text) END AS train_from,
	CASE v.time_type WHEN 'date' THEN v.to_ts::date::text ELSE coalesce(v.to_ts::text, v.to_t::text) END AS train_to,
	v.metrics, pg_catalog.octet_length(v.weights) AS bytes, v.data_hash, v.content_hash,
	v.trained_by, v.trained_at, v.duration
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id;
COMMENT ON VIEW @extschema@.rn_versions IS 'all versions of the models that you may use';
COMMENT ON COLUMN @extschema@.rn_versions.model_id IS 'id of the model';
COMMENT ON COLUMN @extschema@.rn_versions.name IS 'name of the model, or null';
COMMENT ON COLUMN @extschema@.rn_versions.version IS 'number of the version within its model, from 1';
COMMENT ON COLUMN @extschema@.rn_versions.active IS 'are forecasts made with it?';
COMMENT ON COLUMN @extschema@.rn_versions.cell IS 'recurrent cell of the network: rnn, lstm or gru';
COMMENT ON COLUMN @extschema@.rn_versions.query IS 'query that gave the rows';
COMMENT ON COLUMN @extschema@.rn_versions.options IS 'every option as it was used';
COMMENT ON COLUMN @extschema@.rn_versions.rows IS 'number of rows trained on';
COMMENT ON COLUMN @extschema@.rn_versions.series IS 'number of series trained on';
COMMENT ON COLUMN @extschema@.rn_versions.train_from IS 'first time trained on';
COMMENT ON COLUMN @extschema@.rn_versions.train_to IS 'last time trained on';
COMMENT ON COLUMN @extschema@.rn_versions.metrics IS 'what the training came to';
COMMENT ON COLUMN @extschema@.rn_versions.bytes IS 'size of the stored model';
COMMENT ON COLUMN @extschema@.rn_versions.data_hash IS 'SHA-256 of the rows, options and query trained with';
COMMENT ON COLUMN @extschema@.rn_versions.content_hash IS 'SHA-256 of the stored model';
COMMENT ON COLUMN @extschema@.rn_versions.trained_by IS 'role that trained it';
COMMENT ON COLUMN @extschema@.rn_versions.trained_at IS 'when it was stored';
COMMENT ON COLUMN @extschema@.rn_versions.duration IS 'how long reading and training took';
GRANT SELECT ON @extschema@.rn_versions TO PUBLIC;

CREATE VIEW @extschema@.rn_training_log WITH (security_barrier) AS
SELECT v.model_id, v.version, l.epoch::integer AS epoch, l.loss, l.val_loss
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(v.losses), pg_catalog.unnest(v.val_losses))
	WITH ORDINALITY AS l (loss, val_loss, epoch);
COMMENT ON VIEW @extschema@.rn_training_log IS 'the training curve of every version of the models that you may use';
COMMENT ON COLUMN @extschema@.rn_training_log.model_id IS 'id of the model';
COMMENT ON COLUMN @extschema@.rn_training_log.version IS 'number of the version';
COMMENT ON COLUMN @extschema@.rn_training_log.epoch IS 'epoch, from 1';
COMMENT ON COLUMN @extschema@.rn_training_log.loss IS 'mean training loss over the epoch, on scaled values';
COMMENT ON COLUMN @extschema@.rn_training_log.val_loss IS 'validation loss after the epoch, or null without validation';
GRANT SELECT ON @extschema@.rn_training_log TO PUBLIC;

CREATE VIEW @extschema@.rn_series_log WITH (security_barrier) AS
SELECT v.model_id, v.version, l.series, l.rows, l.filled, l.combined, l.cut, l.skipped
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id
CROSS JOIN LATERAL pg_catalog.json_to_recordset(v.series_log)
	AS l (series jsonb, rows bigint, filled bigint, combined bigint, cut integer, skipped text);
COMMENT ON VIEW @extschema@.rn_series_log IS 'the series of the models that you may use for which rows were made up or combined, or that were left out of a training';
COMMENT ON COLUMN @extschema@.rn_series_log.model_id IS 'id of the model';
COMMENT ON COLUMN @extschema@.rn_series_log.version IS 'number of the version';
COMMENT ON COLUMN @extschema@.rn_series_log.series IS 'key of the series, null for the only one';
COMMENT ON COLUMN @extschema@.rn_series_log.rows IS 'rows of the series, those made up included; 0 if it was left out';
COMMENT ON COLUMN @extschema@.rn_series_log.filled IS 'rows made up as option missing says';
COMMENT ON COLUMN @extschema@.rn_series_log.combined IS 'rows that went into another of their step as option duplicates says';
COMMENT ON COLUMN @extschema@.rn_series_log.cut IS 'steps at its ends left out of a sum, as the rows do not fill them';
COMMENT ON COLUMN @extschema@.rn_series_log.skipped IS 'why the series was left out; null if it was not';
GRANT SELECT ON @extschema@.rn_series_log TO PUBLIC;

-- ---------------------------------------------------------------------------
-- Training
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_train(
	cell text, query text, options jsonb DEFAULT '{}', name text DEFAULT NULL,
	series text DEFAULT NULL, covariates text DEFAULT NULL,
	"time" text DEFAULT NULL, target text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'recurnet_train';
COMMENT ON FUNCTION @extschema@.rn_train(text, text, jsonb, text, text, text, text, text)
IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a query, and return the id of the stored model';

CREATE PROCEDURE @extschema@.rn_retrain(
	model bigint, mode text DEFAULT 'warm', promote text DEFAULT 'always', only_if text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'recurnet_retrain_id';
COMMENT ON PROCEDURE @extschema@.rn_retrain(bigint, text, text, text)
IS 'train a model again on what its query returns now, from its weights (warm) or anew (cold)';

CREATE PROCEDURE @extschema@.rn_retrain(
	model text, mode text DEFAULT 'warm', promote text DEFAULT 'always', only_if text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'recurnet_retrain_name';
COMMENT ON PROCEDURE @extschema@.rn_retrain(text, text, text, text)
IS 'train a model again on what its query returns now, from its weights (warm) or anew (cold)';

CREATE FUNCTION @extschema@.rn_options(
	OUT name text, OUT type text, OUT default_value text, OUT range text, OUT description text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE ROWS 40
AS 'MODULE_PATHNAME', 'recurnet_options';
COMMENT ON FUNCTION @extschema@.rn_options()
IS 'the options of rn_train; a default of null is chosen by the recipe';

-- ---------------------------------------------------------------------------
-- Models as values
-- ---------------------------------------------------------------------------

CREATE TYPE @extschema@.rn_model;

CREATE FUNCTION @extschema@.rn_model_in(cstring) RETURNS @extschema@.rn_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_model_in';
COMMENT ON FUNCTION @extschema@.rn_model_in(cstring) IS 'I/O';
CREATE FUNCTION @extschema@.rn_model_out(@extschema@.rn_model) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_model_out';
COMMENT ON FUNCTION @extschema@.rn_model_out(@extschema@.rn_model) IS 'I/O';
CREATE FUNCTION @extschema@.rn_model_recv(internal) RETURNS @extschema@.rn_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_model_recv';
COMMENT ON FUNCTION @extschema@.rn_model_recv(internal) IS 'I/O';
CREATE FUNCTION @extschema@.rn_model_send(@extschema@.rn_model) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_model_send';
COMMENT ON FUNCTION @extschema@.rn_model_send(@extschema@.rn_model) IS 'I/O';

CREATE TYPE @extschema@.rn_model (
	INPUT = @extschema@.rn_model_in, OUTPUT = @extschema@.rn_model_out,
	RECEIVE = @extschema@.rn_model_recv, SEND = @extschema@.rn_model_send,
	INTERNALLENGTH = VARIABLE, STORAGE = external
);
COMMENT ON TYPE @extschema@.rn_model IS 'a trained model: network, scaling, calendar and the newest rows';

CREATE FUNCTION @extschema@.rn_model(bytea) RETURNS @extschema@.rn_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_model_from_bytea';
COMMENT ON FUNCTION @extschema@.rn_model(bytea) IS 'the model that the bytes are; an error if they are none';
CREATE CAST (bytea AS @extschema@.rn_model) WITH FUNCTION @extschema@.rn_model(bytea);
COMMENT ON CAST (bytea AS @extschema@.rn_model) IS 'checks that the bytes are a model';
CREATE CAST (@extschema@.rn_model AS bytea) WITHOUT FUNCTION;
COMMENT ON CAST (@extschema@.rn_model AS bytea) IS 'the bytes of a model, as docs/file-format.md has them';

CREATE FUNCTION @extschema@.rn_fit_transition(internal, date, double precision, text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, date, double precision, text) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, date, double precision, text, jsonb) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, date, double precision, text, jsonb) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, timestamp, double precision, text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, timestamp, double precision, text) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, timestamp, double precision, text, jsonb) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, timestamp, double precision, text, jsonb) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, timestamptz, double precision, text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, timestamptz, double precision, text) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, timestamptz, double precision, text, jsonb) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, timestamptz, double precision, text, jsonb) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, bigint, double precision, text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, bigint, double precision, text) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_transition(internal, bigint, double precision, text, jsonb) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_fit_transition';
COMMENT ON FUNCTION @extschema@.rn_fit_transition(internal, bigint, double precision, text, jsonb) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_fit_final(internal) RETURNS @extschema@.rn_model
LANGUAGE c STABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME', 'recurnet_fit_final';
COMMENT ON FUNCTION @extschema@.rn_fit_final(internal) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.rn_fit("time" date, value double precision, cell text) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(date, double precision, text) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" date, value double precision, cell text, options jsonb) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(date, double precision, text, jsonb) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" timestamp, value double precision, cell text) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(timestamp, double precision, text) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" timestamp, value double precision, cell text, options jsonb) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(timestamp, double precision, text, jsonb) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" timestamptz, value double precision, cell text) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(timestamptz, double precision, text) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" timestamptz, value double precision, cell text, options jsonb) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(timestamptz, double precision, text, jsonb) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" bigint, value double precision, cell text) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(bigint, double precision, text) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';
CREATE AGGREGATE @extschema@.rn_fit("time" bigint, value double precision, cell text, options jsonb) (
	SFUNC = @extschema@.rn_fit_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_fit_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_fit(bigint, double precision, text, jsonb) IS 'train a recurrent network (rnn, lstm, gru or auto) on the rows of a group';

-- ---------------------------------------------------------------------------
-- Forecasting
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_forecast(
	model bigint, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9,
	as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL)
RETURNS TABLE (
	series jsonb, step integer, ts timestamptz, t bigint,
	forecast double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_forecast_id';
COMMENT ON FUNCTION @extschema@.rn_forecast(bigint, integer, double precision, timestamptz, bigint, text, text, jsonb)
IS 'forecast the next steps with a model named by its id';

CREATE FUNCTION @extschema@.rn_forecast(
	model @extschema@.rn_model, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9,
	as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL)
RETURNS TABLE (
	series jsonb, step integer, ts timestamptz, t bigint,
	forecast double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_forecast_value';
COMMENT ON FUNCTION @extschema@.rn_forecast(@extschema@.rn_model, integer, double precision, timestamptz, bigint, text, text, jsonb)
IS 'forecast the next steps with a model that is a value';

CREATE FUNCTION @extschema@.rn_forecast(
	model text, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9,
	as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL)
RETURNS TABLE (
	series jsonb, step integer, ts timestamptz, t bigint,
	forecast double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_forecast_name';
COMMENT ON FUNCTION @extschema@.rn_forecast(text, integer, double precision, timestamptz, bigint, text, text, jsonb)
IS 'forecast the next steps with a model named by its name, or by its id as text';

CREATE FUNCTION @extschema@.rn_forecast_as(
	exemplar anyelement, model bigint, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9,
	as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL)
RETURNS TABLE (
	series jsonb, step integer, ts anyelement, t bigint,
	forecast double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_forecast_as_id';
COMMENT ON FUNCTION @extschema@.rn_forecast_as(anyelement, bigint, integer, double precision, timestamptz, bigint, text, text, jsonb)
IS 'rn_forecast with the times in the type of the exemplar, such as NULL::date';

CREATE FUNCTION @extschema@.rn_forecast_as(
	exemplar anyelement, model @extschema@.rn_model, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9,
	as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL)
RETURNS TABLE (
	series jsonb, step integer, ts anyelement, t bigint,
	forecast double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_forecast_as_value';
COMMENT ON FUNCTION @extschema@.rn_forecast_as(anyelement, @extschema@.rn_model, integer, double precision, timestamptz, bigint, text, text, jsonb)
IS 'rn_forecast with the times in the type of the exemplar, such as NULL::date';

CREATE FUNCTION @extschema@.rn_forecast_as(
	exemplar anyelement, model text, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9,
	as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL)
RETURNS TABLE (
	series jsonb, step integer, ts anyelement, t bigint,
	forecast double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_forecast_as_name';
COMMENT ON FUNCTION @extschema@.rn_forecast_as(anyelement, text, integer, double precision, timestamptz, bigint, text, text, jsonb)
IS 'rn_forecast with the times in the type of the exemplar, such as NULL::date';

CREATE FUNCTION @extschema@.rn_predict(
	model bigint, query text, level double precision DEFAULT 0.9)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, actual double precision,
	predicted double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'recurnet_predict_id';
COMMENT ON FUNCTION @extschema@.rn_predict(bigint, text, double precision)
IS 'predict every row of a query from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(
	model @extschema@.rn_model, query text, level double precision DEFAULT 0.9)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, actual double precision,
	predicted double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'recurnet_predict_value';
COMMENT ON FUNCTION @extschema@.rn_predict(@extschema@.rn_model, text, double precision)
IS 'predict every row of a query from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(
	model text, query text, level double precision DEFAULT 0.9)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, actual double precision,
	predicted double precision, lower double precision, upper double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'recurnet_predict_name';
COMMENT ON FUNCTION @extschema@.rn_predict(text, text, double precision)
IS 'predict every row of a query from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_anomalies(
	model bigint, query text, level double precision DEFAULT 0.99)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, actual double precision,
	predicted double precision, lower double precision, upper double precision, score double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'recurnet_anomalies_id';
COMMENT ON FUNCTION @extschema@.rn_anomalies(bigint, text, double precision)
IS 'the rows of a query that are outside of the interval predicted from the rows before them, and how far';

CREATE FUNCTION @extschema@.rn_anomalies(
	model @extschema@.rn_model, query text, level double precision DEFAULT 0.99)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, actual double precision,
	predicted double precision, lower double precision, upper double precision, score double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'recurnet_anomalies_value';
COMMENT ON FUNCTION @extschema@.rn_anomalies(@extschema@.rn_model, text, double precision)
IS 'the rows of a query that are outside of the interval predicted from the rows before them, and how far';

CREATE FUNCTION @extschema@.rn_anomalies(
	model text, query text, level double precision DEFAULT 0.99)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, actual double precision,
	predicted double precision, lower double precision, upper double precision, score double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'recurnet_anomalies_name';
COMMENT ON FUNCTION @extschema@.rn_anomalies(text, text, double precision)
IS 'the rows of a query that are outside of the interval predicted from the rows before them, and how far';

CREATE FUNCTION @extschema@.rn_predict(model bigint, ts anyelement, value double precision)
RETURNS double precision
LANGUAGE c WINDOW VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_predict_over_id';
COMMENT ON FUNCTION @extschema@.rn_predict(bigint, anyelement, double precision)
IS 'predict every row of a window partition from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(model bigint, ts anyelement, value double precision, series jsonb)
RETURNS double precision
LANGUAGE c WINDOW VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_predict_over_id';
COMMENT ON FUNCTION @extschema@.rn_predict(bigint, anyelement, double precision, jsonb)
IS 'predict every row of a window partition from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(model text, ts anyelement, value double precision)
RETURNS double precision
LANGUAGE c WINDOW VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_predict_over_name';
COMMENT ON FUNCTION @extschema@.rn_predict(text, anyelement, double precision)
IS 'predict every row of a window partition from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(model text, ts anyelement, value double precision, series jsonb)
RETURNS double precision
LANGUAGE c WINDOW VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_predict_over_name';
COMMENT ON FUNCTION @extschema@.rn_predict(text, anyelement, double precision, jsonb)
IS 'predict every row of a window partition from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(model @extschema@.rn_model, ts anyelement, value double precision)
RETURNS double precision
LANGUAGE c WINDOW VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_predict_over_value';
COMMENT ON FUNCTION @extschema@.rn_predict(@extschema@.rn_model, anyelement, double precision)
IS 'predict every row of a window partition from the rows before it; null for the first rows, which have no full window before them';

CREATE FUNCTION @extschema@.rn_predict(model @extschema@.rn_model, ts anyelement, value double precision, series jsonb)
RETURNS double precision
LANGUAGE c WINDOW VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_predict_over_value';
COMMENT ON FUNCTION @extschema@.rn_predict(@extschema@.rn_model, anyelement, double precision, jsonb)
IS 'predict every row of a window partition from the rows before it; null for the first rows, which have no full window before them';

-- ---------------------------------------------------------------------------
-- Measuring forecasts
-- ---------------------------------------------------------------------------

-- The state of all but rn_mase_scale: pairs, tau, and a mean in three numbers.
CREATE FUNCTION @extschema@.rn_mae_transition(double precision[], double precision, double precision) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mae_transition';
COMMENT ON FUNCTION @extschema@.rn_mae_transition(double precision[], double precision, double precision) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_rmse_transition(double precision[], double precision, double precision) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_rmse_transition';
COMMENT ON FUNCTION @extschema@.rn_rmse_transition(double precision[], double precision, double precision) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_smape_transition(double precision[], double precision, double precision) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_smape_transition';
COMMENT ON FUNCTION @extschema@.rn_smape_transition(double precision[], double precision, double precision) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_mase_transition(double precision[], double precision, double precision, double precision) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mase_transition';
COMMENT ON FUNCTION @extschema@.rn_mase_transition(double precision[], double precision, double precision, double precision) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_pinball_transition(double precision[], double precision, double precision, double precision) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_pinball_transition';
COMMENT ON FUNCTION @extschema@.rn_pinball_transition(double precision[], double precision, double precision, double precision) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_coverage_transition(double precision[], double precision, double precision, double precision) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_coverage_transition';
COMMENT ON FUNCTION @extschema@.rn_coverage_transition(double precision[], double precision, double precision, double precision) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_metric_combine(double precision[], double precision[]) RETURNS double precision[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_metric_combine';
COMMENT ON FUNCTION @extschema@.rn_metric_combine(double precision[], double precision[]) IS 'aggregate combine function';
CREATE FUNCTION @extschema@.rn_metric_mean(double precision[]) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_metric_mean';
COMMENT ON FUNCTION @extschema@.rn_metric_mean(double precision[]) IS 'aggregate final function';
CREATE FUNCTION @extschema@.rn_metric_root(double precision[]) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_metric_root';
COMMENT ON FUNCTION @extschema@.rn_metric_root(double precision[]) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.rn_mae(actual double precision, forecast double precision) (
	SFUNC = @extschema@.rn_mae_transition, STYPE = double precision[], INITCOND = '{0,0,0,0,0}',
	COMBINEFUNC = @extschema@.rn_metric_combine, FINALFUNC = @extschema@.rn_metric_mean, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_mae(double precision, double precision) IS 'mean absolute error of forecasts';
CREATE AGGREGATE @extschema@.rn_rmse(actual double precision, forecast double precision) (
	SFUNC = @extschema@.rn_rmse_transition, STYPE = double precision[], INITCOND = '{0,0,0,0,0}',
	COMBINEFUNC = @extschema@.rn_metric_combine, FINALFUNC = @extschema@.rn_metric_root, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_rmse(double precision, double precision) IS 'root mean squared error of forecasts';
CREATE AGGREGATE @extschema@.rn_smape(actual double precision, forecast double precision) (
	SFUNC = @extschema@.rn_smape_transition, STYPE = double precision[], INITCOND = '{0,0,0,0,0}',
	COMBINEFUNC = @extschema@.rn_metric_combine, FINALFUNC = @extschema@.rn_metric_mean, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_smape(double precision, double precision) IS 'symmetric mean absolute percentage error of forecasts, from 0 to 200';
CREATE AGGREGATE @extschema@.rn_mase(actual double precision, forecast double precision, scale double precision) (
	SFUNC = @extschema@.rn_mase_transition, STYPE = double precision[], INITCOND = '{0,0,0,0,0}',
	COMBINEFUNC = @extschema@.rn_metric_combine, FINALFUNC = @extschema@.rn_metric_mean, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_mase(double precision, double precision, double precision) IS 'mean absolute scaled error of forecasts; scale is what rn_mase_scale gives';
CREATE AGGREGATE @extschema@.rn_pinball(actual double precision, quantile_forecast double precision, tau double precision) (
	SFUNC = @extschema@.rn_pinball_transition, STYPE = double precision[], INITCOND = '{0,0,0,0,0}',
	COMBINEFUNC = @extschema@.rn_metric_combine, FINALFUNC = @extschema@.rn_metric_mean, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_pinball(double precision, double precision, double precision) IS 'mean pinball loss of forecasts of the quantile tau';
CREATE AGGREGATE @extschema@.rn_coverage(actual double precision, lower double precision, upper double precision) (
	SFUNC = @extschema@.rn_coverage_transition, STYPE = double precision[], INITCOND = '{0,0,0,0,0}',
	COMBINEFUNC = @extschema@.rn_metric_combine, FINALFUNC = @extschema@.rn_metric_mean, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_coverage(double precision, double precision, double precision) IS 'share of actual values that are within their interval';

CREATE FUNCTION @extschema@.rn_mase_scale_transition(internal, date, double precision, integer) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mase_scale_transition';
COMMENT ON FUNCTION @extschema@.rn_mase_scale_transition(internal, date, double precision, integer) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_mase_scale_transition(internal, timestamp, double precision, integer) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mase_scale_transition';
COMMENT ON FUNCTION @extschema@.rn_mase_scale_transition(internal, timestamp, double precision, integer) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_mase_scale_transition(internal, timestamptz, double precision, integer) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mase_scale_transition';
COMMENT ON FUNCTION @extschema@.rn_mase_scale_transition(internal, timestamptz, double precision, integer) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_mase_scale_transition(internal, bigint, double precision, integer) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mase_scale_transition';
COMMENT ON FUNCTION @extschema@.rn_mase_scale_transition(internal, bigint, double precision, integer) IS 'aggregate transition function';
CREATE FUNCTION @extschema@.rn_mase_scale_final(internal) RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_mase_scale_final';
COMMENT ON FUNCTION @extschema@.rn_mase_scale_final(internal) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.rn_mase_scale("time" date, value double precision, m integer) (
	SFUNC = @extschema@.rn_mase_scale_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_mase_scale_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_mase_scale(date, double precision, integer) IS 'mean absolute difference of a series from itself m rows earlier, the scale of rn_mase';
CREATE AGGREGATE @extschema@.rn_mase_scale("time" timestamp, value double precision, m integer) (
	SFUNC = @extschema@.rn_mase_scale_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_mase_scale_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_mase_scale(timestamp, double precision, integer) IS 'mean absolute difference of a series from itself m rows earlier, the scale of rn_mase';
CREATE AGGREGATE @extschema@.rn_mase_scale("time" timestamptz, value double precision, m integer) (
	SFUNC = @extschema@.rn_mase_scale_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_mase_scale_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_mase_scale(timestamptz, double precision, integer) IS 'mean absolute difference of a series from itself m rows earlier, the scale of rn_mase';
CREATE AGGREGATE @extschema@.rn_mase_scale("time" bigint, value double precision, m integer) (
	SFUNC = @extschema@.rn_mase_scale_transition, STYPE = internal, SSPACE = 16384,
	FINALFUNC = @extschema@.rn_mase_scale_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_mase_scale(bigint, double precision, integer) IS 'mean absolute difference of a series from itself m rows earlier, the scale of rn_mase';

-- ---------------------------------------------------------------------------
-- Backtests
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_backtest(
	cell text, query text, options jsonb DEFAULT '{}',
	folds integer DEFAULT 5, horizon integer DEFAULT NULL, step integer DEFAULT NULL,
	gap integer DEFAULT 0, expanding boolean DEFAULT true, level double precision DEFAULT 0.9,
	series text DEFAULT NULL, covariates text DEFAULT NULL,
	"time" text DEFAULT NULL, target text DEFAULT NULL)
RETURNS TABLE (
	fold integer, series jsonb, step integer, ts timestamptz, t bigint,
	actual double precision, forecast double precision, lower double precision, upper double precision,
	naive double precision, seasonal_naive double precision, mase_scale double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 1000000 ROWS 100
AS 'MODULE_PATHNAME', 'recurnet_backtest';
COMMENT ON FUNCTION @extschema@.rn_backtest(text, text, jsonb, integer, integer, integer, integer, boolean, double precision, text, text, text, text)
IS 'train on the rows before several points of the past, and forecast from each what followed';

CREATE FUNCTION @extschema@.rn_backtest_model(
	model bigint, folds integer DEFAULT 5, horizon integer DEFAULT NULL, step integer DEFAULT NULL,
	gap integer DEFAULT 0, expanding boolean DEFAULT true, level double precision DEFAULT 0.9)
RETURNS TABLE (
	fold integer, series jsonb, step integer, ts timestamptz, t bigint,
	actual double precision, forecast double precision, lower double precision, upper double precision,
	naive double precision, seasonal_naive double precision, mase_scale double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 1000000 ROWS 100
AS 'MODULE_PATHNAME', 'recurnet_backtest_id';
COMMENT ON FUNCTION @extschema@.rn_backtest_model(bigint, integer, integer, integer, integer, boolean, double precision)
IS 'rn_backtest with the query, cell and options that a model was trained with';

CREATE FUNCTION @extschema@.rn_backtest_model(
	model text, folds integer DEFAULT 5, horizon integer DEFAULT NULL, step integer DEFAULT NULL,
	gap integer DEFAULT 0, expanding boolean DEFAULT true, level double precision DEFAULT 0.9)
RETURNS TABLE (
	fold integer, series jsonb, step integer, ts timestamptz, t bigint,
	actual double precision, forecast double precision, lower double precision, upper double precision,
	naive double precision, seasonal_naive double precision, mase_scale double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 1000000 ROWS 100
AS 'MODULE_PATHNAME', 'recurnet_backtest_name';
COMMENT ON FUNCTION @extschema@.rn_backtest_model(text, integer, integer, integer, integer, boolean, double precision)
IS 'rn_backtest with the query, cell and options that a model was trained with';

CREATE FUNCTION @extschema@.rn_backtest_summary(
	cell text, query text, options jsonb DEFAULT '{}',
	folds integer DEFAULT 5, horizon integer DEFAULT NULL, step integer DEFAULT NULL,
	gap integer DEFAULT 0, expanding boolean DEFAULT true, level double precision DEFAULT 0.9,
	series text DEFAULT NULL, covariates text DEFAULT NULL,
	"time" text DEFAULT NULL, target text DEFAULT NULL)
RETURNS TABLE (
	method text, mae double precision, rmse double precision, smape double precision,
	mase double precision, coverage double precision)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 1000000 ROWS 3
BEGIN ATOMIC
	SELECT m.method, @extschema@.rn_mae(b.actual, m.forecast), @extschema@.rn_rmse(b.actual, m.forecast),
		@extschema@.rn_smape(b.actual, m.forecast), @extschema@.rn_mase(b.actual, m.forecast, b.mase_scale),
		@extschema@.rn_coverage(b.actual, m.lower, m.upper)
	FROM @extschema@.rn_backtest(rn_backtest_summary.cell, rn_backtest_summary.query, rn_backtest_summary.options,
			rn_backtest_summary.folds, rn_backtest_summary.horizon, rn_backtest_summary.step,
			rn_backtest_summary.gap, rn_backtest_summary.expanding, rn_backtest_summary.level,
			rn_backtest_summary.series, rn_backtest_summary.covariates,
			rn_backtest_summary."time", rn_backtest_summary.target) AS b
	CROSS JOIN LATERAL (VALUES
		(1, 'model', b.forecast, b.lower, b.upper),
		(2, 'naive', b.naive, NULL, NULL),
		(3, 'seasonal_naive', b.seasonal_naive, NULL, NULL)) AS m (place, method, forecast, lower, upper)
	GROUP BY m.place, m.method
	ORDER BY m.place;
END;
COMMENT ON FUNCTION @extschema@.rn_backtest_summary(text, text, jsonb, integer, integer, integer, integer, boolean, double precision, text, text, text, text)
IS 'errors of a backtest over all folds, series and steps, beside those of the naive forecasts';

CREATE FUNCTION @extschema@.rn_tune(
	query text, space jsonb DEFAULT NULL, budget interval DEFAULT NULL, options jsonb DEFAULT '{}',
	trials integer DEFAULT 20, folds integer DEFAULT 3, horizon integer DEFAULT NULL, step integer DEFAULT NULL,
	gap integer DEFAULT 0, expanding boolean DEFAULT true,
	series text DEFAULT NULL, covariates text DEFAULT NULL,
	"time" text DEFAULT NULL, target text DEFAULT NULL)
RETURNS TABLE (
	rank integer, cell text, options jsonb, mase double precision, smape double precision,
	mae double precision, rmse double precision, seasonal_naive_mase double precision, forecasts bigint)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 10000000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_tune';
COMMENT ON FUNCTION @extschema@.rn_tune(text, jsonb, interval, jsonb, integer, integer, integer, integer, integer, boolean, text, text, text, text)
IS 'cells and options of a space, ranked by how they did in backtests; the first trains with rn_train';

-- ---------------------------------------------------------------------------
-- Models
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_summary(
	model bigint, OUT section text, OUT item text, OUT value text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL SAFE ROWS 60
AS 'MODULE_PATHNAME', 'recurnet_summary_id';
COMMENT ON FUNCTION @extschema@.rn_summary(bigint)
IS 'layers, parameters, options and training of a model';

CREATE FUNCTION @extschema@.rn_summary(
	model text, OUT section text, OUT item text, OUT value text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL SAFE ROWS 60
AS 'MODULE_PATHNAME', 'recurnet_summary_name';
COMMENT ON FUNCTION @extschema@.rn_summary(text)
IS 'layers, parameters, options and training of a model';

CREATE FUNCTION @extschema@.rn_summary(
	model @extschema@.rn_model, OUT section text, OUT item text, OUT value text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL SAFE ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_summary_value';
COMMENT ON FUNCTION @extschema@.rn_summary(@extschema@.rn_model)
IS 'times and layers of a model that is a value';

CREATE FUNCTION @extschema@.rn_activate(model bigint, version integer)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_activate_id';
COMMENT ON FUNCTION @extschema@.rn_activate(bigint, integer)
IS 'forecast with that version of a model from now on';

CREATE FUNCTION @extschema@.rn_activate(model text, version integer)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_activate_name';
COMMENT ON FUNCTION @extschema@.rn_activate(text, integer)
IS 'forecast with that version of a model from now on';

CREATE FUNCTION @extschema@.rn_rollback(model bigint)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_rollback_id';
COMMENT ON FUNCTION @extschema@.rn_rollback(bigint)
IS 'go back to the newest version before the active one, and return its number';

CREATE FUNCTION @extschema@.rn_rollback(model text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_rollback_name';
COMMENT ON FUNCTION @extschema@.rn_rollback(text)
IS 'go back to the newest version before the active one, and return its number';

CREATE FUNCTION @extschema@.rn_rename(model bigint, name text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_rename_id';
COMMENT ON FUNCTION @extschema@.rn_rename(bigint, text)
IS 'give a model another name, or none (null)';

CREATE FUNCTION @extschema@.rn_rename(model text, name text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_rename_name';
COMMENT ON FUNCTION @extschema@.rn_rename(text, text)
IS 'give a model another name, or none (null)';

CREATE FUNCTION @extschema@.rn_prune(model bigint, keep integer)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_prune_id';
COMMENT ON FUNCTION @extschema@.rn_prune(bigint, integer)
IS 'drop the versions of a model but the active one and so many of the newest, and return how many were dropped';

CREATE FUNCTION @extschema@.rn_prune(model text, keep integer)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_prune_name';
COMMENT ON FUNCTION @extschema@.rn_prune(text, integer)
IS 'drop the versions of a model but the active one and so many of the newest, and return how many were dropped';

CREATE FUNCTION @extschema@.rn_drop_model(model bigint)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_drop_model_id';
COMMENT ON FUNCTION @extschema@.rn_drop_model(bigint)
IS 'drop a model with all its versions';

CREATE FUNCTION @extschema@.rn_drop_model(model text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_drop_model_name';
COMMENT ON FUNCTION @extschema@.rn_drop_model(text)
IS 'drop a model with all its versions';

CREATE FUNCTION @extschema@.rn_version(
	OUT library text, OUT extension text, OUT blas text, OUT math text)
RETURNS record
LANGUAGE c VOLATILE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'recurnet_version';
COMMENT ON FUNCTION @extschema@.rn_version()
IS 'versions of the library and of the SQL objects, the matrix library, and the vector instructions in use';
