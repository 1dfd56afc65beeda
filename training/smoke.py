"""A training of seconds: every step runs, and the exported model says what the model in Python says.

`training/run smoke [FOLDER]` takes a few files of FOLDER; without one, voices that nobody has are made up. Its model is useless."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from . import corpus, dataset, export, features, store
from .fixtures import glide

SPEAKERS = ("03", "08", "09", "10")


def made_up(folder: Path) -> Path:
    """Two utterances of each emotion by four buzzers, each of its own length."""
    folder.mkdir()
    for speaker in SPEAKERS:
        for letter, label in corpus.LETTERS.items():
            number = corpus.LABELS.index(label)
            for take in "12":
                sound = glide(1.0 + 0.2 * number, int(speaker) * 100 + number * 10 + int(take))
                soundfile.write(folder / f"{speaker}a0{take}{letter}a.flac", 0.3 * sound, 16_000)
    return folder


def step(work: Path, *words: str) -> str:
    command = [sys.executable, "-m", "training", "--quick", "--workers", "1", "--work", str(work), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def trained(source: Path, work: Path) -> dict:
    """Every command once; the figures."""
    step(work, "prepare", str(source), "--scenes", "1", "--only", "56")
    step(work, "train")
    step(work, "train-anomaly")
    figures = json.loads(step(work, "evaluate"))
    step(work, "export", "--out", str(work / "models"))
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else made_up(Path(place) / "corpus")
        first, second = Path(place) / "first", Path(place) / "second"
        figures = trained(source, first)
        assert trained(source, second) == figures, "a second run gives other figures"
        clips = dataset.load(first / "clips.h5")
        assert clips.features.shape[1] == features.WIDTH and np.isfinite(clips.features).all()
        model = first / "models" / "emotion.onnx"
        assert model.read_bytes() == (second / "models" / "emotion.onnx").read_bytes(), "a second run gives another model"
        away = export.agrees(model, store.load(first / "emotion.npz"), clips.features, 1)
        assert away < export.AGREE, f"the exported model is off by {away}"
        card = (first / "models" / "README.md").read_text()
        assert f"{figures['ways']['without']['uar']:.3f}" in card
        for samples, why in ((np.zeros(32_000), "silence"), (np.full(32_000, np.nan), "not finite"), (np.zeros(10), "too short")):
            try:
                features.row(samples)
            except features.NotVoice as error:
                assert str(error) == why
            else:
                raise AssertionError(f"{why} has features")
        print(f"{len(clips)} clips, every step works, the exported model is off by {away:.1e}")


if __name__ == "__main__":
    main()
