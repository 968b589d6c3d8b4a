"""Rivals, brand, comments and posts of the example are as planted."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from example_tables import LAST, TRUTH, WAVES, Tables, half

from cxresearch import samples
from cxresearch.samples import (
    aims,
    comments,
    planted,
    posts,
    rivals,
)


def mean_error(values: pd.Series, weights: pd.Series) -> tuple[float, float]:
    w = weights[values.notna()]
    x = values.dropna()
    mean = float(np.average(x, weights=w))
    return mean, float(np.sqrt((w**2 * (x - mean) ** 2).sum()) / w.sum())


def test_rivals_differ_as_planted(frame: pd.DataFrame) -> None:
    used = frame[frame["used_service"] == 1]
    far = 0
    for rival, by_key in TRUTH.rival_difference.items():
        for key, by_wave in by_key.items():
            own, theirs = used[rivals.RATED[key][0]], used[rivals.rival_column(rival, key)]
            pairs = own.where(own <= 7) - theirs.where(theirs <= 7)
            for wave, true in by_wave.items():
                mine = used["wave"] == wave
                found, error = mean_error(pairs[mine], used.loc[mine, "weight"])
                assert abs(found - true) < 4 * error, (rival, key, wave)
                far += abs(found - true) > 2 * error
        known = (used[rivals.rival_column(rival, "satisfaction")] != 98).mean()
        assert known == pytest.approx(TRUTH.rival_known[rival], abs=0.03)
    assert far < 10  # of 64


def test_brand_is_seen_as_planted(frame: pd.DataFrame, tables: Tables) -> None:
    used = frame[frame["used_service"] == 1]
    for name, by_wave in TRUTH.brand_seen.items():
        for wave, true in by_wave.items():
            mine = used[used["wave"] == wave]
            found, error = mean_error(mine[rivals.brand_column(name)], mine["weight"])
            assert abs(found - true) < 4 * error, (name, wave)
    assert sum(rivals.INTENDED.values()) == pytest.approx(1.0)
    seen = tables["brand"].groupby(["brand", "attribute"])["selected"].mean()
    for rival, shares in TRUTH.rival_brand_seen.items():
        for name, true in shares.items():
            assert seen[rival, name] == pytest.approx(true, abs=0.17), (rival, name)
    own = used.loc[used["wave"] == LAST, "B_GREEN"].mean()
    assert seen["Varlund", "green"] == pytest.approx(own)
    weights = tables["brand_intended"].set_index("attribute")["weight"]
    assert weights.sum() == pytest.approx(1.0)


def test_comments_are_as_frequent_as_planted_and_about_what_is_planted() -> None:
    sample = samples.survey()
    used = sample.frame[sample.frame["used_service"] == 1]
    for wave, true in TRUTH.comment_share.items():
        mine = used[used["wave"] == wave]
        found, error = mean_error(mine["COMMENT"].notna().astype(float), mine["weight"])
        assert abs(found - true) < 3.5 * error, wave
    said = sample.themes.merge(used[["respondent", "weight", "S1"]], on="respondent")
    said["S1"] = said["S1"].where(said["S1"] <= 7)
    for name, by_wave in TRUTH.theme_share.items():
        has = (said["first"] == name) | (said["second"] == name)
        for column, true_by in (("wave", by_wave), ("lang", TRUTH.theme_share_by_language[name])):
            for label, true in true_by.items():
                mine = said[column] == label
                found, _ = mean_error(has[mine].astype(float), said.loc[mine, "weight"])
                error = np.sqrt(1.3 * true * (1 - true) / mine.sum())
                assert abs(found - true) < 4 * error, (name, label)
        with_it, e1 = mean_error(said["S1"].where(has), said["weight"])
        without, e0 = mean_error(said["S1"].where(~has), said["weight"])
        impact = with_it - without
        assert abs(impact - TRUTH.theme_impact[name]) < 3.5 * np.hypot(e1, e0), name


def test_every_comment_has_a_language_and_personal_data_is_fake(
    frame: pd.DataFrame, tables: Tables
) -> None:
    text = frame["COMMENT"].dropna()
    assert (frame["COMMENT"].notna() == frame["COMMENT_LANG"].notna()).all()
    assert set(frame["COMMENT_LANG"].dropna()) == set(comments.LANGUAGES)
    russian = frame.loc[text.index, "COMMENT_LANG"] == "ru"
    assert (text.str.contains("[а-я]") == russian).all()
    for texts, at_least in ((text, 15), (tables["documents"]["text"], 25)):
        addresses = texts.str.extract(r"(\S+@\S+?)\.?(?:\s|$)")[0].dropna()
        assert len(addresses) >= at_least
        assert addresses.str.endswith("@example.com").all()
        assert texts.str.contains(r"\+\d\d? ").sum() >= at_least


def test_stored_truth_is_what_a_new_draw_finds() -> None:
    drawn = asdict(planted.recompute_company(n_per_wave=10_000, seed=5))
    stored = asdict(TRUTH)
    assert stored.keys() == drawn.keys()
    near = {"revenue_per_customer": 150.0, "rival_difference": 0.12, "theme_impact": 0.12}
    near |= {"brand_fit": 1.3, "brand_noise": 1.3, "churn": 0.003}
    near |= {"above_adequate": 0.06, "below_adequate": 0.02, "zone_width": 0.03}
    loose = {"theme_share", "theme_share_by_language", "brand_seen", "comment_share"}
    for name, value in stored.items():
        allowed = near.get(name, 0.025 if name in loose else 1e-4)
        flat, again = (pd.json_normalize({name: one}) for one in (value, drawn[name]))
        assert list(flat) == list(again), name
        assert np.allclose(flat, again, rtol=0, atol=allowed), name


def test_posts_rise_and_turn_to_complaint_as_planted(tables: Tables) -> None:
    written = tables["posts"]
    customers = written[written["author_key"].str.fullmatch(r"u\d{3}")]
    months = customers["ts"].dt.strftime("%Y-%m").value_counts()
    assert len(months) == 48
    rise = months[list(posts.RISE_MONTHS)]
    assert rise.mean() == pytest.approx(TRUTH.posts_a_month["rise"], abs=12)
    usual = months.drop(list(posts.RISE_MONTHS))
    assert usual.mean() == pytest.approx(TRUTH.posts_a_month["usual"], abs=2)
    for wave in WAVES:
        some = customers[half(customers["ts"]) == wave]
        mood = 100 * (1 - 2 * (some["sentiment"] == "negative").mean())
        assert mood == pytest.approx(TRUTH.post_mood[wave], abs=300 / np.sqrt(len(some))), wave
    assert set(customers["lang"]) == set(comments.LANGUAGES)
    assert customers["text"].value_counts().max() <= 2
    others = written.drop(customers.index)
    assert (others["author_key"] == posts.OWN_AUTHOR).sum() == posts.OWN_POSTS
    assert (others["author_key"] == posts.MACHINE).sum() == posts.MACHINE_POSTS
    assert others["text"].value_counts().max() == posts.COPIES


def test_actions_in_one_place_name_a_service_point(tables: Tables) -> None:
    done = tables["actions"].set_index("action_id")
    assert {name for name, *_ in (aims.HELPED, aims.IDLE)} <= set(done.index)
    local = done[done["branch_id"].notna()]
    assert 10 <= len(local) <= 30
    assert set(local["kpi_id"]) == set(aims.LOCAL_ON)
