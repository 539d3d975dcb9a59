"""What the test rows say of a network: scores and how sure they are, baselines beside them, and the verdict.

bootstrap  how sure a score, or a difference of two, is
drawing    what is drawn for that: rows, groups of rows, or blocks of rows that follow each other
tested     the test rows with what every model says of them
case       what is known when a verdict is spoken
words      scores and differences in words
doubts     why not to lean on a verdict too much
verdict    what was found, in four lines
leaks      why scores are not to be trusted
findings   what else is odd: validation, training and test rows apart, rare classes, baselines of fewer rows
judging    all of it on one run
"""

from fallline.experiment.judgement.judging import Judgement, by_harm, judge

__all__ = ["Judgement", "by_harm", "judge"]
