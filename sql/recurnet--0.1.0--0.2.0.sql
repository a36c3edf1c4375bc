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
