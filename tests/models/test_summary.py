"""The table of layers."""

from __future__ import annotations

import pytest

import fallline as fl
from fallline.errors import UsageError
from fallline.layers import BatchNormalization, Dense, Dropout, Flatten


def lines(model):
    printed = []
    model.summary(print_fn=printed.append)
    return "".join(printed).splitlines()


def test_the_table_of_layers():
    layers = [
        fl.Input((28, 28)),
        Flatten(),
        Dense(128, activation="relu"),
        BatchNormalization(),
        Dropout(0.2),
        Dense(10),
    ]
    text = lines(fl.Sequential(layers, name="digits"))
    rows = {line.split("│")[1].split()[0]: line for line in text if "│" in line}
    assert 'Model: "digits"' in text[0]
    # Keras: 784 x 128 + 128; 2 x 128 trained and 2 x 128 moving; 128 x 10 + 10.
    for name, count in {
        "flatten": "0",
        "dense": "100,480",
        "batch_normalization": "512",
        "dropout": "0",
        "dense_1": "1,290",
    }.items():
        assert rows[name].split("│")[3].strip() == count
    assert "(None, 784)" in rows["flatten"]
    assert "(None, 28, 28)" in "".join(text)
    assert "Parameters: 102,282 (399.5 KiB), trained 102,026, not trained 256" in text


@pytest.mark.parametrize(
    "layers",
    [
        [Dense(1)],
        [Dense(10**6, name="a_layer_with_a_name_that_is_rather_long_for_a_table_of_eighty_columns" * 2)],
        [Dense(7, kernel_initializer="zeros") for _ in range(30)],  # sixty draws take long to compile
    ],
    ids=["short", "long name", "many"],
)
def test_it_fits_80_columns(layers):
    text = lines(fl.Sequential([fl.Input((3,)), *layers]))
    assert max(map(len, text)) <= 80


def test_it_is_printed(capsys):
    assert fl.Sequential([fl.Input((3,)), Dense(1)]).summary() is None
    assert "dense (Dense)" in capsys.readouterr().out


def test_what_keras_s_arguments_ask_for():
    inner = fl.Sequential([fl.Input((4,)), fl.layers.Dense(3), fl.layers.Dense(2)], name="inner")
    inputs = fl.Input((4,))
    model = fl.Model(inputs, fl.layers.Dense(1, name="out")(inner(inputs)))
    inner.layers[0].trainable = False

    def rows(**arguments):
        printed = []
        model.summary(print_fn=printed.append, **arguments)
        return printed[0].splitlines()

    plain = rows()
    assert max(map(len, plain)) <= 80
    assert max(map(len, rows(line_length=40))) <= 40
    nested = [line for line in rows(expand_nested=True) if "Dense" in line]
    assert [line.split("│")[2:4] for line in nested] == [
        [" (None, 3)    ", "         15 "],
        [" (None, 2)    ", "          8 "],
        [" (None, 1)    ", "          3 "],
    ]
    assert [line.split()[-2] for line in rows(expand_nested=True, show_trainable=True) if "Dense" in line] == [
        "no", "yes", "yes"
    ]  # fmt: skip
    assert [
        line.split()[1] for line in rows(layer_range=["out", "o.*"]) if "None" in line and "│" in line
    ] == ["out"]
    with pytest.raises(UsageError, match='summary: no layer "outt". Did you mean "out"'):
        rows(layer_range=["outt", "out"])
    with pytest.raises(UsageError, match="layer_range is the name of the first and of the last layer"):
        rows(layer_range="out")


def test_before_the_input_shape_is_known():
    text = lines(fl.Sequential([Dense(3), Dropout(0.5, name="thin")], name="late"))
    assert 'Model: "late"' in text[0]
    cells = [[cell.strip() for cell in line.split("│")[1:4]] for line in text if "│" in line]
    assert cells == [
        ["Dense", "not known yet", "not drawn yet"],
        ["thin (Dropout)", "not known yet", "not drawn yet"],
    ]
    assert text[-2].startswith("The input shape is not known yet")
