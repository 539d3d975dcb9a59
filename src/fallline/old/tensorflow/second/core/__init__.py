"""How TensorFlow 2 computes here.

tensors      arrays with TensorFlow's manners
shapes       their shapes
seeds        the seeds of random operations
fresh        what a run begins without
variables    arrays that change
entries      what tapes record
programs     compiled programs of what was recorded
evaluation   operations of `fallline.graph` on arrays, at once
functions    functions of JAX on arrays, at once
operators    Python's operators
tape         gradients of what was recorded
forms        derivatives as programs
calling      models, layers and losses on arrays
"""
