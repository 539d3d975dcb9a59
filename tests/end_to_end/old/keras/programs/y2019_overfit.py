import tensorflow as tf
from tensorflow import keras
import numpy as np
import matplotlib.pyplot as plt

NUM_WORDS = 120

(train_data, train_labels), (test_data, test_labels) = keras.datasets.imdb.load_data(num_words=NUM_WORDS)

def multi_hot_sequences(sequences, dimension):
    # Create an all-zero matrix of shape (len(sequences), dimension)
    results = np.zeros((len(sequences), dimension))
    for i, word_indices in enumerate(sequences):
        results[i, word_indices] = 1.0  # set specific indices of results[i] to 1s
    return results

train_data = multi_hot_sequences(train_data, dimension=NUM_WORDS)
test_data = multi_hot_sequences(test_data, dimension=NUM_WORDS)

def make(units, **options):
    model = keras.Sequential([
        keras.layers.Dense(units, activation=tf.nn.relu, input_shape=(NUM_WORDS,), **options),
        keras.layers.Dropout(0.5) if options else keras.layers.Dense(units, activation=tf.nn.relu),
        keras.layers.Dense(1, activation=tf.nn.sigmoid)
    ])
    model.compile(optimizer='adam',
                  loss='binary_crossentropy',
                  metrics=['accuracy', 'binary_crossentropy'])
    return model

baseline_model = make(16)
baseline_model.summary()
baseline_history = baseline_model.fit(train_data, train_labels, epochs=4, batch_size=32,
                                      validation_data=(test_data, test_labels), verbose=2)
l2_model = make(16, kernel_regularizer=keras.regularizers.l2(0.001))
l2_model_history = l2_model.fit(train_data, train_labels, epochs=4, batch_size=32,
                                validation_data=(test_data, test_labels), verbose=2)

def plot_history(histories, key='binary_crossentropy'):
  plt.figure(figsize=(16,10))
  for name, history in histories:
    val = plt.plot(history.epoch, history.history['val_'+key], '--', label=name.title()+' Val')
    plt.plot(history.epoch, history.history[key], color=val[0].get_color(), label=name.title()+' Train')
  plt.xlabel('Epochs')
  plt.legend()
  plt.xlim([0,max(history.epoch)])

plot_history([('baseline', baseline_history), ('l2', l2_model_history)])
plt.show()
