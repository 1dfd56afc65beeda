"""What one spectrum says beyond its mel bands: tilt, centre, flatness, and how strong the first harmonics are."""

import numpy as np

from .framing import FRAME, RATE, SHORT

EDGES_HZ = [60, 250, 500, 1000, 1500, 2000, 3000, 4000, 5500, 7600]
TINY = 1e-7


def bins(low_hz: float, high_hz: float, length: int = SHORT) -> slice:
    """Bins from low (in) to high (out)."""
    step = RATE / length
    return slice(int(np.ceil(low_hz / step)), int(np.ceil(high_hz / step)))


def decibels(power: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(power)


def slope(levels: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """Decibels a kilohertz by least squares."""
    part = bins(low_hz, high_hz)
    khz = np.arange(part.start, part.stop) * RATE / SHORT / 1000.0
    khz = khz - khz.mean()
    return levels[:, part] @ khz / (khz @ khz)


def balance(power: np.ndarray) -> np.ndarray:
    """Nine bands in decibels against the frame's whole power, shape (frames, 9)."""
    total = power[:, bins(EDGES_HZ[0], EDGES_HZ[-1])].sum(axis=1)
    parts = [power[:, bins(low, high)].sum(axis=1) for low, high in zip(EDGES_HZ, EDGES_HZ[1:])]
    return decibels(np.stack(parts, axis=1) / total[:, None])


def scalars(power: np.ndarray) -> np.ndarray:
    """Thirteen figures a frame, shape (frames, 13)."""
    levels = decibels(power)
    hz = np.arange(power.shape[1]) * RATE / SHORT
    voice = bins(60, 7600)
    part, at = power[:, voice], hz[voice] / 1000.0
    total = part.sum(axis=1)
    share = part / total[:, None]
    centre = share @ at
    away = at[None, :] - centre[:, None]
    spread = np.sqrt((share * away**2).sum(axis=1))
    skew = (share * away**3).sum(axis=1) / spread**3
    summed = np.cumsum(share, axis=1)
    roll = [np.log2(at[np.minimum((summed < q).sum(axis=1), len(at) - 1)]) for q in (0.25, 0.5, 0.85)]
    flat = levels[:, voice].mean(axis=1) - decibels(part.mean(axis=1))
    alpha = decibels(power[:, bins(1000, 5000)].sum(axis=1) / power[:, bins(60, 1000)].sum(axis=1))
    hammarberg = levels[:, bins(60, 2000)].max(axis=1) - levels[:, bins(2000, 5000)].max(axis=1)
    sides = np.sqrt(part)
    sides = sides / np.sqrt(total)[:, None]
    before = np.concatenate([sides[:1], sides[:-1]])
    flux = 1.0 - (sides * before).sum(axis=1)
    slopes = [slope(levels, low, high) for low, high in ((60, 500), (500, 1500), (1500, 4000))]
    return np.stack([centre, spread, skew, *roll, flat, alpha, hammarberg, flux, *slopes], axis=1)


def harmonics(power: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """First harmonic in decibels against the second, the third, and the strongest line of 2 to 4 kHz; shape (frames, 3), 0 unvoiced.

    `power` is that of the long frame."""
    step = RATE / FRAME
    levels = decibels(power)
    strong = levels[:, bins(2000, 4000, FRAME)].max(axis=1)
    out = np.zeros((len(power), 3))
    for frame in np.flatnonzero(~np.isnan(pitch)):
        at = 2.0 ** pitch[frame] / step
        peaks = []
        for number in (1, 2, 3):
            low, high = int(np.floor((number - 0.3) * at)), int(np.ceil((number + 0.3) * at))
            peaks.append(levels[frame, low : high + 1].max())
        out[frame] = peaks[0] - peaks[1], peaks[0] - peaks[2], peaks[0] - strong[frame]
    return out
