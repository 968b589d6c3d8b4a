"""Change at a fixed mix against known answers; parts without answers; service points."""

import numpy as np
import pandas as pd
import pytest
from known_answers import csat, study, survey
from waves_of import N10, S10, answers, close, codes

from cxresearch import findings, trends
from cxresearch.errors import AnalysisError
from cxresearch.stats.mixed import random_intercept
from cxresearch.study.study import Study

BOOK = {"measures": {"s": csat("S", top_box=1)}}
HALF = {"A": 0.5, "B": 0.5}


def parts(*cells):
    """Answers of cells given as (wave, part, satisfied, n)."""
    frames = [
        pd.DataFrame({"wave": wave, "half": part, "S": [5] * yes + [1] * (n - yes)})
        for wave, part, yes, n in cells
    ]
    return pd.concat(frames, ignore_index=True)


KNOWN = parts(("1", "A", 160, 200), ("1", "B", 60, 100), ("2", "A", 82, 100), ("2", "B", 126, 200))


def of(frame, **more):
    return Study.from_frame(frame, BOOK, wave="wave", segments=["half"], **more)


def previous(result):
    table = result.table[result.table["contrast"] == "previous"]
    assert len(table) == 1
    return table.iloc[0]


def test_known_mix():
    result = trends.mix_adjusted(of(KNOWN), by="half", mix=HALF)
    row = previous(result)
    close(row[["raw", "estimate", "mix_effect"]], [-0.04, 0.025, -0.065])
    close(row["std_error"], 0.0382149)
    assert "mix_moved" in codes(result)


def test_effects_sum_to_the_raw_change_and_the_raw_change_is_that_of_compare():
    one = of(KNOWN)
    row = previous(trends.mix_adjusted(one))
    close(row["estimate"] + row["mix_effect"], row["raw"])
    compared = trends.compare(one).table.iloc[0]
    close(row[["raw", "raw_se"]], compared[["estimate", "std_error"]])


def test_standard_errors_by_simulation():
    """Sampling the two waves again: the spread of change, adjusted change and mix effect."""
    row = previous(trends.mix_adjusted(of(KNOWN)))
    rng = np.random.default_rng(3)
    draws = []
    for _ in range(4000):
        waves = []
        for p, y in ((2 / 3, (0.8, 0.6)), (1 / 3, (0.82, 0.63))):
            a = rng.binomial(300, p)
            found = rng.binomial([a, 300 - a], y) / [a, 300 - a]
            waves.append((np.array([a, 300 - a]) / 300, found))
        (p1, y1), (p2, y2) = waves
        raw, adjusted = p2 @ y2 - p1 @ y1, p1 @ (y2 - y1)
        draws.append((raw, adjusted, raw - adjusted))
    spread = np.std(draws, axis=0)
    found = row[["raw_se", "std_error", "mix_effect_se"]].to_numpy(float)
    np.testing.assert_allclose(found, spread, rtol=0.05)


def test_a_design_of_equal_weights_says_nearly_the_same():
    plain = previous(trends.mix_adjusted(of(KNOWN), by="half", mix=HALF))
    weighted = previous(trends.mix_adjusted(of(KNOWN.assign(w=1.0), weight="w"), mix=HALF))
    close(weighted[["raw", "estimate", "mix_effect"]], plain[["raw", "estimate", "mix_effect"]])
    columns = ["raw_se", "std_error", "mix_effect_se"]
    np.testing.assert_allclose(
        weighted[columns].astype(float), plain[columns].astype(float), rtol=0.01
    )


def test_the_same_mix_has_no_effect():
    frame = parts(
        ("1", "A", 80, 100), ("1", "B", 60, 100), ("2", "A", 82, 100), ("2", "B", 63, 100)
    )
    row = previous(trends.mix_adjusted(of(frame)))
    close(row["mix_effect"], 0)
    close(row["estimate"], row["raw"])


def test_a_part_without_answers_leaves_the_adjusted_change_out():
    frame = KNOWN[~((KNOWN["wave"] == "2") & (KNOWN["half"] == "B"))]
    result = trends.mix_adjusted(of(frame))
    row = previous(result)
    assert row["reason"] == "empty_stratum"
    assert np.isnan(row["estimate"])
    assert np.isnan(row["mix_effect"])
    assert np.isfinite(row[["raw", "raw_se"]].astype(float)).all()
    assert "empty_stratum" in codes(result)


def test_a_mix_must_name_every_part():
    with pytest.raises(AnalysisError, match="every part its share"):
        trends.mix_adjusted(of(KNOWN), mix={"A": 1.0})


def test_of_several_mixes_the_one_that_moves_most_is_told():
    """One segment whose mix moved, one whose mix did not."""
    frame = KNOWN.assign(calm=np.where(np.arange(len(KNOWN)) % 2, "x", "y"))
    one = Study.from_frame(frame, BOOK, wave="wave", segments=["calm", "half"])
    told = findings.read(trends.mix_adjusted(one)).sentences
    assert len(told) == 1
    assert "the mix by “half” held" in told[0]


def test_without_segments_there_is_nothing_to_hold():
    result = trends.mix_adjusted(answers(S10, N10))
    assert result.table.empty
    assert "no_segments" in codes(result)


def test_means_have_classical_errors():
    frame = survey(800, waves=2)
    one = study(frame)
    row = trends.mix_adjusted(one, measure="score", by="region").table.iloc[0]
    compared = trends.compare(one, measure="score").table.iloc[0]
    close(row[["raw", "raw_se"]], compared[["estimate", "std_error"]])


def test_several_segments_are_crossed():
    frame = survey(1600, waves=2).assign(club=lambda f: np.where(f["id"] % 3, "old", "new"))
    one = study(frame, segments=["region", "club"])
    result = trends.mix_adjusted(one, measure="score", by=["region", "club"])
    assert set(result.table["mix"]) == {"region × club"}
    assert len(result.parts) == 4
    each = trends.mix_adjusted(one, measure="score")
    assert set(each.table["mix"]) == {"region", "club"}
    assert each.models.empty


def test_service_points_as_sensitivity():
    rng = np.random.default_rng(5)
    n = 1200
    branch = rng.integers(0, 12, n)
    frame = pd.DataFrame({"wave": np.repeat([1, 2], n // 2), "branch": [f"b{k}" for k in branch]})
    frame["half"] = np.where(rng.random(n) < 0.5, "A", "B")
    mood = rng.normal(0, 0.8, 12)[branch] + 0.4 * (frame["wave"] == 2) + rng.normal(size=n)
    frame["y"] = 5 + mood
    scale = {"min": -10, "max": 20, "continuous": True}
    book = {"measures": {"y": {"kind": "score", "columns": "y", "scale": scale}}}
    one = Study.from_frame(frame, book, wave="wave", segments=["half"], service_point="branch")
    row = trends.mix_adjusted(one).models.iloc[0]
    design = np.column_stack([np.ones(n), frame["wave"] == 2, frame["half"] == "B"]).astype(float)
    fit = random_intercept(frame["y"], design, frame["branch"])
    close(row[["estimate", "std_error"]], [fit.coefficients[1], fit.std_errors[1]])
    assert row["n_groups"] == 12
    assert row["conf_low"] < 0.4 < row["conf_high"]
