import copy
import dataclasses
import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from fallline.data.forms.table import TableForm
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.saved import from_saved
from fallline.data.target import TargetEncoder
from fallline.errors import SavedFileError

ROWS = 60
DAY = dt.date(2023, 1, 1)
WORDS = ("red apples", "green pears", "blue plums of the garden")
CELLS = pl.DataFrame(
    {
        "number": [f"{k},234.5 kg" for k in range(1, ROWS + 1)],
        "date": [f"{DAY + dt.timedelta(days=5 * k)}" for k in range(ROWS)],
        "counted": [str(1_700_000_000 + 86_400 * k) for k in range(ROWS)],
        "clock": [f"{k % 24:02}:30" for k in range(ROWS)],
        "span": [f"{k + 20}:30:00" for k in range(ROWS)],
        "flag": ["yes", "no"] * (ROWS // 2),
        "scale": ["small", "medium", "large"] * (ROWS // 3),
        "city": ["Ulm", "Bonn", "Kiel"] * (ROWS // 3),
        "words": [f"{WORDS[k % 3]} and {WORDS[k * 7 % 3]} no {k}" for k in range(ROWS)],
        "gaps": ["seen", "", ""] * (ROWS // 3),
        "y": ["01", "1"] * (ROWS // 2),
    }
)
FORM, FRAME = TableForm.decide(CELLS, target="y", kinds={"words": "text"})
PREPROCESSOR = TablePreprocessor.fit(FRAME, target="y", kinds={"words": "text"})
TARGET = TargetEncoder.fit(FRAME["y"], "binary")


def paths(value, at=()):
    yield at
    if isinstance(value, dict):
        for name in value:
            yield from paths(value[name], (*at, name))
    elif isinstance(value, list):
        for k in range(len(value)):
            yield from paths(value[k], (*at, k))


@pytest.mark.parametrize("whole", [FORM, PREPROCESSOR, TARGET], ids=lambda whole: type(whole).__name__)
def test_every_form_and_encoder_survives_json_and_no_wrong_value_does(whole):
    config = json.loads(json.dumps(whole.to_config()))
    assert type(whole).from_config(config) == whole
    for path in paths(config):
        if not path:
            continue
        spoilt = copy.deepcopy(config)
        place = spoilt
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = {"other": [None]}
        with pytest.raises(SavedFileError, match="cannot be read"):
            type(whole).from_config(spoilt)
        if isinstance(place, dict):
            del place[path[-1]]
            with pytest.raises(SavedFileError, match="cannot be read"):
                type(whole).from_config(spoilt)


def test_all_kinds_are_there():
    kinds = {type(column.form).__name__ for column in FORM.columns}
    assert kinds == {"NumberForm", "TimeForm", "SpanForm", "BooleanForm", "OrderedForm", "NoneType"}
    assert {type(encoder).__name__ for encoder in PREPROCESSOR.encoders} == {
        "NumericColumn", "DateColumn", "CategoricalColumn", "OrderedColumn", "TextColumn", "PresenceColumn"
    }  # fmt: skip
    again = TablePreprocessor.from_config(json.loads(json.dumps(PREPROCESSOR.to_config())))
    np.testing.assert_array_equal(again.transform(FRAME), PREPROCESSOR.transform(FRAME))


def test_a_whole_number_is_a_number_and_true_is_none():
    config = dataclasses.asdict(TARGET)
    assert from_saved(TargetEncoder, config | {"mean": 1}).mean == 1
    with pytest.raises(TypeError, match='"mean" of TargetEncoder'):
        from_saved(TargetEncoder, config | {"mean": True})


def test_a_temperature_is_kept_and_files_that_name_none_have_one_of_1():
    assert "temperature" not in TARGET.to_config()
    warm = dataclasses.replace(TARGET, temperature=1.5)
    assert TargetEncoder.from_config(json.loads(json.dumps(warm.to_config()))) == warm
    with pytest.raises(SavedFileError, match="cannot be read"):
        TargetEncoder.from_config(TARGET.to_config() | {"temperature": "hot"})
