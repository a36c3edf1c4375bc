-- README's first block: there is a table already.
CREATE TABLE electric (date date PRIMARY KEY, amount float8 NOT NULL);
\copy electric FROM 'examples/electric.csv' WITH (FORMAT csv, HEADER)
