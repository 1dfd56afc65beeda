"""Cutting a clip into frames: one grid for everything, so that spectrum, pitch and energy of a frame belong together."""

import numpy as np

RATE = 16_000
HOP = 160
FRAME = 1024
SHORT = 512
SHORT_OFFSET = (FRAME - SHORT) // 2


def frames_of(samples: np.ndarray) -> np.ndarray:
    """Frames of 1,024 samples every 160, shape (frames, 1024)."""
    count = 1 + (len(samples) - FRAME) // HOP
    at = np.arange(count)[:, None] * HOP + np.arange(FRAME)[None, :]
    return samples[at]


def hann(length: int) -> np.ndarray:
    """The periodic Hann window."""
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)


def power(frames: np.ndarray) -> np.ndarray:
    """Power spectrum of windowed frames, shape (frames, length / 2 + 1)."""
    length = frames.shape[1]
    spectrum = np.fft.rfft(frames * hann(length), axis=1)
    return spectrum.real**2 + spectrum.imag**2
