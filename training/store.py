"""Trained models as files between the commands."""

import json
from pathlib import Path

import numpy as np

from . import anomaly, mlp
from .model import Model

ARRAYS = ("mean", "scale", "offsets")
NUMBERS = ("temperature", "arousal_temperature", "label_threshold", "arousal_threshold")


def save(model: Model, path: Path) -> None:
    arrays = {name: getattr(model, name) for name in ARRAYS}
    for number, net in enumerate(model.nets):
        arrays |= {f"net{number}.{key}": value for key, value in net.weights.items()}
    arrays |= {f"linear.{key}": value for key, value in model.linear.weights.items()}
    arrays["numbers"] = np.array(json.dumps({name: getattr(model, name) for name in NUMBERS}))
    np.savez(path, **arrays)


def load(path: Path) -> Model:
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    nets = []
    while f"net{len(nets)}.out" in arrays:
        start = f"net{len(nets)}."
        nets.append(mlp.Net({key[len(start) :]: value for key, value in arrays.items() if key.startswith(start)}))
    linear = mlp.Linear({"out": arrays["linear.out"], "b": arrays["linear.b"]})
    numbers = json.loads(str(arrays["numbers"]))
    return Model(nets=tuple(nets), linear=linear, **{name: arrays[name] for name in ARRAYS}, **numbers)


def save_anomaly(found: anomaly.Anomaly, path: Path) -> None:
    np.savez(path, mean=found.mean, scale=found.scale, directions=found.directions, threshold=found.threshold)


def load_anomaly(path: Path) -> anomaly.Anomaly:
    with np.load(path) as file:
        return anomaly.Anomaly(file["mean"], file["scale"], file["directions"], float(file["threshold"]))
