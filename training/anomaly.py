"""`train-anomaly`: how unusual a clip is for its speaker.

The distance is taken in the directions in which clips of one speaker usually differ, each in its own deviations."""

from dataclasses import dataclass

import numpy as np

from . import fit, metrics, reference
from .dataset import Clips
from .model import Model

DIRECTIONS = 24
USUAL_SHARE = 0.98


@dataclass(frozen=True)
class Anomaly:
    """`directions` (width, 24) already hold one over the deviation; a distance above `threshold` is unusual."""

    mean: np.ndarray
    scale: np.ndarray
    directions: np.ndarray
    threshold: float

    def distance(self, standard: np.ndarray, centre: np.ndarray) -> np.ndarray:
        along = (standard - centre) @ self.directions
        return np.sqrt((along**2).mean(axis=1))


def train(clips: Clips, model: Model, seed: int) -> Anomaly:
    """From how clips differ from their speaker's centre, plain and in drawn scenes."""
    rows = model.standard(clips.features)
    rng = np.random.default_rng(seed)
    centre = reference.drawn(model.residual(rows), clips, rng)
    known = np.abs(centre).sum(axis=1) > 0.0
    away = (rows - centre)[known]
    away = away - away.mean(axis=0)
    values, vectors = np.linalg.eigh((away.T @ away / len(away)).astype(np.float64))
    best = np.argsort(-values)[:DIRECTIONS]
    vectors = vectors[:, best] * np.sign(vectors[:, best].sum(axis=0) + 1e-12)
    directions = (vectors / np.sqrt(values[best])).astype(np.float32)
    bare = Anomaly(model.mean, model.scale, directions, 0.0)
    usual = bare.distance(rows[known], centre[known])
    return Anomaly(model.mean, model.scale, directions, float(np.quantile(usual, USUAL_SHARE)))


def judged(anomaly: Anomaly, model: Model, test: Clips, others: Clips, seed: int) -> dict[str, float]:
    """On a speaker nobody learned from: how often usual clips are called unusual, and how well other people's clips stand out."""
    rows = model.standard(test.features)
    centre = reference.for_test(model.residual(rows), test, fit.TEST_CLIPS, seed)
    own = anomaly.distance(rows, centre)
    strange = model.standard(others.features)
    at = np.random.default_rng(seed).integers(0, len(centre), len(strange))
    other = anomaly.distance(strange, centre[at])
    return {
        "usual_called_unusual": float((own > anomaly.threshold).mean()),
        "another_person_called_unusual": float((other > anomaly.threshold).mean()),
        "ranked_right": metrics.ranked(other, own),
    }
