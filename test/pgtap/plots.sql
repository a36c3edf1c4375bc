--
-- Pictures: rn_plot, rn_plot_training, rn_plot_backtest, rn_sparkline.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

-- How often a piece is in a picture.
CREATE FUNCTION pieces(picture text, piece text) RETURNS bigint LANGUAGE sql AS $$SELECT (length(picture) - length(replace(picture, piece, ''))) / length(piece)$$;
-- A parser reads it, if the server has one (Debian's has); and all of it is ASCII.
CREATE FUNCTION is_picture(picture text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT ok(picture ~ '^<svg xmlns="http://www.w3.org/2000/svg" ' AND picture LIKE E'%</svg>\n' AND picture !~ '[^\x01-\x7e]' AND picture !~* 'nan|inf[" ]', what || ': SVG in ASCII');
	RETURN NEXT ok(xml_is_well_formed_document(picture) AND xpath('namespace-uri(/*)', picture::xml)::text LIKE '%/2000/svg%', what || ': XML');
EXCEPTION WHEN feature_not_supported THEN
	RETURN NEXT skip('this server cannot parse XML', 1);
END $$;

\set small '''{"units": 2, "epochs": 1, "ensemble": 1}'''
\set basic '''{"recipe": "plain", "units": 2, "epochs": 3, "window": 7, "season": 7, "validation_split": 0.2}'''
CREATE TABLE s AS SELECT k AS store, date '2024-01-01' + i AS day, i AS t, 10 ^ k * (50 + 10 * sin(2 * pi() * i / 7) + (hashint4(i * 3 + k) & 1023) / 100.0) AS amount
FROM generate_series(1, 20) k, generate_series(0, 119) i;
SELECT rn_train('gru', 'SELECT day, amount FROM s WHERE store = 1', :small, name => 'one') AS one,
	rn_train('gru', 'SELECT store, day, amount FROM s', :small, name => 'many', series => 'store') AS many,
	rn_train('gru', 'SELECT t, amount FROM s WHERE store = 1', :basic, name => 'plain') AS plain \gset

-- ---- a forecast ----

SELECT is_picture(rn_plot('one', 14), 'one series');
SELECT is_picture(rn_plot('plain', 14), 'plain, integer times');
SELECT is_picture(rn_plot('many', 14), 'many series');
SELECT is(rn_plot('one', 14), rn_plot(:one, 14), 'by id');
SELECT is(rn_plot('one', 14), rn_plot('one', 14, 0.9, title => NULL, theme => NULL, width => NULL, height => NULL, rows => NULL, facets => NULL), 'nulls are what is usual');
SELECT ok(p LIKE '%>one</text>%' AND p LIKE '%>amount, the next 14 days</text>%' AND p LIKE '%>90% interval</text>%' AND p LIKE '%>one step ahead</text>%', 'title, subtitle, legend') FROM rn_plot('one', 14) p;
SELECT ok(p ~ '>Mar 2024</text>' AND p ~ '>Apr</text>' AND p ~ '>May</text>', 'dates') FROM rn_plot('one', 14) p;
SELECT is(pieces(p, '<circle class="forecast-dot"'), 14::bigint, 'one dot for each step') FROM rn_plot('one', 14) p;
-- every step's number is in it, as rn_forecast has it, to the digits shown
SELECT is(count(*), 14::bigint, 'dates and numbers of rn_forecast') FROM rn_plot('one', 14) p, rn_forecast_as(NULL::date, 'one', 14) f
WHERE EXISTS (SELECT FROM regexp_matches(p, '<title>' || f.ts || ': ([0-9.]+)</title>', 'g') AS found WHERE abs(found[1]::float8 - forecast) <= 0.06);
SELECT ok(p LIKE '%next 3 days; 12 of 20 series%' AND pieces(p, 'class="facet"') = 12 AND p LIKE '%>store 1<%', 'facets, at most twelve') FROM rn_plot('many', 3) p;
SELECT ok(pieces(p, 'class="facet"') = 20 AND p NOT LIKE '% of 20 series%', 'or all of them') FROM rn_plot('many', 3, facets => 20) p;
SELECT ok(pieces(p, 'class="facet"') = 2 AND p LIKE '%>store 3<%' AND p LIKE '%>store 5<%', 'those that are asked for') FROM rn_plot('many', 3, for_series => '[{"store": 3}, {"store": 5}]') p;
SELECT ok(rn_plot('one', 7) LIKE '%prefers-color-scheme:dark%' AND rn_plot('one', 7, theme => 'light') NOT LIKE '%prefers-color-scheme%'
	AND rn_plot('one', 7, theme => 'light') LIKE '%#ffffff%' AND rn_plot('one', 7, theme => 'dark') NOT LIKE '%#ffffff%', 'themes');
SELECT refuses($$SELECT rn_plot('many', 3, width => 400, height => 600)$$, '22023', '%600 high has no room for 12 series', '%at least 1670%fewer facets%', 'too low for all facets');
SELECT ok(p LIKE '%height="1670"%' AND pieces(p, 'class="facet"') = 12 AND p NOT LIKE '%class="legend"%', 'that height is enough, without a legend') FROM rn_plot('many', 3, width => 400, height => 1670) p;
SELECT ok(p LIKE '%width="300" height="200"%', 'size') FROM rn_plot('one', 7, width => 300, height => 200) p;
SELECT ok(pieces(rn_plot('many', 3, history => 'source', rows => 1000000), 'class="facet"') = 12, 'all rows, of twelve series, are no more than there are');
SELECT ok(length(rn_plot('one', 2000, history => 'SELECT date ''1990-01-01'' + i AS day, sin(i) AS amount FROM generate_series(1, 9999) i', rows => 3000)) < 200000, 'however long, a picture is small');
SELECT ok(rn_plot('plain', 7) NOT LIKE '%one step ahead%' AND rn_plot('plain', 7, history => 'source') LIKE '%one step ahead%', 'a plain model keeps one window only; with its source there are predictions');
-- one step ahead is what rn_predict says: of the last row it is the last of that line
SELECT is(count(*), 1::bigint, 'the rows of as_of') FROM rn_plot('one', 7, as_of => '2024-04-01') p WHERE p LIKE '%<title>2024-04-02: %' AND p LIKE '%<title>2024-04-08: %';
SELECT is(rn_plot(NULL::rn_model), NULL, 'no model, no picture');
SELECT ok(p LIKE '%>Forecast</text>%' AND pieces(p, '<circle') = 5, 'a model that is a value') FROM (SELECT rn_plot(rn_fit(day, amount, 'gru', :small), 5) p FROM s WHERE store = 1) f;
SELECT ok(p NOT LIKE '%interval%' AND pieces(p, 'class="band"') = 0, 'without intervals') FROM rn_plot(rn_train('gru', 'SELECT t, amount FROM s WHERE store = 1', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'), 5) p;

-- ---- steps of less than a second, and far years ----

CREATE TABLE fine AS SELECT timestamp '2024-01-01 10:00:00.1' + i * interval '10 ms' AS at, sin(i / 3.0) AS v FROM generate_series(0, 59) i;
CREATE TABLE far AS SELECT timestamp '294000-06-01' + i * interval '1 year' AS at, sin(i / 3.0) AS v FROM generate_series(0, 265) i;
SELECT ok(p LIKE '%>10:00:00.4</text>%' AND p LIKE '%>10:00:00.6</text>%' AND p LIKE '%>1 Jan 2024</text>%', 'parts of a second') FROM rn_plot(rn_train('gru', 'SELECT * FROM fine', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 40}'), 10) p;
SELECT ok(p LIKE '%>294200</text>%' AND p NOT LIKE '%BC%', 'to the end of time') FROM rn_plot(rn_train('gru', 'SELECT * FROM far', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 10}'), 2, width => 260, history => 'source', rows => 300) p;

-- ---- rows made up are gaps ----

SELECT rn_train('gru', 'SELECT t, amount FROM s WHERE store = 1 AND t NOT IN (100, 110)', '{"units": 2, "epochs": 1, "missing": "interpolate", "season": 7, "ensemble": 1}', name => 'gaps') AS gaps \gset
SELECT is(array_length(regexp_split_to_array((regexp_match(rn_plot('gaps', 5, rows => 40, history => 'source'), '<path class="actual" d="(M[^"]*L[^"]*)"'))[1], 'M'), 1) - 1, 3, 'a line in three pieces');

-- ---- words ----

CREATE TABLE odd AS SELECT k AS "a<b>&""c""'", i AS t, i % 7 + hashint4(i) % 3 AS amount FROM generate_series(1, 60) i,
	unnest(ARRAY['</svg>', '<script>alert(1)</script>', '&amp; "both" ''kinds''', E'tab\tline\nbell\x07 end', 'Zürich 東京 😀', repeat('long ', 100), '', U&'\FFFE\FFFF']) k;
SELECT rn_train('gru', 'SELECT * FROM odd', :small, series => '"a<b>&""c""''"', target => 'amount', name => 'odd <&> "name"' || E'\x01') AS odd \gset
SELECT is_picture(rn_plot(:odd, 3), 'odd keys and names');
SELECT is_picture(rn_plot(:odd, 3, title => k), 'odd title ' || md5(k)) FROM (SELECT DISTINCT "a<b>&""c""'" AS k FROM odd) o;
SELECT ok(p NOT LIKE '%<script%' AND pieces(p, '</svg>') = 1 AND p LIKE '%Z&#xFC;rich%' AND p LIKE '%bell&#xFFFD; end%', 'nothing of them is markup') FROM rn_plot(:odd, 3) p;
SELECT is_picture(rn_plot_training(:odd, title => '<&>'), 'losses of an odd name');
SELECT is_picture(rn_plot_backtest(b, E'<&"\x02>'), 'a backtest of an odd title') FROM rn_backtest('gru', 'SELECT t, amount FROM s WHERE store = 1', :basic, folds => 2, horizon => 2) b;

-- ---- numbers that are no good to draw ----

SELECT is_picture(rn_plot(rn_train('gru', format('SELECT i AS t, (%s)::float8 AS v FROM generate_series(1, 40) i', v), '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "validation_split": 0.2}'), 9, history => 'source'), 'values ' || v)
FROM unnest('{7,0,1e90 * i,1e-90 * i,-3,1e15 + i}'::text[]) v;

-- ---- losses ----

SELECT is_picture(rn_plot_training('plain'), 'losses');
SELECT ok(p LIKE '%>Training of plain</text>%' AND p LIKE '%loss (mse) of 3 epochs%' AND p LIKE '%>training %' AND p LIKE '%>held out %', 'of training and of rows held out') FROM rn_plot_training('plain') p;
SELECT is(rn_plot_training('plain', theme => 'dark'), rn_plot_training(:plain, theme => 'dark'), 'by id');

-- ---- backtests ----

CREATE TABLE tested AS SELECT * FROM rn_backtest('gru', 'SELECT t, amount FROM s WHERE store = 1', :basic, folds => 3, horizon => 4);
SELECT is_picture(rn_plot_backtest(b), 'a backtest') FROM tested b;
SELECT ok(p LIKE '%scaled error of 12 forecasts%' AND p LIKE '%>model</text>%' AND p LIKE '%>naive</text>%' AND p LIKE '%>seasonal naive</text>%', 'of model and baselines') FROM (SELECT rn_plot_backtest(b) p FROM tested b) f;
-- the numbers are those of rn_mase
SELECT is(count(*), 4::bigint, 'errors by step are those of rn_mase') FROM (SELECT rn_plot_backtest(b) p FROM tested b) f,
	(SELECT step, rn_mase(actual, forecast, mase_scale) AS mase FROM tested GROUP BY step) m
WHERE EXISTS (SELECT FROM regexp_matches(p, '<title>' || step || ': ([0-9.]+)</title>', 'g') AS found WHERE abs(found[1]::float8 - mase) < 0.01);
SELECT ok(p LIKE '%absolute error of 12 forecasts%', 'without a scale, in the unit of the values') FROM (SELECT rn_plot_backtest(b) p FROM (SELECT step, actual, forecast, naive, seasonal_naive, NULL::float8 AS mase_scale FROM tested) b) f;
-- errors that are too large for a number are gaps
SELECT ok(p NOT LIKE '%inf<%' AND p NOT LIKE '%-1000000%' AND p LIKE '%<title>3: %', 'a backtest of huge numbers')
FROM (SELECT rn_plot_backtest(b) p FROM (VALUES (1, 10.0::float8, 9.0::float8), (2, 1e308, -1e308), (3, 10, 8)) v (step, actual, forecast),
	LATERAL (SELECT step, actual, forecast, actual AS naive, actual AS seasonal_naive, NULL::float8 AS mase_scale) b) f;
SELECT is(rn_plot_backtest(b), NULL, 'no rows, no picture') FROM tested b WHERE false;
SELECT ok(p LIKE '%<svg % class="rn-dark"%>title</text>%', 'title and theme') FROM (SELECT rn_plot_backtest(b, 'title', 'dark') p FROM tested b) f;

-- ---- characters ----

SELECT is(rn_sparkline(x), '▁▂▃▄▅▆▇█', 'eight levels') FROM generate_series(1, 8) x;
SELECT is(rn_sparkline(x ORDER BY x DESC), '█▇▆▅▄▃▂▁', 'in the order asked for') FROM generate_series(1, 8) x;
SELECT is(rn_sparkline(x), '▁ █', 'a null is a blank') FROM unnest('{1,NULL,2}'::float8[]) x;
SELECT is(rn_sparkline(x), '▄▄', 'of the same numbers, the middle') FROM unnest('{5,5}'::float8[]) x;
SELECT is(rn_sparkline(x), '▁▁██', 'beyond all others') FROM unnest('{-Infinity,1,2,Infinity}'::float8[]) x;
SELECT is(rn_sparkline(x, 4), '▁▃▆█', 'narrower') FROM generate_series(1, 100) x;
SELECT is(rn_sparkline(x), NULL, 'of nothing, nothing') FROM generate_series(1, 0) x;
SELECT is(string_agg(l, ' '), '▄ ▁█ ▁▅█', 'over a window') FROM (SELECT rn_sparkline(x) OVER (ORDER BY x) l FROM generate_series(1, 3) x) w;
SET LOCAL client_encoding = 'LATIN1';
SELECT is(rn_sparkline(x), '_.-~=+*#', 'for clients without these characters') FROM generate_series(1, 8) x;
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'on', true) AS set \gset
SELECT rn_sparkline(x) AS line FROM generate_series(1, 8) x \gset
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'off', true) AS set \gset
SELECT is(:'line'::text, '_.-~=+*#', 'also where a parallel worker draws, which writes to its leader');
RESET client_encoding;

-- ---- refusals ----

SELECT refuses($$SELECT rn_plot('one', 5, theme => 'drak')$$, '22023', 'there is no theme "drak"', '%auto, light, dark%Did you mean "dark"?%', 'theme');
SELECT refuses($$SELECT rn_plot('one', 5, width => 10)$$, '22023', 'width is out of range: 10', '%200 to 4000%', 'width');
SELECT refuses($$SELECT rn_plot('one', 5, rows => 0)$$, '22023', 'rows is out of range: 0', '%1 to 1000000%', 'rows');
SELECT refuses($$SELECT rn_plot('one', 5, facets => 61)$$, '22023', 'facets is out of range: 61', '%1 to 60%', 'facets');
SELECT refuses($$SELECT rn_plot('one', 0)$$, '22023', 'horizon is out of range: 0', '%', 'horizon');
SELECT refuses($$SELECT rn_plot_backtest(b) FROM (SELECT 1 AS step) b$$, '42804', 'rn_plot_backtest takes the rows of rn_backtest', '%no column "actual"%rn_backtest(...) AS b%', 'other rows');
SELECT refuses($$SELECT rn_plot_backtest(b) FROM (SELECT 1::bigint AS step) b$$, '42804', 'rn_plot_backtest takes%', '%"step" is of type bigint, not integer%', 'other columns');
-- with the first row: the others may each cost a training
CREATE SEQUENCE plots_asked;
SELECT refuses($$SELECT rn_plot_backtest(b, 'title', 'drak') FROM (SELECT t.*, nextval('plots_asked') FROM tested t) b$$, '22023', 'there is no theme "drak"', '%Did you mean "dark"?%', 'theme of a backtest');
SELECT is((SELECT last_value FROM plots_asked), 1::bigint, 'after one row');
-- memory: the 99 rows that the model looks back on before the one shown count, of every series
CREATE FUNCTION kilobytes(facets int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rn_plot('many', 1, rows => 1, facets => facets);
EXCEPTION WHEN program_limit_exceeded THEN
	RETURN substring(SQLERRM FROM '^plotting needs (\d+) kB')::int;
END $$;
SET LOCAL recurnet.max_memory = '1kB';
SELECT is(value, '100', 'rows looked at') FROM rn_summary('many') WHERE item = 'rows looked at';
SELECT cmp_ok(kilobytes(20) - kilobytes(1), '>=', 19 * 8 * 99 / 1024, 'memory for rows looked back on');
RESET recurnet.max_memory;
SELECT refuses($$SELECT rn_sparkline(1, 0)$$, '22023', 'width is out of range: 0', '%', 'width of a sparkline');
SELECT refuses($$SELECT rn_plot('nobody')$$, '42704', '%nobody%', '%', 'a model that is not there');

-- ---- rights: as rn_forecast ----

CREATE ROLE plots_user;
CREATE ROLE plots_other;
SELECT rn_grant('one', 'plots_user', 'use');
GRANT SELECT ON s TO plots_user;
SET LOCAL ROLE plots_user;
SELECT ok(rn_plot('one', 3) LIKE '<svg%' AND rn_plot_training('one') LIKE '<svg%', 'who may use a model may draw it');
SELECT refuses($$SELECT rn_plot('one', 3, history => 'source')$$, '42501', '%', '%', 'but not have its query run');
SET LOCAL ROLE plots_other;
SELECT refuses($$SELECT rn_plot('one', 3)$$, '42704', '%one%', '%', 'to others it is not there');
SELECT refuses($$SELECT rn_plot_training('one')$$, '42704', '%one%', '%', 'nor its losses');
RESET ROLE;

-- ---- the pictures of README are of this version ----

-- All but numbers: weights, and so these, differ from processor to processor.
CREATE FUNCTION frame_of(picture text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(picture, ' d="[^"]*"', '', 'g'), '<text class="(label|end)[^\n]*', '', 'g'), '(<g>|</style>).*', '\1')
$$;
\set drawn `cat docs/images/forecast.svg`
SELECT is(frame_of(rn_plot('one', 24, title => 'electric')), replace(frame_of(:'drawn'), 'months', 'days'), 'README: make pictures');

SELECT * FROM finish();
ROLLBACK;
