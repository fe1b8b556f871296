"""How the data set writes sets, e-mail hashes and addresses, for its builder and its readers."""

import hashlib
from collections.abc import Sequence
from typing import Final

DAY: Final = 86_400


def tagged(values: Sequence[str]) -> str:
    """Return a set of ids as the text `|a|b|`, which one `instr` can test."""
    return f"|{'|'.join(values)}|" if values else "|"


def hash_prefix(hex_digest: str) -> int:
    """Return the key under which a hashed e-mail address is indexed."""
    return int(hex_digest[:15], 16)


def email_digests(address: str) -> list[str]:
    """Return MD5, SHA1, SHA256 and SHA512 of an e-mail address, as hex."""
    data = address.encode()
    makers = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
    return [make(data, usedforsecurity=False).hexdigest() for make in makers]


def ip_number(address: str) -> int:
    """Return an IPv4 address as a number.

    Args:
        address: Dotted quad.

    Returns:
        The address as a 32-bit number.

    Raises:
        ValueError: Not an IPv4 address.
    """
    from ipaddress import IPv4Address

    return int(IPv4Address(address))
