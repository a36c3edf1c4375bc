#!/usr/bin/env python3
"""Seconds that PyTorch takes for many series at once: what bench/many.sh is held against.

Three tasks:

  forecast  LSTM(50) → Dense(12) forecasts 12 steps of every series from its
            last 48 rows: scaled by series, forecast, scaled back, summed up
  global    one epoch of LSTM(50) → Dense(48) on all windows of 48 rows of all
            series, scaled by series: batches of 256, reshuffled every epoch
  models    a network LSTM(16) → Dense(1) of its own for every series: windows of
            12, batches of 32, 20 epochs
  models-batched  the same, of 100 series at a time

All train with mean squared error and Adam with a learning rate of 1e-3 and an
epsilon of 1e-7.

Why it is fair.  One thread, float32.  The clock does not see the data being
read, nor, in the training tasks, being scaled and cut into windows: they lie in
memory as tensors, ready for a batch to be taken out, where recurnet starts from
the rows of a table.  Nor does it see the first steps, in which PyTorch warms up.
The forms that were kept are the fastest of those tried, which stand beside them.

Usage, in a process pinned to one otherwise idle CPU:

  pip install -r bench/requirements.txt
  taskset -c 1 python bench/peers_many.py --task forecast ROWS

ROWS has a line per row, in the order of series and time: the number of the
series and the value, with white space between.  One line goes to standard
output: SECONDS RESULT MEMORY, where RESULT is the sum of the forecasts or the
mean loss of the last epoch, and MEMORY is the most that the process had, in kB.
"""

import argparse
import os
import resource
import time

# Before anything is imported: the libraries read these when they are loaded.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

SEED = 0


class Model(nn.Module):
    """LSTM, and a dense head on its last step."""

    def __init__(self, units, outputs):
        super().__init__()
        self.recurrent = nn.LSTM(1, units)
        self.head = nn.Linear(units, outputs)

    def forward(self, x):
        """x [T][B][1] to predictions [B][O]."""
        return self.head(self.recurrent(x)[0][-1])


def adam(parameters):
    """Adam as Keras has it.  fused is its fastest form."""
    return torch.optim.Adam(parameters, lr=1e-3, eps=1e-7, fused=True)


def read_series(path):
    """The series of a file, as arrays of values."""
    number, value = np.fromfile(path, sep=" ").reshape(-1, 2).T
    return np.split(value, np.flatnonzero(np.diff(number)) + 1)


def scaled(series):
    """A series between 0 and 1."""
    low, high = series.min(), series.max()
    return (series - low) / (high - low)


def windows(series, window, outputs):
    """All windows [n][window + outputs] of a series, as a tensor."""
    return torch.from_numpy(
        np.lib.stride_tricks.sliding_window_view(scaled(series).astype(np.float32), window + outputs).copy()
    )


def forecast(series, batch_size=512):
    """(Seconds, sum of the forecasts).

    Kept: nn.LSTM on oneDNN under inference_mode, 512 series at a time.  256 to
    1,024 take the same; 32 and 2,048 a fifth longer, 8,192 two thirds longer,
    all at once four times as long.  batch_first, torch.jit.trace with freeze: the
    same.  Without oneDNN, and as a cell of torch.jit.script: twice as long.
    torch.compile: a quarter longer, once it has compiled.
    """
    window, steps = 48, 12
    values = np.stack(series)
    low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    model = Model(50, steps).eval()

    def run(first, last):
        tail, shift, scale = values[first:last, -window:], low[first:last], (high - low)[first:last]
        x = torch.from_numpy(((tail - shift) / scale).T.astype(np.float32)[:, :, None])
        return model(x).numpy() * scale + shift

    with torch.inference_mode():
        run(0, batch_size)
        start = time.perf_counter()
        total = np.concatenate([run(i, i + batch_size) for i in range(0, len(values), batch_size)]).sum()
        return time.perf_counter() - start, total


def train(model, optimizer, x, y, batch_size, most=None):
    """One epoch, or only so many steps of it, on x [T][n][1] and y [n][O]; the mean loss."""
    total = 0.0
    for batch in torch.randperm(len(y)).split(batch_size)[:most]:
        loss = nn.functional.mse_loss(model(x.index_select(1, batch)), y.index_select(0, batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(y)


def train_global(series):
    """(Seconds of an epoch, its loss).

    Kept: the windows cut beforehand, time-major, batches by index_select.
    batch_first, windows gathered from the series by their rows, rows of windows
    transposed after gathering, torch.jit.script: all the same within 5 percent.
    """
    window = outputs = 48
    data = torch.cat([windows(one, window, outputs) for one in series])
    x, y = data[:, :window].t().contiguous()[:, :, None], data[:, window:].contiguous()
    train(*fresh(50, outputs), x, y, 256, most=10)
    network = fresh(50, outputs)
    start = time.perf_counter()
    loss = train(*network, x, y, 256)
    return time.perf_counter() - start, loss


def fresh(units, outputs):
    """A network and its optimizer."""
    model = Model(units, outputs)
    return model, adam(model.parameters())


UNITS, WINDOW, BATCH_SIZE, EPOCHS = 16, 12, 32, 20


def train_models(series):
    """(Seconds, mean loss of the last epochs): the loop that a user would write.

    nn.LSTM on oneDNN, as above.
    """
    data = [windows(one, WINDOW, 1) for one in series]
    data = [(one[:, :WINDOW].t().contiguous()[:, :, None], one[:, WINDOW:].contiguous()) for one in data]

    def run(x, y):
        network = fresh(UNITS, 1)
        for _ in range(EPOCHS):
            loss = train(*network, x, y, BATCH_SIZE)
        return loss

    run(*data[0])
    start = time.perf_counter()
    losses = [run(x, y) for x, y in data]
    return time.perf_counter() - start, np.mean(losses)


def batched_models(x, w, u, b, head, bias):
    """Networks side by side: x [G][B][T] to predictions [G][B][1]."""
    h = c = x.new_zeros(x.shape[0], x.shape[1], UNITS)
    for t in range(WINDOW):
        gates = torch.baddbmm(torch.baddbmm(b, x[:, :, t : t + 1], w), h, u)
        i, f, o, candidate = gates.split(UNITS, 2)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidate)
        h = torch.sigmoid(o) * torch.tanh(c)
    return torch.baddbmm(bias, h, head)


def train_batched(series, together=100):
    """(Seconds, mean loss of the last epochs): networks of several series in one
    tensor, for who takes the trouble.

    It needs series of the same length, and an LSTM by hand: nn.LSTM has no batch
    of networks.  100 at a time; 50 and 200 take a tenth to a fifth longer, 10
    almost three times as long.
    """
    data = torch.stack([windows(one, WINDOW, 1) for one in series])
    shapes = ((1, 4 * UNITS), (UNITS, 4 * UNITS), (1, 4 * UNITS), (UNITS, 1), (1, 1))
    bound = UNITS**-0.5

    def run(rows):
        weights = [torch.empty(len(rows), *shape).uniform_(-bound, bound).requires_grad_() for shape in shapes]
        optimizer = adam(weights)
        each = torch.arange(len(rows))[:, None]
        for _ in range(EPOCHS):
            total = 0.0
            for batch in torch.rand(rows.shape[:2]).argsort(1).split(BATCH_SIZE, 1):
                part = rows[each, batch]
                error = batched_models(part[:, :, :WINDOW], *weights) - part[:, :, WINDOW:]
                loss = error.square().mean((1, 2)).sum()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * batch.shape[1]
        return total / rows.shape[1]

    run(data[:together])
    start = time.perf_counter()
    total = sum(run(rows) for rows in data.split(together))
    return time.perf_counter() - start, total / len(data)


TASKS = {
    "forecast": forecast,
    "global": train_global,
    "models": train_models,
    "models-batched": train_batched,
}


def main():
    """Do one task once."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("rows", metavar="ROWS", help="number of the series and value, a row per line")
    parser.add_argument("--task", choices=TASKS, required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.manual_seed(SEED)
    seconds, result = TASKS[arguments.task](read_series(arguments.rows))
    print(f"{seconds:.3f} {result:.6g} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")


if __name__ == "__main__":
    main()
