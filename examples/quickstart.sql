-- quickstart.sql: five minutes with recurnet, in any database that has it.  From psql:
--   \i examples/quickstart.sql
--
-- Makes up two years of daily sales of three shops, trains one network on all of them,
-- and shows what there is to see.  All of it goes into a schema of its own:
--   DROP SCHEMA quickstart CASCADE; SELECT rn_drop_model('quickstart');
\set QUIET 1
\pset pager off
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS recurnet;
CREATE SCHEMA quickstart;

\echo
\echo '1. Rows: a shop, a day, a number.'
CREATE TABLE quickstart.sales AS
SELECT shop, date '2024-01-01' + i AS day,
	round(shop * (50 + 12 * sin(i * 2 * pi() / 7) + i * 0.03 + i * (i + shop) % 11)) AS amount
FROM generate_series(1, 3) AS shop, generate_series(0, 729) AS i;
SELECT shop, count(*) AS days, min(day), max(day), round(avg(amount)) AS mean FROM quickstart.sales GROUP BY shop ORDER BY shop;

\echo '2. Train: one network for all shops.'
SELECT rn_train('gru', 'SELECT shop, day, amount FROM quickstart.sales', series => 'shop', name => 'quickstart') AS model;

\echo '3. Forecast: the next week of each, with what nine out of ten days will be within.'
SELECT series, ts AS day, round(forecast) AS forecast, round(lower) AS lower, round(upper) AS upper
FROM rn_forecast_as(NULL::date, 'quickstart', 7) ORDER BY series, ts;

\echo '4. Is it any good? MASE on held-out rows, beside that of last week''s values.'
SELECT round((metrics ->> 'validation_mase')::numeric, 2) AS model, round((metrics ->> 'naive_mase')::numeric, 2) AS seasonal_naive
FROM rn_models WHERE name = 'quickstart';

\echo '5. The days that fitted least.'
SELECT series, ts::date AS day, round(actual) AS actual, round(predicted) AS predicted, round(score::numeric, 1) AS score
FROM rn_anomalies('quickstart', 'SELECT shop, day, amount FROM quickstart.sales') ORDER BY score DESC LIMIT 5;
\unset QUIET
