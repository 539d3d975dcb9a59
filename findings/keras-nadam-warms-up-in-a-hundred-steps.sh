#!/bin/sh
# Keras 3.15.1: Nadam's momentum warms up 250 times as fast as in Keras up to 2.10 and in PyTorch, under the same numbers.
#
# The momentum of step t is beta_1 (1 - 0.5 * 0.96^(0.004 t)) in Dozat's report (2015), in Keras up to 2.10 (`schedule_decay=0.004`)
# and in PyTorch (`momentum_decay=0.004`): after 100 steps of beta_1 = 0.9 it is 0.457. Since 2.11 the factor 0.004 is gone
# from the exponent, and so is the argument: after 100 steps it is 0.892.
#
# Seen with Python 3.11, Keras 3.15.1 (on JAX 0.10.2), 100 steps on gradients sin(t), learning rate 0.1:
#   Keras:               -0.1636
#   exponent t:          -0.1636
#   exponent 0.004 t:    -0.0832
#
# A program of before 2.11 that names no number trains otherwise since. Exits 1 if the version that is installed here does otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "keras==3.15.1" "jax==0.10.2" "jaxlib==0.10.2"
KERAS_HOME="$folder" KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'END'
import math
import sys

import keras

STEPS, RATE = 100, 0.1


def by_formula(factor, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    w = m = v = 0.0
    product = 1.0
    for t in range(1, STEPS + 1):
        g = math.sin(t)
        now, then = (beta_1 * (1 - 0.5 * 0.96 ** (factor * step)) for step in (t, t + 1))
        product *= now
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g * g
        ahead = then * m / (1 - product * then) + (1 - now) * g / (1 - product)
        w -= RATE * ahead / (math.sqrt(v / (1 - beta_2**t)) + epsilon)
    return w


w = keras.Variable(0.0)
nadam = keras.optimizers.Nadam(RATE)
for t in range(1, STEPS + 1):
    nadam.apply([keras.ops.convert_to_tensor(math.sin(t), "float32")], [w])
found, plain, slow = float(w), by_formula(1.0), by_formula(0.004)
print(f"Keras:               {found:.4f}")
print(f"exponent t:          {plain:.4f}")
print(f"exponent 0.004 t:    {slow:.4f}")
sys.exit(not (abs(found - plain) < 1e-3 < abs(found - slow)))
END
