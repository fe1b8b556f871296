"""Which files a tool may touch: those in the folders that a person has named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import SalesZoomInfoError, fail


def read_folders(setting: str | None) -> tuple[Path, ...]:
    """Folders from the setting, separated as in ``PATH``.

    Raises:
        InvalidArgument: one of them is no folder.
    """
    found: list[Path] = []
    for part in (setting or "").split(os.pathsep):
        if not part.strip():
            continue
        path = Path(part.strip()).expanduser()
        if not path.is_absolute() or not path.is_dir():
            reason = "one of its parts is no absolute path of a folder that is there"
            how = f"Give folders such as /home/me/exports, several with '{os.pathsep}' between them."
            raise fail("setting_invalid", name="ZOOMINFO_FILES", reason=reason, how=how)
        found.append(path.resolve())
    return tuple(dict.fromkeys(found))


def confined(name: str, given: object, folders: Sequence[Path]) -> Path:
    """A path that a tool may touch.

    Args:
        name: of the argument.
        given: a path; a relative one counts from the first folder.
        folders: the allowed ones.

    Returns:
        The path, made absolute, with no link in it that leads out.

    Raises:
        InvalidArgument: it is no path, or outside the folders, or none are allowed.
    """
    if not isinstance(given, str) or not given.strip() or "\0" in given:
        expected = "the path of a file"
        raise fail("wrong_type", name=name, expected=expected, got="something else", details={"field": name})
    if not folders:
        raise fail("no_folders", details={"field": name})
    path = Path(given.strip()).expanduser()
    path = path if path.is_absolute() else folders[0] / path
    try:
        # The last part too: a link within the folder can lead out of it.
        whole = path.resolve()
    except (OSError, RuntimeError, ValueError):
        raise _outside(name, folders) from None
    if not any(whole.is_relative_to(folder) for folder in folders):
        raise _outside(name, folders)
    # Of an output the link itself is refused, and not what it leads to.
    return path.parent.resolve() / path.name


def _outside(name: str, folders: Sequence[Path]) -> SalesZoomInfoError:
    allowed = ", ".join(str(folder) for folder in folders)
    return fail("outside_folders", name=name, folders=allowed, details={"field": name})
