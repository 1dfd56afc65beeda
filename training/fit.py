"""Fitting the model to some speakers, and calibrating it on speakers of theirs that it wasn't fitted to."""

import numpy as np

from . import corpus, mlp, reference
from .dataset import Clips
from .model import Model, standardisation

AROUSED = {"angry": 1.0, "bored": 0.0, "disgusted": np.nan, "fearful": 1.0, "happy": 1.0, "neutral": 0.0, "sad": 0.0}
AROUSAL = np.array([AROUSED[label] for label in corpus.LABELS])
NAMED_SHARE = 0.7
SURE_OF_AROUSAL = 0.75
TEST_CLIPS = 8


def lesson_of(rows: np.ndarray, residuals: np.ndarray, clips: Clips) -> mlp.Lesson:
    counts = np.bincount(clips.label, minlength=len(corpus.LABELS))
    weight = 1.0 / counts[clips.label]
    return mlp.Lesson(
        rows,
        lambda rng: reference.drawn(residuals, clips, rng),
        np.eye(len(corpus.LABELS), dtype=np.float32)[clips.label],
        AROUSAL[clips.label],
        (weight / weight.mean()).astype(np.float32),
    )


def guessed(rows: np.ndarray, clips: Clips, offsets: np.ndarray, plan: mlp.Plan, seed: int) -> np.ndarray:
    """Residuals for training: each half of the speakers as a network that learned from the other half guesses it."""
    speakers = np.unique(clips.speaker)
    half = np.isin(clips.speaker, speakers[::2])
    residuals = rows.copy()
    for learn, guess in ((half, ~half), (~half, half)):
        lesson = lesson_of(rows[learn], rows[learn], clips.only(learn)).without_centres()
        net = mlp.train(lesson, plan, plan.guess_epochs, seed)
        shares = mlp.softmax(net.logits(rows[guess])[:, :-1]).astype(np.float32)
        residuals[guess] -= shares @ offsets
    return residuals


def fit(clips: Clips, plan: mlp.Plan, seed: int) -> Model:
    """Without temperatures and thresholds: those are `calibrated`'s."""
    mean, scale = standardisation(clips)
    bare = Model(mean, scale, (), mlp.Linear({}), np.zeros(0))
    rows = bare.standard(clips.features)
    offsets = reference.offsets(rows, clips)
    lesson = lesson_of(rows, guessed(rows, clips, offsets, plan, seed), clips)
    nets = tuple(mlp.train(lesson, plan, plan.epochs, seed + number) for number in range(plan.members))
    return bare.with_(nets=nets, linear=mlp.train_linear(lesson, plan, seed), offsets=offsets)


def heard(model: Model, clips: Clips, seed: int) -> dict[str, np.ndarray]:
    """Logits of plain clips: without a reference, and with eight clips of one."""
    rows = model.standard(clips.features)
    centre = reference.for_test(model.residual(rows), clips, TEST_CLIPS, seed)
    return {"without": model.logits(rows, np.zeros_like(rows)), "with": model.logits(rows, centre)}


def inner(clips: Clips, plan: mlp.Plan, seed: int, folds: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of every speaker here, plain, by models that didn't learn from that speaker."""
    speakers = np.unique(clips.speaker)
    logits, labels = [], []
    for fold in range(folds):
        out = np.isin(clips.speaker, speakers[fold::folds])
        test = clips.only(out & (clips.scene == 0))
        if not len(test):
            continue
        said = heard(fit(clips.only(~out), plan, seed), test, seed)
        logits += [said["without"], said["with"]]
        labels += [test.label, test.label]
    return np.concatenate(logits), np.concatenate(labels)


def coldest(loss) -> float:
    """The temperature of least loss among 60 between 0.3 and 4."""
    grid = np.exp(np.linspace(np.log(0.3), np.log(4.0), 60))
    return float(grid[int(np.argmin([loss(temperature) for temperature in grid]))])


def calibrated(model: Model, logits: np.ndarray, labels: np.ndarray) -> Model:
    """Temperatures by likelihood, the label's threshold so that seven in ten are named."""
    rows = np.arange(len(labels))
    arousal = AROUSAL[labels]
    known = ~np.isnan(arousal)

    def label_loss(temperature: float) -> float:
        return -np.log(mlp.softmax(logits[:, :-1] / temperature)[rows, labels] + 1e-9).mean()

    def arousal_loss(temperature: float) -> float:
        share = mlp.sigmoid(logits[known, -1] / temperature)
        return -np.log(np.where(arousal[known] > 0.5, share, 1.0 - share) + 1e-9).mean()

    model = model.with_(temperature=coldest(label_loss), arousal_temperature=coldest(arousal_loss))
    shares, _ = model.said(logits)
    threshold = float(np.quantile(shares.max(axis=1), 1.0 - NAMED_SHARE))
    return model.with_(label_threshold=threshold, arousal_threshold=SURE_OF_AROUSAL)


def whole(clips: Clips, plan: mlp.Plan, seed: int) -> Model:
    """Fitted to all these clips, calibrated by folds within them."""
    logits, labels = inner(clips, plan, seed)
    return calibrated(fit(clips, plan, seed), logits, labels)
