-- docs/rights.md: a model, granted to somebody
CREATE EXTENSION recurnet;
CREATE TABLE t AS SELECT date '2024-01-01' + i AS day, i % 7 AS v FROM generate_series(0, 59) i;
SELECT rn_train('gru', 'SELECT day, v FROM t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', name => 'm') \g /dev/null
CREATE ROLE reader;
SELECT rn_grant('m', 'reader', 'use') \g /dev/null
