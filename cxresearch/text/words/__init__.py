"""Words for codes and columns: what stands in headers, cells and legends.

Results hold codes; here each code has its word. A code that is not listed is shown as it is,
with spaces for underscores, so a new rule or statistic is readable before it has a word. The
modules hold the words by what they speak of, as `cxresearch.columns` holds the columns.
"""

from __future__ import annotations

from cxresearch.text.catalogue import mark, translator
from cxresearch.text.words import (
    benchmark,
    business,
    drivers,
    estimates,
    fieldwork,
    psychometrics,
    segments,
    servqual,
    trends,
    verbatims,
)

_ROOMS = (
    estimates,
    fieldwork,
    servqual,
    drivers,
    trends,
    psychometrics,
    segments,
    benchmark,
    verbatims,
    business,
)

HEADERS: dict[str, str] = {column: text for room in _ROOMS for column, text in room.HEADERS.items()}
WORDS: dict[str, str] = {code: text for room in _ROOMS for code, text in room.WORDS.items()}

UNIT_NOTES: dict[str, str] = {
    "share": mark("shares in percent"),
    "share_points": mark("differences of shares in percentage points"),
    "points": mark("means and gaps in scale points"),
    "nps": mark("NPS in points from −100 to 100"),
    "index": mark("rescaled means from 0 to 100"),
    "r_squared": mark("estimates are parts of R²"),
    "money": mark("money in the currency of the tables"),
}
CHANGE_NOTES: dict[str, str] = {
    "share": mark("differences of shares in percentage points"),
    "points": mark("differences in scale points"),
    "nps": mark("differences of NPS in points"),
}


# what is said of the numbers that go with a figure
_ENDINGS = {
    "_conf_low": mark("{name}, lower limit"),
    "_conf_high": mark("{name}, upper limit"),
    "_low": mark("{name}, lower limit"),
    "_high": mark("{name}, upper limit"),
    "_std_error": mark("{name}, std. error"),
    "_p_value": mark("{name}, p"),
    "_q_value": mark("{name}, q"),
}


def header(column: str, language: str = "en", level: str = "95%") -> str:
    """Return what stands over a column of a table.

    Examples
    --------
    >>> header("conf_low"), header("interval", level="90%"), header("region")
    ('Lower limit', '90% interval', 'region')
    """
    if column not in HEADERS:
        for ending, text in _ENDINGS.items():
            if (stem := column.removesuffix(ending)) != column and stem in HEADERS:
                return translator(language)(text, name=header(stem, language))
        return column.replace("_", " ")
    return translator(language)(HEADERS[column]).replace("{level}", level)


def word(code: object, language: str = "en", column: str = "") -> str:
    """Return the word for a code of results; some mean another thing in another column.

    Examples
    --------
    >>> word("cannot_tell"), word("some_new_rule")
    ('cannot tell', 'some new rule')
    >>> word("points"), word("points", column="rule")
    ('scale points', 'importance points do not sum to 100')
    """
    text = str(code)
    if f"{column}:{text}" in WORDS:
        return translator(language)(WORDS[f"{column}:{text}"])
    if text not in WORDS:
        return text.replace("_", " ")
    return translator(language)(WORDS[text])
