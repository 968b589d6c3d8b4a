"""A drawing in fewer words shows what it showed: its texts, its shapes and where they stand."""

import re
from io import StringIO
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from cxresearch.svg import compact

NUMBER = re.compile(r"-?\d*\.?\d+")


@pytest.fixture(scope="module")
def drawn() -> str:
    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1, 2], [1.2345, 0.3, 2.0], marker="o", label="a  b")
    axes.bar([0, 1], [1, 2], alpha=0.3, hatch="/")
    axes.fill_between([0, 1, 2], [0, 1, 0], [1, 2, 1], color="#123456")
    axes.text(0.5, 0.5, "turned & <sharp>", rotation=30, family="monospace")
    axes.imshow(np.eye(3), extent=(0, 1, 0, 1))
    axes.legend()
    text = StringIO()
    with_texts = {"svg.fonttype": "none", "svg.hashsalt": "test"}
    with mpl.rc_context(with_texts):
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _all(svg: str, name: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == name]


def test_texts_and_shapes_are_all_there_in_less_than_two_thirds(drawn):
    short = compact(drawn)
    for name in ("text", "path", "use", "image", "clipPath", "rect"):
        assert len(_all(short, name)) == len(_all(drawn, name)), name
    assert [one.text for one in _all(short, "text")] == [one.text for one in _all(drawn, "text")]
    assert "turned &amp; &lt;sharp&gt;" in short
    image = len(re.search(r'href="data:[^"]*"', drawn)[0])
    assert len(short) - image < 2 / 3 * (len(drawn) - image)


def test_every_reference_has_its_name_and_no_other_name_is_kept(drawn):
    short = compact(drawn)
    named = set(re.findall(r'\bid="([^"]+)"', short))
    assert named == set(re.findall(r'(?:url\(#|href="#)([^")]+)', short))
    assert named


def test_points_stand_where_they_stood_to_a_hundredth(drawn):
    before = [_points(one.attrib["d"]) for one in _all(drawn, "path")]
    after = [_points(one.attrib["d"]) for one in _all(compact(drawn), "path")]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other, atol=0.00501)


def _points(steps: str) -> np.ndarray:
    """Return all points of a path, those along an axis with both coordinates."""
    found: list[float] = []
    for letter, rest in re.findall(r"([MLQCzHV])([^MLQCzHV]*)", steps):
        numbers = [float(one) for one in NUMBER.findall(rest)]
        if letter == "H":
            numbers = [numbers[0], found[-1]]
        if letter == "V":
            numbers = [found[-2], numbers[0]]
        found += numbers
    return np.array(found)


def test_twice_is_as_once(drawn):
    once = compact(drawn)
    assert compact(once) == once


def test_a_font_of_its_own_stays():
    svg = (
        '<svg><text style="font-family: A, B">x</text><text style="font-family: A, B">y</text>'
        '<text style="font-family: A, B, C; fill: #000">z</text></svg>'
    )
    assert compact(svg) == (
        '<svg style="font-family:A, B"><text>x</text><text>y</text>'
        '<text style="font-family:A, B, C;fill:#000">z</text></svg>'
    )


def test_twins_beside_each_other_become_one_group():
    svg = '<svg><g clip-path="url(#a)"><use/></g>\n<g clip-path="url(#a)"><rect/></g></svg>'
    assert compact(svg) == '<svg><g clip-path="url(#a)"><use/><rect/></g></svg>'
