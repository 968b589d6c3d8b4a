"""Which cell of which matrix is which parameter: identification, and what groups share.

Per group: loadings (items by factors), factor covariances, residual covariances, intercepts and
factor means. A cell is a place in one of them; cells with the same parameter are held equal.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np

from cxresearch.errors import did_you_mean
from cxresearch.stats.cfa.model import Group, Model, fault

Part = Literal["loading", "covariance", "residual", "intercept", "mean"]
Shared = Literal["loadings", "intercepts"]
Identification = Literal["marker", "unit"]
Release = tuple[Literal["loading", "intercept"], Hashable]

_PARTS: tuple[Part, ...] = ("loading", "covariance", "residual", "intercept", "mean")


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a matrix of a group; `parameter` is None where the cell is fixed."""

    group: int
    part: Part
    row: int
    col: int
    parameter: int | None
    value: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """The cells of a group as places in its matrices laid one after the other.

    Attributes
    ----------
    at : array of int
        The place of every cell.
    mirror, mirrored : array of int
        The places across the diagonal, and the cells that stand there, too.
    free, parameter : array of int
        The cells that are free, and which parameter each of them is.
    fixed : array
        The value of every cell that is not free; zero for the others.
    """

    at: np.ndarray
    mirror: np.ndarray
    mirrored: np.ndarray
    free: np.ndarray
    parameter: np.ndarray
    fixed: np.ndarray

    @classmethod
    def of(cls, cells: Sequence[Cell], p: int, q: int) -> Places:
        """Return the places of these cells, of p items and q factors."""
        begin = dict(zip(_PARTS, np.cumsum([0, p * q, q * q, p * p, p]).tolist(), strict=True))
        width = {"loading": q, "covariance": q, "residual": p, "intercept": 1, "mean": 1}
        at = [begin[one.part] + one.row * width[one.part] + one.col for one in cells]
        across = [
            (begin[one.part] + one.col * width[one.part] + one.row, a)
            for a, one in enumerate(cells)
            if one.part in ("covariance", "residual")
        ]
        free = [(a, one.parameter) for a, one in enumerate(cells) if one.parameter is not None]
        mirrors = np.array(across, dtype=np.intp).reshape(-1, 2)
        parameters = np.array(free, dtype=np.intp).reshape(-1, 2)
        return cls(
            at=np.array(at, dtype=np.intp),
            mirror=mirrors[:, 0],
            mirrored=mirrors[:, 1],
            free=parameters[:, 0],
            parameter=parameters[:, 1],
            fixed=np.array([one.value if one.parameter is None else 0.0 for one in cells]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All cells that are not zero, the number of free parameters, and what is held equal."""

    model: Model
    by_group: tuple[tuple[Cell, ...], ...]
    n_parameters: int
    identification: Identification
    equal: tuple[Shared, ...]
    released: tuple[Release, ...]
    with_means: bool
    places: tuple[Places, ...] = field(repr=False, compare=False)

    @property
    def n_items(self) -> int:
        """Items of the model."""
        return len(self.model.items)

    @property
    def n_groups(self) -> int:
        """Groups of respondents."""
        return len(self.by_group)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, group after group."""
        return tuple(cell for cells in self.by_group for cell in cells)

    def of(self, group: int) -> tuple[Cell, ...]:
        """Return the cells of one group."""
        return self.by_group[group]

    def free(self, group: int) -> tuple[np.ndarray, np.ndarray]:
        """Return which cells of a group are free, and which parameter each of them is."""
        return self.places[group].free, self.places[group].parameter

    def matrices(self, x: np.ndarray, group: int) -> Matrices:
        """Return the matrices of one group at these parameters."""
        p, q = self.n_items, len(self.model.names)
        places = self.places[group]
        values = places.fixed.astype(x.dtype)
        values[places.free] = x[places.parameter]
        flat = np.zeros(p * q + q * q + p * p + p + q, x.dtype)
        flat[places.at] = values
        flat[places.mirror] = values[places.mirrored]
        L, P, T, intercepts, means = np.split(flat, np.cumsum([p * q, q * q, p * p, p]))
        return Matrices(L.reshape(p, q), P.reshape(q, q), T.reshape(p, p), intercepts, means)


@dataclass(frozen=True, slots=True)
class Matrices:
    """Loadings L, factor covariances P, residual covariances T, intercepts, factor means."""

    L: np.ndarray
    P: np.ndarray
    T: np.ndarray
    intercepts: np.ndarray
    means: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """Covariances of the items that the model implies."""
        return np.asarray(self.L @ self.P @ self.L.T + self.T)

    @property
    def mean(self) -> np.ndarray:
        """Means of the items that the model implies."""
        return np.asarray(self.intercepts + self.L @ self.means)

    def of(self, places: Places) -> np.ndarray:
        """Return the values of a group's cells."""
        parts = (self.L, self.P, self.T, self.intercepts, self.means)
        return np.asarray(np.concatenate([part.ravel() for part in parts])[places.at])


def lay_out(
    model: Model,
    n_groups: int,
    *,
    equal: Sequence[Shared] = (),
    released: Iterable[Release] = (),
    identification: Identification = "marker",
    with_means: bool = False,
) -> Layout:
    """Return the cells of a model in several groups.

    Marker: the first item of a factor has loading one. Unit: a factor has variance one, in later
    groups only where loadings are not held equal. Factor means are zero in the first group, and
    free in later ones where intercepts are held equal.
    """
    equal, released = tuple(dict.fromkeys(equal)), tuple(dict.fromkeys(released))
    _sensible(model, equal, released)
    items, names = model.items, model.names
    known: dict[tuple[object, ...], int] = {}
    cells: list[Cell] = []

    def add(group: int, part: Part, row: int, col: int, shared: bool) -> None:
        key = (part, row, col, None if shared else group)
        cells.append(Cell(group, part, row, col, known.setdefault(key, len(known))))

    for g in range(n_groups):
        for j, name in enumerate(names):
            for item in model.factors[name]:
                i = items.index(item)
                if identification == "marker" and item == model.factors[name][0]:
                    cells.append(Cell(g, "loading", i, j, None, 1.0))
                else:
                    add(
                        g,
                        "loading",
                        i,
                        j,
                        "loadings" in equal and ("loading", item) not in released,
                    )
        for j in range(len(names)):
            if identification == "unit" and (g == 0 or "loadings" not in equal):
                cells.append(Cell(g, "covariance", j, j, None, 1.0))
            else:
                add(g, "covariance", j, j, False)
        for j, k in combinations(range(len(names)), 2):
            add(g, "covariance", k, j, False)
        for i in range(len(items)):
            add(g, "residual", i, i, False)
        for one, other in model.residual_covariances:
            add(g, "residual", items.index(one), items.index(other), False)
        if with_means:
            for i, item in enumerate(items):
                free = "intercepts" not in equal or ("intercept", item) in released
                add(g, "intercept", i, 0, not free)
            if g > 0 and "intercepts" in equal:
                for j in range(len(names)):
                    add(g, "mean", j, 0, False)
    by_group = tuple(tuple(cell for cell in cells if cell.group == g) for g in range(n_groups))
    return Layout(
        model=model,
        by_group=by_group,
        n_parameters=len(known),
        identification=identification,
        equal=equal,
        released=released,
        with_means=with_means,
        places=tuple(Places.of(own, len(items), len(names)) for own in by_group),
    )


def start(layout: Layout, groups: Sequence[Group]) -> np.ndarray:
    """Return first values of the parameters: each factor from its own items alone."""
    total, count = np.zeros(layout.n_parameters), np.zeros(layout.n_parameters)
    for g, group in enumerate(groups):
        places = layout.places[g]
        total[places.parameter] += _first(layout, group).of(places)[places.free]
        count[places.parameter] += 1
    return np.asarray(total / count)


def to_marker(layout: Layout, unit: Layout, x: np.ndarray) -> np.ndarray:
    """Return the parameters of the marker layout that say the same as those of the unit layout."""
    out = np.zeros(layout.n_parameters)
    model = layout.model
    rows = [model.items.index(items[0]) for items in model.factors.values()]
    for g in range(layout.n_groups):
        found = unit.matrices(x, g)
        marker = found.L[rows, np.arange(len(rows))]
        marker = np.where(np.abs(marker) < 1e-8, 1e-8, marker)
        turned = Matrices(
            found.L / marker,
            found.P * np.outer(marker, marker),
            found.T,
            found.intercepts,
            found.means * marker,
        )
        places = layout.places[g]
        out[places.parameter] = turned.of(places)[places.free]
    return out


def scales(layout: Layout, groups: Sequence[Group]) -> np.ndarray:
    """Return the unit of each parameter, so that all are searched on a like scale."""
    variance = np.mean([np.diag(group.S) for group in groups], axis=0)
    item = np.sqrt(variance)
    model = layout.model
    factor = np.ones(len(model.names))
    if layout.identification == "marker":
        markers = [model.items.index(items[0]) for items in model.factors.values()]
        factor = item[markers]
    unit = np.ones(layout.n_parameters)
    for cell in layout.cells:
        if cell.parameter is not None:
            unit[cell.parameter] = {
                "loading": lambda c: item[c.row] / factor[c.col],
                "covariance": lambda c: factor[c.row] * factor[c.col],
                "residual": lambda c: item[c.row] * item[c.col],
                "intercept": lambda c: item[c.row],
                "mean": lambda c: factor[c.row],
            }[cell.part](cell)
    return unit


def _first(layout: Layout, group: Group) -> Matrices:
    """Rough matrices of one group: first principal axis of each factor's items."""
    model = layout.model
    p, q = layout.n_items, len(model.names)
    scale = np.sqrt(np.diag(group.S))
    R = group.S / np.outer(scale, scale)
    L, composite = np.zeros((p, q)), np.zeros((p, q))
    for j, items in enumerate(model.factors.values()):
        block = [model.items.index(item) for item in items]
        values, vectors = np.linalg.eigh(R[np.ix_(block, block)])
        axis = vectors[:, -1] * (1.0 if vectors[:, -1].sum() >= 0 else -1.0)
        k = len(block)
        shared = max((values[-1] - 1) / max(k - 1, 1), 0.1) if k > 1 else 0.5
        L[block, j] = axis * np.sqrt(k * shared)
        composite[block, j] = axis
    C = composite.T @ R @ composite
    spread = np.sqrt(np.diag(C))
    P = np.clip(C / np.outer(spread, spread), -0.8, 0.8)
    np.fill_diagonal(P, 1.0)
    T = np.diag(np.clip(1 - (L**2).sum(axis=1), 0.2, 0.95) * scale**2)
    L = L * scale[:, None]
    if layout.identification == "marker":
        rows = [model.items.index(items[0]) for items in model.factors.values()]
        marker = L[rows, np.arange(q)]
        floor = 0.2 * scale[rows]
        marker = np.where(np.abs(marker) < floor, np.copysign(floor, marker), marker)
        L, P = L / marker, P * np.outer(marker, marker)
    return Matrices(L, P, T, group.m, np.zeros(q))


def _sensible(model: Model, equal: tuple[Shared, ...], released: tuple[Release, ...]) -> None:
    strange = [one for one in equal if one not in ("loadings", "intercepts")]
    if strange:
        raise fault(
            f'"{strange[0]}" cannot be held equal',
            hint=did_you_mean(strange[0], ("loadings", "intercepts")),
        )
    if "intercepts" in equal and "loadings" not in equal:
        raise fault("equal intercepts mean nothing without equal loadings")
    for part, item in released:
        if item not in model.items or f"{part}s" not in equal:
            raise fault(
                f"cannot release {part} of {item}: it is not held equal",
                hint=did_you_mean(item, model.items),
            )
