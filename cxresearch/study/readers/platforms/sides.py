"""Which side of a comparison a text names: what customers expect, or what they perceive."""

from __future__ import annotations

import re
from typing import Literal

Side = Literal["expectation", "perception"]

_EXPECTATION = re.compile(
    r"expect|should|ideal|excellent compan|desired|\bimportan|wunsch|erwart|sollte|esperad|espera\b"
    r"|expectativa|deber[ií]a|deseable|pričakov|želen|ожида|должн|желаем|attend|souhait",
    re.IGNORECASE,
)
_PERCEPTION = re.compile(
    r"percept|perceive|experienc|actual|received|performance|satisf|today|tatsächlich|erleb"
    r"|wahrgenomm|zufried|percib|percepci|recibid|real\b|dejansk|zaznan|zadovolj|izkušn|воспри"
    r"|фактич|получен|удовлетвор|perçu|réel|reçu",
    re.IGNORECASE,
)


def side(text: str) -> Side | None:
    """Return the side that a text names, or None where it names none or both.

    Examples
    --------
    >>> side("What you expect"), side("Lo que ha recibido"), side("Scale 1")
    ('expectation', 'perception', None)
    """
    expected, perceived = bool(_EXPECTATION.search(text)), bool(_PERCEPTION.search(text))
    if expected == perceived:
        return None
    return "expectation" if expected else "perception"
