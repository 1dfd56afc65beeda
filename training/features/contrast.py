"""One part of the clip against another: its thirds, its loud frames, its frames without voice."""

import numpy as np

TOLD = [0, 6, 7, 9, 13]
"""Of the figures of a voiced frame: centre, flatness, alpha ratio, change, first harmonic against the second."""


def thirds(columns: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Mean of the first, second and last third of the voiced frames against that of all."""
    heard = columns[voiced]
    middle = heard.mean(axis=0)
    return np.concatenate([part.mean(axis=0) - middle for part in np.array_split(heard, 3)])


def by_energy(columns: np.ndarray, levels: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Mean over the voiced frames weighted by their power, against the plain mean."""
    heard, loud = columns[voiced], levels[voiced]
    weight = 10.0 ** ((loud - loud.max()) / 10.0)
    return weight @ heard / weight.sum() - heard.mean(axis=0)


def unvoiced(columns: np.ndarray, rest: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Mean over the active frames without voice against that of the voiced; zeros where there are hardly any."""
    if rest.sum() < 3:
        return np.zeros(columns.shape[1])
    return columns[rest].mean(axis=0) - columns[voiced].mean(axis=0)
