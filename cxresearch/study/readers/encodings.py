"""From bytes to text: the encoding declared, the one the file shows, or the likeliest.

UTF-8 proves itself: text in another encoding is hardly ever valid UTF-8. Beyond it, one byte is
one letter and every reading is possible, so letters decide: Cyrillic words are whole runs of high
bytes, Korean syllables pairs of them; š and ž within words speak for Central Europe
(windows-1250), ñ, à, ¿ for the West (windows-1252). The result is a guess, is told as one, and a
declared encoding always wins.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from cxresearch.errors import DataError, Fault, did_you_mean
from cxresearch.notes import Note, note

KNOWN = (
    "utf-8",
    "utf-16",
    "cp1252",
    "latin-1",
    "iso-8859-15",
    "cp1250",
    "iso-8859-2",
    "cp1251",
    "koi8-r",
    "cp866",
    "cp850",
    "mac-roman",
    "cp949",
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE = 2_000_000  # bytes looked at for a guess
_MOSTLY = 0.9
_CYRILLIC = ("cp1251", "koi8-r", "cp866")
_COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпу")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
# š ž Š Ž ł ą ś ź in windows-1250, within or at the end of a word
_CENTRAL = re.compile(
    rb"(?:(?<=[A-Za-z])[\x8a\x8e\x9a\x9e\x9c\x9f\xb3\xb9]|[\x8a\x8e\x9a\x9e\x9c\x9f\xb3](?=[a-z]))"
)
_WINDOWS_CARON = re.compile(rb"[\x8a\x8e\x9a\x9e]")  # Š Ž š ž, which Latin-2 writes elsewhere
_LATIN2_CARON = re.compile(
    rb"(?:(?<=[A-Za-z])[\xb9\xbe](?=[A-Za-z])|\b[\xb9\xbe\xa9\xae](?=[a-z]{2}))"
)
# ñ Ñ à â ã å ò õ ï û ù ø ê ì, and ¿ ¡ before a word, in windows-1252
_WESTERN = re.compile(
    rb"(?:[\xd1\xf1\xe0\xe2\xe3\xe5\xf2\xf5\xef\xfb\xf8\xea]|(?<![A-Za-z])[\xa1\xbf](?=[A-Z\xc0-\xff]))"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read by, and what has to be said about it."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(raw: bytes, *, file: str, declared: str | None = None) -> Decoded:
    """Return a file's bytes as text.

    Parameters
    ----------
    raw : bytes
        The whole file.
    file : str
        Its name, for messages.
    declared : str, optional
        Any encoding Python knows; without it the encoding is found.

    Raises
    ------
    DataError
        An encoding that does not exist, or bytes that it cannot have written (with the first
        such line and an encoding that would work).

    Examples
    --------
    >>> decode("odličen".encode("utf-8"), file="a.csv").encoding
    'utf-8'
    >>> decode("žal, prišel sem".encode("cp1250"), file="a.csv").encoding
    'cp1250'
    """
    if declared is not None:
        return _declared(raw, declared, file)
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return Decoded(_strict(raw, encoding, file, found=True), encoding)
    sample = raw[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > 0.3 * len(sample) and min(even, odd) < 0.02 * len(sample):
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        return Decoded(
            _strict(raw, encoding, file, found=True),
            encoding,
            (note("encoding_guessed", file=file, encoding=encoding),),
        )
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        encoding = guess(raw)
    return Decoded(
        raw.decode(encoding), encoding, (note("encoding_guessed", file=file, encoding=encoding),)
    )


def guess(raw: bytes) -> str:
    """Return the likeliest encoding of bytes that are not UTF-8.

    Examples
    --------
    >>> guess("¿Está satisfecho? Sí, señor".encode("latin-1"))
    'cp1252'
    >>> guess("Очень доволен обслуживанием".encode("cp1251"))
    'cp1251'
    """
    sample = raw[:_SAMPLE]
    if not _HIGH.search(sample):
        sample = raw
    high = len(_HIGH.findall(sample))
    in_runs = sum(len(run) for run in _HIGH_RUN.findall(sample))
    if in_runs > 0.5 * high and _hangul_share(sample) > _MOSTLY and _decodes(raw, "cp949"):
        return "cp949"
    if in_runs > 0.5 * high:
        best = max(_CYRILLIC, key=lambda encoding: _cyrillic_share(sample, encoding))
        if _cyrillic_share(sample, best) > 0.4 and _decodes(raw, best):
            return best
    central, western = len(_CENTRAL.findall(sample)), len(_WESTERN.findall(sample))
    if not _WINDOWS_CARON.search(sample) and _LATIN2_CARON.search(sample):
        return "iso-8859-2"
    order = ("cp1250", "cp1252") if central > western else ("cp1252", "cp1250")
    return next((encoding for encoding in order if _decodes(raw, encoding)), "latin-1")


def is_binary(text: str) -> bool:
    r"""Say whether decoded text holds what no table holds: NUL, or many control characters.

    Examples
    --------
    >>> is_binary("a;b"), is_binary("a\x00b")
    (False, True)
    """
    sample = text[:20000]
    control = sum(1 for char in sample if char < " " and char not in "\t\n\r\f\x1b\x0b")
    return "\x00" in sample or control > 0.01 * len(sample)


def _declared(raw: bytes, declared: str, file: str) -> Decoded:
    try:
        name = codecs.lookup(declared).name
        "a".encode(name)  # "base64" and the like are codecs, but of no text
    except (LookupError, ValueError) as error:
        raise DataError(
            Fault(
                kind="data",
                what=f'there is no encoding "{declared}"',
                where=file,
                hint=did_you_mean(declared, KNOWN),
            )
        ) from error
    shown = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if shown is not None:
        if name.split("-")[:2] != shown.split("-")[:2]:
            raise DataError(
                Fault(
                    kind="data",
                    what=f"the file is not encoded in {declared}",
                    where=f"{file}, line 1",
                    found=f"it begins with the mark of {shown.removesuffix('-sig')}",
                    hint=f"say encoding: {shown.removesuffix('-sig')}, or leave it out",
                )
            )
        name = shown
    text = _strict(raw, name, file, found=False)
    likely = _doubt(raw, name)
    if likely is None:
        return Decoded(text, name)
    return Decoded(
        text, name, (note("encoding_doubtful", file=file, encoding=declared, likely=likely),)
    )


def _doubt(raw: bytes, name: str) -> str | None:
    """Return utf-8 where single bytes were declared for what reads as UTF-8 beyond ASCII."""
    if name.startswith(("utf", "ascii")) or raw.isascii():
        return None
    return "utf-8" if _decodes(raw, "utf-8") else None


def _strict(raw: bytes, encoding: str, file: str, *, found: bool) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(_undecodable(raw, encoding, error, file, found=found)) from error
    if encoding.startswith("utf-16") and not found and not raw.startswith(_UTF16_MARKS):
        # any even number of bytes is UTF-16; without a mark only the letters can tell
        ascii_share = sum(char < "\u0600" for char in text[:2000]) / max(len(text[:2000]), 1)
        if ascii_share < 0.5:
            likely = decode(raw, file=file).encoding
            raise DataError(
                Fault(
                    kind="data",
                    what=f"the file is not encoded in {encoding}",
                    where=f"{file}, line 1",
                    found=text[:12],
                    hint=f"say encoding: {likely}, or leave it out",
                )
            )
    return text


def _undecodable(
    raw: bytes, encoding: str, error: UnicodeDecodeError, file: str, *, found: bool
) -> Fault:
    at = error.start
    line = raw.count(b"\n", 0, at) + 1
    start = max(raw.rfind(b"\n", 0, at) + 1, at - 15)
    near = raw[start : at + 10].split(b"\n")[0].rstrip(b"\r")
    if found:
        hint = "the file may be cut off or damaged: export it again"
    else:
        likely = decode(raw, file=file).encoding.removesuffix("-sig")
        hint = f"say encoding: {likely} (every byte can be read by it), or leave encoding out"
    return Fault(
        kind="data",
        what=f"the file is not encoded in {encoding}",
        where=f"{file}, line {line}",
        found=f"byte 0x{raw[at]:02x} in {near!r}" if at < len(raw) else "an incomplete last letter",
        hint=hint,
    )


def _cyrillic_share(sample: bytes, encoding: str) -> float:
    """Return the share of high bytes that read as common lower-case Cyrillic letters."""
    text = b"".join(_HIGH_RUN.findall(sample)).decode(encoding, errors="replace")
    return sum(char in _COMMON_CYRILLIC for char in text) / max(len(text), 1)


def _hangul_share(sample: bytes) -> float:
    """Return the share of letters beyond ASCII that read as Korean syllables."""
    letters = [char for char in sample.decode("cp949", errors="replace") if char > "\x7f"]
    return sum("\uac00" <= char <= "\ud7a3" for char in letters) / max(len(letters), 1)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
