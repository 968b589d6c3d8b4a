"""Results as analyses give them, made by hand: what figures, tables and findings are tested on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cxresearch.about import About
from cxresearch.notes import note
from cxresearch.results import Result

NAN = float("nan")
LABELS: dict[str, Any] = {
    "tangibles": {"en": "Tangibles", "es": "Tangibles", "sl": "Otipljivost", "ru": "Осязаемость"},
    "reliability": {"en": "Reliability of the service we promised", "ru": "Надёжность"},
    "responsiveness": "Responsiveness",
    "assurance": "Assurance",
    "empathy": "Empathy",
    "recommend": "Would recommend",
    "satisfaction": "Overall satisfaction",
    "effort": "Ease of getting it done <script>",
    "price": "Price fairness",
    "on_time": "Delivered on time",
    "staff": "Staff know the answers",
    "website": "Website is easy to use",
    "quality": "Quality",
    "cost": "Cost",
    "delivery": "Delivery",
}


def about(language: str = "en") -> About:
    return About(
        study="acme",
        title="Acme customer study",
        client="Acme",
        language=language,
        labels=LABELS,
        waves=("2022", "2023", "2024"),
        fingerprint="0123456789abcdef" * 4,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KpiTable(Result):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QualityCheck(Result):
    flow: pd.DataFrame = field(default_factory=pd.DataFrame)
    items: pd.DataFrame = field(default_factory=pd.DataFrame)
    flags: pd.DataFrame = field(default_factory=pd.DataFrame)
    coverage: pd.DataFrame = field(default_factory=pd.DataFrame)
    pace: pd.DataFrame = field(default_factory=pd.DataFrame)
    sensitivity: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapScores(Result):
    items: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverImportance(Result):
    blocks: pd.DataFrame = field(default_factory=pd.DataFrame)
    fit: pd.DataFrame = field(default_factory=pd.DataFrame)
    diagnostics: pd.DataFrame = field(default_factory=pd.DataFrame)
    differences: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveContrasts(Result):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track(Result):
    fit: pd.DataFrame = field(default_factory=pd.DataFrame)


def _frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


KPI_COLUMNS = (
    "measure statistic estimate std_error conf_low conf_high unit direction n n_eff mdc low_base "
    "suppressed reason"
)


def kpis(language: str = "en") -> KpiTable:
    rows = [
        *[("satisfaction", "top_box", 0.738, 0.02, 0.695, 0.776, "share", "up", 412, 390.2, 0.083)],
        *[("satisfaction", "mean", 5.41, 0.06, 5.29, 5.53, "points", "up", 412, 390.2, 0.24)],
        *[("recommend", "nps", 24.3, 4.1, 16.1, 32.2, "nps", "up", 408, 386.0, 15.2)],
        *[("recommend", "promoters", 0.45, 0.024, 0.40, 0.497, "share", "up", 408, 386.0, 0.09)],
        *[("recommend", "passives", 0.343, 0.02, 0.30, 0.39, "share", "up", 408, 386.0, 0.09)],
        *[("recommend", "detractors", 0.207, 0.02, 0.17, 0.25, "share", "down", 408, 386.0, 0.08)],
        *[("effort", "agree", 0.61, 0.09, 0.42, 0.77, "share", "up", 24, 22.0, 0.31)],
    ]
    rows = [(*row, row[8] < 30, False, None) for row in rows]
    return KpiTable(
        table=_frame(KPI_COLUMNS, rows),
        n=412,
        n_eff=390.2,
        conf_level=0.95,
        method="linearised",
        notes=(
            note("weighted", column="w", deff=1.056),
            note("nps_trademark"),
            note("low_base", group="effort", n=24, min_n=30),
        ),
        about=about(language),
    )


def kpis_by_wave(language: str = "en") -> KpiTable:
    rows = []
    for place, wave in enumerate(["2022", "2023", "2024"]):
        p = 0.70 + 0.03 * place
        rows += [
            (
                wave,
                "satisfaction",
                "top_box",
                p,
                0.02,
                p - 0.04,
                p + 0.04,
                "share",
                "up",
                300,
                300.0,
                0.1,
                False,
                False,
                None,
            ),
            (
                wave,
                "recommend",
                "nps",
                20.0 + 4 * place,
                4.0,
                12.0 + 4 * place,
                28.0 + 4 * place,
                "nps",
                "up",
                300,
                300.0,
                15.0,
                False,
                False,
                None,
            ),
        ]
    rows.append(
        (
            "2021",
            "recommend",
            "nps",
            NAN,
            NAN,
            NAN,
            NAN,
            "nps",
            "up",
            6,
            6.0,
            NAN,
            False,
            True,
            "small_base",
        )
    )
    return KpiTable(
        table=_frame("wave " + KPI_COLUMNS, rows),
        n=906,
        n_eff=906.0,
        conf_level=0.95,
        method="wilson",
        by=("wave",),
        notes=(note("small_base", group="2021", n=6, min_n=10),),
        about=about(language),
    )


GAP_COLUMNS = (
    "perception expectation estimate std_error conf_low conf_high statistic df p_value q_value n "
    "n_eff n_pairs share_negative"
)


def gaps(language: str = "en") -> GapScores:
    means = [
        ("tangibles", 5.8, 5.5, 0.05, 0.2),
        ("reliability", 5.1, 6.6, 0.08, 1e-9),
        ("responsiveness", 5.2, 6.5, 0.07, 1e-9),
        ("assurance", 5.9, 6.1, 0.14, 0.08),
        ("empathy", 5.0, 5.9, 0.06, 1e-8),
        ("overall", 5.4, 6.12, 0.05, 1e-9),
        ("overall_weighted", NAN, NAN, 0.05, 1e-9),
    ]
    rows = []
    for name, p, e, se, q in means:
        gap = -0.85 if name == "overall_weighted" else p - e
        rows.append(
            (
                name,
                p,
                e,
                gap,
                se,
                gap - 1.97 * se,
                gap + 1.97 * se,
                gap / se,
                399.0,
                q,
                q,
                400,
                400.0,
                1590,
                0.61,
            )
        )
    items = []
    for place, (name, p, e, se, q) in enumerate(means[:5]):
        for k in range(3):
            gap = p - e + 0.2 * (k - 1)
            items.append(
                (
                    name,
                    f"{name[0]}{place}{k}",
                    p,
                    e,
                    gap,
                    se,
                    gap - 2 * se,
                    gap + 2 * se,
                    gap / se,
                    399.0,
                    q,
                    q,
                    400,
                    400.0,
                    400,
                    0.6,
                    0.4,
                )
            )
    return GapScores(
        table=_frame("dimension " + GAP_COLUMNS, rows),
        items=_frame("dimension item " + GAP_COLUMNS + " ceiling_expectation", items),
        n=412,
        n_eff=412.0,
        conf_level=0.95,
        method="paired_t",
        notes=(note("ceiling", item="reliability", share=0.55),),
        about=about(language),
    )


DRIVER_COLUMNS = (
    "block driver estimate conf_low conf_high share share_low share_high rank rank_low rank_high "
    "coefficient performance beats_noise withheld"
)


def drivers(language: str = "en") -> DriverImportance:
    rows = [
        ("quality", "reliability", 0.21, 0.17, 0.26, 0.396, 0.33, 0.46, 1, 1, 1, 0.42, 5.1, True),
        ("quality", "staff", 0.12, 0.09, 0.16, 0.226, 0.17, 0.29, 2, 2, 3, 0.21, 5.9, True),
        ("cost", "price", 0.10, 0.07, 0.14, 0.189, 0.13, 0.25, 3, 2, 4, 0.18, 4.4, True),
        ("delivery", "on_time", 0.08, 0.05, 0.12, 0.151, 0.10, 0.21, 4, 3, 4, 0.15, 5.2, True),
        ("delivery", "website", 0.02, 0.01, 0.04, 0.038, 0.01, 0.07, 5, 5, 5, 0.02, 5.6, False),
    ]
    blocks = [
        ("quality", 0.33, 0.28, 0.39, 0.62, 0.54, 0.70),
        ("cost", 0.10, 0.07, 0.14, 0.19, 0.13, 0.25),
        ("delivery", 0.10, 0.06, 0.15, 0.19, 0.12, 0.27),
    ]
    pairs = [
        ("reliability", "staff", 0.09, 0.03, 0.15),
        ("staff", "price", 0.02, -0.03, 0.07),
        ("staff", "on_time", 0.04, -0.01, 0.09),
        ("price", "on_time", 0.02, -0.02, 0.07),
        ("on_time", "website", 0.06, 0.02, 0.10),
    ]
    return DriverImportance(
        table=_frame(DRIVER_COLUMNS, [(*row, False) for row in rows]),
        blocks=_frame("block estimate conf_low conf_high share share_low share_high", blocks),
        fit=_frame(
            "r_squared adj_r_squared cv_r_squared n outcome model",
            [(0.53, 0.52, 0.50, 390, "satisfaction", "linear")],
        ),
        diagnostics=_frame("driver vif", [(row[1], 2.1) for row in rows]),
        differences=_frame("first second estimate conf_low conf_high", pairs),
        n=390,
        n_eff=390.0,
        conf_level=0.95,
        method="shapley",
        notes=(note("observational"), note("listwise", n=390, n_total=412)),
        about=about(language),
    )


CONTRAST_COLUMNS = (
    "measure contrast wave_from wave_to estimate std_error conf_low conf_high statistic df "
    "p_value q_value verdict threshold mdc unit direction"
)


def contrasts(language: str = "en") -> WaveContrasts:
    rows = [
        (
            "satisfaction",
            "previous",
            "2023",
            "2024",
            0.03,
            0.027,
            -0.024,
            0.084,
            1.1,
            NAN,
            0.27,
            0.27,
            "cannot_tell",
            0.05,
            0.08,
            "share",
            "up",
        ),
        (
            "satisfaction",
            "baseline",
            "2022",
            "2024",
            0.12,
            0.028,
            0.065,
            0.175,
            4.3,
            NAN,
            1e-05,
            1e-05,
            "clear_rise",
            0.05,
            0.08,
            "share",
            "up",
        ),
        (
            "recommend",
            "previous",
            "2023",
            "2024",
            -9.5,
            4.1,
            -17.5,
            -1.5,
            -2.3,
            NAN,
            0.02,
            0.03,
            "likely_fall",
            5.0,
            15.0,
            "nps",
            "up",
        ),
        (
            "recommend",
            "baseline",
            "2022",
            "2024",
            3.1,
            1.3,
            0.6,
            5.6,
            2.4,
            NAN,
            0.017,
            0.03,
            "below_threshold",
            5.0,
            15.0,
            "nps",
            "up",
        ),
        (
            "effort",
            "previous",
            "2023",
            "2024",
            NAN,
            NAN,
            NAN,
            NAN,
            NAN,
            NAN,
            NAN,
            NAN,
            "suppressed",
            NAN,
            NAN,
            "points",
            "down",
        ),
    ]
    return WaveContrasts(
        table=_frame(CONTRAST_COLUMNS, rows),
        n=1200,
        n_eff=1200.0,
        conf_level=0.95,
        method="newcombe",
        notes=(note("no_threshold", measure="effort"),),
        about=about(language),
    )


def track(language: str = "en", waves: int = 8) -> Track:
    rows = []
    for place in range(waves):
        wave = str(2017 + place)
        y = 0.62 + 0.02 * place + (0.02 if place % 2 else -0.02)
        level = 0.62 + 0.02 * place
        few = waves < 6
        rows.append(
            (
                "satisfaction",
                wave,
                y,
                0.02,
                y - 0.04,
                y + 0.04,
                400,
                NAN if few else level,
                NAN if few else level - 0.03,
                NAN if few else level + 0.03,
                NAN,
                "too_few_waves" if few else None,
                "share",
            )
        )
        z = 30.0 + (-3.0 if place % 2 else 3.0) if place != 3 else NAN
        rows.append(
            (
                "recommend",
                wave,
                z,
                4.0,
                z - 8,
                z + 8,
                0 if place == 3 else 390,
                NAN if few else 30.0,
                NAN if few else 26.0,
                NAN if few else 34.0,
                NAN,
                "too_few_waves" if few else None,
                "nps",
            )
        )
    fit = [
        ("satisfaction", 12.3, 0.0002, 43.6, float(waves - 1), 1e-6),
        ("recommend", 10.1, 0.0, 3.6, float(waves - 2), 0.72),
    ]
    return Track(
        table=_frame(
            "measure wave observed std_error conf_low conf_high n level level_low level_high "
            "filtered reason unit",
            rows,
        ),
        fit=_frame("measure log_likelihood signal_variance statistic df p_value", fit),
        n=400 * waves,
        n_eff=400.0 * waves,
        conf_level=0.95,
        method="local_level",
        notes=(note("level_variance_poor", n=waves),),
        about=about(language),
    )


def quality(language: str = "en") -> QualityCheck:
    rules = [
        ("speeder", 12, 0.029, "flag", 0.33),
        ("longstring", 5, 0.012, "warning", 10),
        ("duplicate", 0, 0.0, "flag", 1),
    ]
    flow = [
        ("received", "2023", 220),
        ("screened", "2023", 205),
        ("flagged", "2023", 9),
        ("analysed", "2023", 205),
        ("received", "2024", 230),
        ("screened", "2024", 207),
        ("flagged", "2024", 8),
        ("analysed", "2024", 207),
    ]
    items = [
        (f"P{place}", place * 3 % 17, place % 4, (place * 3 % 17) / 412) for place in range(1, 13)
    ]
    return QualityCheck(
        table=_frame("rule n_flagged share severity threshold", rules),
        pace=_frame("pace density", [(0.1, 0.0), (0.3, 0.1), (1.0, 2.5), (3.0, 0.2), (10.0, 0.0)]),
        sensitivity=_frame(
            "measure estimate conf_low conf_high without without_low without_high difference"
            " difference_low difference_high unit",
            [
                ("satisfaction", 0.62, 0.57, 0.66, 0.61, 0.56, 0.66, -0.01, -0.02, 0.004, "share"),
                ("recommend", 21.0, 12.0, 30.0, 24.0, 14.0, 33.0, 3.0, 0.5, 5.5, "nps"),
            ],
        ),
        flow=_frame("stage wave n", flow),
        items=_frame("item n_missing n_not_applicable share_missing", items).assign(threshold=0.2),
        coverage=_frame(
            "item role wave asked n",
            [
                ("P1", "perception", "2023", True, 201),
                ("P1", "perception", "2024", True, 199),
                ("P2", "perception", "2023", False, 0),
                ("P2", "perception", "2024", True, 203),
            ],
        ),
        flags=_frame("respondent wave rule value threshold", [("r1", "2024", "speeder", 0.2, 0.3)]),
        n=412,
        n_eff=412.0,
        conf_level=0.95,
        about=about(language),
    )
