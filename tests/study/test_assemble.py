"""Bad input gets one clear answer; what is merely unusual gets complete results."""

import json

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

import cxresearch
from cxresearch import drivers, kpis, quality, servqual, trends
from cxresearch.errors import CxError, DataError, InputError, ParamsError
from cxresearch.study.assemble import natural
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

PARAMS = """
study: {name: acme}
data:
  responses: data.csv
  id: id
  wave: wave
  weight: w
  segments: [region]
  missing: [99]
codebook: book.yml
analysis: {n_resamples: 50}
"""
BOOK = """
scales: {agree7: [1, 7]}
dimensions:
  service: {scale: agree7, expectation: [E1, E2, E3], perception: [P1, P2, P3]}
measures:
  satisfaction: {kind: csat, columns: S, scale: agree7, top_box: 2}
  recommend: {kind: nps, columns: NPS}
attributes:
  good: {columns: good, scale: agree7, block: quality}
  cheap: {columns: cheap, scale: agree7, block: cost}
  fast: {columns: fast, scale: agree7, block: delivery}
"""


@pytest.fixture
def folder(tmp_path):
    survey().to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "book.yml").write_text(BOOK)
    (tmp_path / "acme.yml").write_text(PARAMS)
    return tmp_path


def change(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def told(folder, kind=InputError, overrides=None):
    with pytest.raises(kind) as caught:
        load_study(folder / "acme.yml", overrides)
    text = str(caught.value)
    assert "where" in text or "try" in text
    return text


def save(folder, frame):
    frame.to_csv(folder / "data.csv", index=False)


def test_it_loads(folder):
    one = load_study(folder / "acme.yml")
    assert one.n == 240
    assert one.waves == ("2028", "2029")
    assert cxresearch.load_study(folder / "acme.yml").fingerprint == one.fingerprint


# faults -------------------------------------------------------------------------------------


def test_missing_file(folder):
    change(folder, "acme.yml", "responses: data.csv", "responses: dta.csv")
    text = told(folder)
    assert "dta.csv" in text
    assert 'did you mean "data.csv"?' in text


def test_missing_params(folder):
    with pytest.raises(ParamsError, match=r'did you mean "acme\.yml"'):
        load_study(folder / "acne.yml")


def test_wrong_delimiter(folder):
    change(folder, "acme.yml", "responses: data.csv", "responses: {path: data.csv, delimiter: ';'}")
    text = told(folder, DataError)
    assert "data.csv" in text
    assert "delimiter" in text


def test_wrong_encoding(folder):
    frame = survey().replace({"region": {"North": "Žalec"}})
    frame.to_csv(folder / "data.csv", index=False, encoding="cp1250")
    change(
        folder, "acme.yml", "responses: data.csv", "responses: {path: data.csv, encoding: utf-8}"
    )
    text = told(folder, DataError)
    assert "encoding" in text
    assert "data.csv" in text


def test_found_encoding(folder):
    frame = survey().replace({"region": {"North": "Žalec", "South": "Črnuče"}})
    frame.to_csv(folder / "data.csv", index=False, encoding="cp1250")
    assert set(load_study(folder / "acme.yml").groups("region")) == {"Žalec", "Črnuče"}


def test_a_column_that_is_not_there(folder):
    change(folder, "acme.yml", "[region]", "[reigon]")
    text = told(folder, DataError)
    assert 'there is no column "reigon"' in text
    assert "data.segments[0]" in text
    assert 'did you mean "region"?' in text


def test_a_column_of_the_codebook_that_is_not_there(folder):
    change(folder, "book.yml", "columns: cheap", "columns: cheep")
    text = told(folder, DataError)
    assert 'no column "cheep"' in text
    assert "cheap (attribute)" in text
    assert 'did you mean "cheap"?' in text


def test_answers_outside_the_scale(folder):
    save(folder, survey().assign(S=lambda f: f["S"].where(f.index > 2, 77)))
    text = told(folder, DataError)
    assert 'measure "S" has answers outside its scale agree7 (1–7)' in text
    assert 'data.csv, column "S", 3 of 240 rows, first at respondent 1, line 2' in text
    assert "77 (3×)" in text


def test_text_in_a_rating_column(folder):
    frame = survey().astype({"S": object})
    frame.loc[9, "S"] = "great"
    save(folder, frame)
    text = told(folder, DataError)
    assert 'text in a column of ratings: "S"' in text
    assert "first at respondent 10, line 11" in text
    assert '"great"' in text


def test_duplicate_ids(folder):
    frame = survey()
    frame.loc[[4, 7], "id"] = 4
    save(folder, frame)
    text = told(folder, DataError)
    assert "ids that stand in several rows of a wave" in text
    assert "3 of 240 rows, first at respondent 4" in text


def test_one_id_in_two_waves_is_no_fault(folder):
    frame = survey()
    frame["id"] = [*range(120), *range(120)]
    save(folder, frame)
    assert load_study(folder / "acme.yml").n == 240


@pytest.mark.parametrize("content", ["", "id,wave,w,region,S\n"])
def test_empty_file(folder, content):
    (folder / "data.csv").write_text(content)
    assert "data.csv" in told(folder, DataError)


def test_header_without_rows(folder):
    save(folder, survey().iloc[:0])
    assert "row" in told(folder, DataError)


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (-1.0, "weights below zero or infinite"),
        (0.0, "no weight is above zero"),
        ("heavy", "text in the column of weights"),
    ],
)
def test_weights(folder, weights, text):
    save(folder, survey().assign(w=weights))
    found = told(folder, DataError)
    assert text in found
    assert "data.weight" in found


def test_missing_weights(folder):
    frame = survey()
    frame.loc[3, "w"] = np.nan
    save(folder, frame)
    assert "data.missing_weight: drop" in told(folder, DataError)
    one = load_study(folder / "acme.yml", {"data.missing_weight": "drop"})
    assert one.n == 239
    assert "weights_missing" in {note.code for note in one.notes}


def test_a_typo_in_the_params(folder):
    change(folder, "acme.yml", "segments:", "segmnets:")
    text = told(folder, ParamsError)
    assert "segmnets" in text
    assert "segments" in text


def test_a_typo_in_the_codebook(folder):
    change(folder, "book.yml", "top_box:", "topbox:")
    text = told(folder)
    assert "topbox" in text
    assert "top_box" in text


def test_broken_yaml(folder):
    change(folder, "acme.yml", "[region]", "[region")
    assert "acme.yml" in told(folder, ParamsError)


@pytest.mark.parametrize("name", ["../acme", "a/b", "a b", "", "..", "/etc"])
def test_a_study_name_that_leaves_the_folder(folder, name):
    change(folder, "acme.yml", "{name: acme}", f"{{name: {json.dumps(name)}}}")
    assert "study.name" in told(folder, ParamsError)


def test_a_wave_that_order_does_not_name(folder):
    change(folder, "acme.yml", "wave: wave", "wave: {column: wave, order: [2029, 2030]}")
    text = told(folder, DataError)
    assert "waves that data.wave.order does not name" in text
    assert "found : 2028" in text


def test_nobody_is_eligible(folder):
    change(folder, "acme.yml", "missing:", "eligible: [{column: region, in: [Nord]}]\n  missing:")
    text = told(folder, DataError)
    assert "no respondent passes" in text
    assert 'did you mean "North"?' in text


def test_a_segment_named_as_a_column_of_results(folder):
    save(folder, survey().rename(columns={"region": "unit"}))
    change(folder, "acme.yml", "[region]", "[unit]")
    assert 'result tables have a column "unit" of their own' in told(folder)


def test_a_stratum_with_one_cluster(folder):
    frame = survey().assign(stratum="A")
    frame.loc[0, "stratum"] = "B"
    save(folder, frame)
    change(folder, "acme.yml", "weight: w", "weight: w\n  strata: stratum")
    text = told(folder, DataError)
    assert "2028 · B" in text
    assert "lonely_psu" in text
    assert load_study(folder / "acme.yml", {"data.lonely_psu": "adjust"}).n == 240


def test_faults_of_params_codebook_and_data_at_once(folder):
    change(folder, "acme.yml", "{n_resamples: 50}", "{drivers: {outcome: satisfacton}}")
    change(folder, "book.yml", "columns: fast", "columns: fats")
    text = told(folder)
    assert 'did you mean "satisfaction"?' in text
    assert 'did you mean "fast"?' in text
    change(folder, "book.yml", "columns: fats", "columns: fast")
    frame = survey()
    frame.loc[0, "S"] = 8
    frame.loc[1, "w"] = -1
    frame.loc[5, "id"] = 5
    save(folder, frame)
    with pytest.raises(InputError) as caught:
        load_study(folder / "acme.yml")
    assert len(caught.value.faults) == 4
    assert {fault.kind for fault in caught.value.faults} == {"params", "data"}


def test_faults_of_a_frame_at_once():
    with pytest.raises(InputError) as caught:
        study(survey().assign(S=8), segments=["reigon"])
    assert 'did you mean "region"?' in str(caught.value)


# no faults ----------------------------------------------------------------------------------


def every(one):
    """Every analysis of a study, with and without groups."""
    found = {
        "quality": quality.check(one),
        "kpis": kpis.measure(one),
        "kpis by": kpis.measure(one, by="region"),
        "gaps": servqual.gaps(one),
        "gaps by": servqual.gaps(one, by="region"),
        "drivers": drivers.importance(one),
        "drivers by": drivers.importance(one, by="region"),
        "compare": trends.compare(one),
        "compare by": trends.compare(one, by="region"),
        "track": trends.track(one),
        "track by": trends.track(one, by="region"),
    }
    for result in found.values():
        for note in result.notes:
            assert note.severity in ("info", "warning", "suppressed")
    return found


UNUSUAL = {
    "one wave": lambda frame: frame.assign(wave=2029),
    "a segment of one": lambda frame: frame.assign(region=["Alone", *frame["region"].tolist()[1:]]),
    "a constant driver": lambda frame: frame.assign(cheap=4),
    "two identical drivers": lambda frame: frame.assign(cheap=frame["good"]),
    "all answers equal": lambda frame: frame.assign(
        **{name: 5 for name in frame if name not in ("id", "wave", "region", "w")}
    ),
    "nothing in a column": lambda frame: frame.assign(S=np.nan),
    "nothing in a driver": lambda frame: frame.assign(cheap=np.nan),
    "no expectations": lambda frame: frame.assign(**{f"E{i}": np.nan for i in range(1, 9)}),
    "empty labels": lambda frame: frame.assign(region=[None, " ", *frame["region"].tolist()[2:]]),
    "no label at all": lambda frame: frame.assign(region=None),
    "eleven respondents": lambda frame: frame.head(11),
    "a wave of two": lambda frame: frame.assign(wave=[2028] * 2 + [2029] * (len(frame) - 2)),
    "many waves": lambda frame: frame.assign(wave=np.repeat(range(2005, 2029), 10)),
    "number labels": lambda frame: frame.assign(region=frame["id"] % 3),
}


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("name", list(UNUSUAL))
def test_unusual_data_give_complete_results(name, weight):
    frame = UNUSUAL[name](survey(seed=4))
    found = every(study(frame, weight=weight, analysis={"n_resamples": 20}))
    if name == "one wave":
        assert "one_wave" in {note.code for note in found["compare"].notes}
    if name == "a segment of one":
        assert "small_base" in {note.code for note in found["kpis by"].notes}
    if name == "a constant driver":
        assert "constant_driver" in {note.code for note in found["drivers"].notes}
    if name == "two identical drivers":
        assert "aliased" in {note.code for note in found["drivers"].notes}
    if name == "nothing in a column":
        assert "empty" in {note.code for note in found["kpis"].notes}
    if name == "empty labels":
        assert found["kpis by"].table["region"].isin(["North", "South"]).all()


def test_nobody_with_a_label_gives_empty_tables_by_group():
    table = kpis.measure(study(survey().assign(region=None)), by="region").table
    assert table.empty
    assert {"region", "measure", "estimate"} <= set(table)


def test_zero_weights_do_not_count():
    frame = survey()
    frame.loc[:39, "w"] = 0
    one = study(frame, weight="w")
    assert one.n == 200
    assert one.design.n == 240
    flow = one.flow.groupby("stage")["n"].sum()
    assert flow[["received", "weighted", "analysed"]].tolist() == [240, 200, 200]
    assert kpis.measure(one).n == 200


def test_fingerprint_changes_with_what_changes_a_number(folder):
    prints = {load_study(folder / "acme.yml").fingerprint}
    for overrides in ({"analysis.seed": 7}, {"data.weight": None}, {"analysis.conf_level": 0.9}):
        prints.add(load_study(folder / "acme.yml", overrides).fingerprint)
    assert len(prints) == 4
    change(folder, "acme.yml", "{name: acme}", "{name: acme, title: Another}")
    assert load_study(folder / "acme.yml").fingerprint in prints
    save(folder, survey(seed=9))
    assert load_study(folder / "acme.yml").fingerprint not in prints


def test_waves_in_their_order():
    assert natural(["wave 10", "wave 9", "10", "9", "b", "a"]) == [
        "9",
        "10",
        "a",
        "b",
        "wave 9",
        "wave 10",
    ]
    assert natural(["nan", "inf", "1", "-2", "1.5"]) == ["-2", "1", "1.5", "inf", "nan"]
    frame = survey()
    frame["wave"] = frame["wave"].map({2028: "Q4 2028", 2029: "Q1 2029"})
    dates = {"Q4 2028": "2028-11-01", "Q1 2029": "2029-02-01"}
    assert study(frame, wave={"column": "wave", "dates": dates}).waves == ("Q4 2028", "Q1 2029")


def test_clusters_and_strata_lie_within_their_wave():
    frame = survey(400).assign(stratum=lambda f: f["id"] % 2, unit=lambda f: f["id"] // 2 % 20)
    one = study(frame, weight="w", strata="stratum", cluster="unit")
    assert one.design.n_strata == 4
    assert one.design.n_psu == 80
    assert one.clusters_held() == 80
    assert one.latest().clusters_held() == 40


def test_ratings_of_rivals_are_in_no_figure_of_ours():
    frame = survey()
    rival = frame.assign(brand="Rival", S=1)
    both = pd.concat([frame.assign(brand="Acme"), rival], ignore_index=True)
    entity = {"column": "brand", "own": "Acme"}
    one = study(both, entity=entity)
    assert one.n == 240
    assert one.design.n == 480
    assert one.flow.loc[one.flow["stage"] == "received", "n"].sum() == 240
    alone = kpis.measure(study(frame)).table
    pd.testing.assert_frame_equal(kpis.measure(one).table, alone)
    with pytest.raises(DataError, match='did you mean "Acme"'):
        study(both, entity={"column": "brand", "own": "Acne"})


def test_an_error_is_one_error():
    with pytest.raises(CxError) as caught:
        study(survey().assign(S="x", NPS="y"))
    assert isinstance(caught.value, DataError)
    assert len(caught.value.faults) == 2


def test_numbers_of_a_frame_and_of_its_file_are_the_same(folder):
    columns = ["measure", "statistic", "estimate", "std_error"]
    from_file = kpis.measure(load_study(folder / "acme.yml")).table[columns]
    in_memory = kpis.measure(study(weight="w")).table[columns]
    in_memory = in_memory[in_memory["measure"] != "score"].reset_index(drop=True)
    pd.testing.assert_frame_equal(from_file, in_memory)


def test_rows_without_a_stratum_are_a_fault_like_those_without_a_cluster():
    frame = pd.DataFrame({"q": [1, 2, 3, 4] * 2, "s": ["a", "a", "b", "b"] * 2, "c": range(8)})
    frame.loc[2:3, "s"] = None
    frame["c"] = frame["c"].astype(object)
    frame.loc[5, "c"] = None
    book = {"measures": {"m": {"kind": "csat", "columns": "q", "scale": [1, 5]}}}
    with pytest.raises(CxError) as caught:
        Study.from_frame(frame, book, strata="s", cluster="c")
    told = [(fault.what, fault.where) for fault in caught.value.faults]
    assert told == [
        ("respondents without a stratum", 'frame, column "s", 2 of 8 rows, first at respondent 3'),
        ("respondents without a cluster", 'frame, column "c", 1 of 8 rows, first at respondent 6'),
    ]
