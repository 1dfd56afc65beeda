"""`python -m training COMMAND`: prepare, train, train-anomaly, evaluate, export, fixtures."""

import argparse
import json
import os
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # a worker a core, and the same sums on every run

from . import anomaly, dataset, evaluate, export, fit, fixtures, prepare, store  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SEED = 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="training", description="Emotion of a clip: features, training, figures, export.")
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "work", help="where intermediate files lie")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="a few landmarks and epochs: to see that it works, not for use")
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="features of every clip into WORK/clips.h5")
    prepare.add_argument("corpus", type=Path, help="folder with EMO-DB's files as FLAC")
    prepare.add_argument("--scenes", type=int, default=10)
    prepare.add_argument("--only", type=int, help="so many files, spread over the corpus")
    commands.add_parser("train", help="the model, from all speakers, into WORK/emotion.npz")
    commands.add_parser("train-anomaly", help="what is unusual for a speaker, into WORK/anomaly.npz")
    commands.add_parser("evaluate", help="leave one speaker out; figures into WORK/figures.json")
    out = commands.add_parser("export", help="ONNX, JSON and card")
    out.add_argument("--out", type=Path, default=ROOT / "models")
    tests = commands.add_parser("fixtures", help="clips and rows for the tests of the server's features")
    tests.add_argument("speech", type=Path, help="folder with jfk.wav and austen-0870.wav")
    tests.add_argument("--out", type=Path, default=ROOT / "actors" / "src" / "emotion" / "fixtures")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    work, seed = chosen.work, chosen.seed
    work.mkdir(parents=True, exist_ok=True)
    plan = fit.Plan(landmarks=40, directions=16, linear_epochs=2) if chosen.quick else fit.Plan()
    if chosen.command == "fixtures":
        return fixtures.write(chosen.speech, chosen.out)
    if chosen.command == "prepare":
        count = prepare.prepare(chosen.corpus, work / "clips.h5", chosen.scenes, seed, chosen.workers, chosen.only)
        return print(f"{count} clips in {work / 'clips.h5'}")
    clips = dataset.load(work / "clips.h5")
    if chosen.command == "train":
        store.save(fit.whole(clips, plan, seed), work / "emotion.npz")
    if chosen.command == "train-anomaly":
        store.save_anomaly(anomaly.train(clips, store.load(work / "emotion.npz"), seed), work / "anomaly.npz")
    if chosen.command == "evaluate":
        figures = evaluate.evaluate(clips, plan, seed, chosen.workers)
        figures |= {"seed": seed, "scenes": int(clips.scene.max())}
        (work / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
        print(json.dumps(figures, indent=2))
    if chosen.command == "export":
        path = work / "figures.json"
        figures = json.loads(path.read_text()) if path.exists() else None
        trained, found = store.load(work / "emotion.npz"), store.load_anomaly(work / "anomaly.npz")
        export.export(trained, found, figures, clips.features[:256], chosen.out, seed)
        print(f"written to {chosen.out}")


if __name__ == "__main__":
    main()
