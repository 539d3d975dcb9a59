"""The engine: one compiled loop that trains any objective.

objective.py     what can be trained: init, loss, predict
plan.py          what to run
state.py         what a run carries, and the numbers it runs with
epoch.py         the pure functions of the loop: step, epoch, window
stopping.py      rules inside the run
probes.py        measurements inside the run
run.py           the loop on the host: dispatch, look, go on
scoring.py       evaluate and predict
pacing.py        how much to dispatch at once
placement.py     where the members of a population run
compilation.py   the one place that compiles
outcome.py       how a run ended
"""

from fallline._outcome import Outcome
from fallline.engine.compilation import CompilationReport, CompiledProgram, Program, compilation_report
from fallline.engine.objective import Batch, Evaluated, FunctionObjective, Objective, Variables
from fallline.engine.observer import Boundary, Observer
from fallline.engine.plan import Plan
from fallline.engine.probes import GradientNorm, Probe, WeightNorm
from fallline.engine.run import Data, RunResult, run
from fallline.engine.scoring import initialise, predict, score
from fallline.engine.state import Numbers, TrainingState
from fallline.engine.stopping import EarlyStopping, Rule

__all__ = [
    "Batch",
    "Boundary",
    "CompilationReport",
    "CompiledProgram",
    "Data",
    "EarlyStopping",
    "Evaluated",
    "FunctionObjective",
    "GradientNorm",
    "Numbers",
    "Objective",
    "Observer",
    "Outcome",
    "Plan",
    "Probe",
    "Program",
    "Rule",
    "RunResult",
    "TrainingState",
    "Variables",
    "WeightNorm",
    "compilation_report",
    "initialise",
    "predict",
    "run",
    "score",
]
