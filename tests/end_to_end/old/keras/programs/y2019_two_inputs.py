import numpy as np
import pandas as pd
import keras
from keras.models import Model
from keras.layers import Input, Dense, concatenate, Dropout, BatchNormalization
from keras.optimizers import Adam
from keras.utils import plot_model, to_categorical
from sklearn.preprocessing import MinMaxScaler, LabelBinarizer

cols = pd.read_csv('bank.csv')
numbers = MinMaxScaler().fit_transform(cols[['Score', 'Age', 'Balance']])
lands = LabelBinarizer().fit_transform(cols['Land'])
left = cols['Exited'].values
gender = to_categorical((cols['Gender'] == 'Male').astype(int), 2)

main_input = Input(shape=(3,), dtype='float32', name='main_input')
x = Dense(16, activation='relu')(main_input)
auxiliary_input = Input(shape=(3,), name='aux_input')
x = concatenate([x, auxiliary_input])
x = Dense(16, activation='relu')(x)
main_output = Dense(1, activation='sigmoid', name='main_output')(x)
gender_output = Dense(2, activation='softmax', name='gender_output')(x)

model = Model(inputs=[main_input, auxiliary_input], outputs=[main_output, gender_output])
plot_model(model, to_file='multi.png', show_shapes=True, show_layer_names=True)
model.compile(optimizer=Adam(lr=0.01),
              loss={'main_output': 'binary_crossentropy', 'gender_output': 'categorical_crossentropy'},
              loss_weights={'main_output': 1., 'gender_output': 0.2})
model.fit({'main_input': numbers, 'aux_input': lands},
          {'main_output': left, 'gender_output': gender},
          epochs=5, batch_size=32, verbose=2)
print(model.predict([numbers[:3], lands[:3]]))
print(model.get_layer('main_output').get_weights()[0].shape)
