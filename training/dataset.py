"""The prepared clips."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np


@dataclass(frozen=True)
class Clips:
    """A row a clip; scene 0 is the recording as it is, the others are drawn."""

    features: np.ndarray
    log_mel: np.ndarray
    label: np.ndarray
    speaker: np.ndarray
    scene: np.ndarray
    utterance: np.ndarray

    def __len__(self) -> int:
        return len(self.label)

    def only(self, mask: np.ndarray) -> "Clips":
        return Clips(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))

    def groups(self) -> list[np.ndarray]:
        """Rows of one speaker in one scene: what a reference may be drawn from."""
        keys = self.speaker.astype(np.int64) * 1000 + self.scene
        return [np.flatnonzero(keys == key) for key in np.unique(keys)]


def load(path: Path) -> Clips:
    with h5py.File(path) as file:
        return Clips(*(file[name][:] for name in Clips.__dataclass_fields__))
