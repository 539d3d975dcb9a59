"""The judgement of whole runs: what the scores are of, and that each model is treated alike."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from fallline.data.leaks import Leak
from fallline.experiment.answers import answers
from fallline.experiment.baselines import fit_baselines
from fallline.experiment.baselines.kept import read_baseline
from fallline.experiment.judgement import by_harm, judge
from fallline.experiment.kept.run_folder import BASELINES
from fallline.experiment.parts import Part
from fallline.experiment.prediction import predict_rows
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings
from fallline.experiment.threshold import best_threshold

QUICK = {"epochs": 2, "layers": (8,)}


def rare_rows(rows=1500):
    """One row in ten says yes, as two of the columns tell with much noise; one column is the answer again."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(rows, 3))
    yes = generator.random(rows) < 1 / (1 + np.exp(2.8 - x[:, 0] - x[:, 1]))
    return pl.DataFrame(
        {
            "a": x[:, 0],
            "b": x[:, 1],
            "c": x[:, 2],
            "who": np.arange(rows) // 3,
            "y": np.where(yes, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def rare(tmp_path_factory):
    """A run on two classes of which one is rare, with its data and its judgement."""
    rows = rare_rows()
    settings = Settings("rows", target="y", epochs=8, layers=(8,))
    experiment = run_experiment(settings, rows=rows, out=tmp_path_factory.mktemp("rare") / "run")
    prepared = prepare(settings, rows)
    threshold = experiment.report.threshold
    prepared = dataclasses.replace(prepared, target=dataclasses.replace(prepared.target, threshold=threshold))
    return experiment, prepared, judge(experiment.model, prepared, settings, experiment.history)


def test_the_baselines_learn_from_the_validation_rows_too(tmp_path):
    settings = Settings("diabetes", **QUICK)
    prepared = prepare(settings)
    report = run_experiment(settings, out=tmp_path / "run").report
    assert list(report.baselines) == ["trivial", "linear", "boosting"]
    for name, baseline in fit_baselines(prepared, 0).items():
        assert baseline.rows == len(prepared.train) + len(prepared.validation)
        errors = baseline.answers(prepared.test, prepared.target) - prepared.target.decode(prepared.test.y)
        assert report.baselines[name]["rmse"] == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-9)
        low, high = report.intervals[name]["rmse"]
        assert low < report.baselines[name]["rmse"] < high
    assert report.threshold is report.rare is None


def test_the_threshold_is_chosen_on_the_validation_rows_and_kept(rare):
    experiment, prepared, _ = rare
    said = answers(experiment.model, prepared.target, prepared.validation.x)
    chosen = best_threshold(prepared.validation.y == 1, said[:, 1], "f1")
    assert experiment.report.threshold == chosen != 0.5
    assert experiment.report.rare == "yes"
    table = predict_rows(experiment.folder, rare_rows())
    above = table["probability_yes"].to_numpy() > chosen
    assert (table["prediction"].to_numpy() == np.where(above, "yes", "no")).all()
    assert any(
        '"yes" is predicted where its probability is above' in note for note in experiment.report.notes
    )


def test_the_scores_of_a_rare_class_are_at_the_threshold(rare):
    experiment, prepared, judgement = rare
    said = answers(experiment.model, prepared.target, prepared.test.x)[:, 1]
    true, predicted = prepared.test.y, said > experiment.report.threshold
    wanted = {
        "precision": metrics.precision_score(true, predicted),
        "recall": metrics.recall_score(true, predicted),
        "f1": metrics.f1_score(true, predicted),
        "average_precision": metrics.average_precision_score(true, said),
        "auc": metrics.roc_auc_score(true, said),
    }
    assert {name: experiment.report.test[name] for name in wanted} == pytest.approx(wanted)
    np.testing.assert_array_equal(judgement.predicted, predicted)
    assert judgement.test == experiment.report.test
    assert set(judgement.probabilities) == {"network", "linear", "boosting"}


def test_each_baseline_gets_a_threshold_of_its_own_in_the_same_way(rare):
    experiment, prepared, judgement = rare
    blind = fit_baselines(prepared, 0, parts=("train",))
    for name, baseline in blind.items():
        said = baseline.answers(prepared.validation, prepared.target)
        assert judgement.thresholds[name] == best_threshold(prepared.validation.y == 1, said[:, 1], "f1")
        predicted = (
            judgement.fitted[name].answers(prepared.test, prepared.target)[:, 1] > judgement.thresholds[name]
        )
        assert judgement.baselines[name]["recall"] == pytest.approx(
            metrics.recall_score(prepared.test.y, predicted)
        )
        _, kept = read_baseline(
            experiment.folder / BASELINES[name], name, prepared.preprocessor, prepared.target
        )
        assert kept.threshold == judgement.thresholds[name]
    assert judgement.baselines["trivial"]["recall"] == 0


def test_rows_that_belong_together_make_the_intervals_wider(rare):
    experiment, prepared, _ = rare
    test, thrice = prepared.test, np.tile(np.arange(len(prepared.test)), 3)
    frame = test.frame[thrice].with_columns(who=thrice)
    prepared = dataclasses.replace(prepared, test=Part(test.x[thrice], test.y[thrice], thrice, frame))
    apart, together = (
        judge(experiment.model, prepared, Settings("rows", target="y", group=group), experiment.history)
        for group in (None, "who")
    )
    width = [np.ptp(of.intervals["network"]["log_loss"]) for of in (apart, together)]
    assert width[1] / width[0] == pytest.approx(np.sqrt(3), rel=0.15)


def test_a_leak_comes_first_and_spoils_the_verdict(tmp_path):
    rows = rare_rows(600).with_columns(again=pl.when(pl.col("y") == "yes").then(1).otherwise(0))
    report = run_experiment(Settings("rows", target="y", **QUICK), rows=rows, out=tmp_path / "run").report
    assert report.verdict.kind in ("in_doubt", "did_not_learn")
    assert (
        report.verdict.caveat
        == report.verdict.doubts[0]
        == 'These scores hold only if "again" is known before "y".'
    )
    assert report.verdict.command.endswith("config.json --drop again")
    assert '"again"' in report.notes[0]


def test_rows_that_repeat_training_rows_have_no_part_in_the_verdict(rare):
    experiment, prepared, _ = rare
    settings = Settings("rows", target="y")
    repeating = Leak((), "rows", "Some repeat.", 0.1, tuple(range(0, len(prepared.test), 10)))
    judgement = judge(
        experiment.model, dataclasses.replace(prepared, leaks=(repeating,)), settings, experiment.history
    )
    keep = np.arange(len(prepared.test)) % 10 > 0
    said, true = answers(experiment.model, prepared.target, prepared.test.x[keep]), prepared.test.y[keep]
    compared = next(item for item in judgement.verdict.comparisons if item.metric == "log_loss")
    assert compared.network == pytest.approx(metrics.log_loss(true, said))
    assert judgement.verdict.caveat == ""
    assert f"{int((~keep).sum())} test rows repeat training rows and are left out of this verdict." in (
        *judgement.verdict.doubts,
    )
    assert judgement.test == experiment.report.test  # the scores are of all rows
    # Where hardly any others are left, the scores themselves are in doubt.
    all_of_them = dataclasses.replace(repeating, strength=1.0, rows=tuple(range(len(prepared.test))))
    judgement = judge(
        experiment.model, dataclasses.replace(prepared, leaks=(all_of_them,)), settings, experiment.history
    )
    assert (judgement.verdict.kind, judgement.verdict.command) == ("in_doubt", "")
    assert judgement.verdict.caveat.startswith("100 % of the test rows repeat training rows")


def test_rows_in_the_order_of_time_are_drawn_in_blocks(rare):
    experiment, prepared, _ = rare
    settings = Settings("rows", target="y", time="who")
    judgement = judge(experiment.model, prepared, settings, experiment.history)
    assert judgement.drawn.startswith("blocks of ")
    assert any(note.startswith('The test rows follow each other by "who"') for note in judgement.notes)


def test_without_test_rows_the_threshold_is_still_chosen_and_said(tmp_path):
    settings = Settings("rows", target="y", test=0, **QUICK)
    report = run_experiment(settings, rows=rare_rows(900), out=tmp_path / "run").report
    assert (report.verdict.kind, report.test, report.baselines) == ("not_judged", None, None)
    assert any("Of the validation rows of" in note for note in report.notes)


def test_notes_are_in_the_order_of_harm():
    prepared = prepare(Settings("iris"))
    notes = by_harm(dataclasses.replace(prepared, notes=("of the table",)), ["of the scores"])
    assert notes == ("of the scores", "of the table")
