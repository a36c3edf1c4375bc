/* recurnet: from 0.1.0 to 0.2.0; also the second half of CREATE EXTENSION. */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION recurnet UPDATE TO '0.2.0'" to load this file. \quit

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
