"""What old Keras's objects do that those of new programs do not.

models      models with `predict_classes`, `fit_generator`, ...
compiling   `compile` of other years        fitting     `fit`, `evaluate` and `predict` of other years
batches     generators and `Sequence`       observing   callbacks in a run
spellings   names of what is recorded       histories   what `fit` gives back
files       models as files and as text
pure        a model or a layer as a pure function of its weights
weights     weights as objects with a name, `numpy` and `assign`
"""
