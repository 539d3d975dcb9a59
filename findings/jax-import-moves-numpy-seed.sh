#!/bin/sh
# JAX 0.10.2: importing it draws from NumPy's global generator, so a program that seeds first and imports later gets other data.
#
# Seen with Python 3.11, JAX 0.10.2, NumPy 2.4:
#   seeded, drawn:                 0.5488135
#   seeded, jax imported, drawn:   0.6458941
#   the import took 5 numbers
#
# A library that imports JAX where it is first needed moves `numpy.random.seed(...)` of its user by that. Fallline puts the
# generator back after loading JAX. Exits 1 if the version that is installed here does otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "jax==0.10.2" "jaxlib==0.10.2" numpy
"$folder/venv/bin/python" - <<'END'
import sys

import numpy as np

np.random.seed(0)
plain = np.random.rand(20)
np.random.seed(0)
import jax

after = np.random.rand()
taken = int(np.flatnonzero(plain == after)[0]) if after in plain else -1
print(f"seeded, drawn:                 {plain[0]:.7f}")
print(f"seeded, jax imported, drawn:   {after:.7f}")
print(f"the import took {taken} numbers (JAX {jax.__version__}, NumPy {np.__version__})")
sys.exit(taken == 0)
END
