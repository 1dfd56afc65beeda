"""A speaker's centre: what is usual for the voice and its microphone, drawn as it will be met in use.

A clip's *residual* is its standardised row without what its own emotion explains (the model's guess of it, never the label). The
mean of residuals, drawn to zero by `PRIOR_CLIPS`, is the centre: a speaker who was only angry so far isn't taken for one whose
voice is angry by nature."""

import numpy as np

from .dataset import Clips

PRIOR_CLIPS = 2.0
REMEMBERED = 16
WITHOUT = 0.2
ONE_SIDED = 0.1


def offsets(rows: np.ndarray, clips: Clips) -> np.ndarray:
    """How far each class lies from its speaker's middle, the mean over speakers and scenes; shape (classes, width)."""
    classes = int(clips.label.max()) + 1
    found = []
    for group in clips.groups():
        means = np.full((classes, rows.shape[1]), np.nan)
        for label in range(classes):
            of = rows[group[clips.label[group] == label]]
            if len(of) >= 2:
                means[label] = of.mean(axis=0)
        if not np.isnan(means).all():
            found.append(means - np.nanmean(means, axis=0))
    stacked = np.stack(found)
    known = (~np.isnan(stacked)).sum(axis=0)
    return (np.nansum(stacked, axis=0) / np.maximum(known, 1)).astype(np.float32)


def centre_of(residuals: np.ndarray) -> np.ndarray:
    """As the server's `Centre::values` does it."""
    return residuals.sum(axis=0) / (len(residuals) + PRIOR_CLIPS)


def drawn(residuals: np.ndarray, clips: Clips, rng: np.random.Generator, without: float = WITHOUT) -> np.ndarray:
    """A centre for every row from other utterances of its speaker and scene: none for `without` of them, one-sided for a tenth."""
    centres = np.zeros_like(residuals)
    for group in clips.groups():
        size = len(group)
        chosen = rng.integers(0, size, (size, REMEMBERED))
        for row in np.flatnonzero(rng.random(size) < ONE_SIDED):
            among = np.zeros(7, bool)
            among[rng.integers(0, 7, rng.integers(1, 3))] = True
            some = np.flatnonzero(among[clips.label[group]])
            if len(some) >= 3:
                chosen[row] = some[rng.integers(0, len(some), REMEMBERED)]
        counts = np.where(rng.random(size) < without, 0, rng.integers(1, REMEMBERED + 1, size))
        heard = np.arange(REMEMBERED)[None, :] < counts[:, None]
        heard &= clips.utterance[group][chosen] != clips.utterance[group][:, None]
        times = np.zeros((size, size), np.float32)
        np.add.at(times, (np.repeat(np.arange(size), REMEMBERED), chosen.ravel()), heard.ravel())
        centres[group] = times @ residuals[group] / (heard.sum(axis=1, keepdims=True) + PRIOR_CLIPS)
    return centres.astype(np.float32)


def for_test(residuals: np.ndarray, clips: Clips, count: int, seed: int, label: int | None = None) -> np.ndarray:
    """`count` clips of other utterances of the same speaker for every row; of one emotion alone where `label` says so."""
    rng = np.random.default_rng(seed)
    centres = np.zeros_like(residuals)
    for row in range(len(clips)):
        pool = np.flatnonzero((clips.speaker == clips.speaker[row]) & (clips.utterance != clips.utterance[row]))
        if label is not None and (clips.label[pool] == label).any():
            pool = pool[clips.label[pool] == label]
        if len(pool):
            centres[row] = centre_of(residuals[rng.choice(pool, min(count, len(pool)), replace=False)])
    return centres
