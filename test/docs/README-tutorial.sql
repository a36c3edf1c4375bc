-- The file of a tutorial, which is not ours to ship: another series, written as it is there.
CREATE TABLE electric (date date PRIMARY KEY, amount float8 NOT NULL);
\copy electric FROM 'examples/electric.csv' WITH (FORMAT csv, HEADER)
\copy (SELECT to_char(date, 'FMMM/FMDD/YYYY') AS "DATE", amount AS "Value" FROM electric) TO 'Electric_Production.csv' WITH (FORMAT csv, HEADER)
TRUNCATE electric;
