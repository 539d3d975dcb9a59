#!/bin/sh
# TensorFlow 2.21.0: `tf.train.Saver` (tf.compat.v1) takes the names of old checkpoints for patterns when it deletes them, so
# that training in `fold[1]` deletes the checkpoints of a folder `fold1` beside it, and none of its own.
#
# Seen with Python 3.11 and tensorflow-cpu 2.21.0:
#   fold1 before:   checkpoint m-0.data-00000-of-00001 m-0.index m-1.data-00000-of-00001 m-1.index
#   fold1 after:    checkpoint
#   fold[1] after:  checkpoint m-0.data-00000-of-00001 m-0.index m-1.data-00000-of-00001 m-1.index m-2.data-00000-of-00001 m-2.index
#   latest_checkpoint of fold[1]: None
#
# `save` takes the name as it is. Fold numbers, layer sizes or learning rates in brackets are usual in names of folders.
# Exits 1 if a version that is installed here does otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "tensorflow-cpu==2.21.0"
cat >"$folder/train.py" <<'END'
import os
import sys

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)


def train(folder, steps, max_to_keep):
    tf.reset_default_graph()
    tf.get_variable("w", initializer=1.0)
    saver = tf.train.Saver(max_to_keep=max_to_keep)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(steps):
            saver.save(session, os.path.join(folder, "m"), step, write_meta_graph=False)


def files(folder):
    return sorted(os.listdir(folder))


train("fold1", 2, 5)
before = files("fold1")
train("fold[1]", 3, 1)
print("fold1 before:  ", *before)
print("fold1 after:   ", *files("fold1"))
print("fold[1] after: ", *files("fold[1]"))
print("latest_checkpoint of fold[1]:", tf.train.latest_checkpoint("fold[1]"))
sys.exit(files("fold1") != ["checkpoint"] or len(files("fold[1]")) != 7)
END
cd "$folder" && TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" train.py 2>/dev/null
