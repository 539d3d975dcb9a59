"""Writes the checkpoints in fixtures/ with TensorFlow itself, which the tests do not need: python make_fixtures.py

Made with TensorFlow 2.21.0. What they hold follows from the few lines here; test_reader.py states it again in NumPy.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
FOLDER = Path(__file__).parent / "fixtures"
TYPES = (
    "float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "bool", "bfloat16", "uint16", "complex128",
    "float16", "uint32", "uint64",
)  # fmt: skip
NOT_IN_VERSION_1 = ("bfloat16", "uint32", "uint64")


def numbers(name: str) -> np.ndarray:
    """Six numbers of a type, of both signs where it has them."""
    values = np.arange(6).reshape(2, 3) - (0 if name.startswith("uint") else 2)
    if name == "bool":
        return values % 2 == 0
    if name.startswith("complex"):
        return (values + 1j * values[::-1]).astype(name)
    return values.astype(tf.as_dtype(name).as_numpy_dtype)


def save(folder: str, build, **arguments) -> None:
    """The variables of a graph, as a Saver writes them, without the graph."""
    where = FOLDER / folder
    where.mkdir(parents=True)
    with tf.Graph().as_default(), v1.Session() as session:
        build()
        saver = v1.train.Saver(**arguments)
        session.run(v1.global_variables_initializer())
        saver.save(session, str(where / "m"), global_step=1, write_meta_graph=False)
    # What it holds is a path of this machine.
    (where / "checkpoint").write_text('model_checkpoint_path: "m-1"\nall_model_checkpoint_paths: "m-1"\n')


def trained() -> None:
    """A network and an optimizer's slots."""
    w = v1.get_variable("layer/w", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    b = v1.get_variable("layer/b", initializer=tf.constant([0.5, -0.5]))
    v1.get_variable("Layer/b", initializer=tf.constant(7.0))
    step = v1.train.get_or_create_global_step()
    v1.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w * b), global_step=step)


def of_all_types(names=TYPES) -> None:
    """A variable of each type, a text, one without numbers and a single number."""
    for name in names:
        v1.get_variable(f"of_{name}", initializer=tf.constant(numbers(name)), use_resource=False)
    v1.get_variable("text", initializer=tf.constant([["a", ""], ["zwölf", "x" * 200]]))
    v1.get_variable("empty", initializer=tf.zeros((0, 3)))
    v1.get_variable("single", initializer=tf.constant(2.5))


def in_parts() -> None:
    """A variable in three parts on two devices, one cut along the other axis, and a whole one."""
    rows = np.arange(20, dtype=np.float32).reshape(10, 2)

    def part(shape, dtype, partition_info):
        places = zip(partition_info.var_offset, shape, strict=True)
        return tf.constant(whole[tuple(slice(start, start + length) for start, length in places)])

    with tf.device("/cpu:0"):
        for name, whole, axis, parts in (("rows", rows, 0, 3), ("columns", rows.T, 1, 2)):
            partitioner = v1.fixed_size_partitioner(parts, axis=axis)
            v1.get_variable(name, whole.shape, initializer=part, partitioner=partitioner)
    with tf.device("/cpu:1"):
        v1.get_variable("whole", initializer=tf.constant([1, 2], tf.int32))


def by_slices() -> None:
    """The operation behind a Saver, with axes said to be whole, and one variable of which a part is missing."""
    folder = FOLDER / "slices"
    folder.mkdir()
    with tf.Graph().as_default(), v1.Session() as session:
        rows = np.arange(12, dtype=np.float32).reshape(4, 3)
        slices = {
            "two": ("4 3 0,2:-", rows[:2]),
            "two ": ("4 3 2,2:-", rows[2:]),
            "lost": ("4 3 0,2:-", rows[:2]),
        }
        names = [name.strip() for name in slices]
        said, arrays = zip(*slices.values(), strict=True)
        session.run(tf.raw_ops.SaveV2(prefix=str(folder / "m"), tensor_names=names, shape_and_slices=said, tensors=arrays))  # fmt: skip


def of_objects() -> None:
    """A checkpoint of TensorFlow 2: keys by attributes, beside the names of the variables; two of one name."""
    folder = FOLDER / "objects"
    inner = tf.train.Checkpoint(
        w=tf.Variable([1.0, 2.0], name="w"), b=tf.Variable([3], name="dense/b", dtype=tf.int64)
    )
    twins = [tf.Variable(4.0, name="twin"), tf.Variable(5.0, name="twin")]
    tf.train.Checkpoint(model=inner, twins=twins).save(str(folder / "m"))


def main() -> None:
    """All of them anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    save("trained", trained)
    save("types", of_all_types)
    save("parts", in_parts, sharded=True)
    save("trained_v1", trained, write_version=1)
    save("types_v1", lambda: of_all_types([n for n in TYPES if n not in NOT_IN_VERSION_1]), write_version=1)
    save("parts_v1", in_parts, sharded=True, write_version=1)
    by_slices()
    of_objects()


if __name__ == "__main__":
    main()
