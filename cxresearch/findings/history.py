"""Sentences about figures that earlier reports told otherwise."""

from __future__ import annotations

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word

_TOLD = 3  # revisions told one by one, the latest waves first; the table holds them all


def history(result: Result) -> Findings:
    """Say which figures of earlier waves are not those that an earlier report gave.

    Parameters
    ----------
    result : Revisions
        From ``history.revisions``.
    """
    speaker = Speaker.of(result)
    tell, language = speaker.tell, result.about.language
    rows = result.table
    limits = (tell("Only figures that an earlier run of this report put on record are compared."),)
    if rows.empty:
        head = tell("No figure that was reported earlier has changed.")
        return Findings((head,), limits, language, headline=head)
    head = tell.plural(
        "{n} figure is not the one that an earlier report gave.",
        "{n} figures are not those that an earlier report gave.",
        len(rows),
        n=speaker.count(len(rows)),
    )
    told = [head]
    for row in rows.iloc[::-1].head(_TOLD).to_dict("records"):
        unit = str(row["unit"])
        gone = row["estimate"] != row["estimate"]
        values = {
            "measure": speaker.quoted(row["measure"]),
            "statistic": word(row["statistic"], language, "statistic"),
            "wave": row["wave"] or "–",
            "before": speaker.amount(row["value_from"], unit),
            "day": amounts.date(str(row["reported"]), language),
        }
        if gone:
            told.append(
                tell(
                    "{measure} ({statistic}), wave {wave}: {before} on {day}, no longer told now.",
                    **values,
                )
            )
        else:
            now = speaker.amount(row["estimate"], unit)
            told.append(
                tell(
                    "{measure} ({statistic}), wave {wave}: {before} on {day}, {now} now.",
                    **values,
                    now=now,
                )
            )
    return Findings(tuple(told), limits, language, headline=head)
