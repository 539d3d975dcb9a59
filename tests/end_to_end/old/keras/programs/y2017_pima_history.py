import numpy as np
import matplotlib.pyplot as plt
from sklearn.model_selection import train_test_split
from keras.models import Sequential
from keras.layers import Dense, Dropout
from keras import optimizers
import pandas as pd

names = ['preg', 'plas', 'pres', 'skin', 'test', 'mass', 'pedi', 'age', 'class']
df = pd.read_csv('pima-indians-diabetes.csv', header=None, names=names)
X = df.drop('class', axis=1).values.astype('float32')
y = df['class'].values
X = (X - X.mean(axis=0)) / X.std(axis=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=42)

model = Sequential()
model.add(Dense(16, input_shape=(8,), kernel_initializer='normal', activation='relu'))
model.add(Dropout(0.3))
model.add(Dense(8, activation='tanh'))
model.add(Dense(1, activation='sigmoid'))
adam = optimizers.Adam(lr=0.005)
model.compile(loss='binary_crossentropy', optimizer=adam, metrics=['acc'])
history = model.fit(X_train, y_train, validation_split=0.2, epochs=6, batch_size=16, verbose=0)

# list all data in history
print(history.history.keys())
# summarize history for accuracy
plt.plot(history.history['acc'])
plt.plot(history.history['val_acc'])
plt.title('model accuracy')
plt.ylabel('accuracy')
plt.xlabel('epoch')
plt.legend(['train', 'test'], loc='upper left')
plt.show()
plt.plot(history.history['loss'])
plt.plot(history.history['val_loss'])
plt.show()

y_pred = model.predict_classes(X_test)
y_prob = model.predict_proba(X_test)
print(y_pred[:5], y_prob[:5])
from sklearn.metrics import confusion_matrix, classification_report, roc_auc_score
print(confusion_matrix(y_test, y_pred))
print(roc_auc_score(y_test, y_prob))
