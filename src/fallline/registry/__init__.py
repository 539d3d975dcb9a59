"""Names and configurations: what a user may write where an object is expected, and what a file keeps of it.

table           the names of one noun: from a name, an object, a configuration or a function to an object
tables          the tables by the module of their noun
described       what a configuration describes: the base of every noun
configuration   what JSON carries of an object, and the object that it describes
formula         classes that stand for a function
argument_names  arguments under their names in older Keras
custom_objects  functions and classes of a user's own under names
"""
