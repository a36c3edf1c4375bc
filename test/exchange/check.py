#!/usr/bin/env python3
"""Do files of rn_export mean elsewhere what they mean here, and files from there here?

Prints TAP.  Called by test/exchange.sh, in whose cluster it makes models, exports
them by psql, and runs them in PyTorch, Keras and onnxruntime, to 1e-5.  The code is that of
docs/exchange.md: its blocks are run as they stand there.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

REPOSITORY = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-5

tests = 0
failed = 0


def ok(condition, what):
    """One test."""
    global tests, failed
    tests += 1
    failed += not condition
    print(f"{'ok' if condition else 'not ok'} {tests} - {what}", flush=True)


def same(a, b, what):
    """Are they the same to the tolerance, as numbers around 1?"""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    near = a.shape == b.shape and a.size > 0 and bool(np.all(np.abs(a - b) <= TOLERANCE * np.maximum(1, np.abs(b))))
    ok(near, what)
    if not near:
        print(f"# {a.ravel()[:5]} of shape {a.shape}, expected {b.ravel()[:5]} of shape {b.shape}")


def psql(script):
    """What a script of psql prints."""
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], input=script, text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def export(model, format="safetensors"):
    """A model as a file; its name."""
    path = f"{model}.{format}"
    hexadecimal = psql(f"SELECT encode(rn_export('{model}', '{format}'), 'hex')")
    Path(path).write_bytes(bytes.fromhex(hexadecimal.strip()))
    return path


def rn_import(path, arguments):
    """Have a file imported; the model's id."""
    return psql(f"\\set file `base64 -w0 {path}`\nSET client_min_messages = warning;\n"
                f"SELECT rn_import(decode(:'file', 'base64'), {arguments})").strip()


def forecast(model, horizon=""):
    """Forecasts of a model [series][horizon]."""
    rows = psql(f"SELECT coalesce(series::text, ''), forecast FROM rn_forecast('{model}'{horizon}) ORDER BY series, step")
    series = {}
    for line in rows.splitlines():
        key, value = line.rsplit("|", 1)
        series.setdefault(key, []).append(float(value))
    return np.array(list(series.values()))


MODELS = """
SET client_min_messages = error;
CREATE EXTENSION recurnet;
CREATE TABLE electric AS SELECT d::date AS date, 100 + 10 * sin(i / 1.9) + i * 0.1 AS amount
FROM generate_series('2010-01-01'::date, '2022-12-01', '1 month') WITH ORDINALITY AS g (d, i);
CREATE TABLE sales AS SELECT s AS store, d::date AS day, 10 * s + mod(i * 7, 11)::float8 AS sold, mod(i, 3)::float8 AS promo
FROM generate_series(1, 3) AS s, generate_series('2024-01-01'::date, '2024-04-30', '1 day') WITH ORDINALITY AS g (d, i)
WHERE mod(i + s, 17) <> 0;
SELECT rn_train(cell, 'SELECT date, amount FROM electric', ('{"recipe": "plain", "epochs": 2, "window": 24}'::jsonb || options::jsonb), name)
FROM (VALUES ('p_rnn', 'rnn', '{"units": 5, "horizon": 3}'),
	('p_lstm', 'lstm', '{"units": [4, 6], "scaler": "standard", "dropout": 0.1}'), ('p_relu', 'rnn', '{"units": 4, "activation": "relu"}'),
	('p_before', 'gru', '{"units": [5, 4], "reset_after": false, "upper_bound": 120}'),
	('p_linear', 'lstm', '{"units": 4, "activation": "linear", "scaler": "robust"}'),
	('p_sigmoid', 'gru', '{"units": 4, "activation": "sigmoid", "scaler": "none"}')) AS v (name, cell, options);
SELECT rn_train(cell, 'SELECT date, amount FROM electric', ('{"recipe": "plain", "epochs": 2, "window": 24, "residual": true}'::jsonb || options::jsonb), name)
FROM (VALUES ('s_gru', 'gru', '{"units": [5, 5, 5], "dilations": [1, 5, 7]}'), ('s_lstm', 'lstm', '{"units": [4, 4, 3], "dilations": [24, 2, 1]}'),
	('s_rnn', 'rnn', '{"units": [4, 4], "dilations": [3, 1], "horizon": 3}')) AS v (name, cell, options);
SELECT rn_train('lstm', 'SELECT date, amount FROM electric', '{"units": 4, "epochs": 2, "ensemble": 5, "transform": "both"}', 'auto');
SELECT rn_train('gru', 'SELECT date, amount FROM electric', '{"units": [4, 4], "epochs": 2, "ensemble": 2, "dilations": [2, 5], "residual": true, "smoothing": "learnt", "lambda": 0.5}', 's_auto');
SELECT rn_train('gru', 'SELECT * FROM sales', '{"units": 4, "epochs": 1, "missing": "mask", "horizon": 4}', 'relative', series => 'store', covariates => 'promo');
SELECT rn_train('rnn', 'SELECT store, day, sold FROM sales', '{"recipe": "plain", "units": 4, "epochs": 1, "missing": "interpolate", "window": 7, "horizon": 2}', 'many', series => 'store');
"""


# Of recipe auto without classical forecasts.
SIMPLE = {"simple": {"transform": "log"}, "a_none": {"transform": "none", "upper_bound": 115}, "a_both": {"transform": "both", "ensemble": 3},
          "a_power": {"lambda": 0.5, "dilations": [2], "units": 3}, "a_flat": {"season": 1, "window": 9}, "a_long": {"season": 13},
          # one season and a bit: classical forecasts get no share, the seasonal naive one does
          "few_seasonal": {"classical": True, "horizon": 12, "season": 12}}
REFUSED = {"few_flat": {"classical": True, "horizon": 12, "season": 1}, "learns": {"smoothing": "learnt"}, "two": {"season": [4, 12]}}


def description(path):
    """The description in safetensors."""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        return json.loads(file.metadata()["recurnet"])


# ---- the blocks of the document -----------------------------------------------


def command(language, block):
    """What runs a block; of Python, from a file, which its first line names and others import."""
    if language == "sh":
        return ["bash", "-euo", "pipefail", "-c", block]
    if language == "sql":
        return ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]
    name = re.match(r"# (\w+\.py)\n", block).group(1)
    Path(name).write_text(block, encoding="utf-8")
    return [sys.executable, name]


def run_blocks():
    """Run them all, one after the other."""
    text = (REPOSITORY / "docs" / "exchange.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ok(sorted(language for language, _ in blocks) == ["python"] * 7 + ["sh"] + ["sql"] * 3,
       "docs/exchange.md has blocks of Python, SQL and shell")
    for i, (language, block) in enumerate(blocks):
        run = subprocess.run(command(language, block), input=block if language == "sql" else "", text=True, check=False, capture_output=True)
        ok(run.returncode == 0, f"block {i + 1} of docs/exchange.md, {language}, runs")
        if run.returncode != 0:
            print("# " + run.stderr.replace("\n", "\n# "))


# ---- safetensors ----------------------------------------------------------------


def check_torch(model):
    """PyTorch says what the example says."""
    from networks import load

    networks, tensors, _ = load(export(model))
    with torch.no_grad():
        said = torch.cat([network(tensors["example.input"]) for network in networks])
    same(said, tensors["example.output"], f"{model}: PyTorch says the same")


def check_keras(model):
    """And Keras."""
    from in_keras import load_keras

    path = export(model)
    for i in range(description(path)["model"]["networks"]):
        network, tensors = load_keras(path, i)
        same(network.predict(tensors["example.input"], verbose=0), tensors["example.output"][i:i + 1],
             f"{model}: network {i} says the same in Keras")


def check_json(model):
    """JSON has the same numbers as safetensors."""
    tensors = load_file(export(model))
    document = json.loads(Path(export(model, "json")).read_text(encoding="utf-8"))
    ok(document["recurnet"] == description(f"{model}.safetensors"), f"{model}: JSON has the same description")
    equal = set(tensors) == set(document["tensors"])
    for name, tensor in document["tensors"].items():
        data = np.array(tensor["data"], dtype=tensors[name].dtype).reshape(tensor["shape"])
        equal = equal and np.array_equal(data, tensors[name])
    ok(equal, f"{model}: JSON has the same tensors, to the last bit")


# ---- ONNX -------------------------------------------------------------------------


def session_of(model):
    """A session of a model, whose file the checker has passed."""
    path = export(model, "onnx")
    onnx.checker.check_model(path, full_check=True)
    return onnxruntime.InferenceSession(path)


def check_onnx_values(model):
    """From the newest values to the forecasts of rn_forecast."""
    session = session_of(model)
    path = export(model)
    tensors = load_file(path)
    described = description(path)["model"]
    S, T = len(tensors["series.rows"]), described["window"]
    inputs = {"values": tensors["tail"].reshape(S, T)}
    if S > 1:
        inputs["series"] = np.arange(S)
    others = []
    if described["inputs"]["masked"]:
        others.append(tensors["tail_missing"].reshape(S, T).astype(np.float32))
    for c, covariate in enumerate(described["inputs"]["covariates"]):
        others.append((tensors["tail_covariate"][:, c].reshape(S, T) - np.float32(covariate["shift"])) / np.float32(covariate["scale"]))
    if others:
        inputs["others"] = np.stack(others, axis=-1).astype(np.float32)
    said = session.run(["forecast"], inputs)[0]
    same(said, forecast(model, f", {said.shape[1]}"), f"{model}: onnxruntime forecasts the same as rn_forecast")


def check_onnx_networks(model):
    """Of series that are taken apart: what the networks say, and its median."""
    session = session_of(model)
    path = export(model)
    tensors = load_file(path)
    described = description(path)["model"]
    seconds = described["local"]["second_networks"]
    inputs = {"input": tensors["example.input"]}
    if seconds:
        inputs["second_input"] = tensors["example.input"]
    names = ["networks", "median"] + (["second_median"] if seconds else [])
    said = dict(zip(names, session.run(names, inputs)))
    expected = tensors["example.output"]
    firsts = len(expected) - seconds
    same(said["networks"][:, 0], expected, f"{model}: networks say the same in onnxruntime")
    same(said["median"][0], np.median(expected[:firsts], axis=0), f"{model}: median of the networks")
    if seconds:
        same(said["second_median"][0], np.median(expected[firsts:], axis=0), f"{model}: median of the others")


def train_simple(name, options):
    """One of SIMPLE."""
    options = json.dumps({"units": 4, "epochs": 2, "ensemble": 2, "classical": False} | options)
    where = " WHERE date >= $$2021-11-01$$" if name.startswith("few") else ""
    psql(f"SELECT rn_train('gru', 'SELECT date, amount FROM electric{where}', '{options}', '{name}')")


def check_auto(model):
    """From values to forecasts with auto.py of the document."""
    from auto import forecast_auto

    tail = load_file(export(model))["tail"]
    same(forecast_auto(export(model, "onnx"), tail), forecast(model)[0], f"{model}: auto.py forecasts the same as rn_forecast")


def check_auto_refuses(model):
    """What auto.py does not do, it says."""
    from auto import forecast_auto

    try:
        forecast_auto(export(model, "onnx"), np.arange(50.0))
        ok(False, f"{model}: auto.py refuses it")
    except NotImplementedError:
        ok(True, f"{model}: auto.py refuses it")


# ---- and back -----------------------------------------------------------------------


def forecast_in_torch(network, tensors):
    """What a network says of a model's newest rows, scaled back."""
    shift, scale = tensors["series.shift"], tensors["series.scale"]
    window = ((tensors["tail"] - shift) / scale).astype(np.float32)
    with torch.no_grad():
        return network(torch.tensor(window)[None, :, None]).double().numpy() * scale + shift


def check_tuned():
    """What the document changed and imported, the active version: rn_forecast is PyTorch's with it."""
    from networks import load

    networks, tensors, _ = load("tuned.safetensors")
    after = forecast("electric", ", 12")
    psql("SELECT rn_rollback('electric')")
    before = forecast("electric", ", 12")
    ok(np.abs(after - before).max() > 1e-3, "tuned weights forecast something else")
    same(after, forecast_in_torch(networks[0], {k: v.numpy() for k, v in tensors.items()}),
         "tuned weights forecast the same as in PyTorch")
    ok(psql("SELECT count(*) FROM rn_versions WHERE name = 'electric'").strip() == "2", "as a second version")


class Forecaster(torch.nn.Module):
    """A module as people write them."""

    def __init__(self, cell, layers, **extra):
        super().__init__()
        self.recurrent = cell(1, 6, num_layers=layers, batch_first=True, **extra)
        self.head = torch.nn.Linear(6, 3)

    def forward(self, x):
        """[batch][steps][1] to [batch][3]."""
        return self.head(self.recurrent(x)[0][:, -1])


def check_trained(name, network, options="{}", file=None):
    """A network of PyTorch's, imported, forecasts as it does there."""
    file = file or f"{name}.pt.safetensors"
    save_file(network.state_dict(), file)
    rn_import(file, f"name => '{name}', query => 'SELECT date, amount FROM electric',"
                    f" options => '{{\"window\": 24}}'::jsonb || '{options}'")
    same(forecast(name, ", 3"), forecast_in_torch(network, load_file(export(name))), f"{name}: rn_forecast says what PyTorch says")


def check_all_trained():
    """Every cell that PyTorch has, alone and stacked, and stacks of different widths."""
    from networks import Network

    torch.manual_seed(7)
    check_trained("t_rnn", Forecaster(torch.nn.RNN, 1))
    check_trained("t_relu", Forecaster(torch.nn.RNN, 2, nonlinearity="relu"), '{"activation": "relu"}')
    check_trained("t_lstm", Forecaster(torch.nn.LSTM, 2), '{"scaler": "standard"}')
    check_trained("t_gru", Forecaster(torch.nn.GRU, 3), '{"validation_split": 0.2}')
    layers = [{"cell": "gru", "units": 5, "dilation": 1}, {"cell": "gru", "units": 4, "dilation": 1}]
    check_trained("t_list", Network({"inputs": 1, "outputs": 3, "skip": False, "residual": False, "layers": layers}))
    ok(psql("SELECT count(lower) FROM rn_forecast('t_gru', 3)").strip() == "3", "validation_split gives intervals")


def main():
    """All of it, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sys.path.insert(0, folder)
        psql(MODELS)
        for name, options in (SIMPLE | REFUSED).items():
            train_simple(name, options)
        export("simple", "onnx")
        run_blocks()
        for model in ("electric", "p_rnn", "p_lstm", "p_relu", "s_gru", "s_lstm", "s_rnn", "auto", "s_auto", "relative", "many"):
            check_torch(model)
        for model in ("electric", "p_rnn", "p_lstm", "p_before", "p_linear", "p_sigmoid", "s_gru", "s_lstm", "s_rnn", "auto", "s_auto"):
            check_keras(model)
        for model in ("electric", "auto", "s_auto", "relative"):
            check_json(model)
        for model in ("electric", "p_rnn", "p_lstm", "p_relu", "p_before", "p_linear", "p_sigmoid", "s_gru", "s_lstm", "s_rnn", "relative", "many"):
            check_onnx_values(model)
        for model in ("auto", "s_auto"):
            check_onnx_networks(model)
        for model in SIMPLE:
            check_auto(model)
        for model in REFUSED:
            check_auto_refuses(model)
        check_tuned()
        check_all_trained()
        os.chdir("/")
    print(f"1..{tests}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
