"""Psychometrics of a study: the planted example, small frames, bases and what is refused."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxresearch import psychometrics
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError, StatisticsError
from cxresearch.stats import cfa, factors
from cxresearch.stats import reliability as coefficients
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

DIMENSIONS = ["tangibles", "reliability", "responsiveness", "assurance", "empathy"]


@pytest.fixture(scope="module")
def example(root: Path) -> Study:
    return load_study(root / "params" / "example.yml")


def made(n: int = 240, *, points: int = 7, seed: int = 3, **more: Any) -> Study:
    """Two dimensions of three items, correlated .4, and a pair of another side."""
    rng = np.random.default_rng(seed)
    own = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], n)
    hidden = np.repeat(own, 3, axis=1) * 0.8 + rng.standard_normal((n, 6)) * 0.6
    cuts = np.linspace(-1.8, 1.8, points - 1)
    frame = pd.DataFrame(np.digitize(hidden, cuts) + 1.0, columns=[f"p{j}" for j in range(1, 7)])
    frame["e1"], frame["e2"] = frame["p1"], frame["p2"]
    frame["group"] = np.where(np.arange(n) % 2 == 0, "a", "b")
    frame["w"] = np.where(np.arange(n) % 3 == 0, 2.0, 1.0)
    frame = frame.assign(**more.pop("columns", {}))
    scale = [1, points]
    book = {
        "dimensions": {
            "care": {
                "scale": scale,
                "items": [
                    {"key": "kind", "perception": "p1", "expectation": "e1"},
                    {"key": "warm", "perception": "p2", "expectation": "e2"},
                    {"key": "fair", "perception": "p3"},
                ],
            },
            "pace": {"scale": scale, "perception": ["p4", "p5", "p6"]},
        }
    }
    return Study.from_frame(frame, book, segments=["group"], **more)


class TestReliability:
    def test_is_that_of_the_complete_rows(self) -> None:
        study = made()
        row = psychometrics.reliability(study).table.iloc[0]
        cov = study.frame[["p1", "p2", "p3"]].cov()
        assert row["alpha"] == pytest.approx(coefficients.alpha(cov))
        assert row["omega_total"] == pytest.approx(coefficients.omega_total(cov))
        assert row["ave"] == pytest.approx(coefficients.composite(cov).ave)
        assert row["alpha_conf_low"] < row["alpha"] < row["alpha_conf_high"]

    def test_two_items_have_alpha_only(self) -> None:
        table = psychometrics.reliability(made()).table.set_index(["scale", "battery"])
        row = table.loc[("care", "expectation")]
        assert row["n_items"] == 2
        assert row["alpha"] > 0.5
        assert np.isnan(row["omega_total"])
        assert list(table.index) == [
            ("care", "perception"),
            ("care", "expectation"),
            ("pace", "perception"),
        ]

    def test_equal_weights_change_nothing(self) -> None:
        plain = psychometrics.reliability(made()).table
        ones = psychometrics.reliability(made(weight="one", columns={"one": 2.0})).table
        pd.testing.assert_frame_equal(plain, ones, check_dtype=False)

    def test_weights_count(self) -> None:
        study = made(weight="w")
        row = psychometrics.reliability(study).table.iloc[0]
        assert row["n_eff"] < row["n"] == 240
        assert row["alpha"] != psychometrics.reliability(made()).table.loc[0, "alpha"]

    def test_items(self) -> None:
        items = psychometrics.reliability(made()).items
        assert items["item"].tolist()[:3] == ["kind", "warm", "fair"]
        assert items["item_rest_r"].between(0.3, 1).all()

    def test_by_group(self) -> None:
        table = psychometrics.reliability(made(), by="group").table
        assert table.columns[0] == "group"
        assert table["n"].tolist() == [120] * 6

    def test_a_small_base_is_withheld(self) -> None:
        table = psychometrics.reliability(made(8)).table
        assert table["suppressed"].all()
        assert table["alpha"].isna().all()
        assert (table["reason"] == "small_base").all()

    def test_an_item_that_never_varies_is_named(self) -> None:
        found = psychometrics.reliability(made(columns={"p2": 4.0}))
        row = found.table.iloc[0]
        assert row["reason"] == "constant"
        assert any(one.code == "constant_item" for one in found.notes)
        assert not found.table.iloc[2]["suppressed"]

    def test_no_scale(self) -> None:
        study = Study.from_frame(
            pd.DataFrame({"q": [1, 2, 3]}),
            {"measures": {"sat": {"kind": "csat", "columns": "q", "scale": [1, 5]}}},
        )
        with pytest.raises(AnalysisError, match="no scale has two items"):
            psychometrics.reliability(study)


class TestExploring:
    def test_the_planted_dimensions_come_out(self, example: Study) -> None:
        number = psychometrics.n_factors(example)
        assert number.n_retained == number.n_dimensions == number.n_map == 5
        found = psychometrics.explore(example)
        assert found.factors["dimension"].tolist() == DIMENSIONS
        assert (found.factors["congruence"] > 0.95).all()
        assert not found.table[["weak", "crossing", "low_communality", "elsewhere"]].any(axis=None)
        assert found.fit.loc[0, "rmsea"] < 0.03
        assert len(found.scores) == found.n * 5
        assert found.pattern.shape == (22, 5)

    def test_factorability(self) -> None:
        study = made()
        found = psychometrics.factorability(study)
        corr = study.frame[[f"p{j}" for j in range(1, 7)]].corr()
        assert found.kmo == pytest.approx(factors.kmo(corr).overall)
        assert found.bartlett["statistic"] == pytest.approx(factors.bartlett(corr, 240).statistic)
        assert found.table["msa_kmo"].tolist() == pytest.approx(factors.kmo(corr).items.tolist())
        assert found.summary.loc[0, "band"] == factors.kmo(corr).band

    def test_seed_and_stream(self) -> None:
        study = made()
        one, two = (psychometrics.n_factors(study).table for _ in range(2))
        pd.testing.assert_frame_equal(one, two)
        other = psychometrics.n_factors(study, seed=1).table
        assert not one["threshold"].equals(other["threshold"])

    def test_coarse_answers_are_polychoric(self) -> None:
        found = psychometrics.explore(made(points=4), n_factors=2)
        told = next(one for one in found.notes if one.code == "correlation_type")
        assert told["kind"] == "polychoric"
        assert found.factors["dimension"].tolist() == ["care", "pace"]
        assert (found.table["loading"] > 0.6).all()

    def test_a_wrong_number_of_factors_is_told_not_refused(self) -> None:
        found = psychometrics.explore(made(), n_factors=1)
        assert len(found.factors) == 1
        assert found.phi.empty

    def test_a_misplaced_item_is_flagged(self) -> None:
        study = made()
        moved = study.frame.assign(p3=study.frame["p5"])
        book = {
            "dimensions": {
                "care": {"scale": [1, 7], "perception": ["p1", "p2", "p3", "p0"]},
                "pace": {"scale": [1, 7], "perception": ["p4", "p6", "p7"]},
            }
        }
        rng = np.random.default_rng(1)
        noisy = (moved[["p3", "p4", "p1"]] + rng.integers(-1, 2, (240, 3))).clip(1, 7)
        moved["p3"], moved["p7"], moved["p0"] = noisy["p3"], noisy["p4"], noisy["p1"]
        found = psychometrics.explore(Study.from_frame(moved, book), n_factors=2).table
        assert found.loc[found["elsewhere"], "item"].tolist() == [found["item"].iloc[2]]

    def test_too_few_respondents_make_an_empty_result(self) -> None:
        few = made(9)
        for call in (
            psychometrics.factorability,
            psychometrics.n_factors,
            psychometrics.explore,
            psychometrics.confirm,
        ):
            found = call(few)
            assert found.table.empty
            assert found.notes[0].code == "too_few_for_factors"

    def test_a_side_that_does_not_exist(self) -> None:
        with pytest.raises(AnalysisError, match='no battery "desired"'):
            psychometrics.explore(made(), battery="desired")


class TestConfirming:
    def test_the_planted_model_fits(self, example: Study) -> None:
        found = psychometrics.confirm(example, n_resamples=200)
        fit = found.fit.iloc[0]
        assert fit["df"] == 199
        assert fit["cfi"] > 0.99
        assert fit["srmr"] < 0.03
        assert (found.validity["ave"] > 0.5).all()
        assert found.validity["fornell_larcker"].all()
        assert found.htmt["distinct"].all()
        assert (found.htmt["htmt_low"] < found.htmt["htmt"]).all()
        assert len(found.htmt) == 10

    def test_it_is_the_model_of_the_statistics_floor(self) -> None:
        study = made()
        cov = study.frame[[f"p{j}" for j in range(1, 7)]].cov()
        lists = {"care": ["p1", "p2", "p3"], "pace": ["p4", "p5", "p6"]}
        expected = cfa.fit(lists, cfa.Moments(cov=cov, n=240))
        found = psychometrics.confirm(study, n_resamples=100)
        assert found.fit.loc[0, "chi2"] == pytest.approx(expected.fit.chi2)
        np.testing.assert_allclose(
            found.loadings["loading"], expected.loadings().sum(axis=1), atol=1e-9
        )

    def test_a_model_of_ones_own(self) -> None:
        everything = [*made().codebook.items]
        one = psychometrics.confirm(made(), model={"service": everything}, n_resamples=100)
        two = psychometrics.confirm(made(), n_resamples=100)
        assert one.fit.loc[0, "df"] == 9
        assert one.fit.loc[0, "cfi"] < two.fit.loc[0, "cfi"] - 0.1
        assert one.htmt.empty

    def test_an_unknown_item(self) -> None:
        with pytest.raises(AnalysisError, match='did you mean "kind"'):
            psychometrics.confirm(made(), model={"care": ["kindd", "warm"]})

    def test_a_dimension_of_one_item_is_left_out(self) -> None:
        items = [*made().codebook.items]
        lists = {"care": items[:3], "pace": items[3:5], "last": items[5:]}
        found = psychometrics.confirm(made(), model=lists, n_resamples=100)
        assert found.validity["dimension"].tolist() == ["care", "pace"]
        assert any(one.code == "single_item" for one in found.notes)


class TestComparing:
    def test_waves_of_the_example_may_be_compared(self, example: Study) -> None:
        latest = example.where(wave=["2024 H1", "2024 H2"])
        found = psychometrics.invariance(latest, across="wave")
        assert found.table["step"].tolist() == ["configural", "metric", "scalar"]
        assert found.table["holds"].all()
        assert found.gate == "means"
        assert found.means["dimension"].tolist() == DIMENSIONS

    def test_a_question_read_otherwise_is_released(self) -> None:
        rng = np.random.default_rng(5)
        study = made(600)
        frame = study.frame
        second = (frame["group"] == "b").to_numpy()
        frame["p2"] = (frame["p2"] - np.where(second, 1 + (rng.random(600) < 0.3), 0)).clip(1, 7)
        moved = Study.from_frame(frame, study.codebook, segments=["group"])
        found = psychometrics.invariance(moved, across="group")
        assert found.released.to_numpy().tolist() == [["intercept", "warm"]]
        assert found.table["n_freed"].tolist() == [0, 0, 0, 1]
        assert found.gate == "means"

    def test_small_groups_cannot_tell(self) -> None:
        found = psychometrics.invariance(made(120), across="group")
        assert found.gate == "small_groups"
        assert any(one.code == "group_small" for one in found.notes)

    def test_one_group_is_not_enough(self) -> None:
        with pytest.raises(AnalysisError, match="fewer than two groups"):
            psychometrics.invariance(made().where(group="a"), across="group")


def test_every_column_is_in_the_glossary() -> None:
    study = made()
    results = [
        psychometrics.reliability(study),
        psychometrics.factorability(study),
        psychometrics.n_factors(study),
        psychometrics.explore(study),
        psychometrics.confirm(study, n_resamples=100),
        psychometrics.invariance(study, across="group"),
    ]
    for result in results:
        for frame in result.frames().values():
            assert set(frame.columns) <= set(GLOSSARY)
            assert isinstance(frame.index, pd.RangeIndex)
            codes = [one for one in frame if GLOSSARY[one].form == "code"]
            words = frame[codes].map(lambda cell: isinstance(cell, str) and " " in cell)
            assert not words.any(axis=None)
        assert pickle.loads(pickle.dumps(result)).n == result.n


def test_items_that_repeat_each_other_are_refused_by_the_model() -> None:
    study = made()
    frame = study.frame
    frame["p2"] = frame["p1"]
    frame["e2"] = frame["p1"]
    twin = Study.from_frame(frame, study.codebook)
    with pytest.raises(StatisticsError, match="positive definite"):
        psychometrics.confirm(twin)
    assert any(
        one.code == "correlations_smoothed" for one in psychometrics.factorability(twin).notes
    )
