"""`export`: the models as ONNX, what a runtime must know as JSON, and the card."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from . import anomaly, card, graph
from .model import Model

LARGEST = 300_000
AGREE = 1e-4


def scores_in_runtime(path: Path, features: np.ndarray, centre: np.ndarray) -> dict[str, np.ndarray]:
    """Every output of the file for these rows."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    feed = {"features": features.astype(np.float32), "centre": centre.astype(np.float32)}
    return dict(zip(names, session.run(names, feed)))


def agrees(path: Path, trained: Model, features: np.ndarray, seed: int) -> float:
    """The largest difference between the file and the model in Python."""
    rng = np.random.default_rng(seed)
    width = len(trained.mean)
    centre = (0.5 * rng.standard_normal((len(features), width))).astype(np.float32)
    out = scores_in_runtime(path, features, centre)
    shares, arousal = trained.scores(features, centre)
    residual = trained.residual(trained.standard(features))
    pairs = ((out["scores"], shares), (out["arousal"][:, 0], arousal), (out["residual"], residual))
    return max(float(np.abs(left - right).max()) for left, right in pairs)


def export(trained: Model, found: anomaly.Anomaly, figures: dict | None, features: np.ndarray, out: Path, seed: int) -> None:
    """Writes `emotion.onnx`, `anomaly.onnx`, `emotion.json`, and `README.md` (the card) where there are figures."""
    out.mkdir(parents=True, exist_ok=True)
    notes = graph.notes_of(trained)
    made = {"emotion.onnx": graph.emotion(trained, notes)}
    made["anomaly.onnx"] = graph.unusual(found, {"threshold": found.threshold})
    hashes = {}
    for name, model in made.items():
        onnx.save(model, out / name)
        whole = (out / name).read_bytes()
        if len(whole) > LARGEST:
            raise ValueError(f"{name} has {len(whole)} bytes, more than {LARGEST}")
        hashes[name] = hashlib.sha256(whole).hexdigest()
    away = agrees(out / "emotion.onnx", trained, features, seed)
    if away > AGREE:
        raise ValueError(f"the exported model is off by {away}")
    known = {**notes, "anomaly_threshold": round(found.threshold, 4), "sha256": hashes}
    (out / "emotion.json").write_text(json.dumps(known, indent=2) + "\n")
    if figures:
        sizes = {name: (out / name).stat().st_size for name in made}
        (out / "README.md").write_text(card.text(figures, notes, sizes))
