"""What old Keras's objects do that those of new programs do not.

pure        a model or a layer as a pure function of its weights
weights     weights as objects with a name, `numpy` and `assign`
"""
