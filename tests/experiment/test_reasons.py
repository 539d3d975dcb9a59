"""What is said of the choices that were left to Fallline."""

from __future__ import annotations

from fallline.experiment import network
from fallline.experiment.network import Facts
from fallline.experiment.reasons import reasons
from fallline.experiment.settings import Settings


def said(about, **given):
    settings = Settings("d", **given)
    return reasons(settings, network.with_defaults(settings, about, watched=True), about)


def test_each_choice_has_its_reason():
    text = "\n".join(said(Facts(6800, 253, "multiclass", watching=1200, numbers=16)))
    for part in (
        "Hidden units 256 and 128: 6,800 training rows",
        "Waves in place of bins for 16 columns of numbers",
        "falls over 40 epochs: there are rows enough (6,800) and the validation rows can tell a temperature",
        "lowest loss at the best temperature on 1,200 validation rows",
        "Dropout 0.1",
    ):
        assert part in text


def test_few_rows_and_noise_are_reasons_too():
    text = "\n".join(said(Facts(300, 5, "regression", noise=0.6, watching=50, numbers=1)))
    assert "fewer than 500 training rows are learned by heart" in text
    assert "Bins for 1 column of numbers: of fewer than 1,500 training rows waves learn chance." in text
    assert "like rows leave 60% of the target open" in text
    assert "temperature" not in text
    many = "\n".join(said(Facts(200_000, 5, "regression", noise=0.1, watching=900, numbers=4)))
    assert "Waves beside the bins for 4 columns" in many
    assert "No dropout: 200,000 training rows" in many
    folds = "\n".join(said(Facts(6800, 253, "binary", watching=1200, numbers=16), folds=5))
    assert "the inputs of folds differ" in folds


def test_of_what_a_person_gave_nothing_is_said():
    given = {"layers": (8,), "numbers": "bins", "schedule": "constant", "monitor": "loss", "dropout": 0.2}
    assert said(Facts(6800, 253, "multiclass", watching=1200, numbers=16), **given) == ()
    assert len(said(Facts(6800, 253, "multiclass", watching=1200, numbers=16), dropout=0.0)) == 4
