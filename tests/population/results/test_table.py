"""The summary in 80 columns."""

import itertools
import math

import numpy as np
import pytest

from fallline.population.results.results import Results

from .made import members
from .test_pictures import POPULATIONS


@pytest.mark.parametrize("name", POPULATIONS)
def test_it_fits_a_terminal(name):
    lines = POPULATIONS[name]().summary().splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(a == b == "" for a, b in itertools.pairwise(lines))


def test_what_it_says():
    generator = np.random.default_rng(0)
    scores = [list(mean + 0.01 * generator.normal(size=8)) for mean in (0.5, 0.41, 0.39)]
    scores[0][2] = math.nan
    settings = [{"optimizer": name} for name in ("sgd", "nesterov", "adam")]
    lines = Results(members(scores, settings=settings)).summary().splitlines()
    assert lines[0].split() == ["candidate", "val_loss", "seeds", "wins", "p"]
    assert lines[2].split()[:2] == ["1", "adam"]
    assert lines[3].split()[:2] == ["2", "nesterov"]
    assert "7, 1 diverged" in lines[4]
    assert any(line.startswith("adam is best: val_loss 0.") for line in lines)


def test_more_candidates_are_counted():
    said = Results(members([[0.1 * k, 0.1 * k + 0.01] for k in range(13)])).summary()
    assert " and 3 more candidates\n" in said
