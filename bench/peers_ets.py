#!/usr/bin/env python3
"""Intervals of ETS, chosen by AICc, on a set of series: what bench/accuracy.sh holds intervals against.

statsforecast's AutoETS (Hyndman & Khandakar's, as in R's forecast), with the season
of the set.  Usage: peers_ets.py FOLDER SET; to standard output: set, series, step,
level, lower, upper.
"""

import csv
import sys

import numpy as np
from statsforecast.models import AutoETS


def read(path):
    """Rows of a file as dictionaries."""
    with open(path, newline="") as file:
        yield from csv.DictReader(file)


def main():
    """Forecast every series of the set."""
    folder, name = sys.argv[1:]
    values = {}
    for row in read(f"{folder}/{name}.csv"):
        values.setdefault(row["series_id"], []).append(float(row["value"]))
    write = csv.writer(sys.stdout).writerow
    for meta in read(f"{folder}/{name}_meta.csv"):
        h = int(meta["h"])
        train = np.array(values[meta["series_id"]][: int(meta["n_train"])])
        model = AutoETS(season_length=int(meta["seasonal_period"]))
        forecast = model.forecast(train, h, level=[80, 90, 95])
        for level in (80, 90, 95):
            for step in range(h):
                write([name, meta["series_id"], step + 1, level / 100,
                       forecast[f"lo-{level}"][step], forecast[f"hi-{level}"][step]])


main()
