"""Each analysis finds what was planted in the example study (docs/example.md).

The seed of the committed file was chosen; coverage is therefore counted over other seeds. Most
checks hold for any sample; those of intervals allow for the errors that intervals promise.
"""

import numpy as np
import pytest

from cxresearch import (
    drivers,
    kpis,
    operations,
    quality,
    samples,
    scorecard,
    servqual,
    trends,
    verbatims,
)
from cxresearch.samples import aims, posts, tolerance
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

SEEDS = (11, 12, 13, 14)
TRUTH = samples.TRUTH
COMPANY = samples.COMPANY_TRUTH
WAVES = list(TRUTH.nps)


@pytest.fixture(scope="module")
def example(root) -> Study:
    return load_study(root / "params" / "example.yml")


def another(example: Study, seed: int) -> Study:
    data = example.params.data
    keys = {
        name: getattr(data, name)
        for name in ("id", "weight", "segments", "service_point", "duration")
    }
    return Study.from_frame(
        samples.survey(seed=seed).frame,
        example.codebook,
        wave=data.wave.model_dump(),
        missing=[99],
        not_applicable=[98],
        eligible=[{"column": "used_service", "in": [1]}],
        analysis={
            name: getattr(example.params.analysis, name).model_dump()
            for name in ("min_n", "servqual", "drivers", "trends")
        },
        **keys,
    )


@pytest.fixture(scope="module")
def others(example) -> list[Study]:
    return [another(example, seed) for seed in SEEDS]


def covered(table, truth) -> int:
    inside = (table["conf_low"] <= truth) & (truth <= table["conf_high"])
    return int(inside.sum())


def figure(table, measure, statistic):
    return table[(table["measure"] == measure) & (table["statistic"] == statistic)]


def test_fieldwork_is_counted(example):
    result = quality.check(example)
    flow = result.flow.groupby("stage")["n"].sum()
    assert flow["received"] == 2315
    assert flow["received"] - flow["analysed"] == 44
    rules = result.table.set_index("rule")["n_flagged"]
    assert rules["straight_perception"] == pytest.approx(24, abs=2)
    assert rules["speeder"] == pytest.approx(34, abs=3)
    assert rules["same_answers"] == pytest.approx(16, abs=2)
    assert rules["points"] == 62
    assert rules["out_of_range"] == 0
    notes = {note.code: note for note in servqual.gaps(example).notes}
    assert notes["points_rescaled"]["n"] == 40
    assert notes["points_dropped"]["n"] == 22
    weighted = next(note for note in kpis.measure(example).notes if note.code == "weighted")
    assert weighted["deff"] == pytest.approx(1.30, abs=0.01)


def test_headlines_of_every_wave(others):
    """Four samples, eight waves, six figures: 192 intervals of 95 %, most of them independent."""
    planted = {
        ("recommend", "nps"): TRUTH.nps,
        ("satisfaction", "mean"): TRUTH.satisfaction_mean,
        ("satisfaction", "top_box"): TRUTH.satisfaction_top2,
        ("effort", "mean"): TRUTH.effort_mean,
        ("effort", "easy"): TRUTH.effort_top3,
        ("loyalty", "mean"): TRUTH.loyalty_mean,
    }
    hits = 0
    for one in others:
        table = kpis.measure(one, by="wave").table
        for (measure, statistic), truth in planted.items():
            found = figure(table, measure, statistic)
            assert found["wave"].tolist() == WAVES
            hits += covered(found, np.array(list(truth.values())))
    assert 192 * 0.90 <= hits <= 192


def test_headlines_of_the_committed_file(example):
    table = kpis.measure(example, by="wave").table
    nps = figure(table, "recommend", "nps")
    away = (nps["estimate"] - np.array(list(TRUTH.nps.values()))) / nps["std_error"]
    assert (away.abs() < 2.2).all()


def test_weights_undo_the_sampling(others):
    for one in others:
        bare = Study.from_frame(
            one.frame[["S1"]],
            {"measures": {"s": {"kind": "csat", "columns": "S1", "scale": [1, 7]}}},
        )
        plain = kpis.measure(bare).table.loc[0, "estimate"]
        weighted = figure(kpis.measure(one).table, "satisfaction", "mean")["estimate"].iloc[0]
        assert plain > weighted


def test_gaps(others):
    hits = checks = 0
    for one in others:
        table = servqual.gaps(one, by="wave").table
        for wave in WAVES:
            rows = table[table["wave"] == wave].set_index("dimension")
            planted = {**TRUTH.gaps[wave], "overall_weighted": TRUTH.gap_weighted[wave]}
            for name, truth in planted.items():
                hits += covered(rows.loc[[name]], truth)
                checks += 1
    assert checks == 4 * 8 * 7
    assert hits >= 0.90 * checks  # dimensions share their respondents: not independent


def test_order_of_gaps(example, others):
    for one in (example, *others):
        table = servqual.gaps(one).table.set_index("dimension")["estimate"]
        dimensions = table[["tangibles", "reliability", "responsiveness", "assurance", "empathy"]]
        assert dimensions.idxmin() == "reliability"
        assert dimensions.idxmax() == "tangibles"
        assert dimensions.nsmallest(2).index.tolist() == ["reliability", "responsiveness"]
        assert table["overall_weighted"] < table["overall"] < 0


def test_drivers(example, others):
    parts, inside, useless = [], 0, 0
    for one in (example, *others):
        result = drivers.importance(one, n_resamples=200)
        table = result.table.set_index("driver")
        assert table["estimate"].idxmax() == "on_time"
        assert set(table["estimate"].nlargest(2).index) == {"on_time", "reliability"}
        assert set(table["estimate"].nsmallest(3).index) >= {"packaging"}
        assert table.loc["packaging", "rank"] >= 9
        useless += bool(table.loc["packaging", "beats_noise"])
        assert table.loc[["on_time", "reliability", "responsiveness"], "beats_noise"].all()
        assert not table["withheld"].any()
        blocks = result.blocks["block"].tolist()
        assert blocks[-1] == "cost"
        assert set(blocks[:2]) == {"quality", "delivery"}
        assert table["estimate"].sum() == pytest.approx(result.fit.loc[0, "r_squared"])
        assert result.blocks["estimate"].sum() == pytest.approx(result.fit.loc[0, "r_squared"])
        assert result.fit.loc[0, "r_squared"] == pytest.approx(
            TRUTH.importance_all.r_squared, abs=0.06
        )
        truth = TRUTH.importance_all.drivers
        known = [name for name in truth if name != "packaging"]
        planted = np.array([truth[name] for name in known])
        inside += covered(table.loc[known], planted)
        parts.append(table.loc[known, "estimate"].to_numpy())
    assert useless <= 1
    assert inside >= 40  # of fifty
    np.testing.assert_allclose(np.mean(parts, axis=0), planted, atol=0.015)


def test_the_break_is_seen_in_the_contrasts(example, others):
    """Shares and means show it in every sample; the score, with its wide errors, in most."""
    seen = inside = 0
    for one in (example, *others):
        table = trends.compare(one).table
        previous = table[table["contrast"] == "previous"].set_index(["measure", "wave_to"])
        for measure in ("satisfaction", "loyalty"):
            changes = previous.loc[measure]
            assert changes["estimate"].idxmin() == TRUTH.break_wave
            assert changes.loc[TRUTH.break_wave, "q_value"] < 0.05
            assert changes.loc[TRUTH.break_wave, "verdict"] in ("clear_fall", "likely_fall")
        score = previous.loc[("recommend", TRUTH.break_wave)]
        seen += score["q_value"] < 0.05
        inside += score["conf_low"] <= TRUTH.break_nps <= score["conf_high"]
    assert seen >= 4
    assert inside >= 4


def test_quiet_waves_are_seldom_called_a_change(others):
    """Waves 2 to 4 are like those before them: 4 samples x 4 measures x 3 contrasts."""
    alarms = 0
    for one in others:
        table = trends.compare(one).table
        quiet = table[(table["contrast"] == "previous") & table["wave_to"].isin(WAVES[1:4])]
        assert len(quiet) == 12
        alarms += int((quiet["q_value"] <= 0.05).sum())
    assert alarms <= 6


def test_levels_lie_nearer_to_the_truth_than_the_figures(others):
    level = observed = inside = 0
    truth = np.array(list(TRUTH.nps.values()))
    for one in others:
        table = trends.track(one, measure="recommend").table
        level += float(((table["level"] - truth) ** 2).sum())
        observed += float(((table["observed"] - truth) ** 2).sum())
        inside += int(((table["level_low"] <= truth) & (truth <= table["level_high"])).sum())
    assert level < observed * 1.05
    assert inside >= 28  # of thirty-two


def test_track_tells_true_movement_from_sampling_error(others):
    for one in others:
        fit = trends.track(one, measure="recommend").fit.iloc[0]
        assert fit["p_value"] < 0.01
        assert fit["signal_variance"] > 0
        early = one.where(wave=WAVES[:4])
        assert trends.track(early, measure="recommend").fit["p_value"].iloc[0] > 0.001


def test_segments(others):
    for one in others:
        table = kpis.measure(one, by="tier").table
        means = figure(table, "satisfaction", "mean").set_index("tier")["estimate"]
        assert means.idxmax() == "Premier"
        places = figure(kpis.measure(one, by="branch").table, "satisfaction", "mean")
        assert places.set_index("branch")["estimate"].idxmin() == "Carrowby"


def test_zones_of_tolerance(others):
    """Four samples, two waves, five dimensions: where the mean lies, and by how much."""
    inside = share = checks = 0
    for one in others:
        asked = one.where(wave=list(tolerance.ASKED))
        table = servqual.zone(asked, by="wave", n_resamples=200).table
        for wave in tolerance.ASKED:
            rows = table[table["wave"] == wave].set_index("dimension")
            assert rows.loc["reliability", "verdict"] == "below"
            assert rows.loc["tangibles", "position"] > rows.loc["responsiveness", "position"]
            for name in tolerance.WIDTHS:
                row, planted = rows.loc[name], COMPANY.above_adequate[name][wave]
                inside += bool(row["msa_conf_low"] <= planted <= row["msa_conf_high"])
                planted = COMPANY.below_adequate[name][wave]
                share += bool(row["below_conf_low"] <= planted <= row["below_conf_high"])
                assert row["width"] == pytest.approx(COMPANY.zone_width[name], abs=0.3)
                checks += 1
    assert checks == 40
    assert inside >= 35
    assert share >= 35


def test_the_rise_of_posts_and_who_is_behind_them(example):
    found = verbatims.volume(example).table
    fired = found[found["rule_fired"] == "beyond_3_sigma"]
    assert set(fired["period"]) == set(posts.RISE_MONTHS)
    assert set(fired["fired_side"]) == {"above"}
    flags = verbatims.posts(example).flags.set_index("rule")
    assert flags.loc["own_posts", "n_flagged"] == posts.OWN_POSTS
    assert flags.loc["posting_rate", ["n_flagged", "n_authors"]].tolist() == [30, 1]
    assert flags.loc["same_text", "n_flagged"] == posts.COPIES - 1
    assert flags["left_out"].all()


def test_the_mood_of_posts(example):
    table = verbatims.posts(example, period="half_year").table.set_index("period").loc[WAVES]
    assert covered(table, np.array([COMPANY.post_mood[wave] for wave in WAVES])) >= 7
    assert table["estimate"].idxmin() == TRUTH.break_wave


def test_the_action_that_helped_and_those_that_did_not(example):
    table = operations.actions(example).table.set_index("action")
    helped, idle = table.loc[aims.HELPED[0]], table.loc[aims.IDLE[0]]
    planted = COMPANY.same_day["after"] - COMPANY.same_day["before"]
    assert helped["judgement"] == "better"
    assert helped["conf_low"] <= planted <= helped["conf_high"]
    assert idle["judgement"] == "cannot_tell"
    local = table[table["basis"] == "with_comparison"]
    assert len(local) >= 5
    assert (local["judgement"] == "cannot_tell").mean() >= 0.9


def test_goals_are_judged_by_what_is_planted(example):
    planted = {
        ("satisfaction", wave): TRUTH.satisfaction_top2[wave] for wave in ("2023 H2", "2024 H2")
    }
    planted |= {
        ("delivery_success", wave): COMPANY.delivery_success[wave]
        for wave in ("2023 H2", "2024 H2")
    }
    planted |= {
        ("calls_in_20s", year): COMPANY.calls_in_20s["2024 H2"] for year in ("2023", "2024")
    }
    planted |= {("email_same_day", "2023"): COMPANY.same_day["after"]}
    table = scorecard.goals(example).table.set_index(["measure", "period"])
    assert len(table) == len(aims.TARGETS)
    assert table["reason"].isna().all()
    for key, true in planted.items():
        row = table.loc[key]
        assert row["status"] == ("green" if true >= row["target"] else "red"), key
    assert table.loc[("complaint_rate", "2024 H2"), "status"] == "red"


def test_visits_that_end_before_the_goal(example):
    table = operations.measure(example, measures=["exit_rate"]).table
    table = table[table["statistic"] == "visits"].set_index("period").loc[WAVES]
    assert covered(table, np.array([COMPANY.abandonment[wave] for wave in WAVES])) >= 7
