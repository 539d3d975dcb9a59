"""The main job: from a data set to a judged network and its run folder. `fallline train` is its command.

from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings

experiment = run_experiment(Settings("houses.csv", target="price"))
print(experiment.report.verdict)
"""
