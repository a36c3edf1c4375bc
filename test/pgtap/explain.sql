--
-- rn_explain: what forecasts are made of.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

-- A season alone; a line alone; both, with a covariate that matters and one that does not.
CREATE TABLE s AS SELECT i AS t, 50 + 10 * sin(2 * pi() * i / 7) AS season, 50 + 0.5 * i AS line, 50 + 10 * sin(2 * pi() * i / 7) + 0.2 * i AS whole,
	(i * 7 % 11 < 4)::int AS promo, (hashint4(i) & 1023) / 1023.0 AS noise
FROM generate_series(0, 139) i;
\set small '''{"units": 4, "epochs": 2, "ensemble": 2, "season": 7, "horizon": 7}'''
SELECT rn_train('gru', 'SELECT t, season FROM s', :small, name => 'season') AS season, rn_train('gru', 'SELECT t, line FROM s', :small, name => 'line') AS line,
	rn_train('gru', 'SELECT t, whole FROM s', :small, name => 'whole') AS whole \gset

-- ---- they add up ----

CREATE FUNCTION adds_up(explained text, forecast text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE worst float8; steps bigint;
BEGIN
	EXECUTE format('SELECT max(abs(f.forecast - e.sum) / (1 + abs(f.forecast))), count(*) FROM (SELECT series, step, ts, t, sum(contribution) FROM %s GROUP BY 1, 2, 3, 4) e
		JOIN %s f ON f.series IS NOT DISTINCT FROM e.series AND f.step = e.step AND f.ts IS NOT DISTINCT FROM e.ts AND f.t IS NOT DISTINCT FROM e.t', explained, forecast) INTO worst, steps;
	RETURN NEXT ok(worst < 1e-9 AND steps > 0, format('%s: contributions add up to the forecasts (%s of them)', what, steps));
END $$;
SELECT adds_up('rn_explain(''whole'', 20)', 'rn_forecast(''whole'', 20)', 'auto');
SELECT adds_up('rn_explain(''whole'', 7, history => ''source'', as_of_t => 100, recent => 20)', 'rn_forecast(''whole'', 7, history => ''source'', as_of_t => 100)', 'from an earlier row');
SELECT adds_up('rn_explain(''whole'', recent => 0)', 'rn_forecast(''whole'')', 'without single rows');
SELECT rn_train('lstm', 'SELECT t, whole FROM s', '{"recipe": "plain", "units": 3, "epochs": 3, "window": 15, "season": 7}', name => 'plain') AS plain \gset
SELECT adds_up('rn_explain(''plain'', 9)', 'rn_forecast(''plain'', 9)', 'plain');
SELECT ok(abs((SELECT sum(contribution) FROM rn_explain(m.model, 1)) - (SELECT forecast FROM rn_forecast(m.model, 1))) < 1e-6, 'a model that is a value')
FROM (SELECT rn_fit(t, whole, 'gru', :small) AS model FROM s) m;
SELECT is(count(*), 0::bigint, 'no model, no rows') FROM rn_explain(NULL::rn_model);
SELECT results_eq('SELECT * FROM rn_explain(''whole'', 3)', format('SELECT * FROM rn_explain(%s, 3)', :whole), 'by id');

-- ---- and are where they belong ----

SELECT ok(sqrt(avg(contribution ^ 2) FILTER (WHERE part = 'season')) > 4
	AND sqrt(avg(contribution ^ 2) FILTER (WHERE part NOT IN ('season', 'base'))) < 0.6, 'of a season alone all is in the season') FROM rn_explain('season', 14);
SELECT ok(bool_and(contribution BETWEEN 48 AND 52), 'around the level') FROM rn_explain('season', 14) WHERE part = 'base';
SELECT ok(bool_and(abs(contribution) < 0.01), 'of a line there is no season') FROM rn_explain('line', 7) WHERE part = 'season';
SELECT cmp_ok(sum(contribution) FILTER (WHERE part = 'trend'), '>', 0::float8, 'but a trend, which goes on') FROM rn_explain('line', 7);
SELECT set_eq('SELECT part, item FROM rn_explain(''line'', 2, recent => 2)', $$VALUES ('base', NULL), ('trend', NULL), ('season', NULL), ('earlier', NULL), ('recent', '1'), ('recent', '2')$$, 'the parts');
-- a row that is unlike the others is the one whose contribution is large, a season later
SELECT ok(max(abs(contribution)) FILTER (WHERE part = 'recent' AND item = '2') > 3 * max(abs(contribution)) FILTER (WHERE part = 'recent' AND item IN ('1', '3')), 'a row that stands out')
FROM rn_explain('season', 6, history => 'SELECT t, season + CASE t WHEN 138 THEN 30 ELSE 0 END AS season FROM s') WHERE step = 6;

-- ---- covariates ----

SELECT rn_train('gru', 'SELECT t, 50.0 + 20 * promo AS v, promo, 3.5 AS same, noise FROM s', '{"units": 8, "epochs": 60, "window": 7, "horizon": 1, "season": 1}',
	covariates => 'promo known, same known, noise', name => 'promoted') AS promoted \gset
\set ahead '''SELECT i AS t, (i % 2)::int AS promo, 3.5 AS same FROM generate_series(1, 200) i'''
CREATE TABLE explained AS SELECT * FROM rn_explain('promoted', 1, future => :ahead);
SELECT adds_up('explained', format('rn_forecast(''promoted'', 1, future => %L)', :ahead), 'covariates');
SELECT results_eq('SELECT item FROM explained WHERE part = ''covariate''', ARRAY['promo', 'same', 'noise'], 'one part for each covariate');
SELECT is(contribution, 0::float8, 'one that is always the same has no effect') FROM explained WHERE item = 'same';
SELECT cmp_ok(abs(max(contribution) FILTER (WHERE item = 'noise')), '<', abs(max(contribution) FILTER (WHERE item = 'promo')) / 3, 'one without a meaning has little') FROM explained;

-- ---- many series, calendars, rights, refusals ----

SELECT rn_train('gru', 'SELECT k AS "key", date ''2024-01-01'' + t AS day, season * k AS v FROM s, generate_series(1, 3) k', :small, series => 'key', name => 'many') AS many \gset
SELECT adds_up('rn_explain(''many'', 2)', 'rn_forecast(''many'', 2)', 'many series');
SELECT is(count(DISTINCT series), 1::bigint, 'or one of them') FROM rn_explain('many', 2, for_series => '{"key": 2}');
SELECT refuses($$SELECT rn_explain('whole', 2, recent => 101)$$, '22023', 'recent is out of range: 101', '%0 to 100%', 'recent');
SELECT refuses($$SELECT rn_explain('promoted', 1)$$, '22023', '%', '%future%', 'a future that is not given');
SELECT results_eq($$SELECT item, value FROM rn_summary('whole') WHERE section = 'why' AND item IN ('season', 'window')$$, $$VALUES ('season', 'asked for'), ('window', 'three seasons, as far as there are rows')$$, 'why a model is as it is');
-- however many rows come out, of many series at a time, none of them takes memory
CREATE FUNCTION most_memory() RETURNS bigint LANGUAGE sql AS $$ SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s*(\d+)')::bigint $$;
SELECT most_memory() AS before \gset
SELECT is(count(*), 60 * 100 * 24::bigint, 'many rows') FROM rn_explain('many', 100, recent => 20, history =>
	'SELECT k AS "key", date ''2024-01-01'' + t AS day, season * k AS v FROM s, generate_series(1, 60) k');
SELECT cmp_ok(most_memory() - :before, '<', 16384::bigint, 'in less than 16 MB');
CREATE ROLE explain_user;
CREATE ROLE explain_other;
SELECT rn_grant('whole', 'explain_user', 'use');
SET LOCAL ROLE explain_user;
SELECT is(count(*) > 0, true, 'who may use a model may ask') FROM rn_explain('whole', 2);
SELECT is(count(*), 0::bigint, 'and is told nothing of why, without knowing what was asked for') FROM rn_summary('whole') WHERE section = 'why';
SET LOCAL ROLE explain_other;
SELECT refuses($$SELECT rn_explain('whole', 2)$$, '42704', '%whole%', '%', 'to others it is not there');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
