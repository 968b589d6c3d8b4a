"""The theme goes on and off; a picture is SVG with text, without date, with alternative text."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cxresearch import theme
from cxresearch.about import About


def test_the_theme_leaves_nothing_behind():
    before = dict(mpl.rcParams)
    with theme.look(About(accent="#123456")) as style:
        assert style.colours(2)[0] == "#123456"
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert dict(mpl.rcParams) == before


def _picture(points: int = 5) -> theme.Picture:
    about = About()
    with theme.look(about):
        figure, (axes,) = theme.canvas(about, height=2)
        axes.scatter(np.arange(points), np.arange(points) % 7)
    return theme.finish(figure, title="A title", below=["n = 5"], alt="five dots")


def test_svg_has_text_and_no_date_and_the_same_bytes():
    svg = _picture().svg()
    assert "A title</text>" in svg
    assert "<dc:date>" not in svg
    assert svg == _picture().svg()


def test_many_points_become_an_image():
    assert "<image" not in _picture(100).svg()
    many = _picture(3000).svg()
    assert "<image" in many
    assert len(many) < 100_000


def test_no_figure_stays_open():
    before = plt.get_fignums()
    _picture()
    assert plt.get_fignums() == before


def test_a_notebook_gets_svg_with_alt_and_caption():
    picture = _picture()
    shown = theme.Shown(figure=picture, alt=picture.alt, caption=picture.caption)
    data, metadata = shown.bundle()
    assert set(data) == {"image/svg+xml", "text/plain"}
    assert metadata["image/svg+xml"] == {"alt": "five dots", "caption": "n = 5"}


def test_long_titles_are_broken_within_the_width():
    about = About()
    with theme.look(about):
        figure, _ = theme.canvas(about, height=2)
        theme.finish(figure, title="Would you recommend us " * 12)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text in figure.texts:
        assert text.get_window_extent(renderer).x1 <= figure.bbox.width


@pytest.mark.parametrize("pair", [(theme.INK, "#ffffff"), (theme.MUTED, "#ffffff")])
def test_text_has_contrast_enough(pair):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted(light(colour) for colour in pair)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5
