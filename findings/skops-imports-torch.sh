#!/bin/sh
# scikit-learn 1.9.1: `all_estimators()` imports PyTorch where it is installed; so does importing skops 0.16.0, which calls it.
#
# Seen with Python 3.11, scikit-learn 1.9.1, skops 0.16.0 and torch 2.13.0:
#   torch after `import sklearn.ensemble`:        False
#   torch after `all_estimators()`:               True
#   torch after `import skops.io` alone:          True
#
# `all_estimators` imports every module of scikit-learn to find the estimators, also `externals.array_api_compat.torch`.
# A program that only loads a linear model from a skops file then pays PyTorch's import, one to two seconds, in each process.
# Import skops where a file is read or written, not at the top. Exits 1 if a version that is installed here does otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "scikit-learn==1.9.1" "skops==0.16.0" "torch==2.13.0"
cat >"$folder/ask.py" <<'END'
import sys

for statement in sys.argv[1:]:
    exec(statement)
print("torch" in sys.modules)
END
ask() { "$folder/venv/bin/python" "$folder/ask.py" "$@"; }
library=$(ask "import sklearn.ensemble")
listed=$(ask "import sklearn.utils" "sklearn.utils.all_estimators()")
skops=$(ask "import skops.io")
echo "torch after \`import sklearn.ensemble\`:        $library"
echo "torch after \`all_estimators()\`:               $listed"
echo "torch after \`import skops.io\` alone:          $skops"
test "$library $listed $skops" = "False True True"
