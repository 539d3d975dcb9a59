"""Old programs in today's words: `fallline modernise script.py`.

edits     changes of spans of a text
left      lines that are left, and why
names     names of other years -> those of today
imports   import statements
chains    dotted names where they are used
calls     arguments
answers   classes, probabilities, and what `fit` recorded
defaults  defaults that were others
keras     a Keras program
written   a program as one text, and the file beside it
"""

from fallline.old.modernise.left import Left as Left, Modern as Modern
from fallline.old.modernise.written import modernise as modernise, write_beside as write_beside
