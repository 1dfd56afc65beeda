"""A small network and a linear model in plain numpy: centred features in, class and arousal logits out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Plan:
    """What is chosen before training; the same for every fold."""

    hidden: int = 96
    second: int = 32
    members: int = 1
    epochs: int = 16
    guess_epochs: int = 4
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.02
    drop_in: float = 0.3
    drop: float = 0.4
    smooth: float = 0.05
    arousal_weight: float = 0.5
    linear_epochs: int = 10
    linear_penalty: float = 0.02


@dataclass(frozen=True)
class Lesson:
    """What is learned: rows, a way to draw their centres anew each epoch, class shares, arousal (NaN unknown), weights."""

    rows: np.ndarray
    centres: Callable[[np.random.Generator], np.ndarray]
    targets: np.ndarray
    arousal: np.ndarray
    weight: np.ndarray

    def without_centres(self) -> "Lesson":
        zeros = np.zeros_like(self.rows)
        return Lesson(self.rows, lambda _: zeros, self.targets, self.arousal, self.weight)


@dataclass(frozen=True)
class Net:
    weights: dict[str, np.ndarray]

    def logits(self, away: np.ndarray) -> np.ndarray:
        """Seven class logits and the arousal logit a row, shape (rows, 8)."""
        w = self.weights
        first = np.maximum(away @ w["first"] + w["b1"], 0.0)
        second = np.maximum(first @ w["second"] + w["b2"], 0.0)
        return second @ w["out"] + w["b3"]


@dataclass(frozen=True)
class Linear:
    weights: dict[str, np.ndarray]

    def logits(self, away: np.ndarray) -> np.ndarray:
        return away @ self.weights["out"] + self.weights["b"]


class Adam:
    """With decoupled decay of matrices and a cosine rate over `steps`."""

    def __init__(self, weights: dict[str, np.ndarray], rate: float, decay: float, steps: int):
        self.weights, self.rate, self.decay, self.steps, self.step = weights, rate, decay, steps, 0
        self.first = {key: np.zeros_like(value) for key, value in weights.items()}
        self.second = {key: np.zeros_like(value) for key, value in weights.items()}

    def move(self, slopes: dict[str, np.ndarray]) -> None:
        self.step += 1
        rate = self.rate * 0.5 * (1.0 + np.cos(np.pi * self.step / self.steps))
        for key, slope in slopes.items():
            self.first[key] += 0.1 * (slope - self.first[key])
            self.second[key] += 0.001 * (slope * slope - self.second[key])
            size = np.sqrt(self.second[key] / (1 - 0.999**self.step)) + 1e-8
            move = self.first[key] / (1 - 0.9**self.step) / size
            keep = self.decay if self.weights[key].ndim == 2 else 0.0
            self.weights[key] -= (rate * (move + keep * self.weights[key])).astype(np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logit))


def error_of(logits, target, arousal, known, weight, arousal_weight) -> np.ndarray:
    error = np.empty_like(logits)
    error[:, :-1] = (softmax(logits[:, :-1]) - target) * weight[:, None]
    error[:, -1] = (sigmoid(logits[:, -1]) - arousal) * known * weight * arousal_weight
    return error / len(logits)


def softened(lesson: Lesson, smooth: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    known = ~np.isnan(lesson.arousal)
    targets = lesson.targets * (1 - smooth) + smooth / lesson.targets.shape[1]
    arousal = np.where(known, lesson.arousal, 0.5) * (1 - smooth) + smooth / 2
    return targets.astype(np.float32), arousal.astype(np.float32), known


def batches(rows: int, size: int, rng: np.random.Generator):
    order = rng.permutation(rows)
    size = min(size, rows)
    return (order[start : start + size] for start in range(0, rows - size + 1, size))


def train(lesson: Lesson, plan: Plan, epochs: int, seed: int) -> Net:
    rng = np.random.default_rng(seed)
    rows, width = lesson.rows.shape
    outputs = lesson.targets.shape[1] + 1

    def he(inputs: int, columns: int, scale: float = 1.0) -> np.ndarray:
        return (rng.standard_normal((inputs, columns)) * scale * np.sqrt(2.0 / inputs)).astype(np.float32)

    w = {
        "first": he(width, plan.hidden), "b1": np.zeros(plan.hidden, np.float32),
        "second": he(plan.hidden, plan.second), "b2": np.zeros(plan.second, np.float32),
        "out": he(plan.second, outputs, 0.5), "b3": np.zeros(outputs, np.float32),
    }  # fmt: skip
    adam = Adam(w, plan.rate, plan.decay, epochs * max(1, rows // plan.batch))
    targets, arousal, known = softened(lesson, plan.smooth)
    for _ in range(epochs):
        centre = lesson.centres(rng)
        for at in batches(rows, plan.batch, rng):
            away = lesson.rows[at] - centre[at]
            adam.move(slopes_of(w, away, (targets[at], arousal[at], known[at], lesson.weight[at]), plan, rng))
    return Net(w)


def slopes_of(w, away, goal, plan: Plan, rng: np.random.Generator) -> dict[str, np.ndarray]:
    def mask(shape, share: float) -> np.ndarray:
        return ((rng.random(shape, dtype=np.float32) >= share) / np.float32(1.0 - share)).astype(np.float32)

    away = away * mask(away.shape, plan.drop_in)
    one = away @ w["first"] + w["b1"]
    keep_one = mask(one.shape, plan.drop) * (one > 0)
    act_one = one * keep_one
    two = act_one @ w["second"] + w["b2"]
    keep_two = mask(two.shape, plan.drop / 2) * (two > 0)
    act_two = two * keep_two
    error = error_of(act_two @ w["out"] + w["b3"], *goal, plan.arousal_weight)
    back_two = error @ w["out"].T * keep_two
    back_one = back_two @ w["second"].T * keep_one
    return {
        "first": away.T @ back_one, "b1": back_one.sum(axis=0),
        "second": act_one.T @ back_two, "b2": back_two.sum(axis=0),
        "out": act_two.T @ error, "b3": error.sum(axis=0),
    }  # fmt: skip


def train_linear(lesson: Lesson, plan: Plan, seed: int) -> Linear:
    """Logistic regression with a penalty on its weights."""
    rng = np.random.default_rng(seed)
    rows, width = lesson.rows.shape
    outputs = lesson.targets.shape[1] + 1
    w = {"out": np.zeros((width, outputs), np.float32), "b": np.zeros(outputs, np.float32)}
    adam = Adam(w, 5e-3, 0.0, plan.linear_epochs * max(1, rows // (2 * plan.batch)))
    targets, arousal, known = softened(lesson, 0.0)
    for _ in range(plan.linear_epochs):
        centre = lesson.centres(rng)
        for at in batches(rows, 2 * plan.batch, rng):
            away = lesson.rows[at] - centre[at]
            error = error_of(away @ w["out"] + w["b"], targets[at], arousal[at], known[at], lesson.weight[at], 1.0)
            adam.move({"out": away.T @ error + plan.linear_penalty * w["out"], "b": error.sum(axis=0)})
    return Linear(w)
