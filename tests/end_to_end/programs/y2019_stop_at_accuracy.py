"""tf.keras: a callback of one's own that ends training, and one that watches every batch."""

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras.callbacks import Callback

X, y = load_digits(return_X_y=True)
X = X / 16.0


class myCallback(Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("accuracy") > 0.9:
            print("\nReached 90% accuracy so cancelling training!")
            self.model.stop_training = True


class LossHistory(Callback):
    def on_train_begin(self, logs=None):
        self.losses = []

    def on_batch_end(self, batch, logs=None):
        self.losses.append(logs.get("loss"))


callbacks = myCallback()
loss_history = LossHistory()
model = keras.models.Sequential(
    [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
)
model.compile(optimizer=keras.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(X[:1024], y[:1024], epochs=40, callbacks=[callbacks, loss_history], verbose=0)
assert 1 < len(history.epoch) < 40
assert history.history["accuracy"][-1] > 0.9
assert all(value <= 0.9 for value in history.history["accuracy"][:-1])
assert len(loss_history.losses) == 32 * len(history.epoch)

outcome = {"keys": sorted(history.history), "accuracy": history.history["accuracy"][-1]}
