"""Values of the list as they may be shown: enough to recognise one's own entry, too little to tell anybody else."""

from __future__ import annotations

from .identifiers import Kind


def mask(kind: Kind, value: str) -> str:
    """A value with most of it hidden.

    Args:
        kind: what it names.
        value: canonical.
    """
    if kind == "email":
        local, _, host = value.rpartition("@")
        return f"{local[:1]}***@{_host(host)}"
    if kind == "domain":
        return _host(value)
    return f"{'+' if value.startswith('+') else ''}***{value[-2:]}"


def _host(host: str) -> str:
    name, dot, rest = host.partition(".")
    return f"{name[:1]}***{dot}{rest}"
