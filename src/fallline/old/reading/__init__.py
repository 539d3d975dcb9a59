"""From a file to Python's text: encodings, notebooks, lines that are IPython's, and what is no Python."""
