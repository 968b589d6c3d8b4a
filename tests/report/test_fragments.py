"""Prose, tables and figures of a page."""

import re
import urllib.request

import pytest

from cxresearch.report.fragments import Fragments, headings, said


@pytest.fixture
def fragments(tmp_path):
    (tmp_path / "gaps.csv").write_text("a,b\n1,2\n")
    return Fragments("en", tmp_path)


def test_headings_get_ids_of_their_own(fragments):
    page = fragments.prose("# Title\n\n## Gaps\n\n## Gaps\n\n### Por qué")
    assert headings(page) == [
        (2, "title", "Title"),
        (2, "gaps", "Gaps"),
        (2, "gaps-2", "Gaps"),
        (3, "por-qué", "Por qué"),
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src='https://example.org/x.js'></SCRIPT>",
        '<img src="https://example.org/x.png" onerror="alert(1)">',
        '<iframe src="https://example.org"></iframe>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<meta http-equiv="refresh" content="0;url=https://example.org">',
        '<p style="background:url(https://example.org/x.png)">text</p>',
    ],
)
def test_nothing_runs_and_nothing_is_fetched(fragments, hostile):
    for made in (fragments.fragment(hostile), fragments.prose(hostile)):
        assert "example.org" not in made
        assert "alert(1)" not in made or "<" not in made


def test_picture_from_elsewhere_is_named_instead(fragments):
    assert fragments.prose("![Our logo](https://example.org/logo.png)") == "<p>Our logo</p>\n"


def test_plain_table_becomes_accessible(fragments):
    made = fragments.fragment(
        '<table border="1" class="dataframe"><thead><tr><th></th><th>region</th><th>gap</th></tr>'
        "</thead><tbody><tr><th>0</th><td>North</td><td>-0.5</td></tr>"
        "<tr><th>1</th><td>-</td><td>1,204.25</td></tr></tbody></table>"
    )
    assert 'tabindex="0" role="region" aria-label="Table"' in made
    assert "<td></td>" in made
    assert '<th scope="col">region</th><th class="num" scope="col">gap</th>' in made or (
        '<th scope="col" class="num">gap</th>' in made
    )
    assert '<th scope="row">0</th><td>North</td><td class="num">-0.5</td>' in made
    assert "<td>-</td>" in made


def test_handed_over_table_can_be_downloaded_and_no_other_file(fragments, tmp_path):
    (tmp_path.parent / "secret.csv").write_text("secret")
    made = fragments.fragment('<table data-file="gaps.csv"><tr><td>1</td></tr></table>')
    assert re.search(r'download="gaps.csv" href="data:text/csv;charset=utf-8,', made)
    other = fragments.fragment('<table data-file="../secret.csv"><tr><td>1</td></tr></table>')
    assert "download" not in other


@pytest.mark.parametrize(
    "content",
    [
        '\ufeffitem,estimate\r\nP1,-0.25\n"a & b",\'=1+1 #50%\n',
        "\ufeffпризнак,оценка\n" + "надёжность,0.5\n" * 20,
        "",
    ],
)
def test_a_table_is_downloaded_as_it_was_handed_over(fragments, tmp_path, content):
    (tmp_path / "gaps.csv").write_bytes(content.encode())
    made = fragments.fragment('<table data-file="gaps.csv"><tr><td>1</td></tr></table>')
    (address,) = re.findall(r'href="(data:[^"]*)"', made)
    assert not re.search(r"[\s<>&]", address)
    with urllib.request.urlopen(address) as told:
        assert told.read() == content.encode()


def test_table_is_called_by_its_caption(fragments):
    made = fragments.fragment(
        "<table><caption><strong>Gaps &amp; bases</strong><span>n = 12</span></caption></table>"
    )
    assert 'aria-label="Gaps &amp; bases"' in made


def test_figures_of_one_page_never_share_an_id(fragments):
    svg = '<?xml version="1.0"?><svg viewBox="0 0 1 1"><metadata><dc:date/></metadata><clipPath \
id="p1"/><use href="#m1"/><g clip-path="url(#p1)"/></svg>'
    first, second = fragments.svg(svg), fragments.svg(svg)
    assert 'id="f1-p1"' in first
    assert "url(#f2-p1)" in second
    assert 'href="#f2-m1"' in second
    assert "metadata" not in first
    assert first.startswith('<svg aria-hidden="true"')


def test_alternative_text_of_output_comes_before_that_of_cell():
    cell = {"metadata": {"alt": "of the cell"}}
    output = {"metadata": {"image/svg+xml": {"alt": "of the figure"}}}
    assert said(output, cell, "alt") == "of the figure"
    assert said({"metadata": {}}, cell, "alt") == "of the cell"
    assert said({"metadata": {}}, {"metadata": {}}, "caption") == ""
