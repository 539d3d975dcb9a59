# four folds, a new model for each
import numpy as np
from keras import models, layers
rs = np.random.RandomState(0)
train_data = rs.randn(404, 13)
train_targets = train_data.dot(rs.randn(13)) + 20 + rs.randn(404)

def build_model():
    model = models.Sequential()
    model.add(layers.Dense(64, activation='relu', input_shape=(train_data.shape[1],)))
    model.add(layers.Dense(64, activation='relu'))
    model.add(layers.Dense(1))
    model.compile(optimizer='rmsprop', loss='mse', metrics=['mae'])
    return model

k, num_epochs = 4, 30
n = len(train_data) // k
all_scores = []
for i in range(k):
    val_data, val_targets = train_data[i * n:(i + 1) * n], train_targets[i * n:(i + 1) * n]
    part = np.concatenate([train_data[:i * n], train_data[(i + 1) * n:]], axis=0)
    part_t = np.concatenate([train_targets[:i * n], train_targets[(i + 1) * n:]], axis=0)
    model = build_model()
    model.fit(part, part_t, epochs=num_epochs, batch_size=16, verbose=0)
    val_mse, val_mae = model.evaluate(val_data, val_targets, verbose=0)
    all_scores.append(val_mae)
print(np.mean(all_scores))
