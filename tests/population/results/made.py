"""Members as a population leaves them, without any training."""

import numpy as np

from fallline.population.results.record import MemberRecord


def members(scores, *, settings=None, folds=False, status=None, epochs=3):
    """Members of candidates x runs: the scores of each run, NaN for one that diverged."""
    made = []
    for candidate, row in enumerate(scores):
        for run, score in enumerate(row):
            state = "completed" if np.isfinite(score) else "diverged"
            made.append(
                MemberRecord(
                    number=len(made),
                    candidate=candidate,
                    settings=settings[candidate] if settings else {"k": candidate},
                    seed=0 if folds else run,
                    fold=run if folds else None,
                    status=status[candidate] if status else state,
                    epochs=epochs,
                    score=float(score),
                    values={"val_loss": np.linspace(score + 1, score, epochs)},
                    seconds=1.5,
                    best_epoch=epochs - 1,
                )
            )
    return made
