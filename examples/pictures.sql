-- pictures.sql: the pictures of README, as recurnet draws them.  Run load.sql first.

\set QUIET 1
\pset tuples_only
\pset format unaligned
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS recurnet;

SELECT rn_train('gru', 'SELECT date, amount FROM electric', name => 'electric') \g /dev/null
SELECT rn_plot('electric', 24) \g docs/images/forecast.svg
SELECT rn_plot_backtest(b, 'Errors of electric') FROM rn_backtest_model('electric', horizon => 12) AS b \g docs/images/backtest.svg

-- Six stores with a week of their own each; no two days of a sale are alike.
CREATE TABLE sales AS
SELECT store, date '2024-01-01' + i AS day,
	round(store * (40 + 10 * sin((i + store) * 2 * pi() / 7) + 0.05 * i) * (1 + (hashint4(i * 31 + store) & 1023) / 8192.0)) AS amount
FROM generate_series(1, 6) store, generate_series(0, 199) i;
SELECT rn_train('gru', 'SELECT store, day, amount FROM sales', '{"units": 16}', series => 'store', name => 'sales') \g /dev/null
SELECT rn_plot('sales', 14) \g docs/images/series.svg

SELECT rn_train('lstm', 'SELECT date, amount FROM electric',
	'{"recipe": "plain", "units": 32, "window": 24, "epochs": 60, "validation_split": 0.2}', name => 'plain') \g /dev/null
SELECT rn_plot_training('plain') \g docs/images/training.svg
