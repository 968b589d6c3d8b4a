"""Small data sets whose results are known from two programs, as frames and codebooks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.study.study import Study

EVERYTHING_SHOWN = {"min_n": {"show": 1, "test": 1}}
NAN = float("nan")


def csat(columns="S", low=1, high=5, **more):
    return {"kind": "csat", "columns": columns, "scale": [low, high], **more}


# twelve respondents in two strata and six clusters
D12 = pd.DataFrame(
    {
        "stratum": list("AAAAAABBBBBB"),
        "psu": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6],
        "w": [1, 1, 1.5, 1.5, 2, 2, 1, 1, 2, 2, 3, 3],
        "recommend": [10, 9, 8, 6, 9, 7, 10, 3, 9, 10, 5, 8],
        "sat": [5, 4, 4, 3, 5, 4, 5, 2, 4, 5, 2, 4],
    }
)
D12_BOOK = {
    "measures": {
        "recommendation": {"kind": "nps", "columns": "recommend"},
        "satisfaction": csat("sat", top_box=2),
    }
}


def d12(design: bool = True, frame: pd.DataFrame = D12, **more) -> Study:
    """The twelve respondents as a study, with their strata and clusters or with weights alone."""
    whole = {"strata": "stratum", "cluster": "psu"} if design else {}
    settings = {"analysis": EVERYTHING_SHOWN, "segments": ["stratum"], **whole, **more}
    return Study.from_frame(frame, D12_BOOK, weight="w", **settings)


# six respondents, two dimensions of two and three items, importance points
_E = ["76776", "66767", "77777", "56676", "65777", "76667"]
_P = ["66565", "566.5", "65546", "66665", "55.64", "76656"]
_POINTS = [(40, 60), (50, 50), (30, 70), (60, 40), (20, 80), (45, 55)]


def _answers(rows: list[str], side: str) -> dict[str, list[float]]:
    return {
        f"{side}{item + 1}": [NAN if row[item] == "." else float(row[item]) for row in rows]
        for item in range(5)
    }


PAIRS = pd.DataFrame({**_answers(_E, "E"), **_answers(_P, "P")})
PAIRS[["POINTS_A", "POINTS_B"]] = _POINTS
PAIRS_BOOK = {
    "scales": {"agree7": [1, 7]},
    "dimensions": {
        "A": {
            "scale": "agree7",
            "importance": "POINTS_A",
            "items": [
                {"key": f"i{i}", "expectation": f"E{i}", "perception": f"P{i}"} for i in (1, 2)
            ],
        },
        "B": {
            "scale": "agree7",
            "importance": "POINTS_B",
            "items": [
                {"key": f"i{i}", "expectation": f"E{i}", "perception": f"P{i}"} for i in (3, 4, 5)
            ],
        },
    },
}


def pairs(frame: pd.DataFrame = PAIRS, book: dict = PAIRS_BOOK, **more) -> Study:
    """The six respondents with expectation and perception as a study."""
    return Study.from_frame(frame, book, **{"analysis": EVERYTHING_SHOWN, **more})


# thirty-two cars, the textbook case of correlated drivers
_MPG = """
21 21 22.8 21.4 18.7 18.1 14.3 24.4 22.8 19.2 17.8 16.4 17.3 15.2 10.4 10.4 14.7 32.4 30.4 33.9
21.5 15.5 15.2 13.3 19.2 27.3 26 30.4 15.8 19.7 15 21.4
"""
_WT = """
2.62 2.875 2.32 3.215 3.44 3.46 3.57 3.19 3.15 3.44 3.44 4.07 3.73 3.78 5.25 5.424 5.345 2.2 1.615
1.835 2.465 3.52 3.435 3.84 3.845 1.935 2.14 1.513 3.17 2.77 3.57 2.78
"""
MT = pd.DataFrame(
    {
        "mpg": [float(word) for word in _MPG.split()],
        "am": [1] * 3 + [0] * 14 + [1] * 3 + [0] * 5 + [1] * 7,
        "vs": [int(digit) for digit in "00110101111000000111100001010001"],
        "cyl": [int(digit) for digit in "66468684466888888444488884448684"],
        "wt": [float(word) for word in _WT.split()],
    }
)
MT["w"] = [1, 2, 3, 4] * 8
MT_BOOK = {
    "scales": {"any": {"min": 0, "max": 40, "continuous": True}},
    "measures": {"economy": {"kind": "score", "columns": "mpg", "scale": "any"}},
    "attributes": {
        name: {"columns": name, "scale": "any", "block": block}
        for name, block in {"am": "quality", "vs": "quality", "cyl": "cost", "wt": "cost"}.items()
    },
}


def cars(drivers: dict[str, list[str]], **more) -> Study:
    """The cars as a study in which `drivers` explain the economy."""
    settings = {"drivers": {"outcome": "economy", "blocks": drivers}, **EVERYTHING_SHOWN}
    return Study.from_frame(MT, MT_BOOK, analysis=settings, **more)


def survey(n: int = 240, waves: int = 2, seed: int = 1) -> pd.DataFrame:
    """A small survey without faults: three drivers, satisfaction, recommendation, a battery."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "wave": np.repeat(np.arange(2030 - waves, 2030), -(-n // waves))[:n],
            "region": rng.choice(["North", "South"], n),
            "w": rng.uniform(0.5, 2, n).round(3),
        }
    )
    for name in ("good", "cheap", "fast"):
        frame[name] = np.clip(np.round(4 + mood + rng.normal(size=n)), 1, 7)
    for item in range(1, 9):
        frame[f"E{item}"] = np.clip(np.round(6 + 0.7 * rng.normal(size=n)), 1, 7)
        frame[f"P{item}"] = np.clip(np.round(4.8 + mood + rng.normal(size=n)), 1, 7)
    frame["S"] = np.clip(np.round(4.5 + mood + 0.5 * rng.normal(size=n)), 1, 7)
    frame["NPS"] = np.clip(np.round(7 + 2 * mood + rng.normal(size=n)), 0, 10)
    return frame


SURVEY_BOOK = {
    "scales": {"agree7": [1, 7]},
    "dimensions": {
        "first": {
            "scale": "agree7",
            "expectation": ["E1", "E2", "E3"],
            "perception": ["P1", "P2", "P3"],
        },
        "second": {
            "scale": "agree7",
            "expectation": [f"E{i}" for i in range(4, 9)],
            "perception": [f"P{i}" for i in range(4, 9)],
        },
    },
    "measures": {
        "satisfaction": csat("S", 1, 7, top_box=2),
        "recommend": {"kind": "nps", "columns": "NPS"},
        "score": {"kind": "score", "columns": ["S", "good"], "scale": "agree7"},
    },
    "attributes": {
        name: {"columns": name, "scale": "agree7", "block": block}
        for name, block in {"good": "quality", "cheap": "cost", "fast": "delivery"}.items()
    },
}
SURVEY_KEYS = {"id": "id", "wave": "wave", "segments": ["region"]}


def study(frame: pd.DataFrame | None = None, book: dict = SURVEY_BOOK, **more) -> Study:
    """The small survey as a study."""
    frame = survey() if frame is None else frame
    settings = {"analysis": {"n_resamples": 60, **more.pop("analysis", {})}}
    return Study.from_frame(frame, book, **{**SURVEY_KEYS, **settings, **more})
