--
-- Whose rights a stored query has: the owner's, of whom nothing goes to who asks,
-- and nothing of who asks gets in.
--
-- pgTAP makes temporary tables, in a session with which only the owner has its query
-- run: so what comes of it is kept, and judged at the end.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE ROLE rights_ann;
CREATE ROLE rights_chief;
CREATE ROLE rights_root SUPERUSER;
CREATE SCHEMA ann AUTHORIZATION rights_ann;
CREATE FUNCTION o() RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'::jsonb $$;
CREATE TABLE came (no serial, got text, expected text, what text);
CREATE FUNCTION keep(got anyelement, expected anyelement, what text) RETURNS void LANGUAGE sql SECURITY DEFINER
AS $$ INSERT INTO public.came (got, expected, what) VALUES (got, expected, what) $$;
-- kinds of temporary objects
CREATE TABLE temporary (object text);
INSERT INTO temporary VALUES ('TABLE rows (t int, v numeric)'), ('SEQUENCE s'), ('VIEW rows AS SELECT 1 AS t, 2.0 AS v'),
	('TABLE x AS SELECT 1 AS a'), ('FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS ''SELECT 1'''),
	('DOMAIN pg_temp.d AS int'), ('TYPE pg_temp.t AS (a int)'), ('OPERATOR pg_temp.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)');
GRANT SELECT ON temporary TO PUBLIC;
-- What comes of a command: ok, or what went wrong.  Nothing stays of it.
CREATE FUNCTION outcome(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RAISE EXCEPTION SQLSTATE 'RNOK0';
EXCEPTION
	WHEN SQLSTATE 'RNOK0' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- ---- it runs as the owner, and gets nothing from who asks ----

SET LOCAL ROLE rights_ann;
CREATE TABLE ann.secret AS SELECT date '2024-01-01' + i AS day, i % 7 + 0.5 AS v FROM generate_series(0, 59) i;
CREATE TABLE ann.log (what text, who text, result text);
CREATE TABLE ann.late (i int);
CREATE FUNCTION ann.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ann.log VALUES ('deferred', current_user, 'ran'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON ann.late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ann.trap();
CREATE FUNCTION ann.try(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RETURN 'done as ' || current_user;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
-- what the query tries; the first row does it all
CREATE FUNCTION ann.attack(day date) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	IF day = '2024-01-01' AND current_setting('test.attack', true) = 'on' THEN
		INSERT INTO ann.log SELECT c, current_user, ann.try(c) FROM unnest(ARRAY[
			'SET ROLE rights_root', 'SELECT set_config(''role'', ''rights_root'', false)', 'RESET ROLE', 'SET LOCAL ROLE NONE',
			'SET SESSION AUTHORIZATION rights_root', 'RESET SESSION AUTHORIZATION', 'SELECT set_config(''session_authorization'', ''rights_root'', true)',
			'CREATE TEMP TABLE pinned (i int)', 'INSERT INTO ann.late VALUES (1)', 'LISTEN ann']) c;
		PERFORM set_config('search_path', 'ann', false), set_config('TimeZone', 'Asia/Tokyo', false), set_config('test.mine', 'theirs', false);
	END IF;
	RETURN extract(day FROM day);
END $$;
SET LOCAL search_path = ann, public;
SET LOCAL TimeZone = 'Europe/Berlin';
CREATE FUNCTION ann.note(day date) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	IF day = '2024-01-01' THEN
		INSERT INTO ann.log VALUES ('setting', current_user, current_setting('search_path') || '; ' || current_setting('TimeZone'));
	END IF;
	RETURN 0;
END $$;
SELECT public.rn_train('gru', 'SELECT day, note(day) + attack(day) AS v FROM secret', o(), 'attack') > 0 AS trained \gset
RESET search_path;
RESET TimeZone;
SELECT rn_grant('attack', 'rights_chief', 'manage');
DELETE FROM ann.log;
RESET ROLE;

SET LOCAL test.attack = 'on';
SET LOCAL test.mine = 'mine';
SELECT keep((SELECT count(*) FROM rn_forecast('attack', 2, history => 'source')), 2::bigint, 'a superuser has the query run');
SELECT keep((SELECT string_agg(DISTINCT who, ' ') FROM ann.log), 'rights_ann', 'as the owner');
SELECT keep((SELECT string_agg(what || ': ' || result, '; ') FROM ann.log WHERE what <> 'setting' AND result NOT IN ('42501')), NULL, 'out of which nothing leads');
SELECT keep((SELECT count(*) FROM ann.log WHERE result = '42501'), 10::bigint, 'though all was tried');
SELECT keep((SELECT result FROM ann.log WHERE what = 'setting'), 'ann, public, pg_temp; Europe/Berlin', 'with the settings that it was stored with');
SELECT keep(concat_ws(' ', current_user, current_setting('search_path'), current_setting('TimeZone'), current_setting('test.mine')),
	concat_ws(' ', session_user::text, '"$user", public', 'UTC', 'mine'), 'all is as it was');
SELECT keep((SELECT count(*) FROM pg_class WHERE relname = 'pinned'), 0::bigint, 'nothing is left');
DELETE FROM ann.log;
SELECT keep((SELECT count(*) FROM rn_backtest_model('attack', 1, 1)), 1::bigint, 'a backtest has the query run');
SELECT keep((SELECT string_agg(DISTINCT who || result, '') FROM ann.log WHERE what <> 'setting'), 'rights_ann42501', 'no other way');
SET LOCAL test.attack = 'off';

-- nor what else who asks has set, but for settings of no meaning to the server
SET LOCAL ROLE rights_ann;
CREATE FUNCTION ann.settings(day date) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	IF day = '2024-01-01' THEN
		INSERT INTO ann.log SELECT 'means', current_user, string_agg(format('%s = %s', name, setting), '; ' ORDER BY name) FROM pg_settings
		WHERE name IN ('DateStyle', 'IntervalStyle', 'array_nulls', 'bytea_output', 'extra_float_digits', 'row_security', 'standard_conforming_strings', 'transform_null_equals', 'xmloption');
	END IF;
	RETURN extract(day FROM day);
END $$;
SET LOCAL DateStyle = 'SQL, DMY';
SELECT rn_train('gru', $$SELECT day, ann.settings(day) AS v FROM ann.secret WHERE day < '01/02/2024'$$, o(), 'styled') AS trained \gset
RESET DateStyle;
SELECT rn_grant('styled', 'rights_chief', 'manage');
DELETE FROM ann.log;
SET LOCAL ROLE rights_chief;
SET LOCAL DateStyle = 'ISO, MDY';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL array_nulls = off;
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = -15;
SET LOCAL row_security = off;
SET LOCAL standard_conforming_strings = off;
SET LOCAL transform_null_equals = on;
SET LOCAL xmloption = 'document';
SELECT keep((SELECT min(ts)::date FROM rn_forecast('styled', 1, history => 'source')), date '2024-02-01', 'a date in the query is what it was');
RESET ROLE;
SELECT keep((SELECT result FROM ann.log WHERE what = 'means'), 'DateStyle = SQL, DMY; IntervalStyle = postgres; array_nulls = on; bytea_output = hex; extra_float_digits = 1; row_security = on; standard_conforming_strings = on; transform_null_equals = off; xmloption = content',
	'and nothing else of it changes its meaning');
SELECT keep((SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('IntervalStyle', 'row_security', 'xmloption')), 'iso_8601 off document', 'all is as it was set');
RESET IntervalStyle;
RESET array_nulls;
RESET bytea_output;
RESET extra_float_digits;
RESET row_security;
RESET standard_conforming_strings;
RESET transform_null_equals;
RESET xmloption;

-- after an error, too
SET LOCAL ROLE rights_ann;
SELECT rn_train('gru', $$SELECT day, v / nullif(coalesce(current_setting('test.zero', true), '1')::int, 1) AS v FROM ann.secret UNION ALL SELECT day - 60, v FROM ann.secret$$,
	o() || '{"missing": "zero"}', 'failing') > 0 AS trained \gset
RESET ROLE;
SET LOCAL test.zero = '0';
SELECT keep(outcome($$SELECT rn_forecast('failing', 2, history => 'source')$$), '22012: division by zero', 'a query that fails');
SELECT keep(concat_ws(' ', current_user, current_setting('search_path')), concat_ws(' ', session_user::text, '"$user", public'), 'leaves all as it was');

-- ---- nor does who asks get anything in ----

CREATE SCHEMA evil AUTHORIZATION rights_chief;
CREATE SCHEMA plain AUTHORIZATION rights_ann;
GRANT USAGE ON SCHEMA plain TO rights_chief;
SET LOCAL ROLE rights_ann;
CREATE TABLE plain.rows AS SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(1, 40) i;
SET LOCAL search_path = pg_temp, plain, public;
SELECT rn_train('gru', 'SELECT t, abs(v) AS v FROM rows', o(), 'shadow') > 0 AS trained \gset
RESET search_path;
SELECT rn_grant('shadow', 'rights_chief', 'manage');
SELECT forecast AS expected FROM rn_forecast('shadow', 1, history => 'source') \gset
SET LOCAL ROLE rights_chief;
CREATE FUNCTION evil.abs(numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE 'misled'; END $$;
CREATE TABLE evil.rows AS SELECT i AS t, 400.0 AS v FROM generate_series(1, 40) i;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
GRANT SELECT ON evil.rows TO PUBLIC;
SET LOCAL search_path = evil, pg_catalog, public;
SELECT keep((SELECT forecast FROM rn_forecast('shadow', 1, history => 'source')), :'expected'::float8, 'tables and functions of a manager''s are not mistaken for the owner''s');
RESET search_path;

-- what is temporary: even a table has indexes, triggers, policies and casts, which run code
SELECT keep(outcome(format('CREATE %s%s; SELECT rn_forecast(''shadow'', 1, history => ''source'')', CASE WHEN object LIKE '%pg_temp%' THEN '' ELSE 'TEMP ' END, object)),
	'55000: cannot run another role''s query in a session with temporary objects', object) FROM temporary;
SELECT keep(outcome(format('CREATE %s%s; SELECT rn_forecast(''shadow'', 1)', CASE WHEN object LIKE '%pg_temp%' THEN '' ELSE 'TEMP ' END, object)),
	'ok', object || ', without the query') FROM temporary LIMIT 1;
SELECT keep(outcome(format($$SELECT rn_%s$$, c)), 'ok', c || ': without temporary objects')
FROM (VALUES ($$forecast('shadow', 1, history => 'source')$$), ($$forecast('shadow', 1, as_of_t => 30)$$), ($$backtest_model('shadow', 1, 1)$$)) v (c);
SELECT keep(outcome(format($$CREATE TEMP TABLE x (); SELECT rn_%s$$, c)), '55000: cannot run another role''s query in a session with temporary objects', c)
FROM (VALUES ($$forecast('shadow', 1, history => 'source')$$), ($$forecast('shadow', 1, as_of_t => 30)$$), ($$backtest_model('shadow', 1, 1)$$)) v (c);

-- the way in: a function of the owner's that sets its search_path finds what is temporary first
SET LOCAL ROLE rights_ann;
CREATE FUNCTION ann.pinned() RETURNS SETOF ann.secret LANGUAGE plpgsql SET search_path = ann AS $$ BEGIN RETURN QUERY SELECT * FROM secret; END $$;
SELECT public.rn_train('gru', 'SELECT day, v FROM ann.pinned()', o(), 'pinned') > 0 AS trained \gset
SELECT rn_grant('pinned', 'rights_chief', 'manage');
SET LOCAL ROLE rights_chief;
CREATE FUNCTION evil.spy(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF current_user <> 'rights_chief' THEN RAISE 'ran as %', current_user; END IF; RETURN 1; END $$;
SELECT keep(outcome($$
	CREATE TEMP TABLE secret AS SELECT date '2024-01-01' + i AS day, i % 7 + 0.5 AS v FROM generate_series(0, 59) i;
	GRANT SELECT ON secret TO PUBLIC;
	CREATE INDEX ON secret (evil.spy(1));
	SELECT rn_forecast('pinned', 1, history => 'source')$$),
	'55000: cannot run another role''s query in a session with temporary objects', 'an index of a temporary table');

-- what the owner itself has made is its own affair
SET LOCAL ROLE rights_ann;
SELECT keep(outcome(format('CREATE %s%s; SELECT rn_forecast(''pinned'', 1, history => ''source'')', CASE WHEN object LIKE '%pg_temp%' THEN '' ELSE 'TEMP ' END, object)),
	'ok', 'of the owner: ' || object) FROM temporary;

-- nor does the query leave anything there
SET LOCAL ROLE rights_ann;
CREATE FUNCTION ann.plant() RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	RETURN 1;
END $$;
SELECT rn_train('gru', 'SELECT day, v + CASE current_setting(''test.plant'', true) WHEN ''on'' THEN ann.plant() ELSE 1 END AS v FROM ann.secret', o(), 'planting') > 0 AS trained \gset
SELECT rn_grant('planting', 'rights_chief', 'manage');
SET LOCAL ROLE rights_chief;
SET LOCAL test.plant = 'on';
SELECT keep(outcome($$SELECT rn_forecast('planting', 1, history => 'source')$$), '55000: stored query of another role has made temporary objects', 'a query that makes a temporary function');
SELECT keep(outcome($$SELECT rn_forecast('shadow', 1, history => 'source')$$), 'ok', 'of which nothing is left');
RESET ROLE;

-- ---- so it was ----

SELECT no_plan();
SELECT is(got, expected, what) FROM came ORDER BY no;
SELECT * FROM finish();
ROLLBACK;
