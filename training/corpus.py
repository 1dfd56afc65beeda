"""The corpus as files, and its utterances as clips."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from .features.framing import RATE

LABELS = ["angry", "bored", "disgusted", "fearful", "happy", "neutral", "sad"]
LETTERS = {"W": "angry", "L": "bored", "E": "disgusted", "A": "fearful", "F": "happy", "N": "neutral", "T": "sad"}
CLIP = 2 * RATE
STEP = RATE
SHORTEST_REST = RATE // 2
QUIET_DB = 40.0


@dataclass(frozen=True)
class Utterance:
    path: Path
    speaker: str
    label: int


def utterances(folder: Path) -> list[Utterance]:
    """Every file of the corpus in the order of names; the name says speaker and emotion."""
    found = []
    for path in sorted(folder.glob("*.flac")):
        name = path.stem
        found.append(Utterance(path, name[:2], LABELS.index(LETTERS[name[5]])))
    if not found:
        raise FileNotFoundError(f"no FLAC files in {folder}")
    return found


def read(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    if rate != RATE:
        raise ValueError(f"{path.name}: {rate} Hz, {RATE} expected")
    return samples.mean(axis=1)


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Without the silence before and after: blocks of 10 ms within 40 dB of the loud ones stay, and 50 ms about them."""
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    levels = 10.0 * np.log10((blocks**2).mean(axis=1) + 1e-12)
    keep = np.flatnonzero(levels > np.quantile(levels, 0.95) - QUIET_DB)
    return samples[max(0, keep[0] - 5) * 160 : (keep[-1] + 6) * 160]


def clips(samples: np.ndarray) -> list[np.ndarray]:
    """Windows of 2 s a second apart, the last one flush with the end; an utterance shorter than that is one clip."""
    if len(samples) <= CLIP:
        return [samples]
    starts = list(range(0, len(samples) - CLIP + 1, STEP))
    if len(samples) - CLIP - starts[-1] >= SHORTEST_REST:
        starts.append(len(samples) - CLIP)
    return [samples[start : start + CLIP] for start in starts]
