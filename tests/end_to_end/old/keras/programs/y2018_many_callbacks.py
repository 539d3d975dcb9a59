import os
import time
import numpy as np
import keras
from keras.datasets import mnist
from keras.models import Sequential, load_model
from keras.layers import Dense, Dropout, Flatten
from keras.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard, ReduceLROnPlateau, Callback, CSVLogger

class LossHistory(Callback):
    def on_train_begin(self, logs={}):
        self.losses = []
        self.times = []

    def on_epoch_begin(self, epoch, logs={}):
        self.start = time.time()

    def on_epoch_end(self, epoch, logs={}):
        self.losses.append(logs.get('loss'))
        self.times.append(time.time() - self.start)
        if logs.get('acc') > 0.995:
            print("\nReached 99.5% accuracy so cancelling training!")
            self.model.stop_training = True

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
y_train = keras.utils.to_categorical(y_train, num_classes=10)
y_test = keras.utils.to_categorical(y_test, num_classes=10)

model = Sequential()
model.add(Flatten(input_shape=(28, 28)))
model.add(Dense(32, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.Adam(), metrics=['accuracy'])

seen = LossHistory()
filepath = "checkpoints/weights-{epoch:02d}-{val_acc:.2f}.hdf5"
callbacks = [
    EarlyStopping(monitor='val_loss', min_delta=0, patience=2, verbose=1, mode='auto'),
    ModelCheckpoint(filepath, monitor='val_acc', verbose=1, save_best_only=True, mode='max'),
    TensorBoard(log_dir='./logs', histogram_freq=0, write_graph=True, write_images=False),
    ReduceLROnPlateau(monitor='val_loss', factor=0.2, patience=1, min_lr=0.0001),
    seen,
]
history = model.fit(x_train, y_train, epochs=4, batch_size=32, verbose=0,
                    validation_data=(x_test, y_test), callbacks=callbacks)
print(seen.losses, len(seen.times), history.epoch)
print(sorted(os.listdir('checkpoints')))
assert len(os.listdir('checkpoints')) >= 1
print(model.evaluate(x_test, y_test, verbose=0))
