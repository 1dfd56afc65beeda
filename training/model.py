"""The trained model as numbers, and what it says of rows."""

from dataclasses import dataclass, replace

import numpy as np

from . import linear
from .dataset import Clips
from .kernel import Basis

FURTHEST = 4.0
KNOWN = 1000.0
"""A centre whose figures lie a thousandth from zero, on the mean, is somebody's."""


@dataclass(frozen=True)
class Temperatures:
    """What logits are divided by: without a centre and with one."""

    without: float = 1.0
    known: float = 1.0

    def inverse(self, known: np.ndarray) -> np.ndarray:
        return 1.0 / self.without + known * (1.0 / self.known - 1.0 / self.without)


@dataclass(frozen=True)
class Model:
    """Features and centre in; shares of seven classes, arousal and the residual out. The centre is in deviations, zero for nobody.

    `alone` and `beside` are the kernel's weights for rows as they are and for rows less a centre."""

    mean: np.ndarray
    scale: np.ndarray
    basis: Basis
    alone: dict[str, np.ndarray]
    beside: dict[str, np.ndarray]
    linear: linear.Linear
    offsets: np.ndarray
    label_temperature: Temperatures = Temperatures()
    arousal_temperature: Temperatures = Temperatures()
    label_threshold: float = 0.0
    arousal_threshold: float = 0.0

    def standard(self, features: np.ndarray) -> np.ndarray:
        return standard(features, self.mean, self.scale)

    def logits(self, standard: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """The linear part's, of the row less its centre, and the kernel's: of the row as it is, and where there is a centre as much
        of the row less it."""
        away = standard - centre
        share = 0.5 * known(centre)
        alone = self.basis.near(standard) @ self.alone["out"] + self.alone["b"]
        beside = self.basis.near(away) @ self.beside["out"] + self.beside["b"]
        return self.linear.logits(away) + (1.0 - share) * alone + share * beside

    def residual(self, standard: np.ndarray) -> np.ndarray:
        """The row without what its emotion explains, as guessed without a centre."""
        nobody = np.zeros_like(standard)
        shares, _ = self.said(self.logits(standard, nobody), nobody)
        return standard - shares.astype(np.float32) @ self.offsets

    def said(self, logits: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        of = known(centre)
        shares = linear.softmax(logits[:, :-1] * self.label_temperature.inverse(of))
        return shares, linear.sigmoid(logits[:, -1] * self.arousal_temperature.inverse(of)[:, 0])

    def scores(self, features: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares (rows, 7) and arousal (rows,), calm 0 to animated 1."""
        return self.said(self.logits(self.standard(features), centre), centre)

    def with_(self, **changes) -> "Model":
        return replace(self, **changes)


def known(centre: np.ndarray) -> np.ndarray:
    """1 where the centre is somebody's, 0 where it is zero; shape (rows, 1)."""
    return np.minimum(KNOWN * np.abs(centre).mean(axis=1, keepdims=True), 1.0)


def standard(features: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip((features - mean) * scale, -FURTHEST, FURTHEST).astype(np.float32)


def standardisation(clips: Clips) -> tuple[np.ndarray, np.ndarray]:
    mean = clips.features.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = clips.features.std(axis=0, dtype=np.float64)
    return mean, (1.0 / (deviation + 1e-6)).astype(np.float32)
