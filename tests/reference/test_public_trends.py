"""Waves, charts and breaks by public calls, against what R computed.

The mixed models of R have a line through years, which no study asks for: tests/stats has them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from oracle import expected

from cxresearch import trends
from cxresearch.study.study import Study

pytestmark = pytest.mark.reference
WAVES = ["2013", "2015", "2016", "2017"]


def data(reference, name):
    return pd.read_csv(reference / "oracles" / "data" / name)


@pytest.fixture(scope="module")
def airport(reference):
    """Ratings of an airport in four waves, without weights: a mean and a share of tops."""
    frame = data(reference, "sfo.csv")
    frame = frame[frame["overall"].between(1, 5)]
    frame = frame.assign(wave=frame["wave"].astype(str), top=frame["overall"])
    scale = [1, 5]
    book = {
        "measures": {
            "mean": {"kind": "score", "columns": "overall", "scale": scale},
            "top": {"kind": "csat", "columns": "top", "scale": scale, "top_box": 2},
        }
    }
    wave = {"column": "wave", "order": WAVES, "baseline": "2013"}
    contrasts = {"trends": {"contrasts": ["previous", "baseline"]}}
    return Study.from_frame(
        frame, book, wave=wave, service_point="run", analysis={**contrasts, "multiplicity": "none"}
    )


def test_changes_of_means_are_welch_tests(airport, reference):
    known = expected(reference, "tests", "tests_sfo_waves")
    table = trends.compare(airport, measure="mean").table
    pairs = (table["wave_from"] + "|" + table["wave_to"]).to_numpy()
    p = dict(zip(pairs, table["p_value"], strict=True))
    raw = known["pairwise_welch"]["raw"]
    assert len(p) == 5
    assert p == {pair: pytest.approx(raw[pair], rel=1e-9) for pair in p}
    first = table[table["wave_to"] == "2015"].iloc[0]
    welch = known["welch"]  # R takes the later wave from the earlier one
    assert first["statistic"] == pytest.approx(-welch["stat"], rel=1e-9)
    assert first["df"] == pytest.approx(welch["df"], rel=1e-9)
    ends = [-first["conf_high"], -first["conf_low"]]
    assert ends == pytest.approx(welch["ci"], rel=1e-9)


def test_changes_of_shares_have_newcombe_intervals(airport, reference):
    known = expected(reference, "tests", "tests_sfo_waves")["prop"]
    table = trends.compare(airport, measure="top").table
    first = table[table["wave_to"] == "2015"].iloc[0]
    shares = [x / n for x, n in zip(known["x"], known["n"], strict=True)]
    assert [first["value_from"], first["value_to"]] == pytest.approx(shares, rel=1e-12)
    ends = [-first["conf_high"], -first["conf_low"]]
    assert ends == pytest.approx(known["newcombe_ci"], abs=1e-9)


CHARTS = {
    "u": ("spc_u_pcmanufact", "qcc_pcmanufact.csv", "x", "size"),
    "p": ("spc_p_orangejuice", "qcc_orangejuice.csv", "D", "size"),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_charts_of_counts(kind, reference):
    case, file, x, n = CHARTS[kind]
    known, frame = expected(reference, "spc", case), data(reference, file)
    points = pd.DataFrame({"period": range(1, len(frame) + 1), "value": frame[x] / frame[n]})
    unit = "share" if kind == "p" else ""
    found = trends.chart_series(points.assign(n=frame[n]), unit=unit, chart=kind)
    limits = np.broadcast_to(np.array(known["limits"]["values"]), (len(frame), 2))
    np.testing.assert_allclose(found.table[["lcl", "ucl"]], limits, atol=1e-9)
    beyond = found.table.loc[found.table["rule_fired"] == "beyond_3_sigma", "period"]
    assert {int(one) for one in beyond} == set(known["beyond"])


def test_laney_chart(reference):
    known = expected(reference, "spc", "spc_p_orangejuice")["laney"]
    frame = data(reference, "qcc_orangejuice.csv")
    points = pd.DataFrame({"period": range(1, len(frame) + 1), "value": frame["D"] / frame["size"]})
    found = trends.chart_series(points.assign(n=frame["size"]), unit="share", chart="laney_p")
    np.testing.assert_allclose(found.table["lcl"], known["lcl"], atol=1e-9)
    np.testing.assert_allclose(found.table["ucl"], known["ucl"], atol=1e-9)


def test_chart_of_individuals_has_the_usual_factor(reference):
    """3 / 1.128 is 2.66 in the tables of the trade; R does not round it."""
    known = expected(reference, "spc", "spc_imr_nile")
    frame = data(reference, "nile.csv")
    points = pd.DataFrame({"period": range(1, len(frame) + 1), "value": frame["value"]})
    found = trends.chart_series(points, chart="xmr")
    centre = found.limits.loc[0, "centre"]
    assert centre == pytest.approx(known["center"], rel=1e-12)
    reach = 2.66 * known["mr_bar"]
    np.testing.assert_allclose(found.table["ucl"] - centre, reach, rtol=1e-9)
    np.testing.assert_allclose(centre - found.table["lcl"], reach, rtol=1e-9)


def nile(reference):
    """The river as a survey: a wave a year, two answers with the year's mean, errors alike."""
    values = data(reference, "nile.csv")["value"].to_numpy(dtype=float)
    error = 120.0
    answers = np.repeat(values, 2) + np.tile([-error, error], len(values))
    years = [str(year) for year in range(1871, 1871 + len(values))]
    frame = pd.DataFrame({"year": np.repeat(years, 2), "y": answers})
    scale = {"min": 0, "max": 2000, "continuous": True}
    book = {"measures": {"flow": {"kind": "score", "columns": "y", "scale": scale}}}
    rules = {"min_n": {"show": 1, "test": 1}}
    return Study.from_frame(frame, book, wave={"column": "year", "order": years}, analysis=rules)


def test_the_new_level_of_the_nile_begins_after_the_break_that_r_finds(reference):
    last_of_old = expected(reference, "changepoint", "brk_nile")["mean_model"]["breakpoints"]
    found = trends.breaks(nile(reference))
    row = found.table[found.table["wave"].notna()].iloc[0]
    assert row["wave"] == str(1871 + last_of_old)
