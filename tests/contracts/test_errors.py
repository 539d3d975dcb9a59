"""What a person writes wrongly is said in the words of the thing they wrote: its name, what came, the remedy."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import FalllineError, ShapeError, UnknownNameError, UsageError
from fallline.registry.tables import TABLES

from .entry import NO_VALUE, Entry
from .table import TABLE_OF_ALL, WITH_NUMBERS

CLASSES = {line.name: line for line in TABLE_OF_ALL}
NUMBERS = [pytest.param(line, name, id=f"{line}.{name}") for line in WITH_NUMBERS for name in line.numbers]


def refused(line: Entry, **changes: Any) -> str:
    """The message with which the class refuses arguments; it begins with the name of the class."""
    with pytest.raises(UsageError) as caught:
        line.made(**changes)
    message = str(caught.value)
    assert line.cls.__name__ in message or getattr(line.settings, "name", "") in message
    return message


@pytest.mark.parametrize(("line", "name"), NUMBERS)
@pytest.mark.parametrize("wrong", ["0.1", True, {"a": 1}], ids=["text", "truth", "dict"])
def test_no_number(line: Entry, name: str, wrong: Any) -> None:
    message = refused(line, **{name: wrong})
    assert name in message
    one_number = isinstance(line.numbers[name].one, int | float)
    assert not one_number or type(wrong).__name__ in message or repr(wrong) in message


@pytest.mark.parametrize(("line", "name"), NUMBERS)
def test_not_finite(line: Entry, name: str) -> None:
    assert name in refused(line, **{name: math.nan})


@pytest.mark.parametrize(("line", "name"), NUMBERS)
def test_out_of_range(line: Entry, name: str) -> None:
    impossible = line.numbers[name].impossible
    if impossible is NO_VALUE:
        pytest.skip("a number of any size")
    assert name in refused(line, **{name: impossible})


@pytest.mark.parametrize("name", CLASSES)
def test_an_unknown_argument(name: str) -> None:
    line = CLASSES[name]
    known = [*line.settings, *line.numbers]
    wrong = f"{known[0]}s" if known else "strenght"
    message = refused(line, **{wrong: 1.0})
    assert wrong in message
    if known:
        assert f'Did you mean "{known[0]}' in message


@pytest.mark.parametrize("name", CLASSES)
def test_a_misspelt_name(name: str) -> None:
    module, _, own = name.partition(".")
    table = TABLES[module]
    with pytest.raises(UnknownNameError, match=table.noun) as caught:
        table.get(own[:2] + own[3:] + "x" if len(own) > 5 else own + "x")
    assert "Did you mean" in str(caught.value)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_where_an_object_is_meant(name: str) -> None:
    module, _, own = name.partition(".")
    with pytest.raises(UsageError, match=rf"write {own}\("):
        TABLES[module].get(CLASSES[name].cls)


@pytest.mark.parametrize("module", sorted(TABLES))
@pytest.mark.parametrize("wrong", [3.5, ["adam"]], ids=["number", "list"])
def test_neither_name_nor_object(module: str, wrong: Any) -> None:
    with pytest.raises(UsageError, match=f"{TABLES[module].noun}.*{type(wrong).__name__}"):
        TABLES[module].get(wrong)


WRONG_ROWS = {
    "layers.AlphaDropout": None,
    "layers.BatchNormalization": (7,),
    "layers.CategoryEncoding": None,
    "layers.Dense": (7,),
    "layers.Embedding": None,
    "layers.GroupNormalization": (7,),
    "layers.LayerNormalization": (7,),
    "layers.PReLU": (7,),
    "layers.PeriodicEmbedding": (4, 6),
    "layers.RMSNormalization": (7,),
    "layers.ThresholdUnit": (7,),
    "layers.Normalization": None,
    "layers.Permute": (4,),
    "layers.RepeatVector": (2, 3),
    "layers.Reshape": (7,),
    "layers.Add": [(6,), (7,)],
    "layers.Average": [(6,), (7,)],
    "layers.Concatenate": [(6,), (2, 7)],
    "layers.Dot": [(6,), (7,)],
    "layers.Maximum": [(6,), (7,)],
    "layers.Minimum": [(6,), (7,)],
    "layers.Multiply": [(6,), (7,)],
    "layers.Subtract": [(6,), (6,), (6,)],
    "layers.WeightedAverage": [(6,), (6,), (6,)],
    "layers.RandomBrightness": (6,),
    "layers.RandomContrast": (6,),
    "layers.RandomCrop": (4, 3, 1),
    "layers.RandomElasticTransform": (6,),
    "layers.RandomErasing": (6,),
    "layers.RandomFlip": (6,),
    "layers.RandomRotation": (6,),
    "layers.RandomTranslation": (6,),
    "layers.RandomZoom": (6,),
}
"""Rows that a layer refuses after it was called on those of the table; None: it takes rows of any shape."""


@pytest.mark.parametrize("name", [name for name, shape in WRONG_ROWS.items() if shape is not None])
def test_rows_that_do_not_fit_a_layer(name: str) -> None:
    line, wrong = CLASSES[name], WRONG_ROWS[name]
    layer = line.made()
    shapes = line.given if isinstance(line.given, list) else [line.given]
    given = [jnp.ones((2, *shape)) for shape in shapes]
    layer(given if layer.several_inputs else given[0])
    others = [jnp.ones((2, *shape)) for shape in (wrong if isinstance(wrong, list) else [wrong])]
    with pytest.raises((ShapeError, UsageError), match=line.cls.__name__):
        layer(others if layer.several_inputs else others[0])


@pytest.mark.parametrize(
    "line", [line for line in TABLE_OF_ALL if line.module in ("losses", "metrics")], ids=str
)
def test_targets_that_do_not_fit_outputs(line: Entry) -> None:
    made = line.made()
    function = made if line.module == "losses" else made.statistic
    with pytest.raises(FalllineError, match=r"\(5.*\(4|\(4.*\(5|shape|targets"):
        function(jnp.ones((5, 3)), jnp.full((4, 2), 0.5))


@pytest.mark.parametrize(
    "name", ["regularizers.OrthogonalRegularizer", "regularizers.GroupL1", "mixing.CutMix"]
)
def test_arrays_of_a_wrong_rank(name: str) -> None:
    made = CLASSES[name].made()
    with pytest.raises(ShapeError, match=made.__class__.__name__):
        made.mix(None, jnp.ones((2, 3))) if name.startswith("mixing") else made(jnp.asarray(np.float32(1)))
