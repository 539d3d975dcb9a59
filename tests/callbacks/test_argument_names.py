"""Callbacks say which arguments they take, and take those of older Keras."""

from __future__ import annotations

import pytest

from fallline import callbacks
from fallline.errors import UsageError


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: callbacks.EarlyStopping(patiance=3), 'EarlyStopping: no argument "patiance". Did you mean "patience"'),
        (lambda: callbacks.ReduceLROnPlateau(facter=0.5), 'Did you mean "factor"'),
        (lambda: callbacks.LearningRateScheduler(float, verbos=1), 'Did you mean "verbose"'),
        (lambda: callbacks.LearningRateScheduler(), "LearningRateScheduler: missing a required argument: 'schedule'"),
        (lambda: callbacks.ModelCheckpoint("m", save_best=True), 'Did you mean "save_best_only"'),
        (lambda: callbacks.ModelCheckpoint("m", period=10), "save_freq in batches: 10 times the batches"),
        (lambda: callbacks.CSVLogger("f", seperator=";"), 'Did you mean "separator"'),
        (lambda: callbacks.TensorBoard("f", update_frq=1), 'Did you mean "update_freq"'),
        (lambda: callbacks.BackupAndRestore("f", save_frq=1), 'Did you mean "save_freq"'),
        (lambda: callbacks.TerminateOnNaN(True, 3), "TerminateOnNaN: too many positional arguments"),
    ],
)  # fmt: skip
def test_unknown_arguments_are_told(make, message):
    with pytest.raises(UsageError) as raised:
        make()
    assert message in str(raised.value)


def test_arguments_of_older_keras():
    with pytest.warns(FutureWarning, match=r"write ReduceLROnPlateau\(min_delta=0.5\)"):
        assert callbacks.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.warns(FutureWarning, match=r"write ModelCheckpoint\(filepath='m'\)"):
        assert callbacks.ModelCheckpoint("m", period=1).save_freq == "epoch"
    with pytest.warns(FutureWarning, match=r"write TensorBoard\(log_dir='f'\)"):
        callbacks.TensorBoard("f", write_grads=False, batch_size=32)


def test_a_class_of_the_users_own_has_its_own_arguments():
    class Named(callbacks.ModelCheckpoint):
        def __init__(self, filepath, label):
            super().__init__(filepath)
            self.label = label

    assert Named("m", label="a").label == "a"
