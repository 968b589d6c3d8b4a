"""The level behind the waves against known answers; gaps, few waves, shares near the ends."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch import trends
from cxresearch.stats import smoothing
from cxresearch.study.study import Study

models = import_module("cxresearch.trends.level_model")

S10 = [7.10, 7.25, 7.05, 7.30, 7.42, 7.28, 7.50, 7.61, 7.48, 7.70]
N10 = [400, 380, 420, 150, 390, 410, 400, 395, 120, 405]
SMOOTHED = [
    7.1400745, 7.1844785, 7.1599123, 7.2632221, 7.3512501,
    7.3650053, 7.4753040, 7.5582387, 7.5845371, 7.6455847,
]  # fmt: skip
FLAT = [7.2, 7.15, 7.22, 7.18, 7.25, 7.1]


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def answers(means, sizes, variances=None) -> Study:
    """Waves whose means and sampling variances are exactly those given: half above, half below."""
    parts = []
    variances = [3.61 / n for n in sizes] if variances is None else variances
    for wave, (mean, n, variance) in enumerate(zip(means, sizes, variances, strict=True)):
        half = np.repeat([1.0, -1.0], [n // 2, n - n // 2])
        half = half - half.mean()
        spread = np.sqrt(variance * n) / half.std(ddof=1)
        parts.append(pd.DataFrame({"wave": 2001 + wave, "y": mean + spread * half}))
    scale = {"min": 0, "max": 20, "continuous": True}
    book = {"measures": {"y": {"kind": "score", "columns": "y", "scale": scale}}}
    return Study.from_frame(pd.concat(parts), book, wave="wave")


def codes(result):
    return {one.code for one in result.notes}


def test_homogeneity_and_line():
    fit = trends.track(answers(S10, N10)).fit.iloc[0]
    close(fit[["mean", "statistic", "df"]], [7.3635879, 43.6556318, 9])
    close(fit["p_value"], 1.6333e-6, 1e-9)
    close(fit[["slope", "slope_se"]], [0.0667978, 0.0111832])
    close(fit[["residual_statistic", "residual_df", "residual_p_value"]], [7.9779806, 8, 0.4356240])


def test_flat_series():
    result = trends.track(answers(FLAT, [400] * 6, [0.009] * 6))
    fit = result.fit.iloc[0]
    close(fit[["mean", "statistic", "p_value"]], [7.1833333, 1.5703704, 0.9048090])
    assert {"consistent_with_sampling", "level_variance_poor"} <= codes(result)


def test_most_likely_variance():
    fit = trends.track(answers(S10, N10)).fit.iloc[0]
    close(fit["signal_variance"], 0.0124657, 1e-5)
    close(fit["log_likelihood"], 3.1568965, 1e-5)
    close(fit[["signal_variance_low", "signal_variance_high"]], [0.0029596, 0.0626440], 1e-4)


def test_levels_of_a_known_variance(monkeypatch):
    """With the signal variance held at .01 the public call gives the smoothed levels."""

    def held(y, v, *, times=None, conf_level=0.95):
        return smoothing.local_level(y, v, signal_variance=0.01, times=times, conf_level=conf_level)

    monkeypatch.setattr(smoothing, "local_level_averaged", held)
    result = trends.track(answers(S10, N10))
    close(result.table["level"], SMOOTHED)
    close(result.table["level_se"].iloc[[0, 8]], [0.0759248, 0.0817914])
    close(result.fit["log_likelihood"], 3.1162559)
    close(result.table["filtered"].iloc[-1], 7.6455847)


def test_averaged_bands_are_wider_than_plug_in(monkeypatch):
    averaged = trends.track(answers(S10, N10)).table
    monkeypatch.setattr(models, "WAVES_AVERAGED", 0)
    plugged = trends.track(answers(S10, N10)).table
    width = (averaged["level_high"] - averaged["level_low"]).mean()
    assert width > (plugged["level_high"] - plugged["level_low"]).mean()


def test_a_declared_wave_without_answers_is_a_gap():
    one = answers(S10, N10)
    frame = one.frame[one.frame["wave"] != "2004"]
    book = {"measures": {"y": {"kind": "score", "columns": "y",
                               "scale": {"min": 0, "max": 20, "continuous": True}}}}  # fmt: skip
    order = [str(year) for year in range(2001, 2011)]
    gap = Study.from_frame(frame, book, wave={"column": "wave", "order": order})
    table = trends.track(gap).table
    assert table["wave"].tolist() == order
    missing = table[table["wave"] == "2004"].iloc[0]
    assert missing["reason"] == "not_asked"
    assert np.isnan(missing["observed"])
    assert table["level"].notna().all()
    width = table["level_high"] - table["level_low"]
    assert width.iloc[3] > width.iloc[2]


@pytest.mark.parametrize("waves", [1, 2, 5])
def test_too_few_waves_have_no_level(waves):
    result = trends.track(answers(S10[:waves], N10[:waves]))
    assert result.table["level"].isna().all()
    assert (result.table["reason"] == "too_few_waves").all()
    assert result.table["observed"].notna().all()
    assert "too_few_waves" in codes(result)
    assert result.fit["p_value"].notna().all() == (waves > 1)
    assert result.fit["slope"].notna().all() == (waves > 2)


def test_twenty_waves_and_more():
    table = trends.track(answers(S10 * 2 + S10[:2], N10 * 2 + N10[:2])).table
    assert table["level"].notna().all()
    assert (table["level_low"] < table["level_high"]).all()


def test_shares_near_the_end_stay_shares():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"wave": np.repeat(range(2010, 2020), 150)})
    frame["S"] = np.where(rng.random(1500) < 0.97, 7, 1)
    frame.loc[frame["wave"] == 2014, "S"] = 7
    book = {"measures": {"s": {"kind": "csat", "columns": "S", "scale": [1, 7], "top_box": 1}}}
    result = trends.track(Study.from_frame(frame, book, wave="wave"))
    assert result.fit.loc[0, "scale"] == "logit"
    for column in ("level", "level_low", "level_high", "filtered_low", "filtered_high"):
        assert result.table[column].between(0, 1).all()
    assert (result.table["level_se"] > 0).all()


def test_by_group_and_several_measures():
    result = trends.track(study(survey(1600, waves=8)), by="region")
    assert len(result.table) == 2 * 3 * 8
    assert len(result.fit) == 6
    assert result.table["level"].notna().all()


def test_all_answers_equal():
    result = trends.track(study(survey(800, waves=8).assign(S=7, NPS=10, good=7)))
    assert result.table["level"].notna().all()
    assert "zero_variance_wave" in codes(result)


def test_level_lies_within_its_band_and_order_of_rows_changes_nothing():
    frame = survey(1600, waves=8)
    one = trends.track(study(frame, weight="w")).table
    assert one["level"].between(one["level_low"], one["level_high"]).all()
    moved = frame.sample(frac=1, random_state=1).assign(w=lambda rows: rows["w"] / 7)
    other = trends.track(study(moved, weight="w")).table
    pd.testing.assert_frame_equal(one, other, rtol=1e-6)
