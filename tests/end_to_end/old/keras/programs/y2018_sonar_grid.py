from __future__ import print_function
import numpy as np
from pandas import read_csv
from sklearn.preprocessing import LabelEncoder
from sklearn.model_selection import GridSearchCV
from keras.models import Sequential
from keras.layers import Dense, Dropout
from keras.optimizers import SGD
from keras.constraints import max_norm
from keras.wrappers.scikit_learn import KerasClassifier

def create_model(neurons=5, learn_rate=0.1):
    model = Sequential()
    model.add(Dense(neurons, input_dim=10, activation='relu', kernel_constraint=max_norm(3)))
    model.add(Dropout(0.2))
    model.add(Dense(1, activation='sigmoid'))
    sgd = SGD(lr=learn_rate, momentum=0.8)
    model.compile(loss='binary_crossentropy', optimizer=sgd, metrics=['accuracy'])
    return model

np.random.seed(7)
data = read_csv('sonar.csv', header=None).values
X = data[:, :10].astype(float)
Y = LabelEncoder().fit_transform(data[:, 10])

model = KerasClassifier(build_fn=create_model, epochs=4, batch_size=10, verbose=0)
param_grid = dict(neurons=[3, 6], learn_rate=[0.05, 0.2])
grid = GridSearchCV(estimator=model, param_grid=param_grid, cv=2)
grid_result = grid.fit(X, Y)
print("Best: %f using %s" % (grid_result.best_score_, grid_result.best_params_))
for mean, param in zip(grid_result.cv_results_['mean_test_score'], grid_result.cv_results_['params']):
    print("%f with: %r" % (mean, param))
