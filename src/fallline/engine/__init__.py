"""The engine: one compiled loop that trains any objective.

objective.py     what can be trained: init, loss, predict
plan.py          what to run
state.py         what a run carries, and the numbers it runs with
epoch.py         the pure functions of the loop: step, epoch, window
stopping.py      rules inside the run
plateau.py, learning_rate_scheduler.py   rules that set the learning rate
probes.py        measurements inside the run
run.py           the loop on the host: dispatch, look, go on
scoring.py       evaluate and predict
single_step.py   one step, for those who write the loop themselves
calls.py         what is taken apart once for calls that are made again and again
pacing.py        how much to dispatch at once
placement.py     where the members of a population run
compilation.py   the one place that compiles
endings.py       how a run ended
"""

from fallline.engine.calls import Calls, Flat, Prepared
from fallline.engine.compilation import CompilationReport, CompiledProgram, Program, compilation_report
from fallline.engine.learning_rate_scheduler import LearningRateScheduler
from fallline.engine.objective import Batch, Evaluated, FunctionObjective, Objective, Parts, Variables
from fallline.engine.observer import Boundary, Observer
from fallline.engine.plan import Plan
from fallline.engine.plateau import ReduceLROnPlateau
from fallline.engine.probes import EpochEnd, GradientNorm, Probe, WeightNorm
from fallline.engine.resume import Resume
from fallline.engine.run import Data, RunResult, run
from fallline.engine.scoring import initialise, predict, sample, score
from fallline.engine.single_step import single_step
from fallline.engine.state import Numbers, TrainingState
from fallline.engine.stopping import EarlyStopping, Rule, RunFacts
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
]
