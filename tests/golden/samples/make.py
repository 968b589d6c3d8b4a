"""Make the files of the example anew: stored truth and committed answers (about a minute).

Run from the root of the repository: ``python tests/golden/samples/make.py``, then format with
ruff. Needed only when the process in ``cxresearch/samples`` is changed; tests then say so.
"""

from dataclasses import asdict
from pathlib import Path

from cxresearch import samples

ROOT = Path(__file__).resolve().parents[3]
HEAD = '''"""Population values of the example: `recompute` among eight million customers."""

from cxresearch.samples.truth import Importance, Truth

TRUTH = Truth(
'''


def literal(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {literal(one)}' for key, one in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else repr(round(float(str(value)), 5) + 0.0)


def main() -> None:
    lines = []
    for name, value in asdict(samples.recompute()).items():
        if name.startswith("importance"):
            parts = ", ".join(f"{key}={literal(one)}" for key, one in value.items())
            lines.append(f"    {name}=Importance({parts}),\n")
        else:
            lines.append(f"    {name}={literal(value)},\n")
    stored = ROOT / "cxresearch/samples/stored.py"
    stored.write_text(HEAD + "".join(lines) + ")\n", encoding="utf-8")
    samples.write(ROOT / "params/data/example")


if __name__ == "__main__":
    main()
