-- docs/reference-networks.md: a series as short as ours is long enough to train on its first 250 rows.
CREATE EXTENSION recurnet;
CREATE TABLE electric (date date PRIMARY KEY, amount float8 NOT NULL);
\copy electric FROM 'examples/electric.csv' WITH (FORMAT csv, HEADER)
