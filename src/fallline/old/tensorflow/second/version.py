"""`tf.version`."""

from fallline.old.tensorflow.second import __version__ as VERSION  # noqa: N812

GIT_VERSION = f"v{VERSION}"
COMPILER_VERSION = ""
GRAPH_DEF_VERSION = 1482
__all__ = ["COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "VERSION"]
