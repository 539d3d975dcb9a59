"""Signs that matplotlib's own font lacks come from an installed one, or what to install is said."""

import re

import numpy as np
import pytest
from matplotlib import font_manager

from fallline.report.figures import confusion_matrix, give_fonts
from fallline.report.figures.style import inches_of

LATIN_OF_STIX = "\u1d81"
"""A sign that DejaVu Sans lacks and STIXGeneral has; matplotlib brings both along."""


@pytest.fixture
def own_fonts(monkeypatch):
    """A machine with no other fonts than those that matplotlib brings along."""
    manager = font_manager.fontManager
    own = [entry for entry in manager.ttflist if "mpl-data" in entry.fname]
    monkeypatch.setattr(manager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)


def figure_of(*names):
    codes = np.arange(len(names))
    return confusion_matrix(codes, codes, names)


def families(figure):
    return figure.axes[0].get_yticklabels()[0].get_fontfamily()


def test_signs_come_from_a_font_that_has_them(own_fonts):
    figure = figure_of(f"a{LATIN_OF_STIX}", "b")
    before = families(figure)
    assert give_fonts([figure]) is None
    assert families(figure) == [*before, "STIXGeneral"]


def test_plain_names_change_no_font(own_fonts, monkeypatch):
    monkeypatch.setattr(font_manager, "findSystemFonts", None)  # none is looked for
    figure = figure_of("Ä", "naïve", "ελ", "да")
    before = families(figure)
    assert give_fonts([figure]) is None
    assert families(figure) == before


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["猫", "犬"], "has them: 犬 猫. Install one that does, such as Noto Sans CJK .*fonts-noto-cjk"),
        (["고양이", "a"], "Noto Sans CJK"),
        (["बिल्ली", "a"], "such as Noto .*apt install fonts-noto\\)"),
        (["一二三四五六", "a"], "has them: 一 三 二 五 ..."),
    ],
)
def test_what_no_font_has_is_said_with_what_to_install(own_fonts, names, said):
    assert re.search(said, give_fonts([figure_of(*names), figure_of("a", "b")]))


def test_wide_signs_get_room():
    assert inches_of(["猫猫"]) == inches_of(["cats"])
