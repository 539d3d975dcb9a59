"""Figures of a population: each kind of each kind of population is drawn, says what was found, and is written."""

import dataclasses
import math

import numpy as np
import pytest

from fallline.errors import UnknownNameError, UsageError
from fallline.population.results.pictures import KINDS
from fallline.population.results.record import AxisRecord
from fallline.population.results.results import Results
from fallline.population.results.scales import ABSENT, scale_of
from fallline.population.standing import WORDS
from fallline.report.figures.populations.timeline import COLOURS

from .made import members

LONG = "a setting with a name that is far too long for any figure, $ and all"


def drawn(count=12):
    generator = np.random.default_rng(0)
    rates = 10 ** generator.uniform(-4, -1, size=count)
    settings = [{"rate": rate, "opt": ("sgd", "adam")[k % 2]} for k, rate in enumerate(rates)]
    for k in range(0, count, 2):
        settings[k]["momentum"] = float(generator.uniform())
    return settings, [
        [abs(math.log10(of["rate"]) + 2.5) + 0.05 * generator.normal() for _ in range(3)] for of in settings
    ]


def searched():
    settings, scores = drawn()
    axes = {
        "rate": AxisRecord("float", log=True),
        "opt": AxisRecord(options=("sgd", "adam")),
        "momentum": AxisRecord("float"),
    }
    return Results(members(scores, settings=settings), axes)


def pruned():
    settings, scores = drawn()
    status = ["completed", "pruned", "pruned"] * 4
    made = members(scores, settings=settings, status=status, epochs=4)
    short = [
        dataclasses.replace(each, epochs=2, values={"val_loss": each.values["val_loss"][:2]})
        if each.status == "pruned"
        else each
        for each in made
    ]
    return Results(short)


POPULATIONS = {
    "few": lambda: Results(members([[0.5, 0.6], [0.4, 0.5]], settings=[{"opt": "sgd"}, {"opt": "adam"}])),
    "searched": searched,
    "pruned": pruned,
    "folds": lambda: Results(members([[0.5, 0.6, 0.7], [0.4, 0.5, 0.6]], folds=True), monitor="val_loss", minimise=False),
    "one": lambda: Results(members([[0.5]], epochs=1)),
    "diverged": lambda: Results(members([[math.nan] * 2] * 4, settings=[{"a": a, "b": b} for a in (1, 2) for b in (1, 2)])),
    "partly": lambda: Results(members([[math.nan, 0.5], [0.4, 0.5], [0.4, 1e12]])),
    "waiting": lambda: Results(members([[math.nan]], status=["waiting"], epochs=1)),
    "long": lambda: Results(members([[0.5, 0.6], [0.4, 0.5]], settings=[{LONG: "$" * 90, "b": 1}, {LONG: LONG, "b": 2}])),
    "equal": lambda: Results(members([[0.5, 0.5]] * 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", POPULATIONS)
def test_every_figure_of_every_population(name, tmp_path):
    results = POPULATIONS[name]()
    kinds = 0
    for kind in KINDS:
        try:
            figure = results.plot(kind, tmp_path / "rank.png" if kind == "rank" else None)
        except UsageError:
            continue  # nothing of this kind to draw
        kinds += 1
        assert figure.get_suptitle()
        figure.draw_without_rendering()
    assert kinds >= 3
    assert (tmp_path / "rank.png").stat().st_size > 1000


@pytest.mark.parametrize(("name", "kind"), [("few", "heat"), ("few", "lineage"), ("one", "effects")])
def test_where_there_is_nothing_to_draw_it_is_said(name, kind):
    with pytest.raises(UsageError, match=f'plot."{kind}".: '):
        POPULATIONS[name]().plot(kind)


def test_titles_say_what_was_found():
    results = POPULATIONS["few"]()
    title = " ".join(results.plot("rank").get_suptitle().split())
    assert title.startswith(
        "adam is best: val_loss 0.450 ± 0.635 over 2 seeds; sgd (p = 0.50) cannot be told from it"
    )
    timeline = " ".join(pruned().plot("timeline").get_suptitle().split())
    assert (
        timeline == "36 networks: 12 completed, 24 pruned; 96 member-epochs, 67 % of training all to epoch 4"
    )
    assert "matters most" in searched().plot("effects").get_suptitle()
    assert POPULATIONS["diverged"]().plot("effects").get_suptitle() == "All 8 members diverged"


def test_dots_are_runs_and_lines_are_intervals():
    results = POPULATIONS["folds"]()
    [axis, behind] = results.plot("comparison").axes
    ranking = results.rank()
    dots = [line.get_xdata() for line in axis.lines if len(line.get_xdata()) == 3]
    assert [list(each) for each in dots] == [[0.5, 0.6, 0.7], [0.4, 0.5, 0.6]]
    ends = [tuple(line.get_xdata()) for line in axis.lines if len(line.get_xdata()) == 2]
    assert ends == [(each.low, each.high) for each in ranking.standings]
    away = [line.get_xdata()[0] for line in behind.lines if line.get_marker() == "o"]
    assert away == pytest.approx([0.1])


def test_written_as_vectors_too(tmp_path):
    results = POPULATIONS["few"]()
    results.plot("rank", tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")


def test_copies_and_the_schedule_of_the_best():
    first, second = members([[0.5], [0.4]], epochs=6)
    first = dataclasses.replace(first, changes=[(0, {"k": 0.1})])
    second = dataclasses.replace(
        second, lineage=[(2, 0), (4, 0)], changes=[(0, {"k": 0.5}), (2, {"k": 0.2}), (4, {"k": 0.05})]
    )
    results = Results([first, second])
    assert "1 member changed settings during the training: those shown are the last." in results.findings()
    figure = results.plot("lineage")
    assert "its weights went through 2 networks; 2 copies in all" in " ".join(figure.get_suptitle().split())
    # Up to epoch 4 the weights are the first's, then the second's own settings.
    [step] = figure.axes[1].lines
    assert (list(step.get_xdata()), list(step.get_ydata())) == ([0, 4, 6], [0.1, 0.05, 0.05])


@pytest.mark.parametrize(
    ("space", "values", "positions", "ticks"),
    [
        (AxisRecord("float", log=True), [1e-4, 1e-2, 1e-3], [0, 1, 0.5], ["0.0001", "0.001", "0.01"]),
        (AxisRecord("float"), [0.0, 1.0, ABSENT], [0, 1, math.nan], ["0", "0.25", "0.5", "0.75", "1"]),
        (AxisRecord(options=("a", "b", "c")), ["c", "a", "c"], [1, 0, 1], ["a", "c"]),
        (None, [64, 16, 32], [1, 0, 0.5], ["16", "32", "64"]),
        (AxisRecord("float"), [0.5, 0.5], [0.5, 0.5], ["0.5"]),
    ],
)
def test_scales_put_values_where_they_belong(space, values, positions, ticks):
    scale = scale_of("axis", values, space)
    np.testing.assert_allclose(scale.positions, positions)
    assert [text for _, text in scale.ticks] == ticks


def test_bad_requests_are_answered():
    results = POPULATIONS["searched"]()
    with pytest.raises(UnknownNameError, match='Did you mean "curves"'):
        results.plot("curve")
    with pytest.raises(UsageError, match=r'plot\("heat"\) takes no top=; it takes axes='):
        results.plot("heat", top=3)
    with pytest.raises(UnknownNameError, match='Did you mean "val_loss"'):
        results.plot("curves", value="val_los")
    with pytest.raises(UnknownNameError, match='Did you mean "rate"'):
        results.plot("heat", axes=("rates", "opt"))
    with pytest.raises(UsageError, match="Fit the population first"):
        Results([]).plot()


def test_every_way_to_end_has_a_colour():
    assert set(WORDS) - {"stopped"} <= set(COLOURS)
