"""``python -m cxresearch.text``: bring the catalogues in step with the code."""

from __future__ import annotations

import sys

from cxresearch.text.extraction import update


def main() -> None:
    """Write template and catalogues; say on stderr how much each language still lacks."""
    for language, lacking in update().items():
        sys.stderr.write(f"{language}: {len(lacking)} messages without translation\n")


if __name__ == "__main__":
    main()
