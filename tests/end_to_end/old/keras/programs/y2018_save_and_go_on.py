import os
import numpy as np
from keras.models import Sequential, load_model
from keras.layers import Dense
from keras.callbacks import ModelCheckpoint, EarlyStopping
from keras import regularizers

np.random.seed(3)
data = np.genfromtxt('pima-indians-diabetes.csv', delimiter=',')
np.random.shuffle(data)
x, t = data[:, :8] / 100.0, data[:, 8]

model = Sequential()
model.add(Dense(24, input_dim=8, activation='relu', kernel_regularizer=regularizers.l1_l2(l1=1e-4, l2=1e-3)))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
MODEL_DIR = './model/'
modelpath = "./model/{epoch:02d}-{val_loss:.4f}.hdf5"
checkpointer = ModelCheckpoint(filepath=modelpath, monitor='val_loss', verbose=0, save_best_only=True)
early_stopping_callback = EarlyStopping(monitor='val_loss', patience=3, restore_best_weights=True)
if not os.path.exists(MODEL_DIR):
    os.mkdir(MODEL_DIR)
history = model.fit(x, t, validation_split=0.2, epochs=5, batch_size=20, verbose=0,
                    callbacks=[early_stopping_callback, checkpointer])
y_vloss = history.history['val_loss']
y_acc = history.history['acc']
print(len(y_vloss), y_acc[-1])
model.save('saved/later/my_model.h5') if os.path.isdir('saved/later') else model.save('my_model.h5')
del model
model = load_model('my_model.h5')
print("\n Accuracy: %.4f" % (model.evaluate(x, t)[1]))
model.fit(x, t, epochs=2, batch_size=20, verbose=0)
model.summary()
