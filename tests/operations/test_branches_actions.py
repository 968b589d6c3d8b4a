"""Service points held against chance; improvement actions before and after, and elsewhere."""

import numpy as np
import pandas as pd
import pytest

from cxresearch import figures, findings, operations, tables
from cxresearch.columns import GLOSSARY
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

approx = pytest.approx
PEOPLE = pd.DataFrame({"q": [1, 2, 3]})


def study(**given):
    told = {"windows": {"action_closure": 150}}
    analysis = {"n_resamples": 300, "operations": told}
    return Study.from_frame(PEOPLE, {}, analysis=analysis, tables=given)


def tickets(escalated, n=200, names="ABCDEFGHIJ", day="2024-01-05"):
    rows = [
        (f"{b}{k}", b, day, "2024-01-06" if k < up else None)
        for b, up in zip(names, escalated, strict=False)
        for k in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["ticket_id", "branch_id", "opened_at", "escalated_at"])
    return {"frame": frame, "cut": "2024-02-01"}


ALIKE = [20, 22, 18, 21, 19, 20, 23, 17, 20, 21]


def test_points_that_are_alike_are_not_ranked():
    found = operations.branch_performance(study(tickets=tickets(ALIKE)))
    assert found.chance["verdict"].tolist() == ["cannot_tell"]
    assert set(found.table["place"]) == {"usual"}
    wide = found.table["rank_high"] - found.table["rank_low"]
    assert (wide >= 4).all()
    pulled = found.table["shrunk"]
    assert pulled.max() - pulled.min() < np.ptp(found.table["estimate"]) / 2


def test_a_point_that_stands_out_is_told():
    found = operations.branch_performance(study(tickets=tickets([*ALIKE[:9], 90])))
    assert found.chance["verdict"].tolist() == ["distinguishable"]
    assert found.chance[["family", "family_size"]].values.tolist() == [["branches", 1]]
    last = found.table.iloc[-1]
    assert (last["group"], last["rank"], last["rank_low"]) == ("J", 10, 10)
    assert found.table["estimate"].is_monotonic_increasing
    assert last["conf_low"] < last["shrunk"] < last["estimate"]
    assert "J" not in str(findings.read(found).headline)
    assert found.limits["low3"].min() >= 0


def test_dispersion_is_that_of_the_specification():
    x = [120, 135, 110, 180, 150, 95, 140, 160, 125, 170]
    n = [1000, 1050, 980, 1100, 1020, 990, 1010, 1080, 1000, 1060]
    rows = [
        (f"{b}{k}", b, "2024-01-05", "2024-01-06" if k < up else None)
        for b, up, size in zip("ABCDEFGHIJ", x, n, strict=True)
        for k in range(size)
    ]
    frame = pd.DataFrame(rows, columns=["ticket_id", "branch_id", "opened_at", "escalated_at"])
    found = operations.branch_performance(study(tickets={"frame": frame, "cut": "2024-02-01"}))
    assert found.chance["dispersion"].iloc[0] == approx(3.7053297, abs=1e-6)
    assert "overdispersed" in [note.code for note in found.notes]


def test_few_points_make_a_table_only():
    found = operations.branch_performance(study(tickets=tickets([10, 20, 90, 12])))
    assert found.table["rank"].isna().all()
    assert found.table["estimate"].notna().all()
    assert found.chance["reason"].tolist() == ["few_points"]
    assert isinstance(operations.branch_performance(study(cash=CASH)), NotAsked)


CASH = pd.DataFrame({"period": ["2024"], "receipts": [5], "payments": [3]})


def test_agents_are_numbered():
    given = tickets(ALIKE)
    given["frame"] = given["frame"].rename(columns={"branch_id": "agent_id"})
    found = operations.branch_performance(study(tickets=given), by="agent_id")
    assert set(found.table["group"]).isdisjoint("ABCDEFGHIJ")


def improved(before, after, *, where=None, branches="ABCDE", spread=0, closed="2023-07-15"):
    """Tickets of 2023 by branch: escalated shares before and after the action at A."""
    rows = []
    rng = np.random.default_rng(5)
    for place, branch in enumerate(branches):
        later = after if branch == "A" or where is None else before + spread * (place % 2)
        for month, share in [(m, before) for m in range(1, 7)] + [(m, later) for m in range(7, 13)]:
            for k in range(40):
                up = rng.random() < share
                day = f"2023-{month:02d}-15"
                rows.append((f"{branch}{month}-{k}", branch, day, day if up else None))
    names = ["ticket_id", "branch_id", "opened_at", "escalated_at"]
    frame = pd.DataFrame(rows, columns=names)
    action = pd.DataFrame(
        {
            "action_id": ["I1", "I2", "I3"],
            "opened_at": ["2023-07-14", "2023-12-20", "2023-02-01"],
            "due_at": "2023-12-31",
            "closed_at": [closed, "2023-12-28", None],
            "kpi_id": ["escalation_rate", "escalation_rate", "no_such_thing"],
            "branch_id": [where, None, None],
        }
    )
    return study(
        tickets={"frame": frame, "cut": "2024-01-01"},
        actions={"frame": action, "cut": "2024-01-01"},
    )


def row(base, action="I1"):
    found = operations.actions(base)
    return found.table[found.table["action"] == action].iloc[0]


def test_a_better_figure_after_an_action():
    told = row(improved(0.4, 0.2))
    assert (told["judgement"], told["basis"]) == ("better", "before_after")
    assert told["estimate"] == approx(told["value_after"] - told["value_before"])
    assert told["conf_low"] < -0.2 < told["conf_high"]


def test_no_change_is_not_told_as_one():
    assert row(improved(0.3, 0.3))["judgement"] == "cannot_tell"


def test_an_action_in_one_place_is_compared_with_the_others():
    told = row(improved(0.5, 0.1, where="A"))
    assert told["basis"] == "with_comparison"
    assert told["df"] == 3
    change = told["value_after"] - told["value_before"]
    assert told["estimate"] == approx(change - told["change_elsewhere"])
    assert told["judgement"] == "better"


def test_places_that_scatter_make_it_harder_to_tell():
    calm = row(improved(0.5, 0.2, where="A"))
    wild = row(improved(0.5, 0.2, where="A", spread=0.3))
    assert wild["std_error"] > 2 * calm["std_error"]


def test_what_cannot_be_judged_has_its_reason():
    found = operations.actions(improved(0.4, 0.2))
    reasons = found.table.set_index("action")["reason"]
    assert reasons["I2"] == "window_open"
    assert reasons["I3"] == "not_closed"
    summary = found.summary.set_index("measure")
    assert summary.loc["escalation_rate", ["n_actions", "n_judged", "n_better"]].tolist() == [
        2,
        1,
        1,
    ]
    assert isinstance(operations.actions(study(tickets=tickets(ALIKE))), NotAsked)


@pytest.fixture(scope="module")
def shown():
    base = improved(0.5, 0.1, where="A")
    return {
        "branches": operations.branch_performance(base),
        "actions": operations.actions(base),
    }


@pytest.mark.parametrize("name", ["branches", "actions"])
def test_every_column_has_a_meaning(name, shown):
    for frame in shown[name].frames().values():
        assert [one for one in frame if one not in GLOSSARY] == []


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_they_are_shown_in_every_language(language, shown):
    for result in shown.values():
        told = result.in_language(language)
        texts = [*findings.read(told), tables.show(told).html]
        assert not [text for text in texts if "{" in text.split("</style>")[-1]]
        assert ">nan<" not in texts[-1]
    for kind in ("in_order", "limits"):
        picture = figures.plot(shown["branches"].in_language(language), kind=kind)
        assert "E" in picture.alt


def test_the_error_holds_both_the_own_place_and_the_mean_of_the_others():
    from cxresearch.operations.effects import _changed

    def of(before, after, error):
        row = {"statistic": "share", "unit": "share", "direction": "up", "n": 50}
        row |= {"std_error": error, "conf_low": 0.0, "conf_high": 1.0}
        return {"0 before": row | {"estimate": before}, "0 after": row | {"estimate": after}}

    others = {str(k): of(0.5, 0.5 + 0.1 * (k - 1), 0.01) for k in range(3)}
    told = _changed(0, of(0.5, 0.6, 0.3 / 2**0.5), others, 0.95)
    assert told["std_error"] == approx((0.3**2 + 0.1**2 / 3) ** 0.5)
