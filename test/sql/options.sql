--
-- Options: their table, and what is refused.
--
SELECT name, type, default_value, range FROM rn_options();
SELECT bool_and(description <> '') AS described FROM rn_options();

CREATE TABLE s AS SELECT i AS t, i % 5 + 0.5 AS v FROM generate_series(1, 60) i;

-- every option can be given as its table says it is
\set VERBOSITY terse
SELECT rn_train('gru', 'SELECT t, v FROM s', '{
	"recipe": "plain", "units": [3, 2], "activation": "relu", "reset_after": false,
	"dropout": 0.1, "input_dropout": 0.1, "recurrent_dropout": 0.1,
	"window": 5, "horizon": 2, "season": 5, "scaler": "robust",
	"epochs": 2, "batch_size": 8, "train_rows": 50, "validation_split": 0.2, "patience": 1,
	"shuffle": false, "seed": 42, "loss": "huber", "huber_delta": 0.5, "quantile": 0.9,
	"optimizer": "adamw", "learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.99, "rho": 0.8,
	"momentum": 0.1, "epsilon": 1e-6, "weight_decay": 0.01, "clipnorm": 1, "global_clipnorm": 0,
	"lr_schedule": "step", "lr_decay": 0.5, "lr_decay_epochs": 1, "lr_warmup_steps": 3}', name => 'all') > 0 AS trained;
\set VERBOSITY default
SELECT jsonb_pretty(options) FROM rn_models WHERE name = 'all';
SELECT request FROM recurnet.version JOIN recurnet.model USING (model_id) WHERE name = 'all';
SELECT rows, train_from, train_to FROM rn_models WHERE name = 'all';
-- trained on the first 50 rows, but a forecast starts after the last
SELECT t, lower IS NOT NULL AS interval FROM rn_forecast('all', 2);
-- every loss, optimizer, schedule and scaler
SELECT rn_train('rnn', 'SELECT t, v FROM s', jsonb_build_object('units', 2, 'epochs', 2, 'recipe', CASE o WHEN 'scaler' THEN 'plain' ELSE 'auto' END, o, c)) > 0 AS trained, o, c
FROM (VALUES ('loss', 'mae'), ('loss', 'pinball'), ('optimizer', 'rmsprop'), ('optimizer', 'sgd'),
	('lr_schedule', 'cosine'), ('lr_schedule', 'exponential'), ('scaler', 'minmax'), ('scaler', 'none'),
	('activation', 'sigmoid')) v (o, c);

SELECT rn_train('grru', 'SELECT t, v FROM s');
SELECT rn_train('transformer', 'SELECT t, v FROM s');
SELECT rn_train('GRU', 'SELECT t, v FROM s', '{"units": 2, "epochs": 1}') > 0 AS trained;
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"lr": 0.1}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"unit": 3}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"Epochs": 3}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"temperature": 3}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"ensemble": 3, "missing": "mask"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "ensemble": 33}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"season": [12, 30]}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"season": [12, 24, 48]}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"season": "weekly"}');
SELECT rn_train('gru', 'SELECT t, -v AS v FROM s', '{"transform": "log"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '[]');
SELECT rn_train('gru', 'SELECT t, v FROM s', '3');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"epochs": "3"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"epochs": 2.5}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"epochs": 0}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"epochs": null}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"shuffle": 1}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"season": [168, 24]}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"seasonality": 7}');
-- which group it was
SELECT rn_fit(t, v, 'gru') FROM s WHERE t < 2;
-- options that are of no use
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"patience": 5}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "transform": "none"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"missing": "mask", "classical": false}');
SELECT rn_fit(t, v, 'gru', '{"scaler": "robust"}') FROM s;
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"units": 0}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"units": []}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"units": [3, 5000]}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"units": [3, [4]]}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"units": {"a": 1}}');
SELECT rn_train('gru', 'SELECT t, v FROM s', jsonb_build_object('units', (SELECT jsonb_agg(1) FROM generate_series(1, 65))));
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"dropout": 1}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"dropout": -0.1}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"learning_rate": 0}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"learning_rate": 1e400}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"lr_decay": 0}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"seed": 1e30}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"loss": "rmse"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"optimizer": "adm"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"scaler": "zscore"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"calendar_features": ["weekday"]}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"time_zone": "UTC"}');
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"time_zone": "Mars/Olympus"}');

-- settings
SHOW recurnet.max_memory;
SET recurnet.max_memory = '64kB';
-- (how much is needed depends on the processor's vectors: the message's words are pgtap/manners' part)
\set VERBOSITY sqlstate
SELECT rn_train('gru', 'SELECT t, v FROM s', '{"units": 512, "window": 5}');
\set VERBOSITY default
RESET recurnet.max_memory;
SET recurnet.no_such_setting = 1;

-- a network of zeroes forecasts 0, and so errs by what halves with every row; the number before errs by that, too, but for the factor
SELECT set_byte(set_byte(decode(repeat('00', 8), 'hex'), 0, length(header) % 256), 1, length(header) / 256) || convert_to(header, 'UTF8') || decode(repeat('00', 20), 'hex') AS zeroes
FROM (SELECT '{' || string_agg(format('"%s": {"dtype": "F32", "shape": [%s], "data_offsets": [%s, %s]}', name, shape, 4 * i - 4, 4 * i), ', ') || '}' AS header
	FROM (VALUES (1, 'weight_ih_l0', '1,1'), (2, 'weight_hh_l0', '1,1'), (3, 'bias_ih_l0', '1'), (4, 'h.weight', '1,1'), (5, 'h.bias', '1')) v (i, name, shape)) h \gset
SELECT rn_import(:'zeroes', 'tie', 'SELECT i, 1000 * (0.5 * (1 + 1e-7)) ^ i::float8 FROM generate_series(1, 40) i',
	'{"window": 4, "scaler": "none", "season": 1, "validation_split": 0.2}') > 0 AS as_good;
SELECT rn_import(:'zeroes', 'worse', 'SELECT i, 1000 * (0.5 * (1 + 1e-5)) ^ i::float8 FROM generate_series(1, 40) i',
	'{"window": 4, "scaler": "none", "season": 1, "validation_split": 0.2}') > 0 AS worse;

DROP TABLE s;
SELECT count(rn_drop_model(model_id)) > 0 AS dropped FROM rn_models;
