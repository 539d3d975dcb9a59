"""Images as arrays, and in batches."""

import numpy as np
import pytest

from fallline.errors import DataError, UsageError
from fallline.old.keras.preprocessing.image import (
    ImageDataGenerator,
    array_to_img,
    img_to_array,
    load_img,
    save_img,
)
from fallline.old.keras.preprocessing.sequence import pad_sequences
from fallline.old.keras.preprocessing.text import Tokenizer

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 6, 5, 3)).astype("float32")


def test_an_image_there_and_back(tmp_path):
    path = tmp_path / "new" / "image.png"
    save_img(path, IMAGES[0], scale=False)
    assert (img_to_array(load_img(path)) == IMAGES[0]).all()
    assert img_to_array(load_img(path, grayscale=True)).shape == (6, 5, 1)
    assert img_to_array(load_img(path, target_size=(3, 4))).shape == (3, 4, 3)
    assert img_to_array(load_img(path, target_size=(4, 2), keep_aspect_ratio=True)).shape == (4, 2, 3)
    scaled = img_to_array(array_to_img(np.array([[[0.0], [0.5]], [[1.0], [0.25]]])))
    assert scaled[..., 0].tolist() == [[0, 127], [255, 63]]
    with pytest.raises(DataError, match="channels"):
        array_to_img(np.ones((2, 2)))
    with pytest.raises(UsageError, match="color_mode"):
        load_img(path, color_mode="cmyk")


def test_images_brought_to_one_scale():
    generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    generator.fit(IMAGES)
    batch = next(generator.flow(IMAGES, batch_size=10))
    np.testing.assert_allclose(batch.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(batch.std((0, 1, 2)), 1, rtol=1e-4)
    single = ImageDataGenerator(rescale=1 / 255, samplewise_center=True, samplewise_std_normalization=True)
    image = IMAGES[0] / 255
    expected = (image - image.mean()) / (image.std() + 1e-6)
    np.testing.assert_allclose(single.standardize(IMAGES[0]), expected, rtol=1e-4, atol=1e-5)


def test_batches_without_end():
    flow = ImageDataGenerator(rescale=1 / 255).flow(IMAGES, np.arange(10), batch_size=4, seed=1)
    assert (len(flow), flow.n) == (3, 10)
    taken = [next(flow) for _ in range(6)]
    assert [len(x) for x, _ in taken] == [4, 4, 2, 4, 4, 2]
    for epoch in (taken[:3], taken[3:]):
        places = np.concatenate([y for _, y in epoch])
        assert sorted(places) == list(range(10))
        np.testing.assert_allclose(np.concatenate([x for x, _ in epoch]), IMAGES[places] / 255, rtol=1e-6)


def test_half_of_the_images_are_flipped():
    flow = ImageDataGenerator(horizontal_flip=True).flow(IMAGES, shuffle=False, batch_size=10)
    kinds = [np.array_equal(next(flow)[0], IMAGES[0]) for _ in range(40)]
    assert 5 < sum(kinds) < 35
    with pytest.raises(UsageError, match="RandomRotation"):
        ImageDataGenerator(rotation_range=10)
    with pytest.raises(UsageError, match="feedforward"):
        ImageDataGenerator().flow_from_directory("x")


def test_bad_texts_and_sequences():
    with pytest.raises(UsageError, match='"pre" or "post"'):
        pad_sequences([[1]], padding="before")
    with pytest.raises(DataError, match="list of lists"):
        pad_sequences([1, 2])
    with pytest.raises(UsageError, match="fit_on_texts first"):
        Tokenizer().texts_to_matrix(["a"])
    with pytest.raises(UsageError, match="mode is one of"):
        Tokenizer(num_words=3).texts_to_matrix(["a"], mode="tf")
    assert Tokenizer(nb_words=3).num_words == 3
