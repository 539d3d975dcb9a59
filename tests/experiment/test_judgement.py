"""What the baselines are fitted on, and which a run is judged by."""

import numpy as np
import pytest

from fallline.experiment.baselines import fit_baselines
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings


def test_the_baselines_learn_from_the_validation_rows_too(tmp_path):
    settings = Settings("diabetes", epochs=1, layers=(4,))
    prepared = prepare(settings)
    report = run_experiment(settings, out=tmp_path / "run").report
    assert list(report.baselines) == ["trivial", "linear", "boosting"]
    for name, baseline in fit_baselines(prepared, 0).items():
        assert baseline.rows == len(prepared.train) + len(prepared.validation)
        errors = baseline.answers(prepared.test, prepared.target) - prepared.target.decode(prepared.test.y)
        assert report.baselines[name]["rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-9)
