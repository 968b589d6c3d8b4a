"""Findings say what the numbers say, no more: certainty, doubt, and never a cause."""

import re
from dataclasses import replace

import pandas as pd
import pytest
import shown_results as shown

from cxresearch import findings, handover
from cxresearch.errors import AnalysisError
from cxresearch.findings.drivers import tied
from cxresearch.results import NotAsked, Result

EVERY = [
    shown.kpis,
    shown.kpis_by_wave,
    shown.quality,
    shown.gaps,
    shown.drivers,
    shown.contrasts,
    shown.track,
]


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
@pytest.mark.parametrize("make", EVERY)
def test_every_result_is_told_in_every_language(make, language):
    found = findings.read(make(language))
    assert found.headline
    assert found.limits, "a finding says what it does not say"
    for text in found:
        assert "{" not in text
        assert "nan" not in text


@pytest.mark.parametrize("make", EVERY)
def test_no_sentence_claims_a_cause(make):
    causal = re.compile(r"\b(causes|leads to|results in|because of|due to|impact|effect of)\b")
    assert not [text for text in findings.read(make()).sentences if causal.search(text)]


def test_a_low_base_is_told():
    told = [text for text in findings.kpis(shown.kpis()) if "Ease of getting it done" in text]
    assert "The base is low" in told[0]


def test_overlapping_gaps_are_not_ranked_for_sure():
    assert "which of the two is larger cannot be told" in str(findings.servqual(shown.gaps()))


def test_gaps_that_do_not_overlap_are_ranked():
    result = shown.gaps()
    table = result.table.copy()
    table.loc[1, ["estimate", "conf_low", "conf_high"]] = [-2.5, -2.6, -2.4]
    assert "the intervals do not overlap" in str(findings.servqual(replace(result, table=table)))


def test_without_a_sure_gap_no_shortfall_is_claimed():
    result = shown.gaps()
    table = result.table.assign(conf_low=-1.0, conf_high=1.0, q_value=0.6)
    told = str(findings.servqual(replace(result, table=table)))
    assert "whether perceptions meet expectations cannot be told" in told
    assert "The largest shortfall" not in told
    assert "Below expectations" not in told


def test_drivers_whose_difference_may_be_nothing_are_named_together():
    told = str(findings.drivers(shown.drivers()))
    named = "“Price fairness”, “Delivered on time”"
    assert f"“Staff know the answers” cannot be told apart from: {named}." in told
    assert "No more than chance would go along with the outcome: “Website is easy to use”." in told


def test_a_withheld_driver_is_not_ranked():
    result = shown.drivers()
    table = result.table.assign(withheld=True)
    told = str(findings.drivers(replace(result, table=table)))
    assert "No share can be given to any driver." in told
    assert "“Reliability" not in told


def test_a_tie_is_with_the_leader_not_with_a_chain_of_neighbours():
    rows = pd.DataFrame({"driver": list("abc")})
    pairs = [("a", "b", -0.1, 0.2), ("b", "c", -0.1, 0.2), ("a", "c", 0.1, 0.3)]
    differences = pd.DataFrame(pairs, columns=["first", "second", "conf_low", "conf_high"])
    assert tied(rows, differences) == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("clear_rise", "a clear rise of 3.0 percentage points"),
        ("likely_fall", "a likely fall of 3.0 percentage points"),
        ("detectable", "was not laid down beforehand"),
        ("below_threshold", "smaller than what was laid down to matter"),
        ("no_practical_change", "no change that would matter"),
        ("cannot_tell", "cannot tell (+3.0 percentage points"),
        ("suppressed", "no comparison"),
    ],
)
def test_every_verdict_has_its_words(verdict, words):
    result = shown.contrasts()
    one = result.table.head(1).assign(verdict=verdict)
    assert words in findings.trends(replace(result, table=one)).headline


def test_better_and_worse_follow_the_direction():
    result = shown.contrasts()
    one = result.table.head(1).assign(verdict="clear_rise")
    assert "For the better." in findings.trends(replace(result, table=one)).headline
    down = one.assign(direction="down")
    assert "For the worse." in findings.trends(replace(result, table=down)).headline


def test_only_the_latest_wave_is_told():
    result = shown.contrasts()
    old = result.table.head(1).assign(wave_from="2022", wave_to="2023")
    told = findings.trends(replace(result, table=pd.concat([result.table, old])))
    assert "2022 to 2023" not in str(told)


def test_movement_within_sampling_error_is_called_so():
    told = str(findings.trends(shown.track()))
    assert "“Would recommend”: all movement over 7 waves is consistent with sampling error" in told
    assert "“Overall satisfaction”: over 8 waves it moved by more than sampling error" in told


def test_few_waves_give_no_level():
    assert "too few waves to tell the level" in str(findings.trends(shown.track(waves=4)))


def test_labels_are_escaped_in_html_and_markdown():
    found = findings.kpis(shown.kpis())
    assert "<script>" not in found._repr_html_()
    assert "\\<script\\>" in found._repr_markdown_()


def test_what_was_not_asked_is_said():
    missing = NotAsked(table=pd.DataFrame(), n=5, n_eff=5.0, conf_level=0.95, need="expectations")
    assert "did not ask for expectations" in findings.read(missing).headline


def test_the_first_headline_heads_the_page(tmp_path, monkeypatch):
    monkeypatch.setenv(handover.FOLDER, str(tmp_path))
    first = findings.read(shown.gaps())
    findings.read(shown.drivers())
    assert handover.read_facts(tmp_path)["headline"] == first.headline


def test_an_unknown_result_is_an_error():
    bare = Result(table=pd.DataFrame(), n=0, n_eff=0.0, conf_level=0.95)
    with pytest.raises(AnalysisError, match="no findings for Result"):
        findings.read(bare)
