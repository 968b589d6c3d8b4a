"""What earlier runs reported is compared with what is told now; nothing changes in silence."""

import json

import numpy as np
import pandas as pd
import pytest

from cxresearch import findings, history, tables
from cxresearch.study.study import Study

CODEBOOK = {
    "measures": {"satisfaction": {"kind": "csat", "columns": "s", "scale": [1, 5], "top_box": 2}},
    "dimensions": {"care": {"scale": [1, 5], "expectation": ["e"], "perception": ["p"]}},
}


def answers(seed=3, n=120):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(1, 6, (n, 3)), columns=["s", "e", "p"])
    return frame.assign(wave=np.repeat(["2023", "2024"], n // 2))


def study(frame, **data):
    return Study.from_frame(frame, CODEBOOK, wave="wave", **data)


def written(tmp_path, *lines):
    record = tmp_path / history.FILE
    record.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return record


def test_headlines_and_gaps_of_every_wave_are_put_on_record():
    told = history.reported(study(answers()))
    assert set(told["wave"]) == {"2023", "2024"}
    assert {("satisfaction", "top_box"), ("care", "gap")} <= set(
        zip(told["measure"], told["statistic"], strict=True)
    )
    assert not told.duplicated(["wave", "measure", "statistic"]).any()
    assert told["estimate"].notna().all()


def test_same_answers_revise_nothing(tmp_path):
    one = study(answers())
    record = written(tmp_path, history.line(one, "2026-01-05T10:00:00+00:00"))
    assert history.revisions(one, record=record).table.empty
    said = findings.read(history.revisions(one, record=record))
    assert said.headline == "No figure that was reported earlier has changed."


def test_late_answers_show_as_revisions_with_their_day(tmp_path):
    early = study(answers().drop(index=range(20)))
    now = study(answers())
    record = written(tmp_path, history.line(early, "2026-01-05T10:00:00+00:00"))
    found = history.revisions(now, record=record)
    assert set(found.table["wave"]) == {"2023"}
    row = found.table[found.table["measure"] == "care"].iloc[0]
    before, after = (history.reported(one) for one in (early, now))
    care = ("2023", "care")
    was = before.set_index(["wave", "measure"]).loc[care, "estimate"]
    isnow = after.set_index(["wave", "measure"]).loc[care, "estimate"]
    assert row["value_from"] == pytest.approx(was, abs=1e-12)
    assert row["estimate"] == isnow
    assert row["change"] == pytest.approx(isnow - was)
    assert row["reported"] == "2026-01-05"
    said = str(findings.read(found))
    assert "5 January 2026" in said
    assert "2026-01-05" in tables.show(found).html


def test_a_wave_that_went_is_told_and_a_new_wave_is_no_revision(tmp_path):
    both, last = study(answers()), study(answers().query("wave == '2024'"))
    gone = history.revisions(last, record=written(tmp_path, history.line(both, "2026-01-05T00:00")))
    assert set(gone.table["wave"]) == {"2023"}
    assert gone.table["estimate"].isna().all()
    assert "no longer told" in str(findings.read(gone))
    new = history.revisions(both, record=written(tmp_path, history.line(last, "2026-01-05T00:00")))
    assert new.table.empty


def test_the_report_that_differs_and_came_last_counts(tmp_path):
    first, second = study(answers().iloc[30:]), study(answers().iloc[10:])
    now = study(answers())
    lines = [history.line(first, "2026-01-05T00:00"), history.line(second, "2026-02-05T00:00")]
    lines.append(history.line(now, "2026-03-05T00:00"))
    found = history.revisions(now, record=written(tmp_path, *lines)).table
    assert set(found["reported"]) == {"2026-02-05"}


def test_lines_that_cannot_be_read_are_passed_over(tmp_path):
    one = study(answers())
    good = history.line(one, "2026-01-05T00:00")
    record = written(tmp_path, "{", json.dumps({"finished": 3}), good)
    assert len(history.read(record)) == 1
    assert history.same_figures(good, good)
    assert not history.same_figures("{", good)


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_revisions_are_told_in_every_language(language, tmp_path):
    early, now = study(answers().iloc[20:]), study(answers())
    record = written(tmp_path, history.line(early, "2026-01-05T00:00"))
    found = history.revisions(now, record=record).in_language(language)
    said = findings.read(found)
    assert said.headline
    if language != "en":
        assert "earlier report" not in str(said)
    assert "{" not in str(said)
