"""Survey indicators by their ids: all of the registry, from the columns of a study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch import benchmark, findings, indicators, kpis, scorecard, servqual, tables, trends
from cxresearch.columns import GLOSSARY
from cxresearch.registry import SURVEY
from cxresearch.study.study import Study


@pytest.fixture(scope="module")
def found():
    one = study()
    return one, indicators.survey(one)


def by_id(result):
    return result.table.drop_duplicates("kpi").set_index("kpi")


def rows_of(result, kpi):
    return result.table[result.table["kpi"] == kpi].set_index("statistic")


def test_every_indicator_has_a_row_and_a_figure_or_a_reason(found):
    _, result = found
    assert set(result.table["kpi"]) == {one.kpi_id for one in SURVEY}
    assert (result.table["estimate"].notna() | result.table["reason"].notna()).all()
    assert set(result.table.columns) <= set(GLOSSARY)
    assert "Survey indicators" in tables.show(result).html
    assert "36 indicators" in findings.read(result)[0]


def test_gap_and_headline_are_those_of_their_own_analyses(found):
    one, result = found
    gaps = servqual.gaps(one.latest()).table.set_index("dimension")
    assert by_id(result).loc["servqual_gap", "estimate"] == pytest.approx(
        gaps.loc["overall", "estimate"]
    )
    nps = kpis.measure(one.latest()).table.query("statistic == 'nps'").iloc[0]
    assert by_id(result).loc["nps", "estimate"] == nps["estimate"]


def test_pairs_met_and_unmet():
    frame = pd.DataFrame({"e1": 5, "p1": [5, 4] * 10, "e2": 3, "p2": [3.0, np.nan] * 10})
    items = {"expectation": ["e1", "e2"], "perception": ["p1", "p2"]}
    book = {"dimensions": {"d": {"scale": [1, 7], **items}}}
    rows = by_id(indicators.survey(Study.from_frame(frame, book)))
    assert rows.loc["expectations_met", "estimate"] == pytest.approx(2 / 3)
    assert rows.loc["unmet_expectations", "estimate"] == pytest.approx(1 / 3)
    assert rows.loc["mss", "reason"] == "not_in_study"


def test_blocks_of_attributes_are_ratings_of_those_who_answered_all():
    frame = survey()
    frame.loc[3, "good"] = np.nan
    frame["wave"] = frame["wave"].max()  # figures are of the latest wave: all of one
    rows = by_id(indicators.survey(study(frame)))
    assert rows.loc["quality_rating", "estimate"] == pytest.approx(frame["good"].mean())
    assert rows.loc["quality_rating", "n"] == 239


WAVES = ["2023-1", "2023-2", "2024-1", "2024-2"]
DAYS = ["2023-03-01", "2023-09-01", "2024-03-01", "2024-09-01"]
MEASURES = {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5], "top_box": 2}}


def waves(analysis=None, tables=None, book=None, **data):
    rng = np.random.default_rng(5)
    share = np.repeat([0.5, 0.8, 0.82, 0.85], 200)
    frame = pd.DataFrame({"w": np.repeat(WAVES, 200), "s": np.where(rng.random(800) < share, 5, 2)})
    frame["r"] = np.clip(frame["s"] - rng.integers(0, 2, 800), 1, 5)
    frame["b1"], frame["b2"] = rng.integers(0, 2, 800), rng.integers(0, 2, 800)
    wave = {"column": "w", "order": WAVES, "dates": dict(zip(WAVES, DAYS, strict=True))}
    return Study.from_frame(
        frame,
        {"measures": MEASURES, **(book or {})},
        wave=wave,
        analysis={"n_resamples": 200, **(analysis or {})},
        tables=tables,
        **data,
    )


def test_improvement_is_the_contrast_and_the_slope_of_the_trends():
    one = waves()
    found = rows_of(indicators.survey(one), "sat_improvement")
    latest = trends.compare(one).latest.set_index("contrast")
    assert found.loc["previous", "conf_low"] == latest.loc["previous", "conf_low"]
    fit = trends.track(one).fit.iloc[0]
    assert found.loc["slope", "estimate"] == fit["slope"]
    assert found.loc["slope", "conf_low"] == pytest.approx(
        fit["slope"] - 1.959964 * fit["slope_se"]
    )
    assert set(found["unit"]) == {"share_points"}


def test_sustained_counts_the_latest_waves_that_probably_met_the_target():
    targets = {"trends": {"targets": {"sat": 0.7}}}
    row = by_id(indicators.survey(waves(targets))).loc["sat_sustained"]
    assert (row["estimate"], row["n"]) == (3, 4)
    assert by_id(indicators.survey(waves())).loc["sat_sustained", "reason"] == "no_target"


def test_cadence_counts_the_waves_of_twelve_months():
    assert by_id(indicators.survey(waves())).loc["cadence", "estimate"] == 2
    assert by_id(indicators.survey(waves().latest())).loc["cadence", "n"] == 1


def test_figures_are_of_the_latest_wave_and_one_wave_has_no_change():
    whole, alone = waves(), waves().latest()
    first, second = by_id(indicators.survey(whole)), by_id(indicators.survey(alone))
    assert first.loc["csat", "estimate"] == second.loc["csat", "estimate"]
    assert second.loc["sat_improvement", "reason"] == "one_wave"


def test_rivals_and_brand_are_those_of_their_own_analyses():
    book = {"competitors": {"Rival": {"sat": ["r"]}}}
    brand = {"b1": {"column": "b1", "intended": 1.0}, "b2": {"column": "b2"}}
    one = waves(book={**book, "brand": {"attributes": brand}})
    result = indicators.survey(one)
    lead = rows_of(result, "vs_competitors").loc["rival"]
    own = benchmark.compare(one.latest()).table.iloc[0]
    assert (lead["estimate"], lead["entity"]) == (own["estimate"], "Rival")
    fit = benchmark.brand_profile(one.latest()).fit.set_index("statistic").loc["fit"]
    assert by_id(result).loc["brand_fit", "conf_high"] == fit["conf_high"]


def cases():
    frame = pd.DataFrame({"case_id": range(100), "wave": ["2024-1"] * 20 + ["2024-2"] * 80})
    frame["disposition"] = ["R"] * 20 + ["I"] * 40 + ["P"] * 10 + ["NC"] * 30
    frame["touchpoint"] = ["mail"] * 20 + ["in_app"] * 50 + ["mail"] * 30
    return frame.assign(flagged=[1] * 60 + [0] * 40, contacted=[0] * 30 + [1] * 70)


def test_response_dialogue_and_prompts_come_from_the_table_of_those_asked():
    result = indicators.survey(waves(tables={"sample": cases()}))
    rates = rows_of(result, "response_rate")["estimate"]
    assert rates[["rr1", "rr2"]].to_list() == [0.5, 0.625]
    told = by_id(result).loc["dialogue_rate"]
    assert (told["estimate"], told["n"]) == (0.75, 40)
    prompts = rows_of(result, "in_app_rating").loc["rr1"]
    assert (prompts["estimate"], prompts["n"]) == (0.8, 50)


def test_dialogue_of_actions_counts_respondents_not_actions():
    people = [f"p{place % 20}" for place in range(40)]
    opened, closed = "2024-09-02 10:00", ["2024-09-05 10:00"] * 10 + [None] * 30
    actions = pd.DataFrame({"respondent_id": people, "opened_at": opened, "closed_at": closed})
    actions["action_id"], actions["due_at"] = range(40), "2024-10-01 10:00"
    table = {"frame": actions, "time_zone": "UTC"}
    row = by_id(indicators.survey(waves(tables={"actions": table}))).loc["dialogue_rate"]
    assert (row["estimate"], row["n"]) == (0.5, 20)


def test_unknown_outcomes_of_asking_are_a_reason_not_a_rate():
    sample = cases().assign(disposition="postponed")
    result = indicators.survey(waves(tables={"sample": sample}))
    assert by_id(result).loc["response_rate", "reason"] == "unknown_dispositions"


def test_a_scorecard_names_indicators_by_their_ids():
    rows = [
        {"measure": "cadence", "target": [2, 3], "direction": "band"},
        {"measure": "response_rate", "target": 0.3},
        {"measure": "sat_improvement", "target": 0.0},
        {"measure": "brand_awareness", "target": 0.5},
    ]
    one = waves({"scorecard": {"rows": rows}}, tables={"sample": cases()})
    card = scorecard.build(one).table.set_index("measure")
    assert card.loc["cadence", "status"] == "green"
    assert card.loc["response_rate", ["actual", "status"]].tolist() == [0.5, "green"]
    assert card.loc["sat_improvement", "actual"] == pytest.approx(
        rows_of(indicators.survey(one), "sat_improvement").loc["previous", "estimate"]
    )
    assert card.loc["brand_awareness", "reason"] == "not_in_study"


def test_the_last_mile_counts_delivered_orders_only():
    orders = pd.DataFrame({"order_id": [f"o{place}" for place in range(30)]})
    orders["ordered_at"] = "2024-01-01 10:00"
    orders["delivered_at"] = ["2024-01-03 10:00"] * 20 + [None] * 10
    frame = pd.DataFrame(
        {"o": [*orders["order_id"], *[None] * 5], "s": [5] * 20 + [1] * 10 + [4] * 5}
    )
    mile = {"kind": "csat", "columns": "s", "scale": [1, 5], "touchpoint": "last_mile"}
    held = {"orders": {"frame": orders, "time_zone": "UTC"}}
    linked = Study.from_frame(frame, {"measures": {"m": mile}}, order="o", tables=held)
    found = kpis.measure(linked)
    assert found.table.iloc[0]["n"] == 25  # an answer without an order counts
    assert found.table.iloc[0]["estimate"] == pytest.approx(4.8)
    assert dict(next(one for one in found.notes if one.code == "not_delivered").values)["n"] == 10
    bare = kpis.measure(Study.from_frame(frame, {"measures": {"m": mile}})).table.iloc[0]
    assert bare["n"] == 35
