"""All operations that stand in the name space `tf` itself."""

from fallline.graph.ops.arrays import *  # noqa: F403
from fallline.graph.ops.clipping import *  # noqa: F403
from fallline.graph.ops.control import *  # noqa: F403
from fallline.graph.ops.indexing import *  # noqa: F403
from fallline.graph.ops.inputs import *  # noqa: F403
from fallline.graph.ops.joining import *  # noqa: F403
from fallline.graph.ops.making import *  # noqa: F403
from fallline.graph.ops.math import *  # noqa: F403
from fallline.graph.ops.old import *  # noqa: F403
from fallline.graph.ops.python import *  # noqa: F403
from fallline.graph.ops.random import *  # noqa: F403
from fallline.graph.ops.scattering import *  # noqa: F403
from fallline.graph.ops.shaping import *  # noqa: F403
