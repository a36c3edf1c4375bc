CREATE EXTENSION recurnet;

CREATE TABLE sales AS
SELECT s AS store, date '2024-01-01' + i AS day, (s + 1) * (50 + 10 * sin(i * 0.9) + (i * 7919) % 97 * 0.05) AS amount, (i % 5)::float8 AS price
FROM generate_series(0, 1) s, generate_series(0, 59) i;

SELECT rn_train('gru', 'SELECT day, amount FROM sales WHERE store = 0', '{"recipe": "plain", "units": [3, 2], "epochs": 2, "window": 5, "horizon": 2, "validation_split": 0.3}', name => 'plain');

SELECT rn_train('auto', 'SELECT store, day, amount FROM sales', '{"units": 4, "epochs": 2, "ensemble": 2, "window": 7}', name => 'panel', series => 'store');

SELECT rn_train('lstm', 'SELECT store, day, amount, price FROM sales', '{"units": 2, "epochs": 1, "window": 7, "calendar_features": ["day_of_week"]}', name => 'covariates', series => 'store', covariates => 'price known');

SELECT (SELECT count(*) FROM rn_forecast('plain', 9)), (SELECT count(*) FROM rn_forecast('panel', 3, 0.5));

SELECT count(*) FROM rn_forecast('covariates', 2, future => 'SELECT s AS store, date ''2024-03-01'' + i AS day, 1.0::float8 AS price FROM generate_series(0, 1) s, generate_series(0, 1) i');

SELECT count(*) FROM rn_predict('plain', 'SELECT day, amount FROM sales WHERE store = 0');

INSERT INTO sales SELECT s, date '2024-03-01' + i, 50 + i, 1 FROM generate_series(0, 1) s, generate_series(0, 9) i;

CALL rn_retrain('plain', promote => 'always');

CALL rn_retrain('panel', mode => 'cold', promote => 'always');

SELECT count(*) FROM rn_forecast('plain', 9);

SELECT count(*) FROM rn_forecast((SELECT rn_fit(day, amount, 'rnn', '{"units": 2, "epochs": 1, "ensemble": 1, "window": 7}')::text::rn_model FROM sales WHERE store = 1), 3);

SELECT count(*) FROM rn_backtest('gru', 'SELECT day, amount FROM sales WHERE store = 0', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', horizon => 3, folds => 2);

SELECT count(*) FROM rn_anomalies('plain', 'SELECT day, amount FROM sales WHERE store = 0');

SELECT length(rn_plot('panel', 3)) > 0, length(rn_plot_training('plain')) > 0, (SELECT length(rn_sparkline(forecast)) > 0 FROM rn_forecast('plain', 9)), (SELECT count(*) > 0 FROM rn_summary('panel'));

SELECT length(rn_plot_backtest(b)) > 0 FROM rn_backtest_model('plain', folds => 2, horizon => 2) AS b;

INSERT INTO sales SELECT s, date '2024-03-11' + i, 50 + i, 1 FROM generate_series(0, 1) s, generate_series(0, 4) i;

SELECT (SELECT count(*) > 0 FROM rn_explain('plain', 3)), (SELECT count(*) > 0 FROM rn_explain('panel', 3)), (SELECT count(*) > 0 FROM rn_drift('panel'));

SELECT length(rn_export('panel', 'onnx')) > 0, rn_import(rn_export('panel', 'safetensors'), 'of_safetensors') > 0, rn_import(rn_export('plain', 'json'), 'of_json') > 0;

SELECT count(*) FROM rn_forecast('of_safetensors', 3);

SELECT count(*) FROM rn_tune('SELECT day, amount FROM sales WHERE store = 0', '{"cell": ["rnn", "gru"]}', options => '{"units": 2, "epochs": 1, "ensemble": 1, "window": 7}', folds => 1);

DO $$
BEGIN
	PERFORM rn_train('rnn', 'SELECT day, amount FROM sales WHERE store = 0',
		'{"recipe": "plain", "activation": "relu", "units": 8, "epochs": 50, "window": 5, "optimizer": "sgd", "learning_rate": 1e18}');
	RAISE EXCEPTION 'it does not diverge';
EXCEPTION WHEN floating_point_exception OR invalid_parameter_value OR data_exception THEN
	NULL;
END $$;

SELECT 'the end' AS reached;

