#!/bin/sh
# joblib 1.6.0 on distributed 2026.8.0: a call survives the death of a worker where its arguments are small. An argument of
# more than 1,000 bytes costs the whole call: FutureCancelledError, and what was done is lost.
#
# Seen with Python 3.11, joblib 1.6.0 and distributed 2026.8.0, two workers, one of which is killed once in the second task:
#   arguments of 1 number:        [0, 1, 2, 3]
#   arguments of 1,000 numbers:   FutureCancelledError
#
# joblib scatters what is larger than 1,000 bytes (`DaskDistributedBackend._to_func_args`), to one worker each. Scattered data
# have no recipe: where their worker dies the scheduler forgets each task that needs them, where it would give any other task
# to the next worker, three times. `client.scatter(broadcast=True)` is no way out, as Dask takes all copies but one away
# again in seconds. Data that are the result of a task (`client.submit(identity, data)`) are made anew.
# Exits 1 if the versions that are installed here do otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "joblib==1.6.0" "dask==2026.8.0" "distributed==2026.8.0" "numpy==2.4.6"
cat >"$folder/ask.py" <<'END'
import os
import sys
import time
from pathlib import Path

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster


def work(number, data, mark):
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    time.sleep(0.5)
    return number


if __name__ == "__main__":
    mark = Path(sys.argv[2])
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(**options) as cluster, Client(cluster), joblib.parallel_config(backend="dask"):
        tasks = (joblib.delayed(work)(number, np.zeros(int(sys.argv[1])), mark) for number in range(4))
        try:
            print(joblib.Parallel()(tasks), flush=True)
        except BaseException as error:
            print(type(error).__name__, flush=True)
        os._exit(0)
END
ask() { timeout 120 "$folder/venv/bin/python" "$folder/ask.py" "$1" "$folder/mark-$1" 2>/dev/null; }
small=$(ask 1)
large=$(ask 1000)
echo "arguments of 1 number:        $small"
echo "arguments of 1,000 numbers:   $large"
test "$small, $large" = "[0, 1, 2, 3], FutureCancelledError"
