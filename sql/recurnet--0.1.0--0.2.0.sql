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

-- ---------------------------------------------------------------------------
-- Views of rows and forecasts
-- ---------------------------------------------------------------------------

-- By name, as a dump restores them; no foreign key, as in recurnet.version.
CREATE TABLE recurnet.model_view (
	view_schema name NOT NULL,
	view_name   name NOT NULL,
	model_id    bigint NOT NULL,
	PRIMARY KEY (view_schema, view_name)
);
COMMENT ON TABLE recurnet.model_view IS 'one row per view that rn_create_view made, whether or not it is still there';
COMMENT ON COLUMN recurnet.model_view.view_schema IS 'schema of the view';
COMMENT ON COLUMN recurnet.model_view.view_name IS 'name of the view in its schema';
COMMENT ON COLUMN recurnet.model_view.model_id IS 'the model whose forecasts it shows';
REVOKE ALL ON recurnet.model_view FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('recurnet.model_view', '');

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

DROP FUNCTION @extschema@.rn_drop_model(bigint);
DROP FUNCTION @extschema@.rn_drop_model(text);

CREATE FUNCTION @extschema@.rn_drop_model(model bigint, cascade boolean DEFAULT false)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_drop_model_id';
COMMENT ON FUNCTION @extschema@.rn_drop_model(bigint, boolean)
IS 'drop a model with all its versions, and with cascade the views of its forecasts';

CREATE FUNCTION @extschema@.rn_drop_model(model text, cascade boolean DEFAULT false)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'recurnet_drop_model_name';
COMMENT ON FUNCTION @extschema@.rn_drop_model(text, boolean)
IS 'drop a model with all its versions, and with cascade the views of its forecasts';
