-- demo.sql: from a table to a forecast.  Run load.sql first.

CREATE EXTENSION recurnet;

-- A network of gated recurrent units learns from the rows of a query; what
-- comes back is the number of the model.
SELECT rn_train('gru', 'SELECT date, amount FROM electric');

-- The 14 months after the last one, with what they will lie between nine
-- times out of ten.
SELECT * FROM rn_forecast(1, 14);
