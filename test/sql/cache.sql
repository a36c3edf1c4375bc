--
-- Decoded models are kept in a session, and never served stale.
--
CREATE TABLE s AS SELECT i AS t, sin(i) AS v FROM generate_series(1, 60) i;
\set o '''{"recipe": "plain", "units": 3, "epochs": 1, "window": 5}'''
\set other '''{"recipe": "plain", "units": 3, "epochs": 1, "window": 5, "seed": 1}'''
CREATE FUNCTION answer(model text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(forecast::text, ' ' ORDER BY step) FROM rn_forecast(model, 3) $$;
CREATE VIEW kept AS SELECT count(*) AS models FROM pg_backend_memory_contexts WHERE name = 'recurnet cached model';

SELECT rn_train('gru', 'SELECT t, v FROM s', :o, name => 'a') > 0 AS trained;
SELECT answer('a') AS first \gset
SELECT * FROM kept;
SELECT answer('a') = :'first' AS same;
SELECT * FROM kept;

-- a new version is seen at once, and gone with its transaction
BEGIN;
SELECT rn_train('gru', 'SELECT t, v FROM s', :other, name => 'a') > 0 AS trained;
SELECT answer('a') = :'first' AS same;
ROLLBACK;
SELECT answer('a') = :'first' AS same;
SELECT rn_train('gru', 'SELECT t, v FROM s', :other, name => 'a') > 0 AS trained;
SELECT answer('a') = :'first' AS same;
UPDATE recurnet.model SET active_version = 1 WHERE name = 'a';
SELECT answer('a') = :'first' AS same;

-- what stands in the table counts, whoever put it there
UPDATE recurnet.version v SET weights = w.weights FROM recurnet.version w
WHERE v.model_id = w.model_id AND v.version = 1 AND w.version = 2;
SELECT answer('a') = :'first' AS same;
SELECT rn_drop_model('a');
SELECT answer('a');

-- an extension dropped and made again
SELECT rn_train('gru', 'SELECT t, v FROM s', :o, name => 'a') > 0 AS trained;
SELECT answer('a') = :'first' AS same;
DROP EXTENSION recurnet;
CREATE EXTENSION recurnet;
SELECT answer('a');
SELECT rn_train('gru', 'SELECT t, v FROM s', :other, name => 'a') > 0 AS trained;
SELECT answer('a') = :'first' AS same;

-- the setting bounds it, and a model in use stays
SELECT rn_train('gru', 'SELECT t, v FROM s', :o, name => 'b') > 0 AS trained;
SELECT answer('b') = :'first' AS same;
SET recurnet.model_cache_size = 0;
SELECT answer('b') = :'first' AS same;
SELECT * FROM kept;
SELECT count(*) FROM rn_forecast('b', 3, history => $$SELECT t, v + 0 * length(answer('a') || answer('b')) AS v FROM s$$);
SELECT * FROM kept;
SELECT rn_forecast('b', 3, history => $$SELECT t, v / (length(answer('a')) - length(answer('a'))) AS v FROM s$$);
SELECT * FROM kept;
RESET recurnet.model_cache_size;

SELECT count(rn_drop_model(model_id)) FROM rn_models;
DROP VIEW kept;
DROP FUNCTION answer;
DROP TABLE s;
