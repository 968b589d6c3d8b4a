"""What customers say of how their matter was settled: answers joined with tickets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row
from cxresearch.operations.periods import bounds
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study

MEASURE = "resolution_satisfaction"
TOP = 2


def resolution_satisfaction(asked: Asked) -> Iterator[Row]:
    """Yield the weighted share of satisfied answers among customers with a settled matter.

    An answer counts where a ticket of the same customer was settled within the window before the
    wave's day (the end of the wave's period where no day is declared). It belongs to the period
    of its wave. Satisfied is who gives one of the two highest answers, or as the codebook's
    top_box says.
    """
    study = asked.study
    key = measure_of(study)
    if asked.by or key is None or not asked.has("tickets", "customer_id", "resolved_at"):
        return
    moments = days_of_waves(study)
    if not moments:
        return
    score = study.measure(key)
    happy = score.promoter if score.headline == "nps" else score.top(score.measure.top_box or TOP)
    window = pd.Timedelta(days=asked.told.window(MEASURE))
    tickets = asked.tables["tickets"].dropna(subset=["customer_id", "resolved_at"])
    who = as_labels(study.full[str(study.params.data.customer)]).astype(object)
    waves = study.full[study.wave_column].astype(str)
    cut = asked.cut("tickets")
    settled = np.zeros(len(who), dtype=bool)
    for wave, day in moments.items():
        inside = (tickets["resolved_at"] > day - window) & (tickets["resolved_at"] <= day)
        customers = set(tickets["customer_id"][inside])
        settled |= (waves == wave).to_numpy() & who.isin(customers).to_numpy()
    for period in asked.periods:
        last = period.after
        if period is asked.periods[-1]:  # a cut on a period's last day is its end
            last = last + pd.Timedelta(days=1)
        own = [wave for wave, day in moments.items() if period.start < day <= last]
        mask = study.mask & settled & waves.isin(own).to_numpy()
        if not own or period.start >= cut:
            continue
        n = int(study.design.members(mask, happy).sum())
        found = study.design.proportion(happy, mask, asked.level) if n else None
        yield asked.row(MEASURE, "top2", period, {}, found, n=n, method="design_wilson")
    days = asked.told.window(MEASURE)
    asked.notes.append(note("answers_after_tickets", measure=key, days=days))


def measure_of(study: Study) -> str | None:
    """Return the measure that asks how a matter was settled, None where there is none."""
    told = study.params.analysis.operations.resolution_measure or MEASURE
    joined = study.params.data.customer is not None and study.wave_column is not None
    return told if joined and told in study.codebook.measures else None


def days_of_waves(study: Study) -> dict[str, pd.Timestamp]:
    """Return until when each wave was asked: its day, else the end of the period of its name."""
    declared = study.params.data.wave
    found: dict[str, pd.Timestamp] = {}
    for wave in study.waves:
        day = declared.dates.get(wave) if declared is not None else None
        span = bounds(wave)
        if day is not None:
            found[wave] = pd.Timestamp(day)
        elif span is not None:
            found[wave] = span[1]
    return found
