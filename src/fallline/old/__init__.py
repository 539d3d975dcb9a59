"""Programs of other years: scripts and notebooks for TensorFlow 1 and 2 and for Keras 0.3 to 3, run as they stand.

Nobody who writes a new program meets this room: `import fallline` neither loads nor shows it. `fallline run` opens it.

program     a script or a notebook as sources, with the modules beside it that it imports
age         what a program's text tells of the versions it was written for
facts       what tells it: names, arguments and texts with the versions that had them
dating      the age that a program's uses tell
uses        what a program uses of tensorflow and Keras, with its lines
checking    what a program uses and Fallline lacks
modernise   a program in today's words
notices     what is said once in a run
reading     from a file to Python's text: notebooks, IPython's lines, Python 2
running     runs a program: imports, process, figures, failures
companions  what other libraries took away since
whose       whether a file is the program's or a library's
"""
