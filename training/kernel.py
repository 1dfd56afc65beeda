"""Regression over a few hundred landmarks: how near a row lies to each of them, and what that says of its class.

A row is laid along the directions in which clips differ most; its nearness to a landmark is exp(-half the squared distance). Directions
and landmarks are rounded to fifteen steps before the weights are solved for, so nothing is lost when they are stored in four bits each."""

from dataclasses import dataclass

import numpy as np

STIFFEST = 1e-4
"""Share of the largest eigenvalue under which a direction among the landmarks is left out: sums stay small enough for 32 bits."""


STEPS = 7
WIDEST = 3.0
"""Deviations of a column that its outermost step stands for."""


@dataclass(frozen=True)
class Rounded:
    """A matrix as whole numbers of -7 to 7 and a scale a column."""

    whole: np.ndarray
    scale: np.ndarray

    def values(self) -> np.ndarray:
        return self.whole.astype(np.float32) * self.scale

    def packed(self) -> np.ndarray:
        """Two numbers a byte, each eight more than it is: the left half of the columns low, the right half high."""
        left, right = np.split((self.whole + 8).astype(np.uint8), 2, axis=1)
        return left + 16 * right


def rounded(matrix: np.ndarray) -> Rounded:
    scale = (matrix.std(axis=0, keepdims=True) * WIDEST / STEPS + 1e-12).astype(np.float32)
    return Rounded(np.clip(np.round(matrix / scale), -STEPS, STEPS).astype(np.int8), scale)


@dataclass(frozen=True)
class Basis:
    """`directions` (width, d) hold the kernel's width already; `landmarks` (d, m) stand in columns; `offset` (m,) is minus half
    their squared length."""

    directions: Rounded
    landmarks: Rounded
    offset: np.ndarray

    def near(self, rows: np.ndarray) -> np.ndarray:
        """0 to 1 a row and landmark."""
        along = rows @ self.directions.values()
        half = 0.5 * (along * along).sum(axis=1, keepdims=True)
        return np.exp(along @ self.landmarks.values() + self.offset - half)


def basis_of(rows: np.ndarray, share: np.ndarray, count: int, directions: int, width: float, rng: np.random.Generator) -> Basis:
    """`count` landmarks drawn from the rows by their share."""
    away = rows - rows.mean(axis=0)
    values, vectors = np.linalg.eigh((away.T @ away / len(rows)).astype(np.float64))
    best = np.argsort(-values)[:directions]
    vectors = vectors[:, best] * np.sign(vectors[:, best].sum(axis=0) + 1e-12)
    along = rounded((vectors * np.sqrt(width / values[best].sum())).astype(np.float32))
    at = rng.choice(len(rows), min(count, len(rows) // 4 * 2), replace=False, p=share / share.sum())
    landmarks = rounded(np.ascontiguousarray((rows[at] @ along.values()).T))
    return Basis(along, landmarks, (-0.5 * (landmarks.values() ** 2).sum(axis=0)).astype(np.float32))


def spanned(basis: Basis) -> np.ndarray:
    """Landmarks to independent directions among them, shape (m, r)."""
    landmarks = basis.landmarks.values().astype(np.float64)
    near = np.exp(landmarks.T @ landmarks + basis.offset[:, None] + basis.offset[None, :])
    values, vectors = np.linalg.eigh(near)
    keep = values > STIFFEST * values[-1]
    return vectors[:, keep] / np.sqrt(values[keep])


def solved(basis: Basis, to: np.ndarray, rows: np.ndarray, goals: np.ndarray, weight: np.ndarray, penalty: float) -> dict[str, np.ndarray]:
    """Weights of least weighted square error with a penalty: `out` (m, columns) and `b` (columns,). `to` is `spanned(basis)`."""
    seen = np.column_stack([basis.near(rows) @ to.astype(np.float32), np.ones(len(rows), np.float32)])
    heavy = seen * (weight / weight.sum())[:, None]
    square = (heavy.T @ seen).astype(np.float64)
    square[np.diag_indices(len(square) - 1)] += penalty
    found = np.linalg.solve(square, (heavy.T @ goals).astype(np.float64))
    return {"out": (to @ found[:-1]).astype(np.float32), "b": found[-1].astype(np.float32)}
