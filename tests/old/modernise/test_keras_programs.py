"""A Keras program and what `fallline modernise` makes of it print the same numbers."""

from __future__ import annotations

import re
import runpy

import numpy as np
import pytest

from fallline.old.modernise import modernise, write_beside
from fallline.old.program import read_program
from fallline.old.running import run_program

ROWS = """
rng = np.random.RandomState(3)
x = rng.rand(48, 4).astype("float32")
y = np.argmax(x[:, :3], axis=1)
"""

OF_2015 = f"""
'''Three classes, as of Keras 0.3.'''
import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense, Activation
from keras.optimizers import SGD
from keras.utils import np_utils
{ROWS}
Y = np_utils.to_categorical(y, 3)
model = Sequential()
model.add(Dense(8, input_dim=4, init='glorot_uniform'))   # hidden
model.add(Activation('tanh'))
model.add(Dense(3, init='zero'))
model.add(Activation('softmax'))
sgd = SGD(lr=0.1, decay=1e-3, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd)
model.set_weights([rng.uniform(-0.7, 0.7, each.shape) for each in model.get_weights()])
model.fit(x, Y, nb_epoch=4, batch_size=16, shuffle=False, show_accuracy=True, verbose=0)
score = model.evaluate(x, Y, show_accuracy=True, verbose=0)
print('Test score: %f' % score[0])
print('Test accuracy: %f' % score[1])
print('Classes:', sum(model.predict_classes(x, verbose=0)))
"""

OF_2017 = f"""
import numpy as np
import keras
from keras.models import Sequential, Model
from keras.layers import Dense, Dropout, Input, merge, Conv2D
from keras.layers.normalization import BatchNormalization
from keras.layers.advanced_activations import LeakyReLU
from keras import backend as K
from keras import regularizers
{ROWS}
def rooted(a, b):
    return K.sqrt(K.mean(K.square(a - b)))
inp = Input(shape=(4,))
h = LeakyReLU(alpha=0.2)(Dense(6, kernel_regularizer=regularizers.l2(0.01))(inp))
out = Dense(1, activation='sigmoid')(BatchNormalization()(h))
model = Model(input=inp, output=out)
model.compile(optimizer='adadelta', loss='binary_crossentropy', metrics=['accuracy', rooted])
model.set_weights([rng.uniform(-0.7, 0.7, each.shape) for each in model.get_weights()])
hist = model.fit(x, (y > 0).astype("float32"), epochs=3, batch_size=12, shuffle=False, validation_split=0.25, verbose=0,
                 callbacks=[keras.callbacks.EarlyStopping(monitor='val_acc', patience=5)])
print('acc %f %f' % (hist.history['acc'][-1], hist.history["val_acc"][-1]))
print('loss %f' % hist.history['loss'][-1])
print('ones %d' % model.predict_classes(x).sum()) if isinstance(model, Sequential) else None
"""

OF_2019 = f"""
from __future__ import absolute_import, division, print_function
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
tf.logging.set_verbosity(tf.logging.ERROR)
{ROWS}
def build_model():
    model = keras.Sequential([
        layers.Dense(8, activation=tf.nn.relu, input_shape=[4]),
        layers.Dense(1)
    ])
    optimizer = tf.keras.optimizers.RMSprop(0.01)
    model.compile(loss='mse', optimizer=optimizer, metrics=['mae', 'mse'])
    return model
model = build_model()
model.set_weights([rng.uniform(-0.7, 0.7, each.shape) for each in model.get_weights()])
history = model.fit(x, y.astype(np.float32), epochs=5, shuffle=False, validation_split=0.2, verbose=0)
print('mae %f' % history.history['val_mean_absolute_error'][-1])
loss, mae, mse = model.evaluate(x, y.astype(np.float32), verbose=0)
print("Testing set Mean Abs Error: %5.4f" % mae)
print(model.predict(x[:3]).flatten())
"""

OF_2021 = f"""
import numpy as np
import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.utils import to_categorical
{ROWS}
model = Sequential([Dense(8, activation='relu', input_shape=(4,)), Dense(3, activation='softmax')])
model.compile(optimizer=Adam(lr=0.01), loss='categorical_crossentropy', metrics=['accuracy'])
model.set_weights([rng.uniform(-0.7, 0.7, each.shape) for each in model.get_weights()])
h = model.fit(x, to_categorical(y), epochs=3, batch_size=8, shuffle=False, verbose=0)
print('loss', h.history['loss'])
print('classes', model.predict_classes(x).sum())
"""


def numbers(text: str) -> np.ndarray:
    return np.array([float(each) for each in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)])


@pytest.mark.filterwarnings("ignore:.*older spelling:FutureWarning")
@pytest.mark.parametrize("text", [OF_2015, OF_2017, OF_2019, OF_2021], ids=["2015", "2017", "2019", "2021"])
def test_both_print_the_same_numbers(text, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.py").write_text(text.lstrip("\n"), "utf-8")
    program = read_program(tmp_path / "old.py")
    modern = modernise(program)
    assert modern.left == ()
    assert run_program(tmp_path / "old.py") == 0, capsys.readouterr().err
    old = capsys.readouterr().out
    runpy.run_path(str(write_beside(program, modern.text)), run_name="__main__")
    new = capsys.readouterr().out
    assert numbers(old).size
    np.testing.assert_allclose(numbers(new), numbers(old), rtol=2e-4)
