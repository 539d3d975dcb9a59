"""Numbers that were others in the years of a program: what they were, until when, and where it is written.

| what                                  | was                           | until           | source                              |
| ------------------------------------- | ----------------------------- | --------------- | ----------------------------------- |
| Adadelta, rate                        | 1.0                           | 2.3, see below  | keras/optimizers.py of 1.0 to 2.2   |
| Adagrad, rate; first sum              | 0.01; 0                       | 2.3, see below  | likewise                            |
| Adamax and Nadam, rate                | 0.002                         | 2.3, see below  | likewise                            |
| Nadam, how its momentum rises         | 0.004 a step                  | 2.10            | likewise; tf.keras optimizer_v2     |
| epsilon of all                        | 1e-8, before Keras 1 1e-6     | 2.0             | keras/optimizers.py of 1.2          |
| RMSprop and Adagrad, where it stands  | outside the root              | 2.10            | keras/optimizers.py of 1.0 to 2.3   |
| clipnorm                              | of all gradients together     | 2.3, see below  | get_gradients, likewise             |
| accuracy beside binary_crossentropy   | of each output by itself      | 2.3, see below  | keras/engine/training.py            |
| activity penalty                      | of the batch, not of a row    | 2.3, see below  | keras/engine/base_layer.py of 2.2   |
| hard_sigmoid                          | 0.2 x + 0.5 within 0 and 1    | 2.15            | keras/activations.py of 1.0 to 2.15 |
| epochs of `fit`; rows of a batch      | 10, before Keras 1 100; 128   | 1.2; 0.3        | keras/models.py of 0.3 and 1.2      |

"2.3" is the last of Keras's own package that had it. TensorFlow's Keras had the later values from TensorFlow 2.0 on. Not
followed: the spread of `he_normal` and its like, which was larger or smaller by an eighth in some versions.
"""

from __future__ import annotations

from typing import Any

from fallline.old import age


def of_keras_2_3() -> bool:
    """Whether the program is of Keras's own package up to 2.3, or of what TensorFlow 1 had of it."""
    current = age.current()
    return current.before((2, 3)) or (current.keras_of == "keras" and current.before((2, 4)))


def epsilon() -> float | None:
    """The epsilon of optimizers where the program gives none; None: that of today."""
    if age.current().before((1, 0)):
        return 1e-6
    return 1e-8 if age.current().before((2, 1)) else None


RATES: dict[str, float] = {"Adadelta": 1.0, "Adagrad": 0.01, "Adamax": 0.002, "Nadam": 0.002}
"""Optimizer -> its learning rate up to Keras 2.3."""


def optimizer_defaults(name: str) -> dict[str, Any]:
    """What an optimizer of the program's years began with, where that is not what it begins with today."""
    found: dict[str, Any] = {}
    if of_keras_2_3():
        if name in RATES:
            found["learning_rate"] = RATES[name]
        if name == "Adagrad":
            found["initial_accumulator_value"] = 0.0
        if (small := epsilon()) is not None and name not in ("SGD", "Ftrl"):
            found["epsilon"] = small
    if age.current().before((2, 11)):
        if name in ("RMSprop", "Adagrad"):
            found["epsilon_place"] = "outside"
        if name == "Nadam":
            found["momentum_decay"] = 0.004
    return found
