"""Which frames hold voice: judged against the clip's own loud frames, never against full scale."""

import numpy as np

UNDER_LOUD_DB = 32.0
SHORTEST_FRAMES = 12
SILENCE = 1e-4
TONE_PITCH = 0.002
CLIPPED_SHARE = 0.2
RAIL = 0.98


class NotVoice(ValueError):
    """Nothing to judge in this clip; the message says why."""


def clipped(samples: np.ndarray) -> bool:
    """More than a fifth of the samples lie at the rails: a square wave, not a voice (a sine has an eighth there)."""
    size = np.abs(samples)
    return bool((size >= RAIL * size.max()).mean() > CLIPPED_SHARE)


def active_of(levels: np.ndarray) -> np.ndarray:
    """Frames within 32 dB of the clip's loud ones."""
    return levels > np.quantile(levels, 0.95) - UNDER_LOUD_DB


def voiced_of(pitch: np.ndarray, active: np.ndarray) -> np.ndarray:
    """Active frames with a pitch, in stretches of three or more."""
    mask = active & ~np.isnan(pitch)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    for first, past in zip(edges[::2], edges[1::2]):
        if past - first < 3:
            mask[first:past] = False
    return mask
