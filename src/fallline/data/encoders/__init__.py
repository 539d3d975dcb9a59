"""How one column of a table becomes the numbers that a network sees: one class a kind of column.

Each learns from training rows (`fit`), turns any later rows into the same features (`encode`), and says what new
rows hold that the training rows did not (`surprises`). What was learned is plain values. A feature that would have
one value in all training rows is none: no weight that was never trained may speak later.

encoder.py      what all have in common
numbers.py      numbers: a clipped standard score, bins
categories.py   categories: one-hot
ordered.py      ordered categories: rank and steps
dates.py        dates and times: their parts, on circles
text.py         texts: frequent words and pieces of words
presence.py     one value and gaps: whether there is a value
"""

from fallline.data.encoders.categories import CategoricalColumn as CategoricalColumn, to_texts as to_texts
from fallline.data.encoders.dates import DateColumn as DateColumn, to_times as to_times
from fallline.data.encoders.encoder import Encoder as Encoder, Surprise as Surprise
from fallline.data.encoders.numbers import NumericColumn as NumericColumn, to_numbers as to_numbers
from fallline.data.encoders.ordered import OrderedColumn as OrderedColumn
from fallline.data.encoders.presence import PresenceColumn as PresenceColumn
from fallline.data.encoders.text import TextColumn as TextColumn
