"""Tables: rounded, labelled, localised, escaped, with bases, reasons and notes."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
import shown_results as shown

from cxresearch import handover, tables
from cxresearch.errors import AnalysisError

EVERY = [shown.kpis, shown.quality, shown.gaps, shown.drivers, shown.contrasts, shown.track]


class _Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.rows, self.open, self.scopes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self.rows[-1][-1] += " "
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            words = not any(sign.isdigit() for sign in data)
            self.rows[-1][-1] += data.replace("\u00a0", " ") if words else data


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_every_view_is_well_formed_and_accessible(make, language):
    result = make(language)
    for view in result.frames():
        cells = _Cells(tables.show(result, view).html)
        assert cells.open == []
        assert len({len(row) for row in cells.rows}) == 1
        assert set(cells.scopes) <= {"col", "row"}
        assert "" not in cells.rows[0]


def test_estimates_are_in_the_unit_of_their_row():
    rows = _Cells(tables.show(shown.kpis()).html).rows
    by_statistic = {row[1]: row for row in rows[1:]}
    assert by_statistic["Net Promoter Score"][2:4] == ["24.3", "[16.1, 32.2]"]
    assert by_statistic["mean"][2:4] == ["5.41", "[5.29, 5.53]"]
    assert by_statistic["promoters"][2:4] == ["45.0%", "[40.0, 49.7]"]


def test_numbers_are_localised():
    rows = _Cells(tables.show(shown.kpis("es")).html).rows
    assert rows[1][2:4] == ["73,8\u00a0%", "[69,5; 77,6]"]


def test_labels_are_escaped():
    html = tables.show(shown.kpis()).html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_withheld_number_is_a_dash_with_its_reason():
    result = shown.kpis_by_wave()
    leaky = result.table.assign(estimate=result.table["estimate"].fillna(51.7))
    shown_table = tables.show(replace(result, table=leaky))
    rows = _Cells(shown_table.html).rows
    assert rows[-1][3:5] == ["–", "–"]
    assert rows[-1][-1] == "base too small"
    assert "51.7" not in shown_table.html
    assert shown_table.frame["estimate"].isna().sum() == 1


def test_small_p_values_are_never_zero():
    html = tables.show(shown.gaps()).html
    assert "&lt;.001" in html
    assert ">.000<" not in html


def test_differences_have_their_sign():
    rows = _Cells(tables.show(shown.gaps()).html).rows
    assert rows[1][3] == "+0.30 [0.20, 0.40]"
    assert rows[2][3].startswith("−1.50 [")


def test_caption_states_base_level_method_and_unit():
    caption = re.search(r"<caption>(.*?)</caption>", tables.show(shown.gaps()).html).group(1)
    for part in ("n = 412", "95% intervals", "paired t", "scale points"):
        assert part in caption


def test_notes_stand_below():
    html = tables.show(shown.kpis()).html
    assert "Low base, 24 respondents (fewer than 30)" in html
    assert "trademark" in html


def test_columns_can_be_chosen():
    rows = _Cells(tables.show(shown.gaps(), columns=["dimension", "estimate"]).html).rows
    assert rows[0] == ["Dimension", "Estimate"]


@pytest.mark.parametrize(
    ("view", "columns", "hint"), [("itmes", None, "items"), ("table", ["estimat"], "estimate")]
)
def test_a_wrong_name_is_answered_with_the_nearest(view, columns, hint):
    with pytest.raises(AnalysisError, match=hint):
        tables.show(shown.gaps(), view, columns=columns)


def test_counts_of_low_and_high_answers_are_no_interval():
    counts = pd.DataFrame({"driver": ["price"], "n_high": [12], "n_mid": [40], "n_low": [7]})
    rows = _Cells(tables.render(counts, shown.drivers(), columns=list(counts))).rows
    assert rows[1] == ["Price fairness", "12", "40", "7"]


def test_words_break_only_into_lines_of_some_length():
    html = tables.show(shown.kpis()).html
    assert '<th scope="row" class="words">Overall satisfaction</th>' in html
    assert '<td class="short">Net Promoter Score</td>' in html
    assert "\u00a0" not in html


def test_tables_longer_than_a_screen_are_folded_up_under_their_title():
    result = shown.gaps()
    rows = pd.concat([result.table] * 10, ignore_index=True)
    html = tables.show(replace(result, table=rows)).html
    assert html.startswith('<details class="cx-long"><summary>')
    title = re.search(r"<summary>(.*?)</summary>", html).group(1)
    assert title == f"Service quality gaps: perception minus expectation: {len(rows)} rows"
    assert not tables.show(result).html.startswith("<details")


def test_questions_are_worded_once_below_the_first_table_of_a_page():
    first, later = (
        replace(one, about=replace(one.about, texts={"satisfaction": "How satisfied are you?"}))
        for one in (shown.kpis(), shown.contrasts())
    )
    assert "was asked as: How satisfied are you?" in tables.show(first).html
    assert "How satisfied" not in tables.show(later).html


def test_long_tables_are_cut_and_say_so():
    flags = pd.DataFrame({"respondent": range(500), "rule": "speeder", "value": 0.1})
    html = tables.show(replace(shown.quality(), flags=flags), "flags").html
    assert html.count("<tr>") == tables.MAX_ROWS + 1
    assert "300 rows more." in html


def test_a_shown_table_is_handed_over_at_full_precision(tmp_path, monkeypatch):
    monkeypatch.setenv(handover.FOLDER, str(tmp_path))
    html = tables.show(shown.gaps()).html
    (file,) = tmp_path.glob("*.csv")
    assert f'data-file="{file.name}"' in html
    frame = pd.read_csv(file)
    assert frame["estimate"].tolist() == pytest.approx(shown.gaps().table["estimate"].tolist())


def test_nothing_is_written_outside_of_a_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(handover.FOLDER, raising=False)
    tables.show(shown.gaps())
    assert list(tmp_path.iterdir()) == []


def test_same_result_same_bytes():
    assert tables.as_html(shown.drivers()) == tables.as_html(shown.drivers())
