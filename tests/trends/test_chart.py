"""Control charts of waves and of plain series, against known answers."""

import json

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey
from waves_of import N10, S10, answers, close, codes, shares

from cxresearch import trends
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study

X = [120, 135, 110, 180, 150, 95, 140, 160, 125, 170]
N = [1000, 1050, 980, 1100, 1020, 990, 1010, 1080, 1000, 1060]
WAITING = [24, 26, 23, 27, 25, 31, 24, 26]
P = [0.45, 0.47, 0.44, 0.50, 0.48, 0.46]
D = [0.20, 0.19, 0.21, 0.18, 0.20, 0.20]
NPS_N = [400, 380, 420, 390, 410, 400]


@pytest.fixture(scope="module")
def complaints():
    return shares(X, N)


def test_p_chart_of_waves(complaints):
    result = trends.control_chart(complaints, chart="p")
    first = result.table.iloc[0]
    close(first[["centre", "lcl", "ucl"]], [0.1345967, 0.1022189, 0.1669745])
    close(result.limits.loc[0, "sigma_z"], 2.3566149)
    beyond = result.table[result.table["rule_fired"] == "beyond_3_sigma"]
    assert beyond["wave"].tolist() == ["2006"]
    assert "overdispersed_points" in codes(result)


def test_auto_takes_laney_where_points_spread_too_much(complaints):
    result = trends.control_chart(complaints)
    assert result.limits.loc[0, "method"] == "laney_p"
    close(result.table.loc[0, ["lcl", "ucl"]], [0.0582946, 0.2108988])
    close(result.table.loc[3, ["lcl", "ucl"]], [0.0618456, 0.2073479])
    assert not (result.table["rule_fired"] == "beyond_3_sigma").any()


def test_the_same_chart_from_a_plain_series(complaints):
    frame = pd.DataFrame({"period": range(2001, 2011), "value": np.divide(X, N), "n": N})
    plain = trends.chart_series(frame, unit="share")
    waves = trends.control_chart(complaints)
    columns = ["value", "centre", "lcl", "ucl"]
    close(plain.table[columns], waves.table[columns])
    assert plain.n == sum(N)


def test_xmr_of_a_plain_series():
    frame = pd.DataFrame({"period": list("abcdefgh"), "value": WAITING})
    result = trends.chart_series(frame, measure="waiting")
    close(result.table.loc[0, ["centre", "lcl", "ucl"]], [25.75, 15.87, 35.63], 0.005)
    close(result.limits.loc[0, "range_centre"], 3.7142857)
    assert result.limits.loc[0, "method"] == "xmr"


def test_nps_of_a_plain_series():
    n = np.array(NPS_N)
    frame = pd.DataFrame(
        {"period": range(6), "value": 100 * np.subtract(P, D), "n": n,
         "promoters": P * n, "detractors": D * n}
    )  # fmt: skip
    result = trends.chart_series(frame, unit="nps")
    close(result.limits.loc[0, "centre"], 26.9416667)
    close(result.table.loc[0, ["lcl", "ucl"]], [15.4134600, 38.4698733])


def test_nps_of_waves():
    parts = [
        pd.DataFrame({"wave": k, "NPS": [10] * up + [0] * down + [8] * (400 - up - down)})
        for k, (up, down) in enumerate([(180, 80), (176, 78), (190, 84), (184, 76)], start=1)
    ]
    book = {"measures": {"r": {"kind": "nps", "columns": "NPS"}}}
    result = trends.control_chart(Study.from_frame(pd.concat(parts), book, wave="wave"))
    p, d = 730 / 1600, 318 / 1600
    reach = 300 * np.sqrt((p + d - (p - d) ** 2) / 400)
    centre = 100 * (p - d)
    close(result.table.loc[0, ["centre", "lcl", "ucl"]], [centre, centre - reach, centre + reach])


def test_rates_on_request():
    frame = pd.DataFrame({"period": range(4), "value": [2.0, 2.5, 2.2, 6.0], "n": [10] * 4})
    result = trends.chart_series(frame, chart="u", baseline=3)
    assert result.table["rule_fired"].tolist()[-1] == "beyond_3_sigma"
    assert result.limits.loc[0, "n_baseline"] == 3


def test_a_frozen_baseline_is_named_and_does_not_move():
    late = [*S10[:6], 9.5, 9.6]
    result = trends.control_chart(answers(late, N10[:8]), baseline="2006")
    early = trends.control_chart(answers(S10[:6], N10[:6]))
    close(
        result.table.loc[0, ["centre", "lcl", "ucl"]], early.table.loc[0, ["centre", "lcl", "ucl"]]
    )
    limits = result.limits.iloc[0]
    assert (limits["baseline_from"], limits["baseline_to"]) == ("2001", "2006")
    assert result.table["in_baseline"].tolist() == [True] * 6 + [False] * 2
    assert (result.table["rule_fired"].iloc[-2:] == "beyond_3_sigma").all()
    assert "baseline_all" not in codes(result)
    assert "baseline_all" in codes(early)
    assert not result.firings["in_baseline"].any()


@pytest.mark.parametrize("baseline", [6, [str(year) for year in range(2001, 2007)]])
def test_ways_to_name_a_baseline(baseline):
    by_wave = trends.control_chart(answers(S10, N10), baseline="2006")
    other = trends.control_chart(answers(S10, N10), baseline=baseline)
    pd.testing.assert_frame_equal(by_wave.table, other.table)


def test_charts_that_do_not_fit_have_a_reason():
    result = trends.control_chart(answers(S10, N10), chart="p")
    assert (result.table["reason"] == "chart_does_not_fit").all()
    assert result.table["value"].notna().all()
    few = trends.control_chart(answers(S10[:2], N10[:2]))
    assert (few.limits["reason"] == "too_few_waves").all()
    flat = trends.chart_series(pd.DataFrame({"period": range(5), "value": [3.0] * 5}))
    assert (flat.limits["reason"] == "no_variance").all()


def test_wrong_words_are_refused():
    with pytest.raises(AnalysisError, match="no chart"):
        trends.control_chart(answers(S10, N10), chart="shewhart")
    with pytest.raises(AnalysisError, match="not there"):
        trends.control_chart(answers(S10, N10), baseline="1999")
    with pytest.raises(AnalysisError, match='no column "value"'):
        trends.chart_series(pd.DataFrame({"period": [1], "values": [2]}))


def test_by_group_and_weights():
    one = study(survey(1600, waves=8), weight="w")
    result = trends.control_chart(one, by="region")
    assert len(result.table) == 2 * 3 * 8
    assert result.table["centre"].notna().all()


@pytest.mark.reference
def test_published_percentages(reference):
    """Six published waves without base sizes: a chart of individuals, frozen before the break."""
    path = reference / "data" / "bart_waves" / "bart_overall_satisfaction_2008_2018.csv"
    frame = pd.read_csv(path)
    series = pd.DataFrame(
        {"period": frame["Year"], "value": frame["Very or Somewhat Satisfied"] / 100}
    )
    result = trends.chart_series(series, measure="satisfied", unit="share", baseline="2012")
    fired = result.table[result.table["rule_fired"] == "beyond_3_sigma"]
    assert fired["period"].tolist() == ["2014", "2016", "2018"]
    assert (fired["fired_side"] == "below").all()
    assert result.limits.loc[0, "method"] == "xmr"
    close(result.limits.loc[0, "centre"], frame["Very or Somewhat Satisfied"][:3].mean() / 100)


@pytest.mark.reference
def test_orange_juice_cans(reference):
    """A p chart as R draws it."""
    cases = json.loads((reference / "oracles" / "spc.json").read_text(encoding="utf-8"))
    known = next(one["expected"] for one in cases if one["id"] == "spc_p_orangejuice")
    cans = pd.read_csv(reference / "oracles" / "data" / "qcc_orangejuice.csv")
    frame = pd.DataFrame(
        {"period": range(1, len(cans) + 1), "value": cans["D"] / cans["size"], "n": cans["size"]}
    )
    result = trends.chart_series(frame, unit="share", chart="p")
    close(result.limits.loc[0, "centre"], known["center"], 1e-9)
    close(result.table[["lcl", "ucl"]], known["limits"]["values"], 1e-9)
