"""Initial kernels fitted to data: every layer passes on signals of variance 1."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline import config
from fallline._random import named_key, root_key
from fallline._ranges import POSITIVE, checked_number, whole
from fallline._tree import replace
from fallline.data.arrays import Values
from fallline.errors import DataError, UsageError
from fallline.initializers import Orthogonal
from fallline.layers import Dense
from fallline.models.model import Model
from fallline.models.network import InputSpec, Network, Node, name_of
from fallline.models.rows import check_inputs
from fallline.models.weights import named_arrays
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class LayerVariance:
    """What `lsuv` did to one layer.

    Attributes:
        layer: The layer's name.
        before: Variance of its outputs before the activation, with the orthonormal kernel.
        after: The same at the end.
        iterations: How often the kernel was divided.
    """

    __repr__ = fields_shown

    layer: str
    before: float
    after: float
    iterations: int


def lsuv(
    model: Model, x: Any, *, tolerance: float = 0.1, max_iterations: int = 10, seed: int | None = None
) -> tuple[LayerVariance, ...]:
    """Layer-sequential unit-variance initialisation: sets the kernels of all dense layers by what a batch does.

    Layer by layer from the inputs on, the kernel becomes orthonormal; then, while |Var(z) - 1| >= tolerance,

    kernel <- kernel / sqrt(Var(z)),  z = x @ kernel + bias over all rows and units

    Biases stay as they are, and so do frozen layers. Dropout is off and moving averages do not move. The
    optimizer starts afresh.

        fl.models.lsuv(model, x_train[:512])

    Args:
        model: The model; its weights are replaced.
        x: A batch of inputs like those of training, prepared alike; some hundred rows are enough.
        tolerance: How far from 1 a variance may stay.
        max_iterations: The most divisions of one kernel.
        seed: Decides the orthonormal kernels; None: from `config.set_random_seed`.

    Returns:
        One entry a dense layer, in the order of the network.

    Raises:
        UsageError: there is no dense layer to set, or a number is out of its range.
        DataError: a layer gives the same output for every row, so that it has no variance to set.
        NotReadyError: the input shape is not known yet.

    Source: Mishkin and Matas, "All you need is a good init" (2016), algorithm 1.
    """
    tolerance = checked_number("lsuv: tolerance", tolerance, POSITIVE)
    max_iterations = whole("lsuv: max_iterations", max_iterations, least=0)
    key = root_key(config.next_seed() if seed is None else config.checked_seed(seed, "lsuv"))
    network, arrays = model.network, dict(model._layer_arrays())
    values = list(_inputs(model, x))
    report, done = [], set(network.frozen)
    for node in network.nodes:
        layer, received = network.layers[node.layer], [values[source] for source in node.sources]
        name = name_of(layer)
        if isinstance(layer, Dense) and name not in done:
            done.add(name)  # a shared layer is fitted where it is used first
            params, state = arrays[name]
            old = params["kernel"]
            orthonormal = Orthogonal().sample(named_key(key, name), old.shape, jnp.float32)
            kernel, entry = _fitted(
                name,
                np.asarray(received[0], np.float64),
                np.asarray(orthonormal, np.float64),
                np.asarray(params.get("bias", 0.0), np.float64),
                tolerance,
                max_iterations,
            )
            arrays[name] = ({**params, "kernel": jnp.asarray(kernel.astype(old.dtype))}, state)
            report.append(entry)
        values.append(_passed(network, node, arrays, received))
    if not report:
        raise UsageError(f'lsuv: model "{model.name}" has no Dense layer that is trained.')
    model.set_weights(list(named_arrays(arrays, model._weight_order).values()))
    return tuple(report)


def _fitted(
    name: str, received: Values, kernel: Values, bias: Values, tolerance: float, most: int
) -> tuple[Values, LayerVariance]:
    """The kernel divided until the variance of what the layer gives is near 1."""
    before = now = float(np.var(received @ kernel + bias))
    iterations = 0
    while abs(now - 1) >= tolerance and iterations < most:
        # The square of float32's resolution: less is rounding, and dividing by it would blow it up.
        if not now > 1e-14:
            raise DataError(
                f'lsuv: layer "{name}" gives the same output for every row, so that its variance is {now:g}. Give '
                "different rows, or look at the layer before it: all its units may be dead."
            )
        kernel = kernel / np.sqrt(now)
        now = float(np.var(received @ kernel + bias))
        iterations += 1
    return kernel, LayerVariance(name, before, now, iterations)


def _passed(network: Network, node: Node, arrays: Mapping[str, Any], received: list[Array]) -> Array:
    """What one use of a layer makes of its inputs, at inference."""
    inputs = tuple(InputSpec(str(place), x.shape[1:]) for place, x in enumerate(received))
    alone = dataclasses.replace(node, sources=tuple(range(len(inputs))))
    part = replace(network, nodes=(alone,), inputs=inputs, outputs=(len(inputs),))
    outputs, _, _ = part.apply(network.arranged(arrays), tuple(received), key=None, training=False)
    return outputs


def _inputs(model: Model, x: Any) -> tuple[Array, ...]:
    """The inputs in the order of the network."""
    rows = model._checked_rows(x)
    check_inputs(model.name, model.network, rows.x, "lsuv: ")
    return tuple(jnp.asarray(array) for array in (rows.x if isinstance(rows.x, tuple) else (rows.x,)))
