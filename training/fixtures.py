"""`fixtures`: clips and their rows for the tests of the server's own features."""

import json
from pathlib import Path

import numpy as np

from . import corpus, features

AUSTEN = "austen-0870.wav"
KENNEDY = "jfk.wav"


def glide(seconds: float, seed: int) -> np.ndarray:
    """A buzz that glides and breathes, for there are clips that nobody spoke."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * features.framing.RATE)) / features.framing.RATE
    phase = np.cumsum(2 * np.pi * (180.0 + 60.0 * np.sin(2 * np.pi * 1.3 * times)) / features.framing.RATE)
    buzz = sum(np.sin(phase * number) / number for number in range(1, 20))
    loud = np.clip(np.sin(2 * np.pi * 2.1 * times) + 0.4, 0.0, 1.0)
    return 0.1 * buzz * loud + 0.002 * rng.standard_normal(len(times))


def write(speech: Path, out: Path) -> None:
    rate = features.framing.RATE
    kennedy, austen = corpus.read(speech / KENNEDY), corpus.read(speech / AUSTEN)
    clips = {
        "a president": kennedy[rate : 3 * rate],
        "a reader": austen[2 * rate : 4 * rate],
        "a reader, short": austen[rate // 2 : rate // 2 + 13_000],
        "nobody": glide(1.5, 7),
    }
    out.mkdir(parents=True, exist_ok=True)
    entries, whole, first = [], [], 0
    for name, clip in clips.items():
        whole.append(np.clip(np.round(clip * 32768.0), -32768, 32767).astype("<i2"))
        row = features.row(whole[-1] / 32768.0)
        entries.append({"name": name, "first": first, "samples": len(clip), "row": [round(float(x), 9) for x in row]})
        first += len(clip)
    (out / "clips.s16le").write_bytes(np.concatenate(whole).tobytes())
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (out / "rows.json").write_text(f"[\n{lines}\n]\n")
