"""Mel bands and cepstrum."""

import numpy as np

from .framing import RATE, SHORT

BANDS = 26
LOW_HZ = 80.0
HIGH_HZ = 7600.0
CEPSTRA = 14
FLOOR = 1e-6


def mel_of(hz):
    return 1127.0 * np.log(1.0 + np.asarray(hz) / 700.0)


def filters() -> np.ndarray:
    """Triangles of equal width in mel, shape (26, 257)."""
    edges = 700.0 * (np.exp(np.linspace(mel_of(LOW_HZ), mel_of(HIGH_HZ), BANDS + 2) / 1127.0) - 1.0)
    hz = np.arange(SHORT // 2 + 1) * RATE / SHORT
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.maximum(0.0, np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid)))


def cosines() -> np.ndarray:
    """Orthonormal DCT-II without its first row, which is level; shape (14, 26)."""
    k = np.arange(1, CEPSTRA + 1)[:, None]
    n = np.arange(BANDS)[None, :]
    return np.sqrt(2.0 / BANDS) * np.cos(np.pi * k * (n + 0.5) / BANDS)


FILTERS = filters()
COSINES = cosines()


def log_mel(power: np.ndarray) -> np.ndarray:
    """Decibels a band, floored 60 dB under the clip's loudest band so that gain changes nothing; shape (frames, 26)."""
    bands = power @ FILTERS.T
    return 10.0 * np.log10(bands + bands.max() * FLOOR)


def cepstrum(log_mel_frames: np.ndarray) -> np.ndarray:
    return log_mel_frames @ COSINES.T


def delta(frames: np.ndarray) -> np.ndarray:
    """Slope over two frames each way, edges repeated."""
    padded = np.concatenate([frames[:1], frames[:1], frames, frames[-1:], frames[-1:]])
    count = len(frames)
    ahead = padded[3 : 3 + count] - padded[1 : 1 + count]
    far = padded[4 : 4 + count] - padded[:count]
    return (ahead + 2.0 * far) / 10.0
