#!/usr/bin/env python3
"""Reference vectors: what Keras and PyTorch compute, for test/unit/test_reference.c.

Every case is a small network with given weights on one given batch.  Written
down are its outputs, loss and gradients, and its weights after 20 steps of a
real optimiser of the framework; README.md beside this file has the format and
the list of cases.  The files are committed, so that this script is needed only
to make a new case:

  pip install torch==2.13.0 keras==3.15.1 numpy
  KERAS_BACKEND=torch python make_vectors.py [CASE ...]

Weights and data are drawn from a seed made of the case's name.  A draw is kept
only if the case is well conditioned: float32 and float64 must agree in it far
below the test's tolerances.  Otherwise a test would measure luck: Adam's first
steps go by the sign of a gradient, and that of 1e-8 has none in float32; a ReLU
at its kink, likewise.  For PyTorch the place of Adam's epsilon, where the two
frameworks differ, must not matter either.
"""

import math
import os
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the same numbers everywhere

import keras
import numpy as np
import torch
from torch import nn

OPTIMIZER_STEPS = 20

# What float32 and float64 may differ by: a tenth of what the test allows.
CONDITION = {"output": 1e-6, "loss": 1e-6, "grad": 1e-5, "weights20": 1e-5}

ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


@dataclass(frozen=True)
class Case:
    """One network, batch, loss and optimiser; its name is its file's."""

    name: str
    kind: str  # rnn, lstm, gru
    units: tuple
    inputs: int = 1  # I
    steps: int = 6  # T
    batch: int = 4  # B
    outputs: int = 1  # O
    reset_after: bool = True  # of a GRU
    dilations: tuple = ()  # one per layer; none: all 1
    residual: bool = False
    activation: str = "tanh"
    loss: str = "mse"
    loss_parameter: float = 0.0  # delta of huber, tau of pinball
    target_scale: float = 1.0
    optimizer: dict = field(default_factory=lambda: ADAM)

    @property
    def framework(self):
        """keras or torch: the first word of the name."""
        return self.name.split("_")[0]


def keras_cases():
    """Every cell, alone and stacked, every loss, and ReLU, as Keras has them."""
    gru = {"kind": "gru"}
    before = {"kind": "gru", "reset_after": False}
    stack = {"units": (5, 4, 6), "inputs": 3, "outputs": 3}
    return [
        Case("keras_rnn", "rnn", (5,)),
        Case("keras_lstm", "lstm", (5,), steps=7, batch=3),
        Case("keras_gru_reset_after", **gru, units=(6,), steps=8),
        Case("keras_gru_reset_before", **before, units=(6,), steps=8),
        Case("keras_rnn_features", "rnn", (7,), inputs=3, outputs=4, batch=5),
        Case("keras_lstm_features", "lstm", (6,), inputs=3, outputs=4, batch=5),
        Case("keras_gru_reset_after_features", **gru, units=(6,), inputs=3, outputs=4, batch=5),
        Case("keras_gru_reset_before_features", **before, units=(6,), inputs=3, outputs=4, batch=5),
        Case("keras_rnn_stack", "rnn", **stack),
        Case("keras_lstm_stack", "lstm", **stack, steps=5),
        Case("keras_gru_reset_after_stack", **gru, **stack, steps=7),
        Case("keras_gru_reset_before_stack", **before, **stack, steps=7),
        Case("keras_rnn_relu", "rnn", (6,), inputs=2, activation="relu"),
        Case("keras_lstm_relu", "lstm", (6,), inputs=2, activation="relu"),
        Case("keras_gru_reset_after_relu", **gru, units=(6,), inputs=2, activation="relu"),
        Case("keras_gru_reset_before_relu", **before, units=(6,), inputs=2, activation="relu"),
        Case("keras_loss_mae", "lstm", (4,), outputs=3, batch=5, loss="mae"),
        Case(
            "keras_loss_huber", "gru", (4,), outputs=3, batch=5,
            loss="huber", loss_parameter=1.0, target_scale=2.0,
        ),
        Case(
            "keras_loss_pinball", "rnn", (4,), outputs=3, batch=5,
            loss="pinball", loss_parameter=0.3,
        ),
    ]


def torch_cases():
    """PyTorch's three modules, alone and with num_layers."""
    return [
        Case("torch_rnn", "rnn", (6,), inputs=2, steps=7),
        Case("torch_lstm", "lstm", (5,), inputs=2, steps=7, batch=3),
        Case("torch_gru", "gru", (5,), inputs=2, steps=8, batch=3),
        Case("torch_rnn_stack", "rnn", (6, 6, 6), inputs=3, outputs=2, steps=5),
        Case("torch_lstm_stack", "lstm", (5, 5), inputs=3, outputs=2, steps=5),
        Case("torch_gru_stack", "gru", (5, 5), inputs=3, outputs=2, steps=5),
        Case("torch_rnn_relu", "rnn", (6,), inputs=2, activation="relu"),
        *stack_cases(),
    ]


def stack_cases():
    """Layers with dilations, with residuals, and with both, step by step."""
    size = {"units": (5, 5, 5), "inputs": 2, "outputs": 2, "steps": 9}
    return [
        Case(f"torch_{kind}_{name}", kind, **size, dilations=dilations, residual=residual)
        for kind in ("rnn", "lstm", "gru")
        for name, dilations, residual in (
            ("dilated", (1, 2, 4), False), ("residual", (1, 1, 1), True), ("dilated_residual", (3, 2, 7), True),
        )
    ]


def optimizer_cases():
    """Every optimiser, clipping and schedule, on a small network each.

    Clipping stands twice, under Adam as people use it and under SGD, because
    Adam hardly feels the length of a gradient.  20 steps are 4 epochs of 5.
    """
    rmsprop = {"name": "rmsprop", "learning_rate": 1e-3, "rho": 0.9, "epsilon": 1e-7}
    sgd = {"name": "sgd", "learning_rate": 1e-2}
    epochs = {"steps_per_epoch": 5, "epochs": 4}
    cosine = {**ADAM, **epochs, "schedule": "cosine"}
    optimizers = {
        "adamw": {**ADAM, "name": "adamw", "weight_decay": 0.004},
        "rmsprop": rmsprop,
        "rmsprop_momentum": {**rmsprop, "momentum": 0.9},
        "sgd": sgd,
        "sgd_momentum": {**sgd, "momentum": 0.9},
        "adam_clipnorm": {**ADAM, "clipnorm": 0.1},
        "adam_global_clipnorm": {**ADAM, "global_clipnorm": 0.2},
        "sgd_clipnorm": {**sgd, "clipnorm": 0.1},
        "sgd_global_clipnorm": {**sgd, "global_clipnorm": 0.2},
        "adam_cosine": cosine,
        "adam_cosine_warmup": {**cosine, "warmup_steps": 5},
        "adam_exponential": {**ADAM, **epochs, "schedule": "exponential", "decay": 0.5},
        "adam_step": {**ADAM, **epochs, "schedule": "step", "decay": 0.5, "decay_epochs": 2},
    }
    cases = [
        Case(f"keras_optimizer_{name}", "gru", (4,), inputs=2, steps=5, optimizer=optimizer)
        for name, optimizer in optimizers.items()
    ]
    # Keras's default decay moves weights by hardly more than the tolerance.
    optimizers["adamw"] = {**optimizers["adamw"], "weight_decay": 0.2}
    for name in ("adamw", "sgd_momentum"):
        cases.append(Case(f"torch_optimizer_{name}", "lstm", (4,), steps=5, optimizer=optimizers[name]))
    return cases


# ---- Networks in recurnet's shapes -----------------------------------------


def shapes(case):
    """Shapes of the weights in the order of Keras's get_weights()."""
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[case.kind]
    result = []
    inputs = case.inputs
    for units in case.units:
        width = gates * units
        two_biases = case.kind == "gru" and case.reset_after
        result += [(inputs, width), (units, width), (2, width) if two_biases else (width,)]
        inputs = units
    return result + [(inputs, case.outputs), (case.outputs,)]


def draw(case, attempt):
    """A batch and weights: x [B][T][I], target [B][O], list of weights."""
    rng = np.random.default_rng([zlib.crc32(case.name.encode()), attempt])

    def normal(shape, scale):
        return (rng.standard_normal(shape) * scale).astype(np.float32)

    x = normal((case.batch, case.steps, case.inputs), 1.0)
    target = normal((case.batch, case.outputs), case.target_scale)
    weights = [normal(shape, 0.3 if len(shape) == 1 or shape[0] == 2 else 0.5) for shape in shapes(case)]
    return x, target, weights


def flat(arrays):
    """Arrays, one after the other, as one vector."""
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


# ---- Keras ------------------------------------------------------------------


def keras_run(case, x, target, weights, dtype):
    """Outputs, loss, gradients and weights after the steps, from Keras."""
    keras.config.set_floatx(dtype)  # of losses
    keras.config.set_dtype_policy(dtype)  # of layers
    model = keras_model(case)
    model.set_weights([w.astype(dtype) for w in weights])
    loss_function = keras_loss(case)
    x, target = x.astype(dtype), target.astype(dtype)

    output = model(x)
    loss = loss_function(keras.ops.convert_to_tensor(target), output)
    loss.backward()
    result = {
        "output": output.detach().numpy().copy(),
        "loss": loss.item(),
        "grad": flat(v.value.grad.numpy() for v in model.trainable_variables),
    }

    model.zero_grad()
    model.compile(optimizer=keras_optimizer(case.optimizer), loss=loss_function, jit_compile=False)
    for _ in range(OPTIMIZER_STEPS):
        model.train_on_batch(x, target)
    result["weights20"] = flat(model.get_weights())
    assert result["weights20"].dtype == result["grad"].dtype == dtype
    return result


def keras_model(case):
    """The network as a Keras user writes it."""
    layer = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[case.kind]
    extra = {"reset_after": case.reset_after} if case.kind == "gru" else {}
    model = keras.Sequential([keras.Input((case.steps, case.inputs))])
    for i, units in enumerate(case.units):
        last = i == len(case.units) - 1
        model.add(layer(units, activation=case.activation, return_sequences=not last, **extra))
    model.add(keras.layers.Dense(case.outputs))
    return model


def keras_loss(case):
    """The case's loss as a Keras Loss object: the mean over batch and outputs."""
    if case.loss == "pinball":
        tau = case.loss_parameter

        class Pinball(keras.losses.Loss):
            """Koenker and Bassett 1978: what the tau-quantile minimises."""

            def call(self, y_true, y_pred):
                error = y_true - y_pred
                return keras.ops.mean(keras.ops.maximum(tau * error, (tau - 1) * error), axis=-1)

        return Pinball()
    if case.loss == "huber":
        return keras.losses.Huber(delta=case.loss_parameter)
    return {"mse": keras.losses.MeanSquaredError, "mae": keras.losses.MeanAbsoluteError}[case.loss]()


def keras_optimizer(spec):
    """A case's optimiser as a Keras user writes it."""
    known = {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW,
             "rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}
    schedule_keys = ("schedule", "decay", "decay_epochs", "warmup_steps", "steps_per_epoch", "epochs")
    options = {k: v for k, v in spec.items() if k != "name" and k not in schedule_keys}
    options["learning_rate"] = keras_schedule(spec)
    if spec["name"] == "sgd":
        options["nesterov"] = False
    return known[spec["name"]](**options)


def keras_schedule(spec):
    """A rate, or a Keras schedule over steps_per_epoch * epochs steps."""
    schedules = keras.optimizers.schedules
    rate = spec["learning_rate"]
    schedule = spec.get("schedule", "constant")
    if schedule == "constant":
        return rate
    if schedule == "cosine":
        warmup = spec.get("warmup_steps", 0)
        total = spec["steps_per_epoch"] * spec["epochs"]
        if warmup == 0:
            return schedules.CosineDecay(rate, decay_steps=total)
        return schedules.CosineDecay(
            0.0, decay_steps=total - warmup, warmup_target=rate, warmup_steps=warmup
        )
    decay_steps = spec["steps_per_epoch"] * spec.get("decay_epochs", 1)
    return schedules.ExponentialDecay(rate, decay_steps, spec["decay"], staircase=True)


# ---- PyTorch ----------------------------------------------------------------


class TorchNetwork(nn.Module):
    """nn.RNN, nn.LSTM or nn.GRU with a linear head on the last time step."""

    def __init__(self, case):
        super().__init__()
        module = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[case.kind]
        extra = {"nonlinearity": case.activation} if case.kind == "rnn" else {}
        assert len(set(case.units)) == 1, "num_layers makes layers of one width"
        self.case = case
        self.kind = case.kind
        self.recurrent = module(
            case.inputs, case.units[0], num_layers=len(case.units), batch_first=True, **extra
        )
        self.head = nn.Linear(case.units[-1], case.outputs)
        if case.kind != "gru":
            # Both biases of these two only ever appear as their sum: one of
            # them stays zero, so that there is one bias as in Keras.
            for name, parameter in self.recurrent.named_parameters():
                if name.startswith("bias_hh"):
                    nn.init.zeros_(parameter)
                    parameter.requires_grad_(False)

    def forward(self, x):
        """x [B][T][I] to predictions [B][O]."""
        if self.case.dilations:
            return self.head(self.stack([x[:, t] for t in range(x.shape[1])])[-1])
        return self.head(self.recurrent(x)[0][:, -1])

    def stack(self, x):
        """The layers one after the other, one step [B][I] after the other, with the same weights.

        Chang et al. 2017: the state of step t follows from that of step t - d, and from
        none (zero) before there is one.  A layer on one of the same width gives its
        inputs added to its outputs.
        """
        cell = {"rnn": torch.rnn_tanh_cell, "lstm": torch.lstm_cell, "gru": torch.gru_cell}[self.kind]
        for layer, dilation in enumerate(self.case.dilations):
            weights = [getattr(self.recurrent, f"{name}_l{layer}")
                       for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            zero = torch.zeros(x[0].shape[0], self.case.units[layer], dtype=x[0].dtype)
            states = []
            for t, step in enumerate(x):
                none = (zero, zero) if self.kind == "lstm" else zero
                states.append(cell(step, states[t - dilation] if t >= dilation else none, *weights))
            outputs = [state[0] if self.kind == "lstm" else state for state in states]
            x = [a + b for a, b in zip(x, outputs)] if self.case.residual and layer > 0 else outputs
        return x

    def trained(self):
        """The parameters that an optimiser gets."""
        return [p for p in self.parameters() if p.requires_grad]

    def get(self, pick):
        """pick(parameter) of all parameters, in Keras's order and shapes."""
        result = []
        for layer in range(self.recurrent.num_layers):
            names = ["weight_ih", "weight_hh", "bias_ih"] + (["bias_hh"] if self.kind == "gru" else [])
            arrays = [
                self.gates(pick(getattr(self.recurrent, f"{name}_l{layer}")).detach().numpy().T)
                for name in names
            ]
            result += arrays[:2] + [np.stack(arrays[2:]) if self.kind == "gru" else arrays[2]]
        return result + [pick(p).detach().numpy().T.copy() for p in (self.head.weight, self.head.bias)]

    def set(self, weights):
        """The reverse of get: fill the parameters from Keras's arrays."""
        weights = list(weights)
        with torch.no_grad():
            for layer in range(self.recurrent.num_layers):
                kernel, recurrent, bias = (self.gates(weights.pop(0)) for _ in range(3))
                self.fill(f"weight_ih_l{layer}", kernel.T)
                self.fill(f"weight_hh_l{layer}", recurrent.T)
                self.fill(f"bias_ih_l{layer}", bias[0] if self.kind == "gru" else bias)
                if self.kind == "gru":
                    self.fill(f"bias_hh_l{layer}", bias[1])
            self.head.weight.copy_(torch.tensor(weights.pop(0).T.copy()))
            self.head.bias.copy_(torch.tensor(weights.pop(0)))

    def fill(self, name, array):
        """Set one parameter of the recurrent module."""
        getattr(self.recurrent, name).copy_(torch.tensor(array.copy()))

    def gates(self, array):
        """Between the gate orders, along the last axis, in either direction.

        PyTorch's LSTM is i f g o, as Keras's i f c o.  Its GRU is r z n, and
        Keras's z r h: the first two change places.
        """
        if self.kind != "gru":
            return array
        first, second, candidate = np.split(array, 3, axis=-1)
        return np.concatenate([second, first, candidate], axis=-1)


def torch_run(case, x, target, weights, dtype):
    """Outputs, loss, gradients and weights after the steps, from PyTorch.

    Adam's epsilon stands at different places: Keras adds it to the raw sqrt(v),
    PyTorch to the one corrected for its bias.  recurnet does as Keras does, and
    an LSTM has gradients small enough to tell; so PyTorch's Adam is given, at
    every step, the epsilon that means the same at its place.
    """
    network = TorchNetwork(case).to(getattr(torch, dtype))
    network.set([w.astype(dtype) for w in weights])
    assert (flat(network.get(lambda p: p)) == flat(weights)).all(), "get must undo set"
    optimizer = torch_optimizer(case.optimizer, network.trained())
    x, target = torch.tensor(x.astype(dtype)), torch.tensor(target.astype(dtype))

    result = {}
    for step in range(1, OPTIMIZER_STEPS + 1):
        output = network(x)
        loss = nn.functional.mse_loss(output, target)
        optimizer.zero_grad()
        loss.backward()
        if not result:
            result["output"] = output.detach().numpy().copy()
            result["loss"] = loss.item()
            result["grad"] = flat(network.get(lambda p: p.grad))
        if "epsilon" in case.optimizer:
            correction = math.sqrt(1.0 - case.optimizer["beta_2"] ** step)
            optimizer.param_groups[0]["eps"] = case.optimizer["epsilon"] / correction
        optimizer.step()
    result["weights20"] = flat(network.get(lambda p: p))
    return result


def torch_optimizer(spec, parameters):
    """A case's optimiser as a PyTorch user writes it."""
    options = {"lr": spec["learning_rate"]}
    if spec["name"] == "sgd":
        return torch.optim.SGD(parameters, momentum=spec.get("momentum", 0.0), **options)
    options.update(betas=(spec["beta_1"], spec["beta_2"]), eps=spec["epsilon"])
    if spec["name"] == "adamw":
        return torch.optim.AdamW(parameters, weight_decay=spec["weight_decay"], **options)
    return torch.optim.Adam(parameters, **options)


# ---- Choosing a draw and writing it down -------------------------------------


def well_conditioned(result, precise):
    """Is what the test will compare decided by the numbers, not by rounding?"""
    return all(np.abs(result[key] - precise[key]).max() <= limit for key, limit in CONDITION.items())


def tells(case, result, target):
    """Does the draw exercise what its case is there for?"""
    error = np.abs(result["output"] - target)
    if case.loss == "huber":
        return (error < case.loss_parameter).any() and (error > case.loss_parameter).any()
    if case.loss in ("mae", "pinball"):
        return (result["output"] < target).any() and (result["output"] > target).any()
    clip = case.optimizer.get("global_clipnorm", 0.0)
    if clip > 0.0:
        return np.linalg.norm(result["grad"]) > clip
    clip = case.optimizer.get("clipnorm", 0.0)
    if clip > 0.0:
        ends = np.cumsum([math.prod(shape) for shape in shapes(case)])[:-1]
        norms = [np.linalg.norm(part) for part in np.split(result["grad"], ends)]
        return min(norms) < clip < max(norms)  # some are clipped, some are not
    return True


def make(case, folder):
    """Find a good draw for a case and write its file; the attempts it took."""
    run = keras_run if case.framework == "keras" else torch_run
    for attempt in range(200):
        x, target, weights = draw(case, attempt)
        result = run(case, x, target, weights, "float32")
        if not tells(case, result, target):
            continue
        if well_conditioned(result, run(case, x, target, weights, "float64")):
            write(case, folder / f"{case.name}.txt", x, target, weights, result)
            return attempt + 1
    raise RuntimeError(f"{case.name}: no well conditioned draw")


def write(case, path, x, target, weights, result):
    """One file in the format of README.md."""
    versions = {"keras": f"keras-{keras.__version__}", "torch": f"torch-{torch.__version__.split('+')[0]}"}
    optimizer = dict(case.optimizer)
    fields = [
        ("recurnet-reference", 1),
        ("framework", versions[case.framework]),
        ("kind", case.kind),
        ("reset_after", int(case.kind == "gru" and case.reset_after)),
        ("activation", case.activation),
        ("inputs", case.inputs),
        ("outputs", case.outputs),
        ("layers", len(case.units)),
        ("units", " ".join(str(units) for units in case.units)),
        *([("dilations", " ".join(map(str, case.dilations))), ("residual", int(case.residual))] if case.dilations else []),
        ("steps", case.steps),
        ("batch", case.batch),
        ("loss", case.loss),
        ("loss_parameter", case.loss_parameter),
        ("optimizer", optimizer.pop("name")),
        ("optimizer_steps", OPTIMIZER_STEPS),
        *optimizer.items(),
    ]
    arrays = {
        "x": x.transpose(1, 0, 2),  # time-major, as the core has it
        "target": target,
        "weights": flat(weights),
        "output": result["output"],
        "loss": np.float32(result["loss"]).reshape(1),
        "grad": result["grad"],
        "weights20": result["weights20"],
    }
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for key, value in fields:
            file.write(f"{key} {value}\n")
        for name, array in arrays.items():
            assert array.dtype == np.float32
            numbers = [f"{number:.9g}" for number in array.ravel()]
            file.write(f"array {name} {len(numbers)}\n")
            for i in range(0, len(numbers), 8):
                file.write(" ".join(numbers[i : i + 8]) + "\n")


def main():
    """Write all files beside this script, or those of the cases named."""
    torch.set_num_threads(1)
    for case in keras_cases() + torch_cases() + optimizer_cases():
        if sys.argv[1:] and case.name not in sys.argv[1:]:
            continue
        attempts = make(case, Path(__file__).resolve().parent)
        print(f"{case.name}: draw {attempts}", flush=True)


if __name__ == "__main__":
    main()
