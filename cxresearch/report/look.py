"""Colours of pages: a client's accent, made readable on light and on dark paper."""

from __future__ import annotations

import base64
import colorsys
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"

_LIGHT, _DARK = "#f5f6f8", "#1c2229"  # the greyer of the papers that text stands on
_MEDIA = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


@cache
def style(accent: str) -> str:
    """Return the style block of a page in the client's colour."""
    css = (TEMPLATES / "cx" / "style.css").read_text(encoding="utf-8").strip()
    return (
        css.replace("ACCENT_LIGHT", readable(accent, _LIGHT))
        .replace("ACCENT_DARK", readable(accent, _DARK))
        .replace("ACCENT_BAND", accent)
    )


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def readable(colour: str, paper: str, ratio: float = 4.5) -> str:
    """Return the colour itself, or the nearest lightness of it that is readable on the paper.

    Examples
    --------
    >>> readable("#1f5c99", "#ffffff")
    '#1f5c99'
    >>> contrast(readable("#ffd400", "#ffffff"), "#ffffff") >= 4.5
    True
    """
    if contrast(colour, paper) >= ratio:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    end = 0.0 if _luminance(paper) > 0.18 else 1.0
    for step in range(1, 101):
        mixed = lightness + (end - lightness) * step / 100
        candidate = _hex(colorsys.hls_to_rgb(hue, mixed, saturation))
        if contrast(candidate, paper) >= ratio:
            return candidate
    return _hex((end, end, end))


def embedded(picture: Path) -> str:
    """Return a picture as a data URI, so that the page needs no other file."""
    data = base64.b64encode(picture.read_bytes()).decode("ascii")
    return f"data:{_MEDIA[picture.suffix.lower()]};base64,{data}"


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(rgb: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _luminance(colour: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
