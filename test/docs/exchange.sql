-- docs/exchange.md: rows for a model to export
CREATE EXTENSION recurnet;
CREATE TABLE electric (date date PRIMARY KEY, amount float8 NOT NULL);
\copy electric FROM 'examples/electric.csv' WITH (FORMAT csv, HEADER)
