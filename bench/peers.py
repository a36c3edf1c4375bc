#!/usr/bin/env python3
"""Milliseconds per optimiser step of PyTorch and Keras: what bench/speed.c is held against.

Five networks, under the names that bench/speed.c gives them:

  rnn-3         SimpleRNN(3) → Dropout(0.2) → Dense(1)
  lstm-45x4-1   4 × [LSTM(45) → Dropout(0.2)] → Dense(1)
  lstm-45x4-14  4 × [LSTM(45) → Dropout(0.2)] → Dense(14)
  gru-256       GRU(256), reset_after → Dropout(0.2) → Dense(1)
  lstm-50-1000  LSTM(50) → Dense(1)

The first four train on the first 250 rows of a series, MinMax scaled, in
windows of 24 steps and batches of 32; the fifth on the pooled 24,000 windows of
1,000 made-up series, in batches of 256.  All reshuffle every epoch and use mean
squared error and Adam with a learning rate of 1e-3 and an epsilon of 1e-7.

How it measures.  Every training begins with two epochs that do not count: they
compile, allocate and fill the caches.  Then the clock runs over --epochs more
of the same training (a fiftieth of them for the fifth network), and the time is
divided by the number of optimiser steps.  All that a user waits for is inside:
shuffling, gathering the batches, dropout, forward, backward, Adam, the sum of
the losses, and the little that an epoch costs of its own.  The loss of the last
epoch, a mean over its samples, is printed to show that the training trains.  It
depends on the series, the seed and the library's initial weights, the time does
not; losses are compared by bench/reference_networks.py, over several seeds.

Why it is fair.  One thread for everybody, float32 for everybody.  Each library
is in its fastest form that still computes the same thing and that its users
would write; what has been tried, and was slower, stands beside the form that
was kept.  Compilation is never counted, although rnn-3 in Keras compiles for
longer than it trains.  Layers and initial weights are as the libraries make
them: PyTorch's LSTM and RNN so have two biases per gate where Keras has one,
which costs a step next to nothing.

Usage, one peer per process, which should be pinned to one otherwise idle CPU:

  pip install -r bench/requirements.txt
  taskset -c 1 python bench/peers.py --peer pytorch SERIES.csv
  taskset -c 1 python bench/peers.py --peer keras-jax --networks rnn-3,gru-256 SERIES.csv

SERIES.csv has a header and two columns, time and value.  One line per network
goes to standard output: PEER,NETWORK,MILLISECONDS_PER_STEP,FINAL_LOSS.
"""

import argparse
import os
import time
from dataclasses import dataclass

# Before anything is imported: the libraries read these when they are loaded.
for name in (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "NPROC",  # XLA's pool of threads
):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402

TRAIN_ROWS = 250
WINDOW = 24
EPOCHS = 100
WARM_UP_EPOCHS = 2
LEARNING_RATE = 1e-3
EPSILON = 1e-7  # Keras's; PyTorch's own default is 1e-8
SEED = 0

POOL_SERIES = 1000
POOL_ROWS = 48
POOL_EPOCHS_DIVISOR = 50


@dataclass(frozen=True)
class Network:
    """One network, and how it is trained."""

    name: str
    cell: str  # rnn, lstm or gru
    layers: int
    units: int
    outputs: int
    dropout: float = 0.2
    batch_size: int = 32
    pooled: bool = False


NETWORKS = (
    Network("rnn-3", "rnn", 1, 3, 1),
    Network("lstm-45x4-1", "lstm", 4, 45, 1),
    Network("lstm-45x4-14", "lstm", 4, 45, 14),
    Network("gru-256", "gru", 1, 256, 1),
    Network("lstm-50-1000", "lstm", 1, 50, 1, dropout=0.0, batch_size=256, pooled=True),
)


# ---- data ----


def read_series(path):
    """The values of a csv file with a header, time and value."""
    return np.loadtxt(path, delimiter=",", skiprows=1, usecols=1, ndmin=1)


def pool():
    """The made-up series [POOL_SERIES][POOL_ROWS] of bench/speed.c: a year's
    sine, each series with a phase of its own, and a repeating noise."""
    i = np.arange(POOL_SERIES * POOL_ROWS)
    values = 0.5 + 0.4 * np.sin(i % POOL_ROWS * 0.5236 + i // POOL_ROWS) + 0.01 * (i * 7919 % 11)
    return values.reshape(POOL_SERIES, POOL_ROWS)


def windows(series, outputs):
    """All windows [n][WINDOW][1] of all series, and the [n][outputs] values that
    follow each, in float32."""
    views = np.lib.stride_tricks.sliding_window_view(series, WINDOW + outputs, axis=1)
    views = views.reshape(-1, WINDOW + outputs).astype(np.float32)
    return (
        np.ascontiguousarray(views[:, :WINDOW, None]),
        np.ascontiguousarray(views[:, WINDOW:]),
    )


def data(network, values):
    """What the network trains on."""
    if network.pooled:
        return windows(pool(), network.outputs)
    values = values[:TRAIN_ROWS]
    low, high = values.min(), values.max()
    return windows(((values - low) / (high - low))[None], network.outputs)


# ---- peers: from a network and its data to a function that trains it for some
# ---- epochs, as often as it is called, and returns the last epoch's loss


def pytorch():
    """PyTorch, eager, with the loop that its users write.

    Kept, because it was the fastest or equal to the fastest:

    - one nn.LSTM(num_layers=4, dropout=0.2) for all layers.  Its dropout leaves
      out the last layer, of which only the last step goes on, so that an
      nn.Dropout on that step makes it the same network as four separate layers;
    - time-major arrays, batches by index_select.  A DataLoader costs 0.2 ms
      a step more on rnn-3;
    - Adam(fused=True).  foreach and the plain loop cost up to 0.1 ms more;
    - oneDNN, which has a kernel for the whole LSTM: without it the LSTMs take
      1.5 to 2.5 times as long.  PyTorch has no such kernel on the CPU for RNN
      and GRU.

    torch.compile (with dynamo's allow_rnn) compiles rnn-3 for two minutes, and
    then takes more than twice as long per step as without it.
    """
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    layers = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

    class Model(nn.Module):
        """Recurrent layers with dropout in between, dropout and a dense head on
        the last step."""

        def __init__(self, network):
            super().__init__()
            self.recurrent = layers[network.cell](
                1,
                network.units,
                num_layers=network.layers,
                dropout=network.dropout if network.layers > 1 else 0.0,
            )
            self.dropout = nn.Dropout(network.dropout)
            self.head = nn.Linear(network.units, network.outputs)

        def forward(self, x):
            """x [T][B][1] to predictions [B][O]."""
            return self.head(self.dropout(self.recurrent(x)[0][-1]))

    def prepare(network, x, y):
        torch.manual_seed(SEED)
        x = torch.from_numpy(x).transpose(0, 1).contiguous()
        y = torch.from_numpy(y)
        model = Model(network)
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, eps=EPSILON, fused=True)
        model.train()

        def train(epochs):
            for _ in range(epochs):
                total = 0.0
                for batch in torch.randperm(len(y)).split(network.batch_size):
                    loss = nn.functional.mse_loss(model(x.index_select(1, batch)), y.index_select(0, batch))
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    total += loss.item() * len(batch)
            return total / len(y)

        return train

    return prepare


def keras(backend):
    """Keras on one of its backends: model.compile and model.fit.

    Kept, because it was the fastest or equal to the fastest:

    - jit_compile wherever it compiles.  On JAX nothing is usable without it; on
      TensorFlow an LSTM without it takes up to 1.4 times as long.  On PyTorch,
      where Keras leaves it off by default, it compiles rnn-3 for a minute and
      takes twice as long per step afterwards;
    - steps_per_execution of a whole epoch for the small batches: on TensorFlow
      it halves rnn-3.  For the 94 steps of the pooled network it gains nothing
      and compiles for long.  The PyTorch backend does not have it;
    - unroll=False, but for rnn-3 on PyTorch, which it makes 15 percent faster.
      Everywhere else an unrolled step takes as long or longer, and four layers
      of LSTM compile for one to three minutes;
    - arrays in memory for JAX and PyTorch; PyTorch's DataLoader and Keras's
      PyDataset are no faster.  On TensorFlow a tf.data.Dataset that repeats,
      with steps_per_epoch: given arrays, Keras builds and tears down its
      pipeline in every epoch, which makes a step of rnn-3 take 8 ms.

    Keras 3 has no `implementation` of LSTM and GRU to choose, and its use_cudnn
    does nothing on a CPU.  Of XLA's flags prefer_vector_width, oneDNN and the
    runtime without thunks made the GRU no faster on JAX.
    """
    os.environ["KERAS_BACKEND"] = backend
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    elif backend == "torch":
        import torch

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
    import keras

    layers = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}

    def prepare(network, x, y):
        keras.utils.set_random_seed(SEED)
        steps = steps_per_epoch(network, y)
        model = keras.Sequential([keras.Input((WINDOW, 1))])
        for i in range(network.layers):
            model.add(
                layers[network.cell](
                    network.units,
                    return_sequences=i < network.layers - 1,
                    unroll=backend == "torch" and network.cell == "rnn",
                )
            )
            if network.dropout > 0:
                model.add(keras.layers.Dropout(network.dropout))
        model.add(keras.layers.Dense(network.outputs))
        model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON),
            loss="mse",
            jit_compile=backend != "torch",
            steps_per_execution=1 if network.pooled or backend == "torch" else steps,
        )
        if backend == "tensorflow":
            dataset = tf.data.Dataset.from_tensor_slices((x, y))
            dataset = dataset.shuffle(len(y)).batch(network.batch_size).repeat()
            source = {"x": dataset, "steps_per_epoch": steps, "shuffle": False}
        else:
            source = {"x": x, "y": y, "batch_size": network.batch_size}

        def train(epochs):
            return model.fit(**source, epochs=epochs, verbose=0).history["loss"][-1]

        return train

    return prepare


PEERS = {
    "pytorch": pytorch,
    "keras-tensorflow": lambda: keras("tensorflow"),
    "keras-jax": lambda: keras("jax"),
    "keras-torch": lambda: keras("torch"),
}


# ---- measuring ----


def steps_per_epoch(network, y):
    """Optimiser steps of an epoch, the smaller last batch included."""
    return -(-len(y) // network.batch_size)


def measure(prepare, network, values, epochs):
    """Train one network: (milliseconds per optimiser step, final loss)."""
    x, y = data(network, values)
    if network.pooled:
        epochs = max(1, epochs // POOL_EPOCHS_DIVISOR)
    train = prepare(network, x, y)
    train(WARM_UP_EPOCHS)
    start = time.perf_counter()
    loss = train(epochs)
    elapsed = time.perf_counter() - start
    return 1e3 * elapsed / (epochs * steps_per_epoch(network, y)), loss


def chosen_networks(names):
    """The networks of a comma-separated list."""
    known = {network.name: network for network in NETWORKS}
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"no network {unknown[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in names.split(",")]


def positive(text):
    """A number of epochs."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def main():
    """Measure one peer on the networks asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("series", metavar="SERIES.csv", help="csv with a header, time and value")
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument(
        "--networks", type=chosen_networks, default=NETWORKS, metavar="NAME,...", help="these only, instead of all"
    )
    parser.add_argument("--epochs", type=positive, default=EPOCHS, help="epochs that count (default %(default)s)")
    arguments = parser.parse_args()

    values = read_series(arguments.series)
    if len(values) < TRAIN_ROWS:
        parser.error(f"the file needs {TRAIN_ROWS} rows")
    prepare = PEERS[arguments.peer]()
    for network in arguments.networks:
        ms, loss = measure(prepare, network, values, arguments.epochs)
        print(f"{arguments.peer},{network.name},{ms:.4f},{loss:.5f}", flush=True)


if __name__ == "__main__":
    main()
