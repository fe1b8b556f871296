"""Where the skill is; apart from the search, which a server does not need to start."""

from pathlib import Path

SKILL_NAME = "sales-zoominfo"


def find_skill_root() -> Path:
    """Where SKILL.md and references/ are.

    Returns:
        The repository root when this module runs from a checkout (an editable install, or
        `server` on the path), else the copy inside the installed package. The directory
        may not exist; `KnowledgeBase.problems` then says so.
    """
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent.parent
    if package.parent.name == "server" and any(
        (checkout / name).exists() for name in ("SKILL.md", "references", "pyproject.toml")
    ):
        return checkout
    return package / "skill"
