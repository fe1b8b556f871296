"""The canonical text of a match input, so that the same record asked for in two ways is known as one."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import cast

from ..zoominfo.operations import Entity

Input = Mapping[str, object]

# They narrow a match or choose what comes back; they do not say whom.
_CONSTRAINTS = frozenset(
    ["outputFields", "requiredFields", "lastUpdatedDateAfter", "validDateAfter", "contactAccuracyScoreMin"]
)
# They tell two namesakes apart, but match nobody by themselves.
_HINTS = frozenset(["jobTitle"])
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?\d+")
_EXTENSION = re.compile(r"\s*(?:ext\.?|extension|x|#)\s*\d+\s*$", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://|^//", re.IGNORECASE)


def canonical_id(value: object) -> str:
    """A ZoomInfo id as text: 7, "7" and " 7 " are the same, and so are -7 and "-7".

    Args:
        value: number or text.

    Returns:
        The id; empty when there is none.
    """
    text = _text(value)
    return str(int(text)) if _NUMBER.fullmatch(text) else text


def match_key(entity: Entity, input: Input) -> str:
    """What a match input identifies, in one canonical form.

    The id alone wins. For a contact then e-mail, hashed e-mail, phone (with the name, because colleagues share a
    switchboard) or profile URL; else everything that is given together, so that two inputs are taken for
    the same only when nothing tells them apart. Constraints such as ``requiredFields`` do not belong to it.

    Args:
        entity: what the input describes.
        input: ZoomInfo's field names and values.

    Returns:
        The canonical text; empty when the input holds nothing that ZoomInfo could match.
    """
    values = {name: value for name, value in input.items() if name not in _CONSTRAINTS}
    own_id = canonical_id(values.get("personId" if entity == "contact" else "companyId"))
    if own_id:
        return f"id:{own_id}"
    if entity == "contact":
        for name in ("emailAddress", "hashedEmail"):
            if found := _normal(name, values.get(name)):
                return f"{name}:{found}"
        if not _normal("phone", values.get("phone")) and (url := _normal("externalURL", values.get("externalURL"))):
            return f"externalURL:{url}"
    parts: dict[str, str] = {}
    for name, value in values.items():
        if found := _normal(name, value):
            parts[name] = found
    if "firstName" in parts and "lastName" in parts and "fullName" not in parts:
        parts["fullName"] = f"{parts.pop('firstName')} {parts.pop('lastName')}"
    if not parts.keys() - _HINTS:
        return ""
    return "parts:" + json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)):
        parts = cast("Sequence[object]", value)
        return ",".join(sorted({_text(part) for part in parts} - {""}))
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", str(value))).strip()


def _normal(name: str, value: object) -> str:
    text = _text(value)
    if not text:
        return ""
    if name == "companyId":
        return canonical_id(text)
    if name in ("phone", "companyPhone", "companyFax"):
        return re.sub(r"\D", "", _EXTENSION.sub("", text)).removeprefix("00")
    if name == "externalURL":
        return _profile(text)
    if name in ("companyWebsite", "companyDomain"):
        return ",".join(sorted({_host(part) for part in text.split(",")} - {""}))
    return text.casefold()


def _host(url: str) -> str:
    bare = re.split(r"[/?#]", _SCHEME.sub("", url.strip()), maxsplit=1)[0].rpartition("@")[2]
    return bare.casefold().partition(":")[0].rstrip(".").removeprefix("www.")


def _profile(url: str) -> str:
    bare = _SCHEME.sub("", url).partition("#")[0]
    host = _host(bare)
    rest = bare[len(re.split(r"[/?#]", bare, maxsplit=1)[0]) :]
    if host == "linkedin.com" or host.endswith(".linkedin.com"):  # its queries are tracking, its paths fold case
        rest = rest.partition("?")[0].casefold()
    return host + rest.rstrip("/")
