--
-- Manners inside the server: no thread, no memory kept, limits held.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT plan(9);

CREATE TABLE s AS SELECT i AS t, sin(i * 0.3) + i * 0.01 AS v FROM generate_series(1, 300) i;

-- products large enough that a threaded BLAS would have used its threads
SELECT ok(rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "units": 256, "window": 24, "epochs": 1}', name => 'large') > 0, 'a large network trains');
SELECT is((SELECT count(*) FROM pg_ls_dir('/proc/self/task')), 1::bigint, 'and the backend still has one thread');

SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%'), 0::bigint, 'no memory context outlives a training');
SELECT throws_ok($$SELECT rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "epochs": 3, "learning_rate": 1e30, "optimizer": "sgd"}')$$,
	'22P01', NULL, 'a diverging training is an error');
SELECT throws_ok($$SELECT rn_train('gru', 'SELECT t, v FROM s LIMIT 3 + length(repeat(''x'', 5)) / 0')$$, '22012', NULL, 'so is a query that fails');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%'), 0::bigint, 'nor does it outlive a failed one');

SET LOCAL recurnet.max_memory = '1MB';
SELECT throws_ok($$SELECT rn_train('lstm', 'SELECT t, v FROM s', '{"units": 256}')$$, '54000', NULL, 'more memory than allowed is refused');
SELECT throws_ok($$SELECT rn_train('gru', 'SELECT 1 AS t, a::float8 AS v FROM generate_series(1, 4096) a, generate_series(1, 4096) b, generate_series(1, 4096) c,
	generate_series(1, 4096) d, generate_series(1, 4096) e, generate_series(1, 2) f')$$, '54000', NULL, 'so are more rows than a size can count');
SELECT throws_like($$SELECT rn_train('lstm', 'SELECT t, v FROM s', '{"units": 256}')$$, 'training needs % MB, more than the limit of 1024 kB', 'with both sizes');

SELECT * FROM finish();
ROLLBACK;
