"""A small network in plain numpy: features and the speaker's centre in, class and arousal logits out."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Plan:
    """What is chosen before training; the same for every fold."""

    hidden: int = 64
    second: int = 32
    epochs: int = 30
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.02
    drop_in: float = 0.2
    drop: float = 0.5
    smooth: float = 0.05
    arousal_weight: float = 0.5


@dataclass
class Net:
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def logits(self, clip: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """Seven class logits and the arousal logit a row, shape (rows, 8)."""
        w = self.weights
        first = np.maximum(clip @ w["clip"] + centre @ w["centre"] + w["b1"], 0.0)
        second = np.maximum(first @ w["second"] + w["b2"], 0.0)
        return second @ w["out"] + w["b3"]


def fresh(width: int, plan: Plan, classes: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    def he(rows: int, columns: int, scale: float = 1.0) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * scale * np.sqrt(2.0 / rows)).astype(np.float32)

    clip = he(width, plan.hidden)
    zeros = lambda n: np.zeros(n, np.float32)  # noqa: E731
    return {
        "clip": clip, "centre": -clip.copy(), "b1": zeros(plan.hidden),
        "second": he(plan.hidden, plan.second), "b2": zeros(plan.second),
        "out": he(plan.second, classes + 1, 0.5), "b3": zeros(classes + 1),
    }  # fmt: skip


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logit))


def train(clips, centres, targets, arousal, weight, plan: Plan, seed: int) -> Net:
    """Adam with decoupled decay and a cosine rate.

    `centres(epoch, rng)` draws a centre for every row; `targets` are class shares (rows, classes); `arousal` is 0 to 1, NaN
    where it isn't known; `weight` is a row's weight."""
    rng = np.random.default_rng(seed)
    rows, width = clips.shape
    w = fresh(width, plan, targets.shape[1], rng)
    first = {key: np.zeros_like(value) for key, value in w.items()}
    second = {key: np.zeros_like(value) for key, value in w.items()}
    known = ~np.isnan(arousal)
    arousal = np.where(known, arousal, 0.5).astype(np.float32)
    targets = (targets * (1 - plan.smooth) + plan.smooth / targets.shape[1]).astype(np.float32)
    arousal = arousal * (1 - plan.smooth) + plan.smooth / 2
    steps, step = plan.epochs * (rows // plan.batch), 0
    for epoch in range(plan.epochs):
        centre = centres(epoch, rng)
        order = rng.permutation(rows)
        for start in range(0, rows - plan.batch + 1, plan.batch):
            at = order[start : start + plan.batch]
            slope = gradient(w, clips[at], centre[at], targets[at], arousal[at], known[at], weight[at], plan, rng)
            step += 1
            rate = plan.rate * 0.5 * (1.0 + np.cos(np.pi * step / steps))
            for key, value in slope.items():
                first[key] += 0.1 * (value - first[key])
                second[key] += 0.001 * (value * value - second[key])
                move = first[key] / (1 - 0.9**step) / (np.sqrt(second[key] / (1 - 0.999**step)) + 1e-8)
                keep = plan.decay if w[key].ndim == 2 else 0.0
                w[key] -= (rate * (move + keep * w[key])).astype(np.float32)
    return Net(w)


def gradient(w, clip, centre, target, arousal, known, weight, plan: Plan, rng) -> dict[str, np.ndarray]:
    rows = len(clip)

    def mask(shape, share):
        return ((rng.random(shape, dtype=np.float32) >= share) / np.float32(1.0 - share)).astype(np.float32)

    gone = mask(clip.shape, plan.drop_in)
    clip, centre = clip * gone, centre * gone
    one = clip @ w["clip"] + centre @ w["centre"] + w["b1"]
    drop_one = mask(one.shape, plan.drop)
    act_one = np.maximum(one, 0.0) * drop_one
    two = act_one @ w["second"] + w["b2"]
    drop_two = mask(two.shape, plan.drop / 2)
    act_two = np.maximum(two, 0.0) * drop_two
    logits = act_two @ w["out"] + w["b3"]
    error = np.empty_like(logits)
    error[:, :-1] = (softmax(logits[:, :-1]) - target) * weight[:, None]
    error[:, -1] = (sigmoid(logits[:, -1]) - arousal) * known * weight * plan.arousal_weight
    error /= rows
    back_two = error @ w["out"].T * drop_two * (two > 0)
    back_one = back_two @ w["second"].T * drop_one * (one > 0)
    return {
        "clip": clip.T @ back_one, "centre": centre.T @ back_one, "b1": back_one.sum(axis=0),
        "second": act_one.T @ back_two, "b2": back_two.sum(axis=0),
        "out": act_two.T @ error, "b3": error.sum(axis=0),
    }  # fmt: skip
