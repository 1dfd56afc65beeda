"""`evaluate`: leave one speaker out.

Nothing of the speaker who is out is in the standardisation, the networks, the temperatures or the thresholds: those come from
what models that knew neither that speaker nor each of the others said of these others. A reference's clips are of other utterances than the clip's own."""

from concurrent.futures import ProcessPoolExecutor
from itertools import combinations

import numpy as np

from . import anomaly, baselines, corpus, fit, metrics, reference
from .dataset import Clips

WAYS = {"without": 0, "with_8": 8, "with_15": 15}
ONE_SIDED = {"with_8_neutral": "neutral", "with_8_angry": "angry"}


def fold(job: tuple[Clips, int, dict, fit.Plan, int]) -> dict:
    """Everything that is said of one speaker by a model of the others, calibrated by `said`: what strangers say of these."""
    clips, speaker, said, plan, seed = job
    learn = clips.only(clips.speaker != speaker)
    test = clips.only((clips.speaker == speaker) & (clips.scene == 0))
    model = fit.calibrated(fit.fit(learn, plan, seed), said)
    rows = model.standard(test.features)
    residuals = model.residual(rows)
    centres = {way: reference.for_test(residuals, test, count, seed) for way, count in WAYS.items()}
    for way, label in ONE_SIDED.items():
        centres[way] = reference.for_test(residuals, test, fit.TEST_CLIPS, seed, corpus.LABELS.index(label))
    said = {way: model.said(model.logits(rows, centre), centre) for way, centre in centres.items()}
    plain = learn.only(learn.scene == 0)
    return {
        "labels": test.label,
        "utterance": test.utterance,
        "said": said,
        "named": {way: shares.max(axis=1) >= model.label_threshold for way, (shares, _) in said.items()},
        "regression": baselines.log_mel_regression(plain, test, seed),
        "unusual": anomaly.judged(anomaly.train(learn, model, seed), model, test, plain, seed),
    }


def other(one: int, pair: tuple[int, int]) -> int:
    return pair[1] if pair[0] == one else pair[0]


def figures_of(labels: np.ndarray, utterance: np.ndarray, shares: np.ndarray, arousal: np.ndarray, named: np.ndarray) -> dict:
    classes = len(corpus.LABELS)
    best = shares.argmax(axis=1)
    sure, right = shares.max(axis=1), best == labels
    _, first, at = np.unique(utterance, return_index=True, return_inverse=True)
    summed = np.zeros((len(first), classes))
    np.add.at(summed, at, shares)
    truth = fit.AROUSAL[labels]
    known = ~np.isnan(truth)
    calm = np.where(known, truth, 0.0)
    half = np.maximum(arousal, 1.0 - arousal)
    guessed = arousal >= 0.5
    return {
        "uar": metrics.unweighted(labels, best, classes),
        "uar_of_utterances": metrics.unweighted(labels[first], summed.argmax(axis=1), classes),
        "recall": dict(zip(corpus.LABELS, metrics.recalls(labels, best, classes).tolist())),
        "accuracy": float(right.mean()),
        "calibration_error": metrics.calibration_error(sure, right),
        "right_on_surest": {str(share): metrics.right_on(sure, right, share) for share in (0.3, 0.5, 0.7, 0.9)},
        "named_share": float(named.mean()),
        "right_when_named": float(right[named].mean()) if named.any() else None,
        "arousal_accuracy": float((guessed == truth)[known].mean()),
        "arousal_accuracy_disgust_as_calm": float((guessed == calm).mean()),
        "arousal_calibration_error": metrics.calibration_error(half[known], (guessed == truth)[known]),
    }


def evaluate(clips: Clips, plan: fit.Plan, seed: int, workers: int) -> dict:
    """All figures, over all clips of all speakers together."""
    speakers = [int(speaker) for speaker in np.unique(clips.speaker)]
    pairs = [(clips, pair, plan, seed) for pair in combinations(speakers, 2)]
    with ProcessPoolExecutor(workers) as pool:
        known = dict(zip((pair for _, pair, _, _ in pairs), pool.map(fit.strangers, pairs)))
        jobs = [(clips, out, fit.joined([said[other(out, pair)] for pair, said in known.items() if out in pair]), plan, seed)
                for out in speakers]  # fmt: skip
        folds = list(pool.map(fold, jobs))
    labels, utterance = (np.concatenate([fold[key] for fold in folds]) for key in ("labels", "utterance"))

    def joined(way: str) -> dict:
        shares, arousal = (np.concatenate([fold["said"][way][part] for fold in folds]) for part in (0, 1))
        return figures_of(labels, utterance, shares, arousal, np.concatenate([fold["named"][way] for fold in folds]))

    unusual = {key: float(np.mean([fold["unusual"][key] for fold in folds])) for key in folds[0]["unusual"]}
    regression = np.concatenate([fold["regression"] for fold in folds])
    return {
        "clips": len(labels),
        "speakers": len(folds),
        "ways": {way: joined(way) for way in (*WAYS, *ONE_SIDED)},
        "baselines_uar": baselines.simple(labels, regression),
        "unusual": unusual,
    }
