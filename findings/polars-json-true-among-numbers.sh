#!/bin/sh
# polars 2.1.0: `read_json` of an array turns `true` beside numbers into 1, in silence; `read_ndjson` of the same rows refuses.
#
# Seen with Python 3.11 and polars 2.1.0:
#   array of true and 1.5: [1.0, 1.5]
#   array of 1 and true:   [1, 1]
#   the same as JSON lines: ComputeError: cannot parse 'true' (bool) as Float64
#
# A flag that slipped into a column of measurements is then a measurement, or an error, by the shape of the file alone.
# Exits 1 if a version that is installed here behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "polars==2.1.0"
"$folder/venv/bin/python" - <<'END'
import io
import sys

import polars as pl

rows = [pl.read_json(io.BytesIO(text))["a"].to_list() for text in (b'[{"a":true},{"a":1.5}]', b'[{"a":1},{"a":true}]')]
print("array of true and 1.5:", rows[0])
print("array of 1 and true:  ", rows[1])
try:
    said = str(pl.read_ndjson(io.BytesIO(b'{"a":1.5}\n{"a":true}\n'), infer_schema_length=None)["a"].to_list())
except pl.exceptions.ComputeError as error:
    said = f"ComputeError: {error}"
print("the same as JSON lines:", said)
sys.exit(not (rows == [[1.0, 1.5], [1, 1]] and said.startswith("ComputeError: cannot parse 'true' (bool)")))
END
