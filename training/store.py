"""Trained models as files between the commands."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from . import anomaly, kernel, linear
from .model import Model, Temperatures

ARRAYS = ("mean", "scale", "offsets")
LAYERS = ("alone", "beside", "linear")
HEAT = ("label_temperature", "arousal_temperature")
NUMBERS = ("label_threshold", "arousal_threshold")


def save(model: Model, path: Path) -> None:
    arrays = {name: getattr(model, name) for name in ARRAYS}
    for name, layer in zip(LAYERS, (model.alone, model.beside, model.linear.weights)):
        arrays |= {f"{name}.{key}": value for key, value in layer.items()}
    for name in ("directions", "landmarks"):
        matrix = getattr(model.basis, name)
        arrays |= {f"{name}.whole": matrix.whole, f"{name}.scale": matrix.scale}
    arrays["offset"] = model.basis.offset
    numbers = {name: getattr(model, name) for name in NUMBERS} | {name: asdict(getattr(model, name)) for name in HEAT}
    np.savez(path, **arrays, numbers=np.array(json.dumps(numbers)))


def load(path: Path) -> Model:
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    alone, beside, flat = ({key: arrays[f"{name}.{key}"] for key in ("out", "b")} for name in LAYERS)
    directions, landmarks = (
        kernel.Rounded(arrays[f"{name}.whole"], arrays[f"{name}.scale"]) for name in ("directions", "landmarks")
    )
    numbers = json.loads(str(arrays["numbers"]))
    return Model(
        basis=kernel.Basis(directions, landmarks, arrays["offset"]),
        alone=alone,
        beside=beside,
        linear=linear.Linear(flat),
        **{name: arrays[name] for name in ARRAYS},
        **{name: Temperatures(**numbers[name]) for name in HEAT},
        **{name: numbers[name] for name in NUMBERS},
    )


def save_anomaly(found: anomaly.Anomaly, path: Path) -> None:
    np.savez(path, mean=found.mean, scale=found.scale, directions=found.directions, threshold=found.threshold)


def load_anomaly(path: Path) -> anomaly.Anomaly:
    with np.load(path) as file:
        return anomaly.Anomaly(file["mean"], file["scale"], file["directions"], float(file["threshold"]))
