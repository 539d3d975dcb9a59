"""What all figures have in common."""

import sys

import pytest

from fallline.report.figures.style import inches_of, panels, percent, short


def test_figures_leave_pyplot_alone():
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("age", "age"),
        ("in $", r"in \$"),
        ("a  b\nc", "a b c"),
        ("123456789", "1234…789"),
        ("1234567$9", r"1234…7\$9"),
    ],
)
def test_names_are_short_and_no_formula(name, shown):
    assert short(name, 8) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"),
        (0.004, "0.4 %"),
        (0.8, "80 %"),
        (0.996, "99.6 %"),
        (0.9996, "99.96 %"),
        (1, "100 %"),
        (1e-5, "0.001 %"),
    ],
)
def test_shares_near_the_ends_keep_what_parts_them_from_it(share, shown):
    assert percent(share) == shown


def test_long_titles_are_broken_and_the_panels_make_room():
    one, two = panels(1, "short")[0], panels(1, "long " * 40)[0]
    assert two.get_suptitle().count("\n") >= 3
    assert two.subplotpars.top < one.subplotpars.top
    assert inches_of(["a", "longer"]) > inches_of(["a"])
