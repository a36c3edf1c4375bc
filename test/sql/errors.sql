--
-- Input that cannot be trained on or forecast from.
--
CREATE TABLE s AS
SELECT date '2024-01-01' + i AS day, i AS n, (i % 7)::float8 AS v FROM generate_series(0, 59) i;
\set o '''{"recipe": "plain", "units": 2, "epochs": 1, "window": 7}'''

-- queries
SELECT rn_train('gru', '');
SELECT rn_train('gru', ' s
');
SELECT rn_train('gru', 'INSERT INTO s VALUES (now(), 1, 1) RETURNING day, v');
SELECT rn_train('gru', 'WITH w AS (DELETE FROM s RETURNING day, v) SELECT day, v FROM w');
SELECT rn_train('gru', 'SELECT day, v INTO s2 FROM s');
SELECT rn_train('gru', 'SELECT day, v FROM s FOR UPDATE');
SELECT rn_train('gru', 'SELECT day, v FROM s; DROP TABLE s');
SELECT rn_train('gru', 'EXPLAIN SELECT day, v FROM s');
SELECT rn_train('gru', 'COMMIT');
SELECT rn_train('gru', 'SELECT day, v FROM no_such_table');
SELECT rn_train('gru', 'SELECT day, v, FROM s');
SELECT rn_train('gru', 'SELECT $1, v FROM s');
SELECT count(*) FROM s;

-- columns
SELECT rn_train('gru', 'SELECT FROM s');
SELECT rn_train('gru', 'SELECT v FROM s');
SELECT rn_train('gru', 'SELECT day FROM s');
SELECT rn_train('gru', 'SELECT day, v::text FROM s');
SELECT rn_train('gru', 'SELECT day, day + 1 AS "Next", v FROM s');
SELECT rn_train('gru', 'SELECT day, n, v FROM s');
SELECT rn_train('gru', 'SELECT n, n + 1 AS m FROM s');
SELECT rn_train('gru', 'SELECT n, n + 1 AS m FROM s', :o, "time" => 'n') > 0 AS trained;
SELECT rn_train('gru', 'SELECT day, n, v FROM s', target => 'v');
SELECT rn_train('gru', 'SELECT day, v, n::text AS note FROM s');
SELECT rn_train('gru', 'SELECT day, v FROM s', "time" => 'when');
SELECT rn_train('gru', 'SELECT day, v FROM s', "time" => 'v');
SELECT rn_train('gru', 'SELECT day, v FROM s', target => 'day');
SELECT rn_train('gru', 'SELECT n FROM s', "time" => 'n', target => 'n');
SELECT rn_train('gru', 'SELECT day AS a, v AS a FROM s', target => 'a');
SELECT rn_train('gru', 'SELECT day, v FROM s', series => 'n');
SELECT rn_train('gru', 'SELECT day, v FROM s', covariates => 'n');
SELECT rn_train('gru', 'SELECT day::text AS day, n FROM s');
SELECT rn_train('gru', 'SELECT day::varchar AS "Day", n, n + 1 AS m FROM s');
SELECT rn_train('gru', 'SELECT day::text AS day, n, v FROM s');
SELECT rn_train('gru', 'SELECT day::text AS day, n, n + 1 AS m FROM s', "time" => 'n', series => 'm');
CREATE TABLE star AS SELECT day, v FROM s;
SELECT rn_train('gru', 'SELECT * FROM star', :o, name => 'star') > 0 AS trained;
ALTER TABLE star ADD COLUMN w float8;
\set SHOW_CONTEXT never
CALL rn_retrain('star');
SELECT count(*) FROM rn_forecast('star', 1, history => 'source');
SELECT rn_create_view('star', 'star_view');
\set SHOW_CONTEXT errors
SELECT count(*) FROM rn_forecast('star', 1, history => 'SELECT * FROM star');
DROP TABLE star;
SELECT count(rn_drop_model(model_id)) FROM rn_models WHERE name = 'star';

-- rows
SELECT rn_train('gru', 'SELECT day, v FROM s WHERE false');
SELECT rn_train('gru', 'SELECT day, v FROM s LIMIT 1');
SELECT rn_train('gru', 'SELECT day, v FROM s LIMIT 7', :o);
SELECT rn_train('gru', 'SELECT day, nullif(v, 3) AS v FROM s');
SELECT rn_train('gru', 'SELECT CASE WHEN n <> 4 THEN day END AS day, v FROM s');
SELECT rn_train('gru', $$SELECT CASE n WHEN 4 THEN 'infinity' ELSE day END AS day, v FROM s$$);
SELECT rn_train('gru', $$SELECT CASE n WHEN 4 THEN '-infinity' ELSE day::timestamptz END AS day, v FROM s$$);
SELECT rn_train('gru', $$SELECT CASE n WHEN 4 THEN '5874897-12-31' ELSE day END AS day, v FROM s$$);
SELECT rn_train('gru', $$SELECT day, CASE n WHEN 4 THEN 'NaN' ELSE v END AS v FROM s$$);
SELECT rn_train('gru', $$SELECT day, CASE n WHEN 4 THEN '-Infinity' ELSE v END AS v FROM s$$);
SELECT rn_train('gru', $$SELECT day, CASE n WHEN 4 THEN 'NaN' ELSE n::numeric END AS v FROM s$$);
SELECT rn_train('gru', $$SELECT day, CASE n WHEN 4 THEN 'Infinity' ELSE n::numeric END AS v FROM s$$);
SELECT rn_train('gru', 'SELECT day, CASE n WHEN 4 THEN 1e300 ELSE v END AS v FROM s');
SELECT rn_train('gru', 'SELECT day, CASE n WHEN 4 THEN 1e400::numeric ELSE n END AS v FROM s');
SELECT rn_train('gru', 'SELECT day, v FROM s UNION ALL SELECT day, v FROM s WHERE n = 4');
SELECT rn_train('gru', 'SELECT day, v FROM s WHERE n <> 4');
SELECT rn_train('gru', 'SELECT n, v FROM s WHERE n NOT IN (4, 8)');
-- errors of the query itself come through
SELECT rn_train('gru', 'SELECT day, 1 / (n - 4) AS v FROM s');

-- what looks odd but is not wrong: rows in any order, a constant series, large values
SELECT rn_train('gru', 'SELECT day, v FROM s ORDER BY v, day DESC', :o, name => 'unordered') > 0 AS trained;
SELECT train_from, train_to FROM rn_models WHERE name = 'unordered';
SELECT rn_train(c, 'SELECT day, 5 AS v FROM s', :o, name => 'constant') > 0 AS trained FROM unnest(ARRAY['rnn', 'lstm', 'gru']) c;
SELECT rn_train('gru', 'SELECT day, 5 AS v FROM s', name => 'constant') > 0 AS trained;
SELECT step, abs(forecast - 5) < 1 AS near, lower <= forecast AND forecast <= upper AS interval FROM rn_forecast('constant', 2);
SELECT rn_train('gru', 'SELECT day, v * 1e99 AS v FROM s', :o, name => 'large') > 0 AS trained;
SELECT step, abs(forecast) < 1e101 AS sane FROM rn_forecast('large', 2);

-- arguments
SELECT rn_train(NULL, 'SELECT day, v FROM s');
SELECT rn_train('gru', NULL);
SELECT rn_train('gru', 'SELECT day, v FROM s', NULL, name => '12');
SELECT rn_train('gru', 'SELECT day, v FROM s', name => '');
SELECT rn_train('gru', 'SELECT day, v FROM s', name => repeat('x', 256));
SELECT rn_forecast('unordered', 0);
SELECT rn_forecast('unordered', -1);
SELECT rn_forecast('unordered', 1000000);
SELECT rn_forecast('unordered', 3, 0);
SELECT rn_forecast('unordered', 3, 1);
SELECT rn_forecast('unordered', 3, 'NaN');
SELECT rn_forecast(NULL::bigint, 3);
SELECT rn_forecast('nobody', 3);
SELECT rn_forecast(123456, 3);
SELECT rn_forecast('123456', 3);
SELECT rn_forecast('99999999999999999999', 3);
SELECT rn_forecast('unordered', 3, future => 'SELECT 1');
SELECT rn_predict('nobody', 'SELECT day, v FROM s');
SELECT rn_predict('unordered', NULL);
SELECT rn_predict('unordered', 'SELECT day, v FROM s LIMIT 7');
SELECT rn_predict('unordered', 'DELETE FROM s');
SELECT rn_summary('nobody');
SELECT rn_drop_model('nobody');
CALL rn_retrain('nobody');

-- backtests with too few rows
SELECT DISTINCT fold FROM rn_backtest('gru', 'SELECT day, v FROM s LIMIT 12', :o) ORDER BY fold;
SELECT rn_backtest('gru', 'SELECT day, v FROM s LIMIT 12', '{"recipe": "plain", "units": 2, "window": 12}');
SELECT rn_backtest('gru', 'SELECT day, v FROM s LIMIT 12', '{"recipe": "plain", "units": 2, "window": 7, "on_error": "fail"}');

-- histories that do not fit
SELECT rn_forecast('unordered', 1, history => 'SELECT day, v FROM s LIMIT 6');
SELECT rn_forecast('unordered', 1, history => 'SELECT day + n AS day, v FROM s');
SELECT rn_forecast('unordered', 1, history => 'SELECT n, v FROM s');
SELECT rn_forecast('unordered', 1, history => 'SELECT day::timestamptz, v FROM s');
SELECT rn_forecast('unordered', 1, as_of => '2023-01-01');
SELECT rn_forecast('unordered', 1, as_of_t => 5);

-- nothing of all that was stored
SELECT name, version FROM rn_models ORDER BY name;
SELECT count(*) FROM recurnet.version;
SELECT count(rn_drop_model(model_id)) > 0 AS dropped FROM rn_models;
DROP TABLE s;

-- two rows are enough to train on, but not to know what came of it
SELECT rn_drop_model(rn_train('gru', 'VALUES (1, 2.0), (2, 3)'));

-- another query under the name of a model in use
\set o '''{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'''
SELECT rn_train('gru', 'SELECT i, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'swap') > 0 AS trained;
SELECT rn_train('gru', 'SELECT i, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => 'swap') > 0 AS again;
SELECT rn_train('gru', 'SELECT i, i * 0.7 AS v FROM generate_series(1, 60) i', :o, name => 'swap') > 0 AS other;
CREATE TABLE exported AS SELECT rn_export('swap') AS file;
SELECT rn_import(file, 'swap') > 0 AS no_query FROM exported;
SELECT rn_import(file, 'swap') > 0 AS again FROM exported;
SELECT rn_import(file, 'swap', 'SELECT i, i * 0.7 AS v FROM generate_series(1, 60) i') > 0 AS query FROM exported;
SELECT rn_import(file, 'swap', 'SELECT i, i * 0.7 AS v FROM generate_series(1, 60) i') > 0 AS again FROM exported;
SELECT rn_import(rn_export(rn_fit(i, i, 'gru', '{"units": 2, "epochs": 1, "window": 5, "recipe": "plain"}')), 'swap') > 0 AS value FROM generate_series(1, 60) i;
SELECT rn_import(file, 'swap') > 0 AS other_columns FROM exported;
DROP TABLE exported;
SELECT rn_drop_model('swap');
SELECT rn_train('gru', 'SELECT i, i * 0.5 AS v FROM generate_series(1, 60) i', :o, name => ' ');
SELECT rn_prune_jobs('-1 day');
