"""Importance of groups whose answers stay in a database: the same numbers, few scans."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ibis.backends.duckdb import Backend
from test_warehouse import BY_CHANCE, DESIGNS, answers, same, told, written

from cxresearch import drivers
from cxresearch.drivers import DriverImportance
from cxresearch.errors import AnalysisError
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

TABLES = ("table", "blocks", "fit", "differences", "dominance", "conditional")
FORMS = [
    ("plain", {"by": "wave"}),
    ("plain", {"by": "segments", "missing": "indicator"}),
    ("strata", {"by": "wave"}),
    ("strata", {"by": ["wave", "region"], "method": "relative_weights"}),
    ("clusters", {"by": "wave"}),
    ("clusters", {"by": "region", "outcome": "recommend:promoters", "model": "linear"}),
]
IN_MEMORY_ONLY = ("nonlinear", "odds_not_parallel")
Pair = tuple[Study, Study]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    frame = answers(900, seed=4)
    frame.loc[frame["region"] == "West", "P3"] = np.nan  # not asked there
    frame.loc[frame["region"] == "South", "P4"] = 98  # nobody there has used it
    frame["region"] = frame["region"].replace("North", "North's \\ 5 % {x}")
    frame.loc[frame["wave"] == 2024, "P1"] = frame["P1"].where(frame["P1"] > 2)
    held = {"analysis.drivers.covariates": ["region", "recommend"]}
    found = {}
    for design in dict(FORMS):
        path = written(tmp_path_factory.mktemp(design), frame, **DESIGNS[design])
        stored = load_study(path, {"data.engine": "database", **held})
        found[design] = load_study(path, held), stored
    return found


def alike(one: DriverImportance, other: DriverImportance) -> None:
    for name in TABLES:
        same(getattr(one, name), getattr(other, name), BY_CHANCE)
    same(one.diagnostics, other.diagnostics)
    assert told(one, IN_MEMORY_ONLY) == told(other)


@pytest.mark.parametrize(("design", "asked"), FORMS, ids=str)
def test_groups_have_the_same_numbers(
    studies: dict[str, Pair], design: str, asked: dict[str, Any]
) -> None:
    one, other = (drivers.importance(study, n_resamples=40, **asked) for study in studies[design])
    alike(one, other)
    assert one.table["estimate"].notna().any()


def test_groups_counted_a_few_at_a_time(
    studies: dict[str, Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = studies["strata"][1]
    one = drivers.importance(stored, n_resamples=20, by="wave")
    monkeypatch.setattr("cxresearch.study.warehouse.cases._NUMBERS", 1)
    other = drivers.importance(stored, n_resamples=20, by="wave")
    same(one.table, other.table)
    same(one.diagnostics, other.diagnostics)


def test_marks_shared_by_the_same_respondents_are_told(tmp_path: Path) -> None:
    frame = answers(400)
    frame["P4"] = frame["P4"].replace(98, 4)
    frame["P3"] = frame["P3"].fillna(3)
    gone = np.arange(400) % 9 == 0
    frame.loc[gone, ["P3", "P4"]] = 98
    path = written(tmp_path, frame)
    one, other = (
        drivers.importance(load_study(path, {"data.engine": engine}), n_resamples=20, by="wave")
        for engine in ("memory", "database")
    )
    alike(one, other)
    assert "same_missing" in {found.code for found in other.notes}


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    asked: list[object] = []
    execute = Backend.execute

    def counting(self: Backend, expr: object, *rest: Any, **more: Any) -> Any:
        asked.append(expr)
        return execute(self, expr, *rest, **more)

    monkeypatch.setattr(Backend, "execute", counting)
    return asked


def test_groups_cost_no_scans_of_their_own(queries: list[object], tmp_path: Path) -> None:
    path = written(tmp_path, answers(600))
    scans = []
    for by in ("wave", ["wave", "region"]):
        stored = load_study(path, {"data.engine": "database"})
        queries.clear()
        found = drivers.importance(stored, n_resamples=20, by=by)
        scans.append(len(queries))
        assert len(found.fit) == (3 if by == "wave" else 9)
    assert max(scans) <= 8


def test_a_driver_that_never_varies_leaves_alone(tmp_path: Path) -> None:
    frame = answers(500)
    frame.loc[frame["wave"] == 2025, "P4"] = 4
    frame.loc[frame["wave"] == 2023, ["sat", "sat2"]] = 3
    path = written(tmp_path, frame, weight="w")
    one, other = (
        drivers.importance(load_study(path, {"data.engine": engine}), n_resamples=20, by="wave")
        for engine in ("memory", "database")
    )
    alike(one, other)
    reasons = dict(zip(other.table["wave"], other.table["reason"], strict=True))
    assert reasons["2025"] == "constant"
    assert reasons["2023"] == "outcome_constant"


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "ordered"},
        {"outcome": "recommend:promoters"},
        {"missing": "impute"},
        {"missing": "pairwise"},
    ],
    ids=lambda one: str(next(iter(one.values()))),
)
def test_what_needs_rows_names_the_sample(asked: dict[str, Any], tmp_path: Path) -> None:
    stored = load_study(written(tmp_path, answers(200)), {"data.engine": "database"})
    with pytest.raises(AnalysisError, match=r"study\.sample"):
        drivers.importance(stored, **asked)
    sampled = drivers.importance(stored.sample(200), n_resamples=20, **asked)  # type: ignore[attr-defined]
    assert isinstance(sampled.table, pd.DataFrame)


@pytest.mark.parametrize("analysis", [drivers.asymmetry, drivers.priorities, drivers.moves])
def test_other_analyses_of_drivers_name_the_sample(analysis: Any, tmp_path: Path) -> None:
    stored = load_study(written(tmp_path, answers(200)), {"data.engine": "database"})
    with pytest.raises(AnalysisError, match=r"study\.sample"):
        analysis(stored)
