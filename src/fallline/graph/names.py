"""All names of the name space `tf` itself; `fallline.graph` loads them when one is first asked for."""

from fallline.graph.core.building import constant as constant
from fallline.graph.core.context import *  # noqa: F403
from fallline.graph.core.default_session import *  # noqa: F403
from fallline.graph.core.dtypes import (
    DType as DType,
    as_dtype as as_dtype,
    bfloat16 as bfloat16,
    bool_ as bool,  # noqa: F401
    complex64 as complex64,
    complex128 as complex128,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    string as string,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
)
from fallline.graph.core.failures import OldNameWarning as OldNameWarning
from fallline.graph.core.gradients import *  # noqa: F403
from fallline.graph.core.graph import *  # noqa: F403
from fallline.graph.core.indexed_slices import IndexedSlices as IndexedSlices
from fallline.graph.core.nodes import Operation as Operation, Tensor as Tensor
from fallline.graph.core.shapes import Dimension as Dimension, TensorShape as TensorShape
from fallline.graph.core.variable_lists import *  # noqa: F403
from fallline.graph.core.variable_scopes import *  # noqa: F403
from fallline.graph.core.variables import *  # noqa: F403
from fallline.graph.drawing import picture as _picture  # noqa: F401 - graph.show()
from fallline.graph.initializers import *  # noqa: F403
from fallline.graph.old_names import *  # noqa: F403
from fallline.graph.ops.names import *  # noqa: F403
from fallline.graph.running.session import *  # noqa: F403
from fallline.graph.settings import *  # noqa: F403
from fallline.graph.summary import Summary as Summary
from fallline.graph.variable_checks import *  # noqa: F403

newaxis = None
