"""Every column of every result is a public word with a meaning."""

import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch import drivers, kpis, psychometrics, quality, servqual, trends
from cxresearch.columns import GLOSSARY


@pytest.fixture(scope="module")
def one():
    frame = survey(800, waves=8).assign(IMP1=40, IMP2=60, seconds=300)
    return study(frame, weight="w", duration="seconds")


ANALYSES = {
    "quality": lambda one, by: quality.check(one),
    "kpis": lambda one, by: kpis.measure(one, by=by),
    "gaps": lambda one, by: servqual.gaps(one, by=by),
    "changes": lambda one, by: servqual.changes(one, by=None if by == "wave" else by),
    "models": lambda one, by: servqual.models(one, n_resamples=20),
    "importance": lambda one, by: drivers.importance(one, by=by, n_resamples=20),
    "reliability": lambda one, by: psychometrics.reliability(one, by=by),
    "factorability": lambda one, by: psychometrics.factorability(one),
    "n_factors": lambda one, by: psychometrics.n_factors(one),
    "explore": lambda one, by: psychometrics.explore(one),
    "confirm": lambda one, by: psychometrics.confirm(one, n_resamples=20),
    "invariance": lambda one, by: psychometrics.invariance(one, across="region"),
    "compare": lambda one, by: trends.compare(one, by=None if by == "wave" else by),
    "track": lambda one, by: trends.track(one, by=None if by == "wave" else by),
}


@pytest.mark.parametrize("by", [None, "wave", "region"])
@pytest.mark.parametrize("name", list(ANALYSES))
def test_columns_are_in_the_glossary(name, by, one):
    result = ANALYSES[name](one, by)
    for table, frame in result.frames().items():
        unknown = [column for column in frame if column not in GLOSSARY and column not in result.by]
        assert unknown == [], f"{name}.{table}"
        assert frame.columns.is_unique
        assert isinstance(frame.index, pd.RangeIndex)
        if by and len(frame) and by in result.by:
            assert frame.columns[0] == by


def test_every_word_has_a_meaning_in_one_line():
    for name, column in GLOSSARY.items():
        assert column.meaning, name
        assert "\n" not in column.meaning
        assert not column.meaning.endswith("."), name


@pytest.mark.parametrize("name", list(ANALYSES))
def test_codes_not_sentences(name, one):
    result = ANALYSES[name](one, None)
    for frame in result.frames().values():
        for column in frame:
            if column in GLOSSARY and GLOSSARY[column].form == "code":
                words = frame[column].dropna()
                texts = [word for word in words if isinstance(word, str)]
                assert not any(" " in word for word in texts), column
