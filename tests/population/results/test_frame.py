"""The table of members: types fixed by the axes in every library, missing cells, names that clash."""

import math
from functools import partial

import narwhals.stable.v2 as nw
import numpy as np
import pytest

from fallline.errors import UnknownNameError
from fallline.population.results.frame import BACKENDS, curves_frame, frame
from fallline.population.results.record import AxisRecord, MemberRecord

from .made import members


def member(settings, **changed):
    given = {
        "number": 0,
        "candidate": 0,
        "seed": 0,
        "fold": None,
        "status": "completed",
        "epochs": 2,
        "score": 0.5,
    }
    return MemberRecord(settings=settings, **given | changed)


def cells(native, column):
    return [
        None if value is None or value is getattr(__import__("pandas"), "NA", None) else value
        for value in nw.from_native(native)[column].to_list()
    ]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("axis", "values", "kind", "said"),
    [
        (AxisRecord(options=(64, None, 32)), [64, None, 32], nw.Int64, [64, None, 32]),
        (AxisRecord(options=(64, "auto")), [64, "auto", 64], nw.String, ["64", "auto", "64"]),
        (AxisRecord(options=(1, 2, 0.5)), [1, 2, 0.5], nw.Float64, [1.0, 2.0, 0.5]),
        (AxisRecord(options=(1, 2, 0.5)), [1, 2, 1], nw.Float64, [1.0, 2.0, 1.0]),
        (AxisRecord(options=(True, None)), [True, None, True], nw.Boolean, [True, None, True]),
        (AxisRecord(options=((64, 32), (64,))), [(64, 32), (64,), (64,)], nw.String, ["(64, 32)", "(64,)", "(64,)"]),
        (AxisRecord("float", log=True), [1, 1, 1], nw.Float64, [1.0, 1.0, 1.0]),
        (AxisRecord("integer"), [np.int64(3), 4, 5], nw.Int64, [3, 4, 5]),
        (AxisRecord(options=(np.tanh, None)), [np.tanh, None, math.exp], nw.String, ["tanh", None, "exp"]),
        (AxisRecord(options=({"a": 1}, {"b": 2})), [{"a": 1}, {"b": 2}] * 1 + [{"a": 1}], nw.String, ["{'a': 1}", "{'b': 2}", "{'a': 1}"]),
    ],
)  # fmt: skip
def test_the_axis_fixes_the_type_of_its_column(backend, axis, values, kind, said):
    made = frame([member({"axis": value}) for value in values], {"axis": axis}, backend)
    assert nw.from_native(made).schema["axis"] == kind
    assert cells(made, "axis") == said


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_setting_that_does_not_apply_is_missing(backend):
    axes = {"optimizer": AxisRecord(options=("sgd", "adam")), "momentum": AxisRecord("float"), "depth": AxisRecord("integer")}  # fmt: skip
    made = frame(
        [member({"optimizer": "sgd", "momentum": 0.5}), member({"optimizer": "adam"})], axes, backend
    )
    table = nw.from_native(made)
    assert table["momentum"].is_null().to_list() == [False, True]
    assert table["depth"].is_null().all()  # nobody has it, and it is a column of whole numbers all the same
    assert table.schema["depth"] == nw.Int64


@pytest.mark.parametrize("backend", BACKENDS)
def test_rows_are_members_with_all_that_is_known_of_them(backend):
    made = members([[0.5, 0.25], [math.nan, 0.75]], epochs=2)
    table = nw.from_native(frame(made, None, backend))
    assert table.columns == [
        *("member", "candidate", "k", "seed", "fold", "status", "epochs", "best_epoch", "score", "val_loss"),
        "seconds",
    ]
    assert table["member"].to_list() == [0, 1, 2, 3]
    assert table["candidate"].to_list() == table["k"].to_list() == [0, 0, 1, 1]
    assert table["status"].to_list() == ["completed", "completed", "diverged", "completed"]
    assert table["best_epoch"].to_list() == [2, 2, 2, 2]  # counted from 1
    assert table["fold"].is_null().all()
    np.testing.assert_array_equal(table["score"].to_numpy(), [0.5, 0.25, math.nan, 0.75])
    np.testing.assert_array_equal(table["val_loss"].to_numpy(), [0.5, 0.25, math.nan, 0.75])
    types = {
        nw.Int64: ["member", "candidate", "k", "seed", "fold", "epochs", "best_epoch"],
        nw.String: ["status"],
    }
    assert all(table.schema[name] == kind for kind, names in types.items() for name in names)


def test_a_diverged_score_is_no_missing_one_where_the_library_tells_them_apart():
    made = members([[2.0, math.nan]])
    for backend in ("polars", "pyarrow"):
        score = nw.from_native(frame(made, None, backend))["score"]
        assert not score.is_null().any()
        assert math.isnan(score.mean())


def test_last_values_are_those_recorded_last():
    values = {
        "loss": np.array([3.0, 2.0, 1.0]),
        "val_loss": np.array([math.nan, 2.5, math.nan]),  # validated every second epoch
        "precision": np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
    }
    table = frame([member({"loss": "mse"}, values=values, epochs=3), member({"loss": "mae"}, epochs=0)])
    assert table["loss"].to_list() == [1.0, None]
    assert table["setting_loss"].to_list() == ["mse", "mae"]  # the metric has the name
    assert table["val_loss"].to_list() == [2.5, None]
    assert (table["precision_0"][0], table["precision_1"][0]) == (0.5, 0.6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_curves_have_a_row_for_each_value(backend):
    values = {"loss": np.array([3.0, 2.0]), "val_loss": np.array([math.nan, 2.5])}
    bad = {"loss": np.array([3.0, math.nan])}
    table = nw.from_native(
        curves_frame(
            [member({}, values=values), member({}, number=1, values=bad, status="diverged")], backend
        )
    )
    assert table.columns == ["member", "candidate", "epoch", "name", "value"]
    assert table["member"].to_list() == [0, 0, 0, 1, 1]
    assert table["name"].to_list() == ["loss", "loss", "val_loss", "loss", "loss"]
    assert table["epoch"].to_list() == [1, 2, 2, 1, 2]
    np.testing.assert_array_equal(table["value"].to_numpy(), [3.0, 2.0, 2.5, 3.0, math.nan])


@pytest.mark.parametrize("make", [frame, partial(frame, axes={"k": AxisRecord("integer")}), curves_frame])
@pytest.mark.parametrize("backend", BACKENDS)
def test_no_members_are_no_rows(make, backend):
    assert len(nw.from_native(make([], backend=backend))) == 0


def test_an_unknown_library_is_named():
    with pytest.raises(UnknownNameError, match='Did you mean "polars"'):
        frame([], None, "polar")
