"""Records what Keras 2 gives for the calls in `calls.py`: run it where tf_keras is installed.

python tests/old/keras/record.py
"""

import json
from pathlib import Path

import calls
import tf_keras

HERE = Path(__file__).parent / "recorded"
FOUND = {
    "backend": calls.of_the_backend(tf_keras.backend, tf_keras),
    "lookups": calls.of_lookups(tf_keras.layers),
    "sequences": calls.of_sequences(tf_keras.preprocessing.sequence),
    "texts": calls.of_texts(tf_keras.preprocessing.text),
}
for name, found in FOUND.items():
    (HERE / f"{name}.json").write_text(json.dumps(found) + "\n")
