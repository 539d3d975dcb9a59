"""Operations under TensorFlow's names.

static      numbers that are known while a program is traced
inputs      placeholders, constants
arrays      types, stacks, filled tensors
shaping     shapes
joining     concat, split, tile, pad
indexing    parts by their places
making      ranges, unit matrices, one-hot rows
elementary  functions of one tensor
arithmetic  functions of two tensors; Python's operators
math        all of tf.math
products    matrices
reductions  sums, means, places of the largest
clipping    values and gradients within bounds
random      random numbers
nn          all of tf.nn: activations, cross_entropy, logistic, normalization, dropout, tables
control     conditions, groups
python      printing, checks, functions of Python
old         spellings of before TensorFlow 1.0

Importing it gives tensors and variables Python's operators and `x[...]`.
"""

from fallline.graph.ops import indexing, math, products

__all__ = ["indexing", "math", "products"]
