"""The bars of what the network leans on."""

import pytest

from fallline.report.figures import column_importance, save_figure
from fallline.report.figures.importance import importance_finding
from fallline.report.importance import ColumnImportance, Importance


def importance(*means, measure="log_loss", error=0.01, score=0.4):
    columns = tuple(ColumnImportance(f"column {k} in $", mean, error) for k, mean in enumerate(means))
    return Importance(measure, score, "test", 90, 90, 5, columns)


@pytest.mark.parametrize(
    ("given", "finding"),
    [
        (importance(0.2, 0.1), r"It leans most on column 0 in \$: shuffled, log loss rises from 0.4 to 0.6"),
        (
            importance(0.3, 0.2, measure="r2"),
            r"It leans most on column 0 in \$: shuffled, R² falls from 0.4 to 0.1",
        ),
        (
            importance(1.6, 0.02, score=0.004),
            r"column 0 in \$ carries nearly everything: is it known before the answer is? Shuffled, log loss rises "
            "from 0.004 to 1.604",
        ),
        (importance(0.01, 0.0), "No single column matters beyond chance on these rows"),
    ],
)
def test_the_title_says_what_it_leans_on(given, finding):
    assert importance_finding(given) == finding


def test_bars_of_the_first_columns_with_whiskers(tmp_path):
    figure = column_importance(importance(*(1 / (k + 1) for k in range(50))))
    axis = figure.axes[0]
    assert len(axis.get_yticklabels()) == 20
    assert "20 of 50 columns are shown" in figure.get_suptitle().replace("\n", " ")
    assert [patch.get_width() for patch in axis.patches[:2]] == [1.0, 0.5]
    assert "90 test rows, 5 shuffles a column" in figure.get_supxlabel()
    save_figure(figure, tmp_path / "f.png")


def test_one_column_draws(tmp_path):
    save_figure(column_importance(importance(0.2)), tmp_path / "f.png")
