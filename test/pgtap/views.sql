--
-- rn_create_view and rn_drop_model(cascade): columns and types as in the query,
-- names of any kind, who may, and what is dropped and what is not.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql
SET client_min_messages = error;
SET TimeZone = 'UTC';
\set o '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "horizon": 3, "validation_split": 0.2}'
CREATE FUNCTION train(query text, name text, series text DEFAULT NULL, covariates text DEFAULT NULL, more jsonb DEFAULT '{}', "time" text DEFAULT NULL, target text DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
	SELECT rn_train('gru', query, '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "horizon": 3, "validation_split": 0.2}'::jsonb || more, name => name, series => series, covariates => covariates, "time" => train."time", target => train.target)
$$;
CREATE FUNCTION columns(view regclass) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = view AND attnum > 0
$$;
CREATE TABLE one AS SELECT i, date '2024-01-01' + i AS day, (10 + sin(i))::float8 AS v FROM generate_series(0, 39) i;

-- ---- one series ----

SELECT train('SELECT day, v FROM one', 'days') AS days \gset
SELECT is(rn_create_view('days', 'days_view')::text, 'days_view', 'the view is returned');
SELECT is(columns('days_view'), 'day date, v double precision, lower double precision, upper double precision, is_forecast boolean', 'columns and types of the query, and three');
SELECT results_eq($$SELECT day, v, lower, upper FROM days_view WHERE NOT is_forecast ORDER BY 1$$, $$SELECT day, v, NULL::float8, NULL::float8 FROM one ORDER BY 1$$, 'the rows of the query');
SELECT results_eq($$SELECT day, v, lower, upper FROM days_view WHERE is_forecast ORDER BY 1$$, $$SELECT ts, forecast, lower, upper FROM rn_forecast_as(NULL::date, 'days')$$, 'and the forecasts');
SELECT is(rn_create_view(:days, 'public.wide', 5, 0.5)::text, 'wide', 'by id, in a schema');
SELECT results_eq($$SELECT day, v, lower, upper FROM wide WHERE is_forecast ORDER BY 1$$, $$SELECT ts, forecast, lower, upper FROM rn_forecast_as(NULL::date, 'days', 5, 0.5)$$, 'another horizon and level');
SELECT rn_train('gru', 'SELECT day, v FROM one WHERE day < ''2024-02-05''', :'o', name => 'days') \g /dev/null
SELECT results_eq($$SELECT day, v FROM days_view WHERE is_forecast ORDER BY 1$$, $$SELECT ts, forecast FROM rn_forecast_as(NULL::date, 'days')$$, 'of the version that is active when it is read');

-- ---- types ----

CREATE TABLE types AS SELECT i::smallint AS i2, i AS i4, i::bigint AS i8, day, day::timestamp AS ts, day::timestamptz AS tz, (100 * v)::int AS n, (v + 0.004)::numeric(6, 2) AS num, v::real AS r FROM one;
SELECT is(columns(rn_create_view(train(format('SELECT %I, %I FROM types', t, n), format('%s %s', t, n)), format('%I', t || ' ' || n))),
	format('%I %s, %I %s, lower double precision, upper double precision, is_forecast boolean', t, tt, n, nt), format('%s and %s', tt, nt))
FROM (VALUES ('i2', 'smallint'), ('i4', 'integer'), ('i8', 'bigint'), ('day', 'date'), ('ts', 'timestamp without time zone'), ('tz', 'timestamp with time zone')) t (t, tt),
	(VALUES ('num', 'numeric(6,2)'), ('r', 'real')) n (n, nt);
SELECT is(columns(rn_create_view(train('SELECT day, n FROM types', 'counts'), 'counts')), 'day date, n integer, lower double precision, upper double precision, is_forecast boolean', 'an integer target');
SELECT results_eq($$SELECT day, n FROM counts WHERE is_forecast ORDER BY 1$$, $$SELECT ts, forecast::int FROM rn_forecast_as(NULL::date, 'counts')$$, 'is rounded');
SELECT results_eq($$SELECT day, num FROM "day num" WHERE is_forecast ORDER BY 1$$, $$SELECT ts, forecast::numeric(6, 2) FROM rn_forecast_as(NULL::date, 'day num')$$, 'and so is a numeric one');
SELECT results_eq($$SELECT i2 FROM "i2 num" WHERE is_forecast ORDER BY 1$$, $$SELECT generate_series(40, 42)::smallint$$, 'integer times');
SELECT results_eq($$SELECT tz FROM "tz num" WHERE is_forecast ORDER BY 1$$, $$VALUES ('2024-02-10 UTC'::timestamptz), ('2024-02-11 UTC'), ('2024-02-12 UTC')$$, 'instants');
CREATE DOMAIN sold AS numeric(6, 2) CHECK (VALUE > 0);
CREATE DOMAIN when_ AS date;
SELECT is(columns(rn_create_view(train('SELECT day::when_ AS day, num::sold AS num FROM types', 'domains'), 'domains')), 'day when_, num sold, lower double precision, upper double precision, is_forecast boolean', 'domains');
SELECT is((SELECT count(*) FROM domains WHERE is_forecast), 3::bigint, 'hold forecasts');
SELECT results_eq($$SELECT ts FROM rn_forecast_as(NULL::when_, 'domains')$$, $$SELECT ts::when_ FROM rn_forecast_as(NULL::date, 'domains')$$, 'and times may be shown in one');
CREATE DOMAIN second_ AS timestamp(0);
CREATE TEMPORARY TABLE halves AS SELECT timestamp '2024-01-01 00:00:00.25' + i * interval '0.5 s' AS ts, sin(i) AS v FROM generate_series(1, 40) i;
SELECT rn_train('gru', 'SELECT ts, v FROM halves', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'halves') IS NOT NULL AS trained \gset
SELECT results_eq($$SELECT ts::timestamp FROM rn_forecast_as(NULL::second_, 'halves', 2)$$, $$VALUES ('2024-01-01 00:00:21'::timestamp), ('2024-01-01 00:00:21')$$, 'rounded as it says');
CREATE DOMAIN soon AS when_ CHECK (VALUE < '1999-01-01');
SELECT throws_ok($$SELECT ts FROM rn_forecast_as(NULL::soon, 'domains')$$, '23514', 'value for domain soon violates check constraint "soon_check"');
CREATE DOMAIN clock AS time;
SELECT throws_ok($$SELECT ts FROM rn_forecast_as(NULL::clock, 'domains')$$, '42804', 'times of type date cannot be shown as clock');

-- ---- keys, covariates, names ----

CREATE SCHEMA "odd % schema";
CREATE TABLE many AS SELECT day AS "the ""day""", s AS "store %s", (ARRAY['a', 'b''%I', '"; DROP TABLE one; --'])[s] COLLATE "C" AS "it''s; -- ""key""", s * v AS "v %n $1", s * 1.5 AS "price {x}" FROM one, generate_series(1, 3) s;
SELECT train($q$SELECT "store %s", "the ""day""", "it''s; -- ""key""", "v %n $1", "price {x}" FROM many; -- that is it; $q$, 'odd', series => '"store %s", "it''''s; -- ""key"""', covariates => '"price {x}"') > 0 AS trained \gset
SELECT is(rn_create_view('odd', '"odd % schema"."view %s ""; --"')::text, '"odd % schema"."view %s ""; --"', 'names of any kind');
SELECT is(columns('"odd % schema"."view %s ""; --"'), '"store %s" integer, "the ""day""" date, "it''''s; -- ""key""" text, "v %n $1" double precision, "price {x}" numeric, lower double precision, upper double precision, is_forecast boolean', 'keys, covariates and all');
SELECT results_eq($$SELECT "store %s", "it''s; -- ""key""", "the ""day""", "v %n $1", "price {x}" FROM "odd % schema"."view %s ""; --" WHERE is_forecast ORDER BY 1, 3$$,
	$$SELECT (series ->> 'store %s')::int, (series ->> 'it''''s; -- "key"') COLLATE "C", ts, forecast, NULL::numeric FROM rn_forecast_as(NULL::date, 'odd') ORDER BY 1, 3$$, 'series have their keys in columns, and covariates are null');
SELECT is((SELECT count(*) FROM "odd % schema"."view %s ""; --" WHERE "it''s; -- ""key""" < 'b'), 86::bigint, 'a key keeps its collation');
CREATE TABLE kinds AS SELECT i, s, ARRAY[s, NULL] AS list, CASE s WHEN 2 THEN NULL ELSE date '2024-01-01' + s END AS born, s > 1 AS big, s * v AS v FROM one, generate_series(1, 2) s;
SELECT train('SELECT i, list, born, big, v FROM kinds', 'kinds', series => 'list, born, big') > 0 AS trained \gset
SELECT is(columns(rn_create_view('kinds', 'kinds_view', 1)), 'i integer, list integer[], born date, big boolean, v double precision, lower double precision, upper double precision, is_forecast boolean', 'keys of other types');
SELECT results_eq($$SELECT i, list, born, big FROM kinds_view WHERE is_forecast ORDER BY list$$, $$VALUES (40, ARRAY[1, NULL], date '2024-01-02', false), (40, ARRAY[2, NULL], NULL, true)$$, 'as they were');
SELECT is(columns(rn_create_view(train('SELECT day, v FROM one -- all of it', 'commented'), 'commented')), columns('days_view'), 'a comment at the end');
SELECT is(columns(rn_create_view(train('WITH w AS (SELECT day, v FROM one) SELECT * FROM w ORDER BY day LIMIT 30 ; ', 'with_'), 'with_view')), columns('days_view'), 'WITH, ORDER BY and a semicolon');
-- nothing of the caller's stands between
CREATE SCHEMA trap;
CREATE FUNCTION trap.rn_forecast_as(anyelement, bigint, integer, double precision) RETURNS TABLE (ts date, forecast float8) LANGUAGE sql AS $$ SELECT NULL::date, 666.0::float8 $$;
CREATE FUNCTION trap.jsonb_to_record(jsonb) RETURNS record LANGUAGE sql AS $$ SELECT ROW(666) $$;
CREATE TYPE trap.date AS (x int);
SET LOCAL search_path = trap, public, pg_catalog;
SELECT rn_create_view('kinds', 'public.trapped') \g /dev/null
SELECT results_eq('SELECT i, list, born, big, v FROM public.trapped WHERE is_forecast AND i = 40 ORDER BY list', 'SELECT i, list, born, big, v FROM kinds_view WHERE is_forecast ORDER BY list', 'functions in front of ours do not matter');
SET LOCAL search_path = public;

-- ---- refused ----

SELECT train('SELECT day, v AS upper FROM one', 'clash') > 0 AS trained \gset
SELECT refuses($$SELECT rn_create_view('clash', 'clash')$$, '42701', 'query of the model has a column "upper", which the view adds', '%SELECT upper AS ...%', 'a column that the view adds');
SELECT refuses($$SELECT rn_create_view('days', 'days_view')$$, '42P07', 'relation "days_view" already exists', '%another name%', 'a name that is taken');
CREATE TEMP TABLE passing AS SELECT * FROM types;
CREATE TEMP VIEW passing_by AS SELECT * FROM types;
SELECT refuses(format('SELECT rn_create_view(%L, ''x'')', train(format('SELECT day, num FROM %s', source), source)), '0A000',
	'a view cannot show a model whose query reads a temporary table', '%rn_train%', 'of ' || source) FROM (VALUES ('passing'), ('passing_by')) v (source);
SELECT refuses($$SELECT rn_create_view('days', 'pg_temp.x')$$, '0A000', 'the view of a model cannot be temporary', '%', 'a temporary view');
SELECT refuses($$SELECT rn_create_view('days', 'nowhere.x')$$, '3F000', 'schema "nowhere" does not exist', '%', 'a schema that is not there');
SELECT refuses($$SELECT rn_create_view('days', 'x y')$$, '42602', 'invalid name of a view: x y', '%double quotes%', 'no name');
SELECT refuses($$SELECT rn_create_view('days', NULL)$$, '22004', 'argument "view_name" must not be null', '%', 'no name at all');
SELECT refuses($$SELECT rn_create_view('days', 'x', 0)$$, '22023', 'horizon is out of range: 0', '%', 'no horizon');
SELECT refuses($$SELECT rn_create_view('days', 'x', level => 1)$$, '22023', 'level is out of range: 1', '%', 'no level');
SELECT refuses($$SELECT rn_create_view('nobody', 'x')$$, '42704', 'model "nobody" does not exist%', '%', 'no model');
SELECT train('SELECT i, v, v AS price FROM one', 'ahead', covariates => 'price known') > 0 AS trained \gset
SELECT refuses($$SELECT rn_create_view('ahead', 'x')$$, '0A000', 'the model needs to know its covariates ahead: price', '%future%', 'covariates that are known ahead');
SELECT is(to_regclass('x'), NULL, 'and nothing is left behind');

-- ---- who may ----

CREATE ROLE reader;
CREATE ROLE maker;
GRANT SELECT ON days_view TO reader;
GRANT USAGE, CREATE ON SCHEMA public TO maker;
SET ROLE reader;
SELECT refuses($$SELECT * FROM days_view WHERE is_forecast$$, '42704', 'model % does not exist, or is not yours to use', '%', 'a reader needs the right to use the model');
SELECT refuses($$SELECT rn_create_view('days', 'mine')$$, '42704', 'model "days" does not exist, or is not yours to use', '%', 'a view of a model of others');
RESET ROLE;
CREATE ROLE member IN ROLE maker;
SET ROLE maker;
SELECT train('SELECT i, sin(i) AS v FROM generate_series(1, 30) i', 'made') > 0 AS trained \gset
SET ROLE member;
SELECT refuses($$SELECT rn_create_view('made', 'made_view')$$, '42501', 'a view of model % must be created by its owner, maker', '%SET ROLE%', 'a query that others stored');
SET ROLE maker;
SELECT is(rn_create_view('made', 'public.made_view')::text, 'made_view', 'the owner');
SET ROLE member;
SELECT is((SELECT count(*) FROM made_view), 33::bigint, 'a member of it reads');
RESET ROLE;

-- ---- dropped ----

SELECT refuses($$SELECT rn_drop_model('days')$$, '2BP01', 'cannot drop the model because views show its forecasts', 'They are: public.days_view, public.wide. %cascade => true%', 'a model with views');
SELECT is((SELECT count(*) FROM days_view WHERE is_forecast), 3::bigint, 'which stays');
SELECT lives_ok($$SELECT rn_drop_model('days', cascade => true)$$, 'with its views');
SELECT results_eq($$SELECT to_regclass('days_view'), to_regclass('wide')$$, $$VALUES (NULL::regclass, NULL::regclass)$$, 'they go');
SELECT is((SELECT count(*) FROM rn_models WHERE name = 'days'), 0::bigint, 'and the model');
SELECT lives_ok($$SELECT rn_drop_model('odd', true)$$, 'names of any kind, too');
SELECT is((SELECT count(*) FROM one), 40::bigint, 'and nothing else');
-- another relation of the same name is not ours
SELECT rn_create_view('kinds', 'kinds_3') \g /dev/null
DROP VIEW kinds_view, trapped, kinds_3;
CREATE VIEW kinds_view AS SELECT 1 AS x;
SELECT format('CREATE VIEW kinds_3 AS SELECT * FROM rn_forecast_as(NULL::date, %L::bigint, 3)', model_id) FROM rn_models WHERE name = 'counts' \gexec
CREATE TABLE trapped AS SELECT 1 AS x;
SELECT lives_ok($$SELECT rn_drop_model('kinds', true)$$, 'views dropped by hand');
SELECT results_eq($$SELECT * FROM kinds_view, trapped$$, $$VALUES (1, 1)$$, 'what has their names since then stays');
SELECT is((SELECT count(*) FROM kinds_3), 3::bigint, 'be it a view of another model');
-- a name that went to another model
SELECT rn_create_view('counts', 'moving') \g /dev/null
SELECT refuses($$SELECT rn_drop_model('counts')$$, '2BP01', '%', 'They are: public.counts, public.kinds_3, public.moving.%', 'nor one that was written by hand');
DROP VIEW moving, counts, kinds_3;
SELECT rn_create_view('commented', 'moving') \g /dev/null
SELECT lives_ok($$SELECT rn_drop_model('counts')$$, 'a view that is now of another model does not hold it');
SELECT refuses($$SELECT rn_drop_model('commented')$$, '2BP01', '%', 'They are: public.commented, public.moving.%', 'but that one');
-- what depends on a view
CREATE VIEW upon AS SELECT * FROM moving;
SELECT refuses($$SELECT rn_drop_model('commented', true)$$, '2BP01', '%because other objects depend on %', '%upon%', 'views upon views are for their owners to drop');
DROP VIEW upon;
-- a view that is another's
ALTER VIEW moving OWNER TO reader;
ALTER VIEW made_view RENAME TO maids_view;
SET ROLE maker;
SELECT refuses($$SELECT rn_drop_model('made')$$, '2BP01', '%', 'They are: public.maids_view.%', 'by whatever name');
RESET ROLE;
ALTER VIEW maids_view OWNER TO reader;
SET ROLE maker;
SELECT lives_ok($$SELECT rn_drop_model('made')$$, 'a view of others, as of a former owner, keeps no model');
RESET ROLE;
SELECT is((SELECT count(*) FROM rn_models WHERE name = 'made'), 0::bigint, 'which is dropped');
SELECT isnt(to_regclass('maids_view'), NULL, 'but the view is not');
SELECT refuses('SELECT * FROM maids_view WHERE is_forecast', '42704', 'model % does not exist%', '%', 'though it has no forecasts');
SELECT refuses($$SELECT rn_drop_model('commented', NULL)$$, '2BP01', '%', '%moving%', 'null is no');
SELECT lives_ok($$SELECT rn_drop_model('commented', true)$$, 'a superuser drops views of all');
SELECT is(to_regclass('moving'), NULL, 'of another role, too');
SELECT train('SELECT day, v FROM one', 'commented') > 0 AS trained \gset
SET TRANSACTION READ ONLY;
SELECT refuses($$SELECT rn_create_view('commented', 'x')$$, '25006', 'cannot execute rn_create_view() in a read-only transaction', '%', 'read only: create');
SELECT refuses($$SELECT rn_drop_model('commented')$$, '25006', 'cannot execute rn_drop_model() in a read-only transaction', '%', 'read only: drop');

SELECT finish();
ROLLBACK;
