from keras.models import Sequential
from keras.layers import Dense, Activation
from keras import optimizers
from keras.datasets import mnist
from keras.utils import to_categorical
import matplotlib.pyplot as plt
import numpy as np
import time

(trainX, trainy), (testX, testy) = mnist.load_data()
trainX = trainX.reshape((-1, 784)).astype('float32') / 255
testX = testX.reshape((-1, 784)).astype('float32') / 255
trainy, testy = to_categorical(trainy), to_categorical(testy)

def fit_model(optimizer):
	model = Sequential()
	model.add(Dense(20, input_dim=784, activation='relu', kernel_initializer='he_uniform'))
	model.add(Dense(10, activation='softmax'))
	model.compile(loss='categorical_crossentropy', optimizer=optimizer, metrics=['accuracy'])
	history = model.fit(trainX, trainy, validation_data=(testX, testy), epochs=3, verbose=0)
	name = optimizer if isinstance(optimizer, str) else type(optimizer).__name__
	plt.plot(history.history['accuracy'], label='train')
	plt.plot(history.history['val_accuracy'], label='test')
	plt.title('opt='+name, pad=-80)
	return history.history['val_accuracy'][-1]

momentums = ['sgd', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamax',
             optimizers.SGD(lr=0.05, momentum=0.9, clipvalue=0.5), optimizers.RMSprop(lr=0.002, rho=0.8),
             optimizers.Adam(lr=0.01, beta_1=0.8, beta_2=0.99, amsgrad=True)]
results = {}
for i in range(len(momentums)):
	# determine the plot number
	plot_no = 520 + (i+1) if i < 9 else 529
	plt.subplot(plot_no)
	start = time.time()
	results[i] = fit_model(momentums[i])
	print('%d: %.3f in %.1f s' % (i, results[i], time.time() - start))
plt.show()
