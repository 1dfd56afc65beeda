"""The trained model as numbers, and what it says of rows."""

from dataclasses import dataclass, replace

import numpy as np

from . import mlp
from .dataset import Clips

FURTHEST = 4.0


@dataclass(frozen=True)
class Model:
    """Features and centre in; shares of seven classes, arousal and the residual out. The centre is in deviations, zero for nobody."""

    mean: np.ndarray
    scale: np.ndarray
    nets: tuple[mlp.Net, ...]
    linear: mlp.Linear
    offsets: np.ndarray
    temperature: float = 1.0
    arousal_temperature: float = 1.0
    label_threshold: float = 0.0
    arousal_threshold: float = 0.0

    def standard(self, features: np.ndarray) -> np.ndarray:
        return np.clip((features - self.mean) * self.scale, -FURTHEST, FURTHEST).astype(np.float32)

    def logits(self, standard: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """The networks' mean and the linear part's, halved."""
        away = standard - centre
        deep = sum(net.logits(away) for net in self.nets) / len(self.nets)
        return 0.5 * (deep + self.linear.logits(away))

    def residual(self, standard: np.ndarray) -> np.ndarray:
        """The row without what its emotion explains, as guessed without a centre."""
        shares, _ = self.said(self.logits(standard, np.zeros_like(standard)))
        return standard - shares.astype(np.float32) @ self.offsets

    def said(self, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return mlp.softmax(logits[:, :-1] / self.temperature), mlp.sigmoid(logits[:, -1] / self.arousal_temperature)

    def scores(self, features: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares (rows, 7) and arousal (rows,), calm 0 to animated 1."""
        return self.said(self.logits(self.standard(features), centre))

    def with_(self, **changes) -> "Model":
        return replace(self, **changes)


def standardisation(clips: Clips) -> tuple[np.ndarray, np.ndarray]:
    mean = clips.features.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviation = clips.features.std(axis=0, dtype=np.float64)
    return mean, (1.0 / (deviation + 1e-6)).astype(np.float32)
