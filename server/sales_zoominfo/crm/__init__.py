"""Which ZoomInfo field goes into which column of a CRM's file, verified before anything is spent."""

from __future__ import annotations

from .loading import build_mapping, load_mapping, preset_names, preset_text, resolve_mapping
from .mapping import Applied, Mapping

__all__ = [
    "Applied",
    "Mapping",
    "build_mapping",
    "load_mapping",
    "preset_names",
    "preset_text",
    "resolve_mapping",
]
