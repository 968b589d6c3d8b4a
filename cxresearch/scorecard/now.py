"""What every measure and indicator reads now: of the survey, and of the operational tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cxresearch.bases import Bases
from cxresearch.notes import Note
from cxresearch.scorecard.operational import operational
from cxresearch.scorecard.readings import Reading, survey
from cxresearch.scorecard.registered import registered
from cxresearch.study.study import Study


def read(
    study: Study,
    keys: Sequence[str],
    /,
    *,
    wave: str | None = None,
    conf_level: float | None = None,
) -> dict[str, Reading]:
    """Tell what measures and indicators read now, with how sure each figure is.

    Parameters
    ----------
    study : Study
    keys : sequence of str
        Keys of the codebook, indicators of the registry, or names of the table ``indicators``.
    wave : str, optional
        Of what the survey asks; by default the last wave. Operational indicators stand for the
        last period that was wholly observed.
    conf_level : float, optional

    Returns
    -------
    dict of str to Reading
        Without those that neither the codebook nor the tables give; a figure that is withheld
        is missing and has its ``reason``.
    """
    level = study.conf_level if conf_level is None else conf_level
    chosen = wave or (study.waves[-1] if study.waves else "")
    part = study.wave(chosen) if chosen in study.waves else study
    notes: list[Note] = []
    asked = list(dict.fromkeys(keys))
    found = survey(part, asked, level, Bases(part), notes)
    found = {key: replace(one, period=one.period or chosen) for key, one in found.items()}
    rest = [key for key in asked if key not in found]
    found |= operational(study, rest, level, notes) if rest else {}
    return found | registered(part if wave else study, asked, found, level)
