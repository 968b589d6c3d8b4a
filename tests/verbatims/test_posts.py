"""Posts: authors are clusters, suspects are flagged and counted, nobody leaves unless told."""

import numpy as np
import pandas as pd
import pytest

from cxresearch import verbatims
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked
from cxresearch.study import suspects
from cxresearch.study.params.analysis import Posts
from cxresearch.study.study import Study

SAT = {"measures": {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5]}}}
LATE = {"themes": {"late": {"include": {"en": ["late"]}, "sentiment": "negative"},
                   "kind": {"include": {"en": ["kind"]}, "sentiment": "positive"}}}  # fmt: skip


def study(table: pd.DataFrame | None, **rules) -> Study:
    analysis = {"verbatims": {"language": "en", "posts": rules}}
    tables = {} if table is None else {"posts": table}
    return Study.from_frame(pd.DataFrame({"s": [1, 5]}), SAT, tables=tables, analysis=analysis)


def table(texts, authors, days) -> pd.DataFrame:
    return pd.DataFrame(
        {"post_id": range(len(texts)), "ts": days, "author_key": authors, "text": texts}
    )


def months(n=24, per_month=10) -> pd.DataFrame:
    days = [
        pd.Timestamp(2023, 1, 1) + pd.DateOffset(months=m) + pd.Timedelta(days=k % 28)
        for m in range(n)
        for k in range(per_month + (m % 3) + (60 if m == 20 else 0) // 4)
    ]
    texts = [["it came late", "so kind of you"][i % 2] for i in range(len(days))]
    return table(texts, [f"a{i}" for i in range(len(days))], days)


def test_an_author_who_writes_often_widens_the_interval():
    days = ["2024-05-02"] * 60
    texts = ["late"] * 30 + ["kind"] * 30
    alone = verbatims.posts(study(table(texts, [f"a{i}" for i in range(60)], days)), codeframe=LATE)
    few = verbatims.posts(
        study(table(texts, [f"a{i // 10}" for i in range(60)], days)), codeframe=LATE
    )
    one, other = (found.table.set_index("period").loc["all"] for found in (alone, few))
    assert one["estimate"] == other["estimate"] == 0.0
    assert other["n_authors"] == 6
    assert other["deff"] > 5
    assert other["conf_high"] - other["conf_low"] > 1.5 * (one["conf_high"] - one["conf_low"])
    themes = verbatims.themes(
        study(table(texts, [f"a{i // 10}" for i in range(60)], days)),
        source="posts",
        codeframe=LATE,
    )
    width = themes.table.set_index("theme").loc["late"]
    assert width["conf_high"] - width["conf_low"] > 0.4  # 60 independent posts would give .25
    assert "not_all_customers" in [one.code for one in themes.notes]


def test_rules_flag_and_count_but_leave_everybody_in():
    texts = ["Buy our new blue phone now http://a.b"] * 5 + ["BUY our new blue phone, now!!"]
    texts += ["it was late today again"] * 25 + [f"number {i} was late" for i in range(20)]
    authors = [f"x{i}" for i in range(6)] + ["robot"] * 25 + ["us"] * 2
    authors += [f"c{i}" for i in range(18)]
    posted = table(texts, authors, ["2024-05-02"] * 51)
    found = verbatims.posts(study(posted, own=["us"]), codeframe=LATE)
    flags = found.flags.set_index("rule")
    assert flags["n_flagged"].to_dict() == {"own_posts": 2, "posting_rate": 25, "same_text": 29}
    assert flags.loc["posting_rate", "n_authors"] == 1
    assert not flags["left_out"].any()
    assert found.table.set_index("period").loc["all", "n"] == 51
    assert [one.code for one in found.notes].count("posts_flagged") == 3


def test_declared_rules_leave_posts_out_everywhere():
    posted = table(
        ["it came late"] * 30 + ["so kind"] * 30,
        ["us"] * 30 + [f"c{i}" for i in range(30)],
        "2024-05-02",
    )
    asked = study(posted, own=["us"], exclude=["own_posts"])
    found = verbatims.posts(asked, codeframe=LATE)
    assert found.n == 30
    assert found.table.set_index("period").loc["all", "estimate"] == 100.0
    assert "posts_excluded" in [one.code for one in found.notes]
    themes = verbatims.themes(asked, source="posts", codeframe=LATE)
    assert themes.table.set_index("theme").loc["late", "share"] == 0.0
    assert themes.table["n"].iloc[0] == 30


def test_short_thanks_are_no_copies():
    found = suspects.flagged(
        table(["Thank you!"] * 9, [f"a{i}" for i in range(9)], pd.Timestamp("2024-05-02")), Posts()
    )
    assert not found["same_text"].any()


def test_the_first_in_time_is_the_original():
    days = pd.to_datetime(["2024-05-03", "2024-05-01", "2024-05-02"])
    found = suspects.flagged(table(["the very same words"] * 3, list("abc"), days), Posts())
    assert found["same_text"].tolist() == [True, False, True]


def test_months_with_more_posts_than_usual_are_told():
    chart = verbatims.volume(study(months()))
    rows = chart.table.set_index("period")
    assert rows.loc["2024-09", "rule_fired"] == "beyond_3_sigma"
    assert (rows["lcl"] >= 0).all()
    assert rows["value"].sum() <= len(months())
    assert chart.limits["method"].tolist() == ["xmr"]


def test_no_posts_is_said_and_an_unknown_source_named():
    assert isinstance(verbatims.posts(study(None)), NotAsked)
    assert isinstance(verbatims.volume(study(None)), NotAsked)
    with pytest.raises(AnalysisError, match="posts"):
        verbatims.volume(study(None), source="post")


def test_posts_without_texts_or_authors_are_volume_alone():
    bare = months().drop(columns=["text", "author_key"])
    found = verbatims.posts(study(bare), codeframe=LATE)
    row = found.table.set_index("period").loc["all"]
    assert row["n"] == len(bare)
    assert np.isnan(row["estimate"])
    assert row["suppressed"]


def test_posts_of_one_author_tell_of_nobody_else():
    """Forty posts by one are not forty opinions."""
    texts = ["it came late", "so kind of you"] * 20
    one = verbatims.posts(
        study(table(texts, ["a"] * 40, pd.Timestamp("2024-05-02"))), period="all", codeframe=LATE
    )
    row = one.table.iloc[0]
    assert (row["n"], row["n_authors"], row["reason"]) == (40, 1, "few_accounts")
    assert np.isnan(row["estimate"])
    assert "few_accounts" in [said.code for said in one.notes]
