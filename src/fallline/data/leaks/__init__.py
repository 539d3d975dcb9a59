"""Leaks, looked for before training: what makes the test rows easier than new rows will be.

leak      what is found, in order of harm
evidence  how well one column tells the target: tests on arrays
single    a column that tells the target: under another name, by its gaps, by a running number, or alone
sums      columns that add up to the target
order     rows that follow each other in time, or belong together
shared    rows that stand in training and test part
search    all of it on one table
"""

from fallline.data.leaks.leak import Leak, by_harm
from fallline.data.leaks.search import find_leaks
from fallline.data.leaks.shared import repeated_inputs, shared_rows

__all__ = ["Leak", "by_harm", "find_leaks", "repeated_inputs", "shared_rows"]
