import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Dropout, Activation
from keras.optimizers import SGD
from keras.callbacks import EarlyStopping
from keras.utils import to_categorical
np.random.seed(1)
kinds = np.random.randint(0, 3, 1500)
x = np.random.randn(1500, 20) + np.eye(20)[kinds] * 2
y = to_categorical(kinds, num_classes=3)
model = Sequential()
model.add(Dense(64, input_dim=20))
model.add(Activation('relu'))
model.add(Dropout(0.5))
model.add(Dense(64, activation='relu'))
model.add(Dropout(0.5))
model.add(Dense(3, activation='softmax'))
sgd = SGD(learning_rate=0.01, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])
history = model.fit(x[:1200], y[:1200], epochs=20, batch_size=32, validation_split=0.2, verbose=0,
                    callbacks=[EarlyStopping(monitor='val_loss', patience=30)])
print(len(history.history['loss']), history.history['val_loss'][-1])
print(model.evaluate(x[1200:], y[1200:], verbose=0))
print(model.predict(x[1200:], verbose=0).argmax(axis=1)[:10])
