-- docs/operations.md: a publisher, which has a model; a database mydb to dump from, and one to load its models into.
CREATE EXTENSION recurnet;
CREATE TABLE t AS SELECT date '2024-01-01' + i AS day, i % 7 AS v FROM generate_series(0, 59) i;
SELECT rn_train('gru', 'SELECT day, v FROM t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', name => 'm') \g /dev/null
CREATE DATABASE mydb TEMPLATE "template0";
CREATE DATABASE other;
\c other
CREATE EXTENSION recurnet;
\c mydb
CREATE EXTENSION recurnet;
CREATE TABLE t AS SELECT date '2024-01-01' + i AS day, i % 7 AS v FROM generate_series(0, 59) i;
SELECT rn_train('gru', 'SELECT day, v FROM t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', name => 'm') \g /dev/null
