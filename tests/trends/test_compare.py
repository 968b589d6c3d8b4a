"""Changes between waves: known answers, verdicts, and what a later wave may not touch."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from known_answers import csat, study, survey
from scipy.stats import ttest_ind

from cxresearch import trends
from cxresearch.errors import AnalysisError, InputError
from cxresearch.stats import intervals
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.study import Study
from cxresearch.trends.waves import WaveFigure
from cxresearch.verdicts import verdict

contrasts = import_module("cxresearch.trends.compare")  # the package's `compare` is the function
NPS = {"measures": {"recommend": {"kind": "nps", "columns": "NPS"}}}


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def recommendations(*waves):
    """Answers of waves given as (label, promoters, detractors, n)."""
    parts = []
    for label, up, down, n in waves:
        parts.append(
            pd.DataFrame({"wave": label, "NPS": [10] * up + [0] * down + [8] * (n - up - down)})
        )
    return pd.concat(parts, ignore_index=True)


def contrast(result, name="previous", measure=None, **groups):
    table = result.table[result.table["contrast"] == name]
    if measure is not None:
        table = table[table["measure"] == measure]
    for column, label in groups.items():
        table = table[table[column] == label]
    assert len(table) == 1
    return table.iloc[0]


def test_net_promoter_scores():
    frame = recommendations(("1", 180, 80, 400), ("2", 210, 76, 420))
    row = contrast(trends.compare(Study.from_frame(frame, NPS, wave="wave")))
    # the shares of the second wave are .50 and .180952, not .18: the same formula, its numbers
    v1, v2 = 0.65 - 0.25**2, 0.5 + 76 / 420 - (0.5 - 76 / 420) ** 2
    error = 100 * np.sqrt(v1 / 400 + v2 / 420)
    close(row[["estimate", "std_error"]], [100 * (0.5 - 76 / 420) - 25, error])
    close(row["mdc"], (1.959964 + 0.8416212) * error, 1e-5)


def test_net_promoter_scores_of_the_fixture():
    """.45 and .20 of 400 against .50 and .18 of 420; the latter are no whole people."""
    one = Study.from_frame(recommendations(("1", 9, 4, 20), ("2", 10, 4, 20)), NPS, wave="wave")
    found = [
        intervals.net_promoter(180, 80, 400),
        replace(intervals.net_promoter(210, 75.6, 420), sampling_error=100 * (0.5776 / 420) ** 0.5),
    ]
    early, late = (
        WaveFigure(
            wave=wave, interval=made, n=int(made.n), variance=made.sampling_error**2, reason=None
        )
        for wave, made in zip("12", found, strict=True)
    )
    score = one.measure("recommend")
    row = contrasts._difference(one, score, next(one.cells()), early, late, 0.95)
    close([row["estimate"], row["std_error"]], [7, 5.3329055])
    close([row["statistic"], row["p_value"]], [1.3126053, 0.1893160])


def test_shares_by_newcombe():
    frame = pd.DataFrame(
        {"wave": [1] * 80 + [2] * 70, "S": [5] * 48 + [1] * 32 + [5] * 56 + [1] * 14}
    )
    result = trends.compare(
        Study.from_frame(frame, {"measures": {"s": csat(top_box=1)}}, wave="wave")
    )
    row = contrast(result)
    close(row[["estimate", "conf_low", "conf_high"]], [0.2, 0.0524315, 0.3338727])
    assert row["unit"] == "share"


def test_means_by_welch():
    frame = survey()
    row = contrast(trends.compare(study(frame), measure="score"))
    score = frame[["S", "good"]].mean(axis=1)
    waves = [score[frame["wave"] == wave] for wave in (2029, 2028)]
    known = ttest_ind(*waves, equal_var=False)
    close(row[["statistic", "p_value", "df"]], [known.statistic, known.pvalue, known.df], 1e-9)
    interval = known.confidence_interval()
    close(row[["conf_low", "conf_high"]], [interval.low, interval.high], 1e-9)


def test_people_in_both_waves():
    """cov = n12 rho s1 s2 / (n1 n2), where the ids are declared stable."""
    rng = np.random.default_rng(3)
    first = pd.DataFrame({"id": range(100), "wave": 1, "S": rng.normal(50, 10, 100)})
    second = pd.DataFrame({"id": range(60, 150), "wave": 2, "S": rng.normal(52, 10, 90)})
    second.loc[:39, "S"] = first["S"].to_numpy()[60:] * 0.7 + second.loc[:39, "S"] * 0.3
    frame = pd.concat([first, second], ignore_index=True)
    scale = {"min": -1000, "max": 1000, "continuous": True}
    book = {"measures": {"s": {"kind": "score", "columns": "S", "scale": scale}}}
    both = first.merge(second, on="id")
    rho = np.corrcoef(both["S_x"], both["S_y"])[0, 1]
    s1, s2 = first["S"].std(), second["S"].std()
    covariance = 40 * rho * s1 * s2 / (100 * 90)
    variance = s1**2 / 100 + s2**2 / 90 - 2 * covariance
    keys = {"id": "id", "wave": "wave"}
    row = contrast(trends.compare(Study.from_frame(frame, book, same_people=True, **keys)))
    close(row["std_error"], np.sqrt(variance), 1e-9)
    assert row["paired"]
    silent = trends.compare(Study.from_frame(frame, book, **keys))
    assert not contrast(silent)["paired"]
    close(contrast(silent)["std_error"], np.sqrt(s1**2 / 100 + s2**2 / 90), 1e-9)
    assert any(one.code == "same_people_undeclared" and one["n"] == 40 for one in silent.notes)


def test_same_people_without_ids():
    with pytest.raises(InputError, match="need the people's ids"):
        study(id=None, same_people=True)


@pytest.mark.parametrize(
    ("change", "error", "q", "threshold", "expected"),
    [
        (0.03, 0.02, 0.13, 0.05, "cannot_tell"),
        (0.20, 0.02, 0.001, 0.05, "clear_rise"),
        (-0.20, 0.02, 0.001, 0.05, "clear_fall"),
        (0.06, 0.02, 0.01, 0.05, "likely_rise"),
        (-0.06, 0.02, 0.01, 0.05, "likely_fall"),
        (0.03, 0.01, 0.01, 0.05, "below_threshold"),
        (0.00, 0.01, 0.99, 0.05, "no_practical_change"),
        (0.20, 0.02, 0.001, None, "detectable"),
        (0.01, 0.02, 0.6, None, "cannot_tell"),
        (np.nan, np.nan, np.nan, 0.05, "suppressed"),
    ],
)
def test_verdicts(change, error, q, threshold, expected):
    reach = 1.959964 * error
    found = verdict(change, error, np.inf, change - reach, change + reach, q, threshold)
    assert found == expected


def test_false_discovery_rate():
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205]
    close(adjust(p), [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.0845714, 0.205])


@pytest.mark.parametrize("method", ["holm", "none"])
def test_the_declared_adjustment_is_used(method):
    frame = survey(600, waves=4)
    one = study(frame, analysis={"multiplicity": method})
    table = trends.compare(one, measure="score").table
    last = table[(table["wave_to"] == "2029")].drop_duplicates("wave_from")
    np.testing.assert_allclose(last["q_value"], adjust(last["p_value"].to_numpy(), method))


def test_contrasts_that_are_declared():
    frame = survey(600, waves=4)
    result = trends.compare(study(frame), measure="score")
    last = result.table[result.table["wave_to"] == "2029"].set_index("contrast")["wave_from"]
    assert last.to_dict() == {"previous": "2028", "baseline": "2026", "year_ago": "2028"}
    settings = {"trends": {"contrasts": ["previous"]}}
    assert len(trends.compare(study(frame, analysis=settings), measure="score").table) == 3
    wave = {"column": "wave", "baseline": "2027"}
    moved = trends.compare(study(frame, wave=wave), measure="score").table
    start = moved[moved["contrast"] == "baseline"]
    assert start["wave_from"].tolist() == ["2027", "2027"]


def test_year_ago_by_period_counts_waves_that_did_not_ask():
    frame = survey(1000, waves=5)
    frame["wave"] = frame["wave"].map(
        dict(zip(range(2025, 2030), ["a", "b", "c", "d", "e"], strict=True))
    )
    frame.loc[frame["wave"] == "d", ["S", "good"]] = np.nan
    result = trends.compare(
        study(frame, wave={"column": "wave", "period": "half_year"}), measure="score"
    )
    table = result.table[result.table["contrast"] == "year_ago"]
    assert table[["wave_from", "wave_to"]].to_numpy().tolist() == [["a", "c"], ["c", "e"]]
    assert "wave_not_asked" in {one.code for one in result.notes}


def test_year_ago_by_dates():
    frame = survey(900, waves=3)
    dates = {2027: "2027-03-01", 2028: "2027-10-01", 2029: "2028-03-10"}
    result = trends.compare(study(frame, wave={"column": "wave", "dates": dates}), measure="score")
    table = result.table[result.table["contrast"] == "year_ago"]
    assert table[["wave_from", "wave_to"]].to_numpy().tolist() == [["2027", "2029"]]


def test_thresholds_decide():
    frame = survey(2000)
    frame.loc[frame["wave"] == 2029, ["S", "good"]] += 1
    frame[["S", "good"]] = frame[["S", "good"]].clip(1, 7)
    settings = {"trends": {"threshold": {"score": 0.3}}}
    row = contrast(trends.compare(study(frame, analysis=settings), measure="score"))
    assert row["verdict"] == "clear_rise"
    silent = trends.compare(study(frame), measure="score")
    assert contrast(silent)["verdict"] == "detectable"
    assert "no_threshold" in {one.code for one in silent.notes}


def test_one_wave_only():
    result = trends.compare(study(survey().assign(wave=2029)))
    assert result.table.empty
    assert len(result.waves) == 3
    assert "one_wave" in {one.code for one in result.notes}


def test_small_waves_are_withheld():
    frame = survey()
    frame["wave"] = [2028] * 6 + [2029] * (len(frame) - 6)
    table = trends.compare(study(frame)).table
    assert (table["reason"] == "small_base").all()
    assert (table["verdict"] == "suppressed").all()
    numbers = ["estimate", "std_error", "conf_low", "p_value", "value_from", "mdc"]
    assert table[numbers].isna().all(axis=None)


def test_all_answers_equal():
    table = trends.compare(study(survey().assign(S=7, NPS=10, good=7))).table
    assert (table["estimate"] == 0).all()
    assert (table["std_error"] > 0).all()
    assert not table["verdict"].str.startswith("clear").any()


def test_words_that_are_not_known():
    with pytest.raises(AnalysisError, match='did you mean "satisfaction"'):
        trends.compare(study(), measure="satisfacton")
    with pytest.raises(AnalysisError, match="no waves"):
        trends.compare(study(wave=None, id=None))


# laws ---------------------------------------------------------------------------------------


def test_a_later_wave_changes_no_earlier_contrast():
    frame = survey(1200, waves=4)
    whole = trends.compare(study(frame)).table
    early = trends.compare(study(frame[frame["wave"] < 2029])).table
    kept = whole[whole["wave_to"] != "2029"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, early)


def test_a_later_wave_changes_no_earlier_contrast_of_a_weighted_cluster_sample():
    frame = survey(1200, waves=4).assign(unit=lambda rows: rows["id"] % 50)
    design = {"weight": "w", "cluster": "unit"}
    whole = trends.compare(study(frame, **design)).table
    early = trends.compare(study(frame[frame["wave"] < 2029], **design)).table
    kept = whole[whole["wave_to"] != "2029"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, early, rtol=1e-10)


def test_turning_time_round_changes_the_sign():
    frame = survey()
    one = contrast(trends.compare(study(frame), measure="recommend"))
    back = contrast(
        trends.compare(study(frame.assign(wave=4057 - frame["wave"])), measure="recommend")
    )
    close(one[["estimate", "conf_low"]], [-back["estimate"], -back["conf_high"]], 1e-9)
    close(one["p_value"], back["p_value"], 1e-12)


def test_labels_order_of_rows_and_scaling_of_weights_change_nothing():
    frame = survey()
    one = trends.compare(study(frame, weight="w"), by="region").table
    other = frame.sample(frac=1, random_state=2).assign(w=lambda rows: rows["w"] * 9)
    other["wave"] = other["wave"].astype(float)
    found = trends.compare(study(other, weight="w"), by="region").table
    pd.testing.assert_frame_equal(one, found, rtol=1e-9)


def test_dropping_a_measure_changes_no_other():
    alone = trends.compare(study(), measure="score").table
    among = trends.compare(study()).table
    among = among[among["measure"] == "score"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among)
