-- metabase.sql: questions for Metabase, each to be pasted into a new SQL question.
--
-- {{model}} is a variable of type Text, {{horizon}} one of type Number; what stands in
-- [[ ]] is left out where its variable is empty.  In Superset, write '{{ model }}' with
-- quotes, and each question becomes a dataset.  The role that Metabase logs in as needs
-- rn_grant('…', 'metabase', 'use'); the second and the fourth need 'manage'.

-- question: Forecast (line; x: day, y: forecast, lower, upper; series as breakout)
SELECT series::text AS series, ts AS day, forecast, lower, upper
FROM rn_forecast({{model}} [[, horizon => {{horizon}}]])
ORDER BY series, ts;

-- question: What happened, and what was predicted the day before (line)
SELECT series::text AS series, ts AS day, actual, predicted
FROM rn_predict({{model}}, (SELECT query FROM rn_models WHERE name = {{model}}))
ORDER BY series, ts;

-- question: Models and how good they are (table)
SELECT name, cell, version, rows, series, train_to, metrics ->> 'validation_mase' AS mase, metrics ->> 'naive_mase' AS seasonal_naive_mase, trained_at
FROM rn_models
ORDER BY trained_at DESC;

-- question: How a model does since its training (line; x: day)
SELECT ts AS day, mase, expected_mase, seasonal_naive_mase, coverage
FROM rn_drift({{model}})
ORDER BY ts;

-- question: Trainings that failed (table)
SELECT queued_at, kind, model, error
FROM rn_jobs
WHERE state = 'failed' [[AND model = {{model}}]]
ORDER BY queued_at DESC;
