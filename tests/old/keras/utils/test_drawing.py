"""Models as pictures."""

import numpy as np
import pytest

import fallline.old.keras as keras
from fallline.errors import UsageError
from fallline.old.keras.utils.vis_utils import model_to_dot, plot_model


@pytest.fixture(scope="module")
def model():
    first, second = keras.Input((4,)), keras.Input((2,))
    dense = keras.layers.Dense(8, activation="relu", name="left")(first)
    joined = keras.layers.concatenate([dense, second], name="joined")
    return keras.Model([first, second], keras.layers.Dense(1, name="out")(joined))


def test_the_boxes_say_what_they_are_asked_for(model):
    text = model_to_dot(model, show_shapes=True, show_layer_activations=True, rankdir="LR").to_string()
    assert "rankdir=LR" in text
    assert "left : Dense\\nactivation: relu\\ninput: (None, 4)\\noutput: (None, 8)" in text
    assert "joined : Concatenate\\ninput: (None, 8), (None, 2)\\noutput: (None, 10)" in text
    assert text.count("->") == 4
    assert "left" not in model_to_dot(model, show_layer_names=False).to_string()


def test_the_contents_of_a_file(model):
    dot = model_to_dot(model)
    assert b"<svg" in dot.create(prog="dot", format="svg")
    assert dot.create_png().startswith(b"\x89PNG")
    assert dot._repr_svg_().startswith("<?xml")
    assert dot.set_rankdir("LR") is None
    with pytest.raises(UsageError, match="one of"):
        dot.create(format="tiff")
    with pytest.raises(AttributeError, match="has no attribute"):
        dot.created  # noqa: B018


@pytest.mark.parametrize(
    ("ending", "begin"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("dot", b"digraph")]
)
def test_a_picture_is_written_by_the_ending_of_its_name(model, tmp_path, ending, begin):
    path = tmp_path / "pictures" / f"model.{ending}"
    plot_model(model, to_file=str(path), show_shapes=True)
    assert path.read_bytes().startswith(begin)


def test_a_wider_network_makes_a_larger_picture(model):
    from io import BytesIO

    from matplotlib.image import imread

    small, large = (
        imread(BytesIO(model_to_dot(model, show_shapes=shapes).create_png())).shape
        for shapes in (False, True)
    )
    assert np.prod(large) > np.prod(small)
