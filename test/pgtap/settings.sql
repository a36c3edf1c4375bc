--
-- Settings: README's table is that of the server, to the letter.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\set readme `cat README.md`
BEGIN;
SELECT plan(5);
LOAD 'recurnet';

CREATE VIEW written AS
SELECT cell[1] AS name, cell[2] AS default_value, cell[3] AS range, cell[4] AS context, cell[5] AS description
FROM regexp_split_to_table(:'readme', E'\n') AS line,
	regexp_match(line, '^\| `(recurnet\.\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \| (.*) \|$') AS cell
WHERE cell IS NOT NULL;
CREATE VIEW there AS
SELECT name,
	CASE WHEN unit = 'kB' AND boot_val ~ '^[1-9]' THEN pg_size_pretty(pg_size_bytes(boot_val || unit)) ELSE boot_val END AS default_value,
	CASE vartype WHEN 'bool' THEN 'on, off' WHEN 'enum' THEN array_to_string(enumvals, ', ')
		ELSE concat_ws(' ', min_val, 'to', max_val, unit) END AS range,
	context
FROM pg_settings WHERE name LIKE 'recurnet.%';

SELECT results_eq('SELECT name, default_value, range, context FROM written', 'SELECT * FROM there ORDER BY name COLLATE "C"',
	'README has every setting, in order, with its default, its range and who may set it');
SELECT is((SELECT count(*) FROM written WHERE description ~ '\w'), (SELECT count(*) FROM pg_settings WHERE name LIKE 'recurnet.%' AND short_desc <> ''),
	'and says what it is, as the server does');
SELECT throws_ok('SET recurnet.max_memroy = 1', '42602', NULL, 'a slip in a name is an error');
SELECT throws_ok('SET recurnet.max_memory = -2', '22023', NULL, 'so is a value out of range');
SELECT throws_ok('SET recurnet.model_cache_size = -1', '22023', NULL, 'of any setting');

SELECT * FROM finish();
ROLLBACK;
