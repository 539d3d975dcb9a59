import numpy as np
import matplotlib.pyplot as plt


def load_rings(n=80, seed=4):
    rs = np.random.RandomState(seed)
    r = np.r_[rs.rand(n // 2) * .8, 1.2 + rs.rand(n // 2) * .6]
    a = rs.rand(n) * 2 * np.pi
    X = np.c_[r * np.cos(a), r * np.sin(a)].T
    Y = np.r_[np.zeros(n // 2), np.ones(n // 2)].reshape(1, n)
    i = rs.permutation(n)
    return X[:, i[:60]], Y[:, i[:60]], X[:, i[60:]], Y[:, i[60:]]


def _forward(parameters, X):
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A = np.maximum(0, parameters['W%d' % l].dot(A) + parameters['b%d' % l])
    return parameters['W%d' % L].dot(A) + parameters['b%d' % L]


def predict_dec(parameters, X):
    return _forward(parameters, X) > 0


def accuracy_of(parameters, X, Y):
    return np.mean(predict_dec(parameters, X) == Y)


def show_boundary(model, X, y):
    x_min, x_max = X[0, :].min() - 1, X[0, :].max() + 1
    y_min, y_max = X[1, :].min() - 1, X[1, :].max() + 1
    xx, yy = np.meshgrid(np.arange(x_min, x_max, .5), np.arange(y_min, y_max, .5))
    Z = model(np.c_[xx.ravel(), yy.ravel()]).reshape(xx.shape)
    plt.contourf(xx, yy, Z, cmap=plt.cm.Spectral)
    plt.scatter(X[0, :], X[1, :], c=y.ravel(), cmap=plt.cm.Spectral)
    plt.show()
