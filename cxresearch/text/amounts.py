"""Numbers, shares, p values, intervals and dates as a language writes them.

Digits are decided here and nowhere below: percent and NPS have one decimal, means two, p three.
A minus is a minus sign, a missing number a dash. A share that is neither nothing nor all is never
written as 0 or 100 percent.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

DASH = "–"
MINUS = "\N{MINUS SIGN}"
_P_FLOOR = 0.001
_EXACT = 1e-9  # a share as near as this to nothing or all is nothing or all
# units of operational indicators
_OTHERS = {"money": 0, "hours": 1, "months": 1, "per_hundred": 1, "per_thousand": 1}


def number(value: float | None, digits: int = 2, language: str = "en") -> str:
    """Return a number with this many decimals; a dash where there is none.

    Examples
    --------
    >>> number(-1234.5, 1)
    '−1,234.5'
    >>> number(-1234.5, 1, "es")
    '−1.234,5'
    >>> number(float("nan"))
    '–'
    """
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    rounded = round(float(value), digits) + 0.0  # + 0.0 turns −0.0 into 0.0
    return str(format_decimal(rounded, format=pattern, locale=language)).replace("-", MINUS)


def percent(share: float | None, digits: int = 1, language: str = "en") -> str:
    r"""Return a share (0 to 1) in percent, never as 0 or 100 unless it is.

    Examples
    --------
    >>> percent(0.6234)
    '62.3%'
    >>> percent(0.6234, 0, "ru")
    '62\xa0%'
    >>> percent(0.0003), percent(0.0), percent(0.9997), percent(1.0)
    ('<0.1%', '0.0%', '>99.9%', '100.0%')
    """
    if share is None or math.isnan(share):
        return DASH
    return _hundredths(share, digits, language) + _percent_sign(language)


def signed(value: float | None, digits: int = 2, language: str = "en") -> str:
    """Return a number with its sign, as differences are written.

    Examples
    --------
    >>> signed(0.5), signed(-0.5), signed(0.001)
    ('+0.50', '−0.50', '0.00')
    """
    text = number(value, digits, language)
    if value is None or math.isnan(value) or round(value, digits) <= 0:
        return text
    return f"+{text}"


def p_value(p: float | None, language: str = "en") -> str:
    """Return a p value with three decimals, never as zero.

    Examples
    --------
    >>> p_value(0.0123), p_value(0.0000004), p_value(0.0123, "sl")
    ('.012', '<.001', '0,012')
    """
    if p is None or math.isnan(p):
        return DASH
    small = p < _P_FLOOR
    text = number(_P_FLOOR if small else p, 3, language)
    if language == "en":
        text = text.removeprefix("0")
    return f"<{text}" if small else text


def chance(p: float | None, language: str = "en") -> str:
    """Return a probability in whole percent, never as 0 or 100 unless it is.

    Examples
    --------
    >>> chance(0.233), chance(0.0003), chance(0.9999), chance(1.0)
    ('23%', '<1%', '>99%', '100%')
    """
    if p is not None and 0 < p < 0.005:  # however small: a p of nothing at all is none
        return "<" + percent(0.01, 0, language)
    if p is not None and 0.995 < p < 1:
        return ">" + percent(0.99, 0, language)
    return percent(p, 0, language)


def amount(value: float | None, unit: str = "", language: str = "en") -> str:
    """Return an estimate as its unit is written: shares in percent, NPS with one decimal.

    Examples
    --------
    >>> amount(0.4213, "share"), amount(41.26, "nps"), amount(4.126, "points")
    ('42.1%', '41.3', '4.13')
    """
    if unit == "share":
        return percent(value, 1, language)
    if unit == "share_points":
        return change(value, "share", language)
    return number(value, digits(unit), language)


def change(value: float | None, unit: str = "", language: str = "en") -> str:
    """Return a difference with its sign; of shares in percentage points, without a percent sign.

    Examples
    --------
    >>> change(0.051, "share"), change(-3.21, "nps"), change(0.2, "points")
    ('+5.1', '−3.2', '+0.20')
    """
    return signed(scaled(value, unit), digits(unit), language)


def interval(low: float | None, high: float | None, unit: str = "", language: str = "en") -> str:
    """Return both ends in brackets, shares in percent but without the sign.

    Examples
    --------
    >>> interval(0.4, 0.5, "share"), interval(3.1, 3.4, "points", "es")
    ('[40.0, 50.0]', '[3,10; 3,40]')
    >>> interval(0.0004, 0.031, "share"), interval(0.0, 0.031, "share")
    ('[<0.1, 3.1]', '[0.0, 3.1]')
    """
    differences = low is not None and low < 0
    ends = [_end(value, unit, language, whole=not differences) for value in (low, high)]
    if ends == [DASH, DASH]:
        return DASH
    return "[" + (", " if language == "en" else "; ").join(ends) + "]"


def digits(unit: str) -> int:
    """Return the decimals of a unit: one for percent and NPS, three for R², none for money."""
    decimals = {"share": 1, "nps": 1, "index": 1, "r_squared": 3, "fit": 3, "count": 0}
    decimals |= {"share_points": 1, "waves": 0}
    return (decimals | _OTHERS).get(unit, 2)


def scaled(value: float | None, unit: str) -> float | None:
    """Return a share times one hundred, anything else as it is."""
    of_shares = unit in ("share", "share_points")
    return 100 * value if value is not None and of_shares else value


def date(value: dt.date | str, language: str = "en") -> str:
    """Return a day as the language writes it; ISO text is read, other text returned as it is.

    Examples
    --------
    >>> date("2025-03-31"), date("2025-03-31", "es"), date("spring")
    ('31 March 2025', '31 de marzo de 2025', 'spring')
    """
    if isinstance(value, str):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            return value
    else:
        day = value
    if language == "en":
        return str(format_date(day, format="d MMMM y", locale="en"))
    return str(format_date(day, format="long", locale=language))


def _end(value: float | None, unit: str, language: str, *, whole: bool) -> str:
    """Return one end of an interval; of whole shares by the rule of `percent`, without its sign."""
    if whole and unit == "share" and value is not None and not math.isnan(value):
        return _hundredths(value, digits(unit), language)
    return number(scaled(value, unit), digits(unit), language)


def _hundredths(share: float, places: int, language: str) -> str:
    """Return a share in hundredths; "<" or ">" where rounding would make it nothing or all."""
    step = 10.0**-places
    rounded = round(100 * share, places)
    if share > _EXACT and rounded == 0:
        return "<" + number(step, places, language)
    if share < 1 - _EXACT and rounded == 100:
        return ">" + number(100 - step, places, language)
    return number(100 * share, places, language)


@cache
def _percent_sign(language: str) -> str:
    return str(Locale(language).percent_formats[None].pattern).replace("#,##0", "")
