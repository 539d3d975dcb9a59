import numpy as np
import pytest
from sklearn import datasets

from fallline.data.bundled import BUNDLED_NAMES, bundled_set
from fallline.data.target import infer_task
from fallline.errors import DataError


@pytest.mark.parametrize("name", BUNDLED_NAMES)
def test_bundled_sets_are_scikit_learns(name):
    data = bundled_set(name)
    options = {"scaled": False} if name == "diabetes" else {}
    source = getattr(datasets, f"load_{name}")(**options)
    np.testing.assert_array_equal(data.frame.drop(data.target).to_numpy(), source.data)
    labels = data.frame[data.target].to_numpy()
    expected = source.target_names[source.target] if labels.dtype == object else source.target
    assert labels.tolist() == expected.tolist()
    assert infer_task(data.frame[data.target]) == data.task
    assert data.description
    assert data.provenance


def test_unknown_names_suggest_a_set_or_a_file(tmp_path, monkeypatch):
    with pytest.raises(DataError, match='data set "digits"'):
        bundled_set("digit")
    with pytest.raises(DataError, match="Bundled: breast_cancer, diabetes"):
        bundled_set("zzz")
    (tmp_path / "houses.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r'the file "houses\.csv"'):
        bundled_set("houses")
