"""What a run recorded, and its files."""

from fallline.history.history import History

__all__ = ["History"]
