"""Every script in examples/ runs, draws its figure, and finds what it and docs/guides/remedies.md say."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def overfitting(found):
    plain = found.pop("none")["gap"].mean()
    assert plain > 0.4
    for name, values in found.items():
        assert values["gap"].mean() < 0.9 * plain, name


def initialisation(found):
    untrained = np.log(10)
    assert found["relu zeros"]["loss"].mean() > untrained - 0.02
    assert found["relu zeros"]["gradient"].max() < 1e-20
    for rule in ("he_normal", "lsuv"):
        assert found[f"relu {rule}"]["loss"].mean() < 0.7 * untrained, rule
    for rule in ("glorot_normal", "lecun_normal", "orthogonal"):
        assert found[f"relu {rule}"]["loss"].mean() > 0.9 * untrained, rule
        assert found[f"relu {rule}"]["signal"][-1] < 0.01 * found["relu he_normal"]["signal"][-1]
        assert found[f"relu {rule}"]["gradient"][0] < 0.01 * found["relu he_normal"]["gradient"][0]


def deep_sigmoid(found):
    assert found["sigmoid"].mean() < 40
    for kind in ("sigmoid after BatchNormalization", "relu", "elu"):
        assert found[kind].mean() > 85, kind


def activations(found):
    assert found.pop("sigmoid").max() < 1e-8
    for activation, first in found.items():
        assert first.min() > 0.05, activation


def sparsity(found):
    paths = found["paths"]
    assert (paths["L1(f)"][..., 0] == 480).all()
    lasso, groups = paths["L1(f, proximal=True)"][-1], paths["GroupL1(f, proximal=True)"][-1]
    assert lasso[:, 0].mean() < 48
    for path in (lasso, groups):
        real, noise = path[:, 1].mean() / 10, path[:, 2].mean() / 20
        assert noise < 0.6 * real
        assert path[:, 3].mean() < paths["L1(f)"][-1][:, 3].mean() + 0.05


def monte_carlo_dropout(found):
    within, beyond = found["spread"].mean(0)
    assert beyond > 2 * within
    deviation = found["deviation"].mean(0)
    assert deviation[0] < deviation[1] < deviation[2]
    kept = found["kept"].mean(0)
    assert kept[1, 0] > kept[1, -1] + 5
    assert kept[2, 0] > kept[2, -1] + 10


def optimizers(found):
    after = {name: values["by_pass"][:, [100, -1]].mean(0) for name, values in found.items()}
    for name in ("L-BFGS", "Newton-CG"):
        assert after[name][0] < after["Adam"][0], name
        assert after[name][1] < min(last for _, last in after.values()) + 0.01, name
    at_step_40 = {name: values["by_step"][:, 39].mean() for name, values in found.items()}
    for name in ("Newton-CG", "Levenberg-Marquardt"):
        assert at_step_40[name] < at_step_40["Adam"] - 0.02, name


def schedules_and_clipping(found):
    constant, *others = found["test loss"].values()
    assert all(loss.mean() < constant.mean() for loss in others)
    outcomes = found["outcomes"]
    assert set(outcomes.pop("rate 0.001")) == {"diverged"}
    assert {end for ends in outcomes.values() for end in ends} == {"completed"}


def sampling(found):
    shuffled = found["shuffle"]["malignant"].mean()
    for name in ("ClassBalanced()", "class_weight"):
        assert found[name]["malignant"].mean() > shuffled + 5, name
        assert found[name]["benign"].mean() > 93, name


def learning_rate_range(found):
    assert (found["suggested"] < 0.25 * found["losses"][:, 0]).all()
    assert (found["suggestions"] < 1.0).all()
    assert (found["losses"][:, found["rates"] > 2] > 1.0).all()


FINDINGS = (
    overfitting,
    initialisation,
    deep_sigmoid,
    activations,
    sparsity,
    monte_carlo_dropout,
    optimizers,
    schedules_and_clipping,
    sampling,
    learning_rate_range,
)


def run_main(name, *arguments, **options):
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(*arguments, **options)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.__name__)
def test_example(finding, tmp_path):
    name = finding.__name__
    found = run_main(name, str(tmp_path), quick=True)
    assert (tmp_path / f"{name}.png").stat().st_size > 5_000
    finding(found)


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("ground_*.py")), ids=lambda script: script.stem)
def test_ground(script, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [script.name, str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out


def test_gallery(tmp_path):
    run_main("augmentation_gallery", tmp_path)
    drawn = {path.name for path in tmp_path.glob("*.png")}
    kept = EXAMPLES.parent / "docs" / "figures" / "augmentation"
    assert drawn == {path.name for path in kept.glob("*.png")}


def test_every_example_is_tested_and_listed():
    scripts = {path.stem for path in EXAMPLES.glob("*.py")}
    ground = {name for name in scripts if name.startswith("ground_")}
    assert scripts - ground - {"augmentation_gallery"} == {finding.__name__ for finding in FINDINGS}
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"{name}.py" in listed for name in scripts)
    shown = (EXAMPLES.parent / "docs" / "guides" / "remedies.md").read_text(encoding="utf-8")
    for finding in FINDINGS:
        assert f"../figures/examples/{finding.__name__}.png" in shown
