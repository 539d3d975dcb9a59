"""`keras.export`: out of scope."""

from fallline.old.spaces import names_of as _names_of

_REASON = "model.save writes one file, and load_model reads it."
__getattr__ = _names_of(__name__, outside={"ExportArchive": _REASON})
