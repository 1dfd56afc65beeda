"""How good scores are."""

import numpy as np


def recalls(labels: np.ndarray, said: np.ndarray, classes: int) -> np.ndarray:
    """Share of each class that is said right; NaN of a class that isn't there."""
    return np.array([(said[labels == label] == label).mean() if (labels == label).any() else np.nan for label in range(classes)])


def unweighted(labels: np.ndarray, said: np.ndarray, classes: int) -> float:
    """Mean recall over the classes that are there (UAR)."""
    return float(np.nanmean(recalls(labels, said, classes)))


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected gap between how sure and how right, over ten equal steps of sureness."""
    at = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(sure[at == step].mean() - right[at == step].mean()) * (at == step).mean() for step in np.unique(at)]
    return float(sum(gaps))


def right_on(sure: np.ndarray, right: np.ndarray, share: float) -> float:
    """How much is right of the surest `share`."""
    first = np.argsort(-sure, kind="stable")[: max(1, round(share * len(sure)))]
    return float(right[first].mean())


def ranked(positive: np.ndarray, negative: np.ndarray) -> float:
    """How often a positive lies above a negative (area under the curve)."""
    order = np.argsort(np.concatenate([negative, positive]), kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    count = len(positive)
    return float((rank[len(negative) :].sum() - count * (count + 1) / 2) / (count * len(negative)))
