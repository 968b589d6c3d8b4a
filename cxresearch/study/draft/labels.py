"""Answers in words: which ones are points of a scale, in which order, and which are no answer.

A label is taken apart into a pole (satisfied, dissatisfied, neither) and a degree (very,
somewhat), in English, Spanish, Slovene, Russian and German; lists that are no such pairs (poor,
fair, good, very good, excellent) are known as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cxresearch.study.draft.vocabulary import fold

Meaning = Literal["missing", "not_applicable", "dont_know", "refused"]

_NO_ANSWER: dict[Meaning, str] = {
    "not_applicable": (
        r"n ?/ ?a|na|n\.a\.?|not applicable|(does|do) ?n.t apply|does not apply|inapplicable"
        r"|(did|have|has)( not|n.t) (use|used|visit|visited|have).*|(never|not) (used|visited).*"
        r"|unfamiliar.*|not used|no (uso|utilizo|he utilizado|he usado).*|no aplica|no procede"
        r"|ne velja|ni relevantno|se ne nanasa.*|nisem (uporab|koristil).*|ne uporabljam.*"
        r"|не ?применимо|не пользовал.*|не относится.*|trifft nicht zu \(entfallt\)"
        r"|nicht zutreffend|entfallt|nicht (genutzt|benutzt).*|habe ich nicht genutzt"
    ),
    "dont_know": (
        r"(i )?(don.?t|do not) know.*|dk|d/k|not sure|unsure"
        r"|(can.?t|cannot|can not) (say|judge|rate).*"
        r"|no opinion|(hard|difficult) to say|no (lo )?s(e|abe)|ns|n\.s\.|ns ?/ ?nc|sin opinion"
        r"|ne vem.*|ne ve|ne morem (oceniti|reci).*|brez mnenja|не знаю.*|затрудняюсь.*"
        r"|трудно сказать|weiss (es )?nicht|weiß (es )?nicht|kann ich nicht (sagen|beurteilen).*"
        r"|keine meinung|keine ahnung"
    ),
    "refused": (
        r"refus.*|(prefer|rather|choose|want) not.*|declin.*|no contesta|nc|n\.c\.|prefiero no.*"
        r"|ne zelim.*|noce.*|zavrn.*|отказ.*|не хочу.*|keine angabe.*|k\. ?a\.?|verweigert"
        r"|mochte (ich )?nicht.*"
    ),
    "missing": (
        r"blank|missing.*|system|no (answer|response)|not answered|unanswered|skipped|#?n/d"
        r"|sin (respuesta|dato|datos)|en blanco|brez odgovora|b\. ?o\.?|ni odgovora|prazno"
        r"|нет ответа|без ответа|пропущено|keine antwort|fehlend.*|-+|\?+|null|nan|none|\.+"
        r"|not stated|not reported"
    ),
}
_NO = {meaning: re.compile(rf"(?:{fold(words)})") for meaning, words in _NO_ANSWER.items()}

_STRONG = (
    r"very|strongly|extremely|completely|totally|fully|highly|absolutely|definitely|entirely"
    r"|much|far|at all|muy|totalmente|completamente|extremadamente|sumamente|mucho|nada|zelo"
    r"|popolnoma|povsem|izjemno|mocno|absolutno|sploh|mnogo|veliko|очень|полностью|совершенно"
    r"|крайне|абсолютно|определенно|категорически|совсем|вообще|намного|гораздо|sehr|vollig"
    r"|voll|ganz|gar|ausserst|außerst|total|absolut|uberhaupt|vollkommen|viel"
)
_WEAK = (
    r"somewhat|rather|fairly|slightly|moderately|partly|tend|probably|little|mildly|algo"
    r"|ligeramente|parcialmente|mas bien|poco|un poco|delno|deloma|nekoliko|raje|bolj|skoraj"
    r"|скорее|довольно|отчасти|частично|слегка|несколько|eher|teilweise|etwas|ziemlich"
    r"|einigermassen|einigermaßen|generally"
)
_NEUTRAL = (
    r"neither|neutral\w*|undecided|mixed|indifferent|average|okay|ok|so so|as expected"
    r"|(about )?the same|ni .*\bni|indiferente|regular|normal|igual|niti|nevtral\w*"
    r"|srednj\w*|povprec\w*|enako|ни .*\bни|нейтральн\w*|средн\w*|так же|weder|teils"
    r"|mittel\w*|gleich|не .*\bи не|ne .*\bin ne|not .*\bnor"
    r"|unentschieden|neodlocen\w*|нечто среднее|и да и нет"
)
_NEGATIVE = (
    r"dissatisf\w*|unsatisf\w*|disagree\w*|bad|badly|poor|poorly|unlikely|difficult|hard"
    r"|unfavou?rabl\w*|unhappy|unimportant|worse|terrible|awful|horrible|displeased|dirty"
    r"|unacceptable|below|insatisf\w*|desacuerdo|mal|malo|mala|pesimo|pesima|improbable|dificil"
    r"|peor|nezadovolj\w*|slab\w*|neverjetn\w*|tezko|zahtevno|slabse|недовол\w*|неудовл\w*"
    r"|несоглас\w*|плох\w*|маловероятн\w*|трудно|сложно|хуже|ужасн\w*|unzufrieden|ablehn\w*"
    r"|lehne|schlecht\w*|unwahrscheinlich|schwierig|schwer|mangelhaft|unwichtig|nepomembn\w*"
    r"|неважн\w*"
)
_POSITIVE = (
    r"satisf\w*|agree\w*|good|well|likely|easy|easily|favou?rabl\w*|happy|important|better"
    r"|excellent|outstanding|pleased|great|perfect|delighted|above|clean|safe|acuerdo|bien"
    r"|bueno|buena|excelente|probable|facil|mejor|importante|zadovolj\w*|strinja\w*|dobr\w*"
    r"|odlicn\w*|verjetn\w*|lahko|enostavn\w*|boljse|pomemb\w*|удовл\w*|довол(ен|ьна|ьны)"
    r"|соглас\w*|хорош\w*|отличн\w*|вероятн\w*|легко|лучше|важн\w*|zufrieden\w*|stimme|zustimm\w*"
    r"|gut|sehr gut|wahrscheinlich|einfach|leicht|besser|ausgezeichnet|hervorragend|wichtig"
)
_NOT = r"not|no|nada|ne|nisem|nikakor|не|нет|nicht|kein\w*|never"


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{fold(words)})(?!\w)")


_STRONG_RE, _WEAK_RE, _NEUTRAL_RE = _any(_STRONG), _any(_WEAK), _any(_NEUTRAL)
_NEGATIVE_RE, _POSITIVE_RE, _NOT_RE = _any(_NEGATIVE), _any(_POSITIVE), _any(_NOT)

_FAR_FROM = re.compile(fold(r"\b(not|no|ne|не|nicht) (very|so|muy|zelo|очень|sehr)"))

_LISTS: tuple[tuple[str, ...], ...] = (
    ("poor", "fair", "good", "very good", "excellent"),
    ("very poor", "poor", "fair", "good", "very good"),
    ("very poor", "poor", "average", "good", "excellent"),
    ("poor", "average", "good", "excellent"),
    ("poor", "fair", "good", "excellent"),
    ("terrible", "poor", "average", "very good", "excellent"),
    ("terrible", "poor", "average", "good", "excellent"),
    ("unacceptable", "below average", "average", "above average", "outstanding"),
    ("unacceptable", "poor", "average", "good", "outstanding"),
    ("mala", "regular", "buena", "muy buena", "excelente"),
    ("malo", "regular", "bueno", "muy bueno", "excelente"),
    ("muy malo", "malo", "regular", "bueno", "muy bueno"),
    ("pesimo", "malo", "regular", "bueno", "excelente"),
    ("nezadostno", "zadostno", "dobro", "prav dobro", "odlicno"),
    ("zelo slabo", "slabo", "srednje", "dobro", "odlicno"),
    ("очень плохо", "плохо", "удовлетворительно", "хорошо", "отлично"),
    ("ужасно", "плохо", "нормально", "хорошо", "отлично"),
    ("плохо", "удовлетворительно", "хорошо", "отлично"),
    ("mangelhaft", "ausreichend", "befriedigend", "gut", "sehr gut"),
    ("ungenugend", "mangelhaft", "ausreichend", "befriedigend", "gut", "sehr gut"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("never", "seldom", "sometimes", "often", "always"),
    ("never", "sometimes", "usually", "always"),
    ("nunca", "rara vez", "a veces", "a menudo", "siempre"),
    ("nunca", "casi nunca", "a veces", "casi siempre", "siempre"),
    ("nikoli", "redko", "vcasih", "pogosto", "vedno"),
    ("никогда", "редко", "иногда", "часто", "всегда"),
    ("nie", "selten", "manchmal", "oft", "immer"),
    ("definitely not", "probably not", "might or might not", "probably", "definitely"),
    ("definitely not", "probably not", "might or might not", "probably yes", "definitely yes"),
    (
        "trifft gar nicht zu",
        "trifft eher nicht zu",
        "teils teils",
        "trifft eher zu",
        "trifft voll zu",
    ),
    ("trifft nicht zu", "trifft eher nicht zu", "teils teils", "trifft eher zu", "trifft zu"),
)
_EXTENT: tuple[re.Pattern[str], ...] = tuple(
    re.compile(fold(words))
    for words in (
        r"not at all|nada|sploh ni?|совсем не|вообще не|uberhaupt nicht|gar nicht",
        r"slightly|a little|not very|not so|poco|un poco|malo|ne zelo|немного|слегка|не очень"
        r"|wenig|etwas|kaum",
        r"moderately|somewhat|fairly|algo|moderadamente|srednje|delno|умеренно|отчасти"
        r"|massig|mittelmassig|teilweise",
        r"very|quite|muy|bastante|zelo|precej|очень|довольно|sehr|ziemlich",
        r"extremely|completely|totalmente|extremadamente|popolnoma|izjemno|чрезвычайно"
        r"|полностью|ausserst|außerst|vollig",
    )
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Labels of a scale by their code, and whether they speak of frequency."""

    codes: dict[str, int]
    low: int
    high: int
    frequency: bool = False


def no_answer(label: object) -> Meaning | None:
    """Return what a label that is no answer means, or None where it is an answer.

    Examples
    --------
    >>> no_answer("Don't know"), no_answer("N/A"), no_answer("ne vem"), no_answer("good")
    ('dont_know', 'not_applicable', 'dont_know', None)
    """
    text = " ".join(fold(str(label)).replace("’", "'").split())
    text = re.sub(r"^\W*\d+\s*[-–—:.=)]\s*", "", text)
    inside = re.search(r"\(\s*(n ?/ ?a|dk|not applicable)\s*\)$", text)
    if inside:
        return no_answer(inside[1])
    return next((meaning for meaning, one in _NO.items() if one.fullmatch(text)), None)


def tone(label: object) -> int | None:
    """Return how good an answer in words is, from -3 (very bad) to 3; None where it is unclear.

    Examples
    --------
    >>> [tone(one) for one in ("Very dissatisfied", "Somewhat agree", "Neither", "sehr gut", "red")]
    [-3, 1, 0, 3, None]
    """
    text = _plain(label)
    if _NEUTRAL_RE.search(text):
        return 0
    bad = bool(_NEGATIVE_RE.search(text))
    good = bool(_POSITIVE_RE.search(_NEGATIVE_RE.sub(" ", text)))
    if bad == good:
        return None
    turned = bool(_NOT_RE.search(text))
    sign = -1 if bad != turned else 1
    degree = 3 if _STRONG_RE.search(text) else 1 if _WEAK_RE.search(text) else 2
    if turned and good and degree == 3 and _FAR_FROM.search(text):
        degree = 1  # "not very satisfied" is less bad than "not satisfied"
    return sign * degree


def ordered(labels: Iterable[object]) -> Ordered | None:
    """Return the codes of answers in words, the lowest 1; None where their order is unclear.

    A point that nobody chose keeps its place: four of the five points of agreement are coded as
    five.

    Examples
    --------
    >>> ordered(["agree", "strongly agree", "neutral", "disagree"]).codes
    {'disagree': 2, 'neutral': 3, 'agree': 4, 'strongly agree': 5}
    >>> ordered(["Good", "Poor", "Excellent"]).high
    4
    >>> ordered(["red", "green", "blue"]) is None
    True
    """
    given = list(dict.fromkeys(str(label) for label in labels))
    if len({_plain(label) for label in given}) < 3:
        return None
    return _from_list(given) or _extent(given) or _two_sided(given)


def _from_list(given: list[str]) -> Ordered | None:
    plain = {_plain(label): label for label in given}
    fitting = [one for one in _LISTS if set(plain) <= {fold(word) for word in one}]
    if not fitting:
        return None
    points = min(fitting, key=len)
    places = {fold(word): at for at, word in enumerate(points, start=1)}
    codes = {plain[word]: at for word, at in places.items() if word in plain}
    often = points[0] in ("never", "nunca", "nikoli", "никогда", "nie")
    return Ordered(codes, 1, len(points), frequency=often)


def _extent(given: list[str]) -> Ordered | None:
    """Return codes of "not at all …, slightly …, very …" with the same words after them."""
    places: dict[str, int] = {}
    rests = set()
    for label in given:
        text = _plain(label)
        found = next(
            ((at, one) for at, words in enumerate(_EXTENT) if (one := words.match(text))), None
        )
        if found is None:
            return None
        places[label] = found[0] + 1
        rests.add(text[found[1].end() :].strip())
    if len(rests) > 1 or len(set(places.values())) < max(3, len(given)) or 1 not in places.values():
        return None
    return Ordered(dict(sorted(places.items(), key=lambda one: one[1])), 1, len(_EXTENT))


def _two_sided(given: list[str]) -> Ordered | None:
    tones = {label: tone(label) for label in given}
    known = {label: one for label, one in tones.items() if one is not None}
    if len(known) < len(given) or len(set(known.values())) < len(given):
        return None
    if min(known.values()) > 0 or max(known.values()) < 0:
        return None
    degrees = sorted({abs(one) for one in known.values() if one})
    places = [*(-one for one in reversed(degrees)), *degrees]
    if 0 in known.values():
        places.insert(len(degrees), 0)
    if len(places) < 3:
        return None
    codes = {
        label: places.index(one) + 1 for label, one in sorted(known.items(), key=lambda one: one[1])
    }
    return Ordered(codes, 1, len(places))


def upside_down(labels: Mapping[float, str]) -> bool:
    """Tell whether the lower codes of a labelled scale are the better ones.

    Examples
    --------
    >>> upside_down({1: "very satisfied", 5: "very dissatisfied"})
    True
    """
    tones = [(code, found) for code, text in labels.items() if (found := tone(text)) is not None]
    if len(tones) < 2:
        return False
    low, high = min(tones), max(tones)
    return low[1] > 0 > high[1] or (low[1] > high[1] and (low[1] - high[1]) >= 2)


def _plain(label: object) -> str:
    """Return a label's words: no number before it, no remark in brackets after it."""
    text = re.sub(r"\s+", " ", fold(str(label)).replace("’", "'")).strip(" .!")
    text = re.sub(r"^\(?\d+\)?\s*[-–—:.=)]*\s*", "", text)
    text = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", text)
    return text.replace("-", " ").replace("/", " ")
