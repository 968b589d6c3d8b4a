"""A made-up customer study with planted truth, to learn on, to test with and to show.

`survey` makes the answers and says what is true of the customers behind them; `tables` makes what
the company itself keeps of the same customers (tickets, orders, revenue, …), with `COMPANY_TRUTH`;
`write` and `write_tables` put down the files that ``params/example.yml`` reads.
``docs/example.md`` tells how the data were made and lists every planted number. No real customer,
company or answer is in it.

Examples
--------
>>> sample = survey()
>>> len(sample.frame), sample.frame["wave"].nunique()
(2315, 8)
>>> round(sample.truth.nps["2024 H2"], 1)
16.1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError
from cxresearch.samples import company, fieldwork, process
from cxresearch.samples.planted import CompanyTruth, recompute_company
from cxresearch.samples.population import recompute
from cxresearch.samples.stored import TRUTH
from cxresearch.samples.stored_company import COMPANY_TRUTH
from cxresearch.samples.truth import DRIVERS, Importance, Truth

__all__ = [
    "COMPANY_TRUTH",
    "DRIVERS",
    "N_PER_WAVE",
    "SEED",
    "TRUTH",
    "CompanyTruth",
    "Importance",
    "Sample",
    "Truth",
    "recompute",
    "recompute_company",
    "survey",
    "tables",
    "write",
    "write_tables",
]

#: Rows of the committed file by wave, those screened out included.
N_PER_WAVE = (288, 296, 271, 312, 284, 303, 267, 294)
SEED = 20_210_302
FILE = "responses.csv"
_FEWEST = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Answers of a made-up survey and what is true of the customers they were drawn from.

    Attributes
    ----------
    frame : DataFrame
        One row a respondent, as the data file holds it: 98 is "not applicable", 99 and blank are
        no answer, people with ``used_service`` 0 were screened out.
    truth : Truth
        Population values; the same whatever the size and seed of the sample.
    themes : DataFrame
        What each comment is truly about: ``respondent wave lang first second``.
    seed : int
        The seed; `tables` makes the company of these very customers from it.
    """

    frame: pd.DataFrame
    truth: Truth
    themes: pd.DataFrame
    seed: int


def survey(n_per_wave: int | Sequence[int] = N_PER_WAVE, seed: int = SEED) -> Sample:
    """Interview made-up customers in eight half-yearly waves and say what is true of them.

    Parameters
    ----------
    n_per_wave : int or sequence of int
        Rows of every wave, or of each of the eight; at least 50. By default those of the
        committed example.
    seed : int
        Seed; the same seed and sizes give the same answers.

    Returns
    -------
    Sample

    Raises
    ------
    StatisticsError
        If there are not eight sizes or one is below 50: some group of customers would have no
        one to speak for it.

    Notes
    -----
    Each wave draws from streams of its own, so that one wave's size leaves the answers of the
    others as they are; which customer a respondent is (``customer``) depends on earlier waves.

    Examples
    --------
    >>> large = survey(n_per_wave=2_000, seed=1)
    >>> used = large.frame.query("used_service == 1 and S1 <= 7 and wave == '2022 H1'")
    >>> found = np.average(used["S1"], weights=used["weight"])
    >>> bool(abs(found - large.truth.satisfaction_mean["2022 H1"]) < 0.1)
    True
    """
    n_waves = len(process.WAVES)
    sizes = [n_per_wave] * n_waves if isinstance(n_per_wave, int) else list(n_per_wave)
    if len(sizes) != n_waves or min(sizes) < _FEWEST:
        raise StatisticsError(
            Fault(
                kind="statistics",
                what=f"a sample needs a size of at least {_FEWEST} for each of {n_waves} waves",
                where="n_per_wave",
                found=str(n_per_wave),
                hint="give one number for all waves, or eight",
            )
        )
    streams = np.random.SeedSequence(seed).spawn(n_waves)
    waves = [
        fieldwork.interview(wave, size, np.random.default_rng(stream))
        for wave, size, stream in zip(process.WAVES, sizes, streams, strict=True)
    ]
    frame = pd.concat(waves, ignore_index=True)
    added, themes = company.appended(frame, seed)
    customer = company.link(frame, seed).link.rename("customer")
    whole = pd.concat([frame, customer, added], axis="columns")
    return Sample(frame=whole, truth=TRUTH, themes=themes, seed=seed)


def tables(sample: Sample | None = None) -> dict[str, pd.DataFrame]:
    """Return the company's own tables, by canonical name and with canonical columns.

    Tickets, contacts, orders, returns, customers, revenue, staff, staff_time, qa, mystery,
    branches, documents, codes, posts, actions, targets, cash, indicators, sessions, qualitative,
    brand and brand_intended; times are texts, as in the files. What is planted in them stands in
    `COMPANY_TRUTH`.

    Parameters
    ----------
    sample : Sample, optional
        The survey whose respondents are among the customers; without it the committed one.

    Examples
    --------
    >>> made = tables()
    >>> made["customers"].columns.tolist()[:4]
    ['customer_id', 'account_id', 'branch_id', 'segment']
    """
    sample = sample or survey()
    return company.tables(sample.frame, sample.themes, sample.seed)


def write_tables(folder: str | Path, sample: Sample | None = None) -> list[Path]:
    """Write every table of `tables` as ``NAME.csv`` beside the answers; return the paths.

    Customers, tickets and mystery visits have columns under names of their own
    (`cxresearch.samples.company.RENAMED`), as files from other systems do.
    """
    written = []
    for name, table in tables(sample).items():
        path = Path(folder) / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        company.as_filed(name, table).to_csv(
            path, index=False, lineterminator="\n", encoding="utf-8"
        )
        written.append(path)
    return written


def write(folder: str | Path, sample: Sample | None = None) -> Path:
    """Write the answers as ``responses.csv`` (UTF-8, comma, blanks empty) and return its path.

    Parameters
    ----------
    folder : str or Path
        Where to write; made if it is not there.
    sample : Sample, optional
        What to write; without it the committed example, byte for byte.
    """
    frame = (sample or survey()).frame
    whole = frame.select_dtypes("number").columns.drop("weight")
    path = Path(folder) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    table = frame.astype(dict.fromkeys(whole, "Int64"))
    table.to_csv(path, index=False, lineterminator="\n", float_format="%.4f", encoding="utf-8")
    return path
