--
-- Who may do what with a model, and what becomes of models whose role goes.
-- Whose rights a query has: rights_query.sql.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
\ir refuses.psql
SET LOCAL client_min_messages = warning;

-- owner's rights: ann, a member of it, superusers; granted: use to friend and team, manage to chief
CREATE ROLE rights_ann;
CREATE ROLE rights_member IN ROLE rights_ann;
CREATE ROLE rights_friend;
CREATE ROLE rights_chief;
CREATE ROLE rights_team;
CREATE ROLE rights_player IN ROLE rights_team;
CREATE ROLE rights_stranger;
CREATE ROLE rights_root SUPERUSER;
CREATE SCHEMA ann AUTHORIZATION rights_ann;
CREATE FUNCTION o() RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'::jsonb $$;

SET LOCAL ROLE rights_ann;
CREATE TABLE ann.secret AS SELECT date '2024-01-01' + i AS day, i % 7 + 0.5 AS v FROM generate_series(0, 59) i;
CREATE TABLE ann.feast AS SELECT date '2024-01-06' AS day;
SELECT rn_train('gru', 'SELECT day, v FROM ann.secret',
	o() || '{"calendar_features": ["holiday"], "holidays": "SELECT day FROM ann.feast"}', 'm') AS m \gset
SELECT rn_train('gru', 'SELECT day, v FROM ann.secret',
	o() || '{"calendar_features": ["holiday"], "holidays": "SELECT day FROM ann.feast"}', 'm') = :m AS has_versions \gset
SELECT rn_grant('m', 'rights_friend', 'use');
SELECT rn_grant('m', 'rights_team', 'use');
SELECT rn_grant(:m, 'rights_chief', 'manage');
RESET ROLE;

-- ---- roles by actions ----

-- What comes of a command of a role: ok, or the SQLSTATE.  Nothing stays of it.
CREATE FUNCTION outcome(who text, command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', who, true);
	EXECUTE command;
	RAISE EXCEPTION SQLSTATE 'RNOK0';
EXCEPTION
	WHEN SQLSTATE 'RNOK0' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
-- The one value of a query of a role.
CREATE FUNCTION seen(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('role', who, true);
	EXECUTE query INTO result;
	PERFORM set_config('role', 'none', true);
	RETURN result;
END $$;

CREATE TABLE roles (who text, has int);
INSERT INTO roles VALUES ('rights_ann', 3), ('rights_member', 3), ('rights_root', 3), ('rights_chief', 2),
	('rights_friend', 1), ('rights_team', 1), ('rights_player', 1), ('rights_stranger', 0);
CREATE TABLE actions (needs int, command text);
INSERT INTO actions VALUES
	(1, $$SELECT rn_forecast('m', 2)$$),
	(1, $$SELECT rn_forecast_as(NULL::date, 'm', 2)$$),
	(1, $$SELECT rn_forecast('m', 2, history => 'SELECT date ''2024-01-01'' + i AS day, i % 7 AS v FROM generate_series(0, 30) i')$$),
	(1, $$SELECT rn_predict('m', 'SELECT date ''2024-01-01'' + i AS day, i % 7 AS v FROM generate_series(0, 30) i')$$),
	(1, $$SELECT rn_predict('m', date '2024-01-01' + i, i % 7) OVER (ORDER BY i) FROM generate_series(0, 30) i$$),
	(1, $$SELECT rn_summary('m')$$),
	(1, $$SELECT rn_plot('m', 2)$$),
	(1, $$SELECT rn_plot_training('m')$$),
	(1, $$SELECT rn_explain('m', 2)$$),
	(2, $$SELECT rn_forecast('m', 2, history => 'source')$$),
	(2, $$SELECT rn_forecast('m', 2, as_of => '2024-02-10')$$),
	(2, $$SELECT rn_forecast_as(NULL::date, 'm', 2, as_of => '2024-02-10')$$),
	(2, $$SELECT rn_plot('m', 2, as_of => '2024-02-10')$$),
	(2, $$SELECT rn_explain('m', 2, history => 'source')$$),
	(2, $$SELECT rn_backtest_model('m', 1, 1)$$),
	(2, $$SELECT rn_activate('m', 1)$$),
	(2, $$SELECT rn_rollback('m')$$),
	(2, $$SELECT rn_prune('m', 1)$$),
	(3, $$SELECT rn_rename('m', 'n')$$),
	(3, $$SELECT rn_drop_model('m')$$),
	(3, $$SELECT rn_grant('m', 'rights_stranger', 'use')$$),
	(3, $$SELECT rn_revoke('m', 'rights_friend', 'use')$$);
INSERT INTO actions SELECT needs, replace(command, '''m''', id.m) FROM actions, (SELECT model_id::text AS m FROM rn_models WHERE name = 'm') id;

-- tried before the plan, which makes temporary tables, beside which only the owner itself has its query run
CREATE TABLE tried AS SELECT *, outcome(who, command) AS came FROM roles, actions;
SELECT no_plan();
SELECT is(came, CASE WHEN has >= needs THEN 'ok' WHEN has = 0 THEN '42704' ELSE '42501' END, who || ': ' || command)
FROM tried ORDER BY needs, command, has;
SELECT is(outcome(who, $$SELECT rn_forecast('m', 2, history => 'source')$$), CASE who WHEN 'rights_ann' THEN 'ok' ELSE '55000' END, who || ': beside temporary tables')
FROM roles WHERE has > 1;

-- a query under the model's name only by the owner itself
SELECT is(outcome(who, $$SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 30) i', o(), 'm')$$),
	CASE who WHEN 'rights_ann' THEN 'ok' ELSE '42501' END, who || ': a new query') FROM roles;
-- given away to whom one could become
SELECT is(outcome(who, $$SELECT rn_set_owner('m', 'rights_stranger')$$),
	CASE who WHEN 'rights_root' THEN 'ok' WHEN 'rights_stranger' THEN '42704' ELSE '42501' END, who || ': given to another') FROM roles;
SELECT is(outcome(who, $$SELECT rn_set_owner('m', 'rights_ann')$$),
	CASE has WHEN 3 THEN 'ok' WHEN 0 THEN '42704' ELSE '42501' END, who || ': given to its owner') FROM roles;
GRANT rights_team TO rights_ann;
SELECT is(outcome('rights_ann', $$SELECT rn_set_owner('m', 'rights_team')$$), 'ok', 'given to a role of the owner''s');
REVOKE rights_team FROM rights_ann;

-- what views show
SELECT is(seen(who, $$SELECT count(*) FROM rn_models WHERE name = 'm'$$), (has > 0)::int::text, who || ': rn_models') FROM roles;
SELECT is(seen(who, $$SELECT count(*) FROM rn_versions WHERE name = 'm'$$), CASE WHEN has > 0 THEN '2' ELSE '0' END, who || ': rn_versions') FROM roles;
SELECT is(seen(who, $$SELECT count(*) FROM rn_training_log$$), CASE WHEN has > 0 THEN '2' ELSE '0' END, who || ': rn_training_log') FROM roles;
SELECT is(seen(who, format($$SELECT count(*) FROM %s r WHERE r::text LIKE '%%ann.%%' OR r::text LIKE '%%SELECT%%'$$, place)),
	CASE WHEN has < 2 THEN '0' ELSE rows END, who || ': queries in ' || place)
FROM roles, (VALUES ('rn_models', '1'), ('rn_versions', '2'), ('rn_summary(''m'')', '2')) p (place, rows)
WHERE has > 0;
SELECT is(seen(who, $$SELECT string_agg(role || ' ' || privilege, ', ' ORDER BY role) FROM rn_grants WHERE name = 'm'$$),
	CASE WHEN has >= 2 THEN 'rights_chief manage, rights_friend use, rights_team use'
		WHEN who = 'rights_friend' THEN 'rights_friend use' WHEN has = 1 THEN 'rights_team use' END, who || ': rn_grants') FROM roles;
SELECT is(seen('rights_stranger', format('SELECT count(*) FROM %s', t)), NULL, t || ' is closed')
FROM (VALUES ('rn_grants WHERE name = ''m'' HAVING count(*) > 0')) v (t);
SELECT is(outcome('rights_ann', 'SELECT FROM recurnet.' || t), '42501', t || ' is closed')
FROM (VALUES ('model'), ('model_grant'), ('model_roles'), ('holder'), ('usable_model')) v (t);

-- ---- grants ----

SET LOCAL ROLE rights_friend;
SELECT refuses($$SELECT rn_drop_model('m')$$, '42501', 'permission denied for model "m"', 'Only its owner may do this.%', 'too little right');
SELECT refuses($$SELECT rn_forecast('m', 2, history => 'source')$$, '42501', 'permission denied for model "m"', '%right to manage it.%rights_ann may give it to you%', 'too little to run the query');
SET LOCAL ROLE rights_ann;
SELECT refuses($$SELECT rn_grant('m', 'public', 'use')$$, '22023', '%not to public', '%Make a role%', 'not to public');
SELECT refuses($$SELECT rn_grant('m', 'rights_nobody', 'use')$$, '42704', 'role "rights_nobody" does not exist', '%', 'nor to nobody');
SELECT refuses($$SELECT rn_grant('m', 'rights_friend', 'love')$$, '22023', 'unrecognized privilege: "love"', '%use and manage%', 'no such privilege');
SELECT refuses($$SELECT rn_grant('m', NULL, 'use')$$, '22004', 'argument "role" must not be null', '%', 'no role');
SELECT refuses($$SELECT rn_revoke('m', 'rights_friend', NULL)$$, '22004', 'argument "privilege" must not be null', '%', 'no privilege');
SELECT rn_grant('m', 'rights_friend', 'manage');
SELECT rn_grant('m', 'rights_friend', 'use');
SELECT is(outcome('rights_friend', $$SELECT rn_rollback('m')$$), 'ok', 'manage beside use');
SELECT rn_revoke('m', 'rights_friend', 'manage');
SELECT is(outcome('rights_friend', $$SELECT rn_rollback('m')$$), '42501', 'manage revoked');
SELECT is(outcome('rights_friend', $$SELECT rn_forecast('m', 1)$$), 'ok', 'use stays');
SELECT rn_grant('m', 'rights_friend', 'manage');
SELECT rn_revoke('m', 'rights_friend', 'use');
SELECT is(outcome('rights_friend', $$SELECT rn_forecast('m', 1)$$), '42704', 'use revoked, and what includes it');
SELECT rn_grant('m', 'rights_friend', 'use');
SELECT rn_train('gru', 'SELECT day, v FROM ann.secret', o(), 'gone') > 0 AS trained \gset
SELECT rn_grant('gone', 'rights_friend', 'use');
SELECT rn_drop_model('gone');
SELECT is((SELECT count(*) FROM rn_grants WHERE name = 'gone'), 0::bigint, 'grants go with the model');
RESET ROLE;
SELECT is((SELECT count(*) FROM recurnet.model_grant g WHERE NOT EXISTS (SELECT FROM recurnet.model m WHERE m.model_id = g.model_id)), 0::bigint, 'all of them');

-- ---- the tables ----

CREATE ROLE rights_writer IN ROLE pg_read_all_data, pg_write_all_data;
SELECT is(outcome('rights_writer', command), '42501', 'who may write all data: ' || command)
FROM (VALUES ('INSERT INTO recurnet.model (name, owner, active_version) VALUES (''x'', ''rights_root'', 1)'),
	('UPDATE recurnet.model SET owner = ''rights_root'''), ('UPDATE recurnet.model SET active_version = 1'), ('DELETE FROM recurnet.model'),
	('UPDATE recurnet.version SET query = ''SELECT 1'''), ('DELETE FROM recurnet.version'),
	('INSERT INTO recurnet.model_grant (model_id, role, privilege, granted_by) SELECT model_id, ''rights_writer'', ''manage'', ''rights_root'' FROM recurnet.model'),
	('UPDATE recurnet.model_grant SET privilege = ''manage'''), ('DELETE FROM recurnet.model_grant'),
	('INSERT INTO recurnet.job (kind, background, role, state, server) VALUES (''train'', true, ''rights_root'', ''waiting'', '''')')) v (command);
SELECT is(outcome('rights_root', command), 'ok', 'as in a restore: ' || command)
FROM (VALUES ('UPDATE recurnet.model SET owner = ''rights_root'''), ('DELETE FROM recurnet.version')) v (command);
-- a trigger that waits until the user is another one again
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON recurnet.model_grant DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT is(outcome('rights_ann', $$SELECT rn_grant('m', 'rights_stranger', 'use')$$), '42501', 'does not, in functions of the extension');
DROP TRIGGER late ON recurnet.model_grant;

-- ---- who is the owner ----

CREATE FUNCTION ann_trains(name text) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$ SELECT rn_train('gru', 'SELECT day, v FROM ann.secret', o(), name) $$;
ALTER FUNCTION ann_trains OWNER TO rights_ann;
SET LOCAL ROLE rights_stranger;
SELECT ann_trains('defined') > 0 AS trained \gset
SELECT is(outcome('rights_stranger', $$SELECT rn_forecast('defined', 1)$$), '42704', 'of a SECURITY DEFINER function, its owner');
RESET ROLE;
SELECT is((SELECT owner || ' ' || trained_by FROM rn_models WHERE name = 'defined'), 'rights_ann rights_ann', 'is the one who trains');
SELECT is((SELECT search_path FROM recurnet.version JOIN recurnet.model USING (model_id) WHERE name = 'defined'), 'public', 'and its search_path is kept');

-- ---- roles that go ----

SET LOCAL ROLE rights_friend;
SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'friends') > 0 AS trained \gset
SELECT rn_grant('friends', 'rights_ann', 'use');
RESET ROLE;
SELECT throws_like('DROP ROLE rights_friend', '%cannot be dropped because some objects depend on it', 'an owner is not dropped');
SELECT throws_like('DROP ROLE rights_team', '%cannot be dropped because some objects depend on it', 'nor who was granted something');
DROP OWNED BY rights_friend;
SELECT is(outcome('rights_friend', $$SELECT rn_forecast('friends', 1)$$), '42704', 'after DROP OWNED its models are not its own');
SELECT is(outcome('rights_friend', $$SELECT rn_forecast('m', 1)$$), '42704', 'nor has it grants');
SELECT is((SELECT count(*) FROM rn_grants WHERE role = 'rights_friend'), 0::bigint, 'nor are they listed');
SELECT is(outcome('rights_root', $$SELECT rn_forecast('friends', 1)$$), 'ok', 'they are the superusers''');
SELECT is(outcome('rights_ann', $$SELECT rn_forecast('friends', 1)$$), 'ok', 'and of those whom it granted them');
SELECT refuses($$SELECT rn_forecast('friends', 1, history => 'source')$$, '42704', 'model "friends" has no owner any more', '%rn_set_owner%', 'their query runs as nobody');
SELECT refuses($$SELECT rn_train('gru', 'SELECT 1 AS t, 1 AS v', o(), 'friends')$$, '42704', 'model "friends" has no owner any more', '%rn_set_owner%', 'and there is nobody to train a version');
DROP ROLE rights_friend;
CREATE ROLE rights_friend;
SELECT is(seen('rights_friend', 'SELECT count(*) FROM rn_models'), '0', 'a role made again inherits nothing');
SELECT is(outcome('rights_friend', format('SELECT rn_%s', c)), '42704', 'nothing: ' || c)
FROM (VALUES ($$forecast('friends', 1)$$), ($$forecast('m', 1)$$), ($$drop_model('friends')$$), ($$grant('friends', 'rights_friend', 'manage')$$)) v (c);
SELECT is(outcome('rights_friend', $$SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'friends')$$), '42501', 'nor the name');
SET LOCAL ROLE rights_friend;
SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'new') > 0 AS trained \gset
SELECT results_eq('SELECT name FROM rn_models', ARRAY['new'], 'not with a model of its own either');
SELECT is(outcome('rights_friend', $$SELECT rn_forecast('m', 1)$$), '42704', 'nor grants');
RESET ROLE;
SELECT is((SELECT owner FROM rn_models WHERE name = 'friends'), NULL, 'what is left over is nobody''s');
SELECT is((SELECT count(*) FROM rn_grants WHERE role = 'rights_friend'), 0::bigint, 'and granted no more');
SELECT rn_set_owner('friends', 'rights_team');
SELECT is(outcome('rights_team', $$SELECT rn_forecast('friends', 1, history => 'source')$$), 'ok', 'until a superuser gives it to somebody');

-- granted something, a role made again has that and nothing else
DROP OWNED BY rights_chief;
DROP ROLE rights_chief;
CREATE ROLE rights_chief;
SELECT rn_grant('new', 'rights_chief', 'use');
SELECT is(seen('rights_chief', $$SELECT string_agg(name, ' ') FROM rn_models$$), 'new', 'a grant brings no old ones');

-- given back to all, in one statement
DROP OWNED BY rights_friend, rights_team;
SELECT count(rn_set_owner(model_id, owner)) FROM recurnet.model WHERE owner IN ('rights_friend', 'rights_team') \g /dev/null
SELECT is((SELECT string_agg(name || ' ' || owner, ', ' ORDER BY name) FROM rn_models WHERE name IN ('friends', 'new')), 'friends rights_team, new rights_friend', 'all owners as they were named');
SELECT is(outcome('rights_team', $$SELECT rn_drop_model('friends')$$), 'ok', 'and are that again');

-- who gives a model away keeps nothing of it
GRANT rights_team TO rights_chief;
SET LOCAL ROLE rights_chief;
SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'given') > 0 AS trained \gset
SELECT rn_grant('given', 'rights_chief', 'manage');
SELECT rn_grant('given', 'rights_ann', 'use');
SELECT rn_set_owner('given', 'rights_team');
RESET ROLE;
REVOKE rights_team FROM rights_chief;
SELECT is(outcome('rights_chief', $$SELECT rn_forecast('given', 1)$$), '42704', 'not even what it granted itself');
SELECT is((SELECT string_agg(role, ' ') FROM rn_grants WHERE name = 'given'), 'rights_ann', 'others keep what they were granted');

-- another role that gets the name of one that is gone, which takes no SET ROLE to superusers
DROP OWNED BY rights_friend, rights_chief;
DROP ROLE rights_friend, rights_chief;
CREATE ROLE rights_heir;
SET LOCAL ROLE rights_heir;
SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'heirs') > 0 AS trained \gset
RESET ROLE;
ALTER ROLE rights_heir RENAME TO rights_friend;
SELECT is(seen('rights_friend', $$SELECT string_agg(name, ' ') FROM rn_models$$), 'heirs', 'has none of its models');
SELECT is((SELECT owner FROM rn_models WHERE name = 'new'), NULL, 'which are nobody''s still');
ALTER ROLE rights_friend RENAME TO rights_chief;
SELECT is(seen('rights_chief', $$SELECT string_agg(name, ' ') FROM rn_models$$), 'heirs', 'nor its grants');

-- the same oid after billions of others
CREATE ROLE rights_friend;
UPDATE recurnet.model SET owner_oid = 'rights_friend'::regrole WHERE name = 'new';
UPDATE recurnet.model_grant SET role_oid = 'rights_friend'::regrole WHERE role = 'rights_chief';
SELECT is(seen('rights_friend', 'SELECT count(*) FROM rn_models'), '0', 'an oid alone is nothing');
SET LOCAL ROLE rights_friend;
SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'friends'' own') > 0 AS trained \gset
SELECT results_eq('SELECT name FROM rn_models', ARRAY['friends'' own'], 'and does not become more');
RESET ROLE;

-- of a subscription: an update of what was taken from its role, which is there still
DROP OWNED BY rights_friend;
SELECT lives_ok($$UPDATE recurnet.model SET owner = owner, active_version = active_version WHERE name = 'friends'' own'$$, 'a row that brings its owner''s entry');
SELECT is(seen('rights_friend', $$SELECT string_agg(name, ' ') FROM rn_models$$), 'friends'' own', 'is the owner''s');

-- ---- a role that is renamed ----

SELECT rn_grant('m', 'rights_friend', 'use');
ALTER ROLE rights_ann RENAME TO rights_anna;
ALTER ROLE rights_friend RENAME TO rights_fred;
CREATE ROLE rights_ann;
CREATE ROLE rights_friend;
SELECT is(outcome('rights_anna', $$SELECT rn_forecast('m', 1, history => 'source')$$), 'ok', 'a renamed role keeps its models');
SELECT is(outcome('rights_fred', $$SELECT rn_forecast('m', 1)$$), 'ok', 'and its grants');
SELECT is(outcome(r, $$SELECT rn_forecast('m', 1)$$), '42704', r || ': a new role of the name has neither') FROM unnest('{rights_ann,rights_friend}'::text[]) r;
SELECT is((SELECT owner FROM rn_models WHERE name = 'm'), 'rights_anna', 'views show the name that it has');
SELECT is((SELECT value FROM rn_summary('m') WHERE item = 'owner'), 'rights_anna', 'so does rn_summary');
SELECT rn_grant('m', 'rights_friend', 'use');
SELECT is((SELECT string_agg(role, ' ' ORDER BY role) FROM rn_grants WHERE name = 'm' AND role ~ 'fr'), 'rights_fred rights_friend', 'both roles may be granted it');
SELECT is((SELECT string_agg(role, ' ' ORDER BY role) FROM recurnet.model_grant WHERE role ~ 'fr'), 'rights_friend rights_friend', 'whatever names are stored');
SELECT count(rn_grant(model_id, role, privilege)) FROM rn_grants \g /dev/null
SELECT count(rn_set_owner(model_id, owner)) FROM rn_models WHERE owner IS NOT NULL \g /dev/null
SELECT is((SELECT string_agg(role, ' ' ORDER BY role) FROM recurnet.model_grant WHERE role ~ 'fr'), 'rights_fred rights_friend', 'names that are stored can be brought up to date');
SELECT is((SELECT owner FROM recurnet.model WHERE name = 'm'), 'rights_anna', 'those of owners, too');
SELECT rn_revoke('m', 'rights_fred', 'use');
SELECT is((SELECT string_agg(role, ' ' ORDER BY role) FROM rn_grants WHERE role ~ 'fr'), 'rights_friend', 'and what one has is taken from that one');
SELECT refuses($$SELECT rn_forecast('new', 1, history => 'source')$$, '42704', 'model "new" has no owner any more', '%rn_set_owner%', 'what is nobody''s stays so');

-- ---- as many roles as there may be ----

SAVEPOINT many;
DO $$
DECLARE
	step int;
	done int := 0;
BEGIN
	FOR i IN 1 .. 3200 LOOP
		EXECUTE format('CREATE ROLE rights_many_%s', i);
	END LOOP;
	-- while there is room, for a hundred, for ten, for one
	FOREACH step IN ARRAY '{100, 10, 1}'::int[] LOOP
		WHILE done < 3200 LOOP
			BEGIN
				EXECUTE (SELECT 'GRANT SELECT ON recurnet.model_roles TO ' || string_agg('rights_many_' || done + k, ', ') FROM generate_series(1, step) k);
			EXCEPTION WHEN program_limit_exceeded THEN
				EXIT;
			END;
			done := done + step;
		END LOOP;
	END LOOP;
END $$;
SET LOCAL ROLE rights_many_3200;
SELECT refuses($$SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o())$$, '54000', 'no more roles of this database can hold models', '%REVOKE SELECT ON recurnet.model_roles%', 'too many roles');
SET LOCAL ROLE rights_many_1;
SELECT is(outcome('rights_many_1', $$SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o())$$), 'ok', 'those that are there have room');
RESET ROLE;
ROLLBACK TO many;

-- ---- read only ----

SELECT rn_train('gru', 'SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(0, 40) i', o(), 'roots') > 0 AS trained \gset
SELECT is((SELECT count(*) FROM rn_forecast('roots', 1, history => 'source')), 1::bigint, 'the extension''s owner owns without an entry');
SET LOCAL transaction_read_only = on;
SELECT refuses($$SELECT rn_grant('m', 'rights_player', 'use')$$, '25006', 'cannot execute rn_grant() in a read-only transaction', '%', 'read only: grant');
SELECT refuses($$SELECT rn_revoke('m', 'rights_player', 'use')$$, '25006', 'cannot execute rn_revoke() in a read-only transaction', '%', 'read only: revoke');
SELECT refuses($$SELECT rn_set_owner('m', 'rights_player')$$, '25006', 'cannot execute rn_set_owner() in a read-only transaction', '%', 'read only: owner');
SELECT is((SELECT count(*) FROM rn_forecast('roots', 1, history => 'source')), 1::bigint, 'read only: the stored query');

SELECT * FROM finish();
ROLLBACK;
