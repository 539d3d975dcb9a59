from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.utils import class_weight
import numpy as np
import keras
from keras.layers import Dense, LeakyReLU, BatchNormalization
from keras.models import Sequential
from keras.callbacks import EarlyStopping, LearningRateScheduler
from keras.utils import to_categorical

digits = load_digits()
X_tr, X_te, y_tr, y_te = train_test_split(digits.data[:400] / 16., digits.target[:400], test_size=0.2, random_state=0)

model = Sequential([
    Dense(32, input_shape=(64,)),
    LeakyReLU(alpha=0.1),
    Dense(16),
    BatchNormalization(),
    LeakyReLU(alpha=0.1),
    Dense(10, activation='softmax')
])
model.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
# no validation data here: val_loss is not there
early_stop = EarlyStopping(monitor='val_loss', patience=2)
def schedule(epoch):
    return 0.01 if epoch < 2 else 0.001
h = model.fit(X_tr, to_categorical(y_tr), epochs=4, batch_size=32, verbose=2,
              callbacks=[early_stop, LearningRateScheduler(schedule)],
              class_weight={i: 1. + 0.1 * i for i in range(10)})
print(h.history['loss'], h.params['epochs'])
pred = np.argmax(model.predict(X_te), axis=1)
print((pred == y_te).mean())
