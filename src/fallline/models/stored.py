"""Models as files and as configurations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fallline.models import saving
from fallline.models.arguments import knows_keras
from fallline.models.configuration import describe, restored
from fallline.models.deferred import Deferred
from fallline.registry.custom_objects import custom_object_scope


class Stored(Deferred):
    """A model that can be written down and read again."""

    @knows_keras
    def save(
        self,
        path: str | Path,
        overwrite: bool = True,
        *,
        include_optimizer: bool = True,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Writes the model to one file: layers, weights, how it was compiled, and where its optimizer stands.

        No code is stored: functions and classes of your own are named, and `load_model` is told what the names
        stand for (`custom_objects`).

        Args:
            path: The file, by custom `*.fallline`.
            overwrite: Whether an existing file may be replaced.
            include_optimizer: Whether optimizer (its state too), loss and metrics are stored.
            extra: JSON-able content to store beside the network; `load_model(path).extra` gives it back.

        Raises:
            UsageError: the model holds a function without a name, or the file exists and must not be replaced.
        """
        if extra is not None:
            self.extra = extra
        saving.save_model(self, path, overwrite, include_optimizer=include_optimizer)

    @knows_keras
    def save_weights(self, path: str | Path, overwrite: bool = True) -> None:
        """Writes the arrays alone to one file; any model of the same layers can load them.

        Raises:
            UsageError: the file exists and must not be replaced.
        """
        saving.save_weights(self, path, overwrite)

    @knows_keras
    def load_weights(self, path: str | Path, skip_mismatch: bool = False) -> None:
        """Reads the arrays from a file that `save_weights` or `save` wrote. The optimizer starts afresh.

        Args:
            path: The file.
            skip_mismatch: Whether arrays that fit nothing by name and shape are left out, with a warning that names the
                arrays of the model that stay as they are.

        Raises:
            SavedFileError: the file is missing or damaged, or its arrays do not fit.
        """
        saving.load_weights(self, path, skip_mismatch)

    def to_json(self) -> str:
        """`get_config` as text; `models.model_from_json` reads it.

        Raises:
            UsageError: a layer holds a function without a name.
        """
        return json.dumps(self.get_config())

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected, as a dictionary for JSON; without arrays.

        Raises:
            UsageError: a layer holds a function without a name.
        """
        return describe(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """The model that a `get_config` described, with fresh arrays.

        Args:
            config: The configuration.
            custom_objects: What the names of your own functions and classes stand for, `{"my_loss": my_loss}`.

        Raises:
            SavedFileError: the configuration is none of a model, or holds a name of which nobody said what it is.
        """
        with custom_object_scope(custom_objects):
            return restored(config)
