#!/usr/bin/env python3
"""The four reference networks, trained in PyTorch: what recurnet is held against.

Each network is trained with seeds 0 to 10 on the first 250 rows of a monthly
series (397 rows), as `recipe: plain` does it: MinMax scaling fitted on those
rows, windows of 24 steps, Adam at Keras's defaults, mean squared error, 100
epochs of reshuffled batches of 32, Dropout(0.2) after every recurrent layer.
A single run proves little (a SimpleRNN of 3 units ends anywhere between 0.01
and 0.1), so that the table gives minimum, median and maximum of the 11.

Two variants of each network:

  keras    Keras's initialisers and one bias per gate, which is what recurnet
           does: Glorot uniform kernels, orthogonal recurrent kernels, zero
           biases but the LSTM's forget gate, which starts at one
  pytorch  the same training of PyTorch's layers just as they come, that is
           with uniform(-1/sqrt(H), 1/sqrt(H)) everywhere and two trained biases

Usage:

  pip install torch==2.13.0 numpy
  python bench/reference_networks.py SERIES.csv

SERIES.csv has a header and two columns, time and value.  The table goes to
standard output as markdown, every single run to the file given by --csv.
One thread by design: the numbers do not depend on how sums are split, and the
whole takes about half an hour.
"""

import argparse
import csv
import math
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

TRAIN_ROWS = 250
WINDOW = 24
EPOCHS = 100
BATCH_SIZE = 32
DROPOUT = 0.2
LEARNING_RATE = 1e-3
EPSILON = 1e-7  # Keras's; PyTorch's own default is 1e-8
SEEDS = range(11)

DEFAULT_CSV = Path(__file__).resolve().parents[1] / "docs" / "reference-networks-pytorch.csv"


@dataclass(frozen=True)
class Reference:
    """One reference network, and the final training loss published for it."""

    name: str
    layer: type
    units: tuple
    outputs: int
    published: float


REFERENCES = (
    Reference("SimpleRNN(3) → Dense(1)", nn.RNN, (3,), 1, 0.0376),
    Reference("4 × LSTM(45) → Dense(1)", nn.LSTM, (45,) * 4, 1, 0.0193),
    Reference("4 × LSTM(45) → Dense(14)", nn.LSTM, (45,) * 4, 14, 0.0182),
    Reference("GRU(256) → Dense(1)", nn.GRU, (256,), 1, 0.0114),
)


class Network(nn.Module):
    """Recurrent layers, each followed by Dropout, and a dense head on the last step.

    The layers stand one by one, because the dropout inside a stacked nn.LSTM
    leaves out the last layer, while Keras's Dropout follows each of them.
    """

    def __init__(self, reference):
        super().__init__()
        inputs = (1,) + reference.units[:-1]
        self.recurrent = nn.ModuleList(
            reference.layer(i, h, batch_first=True) for i, h in zip(inputs, reference.units)
        )
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(reference.units[-1], reference.outputs)

    def forward(self, x):
        """x [B][T][1] to predictions [B][O]."""
        for layer in self.recurrent:
            x = self.dropout(layer(x)[0])  # a mask of its own for every time step
        return self.head(x[:, -1])


def keras_initialise(network):
    """Draw the weights as Keras does, and leave one trained bias per gate.

    PyTorch keeps [G*H][I] where Keras keeps [I][G*H]: everything is drawn in
    Keras's shape and transposed.  The order of the gates differs too, but all
    gates of a matrix are drawn alike; only the forget gate's place matters.
    """
    with torch.no_grad():
        for layer in network.recurrent:
            hidden = layer.hidden_size
            glorot_uniform(layer.weight_ih_l0)
            keras_orthogonal(layer.weight_hh_l0)
            nn.init.zeros_(layer.bias_ih_l0)
            nn.init.zeros_(layer.bias_hh_l0)
            if isinstance(layer, nn.LSTM):
                layer.bias_ih_l0[hidden : 2 * hidden] = 1.0  # unit forget bias
            if not isinstance(layer, nn.GRU):
                # Two trained biases would take every step twice.  The GRU
                # (reset_after) has two in Keras as well.
                layer.bias_hh_l0.requires_grad_(False)
        glorot_uniform(network.head.weight)
        nn.init.zeros_(network.head.bias)


def glorot_uniform(weight):
    """Glorot and Bengio 2010, equation 16, over the whole kernel as in Keras:
    all gates together make the fan-out."""
    limit = math.sqrt(6.0 / (weight.shape[0] + weight.shape[1]))
    nn.init.uniform_(weight, -limit, limit)


def keras_orthogonal(weight):
    """Saxe et al. 2013 over the whole [H][G*H] kernel at once, as in Keras:
    its rows are orthonormal, while the square block of one gate is not."""
    nn.init.orthogonal_(weight)  # [G*H][H]: orthonormal columns, Keras's rows


def read_series(path):
    """The values of a csv file with a header, time and value."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        return np.array([float(row[1]) for row in rows])


def windows(values, outputs):
    """All windows [n][WINDOW][1] with the [n][outputs] values that follow each."""
    n = len(values) - WINDOW - outputs + 1
    x = np.stack([values[i : i + WINDOW] for i in range(n)])
    y = np.stack([values[i + WINDOW : i + WINDOW + outputs] for i in range(n)])
    return (
        torch.tensor(x[..., None], dtype=torch.float32),
        torch.tensor(y, dtype=torch.float32),
    )


def train(network, x, y):
    """Train; the mean loss over the last epoch's samples, as Keras prints it."""
    trained = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=LEARNING_RATE, eps=EPSILON)
    network.train()
    for _ in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(x)).split(BATCH_SIZE):
            loss = nn.functional.mse_loss(network(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
    return total / len(x)


def one_step_rmse(network, scaled, values, low, high):
    """RMSE in original units over the rows after the training rows, every
    row predicted from the 24 true ones before it."""
    x, _ = windows(scaled[TRAIN_ROWS - WINDOW :], 1)
    network.eval()
    with torch.no_grad():
        predicted = network(x).numpy()[:, 0] * (high - low) + low
    return math.sqrt(np.mean((predicted - values[TRAIN_ROWS:]) ** 2))


def run(reference, initialisation, seed, values):
    """Train one network once: (final training loss, one-step RMSE or None)."""
    low, high = values[:TRAIN_ROWS].min(), values[:TRAIN_ROWS].max()
    scaled = (values - low) / (high - low)
    torch.manual_seed(seed)
    network = Network(reference)
    if initialisation == "keras":
        keras_initialise(network)
    loss = train(network, *windows(scaled[:TRAIN_ROWS], reference.outputs))
    if reference.outputs > 1:
        return loss, None
    return loss, one_step_rmse(network, scaled, values, low, high)


def spread(numbers, digits):
    """Three cells of the table: minimum, median, maximum."""
    if not numbers:
        return "| | | "
    summary = (min(numbers), statistics.median(numbers), max(numbers))
    return "".join(f"| {number:.{digits}f} " for number in summary)


def table(runs):
    """All runs as a markdown table, one line per network and variant."""
    lines = [
        "| network | initialisation | published loss | loss min | median | max "
        "| RMSE min | median | max |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for reference in REFERENCES:
        for initialisation in ("keras", "pytorch"):
            mine = [r for r in runs if r[:2] == (reference.name, initialisation)]
            if mine:
                rmse = [r[4] for r in mine if r[4] is not None]
                lines.append(
                    f"| {reference.name} | {initialisation} | {reference.published} "
                    + spread([r[3] for r in mine], 5)
                    + spread(rmse, 3)
                    + "|"
                )
    return "\n".join(lines)


def main():
    """Run everything, print the table, write the runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("series", help="csv with a header, time and value")
    parser.add_argument("--csv", default=DEFAULT_CSV, help="where every run is written")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    values = read_series(arguments.series)
    runs = []
    for initialisation in ("keras", "pytorch"):
        for reference in REFERENCES:
            for seed in SEEDS:
                loss, rmse = run(reference, initialisation, seed, values)
                runs.append((reference.name, initialisation, seed, loss, rmse))
                print(reference.name, initialisation, seed, loss, rmse, file=sys.stderr, flush=True)

    with open(arguments.csv, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("network", "initialisation", "seed", "final_loss", "one_step_rmse"))
        for name, initialisation, seed, loss, rmse in runs:
            out.writerow((name, initialisation, seed, f"{loss:.6g}", "" if rmse is None else f"{rmse:.5g}"))
    print(table(runs))


if __name__ == "__main__":
    main()
