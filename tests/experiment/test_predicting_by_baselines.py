"""`fallline predict --model`: a run's simpler models score new rows as its network does."""

import numpy as np
import polars as pl
import pytest

from fallline.cli.main import main
from fallline.errors import SavedFileError, UsageError
from fallline.experiment.prediction import predict_rows
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings

SETTINGS = Settings("walks", target="kind", epochs=1, layers=(2,))


def walks(count, seed):
    """A kind that the sign of x decides, with gaps."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=count)
    return pl.DataFrame(
        {
            "x": [None if k % 10 == 0 else value for k, value in enumerate(x.tolist())],
            "town": generator.choice(["Ulm", "Bonn"], count),
            "kind": np.where(x > 0, "up hill", "down"),
        }
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_experiment(SETTINGS, out=tmp_path_factory.mktemp("walks") / "run", rows=walks(300, 0)).folder


@pytest.mark.parametrize("model", ["linear", "boosting"])
def test_a_simpler_model_scores_new_rows_like_the_network(run, tmp_path, model):
    new, said = walks(200, 1), []
    scored = predict_rows(run, new, model=model, outside=True, announce=said.append)
    assert scored.columns == ["prediction", "probability_down", "probability_up hill", "outside"]
    known = new["x"].is_not_null()
    assert (scored["prediction"] == new["kind"]).filter(known).mean() > 0.95
    shares = scored.select("probability_down", "probability_up hill").sum_horizontal()
    np.testing.assert_allclose(shares.to_numpy(), 1.0, atol=1e-6)
    assert said == []
    # Columns in another order, without the target, from the model file.
    again = predict_rows(run / "model.fallline", new.select("town", "x"), model=model)
    assert again.equals(scored.drop("outside"))


@pytest.mark.parametrize("model", ["linear", "boosting"])
def test_odd_rows_are_told_as_by_the_network(run, model):
    odd = pl.DataFrame({"x": [1e6, 0.5, None], "town": ["Ulm", "Rome", None]})
    said, network = [], []
    scored = predict_rows(run, odd, model=model, outside=True, announce=said.append)
    wanted = predict_rows(run, odd, outside=True, announce=network.append)
    assert said == network
    assert scored["outside"].to_list() == wanted["outside"].to_list()
    assert scored.null_count().sum_horizontal().item() == 0
    filled = predict_rows(run, odd.drop("town"), model=model, fill=True)
    assert filled.equals(predict_rows(run, odd.with_columns(town=pl.lit(None, pl.String)), model=model))


def test_the_test_score_of_a_run_is_that_of_its_kept_models(tmp_path):
    rows = walks(300, 2).with_columns(y=pl.col("x").fill_null(0) * 100 + 5)
    rows[200:].write_csv(tmp_path / "test.csv")
    settings = Settings("walks", target="y", epochs=1, layers=(2,), test=str(tmp_path / "test.csv"))
    experiment = run_experiment(settings, out=tmp_path / "run", rows=rows[:200])
    for model in ("linear", "boosting"):
        errors = predict_rows(experiment.folder, rows[200:], model=model)["prediction"] - rows["y"][200:]
        rmse = float((errors**2).mean()) ** 0.5
        assert experiment.report.baselines[model]["rmse"] == pytest.approx(rmse, rel=1e-4)


def test_the_command_asks_the_model_that_is_named(run, tmp_path, capsys):
    walks(5, 3).write_csv(tmp_path / "new.csv")
    assert main(["predict", str(run), str(tmp_path / "new.csv"), "--model", "linear"]) == 0
    wanted = predict_rows(run, str(tmp_path / "new.csv"), model="linear").write_csv()
    assert capsys.readouterr().out == wanted
    assert main(["predict", str(run), str(tmp_path / "new.csv"), "--model", "boosted"]) == 2
    assert 'unknown model "boosted". Did you mean "boosting"?' in capsys.readouterr().err


def test_images_are_scored_by_the_linear_model(tmp_path):
    generator = np.random.default_rng(0)
    y = np.arange(80) % 2
    x = (generator.integers(0, 50, (80, 3, 3)) + 150 * y[:, None, None]).astype(np.uint8)
    np.savez(tmp_path / "images.npz", x=x, y=y)
    settings = Settings(str(tmp_path / "images.npz"), epochs=1, layers=(2,))
    folder = run_experiment(settings, out=tmp_path / "run").folder
    scored = predict_rows(folder, str(tmp_path / "images.npz"), model="linear")
    assert scored["prediction"].to_list() == y.tolist()


def test_what_is_not_there_is_told(run, tmp_path):
    with pytest.raises(UsageError, match='unknown model "tree"'):
        predict_rows(run, walks(3, 0), model="tree")
    (tmp_path / "model.fallline").write_bytes((run / "model.fallline").read_bytes())
    with pytest.raises(SavedFileError, match=r"holds no boosting\.skops.*leave out --model"):
        predict_rows(tmp_path, walks(3, 0), model="boosting")
