"""Arrays as users give them: every container and number type, and every way to get them wrong."""

from __future__ import annotations

import re

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pytest

from fallline.data.arrays import as_rows, as_values, split_off_validation, with_class_weight
from fallline.data.batch import Batch
from fallline.errors import DataError, FalllineError, ShapeError, UsageError

TABLE = {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]}
EXPECTED = np.array([[1, 4], [2, 5], [3, 6]])


@pytest.mark.parametrize(
    "given",
    [
        EXPECTED.tolist(),
        tuple(map(tuple, EXPECTED.tolist())),
        EXPECTED.astype(object),
        np.asfortranarray(EXPECTED),
        np.ma.masked_array(EXPECTED, mask=False),
        jnp.asarray(EXPECTED, jnp.float32),
        jnp.asarray(EXPECTED, jnp.bfloat16),
        pl.DataFrame(TABLE),
        list(jnp.asarray(EXPECTED, jnp.float32)),
    ],
    ids=lambda given: type(given).__name__,
)
def test_every_container_holds_the_same_numbers(given):
    array = as_values(given, "x")
    assert isinstance(array, np.ndarray)
    np.testing.assert_array_equal(array.astype(np.float64), EXPECTED)


def test_pandas():
    pandas = pytest.importorskip("pandas")
    np.testing.assert_array_equal(as_values(pandas.DataFrame(TABLE), "x"), EXPECTED)
    np.testing.assert_array_equal(as_values(pandas.Series([1, 2, 3]), "y"), [1, 2, 3])
    with pytest.raises(DataError, match="got (dates|objects)"):
        as_values(pandas.DataFrame({"a": pandas.to_datetime(["2020-01-01"])}), "x")


def test_pyarrow():
    pyarrow = pytest.importorskip("pyarrow")
    np.testing.assert_array_equal(as_values(pyarrow.table(TABLE), "x"), EXPECTED)
    np.testing.assert_array_equal(as_values(pyarrow.chunked_array([[1, 2, 3]]), "y"), [1, 2, 3])


def test_a_series_is_a_vector():
    np.testing.assert_array_equal(as_values(pl.Series([1, 2, 3]), "y"), [1, 2, 3])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bool", "bool"),
        ("uint8", "uint8"),
        ("int8", "int8"),
        ("uint16", "uint16"),
        ("int32", "int32"),
        ("int64", "int32"),
        ("uint64", "uint32"),
        ("float16", "float16"),
        ("float32", "float32"),
        ("float64", "float32"),
        ("longdouble", "float32"),
    ],
)
def test_number_types_stay_or_become_those_of_the_device(given, kept):
    array = as_values(np.array([[0, 1], [1, 0]], given), "x")
    assert array.dtype == kept
    np.testing.assert_array_equal(array, [[0, 1], [1, 0]])


def test_images_of_bytes_are_not_copied():
    images = np.zeros((5, 4, 4), np.uint8)
    assert as_values(images, "x") is images


NAN = float("nan")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "x is missing"),
        (3.0, r"at least one row; got shape \(\)"),
        ([], r"at least one row; got shape \(0,\)"),
        (np.zeros((0, 3)), r"at least one row; got shape \(0, 3\)"),
        ([[1, 2], [3]], "rows have different lengths"),
        (np.array([[1, 2], [3]], dtype=object), r"objects \(list\); rows of different lengths"),
        (["red", "green"], "got text. Encode text"),
        (np.array([b"x"]), "got bytes"),
        (np.array(["2020-01-01"], "M8[D]"), "got dates"),
        (np.array([1, 2], "m8[s]"), "got time differences"),
        (np.zeros(2, [("a", "f4"), ("b", "f4")]), "must hold numbers"),
        (np.array([1 + 2j]), "real numbers, got complex"),
        ({"a": [1]}, "must be an array, nested lists or a data frame, got dict"),
        ((i for i in range(3)), "must be an array, nested lists or a data frame, got generator"),
        (object(), "must be an array, nested lists or a data frame, got object"),
        ([1.0, None], r"1 values that are not finite, the first \(nan\) at row 1"),
        ([[1.0, 2.0], [3.0, NAN]], "at row 1, column 1"),
        ([np.inf], r"\(inf\) at row 0"),
        ([2**40], "beyond int32 .* Pass floats"),
        (np.array([2**40], np.uint64), "beyond uint32"),
        ([1e300, 1.0], r"beyond float32 .* Scale them down"),
        (np.ma.masked_array([1.0, 2.0], mask=[0, 1]), "masked array with hidden values"),
        (pl.DataFrame({"a": [1.0, None]}), "not finite, .* at row 1, column 0"),
        (pl.DataFrame({"a": ["x"]}), "got (text|objects)"),
        (pl.Series(["2020-01-01"]).str.to_date(), "got dates"),
        (pl.LazyFrame({"a": [1.0]}), "must be an array, nested lists or a data frame, got LazyFrame"),
    ],
)
def test_what_is_no_array_of_finite_numbers_is_refused(given, message):
    with pytest.raises(DataError, match=message) as raised:
        as_values(given, "x")
    assert str(raised.value).startswith("x ") or str(raised.value).startswith("x:")


def test_float16_infinity_is_found():
    with pytest.raises(DataError, match="not finite"):
        as_values(np.array([np.inf], np.float16), "x")


class TestRows:
    x = np.arange(12.0, dtype=np.float32).reshape(4, 3)

    def test_rows_must_be_as_many(self):
        with pytest.raises(
            ShapeError, match="validation_data: x has 4 rows and y has 3; they must be equal."
        ):
            as_rows(self.x, [1, 2, 3], where="validation_data: ")

    @pytest.mark.parametrize("weight", [[1, 2, 3, 4], [[1], [2], [3], [4]], np.array([1, 2, 3, 4], np.uint8)])
    def test_weights_are_floats_one_per_row(self, weight):
        rows = as_rows(self.x, sample_weight=weight)
        assert rows.weight is not None
        assert rows.weight.dtype == np.float32
        np.testing.assert_array_equal(rows.weight, [1, 2, 3, 4])

    @pytest.mark.parametrize("weight", [[1, 2, 3], np.ones((4, 3)), np.ones((1, 4))])
    def test_weights_of_another_shape_are_refused(self, weight):
        with pytest.raises(ShapeError, match=r"sample_weight must hold one number per row, \(4,\)"):
            as_rows(self.x, sample_weight=weight)

    @pytest.mark.parametrize(
        "y", [[0, 1, 1, 2], [[0], [1], [1], [2]], np.eye(3)[[0, 1, 1, 2]], [0.0, 1.0, 1.0, 2.0]]
    )
    def test_class_weights_become_row_weights(self, y):
        rows = with_class_weight(as_rows(self.x, y), {0: 2.0, 1: 0.5, 9: 100})
        np.testing.assert_array_equal(rows.weight, [2, 0.5, 0.5, 1])

    def test_class_and_row_weights_multiply(self):
        rows = with_class_weight(as_rows(self.x, [0, 1, 1, 0], [1, 2, 3, 4]), {1: 10})
        np.testing.assert_array_equal(rows.weight, [1, 20, 30, 4])

    @pytest.mark.parametrize(
        "class_weight", [[1, 2], "balanced", {"a": 1}, {0: "a"}, {0: NAN}, {0: [1, 2]}, {0: None}, {NAN: 1}]
    )
    def test_class_weights_that_cannot_be(self, class_weight):
        with pytest.raises(UsageError, match="class_weight"):
            with_class_weight(as_rows(self.x, [0, 1, 1, 0]), class_weight)

    def test_class_weights_need_targets(self):
        with pytest.raises(UsageError, match="class_weight needs targets"):
            with_class_weight(as_rows(self.x), {0: 1})

    def test_several_inputs_and_outputs(self):
        names = {"inputs": ["a", "b"], "outputs": ["p", "q"]}
        a, b = self.x, [[1], [2], [3], [4]]
        forms = [
            as_rows([a, b], ([1, 2, 3, 4], a), **names),
            as_rows({"b": b, "a": a}, {"q": a, "p": [1, 2, 3, 4]}, **names),
        ]
        for rows in forms:
            assert ([array.shape for array in rows.x], rows.rows) == ([(4, 3), (4, 1)], 4)
            assert [array.shape for array in rows.y] == [(4,), (4, 3)]
            part = rows.cut(1, 3)
            assert (part.rows, part.x[1].tolist(), part.y[0].tolist()) == (2, [[2], [3]], [2, 3])

    def test_targets_and_weights_of_single_outputs(self):
        names = {"outputs": ["p", "q"]}
        for y, weight in (([self.x, None], [None, [1, 2, 3, 4]]), ({"p": self.x}, {"q": [1, 2, 3, 4]})):
            rows = as_rows(self.x, y, weight, **names)
            assert rows.y[1] is None
            assert [array.tolist() for array in rows.weight] == [[1, 1, 1, 1], [1, 2, 3, 4]]
            assert rows.cut(0, 2).y[1] is None
        assert as_rows(self.x, [self.x, self.x], [1, 2, 3, 4], **names).weight.tolist() == [1, 2, 3, 4]

    @pytest.mark.parametrize(
        ("x", "error", "message"),
        [
            (
                [x],
                DataError,
                r"x must be a list of 2 arrays \(a, b\), or a dict by these names; got 1 entries",
            ),
            (x, DataError, "got ndarray"),
            ({"a": x}, DataError, "x lacks b"),
            ({"a": x, "b": None}, DataError, 'x "b" is missing'),
            ({"a": x, "bb": x}, DataError, 'x has an entry "bb". Did you mean "b"'),
            ([x, x[:2]], ShapeError, "the inputs have 4 and 2 rows"),
            ([x, [["a"]] * 4], DataError, 'x "b" must hold numbers; got text'),
        ],
        ids=lambda value: None,
    )
    def test_inputs_that_cannot_be(self, x, error, message):
        with pytest.raises(error, match=message):
            as_rows(x, inputs=["a", "b"])

    def test_one_name(self):
        for given in (self.x, {"a": self.x}, [self.x], self.x.tolist()):
            np.testing.assert_array_equal(as_rows(given, inputs=["a"]).x, self.x)
        with pytest.raises(DataError, match="x lacks a"):
            as_rows({}, inputs=["a"])

    def test_class_weights_are_for_one_output(self):
        with pytest.raises(UsageError, match="class_weight is for models of one output"):
            with_class_weight(as_rows(self.x, [self.x, self.x], outputs=["p", "q"]), {0: 1})

    def test_a_symbolic_tensor_says_what_it_is(self):
        import fallline as fl

        for given in (fl.Input((3,)), [fl.Input((3,))]):
            with pytest.raises(UsageError, match="has no values yet"):
                as_values(given, "x")

    def test_cut(self):
        part = as_rows(self.x, [0, 1, 2, 3], [4, 5, 6, 7]).cut(1, 3)
        assert part.y is not None
        assert part.weight is not None
        np.testing.assert_array_equal(part.x, self.x[1:3])
        assert (part.y.tolist(), part.weight.tolist(), part.rows) == ([1, 2], [5, 6], 2)


# Keras: the split is at floor(rows * (1 - fraction)).
@pytest.mark.parametrize(
    ("rows", "fraction", "cut"),
    [(10, 0.2, 8), (10, 0.25, 7), (3, 0.5, 1), (10, np.float32(0.5), 5), (40, 0.001, 39)],
)
def test_the_last_rows_are_for_validation(rows, fraction, cut):
    train, validation = split_off_validation(Batch(np.arange(rows)), fraction)
    assert train.x.tolist() == list(range(cut))
    assert validation.x.tolist() == list(range(cut, rows))


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, NAN, "0.2", True, None])
def test_a_fraction_that_is_none(fraction):
    with pytest.raises(UsageError, match="validation_split must be between 0 and 1, got"):
        split_off_validation(Batch(np.arange(10)), fraction)


def test_a_split_that_leaves_nothing_to_train():
    with pytest.raises(FalllineError, match="leaves 0 for training and 3 for validation"):
        split_off_validation(Batch(np.arange(3)), 0.9)


@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "coo_matrix"])
def test_a_sparse_matrix_is_told_to_become_dense(kind):
    import scipy.sparse

    given = getattr(scipy.sparse, kind)(np.eye(4, 3, dtype=np.float32))
    with pytest.raises(DataError, match=rf"^x is a sparse {kind} of SciPy.*Call .toarray\(\) on it"):
        as_rows(given)
    with pytest.raises(DataError, match=r"^validation_data: y is a sparse"):
        as_rows(np.eye(4, 3), given, where="validation_data: ")


WORDS = ["dog", "cat", "cat", "bird", "dog"]


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        np.array(WORDS),
        np.array(WORDS, object),
        pd.Series(WORDS),
        pd.Series(WORDS).astype("category"),
        pd.Series(WORDS).astype("string"),
        pl.Series(WORDS),
        pl.Series(WORDS, dtype=pl.Categorical),
    ],
    ids=["list", "text", "objects", "pandas", "categories", "strings", "polars", "polars' categories"],
)
def test_words_as_targets_are_told_the_line_to_write_which_runs(words):
    with pytest.raises(DataError, match="y must hold numbers; got .*such as (dog|cat|bird|.dog)") as raised:
        as_rows(np.zeros((5, 1)), words)
    first, further = re.findall(r"(?:classes, y = )?numpy[.]\w+\([^)]*\)", str(raised.value))
    names = {"numpy": np, "y": words}
    exec(first, names)
    assert names["y"].tolist() == [2, 1, 1, 0, 2]
    assert names["classes"][names["y"]].tolist() == WORDS
    assert as_rows(np.zeros((5, 1)), names["y"]).y.tolist() == [2, 1, 1, 0, 2]
    assert eval(further, names | {"y": ["cat", "bird"]}).tolist() == [1, 0]


@pytest.mark.parametrize(
    "yes", [np.array([True, False]), [True, False], pd.Series([True, False], dtype="boolean")]
)
def test_booleans_are_targets(yes):
    assert np.asarray(as_rows(np.zeros((2, 1)), yes).y, int).tolist() == [1, 0]
