"""What the comparison on tables says of its measurements: scores, paired differences, verdict, what is kept."""

from __future__ import annotations

import dataclasses
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, r2_score, root_mean_squared_error

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def tabular():
    sys.path.insert(0, str(BENCHMARKS))
    from peers.tabular import kept, measured, report, sets

    yield {"kept": kept, "measured": measured, "report": report, "sets": sets}
    sys.path.remove(str(BENCHMARKS))


def division(tabular, truth, known=()):
    return tabular["sets"].Division(Path("a"), Path("b"), "y", bool(known), np.asarray(truth), known)


def test_scores_are_those_of_scikit_learn(tabular):
    generator = np.random.default_rng(0)
    known = ("class a", "class b", "class c")
    truth = generator.choice(known, 50)
    shares = generator.dirichlet(np.ones(3), 50)
    right, wrong = tabular["measured"].scored(shares, division(tabular, truth, known))
    assert right == pytest.approx(accuracy_score(truth, np.asarray(known)[shares.argmax(axis=1)]))
    assert wrong == pytest.approx(log_loss(truth, shares, labels=known))
    values, said = generator.normal(size=(2, 50))
    right, wrong = tabular["measured"].scored(said, division(tabular, values))
    assert (right, wrong) == pytest.approx((r2_score(values, said), root_mean_squared_error(values, said)))


def test_a_class_that_no_training_row_has_is_wrong_and_not_lost(tabular):
    right, wrong = tabular["measured"].scored(
        np.asarray([[0.9, 0.1], [0.9, 0.1]]),
        division(tabular, ["class u", "class z"], ("class u", "class v")),
    )
    assert right == 0.5
    assert wrong == pytest.approx((-math.log(0.9) - math.log(1e-15)) / 2)


def measurements(tabular, contender, errors, build="", score=0.9, whole=10.0, name="adult"):
    make = tabular["measured"].Measurement
    return [
        make(name, seed, contender, build, 100, score, error, whole, whole, whole)
        for seed, error in enumerate(errors)
    ]


def test_differences_are_paired_over_divisions(tabular):
    report = tabular["report"]
    ours = report.of_set(measurements(tabular, "fallline", (1.1, 2.1, 3.0), "b"), "adult", "fallline", "b")
    theirs = report.of_set(measurements(tabular, "boosting", (1.0, 2.0, 3.0)), "adult", "boosting", "b")
    stands = report.paired(ours, theirs)
    differences = np.asarray([0.1, 0.1, 0.0])
    assert stands.value == pytest.approx(differences.mean() / 2)
    assert stands.error == pytest.approx(differences.std(ddof=1) / np.sqrt(3) / 2)
    assert stands.behind
    assert not report.paired(theirs, ours).behind
    assert report.paired(ours, {}) is None
    # Of one division there is no standard error.
    assert not report.paired({0: ours[0]}, {0: theirs[0]}).behind


def test_the_lines_name_whom_it_is_behind_and_what_failed(tabular):
    found = [
        *measurements(tabular, "fallline", (1.0, 1.0), "b", whole=5.0),
        *measurements(tabular, "boosting", (0.9, 0.9)),
        *measurements(tabular, "realmlp", (1.2, 1.1)),
        *measurements(tabular, "mlp", (1.2, 1.1)),
        tabular["measured"].Measurement("adult", 0, "tabm", failed="not done after 3 s"),
        # Another build, and another table that it was not measured on.
        *measurements(tabular, "fallline", (0.1, 0.1), "a"),
        *measurements(tabular, "boosting", (0.9, 0.9), name="wine"),
    ]
    text = "\n".join(tabular["report"].lines_of(found, "b"))
    assert "on 0 of 1 tables. Behind: adult (boosting)." in text
    assert "Behind the linear model or scikit-learn's MLP: on none." in text
    assert "of RealMLP's: median 0.50, worst 0.50" in text
    assert "fewer than two common divisions, and so not counted: TabM on adult." in text
    assert "tabm on adult 0: not done after 3 s" in text
    table = tabular["report"].table_of(found, "b")
    assert table.row_count == 1
    assert "(+11.1 +- 0.0)" in next(iter(table.columns[3].cells))


def test_measurements_are_kept_and_not_made_twice(tabular, tmp_path):
    kept = tabular["kept"].Kept(tmp_path / "results" / "kept.json")
    own, peer = (
        measurements(tabular, "fallline", (0.5,), "b")[0],
        measurements(tabular, "boosting", (0.4,))[0],
    )
    failure = tabular["measured"].Measurement("wine", 1, "tabm", rows=100, failed="no")
    for one in (own, peer, failure):
        kept.add(one)
    again = tabular["kept"].Kept(tmp_path / "results" / "kept.json")
    assert again.found[:2] == [own, peer]
    assert again.found[2].failed == "no"
    assert again.has("adult", 0, "fallline", 100, "b")
    assert again.has("adult", 0, "boosting", 100, None)
    assert not again.has("adult", 0, "fallline", 100, "c")
    assert not again.has("adult", 0, "fallline", 50, "b")
    assert not again.has("adult", 1, "boosting", 100, None)
    # What failed is tried again, and is gone once it is done.
    assert not again.has("wine", 1, "tabm", 100, None)
    again.add(dataclasses.replace(failure, failed="", error=0.5))
    assert [one.failed for one in again.found] == ["", "", ""]


def test_the_test_rows_do_not_hold_what_is_to_be_predicted(tabular, tmp_path, monkeypatch):
    rows = "shape,size,kind\n" + "\n".join(f"{k % 3},{k},{k % 2}" for k in range(40)) + "\n"
    (tmp_path / "rows.csv").write_text(rows)
    table = tabular["sets"].RealTable(("rows.csv",), -1, True, ("shape",))
    monkeypatch.setitem(tabular["sets"].SETS, "made", table)
    made = tabular["sets"].divide(tmp_path, "made", 0, 30, tmp_path)
    assert made.test.read_text().splitlines()[0] == "size"
    assert made.train.read_text().splitlines()[0] == "size,kind"
    assert (len(made.train.read_text().splitlines()), len(made.test.read_text().splitlines())) == (25, 7)
    assert made.known == ("class 0", "class 1")
    sizes = [int(size) for size in made.test.read_text().split()[1:]]
    assert made.truth.tolist() == [f"class {size % 2}" for size in sizes]
