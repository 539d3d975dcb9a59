"""Data: arrays checked once, the order of rows, tables and images from files.

arrays.py          arrays as the user gives them, checked
batch.py           rows that belong together
permutation.py     permutations from a seed
order.py           which rows each step takes; sampling.py other choices than a shuffle
tables.py          files into tables; delimited.py reads CSV
columns.py         what kind each column is; encoders.py turns it into numbers
preprocessing.py   a table as a matrix, fitted on the training part
target.py          the task, and targets to numbers and back
separability.py    whether a hyperplane parts two classes, proved either way
splits.py          training, validation and test rows
bundled.py         real data sets that come with scikit-learn
images.py          images from .npz files
"""

from fallline.data.arrays import as_rows, as_values
from fallline.data.order import Order
from fallline.data.sampling import ClassBalanced, Curriculum, HardExamples, Sampling, WeightedRows
from fallline.data.separability import Separability, separable

__all__ = [
    "ClassBalanced",
    "Curriculum",
    "HardExamples",
    "Order",
    "Sampling",
    "Separability",
    "WeightedRows",
    "as_rows",
    "as_values",
    "separable",
]
