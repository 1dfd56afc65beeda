"""Logistic regression in plain numpy: centred features in, class and arousal logits out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Lesson:
    """What is learned: rows, a way to draw their centres anew, class shares, arousal (NaN unknown), weights."""

    rows: np.ndarray
    centres: Callable[[np.random.Generator], np.ndarray]
    targets: np.ndarray
    arousal: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Linear:
    weights: dict[str, np.ndarray]

    def logits(self, away: np.ndarray) -> np.ndarray:
        """Seven class logits and the arousal logit a row, shape (rows, 8)."""
        return away @ self.weights["out"] + self.weights["b"]


class Adam:
    """With a cosine rate over `steps`."""

    def __init__(self, weights: dict[str, np.ndarray], rate: float, steps: int):
        self.weights, self.rate, self.steps, self.step = weights, rate, steps, 0
        self.first = {key: np.zeros_like(value) for key, value in weights.items()}
        self.second = {key: np.zeros_like(value) for key, value in weights.items()}

    def move(self, slopes: dict[str, np.ndarray]) -> None:
        self.step += 1
        rate = self.rate * 0.5 * (1.0 + np.cos(np.pi * self.step / self.steps))
        for key, slope in slopes.items():
            self.first[key] += 0.1 * (slope - self.first[key])
            self.second[key] += 0.001 * (slope * slope - self.second[key])
            size = np.sqrt(self.second[key] / (1 - 0.999**self.step)) + 1e-8
            self.weights[key] -= (rate * self.first[key] / (1 - 0.9**self.step) / size).astype(np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logit))


def error_of(logits: np.ndarray, lesson: Lesson, at: np.ndarray) -> np.ndarray:
    """Slope of the weighted loss by each logit; nothing is learned of an arousal that isn't known."""
    weight, arousal = lesson.weight[at], lesson.arousal[at]
    error = np.empty_like(logits)
    error[:, :-1] = (softmax(logits[:, :-1]) - lesson.targets[at]) * weight[:, None]
    error[:, -1] = np.nan_to_num(sigmoid(logits[:, -1]) - arousal) * weight
    return error / len(logits)


def batches(rows: int, size: int, rng: np.random.Generator):
    order = rng.permutation(rows)
    size = min(size, rows)
    return (order[start : start + size] for start in range(0, rows - size + 1, size))


def train(lesson: Lesson, epochs: int, penalty: float, seed: int, batch: int = 256) -> Linear:
    """With a penalty on the weights' squares; centres are drawn anew every other epoch."""
    rng = np.random.default_rng(seed)
    rows, width = lesson.rows.shape
    outputs = lesson.targets.shape[1] + 1
    w = {"out": np.zeros((width, outputs), np.float32), "b": np.zeros(outputs, np.float32)}
    adam = Adam(w, 5e-3, epochs * max(1, rows // batch))
    for epoch in range(epochs):
        if epoch % 2 == 0:
            centre = lesson.centres(rng)
        for at in batches(rows, batch, rng):
            away = lesson.rows[at] - centre[at]
            error = error_of(away @ w["out"] + w["b"], lesson, at)
            adam.move({"out": away.T @ error + penalty * w["out"], "b": error.sum(axis=0)})
    return Linear(w)
