"""`prepare`: features of every clip, plain and in drawn scenes, into one HDF5 file."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import h5py
import numpy as np

from . import augment, corpus, features


def rows_of(job: tuple[corpus.Utterance, int, int, int]) -> list[tuple]:
    """(number of the utterance, scene, row, the baseline's row) of each clip; scene 0 is the recording as it is."""
    utterance, number, scenes, seed = job
    whole = corpus.trimmed(corpus.read(utterance.path))
    out = []
    for index in range(scenes + 1):
        scene = augment.plain()
        if index:
            scene = augment.drawn(np.random.default_rng([seed, index, int(utterance.speaker)]))
        rng = np.random.default_rng([seed, index, number])
        for clip in corpus.clips(augment.heard(whole, scene, rng)):
            try:
                out.append((number, index, features.row(clip), features.log_mel_statistics(clip)))
            except features.NotVoice:
                continue
    return out


def prepare(folder: Path, out: Path, scenes: int, seed: int, workers: int, only: int | None = None) -> int:
    """Writes `out`; answers how many clips it holds."""
    found = corpus.utterances(folder)
    if only:
        found = [found[index] for index in np.linspace(0, len(found) - 1, only).astype(int)]
    jobs = [(utterance, number, scenes, seed) for number, utterance in enumerate(found)]
    with ProcessPoolExecutor(workers) as pool:
        rows = [row for some in pool.map(rows_of, jobs, chunksize=4) for row in some]
    # The recordings as they are, then one scene after the other: what is drawn from the rows hangs on their order.
    rows.sort(key=lambda row: (row[1], row[0]))
    numbers = np.array([row[0] for row in rows])
    with h5py.File(out, "w") as file:
        file["features"] = np.stack([row[2] for row in rows]).astype(np.float32)
        file["log_mel"] = np.stack([row[3] for row in rows]).astype(np.float32)
        file["utterance"] = numbers
        file["scene"] = np.array([row[1] for row in rows])
        file["speaker"] = np.array([int(found[number].speaker) for number in numbers])
        file["label"] = np.array([found[number].label for number in numbers])
        file.attrs.update(labels=corpus.LABELS, seed=seed, scenes=scenes)
    return len(rows)
