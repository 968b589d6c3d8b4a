"""The example holds what its documentation says it holds."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cxresearch import samples
from cxresearch.errors import StatisticsError
from cxresearch.samples import process, tolerance

E = [f"E{i}" for i in range(1, 23)]
P = [f"P{i}" for i in range(1, 23)]
A = [f"A{i}" for i in range(1, 23)]
POINTS = ["IMP_TAN", "IMP_REL", "IMP_RES", "IMP_ASS", "IMP_EMP"]
SCALES = (
    dict.fromkeys([*E, *P, *process.ATTRIBUTES, "S1", "CES"], (1, 7))
    | {"NPS": (0, 10)}
    | dict.fromkeys(["L1", "L2", "L3"], (1, 10))
)


@pytest.fixture(scope="module")
def sample() -> samples.Sample:
    return samples.survey()


@pytest.fixture(scope="module")
def frame(sample: samples.Sample) -> pd.DataFrame:
    return sample.frame


@pytest.fixture(scope="module")
def used(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["used_service"] == 1]


@pytest.fixture(scope="module")
def large() -> pd.DataFrame:
    """A sample forty times as large, of another seed: what it says lies close to the truth."""
    frame = samples.survey(n_per_wave=12_000, seed=7).frame
    return frame[frame["used_service"] == 1]


def weighted(values: pd.Series, weights: pd.Series) -> float:
    answered = values.notna()
    return float(np.average(values[answered], weights=weights[answered]))


def answered(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows[column].where(rows[column] < 98)


def test_same_seed_same_answers(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(frame, samples.survey().frame)
    assert not frame.equals(samples.survey(seed=samples.SEED + 1).frame)


def test_a_wave_does_not_depend_on_the_size_of_another(frame: pd.DataFrame) -> None:
    sizes = (50, *samples.N_PER_WAVE[1:])
    other = samples.survey(n_per_wave=sizes).frame
    last = frame[frame["wave"] != "2021 H1"].reset_index(drop=True)
    again = other[other["wave"] != "2021 H1"].reset_index(drop=True)
    # which customer a respondent is follows from who was interviewed, and stayed, before
    pd.testing.assert_frame_equal(last.drop(columns="customer"), again.drop(columns="customer"))


def test_committed_file_is_what_write_makes(root: Path, tmp_path: Path) -> None:
    made = samples.write(tmp_path / "new").read_bytes()
    assert made == (root / "params/data/example/responses.csv").read_bytes()
    assert len(made) < 1_000_000


def test_file_reads_back_as_the_frame(sample: samples.Sample, tmp_path: Path) -> None:
    read = pd.read_csv(samples.write(tmp_path, sample))
    pd.testing.assert_frame_equal(read, sample.frame, check_dtype=False)


@pytest.mark.parametrize("sizes", [49, [300] * 7, [300] * 7 + [10]])
def test_sizes_that_cannot_be_are_refused(sizes: int | list[int]) -> None:
    with pytest.raises(StatisticsError, match="at least 50 for each of 8 waves"):
        samples.survey(n_per_wave=sizes)


def test_ids_and_waves(frame: pd.DataFrame) -> None:
    assert frame["respondent"].is_unique
    assert tuple(frame["wave"].unique()) == process.WAVES
    assert tuple(frame["wave"].value_counts()[list(process.WAVES)]) == samples.N_PER_WAVE
    dates = pd.to_datetime(frame["interview_date"])
    half = dates.dt.year.astype(str) + " H" + np.where(dates.dt.month < 7, "1", "2")
    assert (half == frame["wave"]).all()


def test_no_answer_lies_outside_its_scale(frame: pd.DataFrame) -> None:
    for column, (low, high) in SCALES.items():
        given = frame[column].dropna()
        assert (given % 1 == 0).all()
        may_skip = column in {"INVOICE", "TRACKING", "CES"}
        codes = [98, 99] if may_skip else [99]
        assert (given.between(low, high) | given.isin(codes)).all(), column
        assert (given == 98).any() == may_skip, column


def test_people_screened_out_answer_nothing(frame: pd.DataFrame) -> None:
    out = frame[frame["used_service"] == 0]
    assert 20 <= len(out) <= 60
    assert out[[*SCALES, *POINTS, *A]].isna().all(axis=None)
    assert out["weight"].gt(0).all()


def test_weights_restore_regions_and_tiers(used: pd.DataFrame) -> None:
    for wave, rows in used.groupby("wave"):
        total = rows["weight"].sum()
        assert total == pytest.approx(len(rows), abs=0.01), wave
        for column, labels in (("region", process.REGIONS), ("tier", process.TIERS)):
            shares = rows.groupby(column)["weight"].sum() / total
            planned = process.POPULATION_SHARES[column]
            assert shares[list(labels)].tolist() == pytest.approx(planned, abs=1e-4), wave


def test_design_effect_of_the_weights(used: pd.DataFrame) -> None:
    w = used["weight"]
    assert len(w) * (w**2).sum() / w.sum() ** 2 == pytest.approx(1.3, abs=0.05)


def test_branches_lie_in_their_regions(frame: pd.DataFrame) -> None:
    found = frame.groupby("branch")["region"].unique()
    assert {b: list(r) for b, r in found.items()} == {
        branch: [region] for region, branches in process.BRANCHES.items() for branch in branches
    }


def test_effort_is_asked_after_contact_only(used: pd.DataFrame) -> None:
    ces = used["CES"]
    assert (ces[used["contact"] == 0] == 98).all()
    assert not (ces[used["contact"] == 1] == 98).any()


def test_importance_points(used: pd.DataFrame) -> None:
    points = used[POINTS].dropna(how="all")
    assert points.notna().all(axis=None)
    counts = points.sum(axis="columns").value_counts()
    assert set(counts.index) == {100, 105, 110, 130}
    assert counts[100] > 0.95 * len(points)
    assert not points.isin([98, 99]).any(axis=None)


def test_marks_of_careless_answering(used: pd.DataFrame) -> None:
    battery = used[P].where(used[P] < 98)
    assert 10 <= (battery.nunique(axis="columns") == 1).sum() <= 50
    assert 10 <= (used["seconds"] < used["seconds"].median() / 3).sum() <= 60
    assert 2 <= used[[*SCALES, *POINTS]].duplicated().sum() <= 15


def test_missing_answers_are_few_and_of_both_kinds(used: pd.DataFrame) -> None:
    battery = used[[*E, *P]]
    assert 0.005 < battery.isna().mean().mean() < 0.03
    assert 0.004 < (battery == 99).mean().mean() < 0.02


def test_expectations_are_high_and_skewed(used: pd.DataFrame) -> None:
    reliability = used[E[4:9]].where(used[E[4:9]] < 98)
    assert 0.45 < (reliability == 7).sum().sum() / reliability.notna().sum().sum() < 0.65
    assert answered(used, "S1").skew() < -0.2


def test_committed_sample_lies_near_the_truth_in_every_wave(used: pd.DataFrame) -> None:
    # the seed is the first for which this holds (docs/example.md)
    for wave, rows in used.groupby("wave"):
        s1, nps = answered(rows, "S1"), answered(rows, "NPS")
        score = 100 * ((nps >= 9).astype(float) - (nps <= 6)).where(nps.notna())
        top = (s1 >= 6).astype(float).where(s1.notna())
        for values, true in (
            (s1, samples.TRUTH.satisfaction_mean[wave]),
            (top, samples.TRUTH.satisfaction_top2[wave]),
            (score, samples.TRUTH.nps[wave]),
        ):
            mean = weighted(values, rows["weight"])
            w = rows["weight"][values.notna()]
            error = np.sqrt((w**2 * (values.dropna() - mean) ** 2).sum()) / w.sum()
            assert abs(mean - true) < 2 * error, wave


def test_weighted_answers_find_the_truth_and_unweighted_do_not(large: pd.DataFrame) -> None:
    for wave, rows in large.groupby("wave"):
        true = samples.TRUTH.satisfaction_mean[wave]
        assert weighted(answered(rows, "S1"), rows["weight"]) == pytest.approx(true, abs=0.05)
    raw = answered(large, "S1").mean()
    assert raw > np.mean(list(samples.TRUTH.satisfaction_mean.values())) + 0.03


def test_segments_differ_as_planted(large: pd.DataFrame) -> None:
    truth = samples.TRUTH
    for column, planted, near in (
        ("region", truth.satisfaction_by_region, 0.04),
        ("tier", truth.satisfaction_by_tier, 0.04),
        ("branch", truth.satisfaction_by_branch, 0.06),
    ):
        for label, rows in large.groupby(column):
            found = weighted(answered(rows, "S1"), rows["weight"])
            assert found == pytest.approx(planted[label], abs=near), label


def test_gaps_are_as_planted(large: pd.DataFrame) -> None:
    latest = large[large["wave"] == "2024 H2"]
    for dimension, columns in process.item_columns("P").items():
        wanted = process.item_columns("E")[dimension]
        pairs = latest[columns].where(latest[columns] < 98).to_numpy() - (
            latest[wanted].where(latest[wanted] < 98).to_numpy()
        )
        full = pd.DataFrame(pairs, index=latest.index).dropna().mean(axis="columns")
        found = weighted(full, latest["weight"][full.index])
        assert found == pytest.approx(samples.TRUTH.gaps_latest[dimension], abs=0.05), dimension


def test_the_adequate_level_was_asked_in_the_last_two_waves(used: pd.DataFrame) -> None:
    asked = used["wave"].isin(tolerance.ASKED)
    assert used.loc[~asked, A].isna().all(axis=None)
    given = used.loc[asked, A]
    assert (given.isna() | given.isin([*range(1, 8), 99])).all(axis=None)
    assert 0.005 < given.isna().mean().mean() < 0.03
    assert 0.004 < (given == 99).mean().mean() < 0.02
    assert sum(len(items) for items in tolerance.adequate_columns().values()) == len(A) == 22


def test_adequate_lies_below_what_is_expected_save_now_and_then(used: pd.DataFrame) -> None:
    rows = used[used["wave"].isin(tolerance.ASKED)]
    breaches = pairs = 0
    for least, hoped in zip(A, E, strict=True):
        both = rows[[least, hoped]]
        both = both[(both < 98).all(axis="columns")]
        pairs += len(both)
        breaches += int((both[least] > both[hoped]).sum())
    assert 0 < breaches / pairs < 0.02


def test_zones_are_as_planted(large: pd.DataFrame) -> None:
    truth = samples.COMPANY_TRUTH
    for wave in tolerance.ASKED:
        rows = large[large["wave"] == wave]
        for dimension, columns in tolerance.adequate_columns().items():
            sides = (process.item_columns(side)[dimension] for side in "PE")
            given, hoped = (rows[one].where(rows[one] < 98).to_numpy() for one in sides)
            least = rows[columns].where(rows[columns] < 98).to_numpy()
            above = pd.DataFrame(np.where(least <= hoped, given - least, np.nan), rows.index)
            above = above[above.notna().sum(axis="columns") >= len(columns) / 2]
            mean = above.mean(axis="columns")
            found = weighted(mean, rows.loc[mean.index, "weight"])
            planted = truth.above_adequate[dimension][wave]
            assert found == pytest.approx(planted, abs=0.06), (wave, dimension)


def test_truth_tells_the_planted_story() -> None:
    truth = samples.TRUTH
    gaps = truth.gaps_latest
    assert min(gaps, key=gaps.__getitem__) == "reliability"
    assert abs(gaps["tangibles"]) < 0.05
    for importance in (truth.importance_all, truth.importance_latest):
        blocks, drivers = importance.block_shares, importance.driver_shares
        assert blocks["quality"] > blocks["delivery"] > 2 * blocks["cost"]
        assert max(drivers, key=drivers.__getitem__) == "on_time"
        assert drivers["packaging"] < 1e-4
    means = truth.satisfaction_mean
    before = [means[w] for w in process.WAVES[:4]]
    after = [means[w] for w in process.WAVES[4:]]
    assert max(before) - min(before) < 0.005
    assert truth.break_satisfaction == pytest.approx(after[0] - before[-1], abs=1e-4)
    assert after == sorted(after)
    assert after[-1] < before[0] - 0.3


def test_importance_adds_up() -> None:
    for importance in (samples.TRUTH.importance_all, samples.TRUTH.importance_latest):
        for parts in (importance.drivers, importance.blocks, importance.within_blocks):
            assert sum(parts.values()) == pytest.approx(importance.r_squared, abs=1e-4)
        for block, part in importance.blocks.items():
            inside = [importance.within_blocks[k] for k, b in samples.DRIVERS.items() if b == block]
            assert sum(inside) == pytest.approx(part, abs=1e-4)


#: About five standard errors of 25,000 customers a wave, where .04 scale points are not that.
NEAR = {
    "nps": 2.5,
    "break_nps": 3.6,
    "satisfaction_top2": 0.016,
    "break_top2": 0.022,
    "effort_top3": 0.02,
    "effort_mean": 0.05,
    "loyalty_mean": 0.06,
    "points": 0.15,
    "break_satisfaction": 0.055,
    "importance_all": 0.008,
    "importance_latest": 0.02,
    "alpha": 0.005,
}


def _numbers(value: object, name: str = "") -> dict[str, float]:
    if isinstance(value, dict):
        found = {}
        for key, one in value.items():
            found |= _numbers(one, f"{name}.{key}")
        return found
    return {name: float(value)} if isinstance(value, float) else {}


def test_stored_truth_is_what_a_new_draw_finds() -> None:
    stored = _numbers(asdict(samples.TRUTH))
    drawn = _numbers(asdict(samples.recompute(n_per_wave=25_000, seed=11)))
    assert stored.keys() == drawn.keys()
    for name, value in stored.items():
        field = name.split(".")[1]
        assert drawn[name] == pytest.approx(value, abs=NEAR.get(field, 0.04)), name


def test_params_and_codebook_name_columns_of_the_file(root: Path, frame: pd.DataFrame) -> None:
    params = yaml.safe_load((root / "params/example.yml").read_text(encoding="utf-8"))
    data = params["data"]
    named = {data["id"], data["weight"], data["service_point"], data["duration"]}
    named |= {data["wave"]["column"], *data["segments"], data["eligible"][0]["column"]}
    assert named <= set(frame)
    assert tuple(data["wave"]["order"]) == process.WAVES
    blocks = params["analysis"]["drivers"]["blocks"]
    assert {key: block for block, keys in blocks.items() for key in keys} == dict(samples.DRIVERS)
    codebook = yaml.safe_load((root / "params/codebooks/example.yml").read_text(encoding="utf-8"))
    columns: list[str] = []
    for name, dimension in codebook["dimensions"].items():
        items = dimension["items"]
        assert [i["expectation"] for i in items] == process.item_columns("E")[name]
        assert [i["perception"] for i in items] == process.item_columns("P")[name]
        assert [i["adequate"] for i in items] == tolerance.adequate_columns()[name]
        assert dimension["importance"] == process.points_column(name)
    for one in [*codebook["measures"].values(), *codebook["attributes"].values()]:
        columns += one["columns"]
    assert sorted(columns) == sorted(set(SCALES) - {*E, *P})


def test_every_text_of_the_codebook_stands_in_four_languages(root: Path) -> None:
    codebook = yaml.safe_load((root / "params/codebooks/example.yml").read_text(encoding="utf-8"))
    texts = [one["label"] for one in codebook["dimensions"].values()]
    for dimension in codebook["dimensions"].values():
        texts += [item[name] for item in dimension["items"] for name in ("label", "text")]
    for one in [*codebook["measures"].values(), *codebook["attributes"].values()]:
        texts += [one["label"], one["text"]]
    for one in [*codebook["verbatims"].values(), *codebook["brand"]["attributes"].values()]:
        texts += [one["label"], one["text"]]
    for scale in codebook["scales"].values():
        texts += list(scale["labels"].values())
    assert len(texts) == 5 + 2 * 22 + 2 * (4 + 6) + 2 * (1 + 8) + 3 + 7 + 2 + 2
    for text in texts:
        assert list(text) == ["en", "es", "sl", "ru"]
        assert all(text.values())
        assert any("а" <= letter <= "я" for letter in text["ru"].lower()), text


def test_documentation_gives_the_stored_numbers(root: Path) -> None:
    text = (root / "docs/example.md").read_text(encoding="utf-8").replace("−", "-")
    truth = samples.TRUTH
    for wave in process.WAVES:
        assert f"| {wave} | {truth.nps[wave]:.1f} | {truth.satisfaction_mean[wave]:.3f} |" in text
        gaps = " | ".join(f"{truth.gaps[wave][name]:.3f}" for name in truth.gaps_latest)
        assert f"| {wave} | {gaps} | {truth.gap_weighted[wave]:.3f} |" in text
    for name, part in truth.importance_all.drivers.items():
        assert f"| `{name}` | {samples.DRIVERS[name]} | {part:.4f} |" in text
    for name, part in truth.importance_all.blocks.items():
        assert f"| {name} | {part:.4f} |" in text
