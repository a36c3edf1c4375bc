--
-- Rights: models belong to the role that trained them.
--
CREATE ROLE regress_recurnet_ann;
CREATE ROLE regress_recurnet_bob;
CREATE ROLE regress_recurnet_team;
GRANT regress_recurnet_team TO regress_recurnet_ann, regress_recurnet_bob;
CREATE SCHEMA ann AUTHORIZATION regress_recurnet_ann;
\set o '''{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'''

SET ROLE regress_recurnet_ann;
CREATE TABLE ann.secret AS SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i;
SELECT rn_train('gru', 'SELECT t, v FROM ann.secret', :o, name => 'ann') AS ann \gset
SELECT name, owner, trained_by FROM rn_models;
SELECT count(*) FROM rn_forecast('ann', 2);
-- base tables are closed, to owners too
SELECT count(*) FROM recurnet.model;
SELECT count(*) FROM recurnet.version;
SELECT nextval('recurnet.model_id_seq');

-- to others the model is not there, by name or by id, like one that is not
SET ROLE regress_recurnet_bob;
SELECT count(*) FROM rn_models;
SELECT count(*) FROM rn_training_log;
SELECT rn_forecast('ann', 2);
SELECT rn_forecast('bob', 2);
\set VERBOSITY sqlstate
SELECT rn_forecast(:ann, 2) AS f \gset
\set VERBOSITY default
SELECT rn_predict('ann', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i');
SELECT rn_summary('ann');
SELECT rn_drop_model('ann');
CALL rn_retrain('ann');
SELECT rn_train('gru', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'ann');
-- a query runs with the caller's rights only
SELECT rn_train('gru', 'SELECT t, v FROM ann.secret', :o);
SELECT rn_train('gru', 'SELECT model_id AS t, active_version + 0.5 AS v FROM recurnet.model', :o);

-- using a model needs no right on its source, reading the source again does
RESET ROLE;
ALTER TABLE ann.secret OWNER TO regress_recurnet_bob;
SET ROLE regress_recurnet_ann;
SELECT count(*) FROM rn_forecast('ann', 2);
SELECT rn_forecast('ann', 2, history => 'source');
CALL rn_retrain('ann');
RESET ROLE;
ALTER TABLE ann.secret OWNER TO regress_recurnet_ann;

-- members of the owner have its rights
SET ROLE regress_recurnet_team;
SELECT rn_train('gru', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'team') > 0 AS trained;
SET ROLE regress_recurnet_bob;
SELECT name, owner FROM rn_models;
SELECT count(*) FROM rn_forecast('team', 2);
-- and may have its stored query run, as the owner
SELECT count(*) FROM rn_forecast('team', 2, history => 'source');
CALL rn_retrain('team', 'cold', 'always');
SET ROLE regress_recurnet_bob;
SELECT name, owner, version, trained_by FROM rn_models;

-- so may others, if they are granted it
RESET ROLE;
CREATE ROLE regress_recurnet_eve;
SET ROLE regress_recurnet_eve;
CALL rn_retrain('team', promote => 'always');
SET ROLE regress_recurnet_team;
SELECT rn_grant('team', 'regress_recurnet_eve', 'use');
SET ROLE regress_recurnet_eve;
CALL rn_retrain('team', promote => 'always');
SET ROLE regress_recurnet_team;
SELECT rn_grant('team', 'regress_recurnet_eve', 'manage');
SET ROLE regress_recurnet_eve;
CALL rn_retrain('team', promote => 'always');
SELECT name, owner, version, trained_by, query IS NOT NULL AS query_is_shown FROM rn_models;
SELECT role, privilege, granted_by FROM rn_grants ORDER BY role, privilege;
SET ROLE regress_recurnet_team;
SELECT rn_revoke('team', 'regress_recurnet_eve', 'use');
SET ROLE regress_recurnet_eve;
SELECT count(*) FROM rn_models;
SET ROLE regress_recurnet_bob;

-- nor may a member, or a superuser, put a query of their own in its place
SELECT rn_train('gru', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'team');
RESET ROLE;
SELECT rn_train('gru', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'team');

-- superusers have all rights, and have the stored query run as the owner, too
RESET ROLE;
SELECT count(*) FROM rn_forecast('ann', 2);
SELECT name FROM rn_models ORDER BY name;
SELECT count(*) FROM rn_forecast('ann', 2, history => 'source');
SELECT count(*) FROM rn_forecast('ann', 2, as_of_t => 50);
CALL rn_retrain('ann');
ALTER TABLE ann.secret OWNER TO regress_recurnet_bob;
SELECT count(*) FROM rn_forecast('ann', 2, history => 'source');
CALL rn_retrain('ann');
ALTER TABLE ann.secret OWNER TO regress_recurnet_ann;

-- an owner cannot be dropped; without one, the model is the superusers'
DROP TABLE ann.secret;
DROP SCHEMA ann;
DROP ROLE regress_recurnet_ann;
DROP OWNED BY regress_recurnet_ann;
DROP ROLE regress_recurnet_ann;
SELECT name, owner FROM rn_models ORDER BY name;
SELECT count(*) FROM rn_forecast('ann', 2);
\set VERBOSITY terse
CALL rn_retrain('ann');
\set VERBOSITY default
SET ROLE regress_recurnet_bob;
SELECT name, owner FROM rn_models ORDER BY name;
SELECT rn_forecast('ann', 2);
RESET ROLE;

-- the catalog's own statements cannot be misled
CREATE SCHEMA evil;
GRANT ALL ON SCHEMA evil TO regress_recurnet_bob;
SET ROLE regress_recurnet_bob;
CREATE FUNCTION evil.max(integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE 'misled'; END $$;
CREATE FUNCTION evil.eq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'misled'; END $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.eq);
SET search_path = evil, pg_catalog, public;
SELECT public.rn_train('gru', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'bob') > 0 AS trained;
SELECT count(*) FROM public.rn_forecast('bob', 2);
-- and leave user and search_path as they were, after errors too
DO $$
BEGIN
	PERFORM public.rn_forecast('nobody', 1);
EXCEPTION WHEN undefined_object THEN
	RAISE NOTICE 'caught as %, search_path %', current_user, current_setting('search_path');
END $$;
SELECT current_user, current_setting('search_path');
RESET search_path;
RESET ROLE;

-- a query cannot escape from the one who runs it
SET ROLE regress_recurnet_bob;
CREATE FUNCTION evil.who() RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'query runs as %', current_user; RETURN 1; END $$;
SELECT rn_train('gru', 'SELECT i AS t, CASE i WHEN 1 THEN evil.who() ELSE i END AS v FROM generate_series(1, 60) i', :o, target => 'v') > 0 AS trained;
RESET ROLE;

SELECT count(rn_drop_model(model_id)) FROM rn_models;
DROP SCHEMA evil CASCADE;
DROP OWNED BY regress_recurnet_bob, regress_recurnet_team, regress_recurnet_eve;
DROP ROLE regress_recurnet_bob;
DROP ROLE regress_recurnet_team;
DROP ROLE regress_recurnet_eve;
