-- docs/guide.md: the tables that it names
CREATE EXTENSION recurnet;
CREATE TABLE electric (date date PRIMARY KEY, amount float8 NOT NULL);
\copy electric FROM 'examples/electric.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE sales AS
SELECT store, date '2024-01-01' + i AS day, (store * (40 + 10 * sin(i * 0.9) + 5 * promo))::int AS amount, promo
FROM generate_series(1, 5) store, generate_series(0, 199) i, LATERAL (SELECT ((i * 7 + store) % 10 < 2)::int AS promo) p;
CREATE TABLE plan AS
SELECT store, date '2024-07-19' + i AS day, (i % 5 = 0)::int AS promo FROM generate_series(1, 5) store, generate_series(-5, 60) i;
CREATE TABLE holiday AS SELECT (date '2023-12-25' + i * interval '1 year')::date AS day FROM generate_series(0, 5) i;
