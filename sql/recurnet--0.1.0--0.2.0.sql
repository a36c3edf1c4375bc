/* recurnet: from 0.1.0 to 0.2.0; also the second half of CREATE EXTENSION. */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION recurnet UPDATE TO '0.2.0'" to load this file. \quit

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
