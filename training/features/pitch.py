"""Pitch by the normalised difference function (YIN), with the cheapest path through each frame's candidates."""

import numpy as np

from .framing import FRAME, RATE

LAG_MIN = 27
LAG_MAX = 290
SPAN = 512
OFFSET = (FRAME - SPAN - LAG_MAX) // 2
CANDIDATES = 4
WORST = 0.5
UNVOICED = 0.34
JUMP = 0.6
SWITCH = 0.12
LONG_LAG = 0.03


def normalised_difference(frames: np.ndarray) -> np.ndarray:
    """Cumulative mean normalised difference for lags 0 to 291, shape (frames, 292). 1 where nothing moves."""
    part = frames[:, OFFSET : OFFSET + SPAN + LAG_MAX + 1]
    head = np.zeros((len(frames), FRAME))
    tail = np.zeros((len(frames), FRAME))
    head[:, :SPAN] = part[:, :SPAN]
    tail[:, : part.shape[1]] = part
    cross = np.fft.irfft(np.conj(np.fft.rfft(head)) * np.fft.rfft(tail))[:, : LAG_MAX + 2]
    squares = np.concatenate([np.zeros((len(frames), 1)), np.cumsum(part**2, axis=1)], axis=1)
    lags = np.arange(LAG_MAX + 2)
    energy = squares[:, np.minimum(lags + SPAN, part.shape[1])] - squares[:, lags]
    difference = np.maximum(energy[:, :1] + energy - 2.0 * cross, 0.0)
    difference[:, 0] = 0.0
    total = np.cumsum(difference, axis=1)
    loud = total > 1e-9 * (energy[:, :1] + 1e-30)
    return np.where(loud, difference * lags / np.where(loud, total, 1.0), 1.0)


def candidates_of(row: np.ndarray) -> list[tuple[float, float, float]]:
    """Up to four minima as (cost, log2 of Hz, aperiodicity), best first."""
    inner = row[LAG_MIN : LAG_MAX + 1]
    low = (inner < row[LAG_MIN - 1 : LAG_MAX]) & (inner <= row[LAG_MIN + 1 : LAG_MAX + 2]) & (inner < WORST)
    found = []
    for lag in np.flatnonzero(low) + LAG_MIN:
        before, at, after = row[lag - 1], row[lag], row[lag + 1]
        bend = before - 2.0 * at + after
        shift = 0.5 * (before - after) / bend if bend > 0.0 else 0.0
        hz = RATE / (lag + shift)
        found.append((at + LONG_LAG * np.log2(lag / LAG_MIN), np.log2(hz), at))
    found.sort(key=lambda candidate: candidate[0])
    return found[:CANDIDATES]


def track(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log2 of Hz (NaN where unvoiced) and aperiodicity (1 where unvoiced) a frame."""
    rows = normalised_difference(frames)
    steps = []
    costs, pitches = np.zeros(1), np.full(1, np.nan)
    for row in rows:
        found = candidates_of(row)
        own = np.array([UNVOICED] + [candidate[0] for candidate in found])
        here = np.array([np.nan] + [candidate[1] for candidate in found])
        clear = np.array([1.0] + [candidate[2] for candidate in found])
        leap = JUMP * np.abs(here[:, None] - pitches[None, :])
        silent = np.isnan(here)[:, None].astype(int) + np.isnan(pitches)[None, :].astype(int)
        move = np.where(silent == 2, 0.0, np.where(silent == 1, SWITCH, leap))
        total = costs[None, :] + move
        back = np.argmin(total, axis=1)
        costs = total[np.arange(len(here)), back] + own
        pitches = here
        steps.append((here, clear, back))
    state = int(np.argmin(costs))
    pitch, aperiodic = np.empty(len(rows)), np.empty(len(rows))
    for index in range(len(rows) - 1, -1, -1):
        here, clear, back = steps[index]
        pitch[index], aperiodic[index] = here[state], clear[state]
        state = int(back[state])
    return pitch, aperiodic
