"""Answers that stay in a file or a database: the same calls, the same numbers."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres_server import server, why_not

from cxresearch import drivers, kpis, psychometrics, quality, segments, servqual, trends
from cxresearch.errors import AnalysisError, InputError
from cxresearch.results import Result
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study
from cxresearch.study.warehouse.stored import StoredStudy

BOOK = {
    "dimensions": {
        "care": {
            "scale": [1, 7],
            "items": [
                {"key": "i0", "expectation": "E0", "perception": "P0"},
                {"key": "i1", "expectation": "E1", "perception": "P1", "reversed": True},
                {"key": "i2", "expectation": "E2", "perception": "P2"},
            ],
        },
        "speed": {
            "scale": [1, 7],
            "items": [
                {"key": "i3", "expectation": "E3", "perception": "P3"},
                {"key": "i4", "expectation": "E4", "perception": "P4"},
            ],
        },
    },
    "measures": {
        "recommend": {"kind": "nps", "columns": "nps"},
        "satisfaction": {"kind": "csat", "columns": ["sat", "sat2"], "scale": [1, 5]},
    },
}
DESIGNS: dict[str, dict[str, Any]] = {
    "plain": {},
    "weighted": {"weight": "w"},
    "strata": {"weight": "w", "strata": "zone"},
    "clusters": {
        "weight": "w",
        "strata": "zone",
        "cluster": "account",
        "eligible": {"column": "adult", "in": [1]},
    },
}
BY_CHANCE = {
    "conf_low",
    "conf_high",
    "share_low",
    "share_high",
    "rank_low",
    "rank_high",
    "p_first",
    "p_greater",
    "beats_noise",
    "withheld",
    "cv_r_squared",
    "noise",
    "r_squared_low",
    "r_squared_high",
}
BOOT = {"boot_low", "boot_high"}


def answers(n: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "id": np.arange(n),
            "wave": rng.choice([2023, 2024, 2025], n),
            "region": rng.choice(np.array(["North", "South", "West"], dtype=object), n),
            "w": rng.choice([0.5, 1.0, 1.7], n),
            "account": rng.integers(0, 20, n),
            "zone": rng.choice(["a", "b"], n),
            "adult": rng.choice([1, 1, 1, 2], n),
        }
    )

    def rated(middle: float, pull: float, top: int, low: int = 1) -> np.ndarray:
        return np.clip(np.round(middle + pull * mood + rng.normal(size=n)), low, top)

    for i in range(5):
        frame[f"E{i}"], frame[f"P{i}"] = rated(5.8, 0, 7), rated(5, 0.8, 7)
    frame["nps"] = rated(7, 1.5, 10, 0)
    frame["sat"], frame["sat2"] = rated(3.5, 0.7, 5), rated(3.4, 0.7, 5)
    for column in ("E0", "P0", "P3", "nps", "sat", "sat2", "region"):
        frame.loc[rng.random(n) < 0.08, column] = np.nan
    frame.loc[rng.random(n) < 0.05, "P2"] = 99
    frame.loc[rng.random(n) < 0.05, "P4"] = 98
    return frame


def written(folder: Path, frame: pd.DataFrame, **data: Any) -> Path:
    frame.to_parquet(folder / "answers.parquet")
    params = {
        "study": {"name": "stored"},
        "data": {
            "responses": "answers.parquet",
            "id": "id",
            "wave": "wave",
            "segments": ["region"],
            "missing": [99],
            "not_applicable": [98],
            "lonely_psu": "adjust",
            **data,
        },
        "codebook": BOOK,
        "analysis": {
            "n_resamples": 200,
            "drivers": {
                "outcome": "satisfaction",
                "blocks": {"quality": ["care", "i3"], "cost": ["i4"]},
            },
        },
    }
    path = folder / "stored.yml"
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    return path


def same(one: pd.DataFrame, other: pd.DataFrame, but: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    kept = [name for name in one if name not in but]
    pd.testing.assert_frame_equal(
        one[kept], other[kept], rtol=1e-9, atol=1e-9, check_dtype=False, check_exact=False
    )


def told(result: Result, but: tuple[str, ...] = ()) -> list[tuple[str, list[object]]]:
    left = ("kept_in_database", "drivers_counted", *but)
    return sorted(
        (one.code, [round(v, 6) if isinstance(v, float) else v for _, v in one.values])
        for one in result.notes
        if one.code not in left
    )


@pytest.fixture(scope="module", params=list(DESIGNS))
def studies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Study, Study]:
    folder = tmp_path_factory.mktemp(request.param)
    path = written(folder, answers(900), **DESIGNS[request.param])
    return load_study(path), load_study(path, {"data.engine": "database"})


def test_loading_says_the_same(studies: tuple[Study, Study]) -> None:
    memory, stored = studies
    assert stored.n == memory.n
    assert stored.n_eff == pytest.approx(memory.n_eff)
    assert stored.waves == memory.waves
    assert stored.split("region").keys() == memory.split("region").keys()
    assert stored.where(region="North").n == memory.where(region="North").n
    same(memory.flow, stored.flow)
    left = [one for one in stored.notes if one.code != "kept_in_database"]
    assert sorted(map(str, left)) == sorted(map(str, memory.notes))


@pytest.mark.parametrize("by", [None, ["wave", "region"], "segments"])
def test_headline_figures(studies: tuple[Study, Study], by: Any) -> None:
    one, other = (kpis.measure(study, by=by) for study in studies)
    same(one.table, other.table)
    assert told(one) == told(other)


@pytest.mark.parametrize("by", [None, "region"])
def test_gaps(studies: tuple[Study, Study], by: Any) -> None:
    one, other = (servqual.gaps(study, by=by, n_resamples=150) for study in studies)
    same(one.table, other.table, BOOT)
    same(one.items, other.items, BOOT)
    same(one.hotelling, other.hotelling)
    assert told(one) == told(other)
    width = (one.table["boot_high"] - one.table["boot_low"]).mean()
    assert (other.table["boot_high"] - other.table["boot_low"]).mean() == pytest.approx(
        width, rel=0.2
    )


@pytest.mark.parametrize("by", ["segments", ["wave", "region"]])
def test_gaps_of_many_groups(studies: tuple[Study, Study], by: Any) -> None:
    one, other = (servqual.gaps(study, by=by, n_resamples=20) for study in studies)
    same(one.table, other.table, BOOT)
    same(one.items, other.items, BOOT)
    same(one.hotelling, other.hotelling)
    assert told(one) == told(other)


def test_bootstrap_limits_agree_within_chance(studies: tuple[Study, Study]) -> None:
    one, other = (servqual.gaps(study, n_resamples=1500) for study in studies)
    for left, right in ((one.table, other.table), (one.items, other.items)):
        for end in ("boot_low", "boot_high"):
            away = (right[end] - left[end]) / left["std_error"]
            # both ends come from 1,500 draws: a chance of some .07 standard errors each, and
            # Poisson draws of strata vary by what their sizes vary
            assert away.abs().max() < 0.3
        widths = [(side["boot_high"] - side["boot_low"]) for side in (left, right)]
        assert (widths[1] / widths[0]).median() == pytest.approx(1, abs=0.06)


def test_groups_against_the_rest(studies: tuple[Study, Study]) -> None:
    memory, stored = studies
    for by in (None, "region", ["region", "wave"]):
        one, other = (segments.compare(study, by=by) for study in (memory, stored))
        same(one.table, other.table)
        assert told(one) == told(other)
        assert (one.method, one.n) == (other.method, other.n)
    one, other = (segments.compare(study.latest(), measure="recommend") for study in studies)
    same(one.table, other.table)


def test_trends(studies: tuple[Study, Study]) -> None:
    one, other = (trends.compare(study, by="region") for study in studies)
    same(one.table, other.table)
    same(one.waves, other.waves)
    assert told(one) == told(other)
    first, second = (trends.track(study) for study in studies)
    same(first.table, second.table)


def test_reliability(studies: tuple[Study, Study]) -> None:
    one, other = (psychometrics.reliability(study, by="wave") for study in studies)
    same(one.table, other.table)
    same(one.items, other.items)
    assert told(one) == told(other)


@pytest.mark.parametrize("method", ["shapley", "relative_weights"])
def test_drivers(studies: tuple[Study, Study], method: Any) -> None:
    one, other = (drivers.importance(study, method=method) for study in studies)
    for name in ("table", "blocks", "fit", "differences", "dominance", "conditional"):
        same(getattr(one, name), getattr(other, name), BY_CHANCE)
    same(one.diagnostics, other.diagnostics)
    assert told(one, ("nonlinear",)) == told(other)
    widths = [(found.table["conf_high"] - found.table["conf_low"]).sum() for found in (one, other)]
    assert widths[1] == pytest.approx(widths[0], rel=0.25)
    fits = [found.fit.loc[0] for found in (one, other)]
    assert fits[1]["cv_r_squared"] == pytest.approx(fits[0]["cv_r_squared"], abs=0.03)
    assert fits[1]["noise"] == pytest.approx(fits[0]["noise"], rel=0.4)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(n=st.integers(1, 60), seed=st.integers(0, 99), weighted=st.booleans())
def test_small_and_empty_groups(
    tmp_path_factory: pytest.TempPathFactory, n: int, seed: int, weighted: bool
) -> None:
    frame = answers(n, seed)
    frame.loc[frame["region"] == "West", ["nps", "sat", "sat2"]] = np.nan  # nobody answers
    path = written(tmp_path_factory.mktemp("small"), frame, **({"weight": "w"} if weighted else {}))
    memory, stored = load_study(path), load_study(path, {"data.engine": "database"})
    one, other = (kpis.measure(study, by="region") for study in (memory, stored))
    same(one.table, other.table)
    assert told(one) == told(other)
    gaps = [servqual.gaps(study, by="region", n_resamples=20) for study in (memory, stored)]
    same(gaps[0].table, gaps[1].table, BOOT)
    same(gaps[0].hotelling, gaps[1].hotelling)


def test_faults_are_told_as_in_memory(tmp_path: Path) -> None:
    frame = answers(120)
    frame.loc[[3, 5, 8], "P0"] = 9
    frame.loc[7, "id"] = 6
    frame.loc[7, "wave"] = frame.loc[6, "wave"]
    path = written(tmp_path, frame)
    messages = []
    for engine in ("memory", "database"):
        with pytest.raises(InputError) as caught:
            load_study(path, {"data.engine": engine})
        messages.append({fault.what: fault for fault in caught.value.faults})
    assert 'perception "P0" has answers outside its scale 1-7 (1–7)' in messages[1]
    for what, fault in messages[1].items():
        assert "3 of 120 rows" in fault.where or "id" in fault.where
        if what in messages[0]:
            assert messages[0][what].found == fault.found


def test_out_of_range_is_counted(tmp_path: Path) -> None:
    frame = answers(120)
    frame.loc[[3, 5, 8], "P0"] = [9, 9, 0]
    path = written(tmp_path, frame, out_of_range="missing")
    memory, stored = load_study(path), load_study(path, {"data.engine": "database"})
    code = "out_of_range"
    notes = [[str(one) for one in study.notes if one.code == code] for study in (memory, stored)]
    assert len(notes[0]) == 1
    assert notes[0] == notes[1]


def test_what_needs_rows_says_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, answers(200))
    stored = load_study(path, {"data.engine": "database"})
    for analysis in (quality.check, psychometrics.explore):
        with pytest.raises(AnalysisError, match="needs the answers in memory") as caught:
            analysis(stored)
        assert "sample" in caught.value.faults[0].hint
    with pytest.raises(AnalysisError, match="needs the answers in memory"):
        drivers.importance(stored, missing="impute")
    with pytest.raises(InputError, match="memory"):
        load_study(path, {"data.engine": "database", "data.exclude": ["partial"]})
    with pytest.raises(InputError, match="ids"):
        load_study(path, {"data.engine": "database", "data.id": None})


def test_a_sample_is_a_study_in_memory(tmp_path: Path) -> None:
    stored = load_study(written(tmp_path, answers(2000)), {"data.engine": "database"})
    assert isinstance(stored, StoredStudy)
    small, large = stored.sample(300), stored.sample(900)
    assert 200 < small.n < 400
    assert set(small.full["id"]) < set(large.full["id"])
    assert "sampled" in {one.code for one in kpis.measure(large).notes}
    assert stored.where(region="North").sample(900).groups("region") == ("North",)
    again = pickle.loads(pickle.dumps(stored.where(wave=2024)))
    assert again.n == stored.where(wave=2024).n


def test_files_by_wave_and_csv(tmp_path: Path) -> None:
    frame = answers(300)
    path = written(tmp_path, frame)
    sources = []
    for wave in (2023, 2024, 2025):
        part = frame[frame["wave"] == wave].drop(columns="wave").rename(columns={"nps": "q12"})
        part.to_csv(tmp_path / f"{wave}.csv", index=False)
        sources.append({"path": f"{wave}.csv", "wave": wave, "columns": {"nps": "q12"}})
    memory = load_study(path)
    stored = load_study(path, {"data.engine": "database", "data.responses": sources})
    same(kpis.measure(memory, by="wave").table, kpis.measure(stored, by="wave").table)
    one, other = (servqual.gaps(study, n_resamples=20) for study in (memory, stored))
    same(one.table, other.table, BOOT)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if reason := why_not():
        pytest.skip(reason)
    with server() as found:
        yield found


@pytest.mark.parametrize("design", ["plain", "clusters"])
def test_a_real_postgresql_gives_the_same_numbers(url: str, tmp_path: Path, design: str) -> None:
    frame = answers(600)
    path = written(tmp_path, frame, **DESIGNS[design])
    connection = ibis.connect(url)
    connection.create_table(f"answers_{design}", frame)
    connection.disconnect()
    source = {"url": url, "query": f"SELECT * FROM answers_{design}"}
    memory = load_study(path)
    stored = load_study(path, {"data.engine": "database", "data.responses": source})
    same(memory.flow, stored.flow)
    one, other = (kpis.measure(study, by=["wave", "region"]) for study in (memory, stored))
    same(one.table, other.table)
    gaps = [servqual.gaps(study, by="region", n_resamples=20) for study in (memory, stored)]
    same(gaps[0].table, gaps[1].table, BOOT)
    scales = [psychometrics.reliability(study) for study in (memory, stored)]
    same(scales[0].table, scales[1].table)
    waves = [trends.compare(study) for study in (memory, stored)]
    same(waves[0].table, waves[1].table)
    parts = [drivers.importance(study, n_resamples=100) for study in (memory, stored)]
    same(parts[0].table, parts[1].table, BY_CHANCE)
    same(parts[0].diagnostics, parts[1].diagnostics)
    assert isinstance(stored, StoredStudy)
    assert 50 < stored.sample(150).n < 250
