--
-- Layers that are dilated, and that add their inputs to their outputs.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql
SET client_min_messages = error;

CREATE TABLE sale AS SELECT date '2024-01-01' + i AS day, 50 + 10 * sin(2 * pi() * i / 7) + (hashint4(i) & 15) AS amount
FROM generate_series(0, 119) i;
CREATE FUNCTION train(cell text, more jsonb, recipe text = 'plain') RETURNS bigint LANGUAGE sql AS $$
	SELECT rn_train(cell, 'SELECT day, amount FROM sale', '{"units": [4, 4], "epochs": 2, "window": 10, "horizon": 3, "ensemble": 1}'::jsonb
		- CASE recipe WHEN 'plain' THEN 'ensemble' ELSE '' END || jsonb_build_object('recipe', recipe) || more, name => 'stack')
$$;
CREATE FUNCTION weights_of(cell text, more jsonb, recipe text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	id bigint := train(cell, more, recipe);
BEGIN
	RETURN (SELECT md5(weights) FROM recurnet.version WHERE model_id = id ORDER BY version DESC LIMIT 1);
END $$;

-- ---- they count, with every cell and by either recipe ----

CREATE TABLE tried AS
SELECT cell, recipe, what, weights_of(cell, more, recipe) AS weights
FROM unnest(ARRAY['rnn', 'lstm', 'gru']) cell, unnest(ARRAY['plain', 'auto']) recipe,
	(VALUES ('neither', '{}'::jsonb), ('ones', '{"dilations": [1, 1], "residual": false}'), ('dilated', '{"dilations": [1, 3]}'),
		('residual', '{"residual": true}'), ('both', '{"dilations": [1, 3], "residual": true}'), ('again', '{"residual": true, "dilations": [1, 3]}')) o(what, more);
SELECT is(count(DISTINCT weights), 4::bigint, cell || ' ' || recipe || ': four kinds of networks') FROM tried GROUP BY cell, recipe;
SELECT is(count(*), 12::bigint, 'and the same again') FROM tried a JOIN tried b USING (cell, recipe, weights)
WHERE (a.what, b.what) IN (('neither', 'ones'), ('both', 'again'));

-- ---- what is said of them ----

SELECT results_eq($$SELECT item, value FROM rn_summary('stack') WHERE section = 'layers' AND item ~ 'dilation|residual'$$,
	$$VALUES ('2 dilation', '3'), ('2 residual', 'inputs are added to outputs')$$, 'rn_summary');
SELECT is((SELECT jsonb_build_array(options -> 'dilations', options -> 'residual') FROM rn_models WHERE name = 'stack'), '[[1, 3], true]', 'options of the model');
SELECT train('gru', '{}') \g /dev/null
SELECT is(count(*), 0::bigint, 'nothing of what is not there') FROM rn_summary('stack') WHERE section = 'layers' AND item ~ 'dilation|residual';
SELECT is((SELECT jsonb_build_array(options -> 'dilations', options -> 'residual') FROM rn_models WHERE name = 'stack'), '[[1, 1], false]', 'but among the options');
SELECT is((SELECT count(*) FROM rn_summary(train('rnn', '{"units": [2, 3, 3], "dilations": [4, 2, 1], "residual": true}')) WHERE section = 'layers' AND item ~ 'residual'), 1::bigint,
	'inputs are added where a layer is as wide as the one below');
SELECT is((SELECT count(*) FROM rn_summary(rn_train('gru', 'SELECT day, amount FROM sale', '{"recipe": "plain", "epochs": 1, "dilations": [1, 2, 4], "window": 8}')) WHERE item ~ 'GRU'),
	3::bigint, 'as many layers as dilations, where units are left open');
SELECT train('gru', '{"units": 3, "dilations": 5}') \g /dev/null
SELECT is((SELECT options ->> 'dilations' FROM rn_models WHERE name = 'stack'), '5', 'a single layer');
SELECT results_eq($$SELECT name, type, default_value, range FROM rn_options() WHERE name IN ('dilations', 'residual')$$,
	$$VALUES ('dilations', 'integer or array of integers', NULL, '1 to 4096, at most 64 layers'), ('residual', 'boolean', 'false', NULL)$$, 'rn_options');

-- ---- again, warm and cold, forecasts, backtests and values ----

SELECT train('lstm', '{"dilations": [2, 5], "residual": true}') \g /dev/null
CREATE TABLE was AS SELECT * FROM rn_forecast('stack', 5);
SELECT ok(count(*) = 5 AND bool_and(forecast BETWEEN 0 AND 120), 'forecasts') FROM was;
CALL rn_retrain('stack', promote => 'always');
SELECT isnt(f.forecast, was.forecast, 'warm training goes on') FROM rn_forecast('stack', 1) f JOIN was USING (step);
SELECT is((SELECT options ->> 'dilations' FROM rn_models WHERE name = 'stack'), '[2, 5]', 'with the same layers');
CALL rn_retrain('stack', 'cold', promote => 'always');
SELECT results_eq($$SELECT * FROM rn_forecast('stack', 5)$$, $$SELECT * FROM was$$, 'cold training is as before');
SELECT ok(count(*) > 0 AND bool_and(forecast IS NOT NULL), 'a backtest')
FROM rn_backtest('gru', 'SELECT day, amount FROM sale', '{"units": [3, 3], "dilations": [1, 4], "residual": true, "epochs": 2, "ensemble": 1, "horizon": 7}', folds => 2);
SELECT is((SELECT rn_fit(day, amount, 'gru', '{"recipe": "plain", "units": 3, "dilations": 4, "window": 10, "epochs": 1}')::text::rn_model::text FROM sale),
	(SELECT rn_fit(day, amount, 'gru', '{"recipe": "plain", "units": 3, "dilations": 4, "window": 10, "epochs": 1}')::text FROM sale), 'a model as a value');
SELECT is((SELECT count(*) FROM rn_tune('SELECT day, amount FROM sale', '{"dilations": [[1, 1], [1, 3]], "residual": [true, false]}',
	options => '{"recipe": "plain", "units": [3, 3], "epochs": 1, "window": 10, "horizon": 3}', folds => 1)), 5::bigint, 'all four combinations are tried, beside the options alone');

-- ---- what cannot be ----

SELECT refuses($$SELECT train('gru', '{"dilations": [1, 2, 4]}')$$, '22023', 'options "dilations" and "units" have different numbers of layers: 3, 2', '%one number for each layer in both%', 'too many');
SELECT refuses($$SELECT train('gru', '{"dilations": 2}')$$, '22023', '%: 1, 2', '%one number for each layer%', 'too few');
SELECT refuses($$SELECT train('gru', '{"dilations": [1, 0]}')$$, '22023', 'option "dilations" is out of range: 0', '%1 to 4096%', 'none');
SELECT refuses($$SELECT train('gru', '{"dilations": [1, 5000]}')$$, '22023', 'option "dilations" is out of range: 5000', '%1 to 4096%', 'too large');
SELECT refuses($$SELECT train('gru', '{"dilations": []}')$$, '22023', 'option "dilations" has 0 layers', '%1 to 64%', 'an empty array');
SELECT refuses($$SELECT train('gru', '{"dilations": "2"}')$$, '22023', 'option "dilations" must be of type%', '%without quotes%', 'a string');
SELECT refuses($$SELECT train('gru', '{"dilations": [1, 11]}')$$, '22023', 'dilation 11 is longer than a window of 10 steps', '%window of at least 11%', 'beyond the window');
SELECT refuses($$SELECT train('gru', '{"dilations": [1, 13]}', 'auto')$$, '22023', 'dilation 13 is longer than a sequence of 12 steps', '%sequences of 12 windows, each 1 row after%at most 12%', 'beyond the sequence');
SELECT refuses($$SELECT train('gru', '{"units": [3, 4], "residual": true}')$$, '22023', 'option "residual" has no effect here', '%as many units%', 'no two layers alike');
SELECT refuses($$SELECT rn_train('gru', 'SELECT day, amount FROM sale', '{"residual": true}')$$, '22023', 'option "residual" has no effect here', '%several layers%', 'a single layer');
SELECT refuses($$SELECT train('gru', '{"residual": 1}')$$, '22023', 'option "residual" must be of type boolean%', '%', 'a number');
SELECT refuses($$SELECT train('gru', '{"dilation": [1, 2]}')$$, '22023', 'unrecognized option "dilation"', '%Did you mean "dilations"?%', 'another name');

SELECT * FROM finish();
\ir leave.psql
