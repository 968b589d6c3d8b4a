"""How far drafts of real files get without a hand: roles counted against what their sources say.

`TRUTH` is made by hand from the descriptions that come with the files: columns by role, all others
are left out. A draft may miss; it must not get worse, and what it writes must pass the check.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from asked import roles

import cxresearch as cx
from cxresearch import cli
from cxresearch.study.draft import Draft

ASIDE = {"date": "left_out", "metadata": "left_out", "personal": "left_out"}
SFO = "sfo_waves/{}_SFO_Customer_Survey.csv"

TRUTH = {
    "servqual_lab": (
        "servqual_lab/responses.csv",
        {"id": "respondent", "expectation": r"E\d\d", "perception": r"P\d\d"},
    ),
    "hbat": (
        "hbat/HBAT.sav",
        {"id": "id", "segment": "x[1-5]", "attribute": "x([6-9]|1[0-8])", "measure": "x19|x2[0-3]"},
    ),
    "ecsi_mobi": (
        "ecsi_mobi/mobi.csv",
        {"attribute": r"(IMAG|CUEX|PERQ|PERV)\d|CUSCO", "measure": r"(CUSA|CUSL)\d"},
    ),
    "sfo_2017": (
        SFO.format(2017),
        {
            "id": "RESPNUM",
            "weight": "WEIGHT",
            "strata": "STRATA",
            "service_point": "BAREA",
            "segment": "LANG|Q16LIVE|Q19AGE|Q20GENDER|Q21INCOME",
            "measure": "Q[79]ALL|NETPRO",
            "attribute": "Q7(?!ALL).*|Q9(?!ALL|COM).*|Q10SAFE|Q12PRECHEKCRATE|Q13GETRATE|Q14.*",
        },
    ),
    "sfo_2010": (
        SFO.format(2010),
        {
            "id": "RESPNUM",
            "weight": "WEIGHT",
            "strata": "STRATA",
            "segment": "TERM|LANG|AGE|INC|Q17|Q18|Q19",
            "measure": "Q6N",
            "attribute": "Q6[A-M]|Q8[A-F]|Q9|Q11|Q13[AB]",
        },
    ),
    "surveymonkey": (
        "exports/surveymonkey_star_wars.csv",
        {"id": "RespondentID", "attribute": r"Q5_\d+", "segment": "Q1[0-4]"},
    ),
    "qualtrics": (
        "exports/qualtrics_labels.csv",
        {
            "id": "ResponseId",
            "duration": "Duration .*",
            "attribute": r"\w+_1|Impressiveness",
        },
    ),
    "limesurvey": (
        "exports/limesurvey_full_answers.csv",
        {
            "id": "id",
            "duration": "duration_seconds",
            "segment": "HMI|Geschlecht|Erfahrung|KilometerJahr",
        },
    ),
    "churn_telco": (
        "churn_telco/Telco-Customer-Churn.csv",
        {
            "id": "customerID",
            "segment": "gender|SeniorCitizen|Partner|Dependents|InternetService|Contract"
            "|PaymentMethod",
        },
    ),
    "bart": ("bart_waves/bart_overall_satisfaction_2008_2018.csv", {}),
}
COUNTED: dict[str, tuple[int, int]] = {
    "servqual_lab": (45, 45),
    "hbat": (22, 24),
    "ecsi_mobi": (24, 24),
    "sfo_2017": (93, 97),
    "sfo_2010": (93, 100),
    "surveymonkey": (38, 38),
    "qualtrics": (26, 27),
    "limesurvey": (31, 34),
    "churn_telco": (19, 21),
    "bart": (8, 8),
}
"""Columns whose role is right, and columns."""

pytestmark = pytest.mark.reference
_drafts: dict[str, Draft] = {}


def drafted(reference: Path, name: str) -> Draft:
    """Return the draft of a set, made once."""
    if name not in _drafts:
        _drafts[name] = cx.draft(reference / "data" / TRUTH[name][0])
    return _drafts[name]


def truth(name: str, column: str) -> str:
    """Return the role that a column has by its source."""
    for role, pattern in TRUTH[name][1].items():
        if re.fullmatch(pattern, column):
            return role
    return "left_out"


def misses(found: Draft, name: str) -> dict[str, tuple[str, str]]:
    """Return the columns whose role is another: what they are, what they were taken for."""
    guessed = {column: ASIDE.get(role, role) for column, role in roles(found).items()}
    return {
        column: (truth(name, column), role)
        for column, role in guessed.items()
        if role != truth(name, column)
    }


@pytest.mark.parametrize("name", TRUTH)
def test_roles_counted(reference: Path, name: str) -> None:
    found = drafted(reference, name)
    missed = misses(found, name)
    right, columns = len(found.guesses) - len(missed), len(found.guesses)
    assert (right, columns) == COUNTED[name], missed


@pytest.mark.parametrize("name", TRUTH)
def test_what_is_wrongly_used_is_never_called_sure(reference: Path, name: str) -> None:
    found = drafted(reference, name)
    wrong = set(misses(found, name)) & set(found.in_use["column"])
    sure = found.in_use.set_index("column").loc[sorted(wrong), "confidence"]
    assert "high" not in set(sure), sure.to_dict()


@pytest.mark.parametrize("name", TRUTH)
def test_drafts_of_real_files_pass_the_check(
    reference: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    drafted(reference, name).write(name)
    assert cli.main(["check", f"params/{name}.yml"]) == 0


def test_codes_of_the_airport_survey(reference: Path) -> None:
    book = drafted(reference, "sfo_2017").codebook
    scale = book["scales"][book["attributes"]["q7art"]["scale"]]
    assert (scale["min"], scale["max"], scale["not_applicable"]) == (1, 5, [6])
    assert 0 in scale["missing"]
    nps = book["measures"]["recommend"]
    assert (nps["kind"], book["scales"][nps["scale"]]["missing"]) == ("nps", [11])


def test_drivers_of_hbat_by_their_words(reference: Path) -> None:
    book = drafted(reference, "hbat").codebook
    blocks: dict[str, list[str]] = {}
    for one in book["attributes"].values():
        blocks.setdefault(one["block"], []).append(one["columns"])
    assert (blocks["cost"], blocks["delivery"]) == (["x13", "x17"], ["x18"])
    assert next(iter(book["measures"].values()))["columns"] == "x19"


def test_eight_waves_of_the_airport_survey(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [reference / "data" / SFO.format(year) for year in range(2010, 2018)]
    monkeypatch.chdir(tmp_path)
    found = cx.draft(files)
    columns = {one["wave"]: one.get("columns", {}) for one in found.sources}
    assert columns["2012"]["Q7ART"] == "Q8A_ART"
    assert columns["2013"]["Q7WIFI"] == "Q7I_WIFI"  # the letter J means WiFi in no other year
    assert columns["2013"]["Q7ALL"] == "Q7O_WHOLE"
    assert columns["2016"]["RESPNUM"] == "*RESPNUM"
    assert found.data["weight"] == "WEIGHT"
    unmatched = [one for one in found.lacking if "2010, 2011" in one]
    assert len(unmatched) == 1
    path = found.write("sfo")[0]
    study = cx.load_study(path)
    assert len(study.waves) == 8
    kpis = cx.kpis.measure(study, by="wave").table.set_index(["measure", "wave", "statistic"])
    assert kpis.loc[("recommend", "2017", "nps"), "n"] == 2746
