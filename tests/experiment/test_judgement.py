"""What the baselines are fitted on."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from fallline.data.images import ImagePreprocessor
from fallline.experiment.judgement import flat_inputs
from fallline.experiment.parts import Part
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_images_are_standardised_whatever_their_type(dtype):
    images = np.random.default_rng(0).integers(0, 200, (50, 4, 3)).astype(dtype)
    flat = flat_inputs(Part(images, np.zeros(50), np.arange(50)), ImagePreprocessor.fit(images))
    values = images.reshape(50, 12).astype(float)
    np.testing.assert_allclose(flat, (values - values.mean()) / values.std(), atol=1e-6)


def test_the_linear_model_learns_from_the_validation_rows_too(tmp_path):
    settings = Settings("diabetes", epochs=1, layers=(4,))
    prepared = prepare(settings)
    x = np.concatenate([prepared.train.x, prepared.validation.x])
    y = prepared.target.decode(np.concatenate([prepared.train.y, prepared.validation.y]))
    answers = Ridge().fit(x, y).predict(prepared.test.x)
    errors = answers - prepared.target.decode(prepared.test.y)
    report = run_experiment(settings, out=tmp_path / "run").report
    assert report.baselines["linear"]["rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-5)
