"""Keras 1: softmax with W_regularizer and W_constraint, one-hot targets."""

from keras.constraints import maxnorm
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.optimizers import Adam
from keras.regularizers import l1, l2
from keras.utils import to_categorical
from sklearn.datasets import load_digits

digits = load_digits()
X = digits.data.astype("float32") / 16
Y = to_categorical(digits.target, 10)

model = Sequential()
model.add(
    Dense(
        64,
        input_shape=(64,),
        init="he_normal",
        W_regularizer=l2(0.0001),
        W_constraint=maxnorm(3),
        activation="relu",
    )
)
model.add(Dropout(p=0.2))
model.add(Dense(10, init="glorot_normal", W_regularizer=l1(1e-5), activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer=Adam(lr=0.005, epsilon=1e-8), metrics=["accuracy"])
model.fit(X[:1200], Y[:1200], batch_size=64, nb_epoch=12, verbose=0, validation_data=(X[1200:], Y[1200:]))

loss, accuracy = model.evaluate(X[1200:], Y[1200:], verbose=0)
assert accuracy > 0.85

outcome = {"accuracy": accuracy}
