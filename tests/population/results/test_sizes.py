"""Learning curves over training rows: what the last step says."""

import numpy as np
import pytest
from scipy import stats

from fallline.population.results.sizes import size_finding, size_picture

SIZES = [100, 200, 400]
FALLS = np.array([[0.5, 0.52, 0.51, 0.53], [0.4, 0.41, 0.42, 0.4], [0.3, 0.32, 0.31, 0.33]])


def said(scores, minimise=True, **more):
    return size_finding(SIZES, np.asarray(scores), minimise=minimise, monitor="val_loss", **more)


def test_more_rows_help():
    text = said(FALLS)
    p = stats.ttest_rel(FALLS[1], FALLS[2]).pvalue
    assert text == (
        f"From 200 to 400 training rows val_loss falls from 0.407 to 0.315 (p = {p:.2g} over 4 folds): "
        "more rows should help further"
    )
    assert said(FALLS, minimise=False).endswith(": it gets worse")


def test_it_has_come_to_its_end():
    flat = [FALLS[0], FALLS[1], FALLS[1] + [0.01, -0.01, 0.01, -0.01]]
    assert (
        "goes from 0.407 to 0.407, which may be chance (p = 1.00 over 4 folds): whether more rows help is open"
        in said(flat)
    )


@pytest.mark.parametrize("scores", [[[0.5], [0.4], [0.3]], [[0.5, 0.5], [0.4, np.nan], [0.3, 0.3]]])
def test_one_run_says_little(scores):
    assert said(scores).endswith("goes from 0.400 to 0.300, in one run")


def test_nothing_to_compare():
    assert said([[0.5], [np.nan], [0.3]]).endswith("nothing to compare it with")
    one = size_finding([50], np.array([[0.5]]), minimise=True, monitor="val_loss")
    assert one == "val_loss of 50 training rows: nothing to compare it with"


def test_the_figure_has_it_as_its_title(tmp_path):
    figure = size_picture(
        SIZES, FALLS, FALLS - 0.1, minimise=True, monitor="val_loss", path=tmp_path / "f.png"
    )
    assert " ".join(figure.get_suptitle().split()) == said(FALLS)
    assert (tmp_path / "f.png").stat().st_size > 1000
