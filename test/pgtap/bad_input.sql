--
-- Bad input: the SQLSTATE of every refusal, words that name the offending
-- value and say what to do, and nothing left behind.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();

CREATE TABLE s AS
SELECT date '2024-01-01' + i AS day, i AS n, (i % 7)::float8 AS v FROM generate_series(0, 59) i;

SELECT ok(rn_train('gru', 'SELECT day, v FROM s', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 7}',
	name => 'good') > 0, 'good input trains');
CREATE TABLE before AS SELECT count(*) AS models, (SELECT count(*) FROM recurnet.version) AS versions FROM recurnet.model;

\ir refuses.psql

CREATE FUNCTION refuses_rows(query text, code text, message text, advice text, what text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT refuses(format('SELECT rn_train(%L, %L, %L)', 'gru', query,
		'{"recipe": "plain", "units": 2, "epochs": 1, "window": 7}'), code, message, advice, what)
$$;

-- the cell and the options
SELECT refuses($$SELECT rn_train('gur', 'SELECT day, v FROM s')$$, '22023', '%"gur"%', '%"gru"%', 'unknown cell');
SELECT refuses($$SELECT rn_train('gru', 'SELECT day, v FROM s', '{"epoch": 3}')$$, '22023', '%"epoch"%', '%"epochs"%', 'unknown option');
SELECT refuses($$SELECT rn_train('gru', 'SELECT day, v FROM s', '{"epochs": 0}')$$, '22023', '%epochs%0%', '%1 to 1000000%', 'option out of range');
SELECT refuses($$SELECT rn_train('gru', 'SELECT day, v FROM s', '{"epochs": "3"}')$$, '22023', '%epochs%integer%', '%quotes%', 'option of the wrong type');

-- the query
SELECT refuses_rows('', '42601', '%single SELECT%', '%SELECT date, amount%', 'empty query');
SELECT refuses_rows('DELETE FROM s', '42601', '%single SELECT, not DELETE%', '%SELECT%', 'a query that is no SELECT');
SELECT refuses_rows('SELECT day, v FROM s; SELECT 1', '42601', '%several%', '%SELECT%', 'two statements');
SELECT refuses_rows('WITH d AS (DELETE FROM s RETURNING *) SELECT day, v FROM d', '42601', '%writes%', '%SELECT%', 'a SELECT that writes');
SELECT refuses_rows('SELECT day, v FROM nowhere', '42P01', '%nowhere%', '%', 'a table that is not there');
SELECT refuses_rows('SELECT v FROM s', '42703', '%no time column%', '%v double precision%', 'no time column');
SELECT refuses_rows('SELECT day FROM s', '42703', '%no numeric column%', '%day date%', 'no numeric column');
SELECT refuses_rows('SELECT day, n, v FROM s', '42702', '%more than one%target%', '%n integer, v double precision%', 'two candidates');

-- the rows
SELECT refuses_rows('SELECT day, v FROM s WHERE false', '21000', '%no rows%', '%WHERE%', 'empty result');
SELECT refuses_rows('SELECT day, v FROM s LIMIT 7', '21000', '7 rows are too few%at least 8%', '%window%', 'too few rows');
SELECT refuses_rows('SELECT day, nullif(v, 3) AS v FROM s', '22004', '%v is null in row 4%', '%COALESCE%', 'NULL value');
SELECT refuses_rows('SELECT nullif(day, ''2024-01-05'') AS day, v FROM s', '22004', '%day is null in row 5%', '%', 'NULL time');
SELECT refuses_rows($$SELECT day, CASE n WHEN 4 THEN 'NaN' ELSE v END AS v FROM s$$, '22003', '%NaN%2024-01-05%', '%', 'NaN');
SELECT refuses_rows($$SELECT day, CASE n WHEN 4 THEN 'Infinity' ELSE v END AS v FROM s$$, '22003', '%Infinity%2024-01-05%', '%', 'infinity');
SELECT refuses_rows('SELECT day, CASE n WHEN 4 THEN 1e300 ELSE v END AS v FROM s', '22003', '%1e+300%2024-01-05%', '%', '1e300');
SELECT refuses_rows($$SELECT CASE n WHEN 4 THEN 'infinity' ELSE day END AS day, v FROM s$$, '22008', '%infinite%row 5%', '%isfinite%', 'infinite time');
SELECT refuses_rows('SELECT day, v FROM s UNION ALL SELECT day, v FROM s WHERE n = 4', '23505', 'duplicate time 2024-01-05', '%GROUP BY%', 'duplicate times');
SELECT refuses_rows('SELECT day, v FROM s WHERE n <> 4', '22000', '%from 2024-01-04 to 2024-01-06', '%1 day%generate_series%', 'irregular steps');

-- forecasts
SELECT refuses($$SELECT rn_forecast('good', 0)$$, '22023', '%horizon%0%', '%1 to 100000%', 'horizon 0');
SELECT refuses($$SELECT rn_forecast('good', 1000000)$$, '22023', '%horizon%1000000%', '%1 to 100000%', 'horizon a million');
SELECT refuses($$SELECT rn_forecast('good', 1, 1)$$, '22023', '%level%1%', '%below 1%', 'level 1');
SELECT refuses($$SELECT rn_forecast('nobody', 1)$$, '42704', '%"nobody"%', '%rn_models%', 'unknown name');
SELECT refuses($$SELECT rn_forecast(-5, 1)$$, '42704', '%-5%', '%rn_models%', 'unknown id');

SELECT results_eq('SELECT count(*), (SELECT count(*) FROM recurnet.version) FROM recurnet.model',
	'SELECT models, versions FROM before', 'nothing of all that is left behind');

-- stored bytes that were changed
UPDATE recurnet.version SET weights = set_byte(weights, 100, 255 - get_byte(weights, 100));
SELECT refuses($$SELECT rn_forecast('good', 1)$$, 'XX001', '%damaged%', '%backup%', 'corrupt weights');

-- what is odd but not wrong
SELECT lives_ok($$SELECT rn_train('gru', 'SELECT day, v FROM s ORDER BY v', '{"units": 2, "epochs": 2}', name => 'unordered')$$, 'unordered rows are sorted');
SELECT is((SELECT array_agg(ts ORDER BY step) FROM rn_forecast_as(NULL::date, 'unordered', 2)),
	ARRAY[date '2024-03-01', date '2024-03-02'], 'and forecast from the last');
SELECT lives_ok(format($$SELECT rn_train(%L, 'SELECT day, 5 AS v FROM s', '{"units": 2, "epochs": 2}', name => 'constant')$$, cell),
	'a constant series trains: ' || cell) FROM unnest(ARRAY['rnn', 'lstm', 'gru']) cell;
SELECT ok(bool_and(abs(forecast - 5) < 1), 'and forecasts itself') FROM rn_forecast('constant', 5);

SELECT finish();
ROLLBACK;
