"""The models as ONNX: products, sums, limits, exponentials and casts only, so that any runtime has them."""

import json

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from . import anomaly, corpus, model, reference
from .kernel import Rounded

OPSET = 17
IR_VERSION = 8


class Graph:
    """Nodes and constants as they come."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, values, name: str | None = None) -> str:
        self.count += 1
        name = name or f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=np.float32), name))
        return name

    def narrow(self, values: np.ndarray) -> str:
        """A constant as it is, without being widened to 32 bits."""
        self.count += 1
        self.constants.append(numpy_helper.from_array(values, f"c{self.count}"))
        return f"c{self.count}"

    def rounded(self, matrix: Rounded) -> str:
        """Out of four bits each: the high half of a byte is what remains of its sixteenth part without the fraction."""
        both = self.node("Cast", self.narrow(matrix.packed()), to=TensorProto.FLOAT)
        high = self.node("Floor", self.node("Mul", both, self.constant(1.0 / 16.0)))
        low = self.node("Sub", both, self.node("Mul", high, self.constant(16.0)))
        whole = self.node("Sub", self.node("Concat", low, high, axis=1), self.constant(8.0))
        return self.node("Mul", whole, self.constant(matrix.scale))

    def half(self, values: np.ndarray) -> str:
        """A constant in 16 bits; `values` must fit."""
        return self.node("Cast", self.narrow(values.astype(np.float16)), to=TensorProto.FLOAT)

    def node(self, kind: str, *inputs: str, out: str | None = None, **attributes) -> str:
        self.count += 1
        out = out or f"v{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def dense(self, value: str, weight: str, bias: str, out: str | None = None) -> str:
        return self.node("Add", self.node("MatMul", value, weight), bias, out=out)

    def standard(self, mean: np.ndarray, scale: np.ndarray) -> str:
        moved = self.node("Sub", "features", self.constant(mean[None], "mean"))
        scaled = self.node("Mul", moved, self.constant(scale[None], "scale"))
        low, high = self.constant(-model.FURTHEST), self.constant(model.FURTHEST)
        return self.node("Clip", scaled, low, high)

    def finish(self, name: str, width: int, outputs: dict[str, int], notes: dict[str, str]) -> ModelProto:
        def value(name: str, columns: int):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["clips", columns])

        graph = helper.make_graph(
            self.nodes, name, [value("features", width), value("centre", width)],
            [value(name, columns) for name, columns in outputs.items()], self.constants,
        )  # fmt: skip
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        made.producer_name = "greenroom"
        helper.set_model_props(made, notes)
        checker.check_model(made, full_check=True)
        return made


def emotion(trained: model.Model, notes: dict) -> ModelProto:
    graph = Graph()
    classes = len(corpus.LABELS)
    width, directions = trained.basis.directions.whole.shape
    basis = graph.rounded(trained.basis.directions), graph.rounded(trained.basis.landmarks), graph.constant(trained.basis.offset)
    halves = graph.constant(np.full((directions, 1), 0.5))
    alone, beside = ({key: graph.constant(value) for key, value in part.items()} for part in (trained.alone, trained.beside))
    flat = {"out": graph.half(trained.linear.weights["out"]), "b": graph.constant(trained.linear.weights["b"])}

    def near(rows: str) -> str:
        along = graph.node("MatMul", rows, basis[0])
        half = graph.node("MatMul", graph.node("Mul", along, along), halves)
        return graph.node("Exp", graph.node("Sub", graph.dense(along, basis[1], basis[2]), half))

    def read(value: str, part: dict[str, str]) -> str:
        return graph.dense(value, part["out"], part["b"])

    def said(logits: str, known: str | None, scores: str | None = None, arousal: str | None = None) -> str:
        """The shares, and the arousal where a name for it is given."""
        both = (trained.label_temperature, scores, 0, classes), (trained.arousal_temperature, arousal, classes, classes + 1)
        shares = ""
        for hot, out, first, past in both:
            if out is None and first:
                break
            pick = graph.constant(np.eye(classes + 1)[:, first:past])
            inverse = graph.constant([[1.0 / hot.without]])
            if known:
                more = graph.constant([[1.0 / hot.known - 1.0 / hot.without]])
                inverse = graph.node("Add", graph.node("Mul", known, more), inverse)
            heated = graph.node("Mul", graph.node("MatMul", logits, pick), inverse)
            shares = shares or graph.node("Softmax", heated, out=out, axis=1)
            if first:
                graph.node("Sigmoid", heated, out=out)
        return shares

    standard = graph.standard(trained.mean, trained.scale)
    away = graph.node("Sub", standard, "centre")
    size = graph.node("MatMul", graph.node("Abs", "centre"), graph.constant(np.full((width, 1), model.KNOWN / width)))
    known = graph.node("Clip", size, graph.constant(0.0), graph.constant(1.0))
    share = graph.node("Mul", known, graph.constant([[0.5]]))
    by_itself = read(near(standard), alone)
    kept = graph.node("Mul", by_itself, graph.node("Sub", graph.constant([[1.0]]), share))
    kernel = graph.node("Add", kept, graph.node("Mul", read(near(away), beside), share))
    said(graph.node("Add", read(away, flat), kernel), known, "scores", "arousal")
    guess = said(graph.node("Add", read(standard, flat), by_itself), None)
    explained = graph.node("MatMul", guess, graph.half(trained.offsets))
    graph.node("Sub", standard, explained, out="residual")
    return graph.finish("emotion", width, {"scores": classes, "arousal": 1, "residual": width}, texts(notes))


def unusual(found: anomaly.Anomaly, notes: dict) -> ModelProto:
    graph = Graph()
    away = graph.node("Sub", graph.standard(found.mean, found.scale), "centre")
    along = graph.node("MatMul", away, graph.constant(found.directions, "directions"))
    square = graph.node("Mul", along, along)
    share = np.full((found.directions.shape[1], 1), 1.0 / found.directions.shape[1])
    graph.node("Sqrt", graph.node("MatMul", square, graph.constant(share)), out="distance")
    return graph.finish("anomaly", len(found.mean), {"distance": 1}, texts(notes))


def texts(notes: dict) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in notes.items()}


def notes_of(trained: model.Model) -> dict:
    """What a runtime must know beside the graph."""
    return {
        "labels": corpus.LABELS,
        "label_threshold": round(trained.label_threshold, 4),
        "arousal_threshold": round(trained.arousal_threshold, 4),
        "prior_clips": reference.PRIOR_CLIPS,
        "remembered_clips": reference.REMEMBERED,
        "features": len(trained.mean),
    }
