"""Operations are shown in every language, with their numbers, and columns have a meaning."""

import pandas as pd
import pytest

from cxresearch import figures, findings, operations, tables
from cxresearch.columns import GLOSSARY
from cxresearch.study.loading import load_study


@pytest.fixture(scope="module")
def results(root):
    study = load_study(root / "params/example.yml")
    return {
        "indicators": operations.measure(study),
        "groups": operations.measure(study, period="all", by="branch", measures=["mystery_score"]),
        "waiting": operations.waiting_curves(study),
        "backlog": operations.backlog(study),
        "visits": operations.checklist(study),
        "register": operations.register(study),
    }


NAMES = ["indicators", "groups", "waiting", "backlog", "visits", "register"]


@pytest.mark.parametrize("name", NAMES)
def test_every_column_has_a_meaning(name, results):
    result = results[name]
    for frame in result.frames().values():
        unknown = [one for one in frame if one not in GLOSSARY and one not in result.by]
        assert unknown == []
        assert frame.columns.is_unique
        assert isinstance(frame.index, pd.RangeIndex)


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
@pytest.mark.parametrize("name", NAMES)
def test_findings_and_tables_speak_every_language(name, language, results):
    result = results[name].in_language(language)
    found = findings.read(result)
    assert found.headline
    assert found.limits
    shown = [*found, tables.show(result).html]
    assert not [text for text in shown if "{" in text.split("</style>")[-1] or ">nan<" in text]


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("indicators", {"level": "operational"}),
        ("indicators", {"level": "strategic"}),
        ("indicators", {"subject": "orders"}),
        ("groups", {"kind": "groups"}),
        ("waiting", {}),
        ("backlog", {}),
        ("visits", {}),
    ],
)
def test_figures_say_their_numbers(name, choices, results):
    picture = figures.plot(results[name], **choices)
    assert len(picture.alt) > 60
    assert "nan" not in picture.alt
    assert "Source:" in picture.caption


def test_what_got_worse_stands_first(results):
    told = findings.read(results["indicators"])
    assert "Calls answered within 20 seconds" in told.headline
    assert "Worse than in 2021 H1" in told.headline
    named = [text for text in told if "the intervals do not overlap" in text]
    assert 3 <= len(named) <= 5
    counts = results["indicators"].changes["judgement"].value_counts()
    assert any(f"Worse: {counts['worse']}; better: 0" in text for text in told)
