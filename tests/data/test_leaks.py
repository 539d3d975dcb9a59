"""Leaks: tables whose truth is known by how they were made, and real sets in which there is none."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import scipy.stats

from fallline.data.bundled import BUNDLED_NAMES, bundled_set
from fallline.data.leaks import find_leaks, repeated_inputs, shared_rows
from fallline.data.leaks.evidence import area_under_curve, ranks
from fallline.data.leaks.order import agreement, intraclass
from fallline.data.leaks.shared import beyond_chance

ROWS = 300


def inputs(rng, rows=ROWS):
    return {
        "age": rng.integers(18, 90, rows),
        "income": rng.lognormal(10, 0.5, rows).round(2),
        "city": rng.choice(["Rome", "Oslo", "Kyiv", "Lima"], rows),
    }


def number(rng, columns):
    """A target that the inputs explain in part."""
    return (3 * columns["age"] + columns["income"] / 500 + rng.normal(0, 30, len(columns["age"]))).round(2)


def classes(rng, columns):
    return np.where(columns["age"] + rng.normal(0, 10, len(columns["age"])) > 55, "ill", "well")


def table(kind, leak=None, rows=ROWS, **more):
    """Inputs, a target "y" (`number` or `classes`) and the columns that `leak` makes from y."""
    rng = np.random.default_rng(7)
    columns = inputs(rng, rows)
    y = kind(rng, columns)
    made = leak(y, rng, columns) if leak else {}
    return pl.DataFrame({**columns, **made, **more, "y": y})


def found(frame, task=None):
    return [(leak.kind, leak.columns) for leak in find_leaks(frame, "y", task)]


def only(frame, task=None):
    [leak] = find_leaks(frame, "y", task)
    return leak


# --- nothing to find --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUNDLED_NAMES)
def test_the_bundled_sets_have_no_leaks(name):
    entry = bundled_set(name)
    assert find_leaks(entry.frame, entry.target, entry.task) == ()
    rows = np.random.default_rng(0).permutation(entry.frame.height)
    cut = entry.frame.height * 4 // 5
    assert shared_rows(entry.frame[rows[:cut]], entry.frame[rows[cut:]], entry.target) is None


@pytest.mark.parametrize("kind", [number, classes])
@pytest.mark.parametrize("rows", [25, 300, 5000])
def test_good_inputs_are_no_leaks(kind, rows):
    rng = np.random.default_rng(rows)
    columns = inputs(rng, rows) | {
        "id": np.arange(rows),
        "name": [f"person {k}" for k in rng.permutation(rows)],
        "gap": pl.Series(rng.normal(size=rows)).set(pl.Series(rng.random(rows) < 0.3), None),
        "one": np.ones(rows),
        "born": [date(1950, 1, 1) + timedelta(int(k)) for k in rng.integers(0, 20000, rows)],
        "member": rng.random(rows) < 0.4,
        "customer": rng.integers(0, max(2, rows // 8), rows),
    }
    assert found(pl.DataFrame({**columns, "y": kind(rng, columns)})) == []


def test_a_strong_input_is_no_leak():
    rng = np.random.default_rng(0)
    columns = inputs(rng)
    y = columns["age"] + rng.normal(0, 1, ROWS)  # R2 0.998
    assert found(pl.DataFrame({**columns, "y": y})) == []
    sure = np.where(rng.random(ROWS) < 0.04, "well", np.where(columns["age"] > 55, "ill", "well"))
    assert found(pl.DataFrame({**columns, "y": sure})) == []


def test_categories_that_move_the_target_far_are_no_stretches_of_it():
    rng = np.random.default_rng(0)
    place = rng.integers(0, 3, ROWS)
    for far in (6, 8, 20):
        y = far * place + rng.normal(size=ROWS)
        assert found(pl.DataFrame({"place": place, "x": rng.normal(size=ROWS), "y": y})) == []


def test_one_input_may_tell_the_target():
    x = np.linspace(0, 6, 200)
    assert found(pl.DataFrame({"x": x, "y": np.sin(x)})) == []


def test_a_table_that_is_sorted_by_its_target_is_none():
    assert found(table(number).sort("y")) == found(table(classes).sort("y")) == []


def test_names_of_rows_are_no_classes():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({**inputs(rng), "y": [f"town {k // 3}" for k in range(ROWS)]}).with_columns(code="y")
    assert found(frame, "multiclass") == []


def test_few_rows_and_rare_classes_prove_nothing():
    assert found(pl.DataFrame({"a": range(19), "b": [1.0] * 19, "y": range(19)})) == []
    rng = np.random.default_rng(0)
    rare = np.arange(100) < 4
    frame = pl.DataFrame({f"x{k}": rng.normal(size=100) for k in range(3)})
    assert found(frame.with_columns(same=pl.Series(rare), y=pl.Series(rare.astype(int)))) == []


def test_a_linear_problem_without_noise_is_no_sum():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, ROWS))
    assert found(pl.DataFrame({"a": a, "b": b, "y": 2 * a - 0.5 * b})) == []


# --- the target under another name ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        (lambda y: y, 'equal to "y" in every row'),
        (lambda y: y * 2.54 + 7, '"y" is about 0.3937 x "copy" - 2.756, R2 1.0000'),
        (lambda y: -y, '"y" is about -1 x "copy", R2 1.0000'),
        (lambda y: y + np.random.default_rng(0).normal(0, 0.01 * y.std(), y.size), "R2 0.99"),
        (lambda y: np.log(y), 'sorted by it, "y" never turns'),
        (lambda y: -(y**3), 'sorted by it, "y" never turns'),
        (lambda y: np.round(y, -1), "values stands for a stretch"),
        (lambda y: np.floor(y / 100), "values stands for a stretch"),
        (lambda y: np.where(y > 200, "high", "low"), "each of its 2 values stands for a stretch"),
        (lambda y: y > np.quantile(y, 0.9), "each of its 2 values stands for a stretch"),
    ],
)
def test_a_number_under_another_name(leak, words):
    leak = only(table(number, lambda y, *_: {"copy": leak(y)}))
    assert (leak.kind, leak.columns) == ("copy", ("copy",))
    assert words in leak.sentence
    assert "--drop copy" in leak.sentence
    assert leak.strength > 0.999


def test_whole_numbers_of_a_finer_measure():
    rng = np.random.default_rng(0)
    fine = rng.uniform(3, 9, ROWS)
    frame = pl.DataFrame({**inputs(rng), "raw score": fine, "y": np.round(fine).astype(int)})
    assert only(frame, "regression").kind == "copy"
    assert "--drop 'raw score'" in only(frame, "regression").sentence
    assert found(frame, "multiclass") == [("tells", ("raw score",))]


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        (lambda y: y, 'equal to "y" in every row'),
        (lambda y: (y == "ill").astype(int), "each of its 2 values stands for one class"),
        (lambda y: y == "well", "each of its 2 values stands for one class"),
        (lambda y: pl.Series(y).replace({"ill": "B", "well": "A"}).cast(pl.Enum(["B", "A"])), "one class"),
    ],
)
def test_classes_under_another_name(leak, words):
    leak = only(table(classes, lambda y, *_: {"label code": leak(y)}))
    assert (leak.kind, leak.columns, leak.strength) == ("copy", ("label code",), 1.0)
    assert words in leak.sentence
    assert "--drop 'label code'" in leak.sentence


def test_a_copy_with_gaps_is_one():
    frame = table(number, lambda y, *_: {"copy": pl.Series(y * 2)}).with_columns(
        copy=pl.when(pl.int_range(ROWS) % 3 == 0).then(None).otherwise("copy")
    )
    leak = only(frame)
    assert leak.kind == "copy"
    assert "where it has a value (200 rows looked at)" in leak.sentence


def test_a_measure_that_is_nearly_the_target_is_not_called_equal():
    leak = only(table(number, lambda y, rng, _: {"second": y + rng.normal(0, 0.01 * y.std(), y.size)}))
    assert leak.kind == "copy"
    assert leak.strength == pytest.approx(0.9999, abs=1e-4)
    assert '"second" is all but the target under another name: "y" is about' in leak.sentence


# --- one column alone -------------------------------------------------------------------------------------


def test_a_column_that_alone_tells_the_class():
    rng = np.random.default_rng(1)
    frame = table(
        classes,
        lambda y, *_: {
            "days": np.where(y == "ill", rng.uniform(1, 30, ROWS), rng.uniform(-30, 0, ROWS)),
            "ward": np.where(y == "ill", rng.choice(["a", "b", "c"], ROWS), rng.choice(["d", "e"], ROWS)),
        },
    )
    leaks = find_leaks(frame, "y")
    assert [(leak.kind, leak.columns, leak.strength) for leak in leaks] == [
        ("tells", ("days",), 1.0),
        ("tells", ("ward",), 1.0),
    ]
    share = (frame["y"] == "well").mean()
    most = max(share, 1 - share)
    assert f"right in 100.00% of 300 rows, where one class for all is in {most:.1%}" in leaks[0].sentence


def test_one_wrong_row_hides_no_leak_and_many_are_no_leak():
    def with_errors(count):
        return table(
            classes,
            lambda y, *_: {
                "flag": np.where(
                    np.arange(ROWS) < count, np.where(y == "ill", "n", "j"), np.where(y == "ill", "j", "n")
                )
            },
        )

    assert found(with_errors(1)) == [("tells", ("flag",))]
    assert found(with_errors(15)) == []


def test_a_noisy_score_of_two_classes():
    def score(noise):
        return table(classes, lambda y, rng, _: {"score": (y == "ill") + rng.normal(0, noise, ROWS)})

    leak = only(score(0.22))
    assert (leak.kind, leak.columns) == ("tells", ("score",))
    assert '"score" alone tells "y": area under the ROC curve 0.99' in leak.sentence
    assert leak.strength == pytest.approx(2 * scipy.stats.norm.cdf(1 / (0.22 * 2**0.5)) - 1, abs=2e-3)
    assert found(score(0.5)) == []


def test_the_area_under_the_curve_is_scikit_learns():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, 200)
    values = (codes + rng.normal(size=200)).round(1)
    expected = roc_auc_score(codes, values)
    assert area_under_curve(ranks(values), codes) == pytest.approx(expected)
    assert area_under_curve(ranks(-values), codes) == pytest.approx(expected)


def test_ranks_are_scipys():
    values = np.random.default_rng(0).integers(0, 20, 100).astype(float)
    np.testing.assert_allclose(ranks(values) + 1, scipy.stats.rankdata(values))


def test_a_function_that_turns_tells_a_number():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, ROWS)
    leak = only(pl.DataFrame({**inputs(rng), "x": x, "y": x**2}))
    assert (leak.kind, leak.columns) == ("tells", ("x",))
    assert leak.strength > 0.999
    category = rng.integers(0, 12, ROWS)
    leak = only(pl.DataFrame({**inputs(rng), "x": category, "y": rng.normal(size=12).round(1)[category]}))
    assert (leak.kind, leak.columns, leak.strength) == ("tells", ("x",), 1.0)


def test_rare_classes_are_looked_at_in_large_tables():
    rng = np.random.default_rng(0)
    rows = 100_000
    fraud = rng.random(rows) < 0.002
    frame = pl.DataFrame(
        {
            "amount": rng.lognormal(3, 1, rows),
            "refund": np.where(fraud, rng.uniform(1, 9, rows), 0.0),
            "y": fraud,
        }
    )
    assert found(frame) == [("tells", ("refund",))]


# --- gaps -------------------------------------------------------------------------------------------------


def test_gaps_that_tell_the_class():
    frame = table(classes, lambda y, rng, _: {"boat": pl.Series(rng.integers(1, 20, ROWS))}).with_columns(
        boat=pl.when(pl.col("y") == "ill").then("boat")
    )
    leak = only(frame)
    assert (leak.kind, leak.columns, leak.strength) == ("gaps", ("boat",), 1.0)
    ill = (frame["y"] == "ill").sum()
    assert f'100.0% of the {ill} rows with a value are of class "ill"' in leak.sentence


def test_values_that_only_one_class_has():
    frame = table(classes, lambda y, rng, _: {"body": pl.Series(rng.integers(1, 999, ROWS))}).with_columns(
        body=pl.when((pl.col("y") == "ill") & (pl.int_range(ROWS) % 4 == 0)).then("body")
    )
    rows = frame["body"].count()
    leak = only(frame)
    assert (leak.kind, leak.columns) == ("gaps", ("body",))
    assert f'{rows} of the {rows} rows with a value are of class "ill"' in leak.sentence
    assert leak.strength == pytest.approx(rows / (frame["y"] == "ill").sum())


def test_gaps_that_tell_a_number():
    frame = table(number, lambda y, rng, _: {"bonus": pl.Series(rng.normal(size=ROWS))}).with_columns(
        bonus=pl.when(pl.col("y") > 250).then("bonus")
    )
    leak = only(frame)
    assert (leak.kind, leak.columns) == ("gaps", ("bonus",))
    assert 'a value exactly where "y" is above a limit' in leak.sentence


# --- sums -------------------------------------------------------------------------------------------------


def test_parts_that_add_up():
    rng = np.random.default_rng(0)
    casual, registered = rng.poisson(30, ROWS), rng.poisson(150, ROWS)
    frame = pl.DataFrame(
        {**inputs(rng), "casual": casual, "registered": registered, "y": casual + registered}
    )
    leak = only(frame)
    assert (leak.kind, leak.columns, leak.strength) == ("sum", ("casual", "registered"), 1.0)
    assert '"y" is "casual" + "registered" (300 rows looked at)' in leak.sentence
    assert "--drop casual,registered" in leak.sentence


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (lambda a, b, c: a - b, '"a" - "b"'),
        (lambda a, b, c: a + b + c, '"a" + "b" + "c"'),
        (lambda a, b, c: (c - a - b).round(1), '"c" - "a" - "b"'),
        (lambda a, b, c: (a + b) / 2, '0.5 x ("a" + "b")'),
        (lambda a, b, c: a * b, '"a" x "b"'),
        (lambda a, b, c: 100 * c / a, '100 x "c" / "a"'),
    ],
)
def test_other_equations(target, words):
    rng = np.random.default_rng(0)
    a, b, c = rng.uniform(5, 100, (3, ROWS)).round(1)
    columns = inputs(rng) | {f"noise{k}": rng.normal(size=ROWS) for k in range(10)}
    leak = only(pl.DataFrame({**columns, "a": a, "b": b, "c": c, "y": target(a, b, c)}))
    assert leak.kind == "sum"
    assert f'"y" is {words} (300' in leak.sentence


def test_a_score_of_ten_items_among_a_hundred_columns_with_gaps():
    rng = np.random.default_rng(0)
    items = rng.integers(0, 5, (1000, 100))
    frame = pl.DataFrame({f"q{k}": items[:, k] for k in range(100)} | {"y": items[:, 10:20].sum(axis=1)})
    frame = frame.with_columns(q3=pl.when(pl.int_range(1000) % 9 > 0).then("q3"))
    leak = only(frame, "regression")
    assert (leak.kind, leak.columns) == ("sum", tuple(f"q{k}" for k in range(10, 20)))


def test_a_copy_beside_parts_is_named_first():
    rng = np.random.default_rng(0)
    a, b = rng.poisson(50, (2, ROWS))
    frame = pl.DataFrame({**inputs(rng), "a": a, "b": b, "twice": 2 * (a + b), "y": a + b})
    assert found(frame) == [("copy", ("twice",)), ("sum", ("a", "b"))]


# --- keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "rownames", "column_1", "Unnamed: 0", "running"])
@pytest.mark.parametrize("kind", [number, classes])
def test_a_running_number_in_rows_sorted_by_the_target(kind, name):
    frame = table(kind).sort("y").with_row_index(name)
    leak = only(frame)
    assert (leak.kind, leak.columns) == ("key", (name,))
    assert 'numbers rows that are sorted by "y"' in leak.sentence
    assert leak.strength > 0.99


def test_an_id_whose_number_or_letters_tell():
    frame = table(classes).sort("y").with_columns(code=pl.format("A{}", pl.int_range(1000, 1000 + ROWS)))
    assert found(frame) == [("key", ("code",))]
    scan = pl.concat_str(
        pl.col("y").replace({"ill": "M", "well": "B"}), pl.lit("_"), pl.int_range(ROWS).shuffle(1).cast(str)
    )
    leak = only(table(classes).with_columns(scan=scan))
    assert (leak.kind, leak.columns) == ("key", ("scan",))
    assert 'What stands before the number in "scan" alone tells "y"' in leak.sentence
    text = pl.concat_str(
        pl.lit("case "), pl.int_range(ROWS).shuffle(1).cast(str), pl.lit(": the patient is "), pl.col("y")
    )
    leak = only(table(classes).with_columns(text=text))
    assert 'The name of a class in "text" alone tells "y"' in leak.sentence


# --- order and groups -------------------------------------------------------------------------------------


def walk(rng, rows=ROWS):
    return rng.normal(size=rows).cumsum()


@pytest.mark.parametrize(
    "times",
    [
        [date(2023, 1, 1) + timedelta(k) for k in range(ROWS)],
        [datetime(2023, 1, 1) - timedelta(minutes=k) for k in range(ROWS)],
        np.repeat(np.arange(1950, 2000), 6),
    ],
)
def test_rows_in_order_of_time(times):
    rng = np.random.default_rng(3)
    frame = pl.DataFrame({**inputs(rng), "year": times, "y": walk(rng)})
    leak = only(frame)
    assert (leak.kind, leak.columns) == ("time", ("year",))
    assert "--time year" in leak.sentence
    assert found(frame.sample(fraction=1, shuffle=True, seed=0)) == []
    if isinstance(times, np.ndarray):
        assert found(frame.rename({"year": "week"})) == [("time", ("week",))]
        assert found(frame.with_columns(week=pl.int_range(ROWS) % 52).drop("year")) == []
    assert found(frame.with_columns(y=pl.Series(rng.normal(size=ROWS)))) == []


def test_a_series_that_begins_later_in_rows_in_order_of_time():
    frame = pl.DataFrame(
        {
            "year": np.arange(ROWS),
            "x": np.random.default_rng(0).normal(size=ROWS),
            "y": np.arange(ROWS) ** 1.5,
        }
    )
    later = pl.when(pl.int_range(ROWS) > 100).then("x")
    assert ("gaps", ("x",)) not in found(frame.with_columns(x=later))


def test_stores_one_after_the_other_each_in_order_of_time():
    rng = np.random.default_rng(3)
    days = [date(2023, 1, 1) + timedelta(k) for k in range(60)]
    season = walk(rng, 60)
    frame = pl.DataFrame(
        {"day": days * 5, "x": rng.normal(size=300), "y": np.tile(season, 5) + rng.normal(size=300)}
    )
    assert found(frame) == [("time", ("day",))]


def test_a_running_number_beside_a_time_goes_with_the_time():
    times = [date(2023, 1, 1) + timedelta(k) for k in range(ROWS)]
    frame = table(number).sort("y").with_row_index("id").with_columns(when=pl.Series(times))
    assert found(frame) == [("time", ("when",))]


@pytest.mark.parametrize("name", ["patient", "PatientID", "store_nr", "customerId"])
@pytest.mark.parametrize("text", [False, True])
def test_rows_of_a_group_are_alike(name, text):
    rng = np.random.default_rng(0)
    groups = rng.permutation(np.repeat(np.arange(50), 6))
    level = rng.normal(size=50)[groups] + 0.5 * rng.normal(size=ROWS)
    labels = [f"P{k:03}" for k in groups] if text else groups + 1000
    frame = pl.DataFrame({**inputs(rng), name: labels, "y": level})
    leak = only(frame)
    assert (leak.kind, leak.columns) == ("group", (name,))
    assert "50 values of 6 rows each" in leak.sentence
    assert f"--group {name}" in leak.sentence
    assert leak.strength == pytest.approx(0.8, abs=0.1)  # 1 / (1 + 0.5^2) of the variance
    assert found(frame.with_columns(y=pl.Series(rng.normal(size=ROWS)))) == []
    assert found(frame.with_columns(pl.Series("y", np.where(level > 0, "a", "b")))) == [("group", (name,))]


def test_a_group_of_one_class_is_a_group_and_a_neighbourhood_is_none():
    rng = np.random.default_rng(0)
    groups = rng.permutation(np.repeat(np.arange(30), 20))
    y = np.where(rng.random(30) < 0.5, "ill", "well")[groups]
    frame = pl.DataFrame({"x": rng.normal(size=600), "subject": groups, "y": y})
    assert found(frame) == [("group", ("subject",))]
    price = rng.normal(size=30)[groups] + rng.normal(size=600)
    for names in ([f"q {k}" for k in groups], [f"{chr(65 + k)}dorf" for k in groups], groups):
        assert found(pl.DataFrame({"x": rng.normal(size=600), "quarter": names, "y": price})) == []
    numbered = pl.DataFrame({"x": rng.normal(size=600), "who": [f"P{k:02}" for k in groups], "y": price})
    assert found(numbered) == [("group", ("who",))]


def test_an_amount_is_no_group():
    rng = np.random.default_rng(0)
    loan = rng.integers(1, 40, 600) * 1000
    assert (
        found(pl.DataFrame({"x": rng.normal(size=600), "loan": loan, "y": loan + rng.normal(0, 5000, 600)}))
        == []
    )


def test_whole_groups_of_a_large_table_are_looked_at():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 100_000, 400_000)
    y = rng.normal(size=100_000)[groups] + rng.normal(size=400_000)
    leak = only(pl.DataFrame({"x": rng.normal(size=400_000), "customer_id": groups, "y": y}))
    assert (leak.kind, leak.columns) == ("group", ("customer_id",))
    assert leak.strength == pytest.approx(0.5, abs=0.02)


def test_measures_of_groups_against_their_definitions():
    groups = np.array([0, 0, 1, 1, 1, 2, 2])
    classes = np.array([0, 0, 1, 1, 0, 0, 1])
    same = [classes[i] == classes[j] for i in range(7) for j in range(7) if i != j and groups[i] == groups[j]]
    chance = [classes[i] == classes[j] for i in range(7) for j in range(7) if i != j]
    expected = (np.mean(same) - np.mean(chance)) / (1 - np.mean(chance))
    assert agreement(groups, classes) == pytest.approx(expected)
    # Shrout and Fleiss (1979), table 1: six targets by four judges, ICC(1, 1) = 0.17.
    judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    assert intraclass(np.repeat(np.arange(6), 4), np.ravel(judged).astype(float)) == pytest.approx(
        0.17, abs=0.005
    )


@pytest.mark.parametrize("seed", range(20))
def test_chance_in_small_tables_is_no_leak(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.choice([20, 40, 80]))
    latent = rng.normal(size=rows)
    columns = {f"x{k}": latent + 0.4 * rng.normal(size=rows) for k in range(3)}
    columns |= {f"patient {k}": rng.integers(0, max(2, rows // 5), rows) for k in range(5)}
    columns |= {f"flag {k}": rng.random(rows) < 0.05 for k in range(5)}
    for y in (latent, np.where(latent > 0, "a", "b"), (latent > 1.2).astype(int)):
        if np.unique(y).size > 1:
            assert found(pl.DataFrame({**columns, "y": y})) == []


# --- all together -----------------------------------------------------------------------------------------


def test_the_most_harmful_comes_first():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), 5)
    y = np.where(rng.random(60) < 0.5, "ill", "well")[groups]
    frame = pl.DataFrame(
        {
            "patient": groups,
            "days": np.where(y == "ill", rng.uniform(1, 30, ROWS), 0.0),
            "x": rng.normal(size=ROWS),
            "code": np.where(y == "ill", 2, 1),
            "y": y,
        }
    )
    assert found(frame) == [("copy", ("code",)), ("tells", ("days",)), ("group", ("patient",))]


def test_many_of_a_kind_are_named_together():
    frame = table(number, lambda y, *_: {f"copy {k}": y * k for k in range(1, 31)})
    first, second, third, rest = find_leaks(frame, "y")
    assert [leak.columns for leak in (first, second, third)] == [(f"copy {k}",) for k in (1, 2, 3)]
    assert (rest.kind, rest.columns) == ("copy", tuple(f"copy {k}" for k in range(4, 31)))
    assert 'The same is true of 27 more columns, "copy 4", "copy 5",' in rest.sentence


def test_columns_of_any_name_and_rows_without_a_target():
    rng = np.random.default_rng(0)
    columns = {
        name: rng.normal(size=ROWS) for name in ("rows", "group", "target", "time", "value", "len", "literal")
    }
    y = pl.Series(rng.normal(size=ROWS)).set(pl.Series(np.arange(ROWS) < 20), None)
    frame = pl.DataFrame({**columns, "answer": y, "inputs": y})
    [leak] = find_leaks(frame, "answer")
    assert (leak.kind, leak.columns) == ("copy", ("inputs",))
    assert "(280 rows looked at)" in leak.sentence


@pytest.mark.parametrize("kind", [number, classes])
@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([None] * ROWS, dtype=pl.Float64),
        pl.Series([None] * ROWS, dtype=pl.String),
        pl.Series([float("inf"), float("nan"), 1e300] * 100),
        pl.Series([1, 2, 3] * 100, dtype=pl.Int128),
        pl.Series([2**63 - 1, -(2**63), None] * 100),
        pl.Series([timedelta(1), None] * 150),
        pl.Series([datetime(2024, 1, 1), None] * 150),
        pl.Series([[1, 2]] * ROWS),
        pl.Series(["b", "a", None] * 100, dtype=pl.Enum(["b", "a"])),
    ],
)
def test_columns_of_any_type(kind, cells):
    assert found(table(kind, odd=cells)) == []
    assert shared_rows(table(kind, odd=cells)[:200], table(kind, odd=cells)[200:], "y") is None


def test_a_target_that_hardly_ever_differs():
    flags = {f"f{k}": np.random.default_rng(k).random(5000) < 0.5 for k in range(60)}
    assert (
        found(pl.DataFrame(flags).with_columns(y=pl.when(pl.int_range(5000) == 7).then(1.5).otherwise(0.0)))
        == []
    )


def test_a_table_of_three_thousand_columns():
    rng = np.random.default_rng(0)
    values = (rng.random((600, 3000)) < 0.05).astype(np.int64)
    frame = pl.DataFrame(values, schema=[f"c{k}" for k in range(3000)])
    frame = frame.with_columns(y=pl.Series(rng.normal(size=600)))
    above = frame.with_columns(c7=pl.col("y") * 3, c8=(pl.col("y") > 1).cast(int), c9=pl.col("y") < 0.2)
    assert found(above) == [("copy", ("c7",)), ("copy", ("c8",)), ("copy", ("c9",))]
    ill = frame.with_columns(y=pl.col("y") > 1).with_columns(c8=pl.col("y").cast(int) + 1, c9=~pl.col("y"))
    assert found(ill) == [("copy", ("c8",)), ("copy", ("c9",))]


@pytest.mark.parametrize("kind", [number, classes])
def test_many_columns_are_looked_at_like_few(kind):
    frame = table(kind, lambda y, rng, _: {"flag": y > np.median(y) if kind is number else y == "ill"})
    flags = {f"f{k}": np.random.default_rng(k).random(ROWS) < 0.5 for k in range(60)}
    once = pl.Series([float("nan"), *[1.0] * (ROWS - 1)])
    assert found(
        frame.with_columns(**{name: pl.Series(flag) for name, flag in flags.items()}, once=once)
    ) == found(frame)


# --- rows in training and test part -----------------------------------------------------------------------


def test_rows_that_stand_in_both_parts():
    frame = table(number, rows=500).with_row_index("id")
    train, test = frame[:400], frame[400:]
    assert shared_rows(train, test, "y") is None
    again = pl.concat([train[:15], train[15:20].with_columns(y=pl.col("y") + 1), test[20:]])
    leak = shared_rows(train, again, "y")
    assert (leak.kind, leak.columns, leak.strength) == ("rows", (), 0.2)
    assert (
        "20 of the 100 test rows (20.0%) have the inputs of a training row, where chance explains 0.0%: 15 with the same"
        in leak.sentence
    )
    assert 'and 5 with another "y" only' in leak.sentence


def test_rows_are_equal_whatever_type_a_file_gave_them():
    train = pl.DataFrame(
        {"a": range(50), "b": [0.5 * k for k in range(50)], "c": ["u", None] * 25, "y": ["p", "q"] * 25}
    ).vstack(pl.DataFrame({"a": [0], "b": [0.0], "c": [None], "y": ["p"]}))
    test = train.with_columns(pl.col("a").cast(pl.Float64), pl.col("c").cast(pl.Enum(["u", "w"])))[:10]
    assert shared_rows(train, test, "y").strength == 1.0


FEW_VALUES = {
    "independent": lambda rng, rows: {name: rng.integers(0, 3, rows) for name in "abcd"},
    "dependent": lambda rng, rows: chain(rng, rows) | {"e": rng.integers(0, 5, rows)},
    "skewed": lambda rng, rows: {name: rng.geometric(0.6, rows) for name in "abcdef"},
    "one-hot": lambda rng, rows: {
        f"{name}{k}": (value == k).astype(int)
        for name, value in {"a": rng.integers(0, 5, rows), "b": rng.integers(0, 4, rows)}.items()
        for k in range(5)
    },
    "a code and its name": lambda rng, rows: named(rng.integers(0, 12, rows)),
}


def chain(rng, rows):
    """Each column is the one before it, but for a fifth of the rows."""
    a = rng.integers(0, 4, rows)
    b, c = (np.where(rng.random(rows) < 0.8, a, rng.integers(0, 4, rows)) for _ in range(2))
    return {"a": a, "b": b, "c": c, "d": (a > 1).astype(int)}


def named(codes):
    return {"code": codes, "name": np.array(list("abcdefghijkl"))[codes]}


def level(columns):
    """A number that the inputs decide."""
    return sum(
        (k + 1) * np.unique(values, return_inverse=True)[1] for k, values in enumerate(columns.values())
    )


TARGETS = {
    "a number": lambda rng, x: x + rng.normal(size=x.size),
    "classes": lambda rng, x: np.where(
        rng.random(x.size) < 1 / (1 + np.exp((x.mean() - x) / x.std())), "p", "q"
    ),
    "a count": lambda rng, x: rng.poisson(1.0, x.size),
    "a function": lambda rng, x: 1.5 * x,
}


def drawn(frame, rng):
    """Four fifths of the rows, and the rest."""
    rows = rng.permutation(frame.height)
    return frame[rows[: frame.height * 4 // 5]], frame[rows[frame.height * 4 // 5 :]]


def with_copies(frame, rng):
    """The rows with a tenth that are copies of others."""
    return pl.concat([frame, frame[rng.integers(0, frame.height, frame.height // 9)]])


@pytest.mark.parametrize("columns", FEW_VALUES)
@pytest.mark.parametrize("target", TARGETS)
def test_tables_of_few_values_repeat_rows_by_nature(columns, target):
    for seed, rows in enumerate((300, 1000, 4000)):
        rng = np.random.default_rng(seed)
        values = FEW_VALUES[columns](rng, rows)
        frame = pl.DataFrame(values | {"y": TARGETS[target](rng, level(values))})
        assert shared_rows(*drawn(frame, rng), "y") is None
        if target == "a number":
            # Real copies show in a target that is finely measured.
            leak = shared_rows(*drawn(with_copies(frame, rng), rng), "y")
            assert 'have the inputs and the "y" of a training row' in leak.sentence


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("few", [False, True])
def test_copies_are_seen_where_columns_are_finely_measured(target, few):
    for seed, rows in enumerate((300, 1000, 4000)):
        rng = np.random.default_rng(seed)
        values = {"u": rng.normal(size=rows), "w": rng.normal(size=rows)}
        values |= FEW_VALUES["independent"](rng, rows) if few else {}
        frame = pl.DataFrame(values | {"y": TARGETS[target](rng, level(values))})
        assert shared_rows(*drawn(frame, rng), "y") is None
        leak = shared_rows(*drawn(with_copies(frame, rng), rng), "y")
        assert "have the inputs of a training row, where chance explains 0.0%" in leak.sentence
        # Of pairs of equal rows, those that the division parts: about a sixth of the test rows.
        assert 0.08 < leak.strength < 0.25


def test_names_are_no_patterns_and_all_columns_may_be_copies():
    y = np.arange(60.0)
    for names in (("*", "y"), ("a", "*")):
        frame = pl.DataFrame({names[0]: 2 * y, "b": 3 * y, names[1]: y})
        assert {name for leak in find_leaks(frame, names[1]) for name in leak.columns} == {names[0], "b"}


def test_a_few_more_copies_than_chance_explains_are_luck():
    # One of 168 rows is expected: three are one in twelve tables (Poisson), seven beside none in a million.
    again = np.arange(168) < 3
    assert 1 - scipy.stats.poisson.cdf(2, 1.0) > 0.05
    assert not beyond_chance(again, 1 / 168)
    assert beyond_chance(again, 0.0)
    assert beyond_chance(np.arange(168) < 7, 1 / 168)
    assert not beyond_chance(np.arange(1000) < 300, 0.2)


def test_rows_that_repeat_by_chance_are_told_of_without_being_a_leak():
    rng = np.random.default_rng(0)
    few = pl.DataFrame(
        {"a": rng.integers(0, 4, 400), "b": rng.integers(0, 3, 400), "y": rng.normal(size=400)}
    )
    train, test = few[:300], few[300:]
    assert shared_rows(train, test, "y") is None
    said = repeated_inputs(train, test, "y")
    assert said is not None
    assert said.startswith(
        "100 of the 100 test rows (100.0%) have the inputs of a training row, as few values allow"
    )
    assert "--group COLUMN" in said
    fine = few.with_columns(pl.Series("a", rng.normal(size=400)))
    assert repeated_inputs(fine[:300], fine[300:], "y") is None
