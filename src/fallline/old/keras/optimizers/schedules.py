"""`keras.optimizers.schedules`."""

from fallline.old.keras.behaviour.classes import of_the_room as _of_the_room
from fallline.old.keras.behaviour.functions_of_arrays import OldSchedule as _OldSchedule
from fallline.old.spaces import names_of as _names_of
from fallline.optimizers import schedules as _schedules
from fallline.optimizers.schedules import *  # noqa: F403

globals().update(
    {
        name: _of_the_room(kind, _OldSchedule)
        for name, kind in vars(_schedules).items()
        if isinstance(kind, type) and issubclass(kind, _schedules.LearningRateSchedule)
        if kind is not _schedules.LearningRateSchedule
    }
)

__getattr__ = _names_of(__name__)
