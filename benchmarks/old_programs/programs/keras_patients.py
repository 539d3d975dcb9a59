# binary classification of a small table, as in so many first lessons
from keras.models import Sequential
from keras.layers import Dense
import numpy
numpy.random.seed(7)
X = numpy.random.randn(768, 8)
Y = (X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * numpy.random.randn(768) > 0).astype(int)
model = Sequential()
model.add(Dense(12, input_dim=8, activation='relu'))
model.add(Dense(8, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, Y, epochs=50, batch_size=10, verbose=0)
scores = model.evaluate(X, Y, verbose=0)
print("accuracy: %.2f%%" % (scores[1] * 100))
