# -*- coding: utf-8 -*-
from __future__ import absolute_import
from __future__ import print_function
import numpy as np
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.regularizers import l2, l1
from keras.optimizers import SGD
from keras.utils import np_utils
np.random.seed(0)

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(len(X_train), 784).astype("float32") / 255
X_test = X_test.reshape(len(X_test), 784).astype("float32") / 255
Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)

# deep network with weight decay
model = Sequential()
model.add(Dense(60, input_dim=784, init='glorot_uniform', W_regularizer=l2(.001)))
model.add(Activation('tanh'))
model.add(Dropout(0.5))
model.add(Dense(output_dim=10, init='glorot_uniform', W_regularizer=l2(.001)))
model.add(Activation('softmax'))

sgd = SGD(lr=0.1, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=["accuracy"])
model.fit(X_train, Y_train, nb_epoch=3, batch_size=50, show_accuracy=True, verbose=2, validation_data=(X_test, Y_test))
score = model.evaluate(X_test, Y_test, show_accuracy=True, verbose=0)
print('score', score[0], 'accuracy', score[1])

classes = model.predict_classes(X_test, batch_size=32)
acc = np_utils.accuracy(classes, y_test) if hasattr(np_utils, 'accuracy') else np.mean(classes == y_test)
print("Accuracy by hand: %.3f" % acc)
