"""The canonical text of a match input, so that the same record asked for in two ways is known as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from json.encoder import encode_basestring

from ..zoominfo.operations import Entity

Input = Mapping[str, object]

# They narrow a match; they do not say whom.
CONSTRAINTS = frozenset(["lastUpdatedDateAfter", "validDateAfter", "contactAccuracyScoreMin"])
ID_FIELD: dict[Entity, str] = {"contact": "personId", "company": "companyId"}
# A GTM search leaves out board members unless it is told otherwise; who is asked for by id or address is meant.
EVERYBODY: dict[Entity, dict[str, object]] = {"contact": {"boardMember": "include"}, "company": {}}
# They tell two namesakes apart, but match nobody by themselves.
_HINTS = frozenset(["jobTitle"])
_NUMBER = re.compile(r"[+-]?\d+")
_PLAIN_ID = re.compile(r"-?[1-9][0-9]*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://|^//", re.IGNORECASE)


def canonical_id(value: object) -> str:
    """A ZoomInfo id as text: 7, "7" and " 7 " are the same, and so are -7 and "-7".

    Args:
        value: number or text.

    Returns:
        The id; empty when there is none.
    """
    # Nearly all come as ZoomInfo writes them.
    if isinstance(value, str) and _PLAIN_ID.fullmatch(value):
        return value
    text = _text(value)
    return str(int(text)) if _NUMBER.fullmatch(text) else text


def own_id(entity: Entity, input: Input) -> str:
    """The record that an input names by its id alone.

    Args:
        entity: what the input describes.
        input: ZoomInfo's field names and values.

    Returns:
        The id; empty when the input gives anything else to match by, which ZoomInfo falls back on.
    """
    name = ID_FIELD[entity]
    if len(input) == 1:
        return canonical_id(input.get(name))
    if name not in input:
        return ""
    identity = {key for key, value in input.items() if key not in CONSTRAINTS and _text(value)}
    return canonical_id(input[name]) if identity == {name} else ""


def key_of_id(zi_id: str) -> str:
    """:func:`match_key` of an input that names a record by its id alone."""
    return f"id:{zi_id}"


def match_key(entity: Entity, input: Input) -> str:
    """What a match input identifies, in one canonical form.

    Everything that is given counts: ZoomInfo falls back from one key to the next, so inputs that share an id or an
    address and differ in a name can be different records. Constraints such as ``validDateAfter`` do not belong to it.

    Args:
        entity: what the input describes.
        input: ZoomInfo's field names and values.

    Returns:
        The canonical text; empty when the input holds nothing that ZoomInfo could match.
    """
    if found := own_id(entity, input):
        return key_of_id(found)
    parts = {
        name: _normal(name, text) for name, value in input.items() if name not in CONSTRAINTS and (text := _text(value))
    }
    if "firstName" in parts and "lastName" in parts and "fullName" not in parts:
        parts["fullName"] = f"{parts.pop('firstName')} {parts.pop('lastName')}"
    if not parts.keys() - _HINTS:
        return ""
    # What json.dumps writes of texts with sort_keys and without spaces, in a quarter of its time.
    told = ",".join([f"{encode_basestring(name)}:{encode_basestring(parts[name])}" for name in sorted(parts)])
    return f"parts:{{{told}}}"


def _text(value: object) -> str:
    if isinstance(value, str):
        text = value
    elif value is None or isinstance(value, bool):
        return ""
    else:
        text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def _normal(name: str, text: str) -> str:
    match name:
        case "personId" | "companyId":
            found = canonical_id(text)
        case "phone" | "companyPhone" | "companyFax":
            found = re.sub(r"\D", "", text).removeprefix("00")
        case "externalURL":
            found = _profile(text)
        case "companyWebsite":
            if _DOMAIN.fullmatch(text):
                return text.casefold().removeprefix("www.")
            found = ",".join(sorted({_host(part) for part in text.split(",")} - {""}))
        case _:
            found = text
    # What leaves nothing behind, such as "http://", still tells two inputs apart.
    return (found or text).casefold()


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
