"""Make the files of the example anew: stored truths, answers and tables (about two minutes).

Run from the root of the repository: ``python tests/golden/samples/make.py``, then format with
ruff. ``survey`` or ``company`` as an argument makes the one stored truth only, ``files`` none.
Needed only when the process in ``cxresearch/samples`` is changed; tests then say so.
"""

import sys
from dataclasses import asdict
from pathlib import Path

from cxresearch import samples
from cxresearch.samples.planted import recompute_company
from cxresearch.samples.process import WAVES

ROOT = Path(__file__).resolve().parents[3]
HEAD = '''"""Population values of the example: `recompute` among eight million customers."""

from cxresearch.samples.truth import Importance, Truth

TRUTH = Truth(
'''
COMPANY_HEAD = '''"""Planted in the tables: `recompute_company` among 3.2 million customers."""

from cxresearch.samples.planted import CompanyTruth
from cxresearch.samples.process import WAVES


def _by_wave(*values: float) -> dict[str, float]:
    return dict(zip(WAVES, values, strict=True))


COMPANY_TRUTH = CompanyTruth(
'''


def literal(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {literal(one)}' for key, one in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else repr(round(float(str(value)), 5) + 0.0)


def compact(value: object) -> str:
    """Return a literal in which eight numbers by wave stand in one line."""
    if isinstance(value, dict) and tuple(value) == WAVES:
        return "_by_wave(" + ", ".join(literal(one) for one in value.values()) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {compact(one)}' for key, one in value.items()) + "}"
    return literal(value)


def survey() -> None:
    lines = []
    for name, value in asdict(samples.recompute()).items():
        if name.startswith("importance"):
            parts = ", ".join(f"{key}={literal(one)}" for key, one in value.items())
            lines.append(f"    {name}=Importance({parts}),\n")
        else:
            lines.append(f"    {name}={literal(value)},\n")
    stored = ROOT / "cxresearch/samples/stored.py"
    stored.write_text(HEAD + "".join(lines) + ")\n", encoding="utf-8")


def company() -> None:
    truth = asdict(recompute_company())
    lines = [f"    {name}={compact(value)},\n" for name, value in truth.items()]
    stored = ROOT / "cxresearch/samples/stored_company.py"
    stored.write_text(COMPANY_HEAD + "".join(lines) + ")\n", encoding="utf-8")


def files() -> None:
    samples.write(ROOT / "params/data/example")
    samples.write_tables(ROOT / "params/data/example")


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["survey", "company", "files"]
    for name, make in (("survey", survey), ("company", company), ("files", files)):
        if name in wanted:
            make()
