"""The engine: one compiled loop that trains any objective.

objective.py     what can be trained: init, loss, predict, and what few say besides
share.py         which rows of the data one network sees
plan.py          what to run
state.py         what a run carries, and the numbers it runs with
window.py        the sizes a run is compiled for, and the part that one dispatch executes
step.py, choice.py, closing.py, epoch.py   the pure functions of the loop: a step, its rows, an epoch and its close
stopping.py      rules inside the run
learning_rate_rule.py, plateau.py, learning_rate_scheduler.py   rules that set the learning rate
weight_averaging.py   a rule that ends with the mean of late weights
monitoring.py    the value that a rule watches
probes.py        measurements inside the run
run.py           the loop on the host: dispatch, look, go on
calls.py         what is taken apart once for calls that are made again and again
single_step.py   one step, for those who write the loop themselves
packed.py        many small arrays as one, for a call that takes and gives fewer
blocks.py        the order of rows, made while the device works
pacing.py        how much to dispatch at once
placement.py     where the members of a population run
observer.py, between.py   who looks between dispatches, and who may change something
interrupts.py    Ctrl-C
trace.py         what was recorded
resume.py        where a run goes on, or members of a population
finishing.py, endings.py   what a run ends with, and how it ended
scoring.py       evaluate and predict
compilation.py   the one place that compiles
"""

from fallline.compilation.program import (
    CompilationReport,
    CompiledProgram,
    Program,
    compilation_report,
    used_by,
)
from fallline.engine.calls import Calls, Flat, Prepared, steadily
from fallline.engine.learning_rate_scheduler import LearningRateScheduler
from fallline.engine.objective import (
    Batch,
    Evaluated,
    FunctionObjective,
    Objective,
    Parts,
    Step,
    Variables,
)
from fallline.engine.observer import Boundary, Observer
from fallline.engine.plan import Plan
from fallline.engine.plateau import ReduceLROnPlateau
from fallline.engine.probes import EpochEnd, GradientNorm, Probe, WeightNorm
from fallline.engine.resume import Resume
from fallline.engine.run import Data, RunResult, run
from fallline.engine.scoring import initialise, predict, sample, score
from fallline.engine.share import Share
from fallline.engine.single_step import Taken, single_step, with_packed_slots
from fallline.engine.state import Numbers, TrainingState
from fallline.engine.step import take_step
from fallline.engine.stopping import EarlyStopping, Rule, RunFacts
from fallline.engine.weight_averaging import StochasticWeightAveraging
from fallline.history.outcome import Outcome

__all__ = [
    "Batch",
    "Boundary",
    "Calls",
    "CompilationReport",
    "CompiledProgram",
    "Data",
    "EarlyStopping",
    "EpochEnd",
    "Evaluated",
    "Flat",
    "FunctionObjective",
    "GradientNorm",
    "LearningRateScheduler",
    "Numbers",
    "Objective",
    "Observer",
    "Outcome",
    "Parts",
    "Plan",
    "Prepared",
    "Probe",
    "Program",
    "ReduceLROnPlateau",
    "Resume",
    "Rule",
    "RunFacts",
    "RunResult",
    "Share",
    "Step",
    "StochasticWeightAveraging",
    "Taken",
    "TrainingState",
    "Variables",
    "WeightNorm",
    "compilation_report",
    "initialise",
    "predict",
    "run",
    "sample",
    "score",
    "single_step",
    "steadily",
    "take_step",
    "used_by",
    "with_packed_slots",
]
