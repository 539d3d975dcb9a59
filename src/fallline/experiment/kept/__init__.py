"""What a run leaves, and what is read back from it.

run_folder.py    the folder, claimed before the training and written file by file
row_files.py     the rows of a run as files: the part of each, and what was predicted of the test rows
saved_file.py    what the model file says of itself; saved_run.py the run that is read from it
rows_in.py       raw rows as a run reads them
loaded_run.py    a run in Python
program.py       the compiled prediction, in the user's cache folder
"""
