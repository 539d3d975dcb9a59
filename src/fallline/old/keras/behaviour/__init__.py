"""What old Keras's objects do that those of new programs do not.

models      models with `predict_classes`, `fit_generator`, ...
compiling   `compile` of other years        fitting     `fit`, `evaluate` and `predict` of other years
batches     generators and `Sequence`       observing   callbacks in a run
spellings   names of what is recorded       histories   what `fit` gives back
files       models as files and as text
added       losses that are tensors        tensors     symbolic tensors of the room
stepwise    models with a `train_step` of their own
eagerly     tensors of TensorFlow 2, loaded when there are any
metrics     metrics of the room, alone and in runs
pure        a model or a layer as a pure function of its weights
layers, old_layer, optimizers, callbacks   classes of the room, made by `classes`; what they began with: `facts`
rates       rates that callbacks assign    penalties   penalties on activities    functions   of losses and metrics
weights     weights as objects with a name, `numpy` and `assign`
"""
