"""Data in: what the settings name, a bundled set, a table or images, as the arrays of a run."""

from __future__ import annotations

import dataclasses
from typing import Any

from fallline.data.bundled import bundled_set
from fallline.data.reading import Table
from fallline.experiment.images import prepare_images
from fallline.experiment.parts import Prepared
from fallline.experiment.settings import Settings
from fallline.experiment.sources import is_bundled, is_images
from fallline.experiment.tables import prepare_table, table_of


def prepare(settings: Settings, rows: Any = None) -> Prepared:
    """The arrays of a run on the data that the settings name.

    A bundled name wins over a file of that name without ending: `./digits` means the file.

    Args:
        settings: What to train on.
        rows: A data frame that takes the place of what `settings.data` names; it is then a name only.

    Raises:
        DataError: the data cannot be used.
        UsageError: the settings do not fit the data.
    """
    if rows is None and is_images(settings.data):
        return prepare_images(settings)
    return prepare_table(*named_table(settings, rows))


def named_table(settings: Settings, rows: Any = None) -> tuple[Settings, Table]:
    """The table that the settings name, and the settings with the target that a bundled set brings along.

    Raises:
        DataError: the data cannot be read as a table.
    """
    if rows is not None:
        return settings, table_of(settings, rows)
    if not is_bundled(settings.data):
        return settings, table_of(settings, settings.data)
    bundled = bundled_set(settings.data)
    if settings.target is None:
        task = settings.task or bundled.task
        settings = dataclasses.replace(settings, target=bundled.target, task=task)
    table = table_of(settings, bundled.frame)
    return settings, dataclasses.replace(table, source=bundled.name, what="a bundled set")
