"""Gap changes split into their sides, and gaps between two groups of people."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_answers import SURVEY_BOOK, study, survey
from scipy import stats

from cxresearch import servqual
from cxresearch.errors import AnalysisError


def waves(n=300, count=3, seed=5):
    frame = survey(n, waves=count, seed=seed)
    late = frame["wave"] == frame["wave"].max()
    for item in range(1, 4):
        frame.loc[late, f"P{item}"] = np.clip(frame.loc[late, f"P{item}"] + 1, 1, 7)
        frame.loc[late, f"E{item}"] = np.clip(frame.loc[late, f"E{item}"] - 1, 1, 7)
    return frame


def close(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def row(table, dimension, **keys):
    found = table[table["dimension"] == dimension]
    for name, value in keys.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 500), st.sampled_from([None, "w"]))
def test_the_sides_sum_to_the_change_exactly(seed, weight):
    table = servqual.changes(study(waves(150, seed=seed), weight=weight)).table
    assert (table["estimate"] == table["perception_change"] - table["expectation_change"]).all()
    close(table["estimate"], table["value_to"] - table["value_from"])


def test_the_change_is_that_of_two_samples():
    frame = waves()
    found = row(servqual.changes(study(frame)).table, "first", contrast="previous", wave_to="2029")
    one, other = (frame[frame["wave"] == wave] for wave in (2028, 2029))

    def scores(part, side):
        return part[[f"{side}{i}" for i in (1, 2, 3)]].mean(axis=1)

    for side, prefix in (("P", "perception_change"), ("E", "expectation_change")):
        test = stats.ttest_ind(scores(other, side), scores(one, side), equal_var=False)
        interval = test.confidence_interval()
        close(found[prefix], scores(other, side).mean() - scores(one, side).mean())
        close(found[f"{prefix}_p_value"], test.pvalue)
        close(found[[f"{prefix}_conf_low", f"{prefix}_conf_high"]], list(interval))
    gaps = [scores(part, "P") - scores(part, "E") for part in (other, one)]
    test = stats.ttest_ind(*gaps, equal_var=False)
    close(found[["statistic", "df", "p_value"]], [test.statistic, test.df, test.pvalue])
    assert found["perception_change"] > 0 > found["expectation_change"]


def test_families_are_the_dimensions_of_a_contrast():
    table = servqual.changes(study(waves())).table
    part = table[(table["contrast"] == "previous") & (table["wave_to"] == "2029")]
    parts = part[part["dimension"] != "overall"]
    assert parts["family"].unique().tolist() == ["gap_changes:previous:2029"]
    assert (parts["family_size"] == 2).all()
    close(parts["q_value"], stats.false_discovery_control(parts["p_value"]))
    whole = row(part, "overall")
    assert whole["q_value"] == whole["p_value"]


def test_a_later_wave_changes_nothing_said_of_earlier_ones():
    frame = waves()
    columns = ["dimension", "contrast", "wave_to", "estimate", "q_value", "verdict"]
    whole = servqual.changes(study(frame)).table[columns]
    early = servqual.changes(study(frame[frame["wave"] < 2029])).table[columns]
    both = whole[whole["wave_to"] == "2028"].reset_index(drop=True)
    pd.testing.assert_frame_equal(both, early)


def test_the_threshold_is_the_dimensions_own():
    first = {**SURVEY_BOOK["dimensions"]["first"], "delta": 0.3}
    book = {**SURVEY_BOOK, "dimensions": {**SURVEY_BOOK["dimensions"], "first": first}}
    table = servqual.changes(study(waves(), book)).table
    assert row(table, "first", contrast="previous", wave_to="2029")["verdict"] == "clear_rise"
    assert set(table.loc[table["dimension"] == "second", "verdict"]) <= {
        "detectable",
        "cannot_tell",
    }


def test_the_same_people_are_reckoned_with():
    half = survey(200, waves=1)
    later = half.assign(wave=half["wave"] + 1)
    rng = np.random.default_rng(0)
    for name in [one for one in half if one[0] in "EP" and one[1:].isdigit()]:
        later[name] = np.clip(later[name] + rng.integers(0, 2, len(later)), 1, 7)
    frame = pd.concat([half, later], ignore_index=True)
    apart = row(servqual.changes(study(frame)).table, "first", contrast="previous")
    result = servqual.changes(study(frame, same_people=True))
    together = row(result.table, "first", contrast="previous")
    assert result.method == "overlap"
    assert together["paired"]
    assert together["estimate"] == apart["estimate"]
    gap = [
        part[["P1", "P2", "P3"]].mean(axis=1).to_numpy()
        - part[["E1", "E2", "E3"]].mean(axis=1).to_numpy()
        for part in (later, half)
    ]
    close(together["std_error"], stats.sem(gap[0] - gap[1]), 1e-9)
    assert together["std_error"] < apart["std_error"]


def test_by_group_and_small_bases():
    frame = waves()
    frame["region"] = ["tiny"] * 12 + ["big"] * (len(frame) - 12)
    table = servqual.changes(study(frame), by="region").table
    assert table.columns[0] == "region"
    assert (table["region"] == "big").all()  # the small region is in one wave only
    frame.loc[frame.index[-4:], "region"] = "tiny"
    table = servqual.changes(study(frame), by="region").table
    tiny = table[table["region"] == "tiny"]
    assert len(tiny)
    assert (tiny["reason"] == "small_base").all()
    assert tiny["estimate"].isna().all()
    assert (tiny["verdict"] == "suppressed").all()


def test_one_wave_has_no_changes():
    one = study(survey(60, waves=1))
    assert servqual.changes(one).table.empty
    assert "one_wave" in {note.code for note in servqual.changes(one).notes}
    with pytest.raises(AnalysisError, match="the study has no waves"):
        servqual.changes(study(wave=None))


# two groups of people -----------------------------------------------------------------------


def company(n=160):
    frame = survey(n, seed=9)
    frame["region"] = np.where(np.arange(n) % 4 == 0, "manager", "customer")
    managers = frame["region"] == "manager"
    frame.loc[managers, "E1"] = np.clip(frame.loc[managers, "E1"] - 2, 1, 7)
    return frame


def test_two_groups_are_independent_samples():
    frame = company()
    groups = ["customer", "manager"]
    result = servqual.between(study(frame), column="region", groups=groups)
    found = result.items[result.items["item"] == "first_1"].iloc[0]
    sides = [frame.loc[frame["region"] == group, "E1"] for group in groups]
    test = stats.ttest_ind(sides[1], sides[0], equal_var=False)
    close(found[["estimate", "p_value"]], [sides[1].mean() - sides[0].mean(), test.pvalue])
    close(found[["value_from", "value_to"]], [side.mean() for side in sides])
    assert found[["n_from", "n_to"]].tolist() == [120, 40]
    assert result.table["dimension"].tolist() == ["first", "second"]
    assert (result.items["q_value"] >= result.items["p_value"]).all()


def test_turning_the_groups_turns_the_sign():
    made = study(company())
    one = servqual.between(made, column="region", groups=["customer", "manager"]).table
    other = servqual.between(made, column="region", groups=["manager", "customer"]).table
    close(one["estimate"], -other["estimate"])
    close(one["conf_low"], -other["conf_high"])


def test_groups_and_sides_that_are_not_there():
    made = study(company())
    with pytest.raises(AnalysisError, match="need two groups"):
        servqual.between(made, column="region", groups=["customer", "managers"])
    with pytest.raises(AnalysisError, match="need two groups"):
        servqual.between(made, column="region", groups=["customer", "customer"])
    with pytest.raises(AnalysisError, match='no item has the side "adequate"'):
        servqual.between(made, column="region", groups=["customer", "manager"], side="adequate")
