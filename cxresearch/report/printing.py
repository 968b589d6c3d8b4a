"""PDF of finished pages: the print of the same page, one browser for a whole batch."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cxresearch.report import chromium

_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")
_FIXED = b"20250101000000"
_PAPER = {
    "paperWidth": 8.27,  # A4 in inches, where the page's style does not say
    "paperHeight": 11.69,
    "printBackground": True,
    "preferCSSPageSize": True,
    "generateTaggedPDF": True,
    "generateDocumentOutline": True,
}


def to_pdf(pages: Sequence[Path], program: str) -> Iterator[tuple[Path, bytes]]:
    """Print pages one after another; yield each with its PDF. The same page gives the same bytes.

    Parameters
    ----------
    pages : sequence of Path
        Finished HTML pages.
    program : str
        Of the browser (`chromium.program`).

    Raises
    ------
    OutputError
        The browser ended or does not answer.
    """
    with chromium.started(program) as browsing:
        for page in pages:
            with browsing.page(page.resolve().as_uri()) as session:
                printed = browsing.ask("Page.printToPDF", _PAPER, session)
            # a date of the same length, so that the file's table of places stays right
            yield page, _DATE.sub(rb"/\1 (D:" + _FIXED, base64.b64decode(printed["data"]))
