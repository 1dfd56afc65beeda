"""What the model is measured against: chance, the commonest class, and a regression on log-mel statistics."""

import numpy as np

from . import corpus, fit, linear, metrics
from .dataset import Clips


def log_mel_regression(learn: Clips, test: Clips, seed: int) -> np.ndarray:
    """Labels said by a logistic regression on mean and deviation of each mel band."""
    mean, scale = learn.log_mel.mean(axis=0), learn.log_mel.std(axis=0) + 1e-6
    rows, zeros = (learn.log_mel - mean) / scale, np.zeros(learn.log_mel.shape, np.float32)
    lesson = linear.Lesson(
        rows.astype(np.float32), lambda _: zeros, np.eye(len(corpus.LABELS), dtype=np.float32)[learn.label],
        np.full(len(learn), np.nan, np.float32), fit.balanced(learn.label),
    )  # fmt: skip
    model = linear.train(lesson, epochs=60, penalty=0.01, seed=seed)
    return model.logits(((test.log_mel - mean) / scale).astype(np.float32))[:, :-1].argmax(axis=1)


def simple(labels: np.ndarray, regression: np.ndarray) -> dict[str, float]:
    classes = len(corpus.LABELS)
    commonest = np.full(len(labels), np.bincount(labels).argmax())
    return {
        "chance": 1.0 / classes,
        "commonest_class": metrics.unweighted(labels, commonest, classes),
        "log_mel_regression": metrics.unweighted(labels, regression, classes),
    }
