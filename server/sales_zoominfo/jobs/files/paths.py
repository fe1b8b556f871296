"""Where an output may go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ...errors import SalesZoomInfoError, fail
from .model import PACKED, SUFFIXES, plain


def allowed_output(path: Path, *, source: Path | None, folders: Sequence[Path] | None) -> Path:
    """The path of an output, made absolute, when it may be written.

    Args:
        path: as given; ``~`` is the home folder, a relative path counts from the current folder.
        source: the input, which no output may replace.
        folders: those that it must be in, at any depth; None lets it be anywhere.

    Returns:
        The path with every link of its folder resolved.

    Raises:
        InvalidArgument: it is the input, a link, a folder or device, outside the folders, or not writable.
    """
    try:
        given = path.expanduser()
        if not given.name or given.name == "..":
            raise _refused(path, "it names a folder", "Give the name of a file.")
        if given.is_symlink():
            how = "Give the path of the file itself, or of one that does not exist yet."
            raise _refused(path, "it is a symbolic link", how)
        if "\x00" in given.name:
            raise _refused(path, "a name cannot hold a NUL character", "Give another name.")
        target = given.parent.resolve(strict=True) / given.name
        if not target.parent.is_dir():
            raise _refused(path, "its folder is no folder", "Give a path in a folder.")
        if folders is not None and not any(_within(target, folder) for folder in folders):
            allowed = ", ".join(str(folder) for folder in folders) or "none"
            raise _refused(path, "it is outside the allowed folders", f"Allowed: {allowed}.")
        if target.is_dir():
            raise _refused(path, "it is a folder", "Give the name of a file in it.")
        if target.exists():
            if not target.is_file():
                raise _refused(path, "it is no regular file", "Give the path of a file.")
            if source is not None and source.exists() and target.samefile(source):
                raise _refused(path, "it is the input", "Give another name; the input is never written to.")
        elif source is not None and os.path.normcase(target) == os.path.normcase(source.expanduser().resolve()):
            raise _refused(path, "it is the input", "Give another name; the input is never written to.")
    except FileNotFoundError:
        raise _refused(path, "its folder does not exist", "Make the folder, or give another.") from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = plain(error) if isinstance(error, OSError) else "the path cannot be read"
        raise _refused(path, reason, "Give another path, in a folder that exists.") from None
    if not os.access(target.parent, os.W_OK | os.X_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise _refused(path, "you may not write there", "Give a path in a folder that you can write to.")
    return target


def marked(path: Path, mark: str) -> Path:
    """A path whose name says more: ``people.csv.gz`` with ``enriched`` gives ``people.enriched.csv.gz``.

    Args:
        path: of a file of rows.
        mark: what is put before the ending, which is of two parts where a packed file's name tells its format.
    """
    whole = Path(path.stem)
    if path.suffix.lower() == PACKED and whole.suffix.lower() in SUFFIXES:
        return path.with_name(f"{whole.stem}.{mark}{whole.suffix}{path.suffix}")
    return path.with_name(f"{path.stem}.{mark}{path.suffix}")


def _within(target: Path, folder: Path) -> bool:
    try:
        return target.is_relative_to(folder.expanduser().resolve(strict=True))
    except (OSError, RuntimeError):
        return False


def _refused(path: Path, reason: str, how: str) -> SalesZoomInfoError:
    return fail("output_refused", file=path.name[-80:] or str(path)[-80:], reason=reason, how=how)
