"""What CIFAR-10 and CIFAR-100 share: an archive of files, each a dictionary of images and labels."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fallline.datasets.arrays import check_rows
from fallline.datasets.kept import Remote, damaged, found, kept
from fallline.datasets.lists import dictionary_of


@dataclass(frozen=True)
class Archive:
    """Files that come packed.

    Attributes:
        name: The folder that they lie in.
        remote: Where the archive is.
    """

    name: str
    remote: Remote

    def folder(self) -> Path:
        """Where the files lie; unpacked, or downloaded, if they are not there.

        Raises:
            DataError: they cannot be had, or the archive is damaged.
        """
        # In the first of them Keras 3 keeps the folder, in the second Keras 2.
        unpacked = f"{self.name}-target"
        there = found(Path(unpacked) / self.name, self.name)
        if there is not None and there.is_dir():
            return there
        packed = found(f"{self.name}.tar.gz") or kept(f"{unpacked}_archive", self.remote)
        try:
            with tarfile.open(packed) as archive:
                archive.extractall(packed.parent / unpacked, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise damaged(packed, error) from error
        return packed.parent / unpacked / self.name


def images_and_labels(path: Path, labels: str) -> tuple[np.ndarray, np.ndarray]:
    """The images (n, 32, 32, 3) and the labels (n, 1) of one file.

    Raises:
        DataError: the file is not there, damaged, or of another kind.
    """
    read = dictionary_of(path)
    images = read.get("data")
    if (
        not isinstance(images, np.ndarray)
        or images.ndim != 2
        or images.shape[1] != 3072
        or labels not in read
    ):
        raise damaged(path, f"it has no data (n, 3072) or no {labels}")
    check_rows(path, (images, read[labels]))
    # Stored one colour after the other.
    return images.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), np.reshape(read[labels], (-1, 1))
