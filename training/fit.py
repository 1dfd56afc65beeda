"""Fitting the model to some speakers, and calibrating it on speakers that it wasn't fitted to."""

from dataclasses import dataclass, replace

import numpy as np

from . import corpus, kernel, linear, reference
from .dataset import Clips
from .model import Model, Temperatures, standard, standardisation

AROUSED = {"angry": 1.0, "bored": 0.0, "disgusted": np.nan, "fearful": 1.0, "happy": 1.0, "neutral": 0.0, "sad": 0.0}
AROUSAL = np.array([AROUSED[label] for label in corpus.LABELS])
NAMED_SHARE = 0.7
SURE_OF_AROUSAL = 0.75
TEST_CLIPS = 8
WAYS = ("without", "with")


@dataclass(frozen=True)
class Plan:
    """What is chosen before training; the same for every fold."""

    landmarks: int = 750
    directions: int = 256
    width: float = 1.0
    penalty: float = 5e-5
    plain_weight: float = 6.0
    kernel_scale: float = 4.0
    linear_epochs: int = 10
    linear_penalty: float = 0.02


def balanced(labels: np.ndarray) -> np.ndarray:
    counts = np.bincount(labels, minlength=len(corpus.LABELS))
    weight = 1.0 / counts[labels]
    return (weight / weight.mean()).astype(np.float32)


def goals_of(clips: Clips, plan: Plan) -> np.ndarray:
    """What the kernel learns: 1 for the class and -1 for the others, arousal likewise (0 unknown), in logits."""
    classes = 2.0 * np.eye(len(corpus.LABELS))[clips.label] - 1.0
    arousal = np.nan_to_num(2.0 * AROUSAL[clips.label] - 1.0)
    return (plan.kernel_scale * np.column_stack([classes, arousal])).astype(np.float32)


def kernel_weight(clips: Clips, plan: Plan) -> np.ndarray:
    return balanced(clips.label) * np.where(clips.scene == 0, plan.plain_weight, 1.0).astype(np.float32)


def kernel_basis(rows: np.ndarray, weight: np.ndarray, plan: Plan, rng: np.random.Generator) -> kernel.Basis:
    return kernel.basis_of(rows, weight, plan.landmarks, plan.directions, plan.width, rng)


def guessed(rows: np.ndarray, clips: Clips, offsets: np.ndarray, plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Residuals for training: each half of the speakers as a kernel that learned from the other half guesses it."""
    half = np.isin(clips.speaker, np.unique(clips.speaker)[::2])
    residuals = rows.copy()
    for learn, guess in ((half, ~half), (~half, half)):
        some = clips.only(learn)
        weight = kernel_weight(some, plan)
        basis = kernel_basis(rows[learn], weight, replace(plan, landmarks=plan.landmarks // 4 * 2), rng)
        found = kernel.solved(basis, kernel.spanned(basis), rows[learn], goals_of(some, plan), weight, plan.penalty)
        shares = linear.softmax((basis.near(rows[guess]) @ found["out"] + found["b"])[:, :-1])
        residuals[guess] -= shares.astype(np.float32) @ offsets
    return residuals


def lesson_of(rows: np.ndarray, residuals: np.ndarray, clips: Clips) -> linear.Lesson:
    return linear.Lesson(
        rows,
        lambda rng: reference.drawn(residuals, clips, rng),
        np.eye(len(corpus.LABELS), dtype=np.float32)[clips.label],
        AROUSAL[clips.label].astype(np.float32),
        balanced(clips.label),
    )


def regression(lesson: linear.Lesson, plan: Plan, seed: int) -> linear.Linear:
    """In weights that fit into 16 bits."""
    found = linear.train(lesson, plan.linear_epochs, plan.linear_penalty, seed).weights
    return linear.Linear({"out": found["out"].astype(np.float16).astype(np.float32), "b": found["b"]})


def fit(clips: Clips, plan: Plan, seed: int) -> Model:
    """Without temperatures and thresholds: those are `calibrated`'s."""
    rng = np.random.default_rng(seed)
    mean, scale = standardisation(clips)
    rows = standard(clips.features, mean, scale)
    offsets = reference.offsets(rows, clips)
    residuals = guessed(rows, clips, offsets, plan, rng)
    centre = reference.drawn(residuals, clips, rng, without=0.0)
    away, weight, goals = rows - centre, kernel_weight(clips, plan), goals_of(clips, plan)
    basis = kernel_basis(np.concatenate([rows, away]), np.concatenate([weight, weight]), plan, rng)
    to = kernel.spanned(basis)
    return Model(
        mean,
        scale,
        basis,
        alone=kernel.solved(basis, to, rows, goals, weight, plan.penalty),
        beside=kernel.solved(basis, to, away, goals, weight, plan.penalty),
        linear=regression(lesson_of(rows, residuals, clips), plan, seed),
        offsets=offsets.astype(np.float16).astype(np.float32),
    )


def heard(model: Model, clips: Clips, seed: int) -> dict[str, np.ndarray]:
    """Logits of plain clips: without a reference, and with eight clips of one."""
    rows = model.standard(clips.features)
    centre = reference.for_test(model.residual(rows), clips, TEST_CLIPS, seed)
    return {"without": model.logits(rows, np.zeros_like(rows)), "with": model.logits(rows, centre), "labels": clips.label}


def strangers(job: tuple[Clips, tuple[int, ...], Plan, int]) -> dict[int, dict[str, np.ndarray]]:
    """What a model that learned from the others says of each of these speakers' plain clips."""
    clips, speakers, plan, seed = job
    model = fit(clips.only(~np.isin(clips.speaker, speakers)), plan, seed)
    plain = clips.only(clips.scene == 0)
    return {speaker: heard(model, plain.only(plain.speaker == speaker), seed) for speaker in speakers}


def joined(said: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {key: np.concatenate([some[key] for some in said]) for key in said[0]}


def coldest(loss) -> float:
    """The temperature of least loss among 80 between 0.3 and 8."""
    grid = np.exp(np.linspace(np.log(0.3), np.log(8.0), 80))
    return float(grid[int(np.argmin([loss(temperature) for temperature in grid]))])


def label_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    rows = np.arange(len(labels))
    return coldest(lambda hot: -np.log(linear.softmax(logits[:, :-1] / hot)[rows, labels] + 1e-9).mean())


def arousal_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    arousal = AROUSAL[labels]
    known = ~np.isnan(arousal)

    def loss(hot: float) -> float:
        share = linear.sigmoid(logits[known, -1] / hot)
        return -np.log(np.where(arousal[known] > 0.5, share, 1.0 - share) + 1e-9).mean()

    return coldest(loss)


def calibrated(model: Model, said: dict[str, np.ndarray]) -> Model:
    """Temperatures by likelihood, each way its own; the label's threshold so that seven in ten are named."""
    labels = said["labels"]
    hot = [label_temperature(said[way], labels) for way in WAYS]
    sure = np.concatenate([linear.softmax(said[way][:, :-1] / heat).max(axis=1) for way, heat in zip(WAYS, hot)])
    return model.with_(
        label_temperature=Temperatures(*hot),
        arousal_temperature=Temperatures(*(arousal_temperature(said[way], labels) for way in WAYS)),
        label_threshold=float(np.quantile(sure, 1.0 - NAMED_SHARE)),
        arousal_threshold=SURE_OF_AROUSAL,
    )


def whole(clips: Clips, plan: Plan, seed: int) -> Model:
    """Fitted to all these clips, calibrated on each speaker by a model that didn't learn from that one."""
    said = [strangers((clips, (int(speaker),), plan, seed))[int(speaker)] for speaker in np.unique(clips.speaker)]
    return calibrated(fit(clips, plan, seed), joined(said))
