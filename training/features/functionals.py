"""From frames to one row a clip: means, deviations and percentiles over the voiced frames."""

import numpy as np

from .framing import HOP, RATE


def quantiles(values: np.ndarray, shares: tuple[float, ...]) -> list[np.ndarray]:
    """Linear between neighbours, as is usual."""
    return list(np.quantile(values, shares, axis=0))


def spread_of(values: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Mean, deviation and the percentiles of each column, one statistic after the other."""
    return np.concatenate([values.mean(axis=0), values.std(axis=0), *quantiles(values, shares)])


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of true as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def line(times: np.ndarray, values: np.ndarray) -> float:
    """Slope by least squares; 0 where there is no extent."""
    away = times - times.mean()
    square = away @ away
    return float(away @ values / square) if square > 0.0 else 0.0


def of_pitch(pitch: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Fifteen figures of log2 pitch."""
    values = pitch[voiced]
    low, fifth, middle, fourth, high = quantiles(values, (0.05, 0.2, 0.5, 0.8, 0.95))
    both = voiced[1:] & voiced[:-1]
    steps = (pitch[1:] - pitch[:-1])[both]
    triple = both[1:] & both[:-1]
    bends = (pitch[2:] - 2.0 * pitch[1:-1] + pitch[:-2])[triple]
    steps = steps if len(steps) else np.zeros(1)
    bends = bends if len(bends) else np.zeros(1)
    slopes = [line(np.arange(a, b) * 0.01, pitch[a:b]) for a, b in runs(voiced) if b - a >= 5]
    slopes = np.array(slopes) if slopes else np.zeros(1)
    return np.array([
        values.mean(), values.std(), low, fifth, middle, fourth, high, high - low, fourth - fifth,
        np.abs(steps).mean(), steps.std(), (steps > 0.0).mean(), np.abs(bends).mean(),
        slopes.mean(), np.abs(slopes).mean(),
    ])  # fmt: skip


def spread_or_none(values: np.ndarray) -> list[float]:
    """Mean and deviation; zeros of nothing."""
    return [values.mean(), values.std()] if len(values) else [0.0, 0.0]


def of_steps(pitch: np.ndarray, levels: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Thirteen figures of how pitch and level go from frame to frame: up, down, how far, and whether together."""
    both = voiced[1:] & voiced[:-1]
    tones, louds = np.diff(pitch)[both], np.diff(levels)[both]
    if not len(tones):
        return np.zeros(13)
    far = np.abs(tones)
    a, b = tones - tones.mean(), louds - louds.mean()
    return np.array([
        *spread_or_none(tones[tones > 0.0]), *spread_or_none(tones[tones < 0.0]),
        *spread_or_none(louds[louds > 0.0]), *spread_or_none(louds[louds < 0.0]),
        far.mean(), np.median(far), np.quantile(far, 0.9), np.median(np.abs(louds)),
        a @ b / (np.sqrt((a @ a) * (b @ b)) + 1e-9),
    ])  # fmt: skip


def of_energy(levels: np.ndarray, active: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Sixteen figures of the energy's shape: decibels against the clip's own loud frames, never against full scale."""
    top = np.quantile(levels[active], 0.95)
    values = levels[active] - top
    tenth, quarter, middle, three = quantiles(values, (0.1, 0.25, 0.5, 0.75))
    steps = np.diff(levels)[active[1:] & active[:-1]]
    steps = steps if len(steps) else np.zeros(1)
    rest = active & ~voiced
    dull = levels[rest].mean() if rest.any() else levels[voiced].mean()
    lengths = np.array([b - a for a, b in runs(voiced)]) * (HOP / RATE)
    span = len(levels) * (HOP / RATE)
    return np.array([
        values.mean(), values.std(), tenth, quarter, middle, three,
        np.abs(steps).mean(), steps.std(), np.quantile(steps, 0.1), np.quantile(steps, 0.9),
        levels[voiced].std(), levels[voiced].mean() - dull,
        voiced.sum() / active.sum(), len(lengths) / span, lengths.mean(), lengths.std(),
    ])  # fmt: skip
