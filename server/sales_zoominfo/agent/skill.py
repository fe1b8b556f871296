"""The skill in three levels: its name and description, the body, and the references that the body links to."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import yaml

from ..errors import fail, near
from ..knowledge.root import find_skill_root

ENTRY = "SKILL.md"
REFERENCES = "references"


class Skill:
    """A folder with ``SKILL.md`` and ``references/``.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def find(cls) -> Skill:
        """The skill of this installation.

        Raises:
            NotFound: the installation has lost it.
        """
        skill = cls(find_skill_root())
        skill.read(ENTRY)
        return skill

    @cached_property
    def index(self) -> str:
        """Name and description, all that the model sees before it opens the skill."""
        front = yaml.safe_load(self.read(ENTRY).split("---", 2)[1])
        return f"{front['name']}: {front['description']}"

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file that may be read, as paths below the root."""
        references = sorted((self._root / REFERENCES).rglob("*.md"))
        return (ENTRY, *(path.relative_to(self._root).as_posix() for path in references))

    def read(self, path: str) -> str:
        """A file of the skill, whole.

        Args:
            path: as the skill links to it; a ``#section`` is left out of account.

        Raises:
            NotFound: the skill has no such file.
        """
        name = self.name_of(path)
        try:
            return (self._root / name).read_text(encoding="utf-8")
        except OSError:
            raise self._missing(path) from None

    def name_of(self, path: str) -> str:
        """The one spelling of a path.

        Raises:
            NotFound: the skill has no such file.
        """
        name = path.partition("#")[0].strip().removeprefix("./")
        # Only what is listed, so that no path leads out.
        if name not in self.files:
            raise self._missing(path)
        return name

    def _missing(self, path: str) -> Exception:
        how = f"{ENTRY} links to every file; the paths are such as references/plans.md."
        return fail("not_found", thing="file of the skill", name=path[:120], hint=near(path, self.files), how=how)
