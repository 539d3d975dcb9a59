"""Every script in examples/ runs, draws its figure, and finds what it and docs/guides/remedies.md say."""

from __future__ import annotations

import importlib.util
import re
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
    assert 0.5e-12 < found.pop("sigmoid").mean() < 5e-12  # 2·10⁻¹² in the guide
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
    assert deviation[4] < deviation[1]  # as sure of digits turned by 90 degrees as of hardly turned ones,
    assert found["four"].mean(0)[4] > 97  # and they are all a 4
    assert found["four"].mean(0)[0] < 15
    kept = found["kept"].mean(0)
    assert kept[4].max() < 25
    assert kept[1, 0] > kept[1, -1] + 5
    assert kept[2, 0] > kept[2, -1] + 10


def optimizers(found):
    after = {name: values["by_pass"][:, [50, 100, -1]].mean(0) for name, values in found.items()}
    tuned = [after[name] for name in after if name not in ("L-BFGS", "Newton-CG", "Levenberg-Marquardt")]
    assert after["L-BFGS"][0] < min(early for early, _, _ in tuned)
    for name in ("L-BFGS", "Newton-CG"):
        assert (after[name][1:] < np.min(tuned, axis=0)[1:] + 0.01).all(), (
            name
        )  # level: the seeds differ so much
    steps = {name: int((values["by_step"].mean(0) > 0.44).argmin()) for name, values in found.items()}
    for name in ("Newton-CG", "Levenberg-Marquardt"):
        assert 0 < steps[name] < steps["Adam"] / 4, name


def schedules_and_clipping(found):
    high, low, *falling = (loss.mean() for loss in found["test loss"].values())
    assert max(low, *falling) < 0.5 * high
    assert low < min(falling) + 0.05  # a constant rate that is low enough does as well
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


QUOTED = {
    "ground_perceptron": ["6", "10", "389.7", "5.1"],
    "ground_xor": ["0", "0.5", "6"],
    "ground_backpropagation": [
        *("0.29837", "0.28047", "0.29103"),
        *("0.14978", "0.19956", "0.24975", "0.29950", "0.35892", "0.40867", "0.51130", "0.56137"),
    ],
    "ground_vanishing_gradients": ["16", "1·10⁻¹⁰"],
    "ground_descent_kinds": ["12", "168", "5,304", "0.03", "0.23"],
    "ground_ill_conditioning": ["346", "49"],
}
"""Program -> numbers of docs/guides/ground.md that it has to print, possibly with more digits."""


def rounded(number, like):
    """A number with as many digits as another one has."""
    if "·10" in like:
        digit, _, exponent = f"{number:.0e}".partition("e")
        return f"{digit}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return f"{number:,.{len(like.partition('.')[2])}f}"


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("ground_*.py")), ids=lambda script: script.stem)
def test_ground(script, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script.name, "--quick", "drawn"])
    runpy.run_path(str(script), run_name="__main__")
    assert [path.name for path in tmp_path.iterdir()] == ["drawn"]
    [drawn] = (tmp_path / "drawn").iterdir()
    assert (EXAMPLES.parent / "docs" / "figures" / "ground" / drawn.name).is_file()
    printed = [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", capsys.readouterr().out)]
    page = (EXAMPLES.parent / "docs" / "guides" / "ground.md").read_text(encoding="utf-8")
    for number in QUOTED[script.stem]:
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", page), number
        assert number in {rounded(each, number) for each in printed}, number


def test_gallery(tmp_path, monkeypatch):
    script = EXAMPLES / "augmentation_gallery.py"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script.name, "--quick"])
    runpy.run_path(str(script), run_name="__main__")
    tmp_path = tmp_path / "figures"
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


def test_every_program_takes_its_arguments_alike():
    for script in EXAMPLES.glob("*.py"):
        text = script.read_text(encoding="utf-8")
        assert f"python examples/{script.name} [folder for figures] [--quick]" in text, script.name
        assert 'word != "--quick"' in text, script.name
