"""`tf.train`: optimizers, rates, averages, checkpoints.

optimizer        what optimizers share: gradients, slots, the operation of a step
rule             those whose step is a rule, in one node for each variable
descent          gradient descent, with momentum, with penalties
adagrad          rates from sums of squared gradients
adaptive         rates from moving averages of them
ftrl             follow the regularised leader
slots            variables kept beside those of a model
decay            rates that depend on the step
schedules        such rates as schedules of a run
global_step      the variable that counts steps
moving_averages  averages of variables
saver            values to files and back
checkpoints      what lies in files
threads          coordinators; queues, which are refused
graph_text       a graph as a text to read
not_offered      what is not offered, and what to do instead
"""

from difflib import get_close_matches
from typing import Any

from fallline.graph.core.failures import absent
from fallline.graph.files import (
    CheckpointReader,
    CheckpointState,
    checkpoint_exists,
    get_checkpoint_state,
    latest_checkpoint,
)
from fallline.graph.ops.old import renamed
from fallline.graph.summary import FileWriter
from fallline.graph.train.adagrad import AdagradDAOptimizer, AdagradOptimizer, ProximalAdagradOptimizer
from fallline.graph.train.adaptive import AdadeltaOptimizer, AdamOptimizer, RMSPropOptimizer
from fallline.graph.train.checkpoints import (
    NewCheckpointReader,
    export_meta_graph,
    import_meta_graph,
    list_variables,
    load_checkpoint,
    load_variable,
)
from fallline.graph.train.decay import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    polynomial_decay,
)
from fallline.graph.train.descent import (
    GradientDescentOptimizer,
    MomentumOptimizer,
    ProximalGradientDescentOptimizer,
)
from fallline.graph.train.ftrl import FtrlOptimizer
from fallline.graph.train.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from fallline.graph.train.graph_text import write_graph
from fallline.graph.train.moving_averages import ExponentialMovingAverage
from fallline.graph.train.not_offered import NOT_OFFERED
from fallline.graph.train.optimizer import Optimizer
from fallline.graph.train.saver import Saver
from fallline.graph.train.threads import (
    Coordinator,
    QueueRunner,
    add_queue_runner,
    batch,
    shuffle_batch,
    slice_input_producer,
    start_queue_runners,
    string_input_producer,
)

piecewise_constant_decay = piecewise_constant
SummaryWriter = renamed("tf.train.SummaryWriter", "tf.summary.FileWriter", FileWriter)

__all__ = [
    "AdadeltaOptimizer",
    "AdagradDAOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "CheckpointReader",
    "CheckpointState",
    "Coordinator",
    "ExponentialMovingAverage",
    "FtrlOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "NewCheckpointReader",
    "Optimizer",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "QueueRunner",
    "RMSPropOptimizer",
    "Saver",
    "SummaryWriter",
    "add_queue_runner",
    "assert_global_step",
    "batch",
    "checkpoint_exists",
    "cosine_decay",
    "cosine_decay_restarts",
    "create_global_step",
    "exponential_decay",
    "export_meta_graph",
    "get_checkpoint_state",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "import_meta_graph",
    "inverse_time_decay",
    "latest_checkpoint",
    "linear_cosine_decay",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "natural_exp_decay",
    "noisy_linear_cosine_decay",
    "piecewise_constant",
    "piecewise_constant_decay",
    "polynomial_decay",
    "shuffle_batch",
    "slice_input_producer",
    "start_queue_runners",
    "string_input_producer",
    "write_graph",
]


def __getattr__(name: str) -> Any:
    if name in NOT_OFFERED:
        raise AttributeError(f"tf.train.{name} is out of scope of fallline.graph: {NOT_OFFERED[name]}.")
    raise absent("tf.train", name, get_close_matches(name, __all__, 1))
