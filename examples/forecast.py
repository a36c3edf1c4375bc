"""forecast.py: train, forecast and judge from Python, with psycopg 3 and pandas

Connects as psql does (PGHOST, PGDATABASE, ...), to a database that has the extension and
the table of load.sql.  All that travels is a query and a few rows: the data stay where
they are.
"""
import pandas as pd
import psycopg
from psycopg.types.json import Jsonb

QUERY = "SELECT date, amount FROM electric"


def frame(connection, statement, parameters=()):
    """The rows of a statement as a DataFrame."""
    cursor = connection.execute(statement, parameters)
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


# Without autocommit, a model would be gone with a transaction that is not committed.
with psycopg.connect(autocommit=True) as connection:
    model, = connection.execute(
        "SELECT rn_train('gru', %s, %s, name => %s)",
        (QUERY, Jsonb({"horizon": 12, "ensemble": 2}), "from python"),
    ).fetchone()

    forecast = frame(connection, "SELECT ts, forecast, lower, upper FROM rn_forecast_as(NULL::date, %s, 12)", (model,))
    history = frame(connection, QUERY).rename(columns={"date": "ts", "amount": "actual"})
    chart = pd.concat([history, forecast]).set_index("ts")      # chart.plot() draws it
    print(chart.tail(14).round(1))

    print(frame(connection, "SELECT * FROM rn_backtest_summary('gru', %s, %s, folds => 2, horizon => 12)",
                (QUERY, Jsonb({"ensemble": 1}))).round(2))
