/* recurnet: from 0.1.0 to 0.2.0; also the second half of CREATE EXTENSION. */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION recurnet UPDATE TO '0.2.0'" to load this file. \quit

-- ---------------------------------------------------------------------------
-- Rights
-- ---------------------------------------------------------------------------

CREATE TABLE recurnet.model_roles (entry boolean PRIMARY KEY);
COMMENT ON TABLE recurnet.model_roles IS 'empty: roles that own or may use models have SELECT on it, so that they cannot be dropped meanwhile (DROP OWNED takes it, and with it their models, away)';
COMMENT ON COLUMN recurnet.model_roles.entry IS 'nothing; a privilege needs a table';
REVOKE ALL ON recurnet.model_roles FROM PUBLIC;

-- Without an owner: superusers only.
ALTER TABLE recurnet.model ALTER COLUMN owner DROP NOT NULL;
ALTER TABLE recurnet.model ADD COLUMN owner_oid oid;
COMMENT ON COLUMN recurnet.model.owner IS 'name of the role that the model belongs to, as it was when this was stored; null: to none any more';
COMMENT ON COLUMN recurnet.model.owner_oid IS 'that role, if it is on recurnet.model_roles; null if there was none of that name';

-- No foreign key, as for recurnet.version.  A role may have the name that another
-- had before it was renamed.
CREATE TABLE recurnet.model_grant (
	model_id   bigint NOT NULL,
	role       name NOT NULL,
	role_oid   oid,
	privilege  text NOT NULL CHECK (privilege OPERATOR(pg_catalog.=) ANY ('{use,manage}')),
	granted_by name NOT NULL,
	granted_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (model_id, role, privilege, granted_at)
);
COMMENT ON TABLE recurnet.model_grant IS 'who but its owner may use or manage a model';
COMMENT ON COLUMN recurnet.model_grant.model_id IS 'the model';
COMMENT ON COLUMN recurnet.model_grant.role IS 'name of the role that may, as it was when this was stored';
COMMENT ON COLUMN recurnet.model_grant.role_oid IS 'that role, if it is on recurnet.model_roles; null if there was none of that name';
COMMENT ON COLUMN recurnet.model_grant.privilege IS 'use, or manage, which includes use';
COMMENT ON COLUMN recurnet.model_grant.granted_by IS 'name of the role that granted it';
COMMENT ON COLUMN recurnet.model_grant.granted_at IS 'when it was granted';
REVOKE ALL ON recurnet.model_grant FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('recurnet.model_grant', '');

-- Defaults, so that the dump of a database of 0.1.0 can be restored.
ALTER TABLE recurnet.version
	ADD COLUMN search_path text NOT NULL DEFAULT '"$user", public',
	ADD COLUMN session_time_zone text NOT NULL DEFAULT 'UTC',
	ADD COLUMN date_style text NOT NULL DEFAULT 'ISO, MDY';
COMMENT ON COLUMN recurnet.version.search_path IS 'search_path that the query runs with';
COMMENT ON COLUMN recurnet.version.session_time_zone IS 'TimeZone that the query runs with';
COMMENT ON COLUMN recurnet.version.date_style IS 'DateStyle that the query runs with';
UPDATE recurnet.version SET
	search_path = (SELECT s.reset_val FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) 'search_path'),
	session_time_zone = (SELECT s.reset_val FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) 'TimeZone'),
	date_style = (SELECT s.reset_val FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) 'DateStyle');

-- A number that was seen once stays that version's.
ALTER TABLE recurnet.model ADD COLUMN newest_version integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN recurnet.model.newest_version IS 'number of the newest version so far, even if it was dropped since';
UPDATE recurnet.model m SET newest_version =
	coalesce((SELECT max(v.version) FROM recurnet.version v WHERE v.model_id OPERATOR(pg_catalog.=) m.model_id), 0);

-- Names are what comes from elsewhere, in dumps and subscriptions; oids are this cluster's.
CREATE FUNCTION recurnet.admit_role() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'recurnet_admit_role';
COMMENT ON FUNCTION recurnet.admit_role() IS 'finds the role that a row names, if there is such a role, and puts it on recurnet.model_roles';
REVOKE ALL ON FUNCTION recurnet.admit_role() FROM PUBLIC;
CREATE TRIGGER admit_role BEFORE INSERT OR UPDATE OF owner ON recurnet.model
	FOR EACH ROW EXECUTE FUNCTION recurnet.admit_role('owner', 'owner_oid');
CREATE TRIGGER admit_role BEFORE INSERT OR UPDATE OF role ON recurnet.model_grant
	FOR EACH ROW EXECUTE FUNCTION recurnet.admit_role('role', 'role_oid');
ALTER TABLE recurnet.model ENABLE ALWAYS TRIGGER admit_role;
ALTER TABLE recurnet.model_grant ENABLE ALWAYS TRIGGER admit_role;
COMMENT ON TRIGGER admit_role ON recurnet.model IS 'owners may hold models';
COMMENT ON TRIGGER admit_role ON recurnet.model_grant IS 'roles may hold grants';
UPDATE recurnet.model SET owner = owner;

CREATE VIEW recurnet.holder WITH (security_barrier) AS
SELECT r.oid AS role_oid, r.rolname AS role, pg_catalog.pg_has_role(CURRENT_USER, r.oid, 'USAGE') AS mine
FROM pg_catalog.pg_class c
CROSS JOIN LATERAL (
	SELECT c.relowner AS role_oid
	UNION
	SELECT a.grantee FROM pg_catalog.aclexplode(c.relacl) a WHERE a.privilege_type OPERATOR(pg_catalog.=) 'SELECT') h
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) h.role_oid
WHERE c.oid OPERATOR(pg_catalog.=) 'recurnet.model_roles'::pg_catalog.regclass;
COMMENT ON VIEW recurnet.holder IS 'the roles that may hold models and grants';
COMMENT ON COLUMN recurnet.holder.role_oid IS 'the role';
COMMENT ON COLUMN recurnet.holder.role IS 'its name';
COMMENT ON COLUMN recurnet.holder.mine IS 'has the current user its rights?';

-- As recurnet_rights_of in C.
CREATE OR REPLACE VIEW recurnet.usable_model WITH (security_barrier) AS
SELECT m.model_id, m.name, o.role AS owner, m.active_version, m.created_at,
	me.rolsuper OR coalesce(o.mine, false) OR coalesce(g.may_manage, false) AS may_manage
FROM recurnet.model m
JOIN pg_catalog.pg_roles me ON me.rolname OPERATOR(pg_catalog.=) CURRENT_USER
LEFT JOIN recurnet.holder o ON o.role_oid OPERATOR(pg_catalog.=) m.owner_oid
LEFT JOIN (
	SELECT r.model_id, pg_catalog.bool_or(r.privilege OPERATOR(pg_catalog.=) 'manage') AS may_manage
	FROM recurnet.model_grant r
	JOIN recurnet.holder h ON h.role_oid OPERATOR(pg_catalog.=) r.role_oid AND h.mine
	GROUP BY r.model_id) g ON g.model_id OPERATOR(pg_catalog.=) m.model_id
WHERE me.rolsuper OR o.mine OR g.model_id IS NOT NULL;
COMMENT ON COLUMN recurnet.usable_model.owner IS 'role that the model belongs to, or null';
COMMENT ON COLUMN recurnet.usable_model.may_manage IS 'may the current user manage it, too?';

CREATE OR REPLACE VIEW @extschema@.rn_models WITH (security_barrier) AS
SELECT m.model_id, m.name, m.owner, v.cell, v.version,
	CASE WHEN m.may_manage THEN v.query END AS query,
	CASE WHEN m.may_manage THEN v.options ELSE v.options OPERATOR(pg_catalog.-) 'holidays' END AS options,
	v.time_column, v.target_column, v.series_columns, v.covariates,
	v.time_type, v.time_zone, v.step, v.rows, v.series,
	CASE v.time_type WHEN 'date' THEN v.from_ts::date::text ELSE coalesce(v.from_ts::text, v.from_t::text) END AS train_from,
	CASE v.time_type WHEN 'date' THEN v.to_ts::date::text ELSE coalesce(v.to_ts::text, v.to_t::text) END AS train_to,
	v.metrics, pg_catalog.octet_length(v.weights) AS bytes,
	v.trained_by, v.trained_at, v.duration, m.created_at
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id
	AND v.version OPERATOR(pg_catalog.=) m.active_version;
COMMENT ON COLUMN @extschema@.rn_models.owner IS 'role that the model belongs to; null if there is none any more';
COMMENT ON COLUMN @extschema@.rn_models.query IS 'query that gave the rows; null for those who may not manage the model';
COMMENT ON COLUMN @extschema@.rn_models.options IS 'every option as it was used; without holidays, a query, for those who may not manage the model';

CREATE OR REPLACE VIEW @extschema@.rn_training_log WITH (security_barrier) AS
SELECT v.model_id, v.version, l.epoch::integer AS epoch, l.loss, l.val_loss, m.name
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(v.losses), pg_catalog.unnest(v.val_losses))
	WITH ORDINALITY AS l (loss, val_loss, epoch);
COMMENT ON COLUMN @extschema@.rn_training_log.name IS 'name of the model, or null';

CREATE OR REPLACE VIEW @extschema@.rn_versions WITH (security_barrier) AS
SELECT m.model_id, m.name, v.version, v.version OPERATOR(pg_catalog.=) m.active_version AS active, v.cell,
	CASE WHEN m.may_manage THEN v.query END AS query,
	CASE WHEN m.may_manage THEN v.options ELSE v.options OPERATOR(pg_catalog.-) 'holidays' END AS options,
	v.rows, v.series,
	CASE v.time_type WHEN 'date' THEN v.from_ts::date::text ELSE coalesce(v.from_ts::text, v.from_t::text) END AS train_from,
	CASE v.time_type WHEN 'date' THEN v.to_ts::date::text ELSE coalesce(v.to_ts::text, v.to_t::text) END AS train_to,
	v.metrics, pg_catalog.octet_length(v.weights) AS bytes, v.data_hash, v.content_hash,
	v.trained_by, v.trained_at, v.duration
FROM recurnet.usable_model m
JOIN recurnet.version v ON v.model_id OPERATOR(pg_catalog.=) m.model_id;
COMMENT ON COLUMN @extschema@.rn_versions.query IS 'query that gave the rows; null for those who may not manage the model';
COMMENT ON COLUMN @extschema@.rn_versions.options IS 'every option as it was used; without holidays, a query, for those who may not manage the model';

CREATE VIEW @extschema@.rn_grants WITH (security_barrier) AS
SELECT m.model_id, m.name, h.role, g.privilege, g.granted_by, g.granted_at
FROM recurnet.usable_model m
JOIN recurnet.model_grant g ON g.model_id OPERATOR(pg_catalog.=) m.model_id
JOIN recurnet.holder h ON h.role_oid OPERATOR(pg_catalog.=) g.role_oid
WHERE m.may_manage OR h.mine;
COMMENT ON VIEW @extschema@.rn_grants IS 'who may use or manage the models that you may manage, and what you were granted yourself';
COMMENT ON COLUMN @extschema@.rn_grants.model_id IS 'id of the model';
COMMENT ON COLUMN @extschema@.rn_grants.name IS 'name of the model, or null';
COMMENT ON COLUMN @extschema@.rn_grants.role IS 'role that may';
COMMENT ON COLUMN @extschema@.rn_grants.privilege IS 'use, or manage, which includes use';
COMMENT ON COLUMN @extschema@.rn_grants.granted_by IS 'role that granted it';
COMMENT ON COLUMN @extschema@.rn_grants.granted_at IS 'when it was granted';
GRANT SELECT ON @extschema@.rn_grants TO PUBLIC;

CREATE FUNCTION @extschema@.rn_grant(model bigint, role name, privilege text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_grant_id';
COMMENT ON FUNCTION @extschema@.rn_grant(bigint, name, text)
IS 'let a role use or manage a model of yours';

CREATE FUNCTION @extschema@.rn_grant(model text, role name, privilege text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_grant_name';
COMMENT ON FUNCTION @extschema@.rn_grant(text, name, text)
IS 'let a role use or manage a model of yours';

CREATE FUNCTION @extschema@.rn_revoke(model bigint, role name, privilege text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_revoke_id';
COMMENT ON FUNCTION @extschema@.rn_revoke(bigint, name, text)
IS 'take back what rn_grant gave; of use, manage too';

CREATE FUNCTION @extschema@.rn_revoke(model text, role name, privilege text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_revoke_name';
COMMENT ON FUNCTION @extschema@.rn_revoke(text, name, text)
IS 'take back what rn_grant gave; of use, manage too';

CREATE FUNCTION @extschema@.rn_set_owner(model bigint, role name)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_set_owner_id';
COMMENT ON FUNCTION @extschema@.rn_set_owner(bigint, name)
IS 'give a model to another role, as which its query runs from then on';

CREATE FUNCTION @extschema@.rn_set_owner(model text, role name)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_set_owner_name';
COMMENT ON FUNCTION @extschema@.rn_set_owner(text, name)
IS 'give a model to another role, as which its query runs from then on';

-- ---------------------------------------------------------------------------
-- Progress: the trainings at work, as all sessions see them
-- ---------------------------------------------------------------------------

CREATE FUNCTION recurnet.progress(
	OUT pid integer,
	OUT role name,
	OUT command text,
	OUT model_id bigint,
	OUT job_id bigint,
	OUT phase text,
	OUT rows bigint,
	OUT series integer,
	OUT all_series integer,
	OUT fold integer,
	OUT folds integer,
	OUT member integer,
	OUT members integer,
	OUT epoch integer,
	OUT epochs integer,
	OUT batch integer,
	OUT batches integer,
	OUT loss double precision,
	OUT val_loss double precision,
	OUT best_loss double precision,
	OUT started_at timestamptz,
	OUT estimated_end timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 5
AS 'MODULE_PATHNAME', 'recurnet_progress';
COMMENT ON FUNCTION recurnet.progress() IS 'what rn_progress shows, names of models apart';

CREATE VIEW @extschema@.rn_progress WITH (security_barrier) AS
SELECT p.pid, p.role, p.command, p.model_id, m.name AS model, p.job_id, p.phase, p.rows, p.series, p.all_series,
	p.fold, p.folds, p.member, p.members, p.epoch, p.epochs, p.batch, p.batches, p.loss, p.val_loss, p.best_loss,
	p.started_at, pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) p.started_at AS elapsed, p.estimated_end
FROM recurnet.progress() p
LEFT JOIN recurnet.usable_model m ON m.model_id OPERATOR(pg_catalog.=) p.model_id;
COMMENT ON VIEW @extschema@.rn_progress IS 'the trainings that are at work in this database, in whatever session; of those of other roles, only the process';
COMMENT ON COLUMN @extschema@.rn_progress.pid IS 'process that trains';
COMMENT ON COLUMN @extschema@.rn_progress.role IS 'role that it works for';
COMMENT ON COLUMN @extschema@.rn_progress.command IS 'what is at work: train, retrain, fit (of rn_fit), backtest or tune';
COMMENT ON COLUMN @extschema@.rn_progress.model_id IS 'model that is trained again or backtested; null for a new one';
COMMENT ON COLUMN @extschema@.rn_progress.model IS 'its name, if it has one and you may use it';
COMMENT ON COLUMN @extschema@.rn_progress.job_id IS 'job that it is; null for none';
COMMENT ON COLUMN @extschema@.rn_progress.phase IS 'reading (rows), preparing, training, waiting (for parallel workers), judging (by rows held out), comparing (with the version before) or storing';
COMMENT ON COLUMN @extschema@.rn_progress.rows IS 'rows read so far';
COMMENT ON COLUMN @extschema@.rn_progress.series IS 'series read so far; while preparing, taken apart so far';
COMMENT ON COLUMN @extschema@.rn_progress.all_series IS 'of so many; null while they are read';
COMMENT ON COLUMN @extschema@.rn_progress.fold IS 'folds of the backtest that have begun, of all trials of a tuning';
COMMENT ON COLUMN @extschema@.rn_progress.folds IS 'of so many; null for no backtest';
COMMENT ON COLUMN @extschema@.rn_progress.member IS 'networks that have begun, those tried out on older rows included';
COMMENT ON COLUMN @extschema@.rn_progress.members IS 'of so many in the training, or in the fold';
COMMENT ON COLUMN @extschema@.rn_progress.epoch IS 'epoch of the network that the process itself trains';
COMMENT ON COLUMN @extschema@.rn_progress.epochs IS 'of so many at most';
COMMENT ON COLUMN @extschema@.rn_progress.batch IS 'batches done of the epoch';
COMMENT ON COLUMN @extschema@.rn_progress.batches IS 'of so many';
COMMENT ON COLUMN @extschema@.rn_progress.loss IS 'mean training loss over the last epoch that ended, on scaled values';
COMMENT ON COLUMN @extschema@.rn_progress.val_loss IS 'validation loss after it, or null without validation';
COMMENT ON COLUMN @extschema@.rn_progress.best_loss IS 'smallest loss of an epoch of the network so far: of validation if there is any';
COMMENT ON COLUMN @extschema@.rn_progress.started_at IS 'when it began';
COMMENT ON COLUMN @extschema@.rn_progress.elapsed IS 'time since then';
COMMENT ON COLUMN @extschema@.rn_progress.estimated_end IS 'when all epochs would be over if the rest took as long as those done; null before the first';
GRANT SELECT ON @extschema@.rn_progress TO PUBLIC;

-- ---------------------------------------------------------------------------
-- Jobs: trainings again and trainings in the background, and what came of them
-- ---------------------------------------------------------------------------

CREATE SEQUENCE recurnet.job_id_seq;
COMMENT ON SEQUENCE recurnet.job_id_seq IS 'numbers the jobs';

-- Not for pg_dump: what a server has run is no data of its users, and what runs
-- there does not run elsewhere.
CREATE TABLE recurnet.job (
	job_id     bigint PRIMARY KEY DEFAULT pg_catalog.nextval('recurnet.job_id_seq'),
	kind       text NOT NULL CHECK (kind OPERATOR(pg_catalog.=) ANY ('{train, retrain}')),
	background boolean NOT NULL,
	model_id   bigint,
	model      text,
	role       name NOT NULL,
	role_oid   oid NOT NULL,
	request    jsonb,
	state      text NOT NULL CHECK (state OPERATOR(pg_catalog.=) ANY ('{waiting, running, done, skipped, failed, cancelled}')),
	server     text NOT NULL,
	version    integer,
	promoted   boolean,
	rows       bigint,
	queued_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	started_at timestamptz,
	ended_at   timestamptz,
	pid        integer,
	sqlstate   text,
	error      text,
	detail     text,
	hint       text
);
COMMENT ON TABLE recurnet.job IS 'one row per CALL rn_retrain and per training in the background';
COMMENT ON COLUMN recurnet.job.job_id IS 'id of the job';
COMMENT ON COLUMN recurnet.job.kind IS 'train or retrain';
COMMENT ON COLUMN recurnet.job.background IS 'is it run by a background worker?';
COMMENT ON COLUMN recurnet.job.model_id IS 'the model; null until it is stored for the first time';
COMMENT ON COLUMN recurnet.job.model IS 'name of the model when the job was asked for, or null';
COMMENT ON COLUMN recurnet.job.role IS 'name that the role had that asked for it';
COMMENT ON COLUMN recurnet.job.role_oid IS 'that role, as which it runs, and whose it is; another one of that name is not';
COMMENT ON COLUMN recurnet.job.request IS 'arguments and settings that a background worker needs';
COMMENT ON COLUMN recurnet.job.state IS 'waiting, running, done, skipped, failed or cancelled, as last written';
COMMENT ON COLUMN recurnet.job.server IS 'the life of the server, from start or crash to the next, in which it was asked for';
COMMENT ON COLUMN recurnet.job.version IS 'version that was stored, or of which nothing was new';
COMMENT ON COLUMN recurnet.job.promoted IS 'did that version become the active one?';
COMMENT ON COLUMN recurnet.job.rows IS 'number of rows trained on';
COMMENT ON COLUMN recurnet.job.queued_at IS 'when it was asked for';
COMMENT ON COLUMN recurnet.job.started_at IS 'when it began';
COMMENT ON COLUMN recurnet.job.ended_at IS 'when it ended';
COMMENT ON COLUMN recurnet.job.pid IS 'process that runs it';
COMMENT ON COLUMN recurnet.job.sqlstate IS 'SQLSTATE of the error that ended it';
COMMENT ON COLUMN recurnet.job.error IS 'message of that error';
COMMENT ON COLUMN recurnet.job.detail IS 'its detail';
COMMENT ON COLUMN recurnet.job.hint IS 'its hint';
CREATE INDEX job_unfinished ON recurnet.job (job_id) WHERE state OPERATOR(pg_catalog.=) ANY ('{waiting, running}');
COMMENT ON INDEX recurnet.job_unfinished IS 'the queue, however long the log is';
REVOKE ALL ON recurnet.job FROM PUBLIC;
REVOKE ALL ON SEQUENCE recurnet.job_id_seq FROM PUBLIC;

CREATE FUNCTION recurnet.job_is_lost(job_id bigint, state text, server text) RETURNS boolean
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_job_is_lost';
COMMENT ON FUNCTION recurnet.job_is_lost(bigint, text, text)
IS 'will a job that is said to wait or run never end, as its process is gone or the server was restarted?';

CREATE VIEW @extschema@.rn_jobs WITH (security_barrier) AS
SELECT j.job_id, j.kind, j.background, j.model_id, j.model, j.role,
	CASE WHEN l.lost THEN 'failed' ELSE j.state END AS state,
	p.phase,
	j.version, j.promoted, j.rows, j.queued_at, j.started_at, j.ended_at,
	CASE WHEN NOT l.lost THEN j.pid END AS pid,
	j.sqlstate,
	CASE WHEN NOT l.lost THEN j.error
		WHEN j.state OPERATOR(pg_catalog.=) 'waiting' THEN 'the server was restarted before it began'
		ELSE 'the server process ended' END AS error,
	j.detail,
	CASE WHEN NOT l.lost THEN j.hint ELSE 'Ask for it again, as request says.' END AS hint,
	j.request OPERATOR(pg_catalog.-) 'settings' AS request
FROM recurnet.job j
CROSS JOIN LATERAL (SELECT recurnet.job_is_lost(j.job_id, j.state, j.server) AS lost) l
LEFT JOIN recurnet.progress() p ON p.job_id OPERATOR(pg_catalog.=) j.job_id AND j.state OPERATOR(pg_catalog.=) 'running'
WHERE pg_catalog.pg_has_role(CURRENT_USER, j.role_oid, 'USAGE');
COMMENT ON VIEW @extschema@.rn_jobs IS 'your trainings in the background and your calls of rn_retrain, with what came of them';
COMMENT ON COLUMN @extschema@.rn_jobs.job_id IS 'id of the job';
COMMENT ON COLUMN @extschema@.rn_jobs.kind IS 'train or retrain';
COMMENT ON COLUMN @extschema@.rn_jobs.background IS 'is it run by a background worker?';
COMMENT ON COLUMN @extschema@.rn_jobs.model_id IS 'the model; null until it is stored for the first time';
COMMENT ON COLUMN @extschema@.rn_jobs.model IS 'name of the model when the job was asked for, or null';
COMMENT ON COLUMN @extschema@.rn_jobs.role IS 'role that asked for it, as which it runs, by the name it had then';
COMMENT ON COLUMN @extschema@.rn_jobs.state IS 'waiting, running, done, skipped (nothing new), failed or cancelled';
COMMENT ON COLUMN @extschema@.rn_jobs.phase IS 'what it is at, as in rn_progress; null unless it runs, and for jobs of others';
COMMENT ON COLUMN @extschema@.rn_jobs.version IS 'version that was stored, or of which nothing was new';
COMMENT ON COLUMN @extschema@.rn_jobs.promoted IS 'did that version become the active one?';
COMMENT ON COLUMN @extschema@.rn_jobs.rows IS 'number of rows trained on';
COMMENT ON COLUMN @extschema@.rn_jobs.queued_at IS 'when it was asked for';
COMMENT ON COLUMN @extschema@.rn_jobs.started_at IS 'when it began';
COMMENT ON COLUMN @extschema@.rn_jobs.ended_at IS 'when it ended';
COMMENT ON COLUMN @extschema@.rn_jobs.pid IS 'process that runs it';
COMMENT ON COLUMN @extschema@.rn_jobs.sqlstate IS 'SQLSTATE of the error that ended it';
COMMENT ON COLUMN @extschema@.rn_jobs.error IS 'message of that error';
COMMENT ON COLUMN @extschema@.rn_jobs.detail IS 'its detail';
COMMENT ON COLUMN @extschema@.rn_jobs.hint IS 'its hint';
COMMENT ON COLUMN @extschema@.rn_jobs.request IS 'arguments that it was asked for with';
GRANT SELECT ON @extschema@.rn_jobs TO PUBLIC;

CREATE FUNCTION @extschema@.rn_prune_jobs(older_than interval DEFAULT '30 days') RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_prune_jobs';
COMMENT ON FUNCTION @extschema@.rn_prune_jobs(interval)
IS 'drop the rows of your jobs that ended longer ago, and return how many';

CREATE FUNCTION @extschema@.rn_train_async(
	cell text, query text, options jsonb DEFAULT '{}', name text DEFAULT NULL,
	series text DEFAULT NULL, covariates text DEFAULT NULL,
	"time" text DEFAULT NULL, target text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'recurnet_train_async';
COMMENT ON FUNCTION @extschema@.rn_train_async(text, text, jsonb, text, text, text, text, text)
IS 'rn_train in the background, after this transaction has committed; returns the id of the job';

CREATE FUNCTION @extschema@.rn_retrain_async(
	model bigint, mode text DEFAULT 'warm', promote text DEFAULT 'if_better', only_if text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_retrain_async_id';
COMMENT ON FUNCTION @extschema@.rn_retrain_async(bigint, text, text, text)
IS 'rn_retrain in the background, after this transaction has committed; returns the id of the job';

CREATE FUNCTION @extschema@.rn_retrain_async(
	model text, mode text DEFAULT 'warm', promote text DEFAULT 'if_better', only_if text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_retrain_async_name';
COMMENT ON FUNCTION @extschema@.rn_retrain_async(text, text, text, text)
IS 'rn_retrain in the background, after this transaction has committed; returns the id of the job';

CREATE FUNCTION @extschema@.rn_cancel(job_id bigint) RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_cancel';
COMMENT ON FUNCTION @extschema@.rn_cancel(bigint)
IS 'cancel a job that waits or runs; false if it has ended already';

-- ---------------------------------------------------------------------------
-- Retraining: the new version becomes active if it is no worse
-- ---------------------------------------------------------------------------

CREATE OR REPLACE PROCEDURE @extschema@.rn_retrain(
	model bigint, mode text DEFAULT 'warm', promote text DEFAULT 'if_better', only_if text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'recurnet_retrain_id';

CREATE OR REPLACE PROCEDURE @extschema@.rn_retrain(
	model text, mode text DEFAULT 'warm', promote text DEFAULT 'if_better', only_if text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'recurnet_retrain_name';

-- ---------------------------------------------------------------------------
-- Drift: a model in use, on rows that came since
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_drift(
	model bigint, query text DEFAULT NULL, level double precision DEFAULT 0.9,
	horizon integer DEFAULT NULL, by_series boolean DEFAULT false)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, pairs bigint, mae double precision, mase double precision,
	seasonal_naive_mase double precision, coverage double precision,
	expected_mase double precision, ratio double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_drift_id';
COMMENT ON FUNCTION @extschema@.rn_drift(bigint, text, double precision, integer, boolean)
IS 'how well a model has forecast the rows that came since its training, horizon by horizon';

CREATE FUNCTION @extschema@.rn_drift(
	model text, query text DEFAULT NULL, level double precision DEFAULT 0.9,
	horizon integer DEFAULT NULL, by_series boolean DEFAULT false)
RETURNS TABLE (
	series jsonb, ts timestamptz, t bigint, pairs bigint, mae double precision, mase double precision,
	seasonal_naive_mase double precision, coverage double precision,
	expected_mase double precision, ratio double precision)
LANGUAGE c VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 20
AS 'MODULE_PATHNAME', 'recurnet_drift_name';
COMMENT ON FUNCTION @extschema@.rn_drift(text, text, double precision, integer, boolean)
IS 'how well a model has forecast the rows that came since its training, horizon by horizon';

-- ---------------------------------------------------------------------------
-- Closed tables: pg_write_all_data does not write here, where queries of others are
-- ---------------------------------------------------------------------------

CREATE FUNCTION recurnet.refuse_others() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'recurnet_refuse_others';
COMMENT ON FUNCTION recurnet.refuse_others() IS 'lets nobody write a row but who has the rights of the table''s owner';
REVOKE ALL ON FUNCTION recurnet.refuse_others() FROM PUBLIC;
CREATE TRIGGER refuse_others BEFORE INSERT OR UPDATE OR DELETE ON recurnet.model
	FOR EACH ROW EXECUTE FUNCTION recurnet.refuse_others();
CREATE TRIGGER refuse_others BEFORE INSERT OR UPDATE OR DELETE ON recurnet.version
	FOR EACH ROW EXECUTE FUNCTION recurnet.refuse_others();
CREATE TRIGGER refuse_others BEFORE INSERT OR UPDATE OR DELETE ON recurnet.model_grant
	FOR EACH ROW EXECUTE FUNCTION recurnet.refuse_others();
CREATE TRIGGER refuse_others BEFORE INSERT OR UPDATE OR DELETE ON recurnet.job
	FOR EACH ROW EXECUTE FUNCTION recurnet.refuse_others();
ALTER TABLE recurnet.model ENABLE ALWAYS TRIGGER refuse_others;
ALTER TABLE recurnet.version ENABLE ALWAYS TRIGGER refuse_others;
ALTER TABLE recurnet.model_grant ENABLE ALWAYS TRIGGER refuse_others;
ALTER TABLE recurnet.job ENABLE ALWAYS TRIGGER refuse_others;
COMMENT ON TRIGGER refuse_others ON recurnet.model IS 'the extension''s owner writes';
COMMENT ON TRIGGER refuse_others ON recurnet.version IS 'the extension''s owner writes';
COMMENT ON TRIGGER refuse_others ON recurnet.model_grant IS 'the extension''s owner writes';
COMMENT ON TRIGGER refuse_others ON recurnet.job IS 'the extension''s owner writes';

-- ---------------------------------------------------------------------------
-- Views of rows and forecasts
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_create_view(
	model bigint, view_name text, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9)
RETURNS regclass
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_create_view_id';
COMMENT ON FUNCTION @extschema@.rn_create_view(bigint, text, integer, double precision)
IS 'create a view of the rows of a model''s query and, behind them, its forecasts';

CREATE FUNCTION @extschema@.rn_create_view(
	model text, view_name text, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9)
RETURNS regclass
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_create_view_name';
COMMENT ON FUNCTION @extschema@.rn_create_view(text, text, integer, double precision)
IS 'create a view of the rows of a model''s query and, behind them, its forecasts';

-- Beside those without: functions of users may depend on them.
CREATE FUNCTION @extschema@.rn_drop_model(model bigint, cascade boolean)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_drop_model_id';
COMMENT ON FUNCTION @extschema@.rn_drop_model(bigint, boolean)
IS 'drop a model with all its versions, and with cascade the views of its forecasts';

CREATE FUNCTION @extschema@.rn_drop_model(model text, cascade boolean)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_drop_model_name';
COMMENT ON FUNCTION @extschema@.rn_drop_model(text, boolean)
IS 'drop a model with all its versions, and with cascade the views of its forecasts';

-- ---------------------------------------------------------------------------
-- Pictures
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_plot(
	model bigint, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9, as_of timestamptz DEFAULT NULL,
	as_of_t bigint DEFAULT NULL, history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL,
	title text DEFAULT NULL, theme text DEFAULT 'auto', width integer DEFAULT 860, height integer DEFAULT NULL,
	rows integer DEFAULT NULL, facets integer DEFAULT 12)
RETURNS text
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_plot_id';
COMMENT ON FUNCTION @extschema@.rn_plot(bigint, integer, double precision, timestamptz, bigint, text, text, jsonb, text, text, integer, integer, integer, integer)
IS 'draw the newest rows of a model''s series and its forecasts, as SVG';

CREATE FUNCTION @extschema@.rn_plot(
	model text, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9, as_of timestamptz DEFAULT NULL,
	as_of_t bigint DEFAULT NULL, history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL,
	title text DEFAULT NULL, theme text DEFAULT 'auto', width integer DEFAULT 860, height integer DEFAULT NULL,
	rows integer DEFAULT NULL, facets integer DEFAULT 12)
RETURNS text
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_plot_name';
COMMENT ON FUNCTION @extschema@.rn_plot(text, integer, double precision, timestamptz, bigint, text, text, jsonb, text, text, integer, integer, integer, integer)
IS 'draw the newest rows of a model''s series and its forecasts, as SVG';

CREATE FUNCTION @extschema@.rn_plot(
	model @extschema@.rn_model, horizon integer DEFAULT NULL, level double precision DEFAULT 0.9, as_of timestamptz DEFAULT NULL,
	as_of_t bigint DEFAULT NULL, history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL,
	title text DEFAULT NULL, theme text DEFAULT 'auto', width integer DEFAULT 860, height integer DEFAULT NULL,
	rows integer DEFAULT NULL, facets integer DEFAULT 12)
RETURNS text
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_plot_value';
COMMENT ON FUNCTION @extschema@.rn_plot(@extschema@.rn_model, integer, double precision, timestamptz, bigint, text, text, jsonb, text, text, integer, integer, integer, integer)
IS 'draw the newest rows of a model''s series and its forecasts, as SVG';

CREATE FUNCTION @extschema@.rn_plot_training(
	model bigint, title text DEFAULT NULL, theme text DEFAULT 'auto', width integer DEFAULT 860, height integer DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'recurnet_plot_training_id';
COMMENT ON FUNCTION @extschema@.rn_plot_training(bigint, text, text, integer, integer)
IS 'draw the losses of a model''s training, epoch by epoch, as SVG';

CREATE FUNCTION @extschema@.rn_plot_training(
	model text, title text DEFAULT NULL, theme text DEFAULT 'auto', width integer DEFAULT 860, height integer DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'recurnet_plot_training_name';
COMMENT ON FUNCTION @extschema@.rn_plot_training(text, text, text, integer, integer)
IS 'draw the losses of a model''s training, epoch by epoch, as SVG';

CREATE FUNCTION @extschema@.rn_plot_backtest_transition(internal, record) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_plot_backtest_transition';
COMMENT ON FUNCTION @extschema@.rn_plot_backtest_transition(internal, record) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.rn_plot_backtest_transition(internal, record, text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_plot_backtest_transition';
COMMENT ON FUNCTION @extschema@.rn_plot_backtest_transition(internal, record, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.rn_plot_backtest_transition(internal, record, text, text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_plot_backtest_transition';
COMMENT ON FUNCTION @extschema@.rn_plot_backtest_transition(internal, record, text, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.rn_plot_backtest_final(internal) RETURNS text
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_plot_backtest_final';
COMMENT ON FUNCTION @extschema@.rn_plot_backtest_final(internal) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.rn_plot_backtest(backtest record) (
	SFUNC = @extschema@.rn_plot_backtest_transition, STYPE = internal, SSPACE = 8192,
	FINALFUNC = @extschema@.rn_plot_backtest_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_plot_backtest(record)
IS 'draw the errors in the rows of rn_backtest, by step, beside those of the naive forecasts, as SVG';

CREATE AGGREGATE @extschema@.rn_plot_backtest(backtest record, title text) (
	SFUNC = @extschema@.rn_plot_backtest_transition, STYPE = internal, SSPACE = 8192,
	FINALFUNC = @extschema@.rn_plot_backtest_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_plot_backtest(record, text)
IS 'draw the errors in the rows of rn_backtest, by step, beside those of the naive forecasts, as SVG';

CREATE AGGREGATE @extschema@.rn_plot_backtest(backtest record, title text, theme text) (
	SFUNC = @extschema@.rn_plot_backtest_transition, STYPE = internal, SSPACE = 8192,
	FINALFUNC = @extschema@.rn_plot_backtest_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_plot_backtest(record, text, text)
IS 'draw the errors in the rows of rn_backtest, by step, beside those of the naive forecasts, as SVG';

CREATE FUNCTION @extschema@.rn_sparkline_transition(internal, double precision) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_sparkline_transition';
COMMENT ON FUNCTION @extschema@.rn_sparkline_transition(internal, double precision) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.rn_sparkline_transition(internal, double precision, integer) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_sparkline_transition';
COMMENT ON FUNCTION @extschema@.rn_sparkline_transition(internal, double precision, integer) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.rn_sparkline_final(internal) RETURNS text
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'recurnet_sparkline_final';
COMMENT ON FUNCTION @extschema@.rn_sparkline_final(internal) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.rn_sparkline(value double precision) (
	SFUNC = @extschema@.rn_sparkline_transition, STYPE = internal, SSPACE = 1024,
	FINALFUNC = @extschema@.rn_sparkline_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_sparkline(double precision)
IS 'draw numbers as a line of characters, one for each; nulls are blanks';

CREATE AGGREGATE @extschema@.rn_sparkline(value double precision, width integer) (
	SFUNC = @extschema@.rn_sparkline_transition, STYPE = internal, SSPACE = 1024,
	FINALFUNC = @extschema@.rn_sparkline_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rn_sparkline(double precision, integer)
IS 'draw numbers as a line of characters, at most so many; nulls are blanks';

-- ---------------------------------------------------------------------------
-- What forecasts are made of
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.rn_explain(
	model bigint, horizon integer DEFAULT NULL, as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL, recent integer DEFAULT 3)
RETURNS TABLE (
	series jsonb, step integer, ts timestamptz, t bigint, part text, item text, contribution double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'recurnet_explain_id';
COMMENT ON FUNCTION @extschema@.rn_explain(bigint, integer, timestamptz, bigint, text, text, jsonb, integer)
IS 'what the forecasts of a model are made of: base, trend, season, recent rows, covariates; they add up to the forecast';

CREATE FUNCTION @extschema@.rn_explain(
	model text, horizon integer DEFAULT NULL, as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL, recent integer DEFAULT 3)
RETURNS TABLE (
	series jsonb, step integer, ts timestamptz, t bigint, part text, item text, contribution double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'recurnet_explain_name';
COMMENT ON FUNCTION @extschema@.rn_explain(text, integer, timestamptz, bigint, text, text, jsonb, integer)
IS 'what the forecasts of a model are made of: base, trend, season, recent rows, covariates; they add up to the forecast';

CREATE FUNCTION @extschema@.rn_explain(
	model @extschema@.rn_model, horizon integer DEFAULT NULL, as_of timestamptz DEFAULT NULL, as_of_t bigint DEFAULT NULL,
	history text DEFAULT NULL, future text DEFAULT NULL, for_series jsonb DEFAULT NULL, recent integer DEFAULT 3)
RETURNS TABLE (
	series jsonb, step integer, ts timestamptz, t bigint, part text, item text, contribution double precision)
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'recurnet_explain_value';
COMMENT ON FUNCTION @extschema@.rn_explain(@extschema@.rn_model, integer, timestamptz, bigint, text, text, jsonb, integer)
IS 'what the forecasts of a model are made of: base, trend, season, recent rows, covariates; they add up to the forecast';

-- ---------------------------------------------------------------------------
-- Exchange: files that other libraries read and write
-- ---------------------------------------------------------------------------

-- Without one: a model that was imported, until its owner gives it one.
ALTER TABLE recurnet.version ALTER COLUMN query DROP NOT NULL;
COMMENT ON COLUMN recurnet.version.query IS 'query that gave the rows; null if it was imported without one';

-- What only reads a model may run in parallel workers, as rn_forecast, rn_summary and rn_plot do.
CREATE FUNCTION @extschema@.rn_export(model bigint, format text DEFAULT 'safetensors') RETURNS bytea
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_export_id';
COMMENT ON FUNCTION @extschema@.rn_export(bigint, text)
IS 'the active version of a model as a file: safetensors, onnx or json';

CREATE FUNCTION @extschema@.rn_export(model text, format text DEFAULT 'safetensors') RETURNS bytea
LANGUAGE c VOLATILE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_export_name';
COMMENT ON FUNCTION @extschema@.rn_export(text, text)
IS 'the active version of a model as a file: safetensors, onnx or json';

CREATE FUNCTION @extschema@.rn_export(model @extschema@.rn_model, format text DEFAULT 'safetensors') RETURNS bytea
LANGUAGE c STABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_export_value';
COMMENT ON FUNCTION @extschema@.rn_export(@extschema@.rn_model, text)
IS 'a model that is a value as a file: safetensors, onnx or json';

CREATE FUNCTION @extschema@.rn_import(
	data bytea, name text DEFAULT NULL, query text DEFAULT NULL, options jsonb DEFAULT '{}',
	series text DEFAULT NULL, covariates text DEFAULT NULL,
	"time" text DEFAULT NULL, target text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000
AS 'MODULE_PATHNAME', 'recurnet_import';
COMMENT ON FUNCTION @extschema@.rn_import(bytea, text, text, jsonb, text, text, text, text)
IS 'store a model from a file: what rn_export wrote as safetensors or json, or safetensors of PyTorch; returns its id';
