"""`get_file`: a file from the net, kept where Keras keeps it."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from fallline.errors import DataError, UsageError
from fallline.old import age


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    force_download: bool = False,
    cache_dir: Any = None,
) -> str:
    """Downloads a file, unless it lies there already.

    Args:
        fname: The name of the file; None: the last part of origin.
        origin: Its address; `file://` too.
        untar: Whether it is a tar archive to unpack, with the ending .tar.gz beside the name.
        md5_hash: Its MD5 hash; older name of file_hash.
        file_hash: Its hash, SHA-256 or MD5; a file with another one is downloaded again.
        cache_subdir: The folder within cache_dir.
        hash_algorithm: "md5", "sha256" or "auto", by the hash's length.
        extract: Whether to unpack it, tar or zip.
        archive_format: "tar", "zip", a list of them, "auto" for both, or None.
        force_download: Whether to download it in any case.
        cache_dir: Where files are kept; None: KERAS_HOME, or `~/.keras`.

    Returns:
        The path of the file; with untar, and for a program of Keras 3 with extract, of what was unpacked.

    Raises:
        DataError: the address cannot be reached, or the file has another hash.
        UsageError: no address is given.

    Source: Keras 2 for names and arguments.
    """
    if origin is None:
        raise UsageError("get_file: give origin, the address of the file.")
    name = str(fname) if fname else Path(unquote(urlsplit(origin).path)).name
    home = Path(cache_dir or os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()
    target = home / cache_subdir / (f"{name}.tar.gz" if untar else name)
    target.parent.mkdir(parents=True, exist_ok=True)
    given = file_hash or md5_hash
    known = None if given is None else f"{_algorithm(given, hash_algorithm)}:{given}"
    if force_download or not target.exists() or not _fits(target, known):
        print(f"Downloading data from {origin}", flush=True)
        _download(origin, target, known)
    if untar:
        _unpack(target, target.parent, "tar")
        return str(target.parent / name)
    if extract and archive_format is not None:
        later = age.current().keras_from
        if later is not None and later >= (3, 0):
            folder = target.with_name(target.name.replace(".tar.gz", "").replace(".", "_") + "_extracted")
            _unpack(target, folder, archive_format)
            return str(folder)
        _unpack(target, target.parent, archive_format)
    return str(target)


def _algorithm(given: str, algorithm: str) -> str:
    if algorithm != "auto":
        return algorithm
    return "sha256" if len(given) == 64 else "md5"


def _fits(path: Path, known: str | None) -> bool:
    if known is None:
        return True
    import pooch

    algorithm, _, wanted = known.partition(":")
    return bool(pooch.file_hash(str(path), alg=algorithm) == wanted)


def _download(origin: str, target: Path, known: str | None) -> None:
    import pooch

    part = target.with_name(target.name + ".part")
    try:
        if origin.startswith("file:"):
            with urlopen(origin) as source, part.open("wb") as file:
                shutil.copyfileobj(source, file)
        else:
            pooch.get_logger().setLevel("WARNING")
            pooch.retrieve(origin, known, part.name, part.parent)
        if not _fits(part, known):
            raise DataError(f"get_file: what {origin} gives has not the hash {known}.")
        part.replace(target)
    except DataError:
        raise
    except (
        OSError,
        URLError,
        ValueError,
    ) as error:  # requests's errors are OSErrors; pooch says of hashes ValueError
        raise DataError(
            f"get_file: cannot download {origin}: {type(error).__name__}: {error!s:.200} "
            f"Put the file at {target} yourself, and it is taken from there."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _unpack(path: Path, folder: Path, formats: Any) -> None:
    """Unpacks an archive of one of the formats; anything else is left as it is."""
    wanted = (
        ("tar", "zip") if formats == "auto" else (formats,) if isinstance(formats, str) else tuple(formats)
    )
    if "tar" in wanted and tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    elif "zip" in wanted and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
