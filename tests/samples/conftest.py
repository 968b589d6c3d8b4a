"""The example as it lies in params/: its params, answers and tables."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from example_tables import TIMES, WAVES, Tables, count


@pytest.fixture(scope="module")
def params(root: Path) -> dict:
    return yaml.safe_load((root / "params/example.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frame(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "params/data/example/responses.csv")


@pytest.fixture(scope="module")
def tables(root: Path, params: dict) -> Tables:
    """Return the committed files under their canonical columns, times as times."""
    found = {}
    for name, one in params["tables"].items():
        names = {filed: column for column, filed in one.get("columns", {}).items()}
        table = pd.read_csv(root / "params" / one["path"]).rename(columns=names)
        for column in TIMES.get(name, []):
            table[column] = pd.to_datetime(table[column])
        found[name] = table
    return found


@pytest.fixture(scope="module")
def counted(tables: Tables) -> dict[str, dict[str, tuple[float, float]]]:
    return {wave: count(tables, wave) for wave in WAVES}
