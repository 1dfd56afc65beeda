"""The models as ONNX: dense layers and standardisation only, so that any runtime has them."""

import json

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from . import anomaly, corpus, model, reference

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


def folded(trained: model.Model) -> tuple[list[dict], dict]:
    """The networks' last layers and the linear part with the halving, the mean over networks and the temperatures in them."""
    hot = np.array([trained.temperature] * len(corpus.LABELS) + [trained.arousal_temperature], np.float32)
    share = 0.5 / len(trained.nets)
    nets = [{**net.weights, "out": net.weights["out"] * share / hot, "b3": net.weights["b3"] * share / hot} for net in trained.nets]
    return nets, {key: value * 0.5 / hot for key, value in trained.linear.weights.items()}


def emotion(trained: model.Model, notes: dict) -> ModelProto:
    graph = Graph()
    nets, linear = folded(trained)
    classes = len(corpus.LABELS)
    bias = sum(net["b3"] for net in nets) + linear["b"]
    layers = [[graph.constant(net[key]) for key in ("first", "b1", "second", "b2")] for net in nets]
    heads = {
        part: ([graph.constant(net["out"][:, of]) for net in nets], graph.constant(linear["out"][:, of]), graph.constant(bias[of]))
        for part, of in (("scores", slice(0, classes)), ("arousal", slice(classes, None)))
    }

    def deep(away: str) -> list[str]:
        return [
            graph.node("Relu", graph.dense(graph.node("Relu", graph.dense(away, first, b1)), second, b2))
            for first, b1, second, b2 in layers
        ]

    def head(part: str, away: str, hidden: list[str]) -> str:
        outs, flat, bias = heads[part]
        total = graph.dense(away, flat, bias)
        for value, weight in zip(hidden, outs):
            total = graph.node("Add", total, graph.node("MatMul", value, weight))
        return total

    standard = graph.standard(trained.mean, trained.scale)
    away = graph.node("Sub", standard, "centre")
    hidden = deep(away)
    graph.node("Softmax", head("scores", away, hidden), out="scores", axis=1)
    graph.node("Sigmoid", head("arousal", away, hidden), out="arousal")
    guess = graph.node("Softmax", head("scores", standard, deep(standard)), axis=1)
    explained = graph.node("MatMul", guess, graph.constant(trained.offsets, "offsets"))
    graph.node("Sub", standard, explained, out="residual")
    width = len(trained.mean)
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
