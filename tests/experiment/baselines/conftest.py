"""One small table with all that a baseline meets, prepared once."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fallline.experiment.baselines import fit_baselines
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings


def people(count, seed):
    """Rows with gaps, a rare level, a yes or no, a date and a constant; what they earn and whether that is much."""
    generator = np.random.default_rng(seed)
    age, town = generator.normal(40, 12, count), generator.choice(["Ulm", "Bonn", "Kiel"], count)
    married = generator.random(count) < 0.5
    days = generator.integers(0, 700, count)
    pay = 30 * age + 500 * (town == "Bonn") + 300 * married + 2 * days + generator.normal(0, 200, count)
    return pd.DataFrame(
        {
            "age": np.where(generator.random(count) < 0.1, np.nan, age),
            "town": np.where(generator.random(count) < 0.1, None, town),
            "married": married,
            "since": pd.Timestamp("2021-01-01") + pd.to_timedelta(days, "D"),
            "one": 1.0,
            "pay": pay,
            "level": np.select([pay < 1800, pay < 2400], ["low", "mid"], "high"),
        }
    )


@pytest.fixture(scope="package")
def table():
    return people(400, 0)


def prepared_for(table, target, other):
    return prepare(Settings("people", target=target, drop=(other,)), pl.from_pandas(table))


@pytest.fixture(scope="package")
def pay(table):
    return prepared_for(table, "pay", "level")


@pytest.fixture(scope="package")
def level(table):
    return prepared_for(table, "level", "pay")


@pytest.fixture(scope="package")
def of_pay(pay):
    return fit_baselines(pay, 0)


@pytest.fixture(scope="package")
def of_level(level):
    return fit_baselines(level, 0)
