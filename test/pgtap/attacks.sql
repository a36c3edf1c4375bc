--
-- What somebody with no right but everybody's tries: numbers that overflow, options without
-- end, names that are formats or statements, operators and functions of one's own, the
-- catalog through every door, errors that might tell.  Each is refused, with an error
-- that it should have, or does what it does for anybody.  docs/reliability.md lists
-- where the other attacks are.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
SET LOCAL client_min_messages = error;
SET LOCAL statement_timeout = '60s';

CREATE ROLE attack_ann;
CREATE ROLE attack_eve;
CREATE SCHEMA eve AUTHORIZATION attack_eve;
CREATE SCHEMA ann AUTHORIZATION attack_ann;
GRANT USAGE ON SCHEMA ann TO PUBLIC;
-- What comes of a command: ok, or its SQLSTATE and message.  Nothing stays of it.
CREATE FUNCTION outcome(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RAISE EXCEPTION SQLSTATE 'RNOK0';
EXCEPTION
	WHEN SQLSTATE 'RNOK0' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
-- Everything that an error says.
CREATE FUNCTION said(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
	context text;
BEGIN
	EXECUTE command;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
	RETURN concat_ws(' ', SQLSTATE, message, detail, hint, context);
END $$;

SET LOCAL ROLE attack_ann;
CREATE TABLE ann.secret AS SELECT i AS t, i % 7 + 0.5 AS v, 'hush' AS word FROM generate_series(1, 60) i;
CREATE FUNCTION ann.strict(v numeric) RETURNS float8 LANGUAGE plpgsql AS
$$ BEGIN IF current_setting('attack.fail', true) = 'on' THEN RAISE 'no value like %', v; END IF; RETURN v; END $$;
SELECT rn_train('gru', 'SELECT t, ann.strict(v) AS v FROM ann.secret WHERE word = ''hush''', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'anns') AS id \gset
RESET ROLE;
SET LOCAL ROLE attack_eve;
CREATE TABLE eve.t AS SELECT i AS t, i % 7 + 0.5 AS v FROM generate_series(1, 60) i;
SELECT rn_train('gru', 'SELECT t, v FROM eve.t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'eves') AS mine \gset

-- ---- numbers that overflow ----

-- Horizon by series by units, at the ends of their types and where products wrap.
SELECT matches(outcome(format('SELECT count(*) FROM (SELECT rn_train(''gru'', ''SELECT t, v FROM eve.t'', %L)) x', options)),
	'^(22023|22P02|54000|22000|42601|22003): ', 'options ' || options)
FROM unnest(ARRAY[
	'{"recipe": "plain", "units": 2147483647}', '{"recipe": "plain", "units": 2147483648}', '{"recipe": "plain", "units": 1e400}',
	'{"recipe": "plain", "units": [100000, 100000, 100000]}', '{"recipe": "plain", "units": 65536, "horizon": 65536, "window": 2}',
	'{"recipe": "plain", "units": -1}', '{"horizon": 2147483647}', '{"horizon": 4294967297}', '{"horizon": -2147483648}', '{"horizon": 9223372036854775808}',
	'{"window": 2147483647}', '{"recipe": "plain", "window": 65536, "units": 65536, "batch_size": 65536}', '{"season": 2147483647, "recipe": "auto"}', '{"season": [2, 1e300]}',
	'{"epochs": 99999999999999999999}', '{"ensemble": 2147483647}', '{"train_rows": -9223372036854775809}', '{"batch_size": 18446744073709551617}',
	'{"learning_rate": 1e308, "learning_rate_": 1}', '{"seed": 1e30}', '{"dropout": 1e-400, "units": "2"}', '{"validation_split": NaN}']) AS options;
SELECT matches(outcome(format('SELECT count(*) FROM rn_forecast(%L, %s)', 'eves', horizon)), '^(22023|54000|22003): ', 'horizon ' || horizon)
FROM unnest(ARRAY['2147483647', '-2147483648', '0', '2000000000']) AS horizon;
SELECT matches(outcome(format('SELECT count(*) FROM rn_forecast(%L, 3, %s)', 'eves', level)), '^22023: ', 'level ' || level)
FROM unnest(ARRAY['1e308', '''NaN''', '-0.0', '''Infinity''', '1']) AS level;
SELECT matches(outcome(format('SELECT count(*) FROM rn_forecast(%L, 3, as_of_t => %s)', 'eves', t)), '^(ok|21000: |22\w{3}: |54000: )', 'as_of_t ' || t)
FROM unnest(ARRAY['9223372036854775807', '-9223372036854775808']) AS t;
SELECT matches(outcome(format('SELECT count(*) FROM rn_backtest(%L, %L, %L, %s)', 'gru', 'SELECT t, v FROM eve.t', '{"epochs": 1}', arguments)), '^(22023|54000|22000|22003): ', 'backtest ' || arguments)
FROM unnest(ARRAY['folds => 2147483647', 'folds => -2147483648', 'horizon => 2147483647', 'gap => 2147483647', 'step => 2147483647, folds => 2147483647', 'folds => 46341, step => 46341']) AS arguments;
SELECT matches(outcome(format('SELECT rn_train(%L, %L, %L)', 'gru', query, '{"recipe": "plain", "units": 2, "epochs": 1, "window": 2}')), '^(22\w{3}|54000): ', 'times ' || query)
FROM unnest(ARRAY[
	'SELECT CASE i WHEN 1 THEN -9223372036854775808 WHEN 2 THEN 0 ELSE 9223372036854775807 END AS t, i * 1.5 AS v FROM generate_series(1, 3) i',
	'SELECT (CASE WHEN i < 3 THEN ''4713-01-01 BC'' ELSE ''5874897-12-31'' END)::date + (i % 2) AS t, i * 1.5 AS v FROM generate_series(1, 4) i',
	'SELECT ''infinity''::timestamptz AS t, i * 1.5 AS v FROM generate_series(1, 9) i']) AS query;

-- ---- options without end ----

SELECT matches(outcome(format('SELECT rn_train(%L, %L, %s)', 'gru', 'SELECT t, v FROM eve.t', options)), '^(22023|54\w{3}|22000|42601|0A000): ', what)
FROM (VALUES
	('a hundred thousand layers', $$ jsonb_build_object('units', (SELECT jsonb_agg(2) FROM generate_series(1, 100000))) $$),
	('a hundred thousand seasons', $$ jsonb_build_object('season', (SELECT jsonb_agg(i) FROM generate_series(2, 100001) i)) $$),
	('a hundred thousand options', $$ (SELECT jsonb_object_agg('o' || i, i) FROM generate_series(1, 100000) i) $$),
	('a key of 2 MB', $$ jsonb_build_object(repeat('k', 2000000), 1) $$),
	('a word of 6 MB', $$ jsonb_build_object('scaler', repeat('minmax', 1000000)) $$),
	('an array five thousand deep', $$ (repeat('[', 5000) || repeat(']', 5000))::jsonb $$),
	('units five thousand deep', $$ ('{"units": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb $$),
	('a number of 100000 digits', $$ ('{"units": ' || repeat('9', 100000) || '}')::jsonb $$),
	('an object a hundred thousand deep', $$ (repeat('{"units":', 100000) || '1' || repeat('}', 100000))::jsonb $$)) AS giant (what, options);
SELECT matches(outcome(format('SELECT count(*) FROM rn_tune(%L, %s, options => %L)', 'SELECT t, v FROM eve.t', space, '{"epochs": 1}')), '^(22023|54\w{3}|22000|42601): ', what)
FROM (VALUES
	('a space of 10^30 trials', $$ (SELECT jsonb_object_agg(k, (SELECT jsonb_agg(i) FROM generate_series(1, 1000) i)) FROM unnest('{units,window,epochs,batch_size,season,horizon,seed,patience,train_rows,ensemble}'::text[]) k) $$),
	('a space of a hundred thousand options', $$ (SELECT jsonb_object_agg('o' || i, i) FROM generate_series(1, 100000) i) $$),
	('a space five thousand deep', $$ ('{"units": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb $$)) AS giant (what, space);
SELECT matches(outcome(format('SELECT count(*) FROM rn_forecast(%L, 2, future => %L)', 'eves', 'SELECT ' || repeat('(', 100000) || '1')), '^(22023|54001|42601|42\w{3}|0A000): ', 'a query a hundred thousand deep');
SELECT matches(outcome(format('SELECT rn_train(%L, %L)', 'gru', 'SELECT t, v FROM eve.t WHERE t IN (' || repeat('1,', 200000) || '1)')), '^(21000|54\w{3}): ', 'a query of 400 kB');

-- What is no option is refused before any value of those behind it is looked at.
SELECT matches(outcome(format('SELECT count(*) FROM rn_tune(%L, %s)', 'SELECT t, v FROM eve.t',
	$$ (SELECT jsonb_object_agg(k, (SELECT jsonb_agg(i) FROM generate_series(1, 1000) i)) FROM unnest('{o,units,window,epochs,batch_size,season}'::text[]) k) $$)), '^22023: unrecognized option "o"$', 'an option that there is not, in a space');
-- And of a long name is said what shows which it is.
SELECT cmp_ok(length(said(command)), '<', 1000, 'a long error: ' || left(command, 60))
FROM (VALUES ($$SELECT rn_train('gru', 'SELECT t, v FROM eve.t', jsonb_build_object(repeat('k', 2000000), 1))$$), ($$SELECT rn_train('gru', 'SELECT t, v FROM eve.t', jsonb_build_object('scaler', repeat('minmax', 1000000)))$$),
	($$SELECT rn_train(repeat('é', 2000000), 'SELECT t, v FROM eve.t')$$), ($$SELECT rn_export('eves', repeat('k', 2000000))$$), ($$SELECT rn_plot('eves', theme => repeat('k', 2000000))$$)) AS long (command);

-- ---- names that are formats or statements ----

CREATE FUNCTION eve.odd() RETURNS SETOF text LANGUAGE sql AS $$ SELECT unnest(ARRAY['%s%s%n%1$*2$d', '"; DROP TABLE eve.t; --', '''; SELECT 1; --', E'a\nb', '$1', E'\\x00', '{"a": 1}', repeat('%n', 100), '😀%']) $$;
SELECT is(outcome(format('SELECT rn_train(%L, %L, %L, %L)', 'gru', 'SELECT t, v FROM eve.t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', name)), 'ok', 'a model of that name: ' || name) FROM eve.odd() name;
SELECT is(said(format('SELECT rn_forecast(%L, 1)', name)) LIKE '42704 model "' || replace(replace(name, '\', '\\'), '%', '\%') || '" does not exist%', true, 'and one that is not there: ' || name) FROM eve.odd() name;
SELECT matches(outcome(format('SELECT rn_train(%L, %L, %L)', 'gru', 'SELECT t, v FROM eve.t', jsonb_build_object(name, name))), '^22023: ', 'an option of that name: ' || name) FROM eve.odd() name;
SELECT matches(outcome(format('SELECT rn_train(%L, %L)', name, 'SELECT t, v FROM eve.t')), '^22023: ', 'a cell of that name: ' || name) FROM eve.odd() name;
SELECT is(outcome(format('SELECT rn_train(%L, %L, %L, series => %L, "time" => %L)', 'gru', format('SELECT t AS %1$I, v, %2$L::text AS %3$I FROM eve.t', left(name, 60), name, 's' || left(name, 50)),
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', quote_ident('s' || left(name, 50)), left(name, 60))), 'ok', 'columns of that name: ' || name) FROM eve.odd() name;

-- ---- functions and operators of one's own ----

-- Each would write down as whom it was run.
RESET ROLE;
CREATE TABLE fell (who text, what text);
GRANT INSERT ON fell TO PUBLIC;
SET LOCAL ROLE attack_eve;
CREATE FUNCTION eve.trap(what text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.fell VALUES (current_user, what); RETURN true; END $$;
CREATE FUNCTION eve.eq(a text, b text) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('=') $$;
CREATE OPERATOR eve.= (LEFTARG = text, RIGHTARG = text, FUNCTION = eve.eq);
CREATE FUNCTION eve.eq(a name, b name) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('=') $$;
CREATE OPERATOR eve.= (LEFTARG = name, RIGHTARG = name, FUNCTION = eve.eq);
CREATE FUNCTION eve.eq(a bigint, b bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('=') $$;
CREATE OPERATOR eve.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = eve.eq);
CREATE FUNCTION eve.eq(a oid, b oid) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('=') $$;
CREATE OPERATOR eve.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = eve.eq);
CREATE FUNCTION eve.lt(a bigint, b bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('<') $$;
CREATE OPERATOR eve.< (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = eve.lt);
CREATE FUNCTION eve.has_privs(name, text) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('pg_has_role') $$;
CREATE FUNCTION eve.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('pg_has_role') $$;
CREATE FUNCTION eve.pg_has_role(name, oid, text) RETURNS boolean LANGUAGE sql AS $$ SELECT eve.trap('pg_has_role') $$;
CREATE FUNCTION eve.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT CASE WHEN eve.trap('clock_timestamp') THEN pg_catalog.now() END $$;
CREATE FUNCTION eve.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT CASE WHEN eve.trap('sha256') THEN $1 END $$;
CREATE FUNCTION eve.nextval(regclass) RETURNS bigint LANGUAGE sql AS $$ SELECT CASE WHEN eve.trap('nextval') THEN 1 END $$;
CREATE DOMAIN eve.bigint AS pg_catalog.int8 CHECK (eve.trap('bigint'));
RESET ROLE;
SET LOCAL search_path = eve, pg_catalog, public;
SET LOCAL recurnet.model_cache_size = 0;
SELECT public.rn_train('gru', 'SELECT t, v FROM eve.t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'roots') \g /dev/null
SELECT count(*) FROM public.rn_forecast('roots', 2) a, public.rn_forecast('anns', 2) b \g /dev/null
SELECT public.rn_grant('roots', 'attack_eve', 'use'), public.rn_rename('roots', 'roots2'), public.rn_revoke('roots2', 'attack_eve', 'use') \g /dev/null
SELECT count(*) FROM public.rn_models, public.rn_versions, public.rn_grants \g /dev/null
SELECT count(*) FROM public.rn_jobs, public.rn_progress, public.rn_training_log \g /dev/null
SELECT public.rn_prune('roots2', 1), public.rn_prune_jobs('1 day') \g /dev/null
SELECT public.rn_drop_model('roots2') \g /dev/null
RESET search_path;
SELECT is((SELECT string_agg(DISTINCT who || ': ' || what, ', ') FROM fell), NULL, 'no operator, function or type of eve is run by a superuser who has her schema in front');

-- ---- the catalog, through every door ----

SET LOCAL ROLE attack_eve;
SELECT matches(outcome(command), '^(42501|42883|55000|55P02): ', command)
FROM unnest(ARRAY[
	'TABLE recurnet.version', 'TABLE recurnet.model', 'TABLE recurnet.job', 'TABLE recurnet.model_roles', 'TABLE recurnet.holder', 'TABLE recurnet.usable_model',
	'SELECT nextval(''recurnet.model_id_seq'')', 'SELECT setval(''recurnet.job_id_seq'', 1)', 'SELECT last_value FROM recurnet.model_id_seq',
	'SELECT recurnet.job_is_lost(1, ''running'', '''')', 'SELECT recurnet.progress()', 'LOCK TABLE recurnet.model', 'TRUNCATE recurnet.job', 'ANALYZE recurnet.model; SELECT 1/0 FROM recurnet.model',
	'CREATE TRIGGER t BEFORE INSERT ON recurnet.model FOR EACH ROW EXECUTE FUNCTION eve.f()', 'CREATE TRIGGER t BEFORE INSERT ON eve.t FOR EACH ROW EXECUTE FUNCTION recurnet.admit_role()',
	'CREATE RULE r AS ON INSERT TO recurnet.job DO ALSO NOTHING', 'CREATE POLICY p ON recurnet.model USING (true)', 'ALTER TABLE recurnet.model DISABLE TRIGGER ALL', 'CREATE INDEX ON recurnet.model (name)',
	'CREATE VIEW eve.v AS TABLE recurnet.model', 'CREATE TABLE recurnet.mine (i int)', 'CREATE STATISTICS eve.s ON name, owner FROM recurnet.model', 'CREATE TABLE eve.child () INHERITS (recurnet.model)',
	'INSERT INTO rn_models (name) VALUES (''x'')', 'UPDATE rn_jobs SET state = ''done''', 'DELETE FROM rn_grants', 'ALTER EXTENSION recurnet UPDATE', 'DROP EXTENSION recurnet', 'ALTER EXTENSION recurnet SET SCHEMA eve',
	'CREATE OR REPLACE FUNCTION rn_version() RETURNS text LANGUAGE sql AS ''SELECT 1''', 'ALTER FUNCTION rn_version() LEAKPROOF', 'COMMENT ON EXTENSION recurnet IS ''mine''', 'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION eve.f()',
	'CREATE FUNCTION eve.c() RETURNS int LANGUAGE c AS ''$libdir/recurnet'', ''recurnet_admit_role''', 'CREATE CAST (bytea AS rn_model) WITHOUT FUNCTION', 'SET recurnet.max_workers = 100',
	'SELECT * FROM pg_catalog.pg_read_file(''base'')', 'SELECT * FROM pgstattuple(''recurnet.model'')']) AS command;
RESET ROLE;
SELECT is((SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet') AND d.deptype = 'e' AND (p.proleakproof OR p.prosecdef)), NULL,
	'no function says that it leaks nothing, and none has rights of its own');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'recurnet'::regnamespace AND relkind IN ('r', 'v')
	AND has_table_privilege('attack_eve', oid, CASE WHEN relname = 'model_roles' THEN 'INSERT' ELSE 'SELECT' END || ', UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')), 0::bigint,
	'nobody has a right on a table of the catalog, but for the list of roles that its own list says who is on');

-- ---- what errors tell ----

SELECT rn_grant('anns', 'attack_eve', 'use');
SET LOCAL attack.fail = 'on';
SET LOCAL ROLE attack_eve;
CREATE FUNCTION eve.told(command text) RETURNS text LANGUAGE sql AS
$$ SELECT substring(public.said(command) FROM 'hush|secret|strict|no value like') $$;
SELECT is(eve.told(command), NULL, 'tells nothing of a query or its rows: ' || command)
FROM unnest(ARRAY['SELECT rn_forecast(''anns'', 1, history => ''source'')', 'SELECT rn_forecast(''anns'', 1, as_of_t => 50)', 'SELECT rn_drift(''anns'')', 'SELECT rn_backtest_model(''anns'')', 'SELECT rn_forecast(''anns'', -1)',
	'SELECT rn_retrain_async(''anns'')', 'SELECT rn_summary(''anns'')::text', 'SELECT rn_activate(''anns'', 2)', 'SELECT rn_create_view(''anns'', ''x'')', 'SELECT query FROM rn_models', 'SELECT rn_predict(''anns'', ''SELECT 1 AS t, 2.0 AS v'')']) AS command;
SELECT is(said('SELECT rn_drop_model(' || :id || ')') NOT LIKE 'ok%', true, 'nor may who uses a model drop it');
RESET ROLE;
SELECT rn_revoke('anns', 'attack_eve', 'use');
SET LOCAL ROLE attack_eve;
SELECT is(replace(said('SELECT rn_forecast(' || :id || ')'), :'id', 'ID'), replace(said('SELECT rn_forecast(2000000)'), '2000000', 'ID'), 'a model of others is as one that there is not, by id');
SELECT is(replace(said('SELECT rn_summary(''anns'')'), 'anns', 'NAME'), replace(said('SELECT rn_summary(''none'')'), 'none', 'NAME'), 'and by name');
SELECT is(replace(said('SELECT rn_cancel(1)'), '1', ''), replace(said('SELECT rn_cancel(2000000)'), '2000000', ''), 'as are jobs');

-- ---- rows that one may not see ----

RESET ROLE;
CREATE TABLE shared AS SELECT i AS t, (CASE WHEN who = 'attack_ann' THEN 1000 ELSE 0 END + i % 7)::float8 AS v, who FROM generate_series(1, 60) i, unnest('{attack_ann,attack_eve}'::text[]) who;
ALTER TABLE shared ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shared USING (who = current_user);
CREATE VIEW barred WITH (security_barrier) AS SELECT t, v FROM shared WHERE who = 'attack_eve';
GRANT SELECT ON shared, barred TO attack_eve, attack_ann;
SET LOCAL ROLE attack_eve;
SELECT rn_train('gru', 'SELECT t, v FROM shared', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'own rows') > 0 AS trained \gset
SELECT is((SELECT rows FROM rn_models WHERE name = 'own rows'), 60::bigint, 'policies hold for a training');
SELECT ok((SELECT bool_and(forecast < 500) FROM rn_forecast('own rows', 5)), 'and for its forecasts');
SELECT rn_train('gru', 'SELECT t, v FROM barred WHERE rn_version() IS NOT NULL', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'barred') > 0 AS trained \gset
SELECT is((SELECT rows FROM rn_models WHERE name = 'barred'), 60::bigint, 'so do views with a barrier');

-- ---- models as values ----

SELECT matches(outcome(format('SELECT %L::rn_model', value)), '^(22\w{3}|XX001|54000|0A000): ', 'a model written by hand: ' || left(value, 20))
FROM unnest(ARRAY['', '\x', '\x00', 'x', '\x' || repeat('ff', 100), '\x' || repeat('00', 1000000), repeat('%n', 1000), '\xzz']) AS value;
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
