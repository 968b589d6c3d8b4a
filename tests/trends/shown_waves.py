"""Results of trends to be shown, on a small study of ten waves with a break, targets and a mix."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cxresearch import trends
from cxresearch.study.study import Study

BOOK = {
    "measures": {
        "satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 7], "top_box": 2},
        "recommend": {"kind": "nps", "columns": "NPS"},
        "loyalty": {"kind": "score", "columns": ["L1", "L2"], "scale": [1, 10]},
        "effort": {"kind": "csat", "columns": "E", "scale": [1, 5]},
    }
}
SETTINGS = {
    "trends": {
        "targets": {"satisfaction": {"value": 0.5, "by": "2026"}, "loyalty": [6, 8]},
        "bridges": [{"wave": "2017", "kind": "step", "measures": "loyalty"}],
    }
}


@cache
def study(language: str = "en") -> Study:
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"wave": np.repeat(np.arange(2015, 2025), 160)})
    late = (frame["wave"] >= 2020).to_numpy()
    mood = rng.normal(size=len(frame)) - 0.9 * late
    frame["region"] = np.where(rng.random(len(frame)) < 0.3 + 0.3 * late, "North", "South")
    frame["branch"] = rng.choice([f"b{k}" for k in range(8)], len(frame))
    frame["S"] = np.clip(np.round(4.8 + mood), 1, 7)
    frame["NPS"] = np.clip(np.round(7.6 + 1.6 * mood), 0, 10)
    frame["L1"] = np.clip(np.round(6.5 + mood), 1, 10)
    frame["L2"] = np.clip(np.round(6.5 + rng.normal(size=len(frame))), 1, 10)
    frame["E"] = np.where(frame["wave"] > 2020, np.clip(np.round(3 + mood), 1, 5), np.nan)
    return Study.from_frame(
        frame, BOOK, wave="wave", segments=["region"], service_point="branch",
        language=language, title="Acme customer study", analysis=SETTINGS,
    )  # fmt: skip


CALLS = {
    "forecast": trends.forecast,
    "breaks": trends.breaks,
    "control_chart": trends.control_chart,
    "mix_adjusted": trends.mix_adjusted,
    "comparability": trends.comparability,
    "track": trends.track,
    "compare": trends.compare,
}


def outlook(_study: Study):
    """Complaints that rise, over four years of months, with a season and a missing month."""
    rng = np.random.default_rng(3)
    months = np.arange(48)
    shares = 0.2 + 0.003 * months + 0.03 * np.sin(months / 12 * 2 * np.pi)
    shares += rng.normal(0, 0.01, 48)
    frame = pd.DataFrame(
        {
            "period": [f"{2021 + k // 12}-{k % 12 + 1:02d}" for k in months],
            "value": shares,
            "n": 500,
        }
    )
    return trends.forecast_series(
        frame.drop(index=7), measure="satisfaction", unit="share", about=study().about
    )


CALLS["outlook"] = outlook
DRAWN = ["forecast", "breaks", "control_chart", "mix_adjusted"]


@cache
def result(name: str, language: str = "en"):
    return CALLS[name](study()).in_language(language)
