"""How the clip moves: modulation of the bands' energy, slopes over the clip, and what moves together."""

import numpy as np

from .functionals import line

GROUPS = [0, 3, 6, 10, 15, 20]
LENGTH = 256
EDGES_HZ = [0.5, 2.0, 4.0, 7.0, 12.0, 20.0, 40.0]
FRAMES_A_SECOND = 100.0


def grouped(log_mel: np.ndarray) -> np.ndarray:
    """Six sums of neighbouring mel bands in decibels, shape (frames, 6)."""
    return np.add.reduceat(log_mel, GROUPS, axis=1)


def envelopes(log_mel: np.ndarray) -> np.ndarray:
    """Power of the same six groups against its own mean, shape (frames, 6)."""
    power = np.add.reduceat(10.0 ** ((log_mel - log_mel.max()) / 10.0), GROUPS, axis=1)
    return power / power.mean(axis=0)


def modulation(tracks: np.ndarray) -> np.ndarray:
    """Log share of six modulation bands in each track, then each track's log power; shape (columns * 7,)."""
    count = len(tracks)
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(count) + 0.5) / count)
    moved = np.fft.rfft((tracks - tracks.mean(axis=0)) * window[:, None], LENGTH, axis=0)
    power = (moved.real**2 + moved.imag**2) / count
    hz = np.arange(LENGTH // 2 + 1) * FRAMES_A_SECOND / LENGTH
    bands = np.stack([power[(hz >= low) & (hz < high)].sum(axis=0) for low, high in zip(EDGES_HZ, EDGES_HZ[1:])]) + 1e-6
    total = bands.sum(axis=0)
    return np.concatenate([np.log(bands / total).ravel(), np.log(total)])


def drift(columns: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Slope a second of each column over the voiced frames."""
    times = np.flatnonzero(voiced) / FRAMES_A_SECOND
    return np.array([line(times, column) for column in columns[voiced].T])


def together(columns: np.ndarray) -> np.ndarray:
    """Correlations of each pair of columns, row by row of the upper triangle."""
    away = columns - columns.mean(axis=0)
    away = away / (np.sqrt((away**2).sum(axis=0)) + 1e-9)
    return (away.T @ away)[np.triu_indices(columns.shape[1], 1)]
