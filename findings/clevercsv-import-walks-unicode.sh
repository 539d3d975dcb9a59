#!/bin/sh
# CleverCSV 0.8.5: importing it asks Python for the category of every code point there is, some 1.1 million calls.
#
# Seen with Python 3.11 and CleverCSV 0.8.5:
#   unicodedata.category was called 1114112 times by `import clevercsv`
#
# That is most of the time of the import: a third of a second, which a command-line tool that imports it pays at every start.
# Import it where a separator has to be guessed, not at the top. Exits 1 if a version that is installed here does otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "clevercsv==0.8.5"
"$folder/venv/bin/python" - <<'END'
import sys
import unicodedata

calls = 0
category = unicodedata.category


def counted(character):
    global calls
    calls += 1
    return category(character)


unicodedata.category = counted
import clevercsv

unicodedata.category = category
print(f"unicodedata.category was called {calls} times by `import clevercsv`")
sys.exit(calls < sys.maxunicode)
END
