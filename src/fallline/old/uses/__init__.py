"""What a program uses of tensorflow and Keras, read from its text; nothing is imported and nothing runs.

records     what is found: names, calls, texts and imports, each with its place
scope       what a name of the program stands for where it is read
origins     where the value of an expression comes from
syntax      what the syntax of a piece alone tells
statements  the statements of a source, in their order
"""

from fallline.old.uses.records import (
    Call as Call,
    Import as Import,
    Place as Place,
    Text as Text,
    Use as Use,
    Uses as Uses,
)
from fallline.old.uses.statements import read_uses as read_uses
