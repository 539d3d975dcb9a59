"""One model of several networks: ensembles and folds, from the rows to the prediction of new ones."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from fallline.errors import DataError, UsageError
from fallline.experiment.answers import answers
from fallline.experiment.kept.loaded_run import load_run
from fallline.experiment.kept.saved_run import open_run
from fallline.experiment.populations.folding import fold_rows
from fallline.experiment.prediction import predict_rows
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings

TABLE = "houses.csv"
FOLDED = Settings(TABLE, target="dear", folds=3, ensemble=2, epochs=2, layers=(4,), batch_size=32)
ENSEMBLE = Settings("iris", ensemble=3, epochs=3, layers=(4,))


def houses(path, rows=150):
    generator = np.random.default_rng(0)
    size = generator.uniform(20, 200, rows)
    town = generator.integers(4, size=rows)
    frame = pl.DataFrame(
        {
            "size": [None if k % 17 == 3 else value for k, value in enumerate(size.round(1).tolist())],
            "town": [["Ulm", "Bonn", "Kiel", "Jena"][k] for k in town],
            "family": (np.arange(rows) // 5).tolist(),
            "dear": np.where(
                size + 30 * town + generator.normal(scale=10, size=rows) > 140, "yes", "no"
            ).tolist(),
        }
    )
    frame.write_csv(path)


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("joined"))
        houses(TABLE)
        yield


@pytest.fixture(scope="module")
def folded():
    return run_experiment(FOLDED, out="folded")


@pytest.fixture(scope="module")
def ensemble():
    return run_experiment(ENSEMBLE, out="ensemble")


class TestFolds:
    def test_every_row_is_held_out_once_and_learns_elsewhere(self):
        prepared = prepare(FOLDED)
        folding = fold_rows(FOLDED, prepared)
        count = len(prepared.train) + len(prepared.validation)
        assert sorted(np.concatenate([fold.held for fold in folding.folds])) == list(range(count))
        for number, fold in enumerate(folding.folds):
            assert sorted(np.concatenate([fold.train, fold.watch, fold.held])) == list(range(count))
            assert len(fold.watch) == pytest.approx(0.15 * (count - len(fold.held)), abs=1)
            # Its preprocessing has seen its own training rows alone, and so have its inputs.
            train, watch = folding.pairs[number]
            part = folding.prepared.folded.parts[number]
            own = part.transform(folding.part.frame[fold.train])
            np.testing.assert_array_equal(folding.x[train][:, : own.shape[1]], own)
            np.testing.assert_array_equal(folding.y[watch], folding.part.y[fold.watch])
        # The test rows are in none of them.
        assert not set(folding.part.numbers) & set(prepared.test.numbers)

    def test_no_held_out_row_changes_what_a_fold_learns_from(self):
        prepared = prepare(FOLDED)
        first = fold_rows(FOLDED, prepared)
        held = set(first.part.numbers[first.folds[0].held].tolist())

        def poisoned(part):
            bad = np.isin(part.numbers, list(held))
            size = pl.when(pl.Series(bad)).then(1e6).otherwise(pl.col("size")).alias("size")
            return dataclasses.replace(part, frame=part.frame.with_columns(size))

        changed = dataclasses.replace(
            prepared, train=poisoned(prepared.train), validation=poisoned(prepared.validation)
        )
        second = fold_rows(FOLDED, changed)
        rows = np.concatenate(first.pairs[0])
        np.testing.assert_array_equal(first.x[rows], second.x[rows])

    def test_groups_stay_together(self):
        settings = dataclasses.replace(FOLDED, group="family")
        folding = fold_rows(settings, prepare(settings))
        family = folding.part.frame["family"].to_numpy()
        for fold in folding.folds:
            for one, other in ((fold.train, fold.held), (fold.watch, fold.held), (fold.train, fold.watch)):
                assert not set(family[one]) & set(family[other])

    def test_more_folds_than_there_is_to_part(self):
        with pytest.raises(DataError, match="Take folds="):
            run_experiment(dataclasses.replace(FOLDED, folds=80))
        few = dataclasses.replace(FOLDED, folds=40, group="family")
        with pytest.raises(UsageError, match=r"40 folds of \d+ groups"):
            run_experiment(few)

    def test_what_folds_cannot_be_with(self):
        for wrong in ({"validation": "v.csv"}, {"validation": 0.0}, {"time": "when"}, {"folds": 1}):
            with pytest.raises(UsageError):
                dataclasses.replace(FOLDED, **wrong)

    def test_the_model_is_the_mean_of_the_folds_networks(self, folded):
        run = open_run("folded")
        frame = prepare(FOLDED).test.frame
        inputs = run.preprocessor.transform(frame)
        whole = run.model.predict(inputs, verbose=0)
        width = run.preprocessor.width
        networks = [layer for layer in run.model.layers if type(layer).__name__ == "Sequential"]
        assert len(networks) == 6
        # Seed by seed, of each the folds.
        alone = [
            network.predict(inputs[:, width * (k % 3) :][:, :width], verbose=0)
            for k, network in enumerate(networks)
        ]
        np.testing.assert_allclose(whole, np.mean(alone, axis=0), rtol=1e-5)
        np.testing.assert_allclose(
            answers(folded.model, run.target, inputs), answers(run.model, run.target, inputs), rtol=1e-6
        )

    def test_out_of_fold_answers_are_those_of_networks_that_have_not_seen_the_row(self, folded):
        table = pl.read_csv("folded/out_of_fold.csv")
        assert table.columns == ["row", "fold", "true", "prediction", "probability_no", "probability_yes"]
        split = pl.read_csv("folded/split.csv")
        assert set(split["part"]) == {"train", "test"}
        assert sorted(table["row"]) == sorted(split.filter(pl.col("part") == "train")["row"])
        members = pl.read_csv("folded/members.csv")
        assert sorted(zip(members["fold"], members["seed"], strict=True)) == [
            (fold, seed) for fold in range(3) for seed in range(2)
        ]
        assert folded.report.rows == {"train": len(table), "test": 30}

    def test_the_report_tells_out_of_fold_and_together_and_alone(self, folded):
        seen = folded.report.population
        assert seen.heading.startswith("3 folds, 2 seeds each: 6 networks")
        assert seen.table[0] == (
            *("measure", "out of fold (95 % interval)", "test: together", "one alone (lowest-highest)"),
        )
        assert load_run("folded").report.population == seen

    def test_new_rows_are_predicted_and_baselines_too(self, folded):
        del folded
        new = pl.DataFrame({"size": [30.0, None, 190.0], "town": ["Ulm", "Rome", None], "family": [1, 2, 3]})
        table = predict_rows("folded", new)
        assert table.columns == ["prediction", "probability_no", "probability_yes"]
        assert predict_rows("folded", new, model="linear").height == 3
        assert predict_rows("folded", new, outside=True)["outside"][1] != ""


def test_an_ensemble_is_the_mean_of_its_seeds(ensemble):
    frame = prepare(ENSEMBLE).test.frame
    run = open_run("ensemble")
    inputs = run.preprocessor.transform(frame)
    together = run.model.predict(inputs, verbose=0)
    alone = []
    for seed in range(3):
        settings = dataclasses.replace(ENSEMBLE, ensemble=None, seed=seed, split_seed=0)
        alone.append(run_experiment(settings, out=f"alone-{seed}").model.predict(inputs, verbose=0))
    np.testing.assert_allclose(together, np.mean(alone, axis=0), rtol=1e-4, atol=1e-6)
    assert ensemble.report.network.startswith("3 x 20-4-3 (")
    assert "against" in ensemble.report.population.sentences[0]
    mean = ensemble.report.population.table[4][2].partition(" ")[0]
    losses = [load_run(f"alone-{seed}").report.test["log_loss"] for seed in range(3)]
    assert float(mean) == pytest.approx(np.mean(losses), abs=6e-4)


def test_a_config_repeats_an_ensemble(ensemble):
    assert load_run("ensemble").settings.ensemble == 3
    again = run_experiment(load_run("ensemble").settings, out="again")
    assert again.report.test == ensemble.report.test


def test_diverged_networks_do_not_answer():
    settings = dataclasses.replace(ENSEMBLE, optimizer="sgd", learning_rate=1e12, layers=(4,))
    experiment = run_experiment(settings, out="diverged")
    assert experiment.report.outcome == "diverged"
    assert any("All 3 members diverged" in sentence for sentence in experiment.report.population.sentences)
