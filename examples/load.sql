-- load.sql: the table that the examples forecast.  Run by psql from the top of
-- the repository: psql -f examples/load.sql

-- Dates may be 2024-01-31 or, as in the tutorial's file, 1/31/2024.
SET datestyle = 'ISO, MDY';

CREATE TABLE electric (
    date date PRIMARY KEY,
    amount double precision NOT NULL
);

\copy electric FROM 'examples/electric.csv' WITH (FORMAT csv, HEADER)
