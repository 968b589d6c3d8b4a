"""What columns are taken for, over names, languages, codes and labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from asked import N, codes, ratings, roles, sided

import cxresearch as cx
from cxresearch.errors import DataError
from cxresearch.study.draft.labels import no_answer, ordered, upside_down

ITEMS = range(1, 23)
FIVE = [("TAN", 4), ("REL", 5), ("RES", 4), ("ASS", 4), ("EMP", 5)]


def pairs_of(found) -> dict[str, str]:
    return {
        item["expectation"]: item["perception"]
        for one in found.codebook.get("dimensions", {}).values()
        for item in one["items"]
    }


SPELLINGS = {
    "letters": ([f"E{i}" for i in ITEMS], [f"P{i}" for i in ITEMS]),
    "letters with zeros": ([f"E{i:02}" for i in ITEMS], [f"P{i:02}" for i in ITEMS]),
    "letters first": ([f"E_Q{i}" for i in ITEMS], [f"P_Q{i}" for i in ITEMS]),
    "letters last": ([f"Q{i}E" for i in ITEMS], [f"Q{i}P" for i in ITEMS]),
    "letters after a mark": ([f"q{i}_e" for i in ITEMS], [f"q{i}_p" for i in ITEMS]),
    "short words": ([f"exp{i}" for i in ITEMS], [f"per{i}" for i in ITEMS]),
    "short words capital": ([f"EXP_{i}" for i in ITEMS], [f"PERC_{i}" for i in ITEMS]),
    "words": ([f"Expectation {i}" for i in ITEMS], [f"Perception {i}" for i in ITEMS]),
    "words after": ([f"item{i}_expected" for i in ITEMS], [f"item{i}_perceived" for i in ITEMS]),
    "camel": ([f"item{i}Expected" for i in ITEMS], [f"item{i}Actual" for i in ITEMS]),
    "should and is": ([f"S{i} should" for i in ITEMS], [f"S{i} is" for i in ITEMS]),
    "Slovene": ([f"Pričakovanja {i}" for i in ITEMS], [f"Zaznave {i}" for i in ITEMS]),
    "Slovene after": ([f"T{i}_pričakovanje" for i in ITEMS], [f"T{i}_zaznava" for i in ITEMS]),
    "Spanish": ([f"Expectativas_{i}" for i in ITEMS], [f"Percepciones_{i}" for i in ITEMS]),
    "Russian": ([f"Ожидания {i}" for i in ITEMS], [f"Восприятие {i}" for i in ITEMS]),
    "German": ([f"Erwartung_{i}" for i in ITEMS], [f"Wahrnehmung_{i}" for i in ITEMS]),
    "two questions": ([f"Q1_{i}" for i in ITEMS], [f"Q2_{i}" for i in ITEMS]),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "side by side"])
def test_expectation_and_perception_are_paired_in_every_spelling(spelling, together) -> None:
    first, second = SPELLINGS[spelling]
    frame = sided(first, second, high=7)
    if together:
        frame = frame[[name for pair in zip(first, second, strict=True) for name in pair]]
        if spelling == "two questions":
            pytest.skip("questions whose columns are mixed belong together by nothing")
    frame.insert(0, "respondent", range(N))
    found = cx.draft(frame)
    assert pairs_of(found) == dict(zip(first, second, strict=True))
    sizes = {key: len(one["items"]) for key, one in found.codebook["dimensions"].items()}
    assert sizes == {
        "tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5
    }  # fmt: skip
    if spelling == "letters":
        study = cx.Study.from_frame(frame, found, **found.data)
        gaps = cx.servqual.gaps(study, n_resamples=100).table
        assert (gaps["estimate"] < 0).all()


def test_many_drivers_are_not_divided_by_all_their_sets() -> None:
    frame = ratings([f"Q7_{i}" for i in range(1, 25)])
    frame["CSAT"] = ratings(["x"], seed=4)["x"]
    assert cx.draft(frame).analysis == {"drivers": {"method": "relative_weights"}}
    assert cx.draft(frame.iloc[:, 14:]).analysis == {}


def test_dimensions_by_the_words_in_names() -> None:
    first = [f"E_{dim}{i}" for dim, k in FIVE for i in range(1, k + 1)]
    second = [f"P_{dim}{i}" for dim, k in FIVE for i in range(1, k + 1)]
    found = cx.draft(sided(first, second))
    items = found.codebook["dimensions"]
    assert {key: len(one["items"]) for key, one in items.items()} == {
        "tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5
    }  # fmt: skip
    assert set(found.in_use.query("role == 'perception'")["confidence"]) == {"high"}


def test_dimensions_of_another_instrument_by_the_beginnings_of_names() -> None:
    names = [f"{part}{i}" for part in ("cabin", "ground", "web") for i in (1, 2, 3)]
    found = cx.draft(sided([f"{n}_exp" for n in names], [f"{n}_perc" for n in names]))
    assert list(found.codebook["dimensions"]) == ["cabin", "ground", "web"]


def test_the_zone_of_tolerance_has_three_sides() -> None:
    columns = [
        ratings([f"{side}{i}" for i in range(1, 9)], high=9, shift=shift, seed=seed)
        for seed, (side, shift) in enumerate([("MIN_", -0.8), ("DES_", 0.8), ("PERC_", 0.0)])
    ]
    found = cx.draft(pd.concat(columns, axis=1))
    sides = {
        tuple(sorted(set(item) - {"key"}))
        for one in found.codebook["dimensions"].values()
        for item in one["items"]
    }
    assert sides == {("adequate", "desired", "perception")}


def test_importance_beside_performance_is_stated_importance() -> None:
    topics = ["staff", "price", "delivery", "website"]
    frame = sided([f"imp_{t}" for t in topics], [f"perf_{t}" for t in topics])
    frame["overall satisfaction"] = ratings(["x"], seed=9)["x"]
    found = cx.draft(frame)
    assert found.analysis["drivers"]["stated_importance"] == {t: f"imp_{t}" for t in topics}
    blocks = {key: one["block"] for key, one in found.codebook["attributes"].items()}
    assert blocks == {
        "staff": "quality",
        "price": "cost",
        "delivery": "delivery",
        "website": "quality",
    }
    cx.Study.from_frame(frame, found.codebook, **found.data, analysis=found.analysis)


def test_items_that_go_against_the_others_are_reversed_on_both_sides_only() -> None:
    first, second = SPELLINGS["words"]
    frame = sided(first, second, high=7)
    for name in ("Expectation 6", "Perception 6", "Perception 9"):
        frame[name] = 8 - frame[name]
    found = cx.draft(frame)
    turned = [
        item["expectation"]
        for one in found.codebook["dimensions"].values()
        for item in one["items"]
        if item.get("reversed")
    ]
    assert turned == ["Expectation 6"]
    row = found.guesses.set_index("column").loc["Perception 6"]
    assert row["confidence"] == "medium"
    assert "goes against the other items" in row["reason"]


def test_points_that_add_up_to_a_hundred_are_importance() -> None:
    first, second = SPELLINGS["short words"]
    frame = sided(first, second)
    points = np.random.default_rng(4).multinomial(100, [0.2] * 5, N)
    for at, name in enumerate(["pts_a", "pts_b", "pts_c", "pts_d", "pts_e"]):
        frame[name] = points[:, at]
    found = cx.draft(frame)
    importance = [one["importance"] for one in found.codebook["dimensions"].values()]
    assert importance == ["pts_a", "pts_b", "pts_c", "pts_d", "pts_e"]


# outcomes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high", "kind"),
    [
        ("NPS", 0, 10, "nps"),
        ("How likely are you to recommend us to a friend?", 0, 10, "nps"),
        ("Kako verjetno je, da nas boste priporočili?", 0, 10, "nps"),
        ("¿Recomendaría nuestro servicio?", 0, 10, "nps"),
        ("Порекомендуете ли вы нас друзьям?", 0, 10, "nps"),
        ("Weiterempfehlung", 0, 10, "nps"),
        ("Would you recommend us?", 1, 5, "score"),
        ("Overall satisfaction", 1, 5, "csat"),
        ("CSAT", 1, 7, "csat"),
        ("Splošno zadovoljstvo", 1, 10, "csat"),
        ("Satisfacción general", 1, 5, "csat"),
        ("Общая удовлетворенность", 1, 10, "csat"),
        ("Gesamtzufriedenheit", 1, 6, "csat"),
        ("CES", 1, 7, "ces"),
        ("How much effort did you have to put in?", 1, 5, "ces"),
        ("The company made it easy for me to handle my issue", 1, 7, "ces"),
    ],
)
def test_outcomes_by_wording_and_range(name, low, high, kind) -> None:
    frame = pd.DataFrame({name: np.resize(np.arange(low, high + 1), N)})
    found = cx.draft(frame)
    (measure,) = found.codebook["measures"].values()
    assert (measure["kind"], measure["columns"]) == (kind, name)
    if kind == "ces":
        assert measure["version"] == ("1" if high == 5 else "2")
    cx.Study.from_frame(frame, found, **found.data)


def test_a_column_of_two_answers_is_a_share() -> None:
    frame = pd.DataFrame({"satisfaction": ["satisfied", "neutral or dissatisfied"] * 40})
    found = cx.draft(frame)
    measure = found.codebook["measures"]["satisfaction"]
    assert measure["kind"] == "share"
    study = cx.Study.from_frame(frame, found.codebook)
    assert study.frame["satisfaction"].mean() == 0.5


# codes and labels --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "high"), [(99, 5), (-99, 7), (98, 10), (9, 5), (8, 5), (999, 7), (-1, 5), (88, 7)]
)
def test_codes_far_outside_are_no_answers(code, high) -> None:
    frame = ratings([f"Q5_{i}" for i in range(1, 8)], high=high)
    frame.loc[:20, "Q5_3"] = code
    found = cx.draft(frame)
    (scale,) = found.codebook["scales"].values()
    assert (scale["min"], scale["max"], scale["missing"]) == (1, high, [code])
    cx.Study.from_frame(frame, found, **found.data)


def test_codes_at_the_ends_are_no_points_where_their_people_are_like_all_others() -> None:
    frame = ratings([f"Q7{letter}" for letter in "ABCDEFGH"], n=1200)
    draws = np.random.default_rng(5)
    for at, name in enumerate(frame):
        frame.loc[draws.random(1200) < 0.04, name] = 0
        frame.loc[draws.random(1200) < 0.02 + 0.06 * at, name] = 6
    (scale,) = cx.draft(frame).codebook["scales"].values()
    assert scale == {"min": 1, "max": 5, "missing": [0], "not_applicable": [6]}


def test_points_at_the_ends_stay_where_they_are_points() -> None:
    frame = ratings([f"Q7{letter}" for letter in "ABCDEFGH"], low=0, high=6, n=1200)
    (scale,) = cx.draft(frame).codebook["scales"].values()
    assert scale == {"min": 0, "max": 6}


@pytest.mark.parametrize(
    "labels",
    [
        ["Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied"],
        ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
        ["Poor", "Fair", "Good", "Very good", "Excellent"],
        ["Muy insatisfecho", "Insatisfecho", "Neutral", "Satisfecho", "Muy satisfecho"],
        [
            "Totalmente en desacuerdo",
            "En desacuerdo",
            "Ni de acuerdo ni en desacuerdo",
            "De acuerdo",
            "Totalmente de acuerdo",
        ],
        ["Zelo nezadovoljen", "Nezadovoljen", "Niti niti", "Zadovoljen", "Zelo zadovoljen"],
        [
            "Sploh se ne strinjam",
            "Se ne strinjam",
            "Niti-niti",
            "Se strinjam",
            "Popolnoma se strinjam",
        ],
        ["Очень недоволен", "Недоволен", "Нейтрально", "Доволен", "Очень доволен"],
        ["Полностью не согласен", "Не согласен", "Нейтрально", "Согласен", "Полностью согласен"],
        ["Sehr unzufrieden", "Unzufrieden", "Weder noch", "Zufrieden", "Sehr zufrieden"],
        [
            "Stimme gar nicht zu",
            "Stimme eher nicht zu",
            "Teils/teils",
            "Stimme eher zu",
            "Stimme voll zu",
        ],
    ],
    ids=lambda labels: labels[0],
)
def test_answers_in_words_are_ordered_in_five_languages(labels) -> None:
    found = ordered(labels[::-1])
    assert found is not None
    ranked = sorted(labels, key=found.codes.__getitem__)
    assert ranked == labels
    assert (found.low, found.high) == (1, 5) or found.high == 7  # weak and strong, plain may be


def test_a_point_that_nobody_chose_keeps_its_place() -> None:
    found = ordered(["Agree", "Strongly agree", "Neither agree nor disagree"])
    assert found is not None
    assert found.codes["Agree"] == 4


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Don't know", "dont_know"), ("DK", "dont_know"), ("No sabe", "dont_know"),
        ("Ne vem", "dont_know"), ("Затрудняюсь ответить", "dont_know"), ("Weiß nicht", "dont_know"),
        ("Not applicable", "not_applicable"), ("N/A", "not_applicable"),
        ("Не применимо", "not_applicable"), ("No aplica", "not_applicable"),
        ("Did not use", "not_applicable"), ("Refused", "refused"), ("Prefer not to say", "refused"),
        ("No contesta", "refused"), ("Отказ от ответа", "refused"), ("Keine Angabe", "refused"),
        ("No answer", "missing"), ("Blank", "missing"), ("Brez odgovora", "missing"),
        ("Good", None), ("No", None), ("Nada satisfecho", None), ("Not at all likely", None),
    ],
)  # fmt: skip
def test_words_that_are_no_answer(label, meaning) -> None:
    assert no_answer(label) == meaning


def test_labels_that_begin_with_the_best_answer_turn_the_scale() -> None:
    assert upside_down({1: "Very satisfied", 2: "Satisfied", 5: "Very dissatisfied"})
    assert not upside_down({1: "Very bad", 5: "Very good"})
    assert not upside_down({1: "Male", 2: "Female"})
    frame = 6 - ratings(["Q1", "Q2", "Q3"])
    labels = {1: "Very good", 2: "Good", 3: "Neutral", 4: "Bad", 5: "Very bad", 9: "Don't know"}
    frame.loc[:9, "Q2"] = 9
    found = cx.draft(
        frame,
        texts={"Q1": "Overall satisfaction", "Q2": "Staff", "Q3": "Price"},
        labels=dict.fromkeys(frame, labels),
    )
    assert found.codebook["measures"]["satisfaction"]["reversed"] is True
    assert found.codebook["attributes"]["price"]["reversed"] is True
    (scale,) = found.codebook["scales"].values()
    assert scale["dont_know"] == [9]
    cx.Study.from_frame(frame, found)


# the rest of a file ------------------------------------------------------------------------------


def test_people_places_and_what_platforms_write() -> None:
    draws = np.random.default_rng(6)
    frame = pd.DataFrame(
        {
            "ResponseId": [f"R_{i:05}" for i in range(N)],
            "StartDate": pd.date_range("2024-03-01", periods=N, freq="h"),
            "Email Address": [f"p{i}@example.org" for i in range(N)],
            "Duration (in seconds)": draws.integers(60, 900, N),
            "year": np.repeat([2022, 2023, 2024], N // 3),
            "weight": draws.uniform(0.5, 1.5, N),
            "Gender": np.resize(["female", "male"], N),
            "Age group": np.resize(["18-34", "35-54", "55+"], N),
            "Branch": np.resize([f"Branch {i}" for i in range(12)], N),
            "Consent": "yes",
            "Why did you give this score?": [f"because the staff was kind {i}" for i in range(N)],
            "Overall satisfaction": np.resize([3, 4, 5, 2], N),
        }
    )
    frame["weight"] /= frame["weight"].mean()
    found = cx.draft(frame)
    assert list(roles(found).values()) == [
        "id", "metadata", "personal", "duration", "wave", "weight", "segment", "segment",
        "service_point", "metadata", "verbatim", "measure",
    ]  # fmt: skip
    study = cx.Study.from_frame(frame, found.codebook, **found.data)
    assert study.waves == ("2022", "2023", "2024")


def test_an_airline_file_without_a_single_label() -> None:
    items = [
        "Inflight wifi service", "Departure/Arrival time convenient", "Ease of Online booking",
        "Gate location", "Food and drink", "Online boarding", "Seat comfort", "Cleanliness",
    ]  # fmt: skip
    frame = ratings(items, n=600)
    for name in items[:3]:
        frame.loc[np.random.default_rng(len(name)).random(600) < 0.05, name] = 0
    frame.insert(0, "Unnamed: 0", range(600))
    frame.insert(1, "id", np.random.default_rng(8).permutation(100_000)[:600])
    frame.insert(2, "Customer Type", np.resize(["Loyal Customer", "disloyal Customer"], 600))
    frame.insert(3, "Age", np.random.default_rng(9).integers(8, 80, 600))
    frame.insert(4, "Class", np.resize(["Eco", "Business", "Eco Plus"], 600))
    frame["Departure Delay in Minutes"] = np.random.default_rng(10).poisson(15, 600)
    frame["satisfaction"] = np.resize(["satisfied", "neutral or dissatisfied"], 600)
    found = cx.draft(frame)
    known = roles(found)
    assert [known[name] for name in items] == ["attribute"] * 8
    assert known["id"] == "id"
    assert [known[name] for name in ("Customer Type", "Class")] == ["segment"] * 2
    assert [known[name] for name in ("Unnamed: 0", "Age", "Departure Delay in Minutes")] == [
        "left_out"
    ] * 3
    assert known["satisfaction"] == "measure"
    cx.Study.from_frame(frame, found, **found.data)


def test_codes_of_regions_are_no_ratings() -> None:
    frame = pd.DataFrame({f"V{i}": codes(5, seed=i) for i in range(1, 7)})
    found = cx.draft(frame)
    assert set(roles(found).values()) == {"left_out"}
    assert any("no ratings" in one for one in found.lacking)


def test_rivals_by_the_names_of_columns() -> None:
    frame = ratings(["Quality", "Price", "CompA_Quality", "CompA_Price", "CompB_Quality"])
    frame["CSAT"] = ratings(["x"], seed=4)["x"]
    found = cx.draft(frame)
    rivals = found.codebook["competitors"]
    assert {who: sorted(one) for who, one in rivals.items()} == {
        "Competitor a": ["price", "quality"],
        "Competitor b": ["quality"],
    }
    cx.Study.from_frame(frame, found, **found.data)


# files that must not break anything --------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"a": ["x"], "b": [None]}),
        pd.DataFrame({"a": [None, None], "b": [np.nan, np.nan]}),
        pd.DataFrame({"a": [5] * 50, "b": [5] * 50, "c": [5] * 50}),
        pd.DataFrame({"t": [f"all of this is text, number {i}" for i in range(60)]}),
        pd.DataFrame({"x": [np.inf, 1.0, 2.0], "y": [1e300, -1e300, 0.0]}),
        pd.DataFrame({"flag": [True, False, True], "when": pd.date_range("2024", periods=3)}),
        pd.DataFrame({("a", "b"): [1, 2], 3: [4, 5]}),
        pd.DataFrame({"": [1, 2], " ": [3, 4], "\n": [5, 6], "n": [1, 5], "overall": [1, 5]}),
        pd.DataFrame({"c": pd.Categorical(["good", "bad", "good"])}),
        pd.DataFrame(index=range(3)),
        pd.DataFrame({"a": []}),
    ],
    ids=range(12),
)
def test_strange_frames_are_drafted(frame) -> None:
    found = cx.draft(frame)
    assert len(found.guesses) <= len(frame.columns)
    assert "<table" in found._repr_html_()


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([[1, 2, 3], [3, 4, 5]], columns=["same", "same", "own"])
    with pytest.raises(DataError, match="stand more than once") as told:
        cx.draft(frame)
    assert [fault.found for fault in told.value.faults] == ['"same"']


def test_three_thousand_columns() -> None:
    draws = np.random.default_rng(3)
    frame = pd.DataFrame(
        draws.integers(1, 6, (40, 3000)), columns=[f"V{i}" for i in range(1, 3001)]
    )
    found = cx.draft(frame)
    assert len(found.guesses) == 3000
