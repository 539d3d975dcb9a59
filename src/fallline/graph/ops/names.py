"""All operations that TensorFlow has at its root, as `tf.add`."""

from fallline.graph.ops import (
    arithmetic,
    arrays,
    clipping,
    elementary,
    indexing,
    inputs,
    joining,
    making,
    old,
    products,
    reductions,
    shaping,
)
from fallline.graph.ops.arithmetic import *  # noqa: F403
from fallline.graph.ops.arrays import *  # noqa: F403
from fallline.graph.ops.clipping import *  # noqa: F403
from fallline.graph.ops.elementary import *  # noqa: F403
from fallline.graph.ops.indexing import *  # noqa: F403
from fallline.graph.ops.inputs import *  # noqa: F403
from fallline.graph.ops.joining import *  # noqa: F403
from fallline.graph.ops.making import *  # noqa: F403
from fallline.graph.ops.old import *  # noqa: F403
from fallline.graph.ops.products import *  # noqa: F403
from fallline.graph.ops.reductions import *  # noqa: F403
from fallline.graph.ops.shaping import *  # noqa: F403

__all__: list[str] = []
__all__ += arithmetic.__all__
__all__ += arrays.__all__
__all__ += clipping.__all__
__all__ += elementary.__all__
__all__ += indexing.__all__
__all__ += inputs.__all__
__all__ += joining.__all__
__all__ += making.__all__
__all__ += old.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += shaping.__all__
