"""RSA private keys as people paste them: repaired, or refused with what is wrong."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SalesZoomInfoError, fail

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LONGEST_KEY = 65_536
# Word processors turn the hyphens of the frame into dashes.
_DASH = "[-\u2010-\u2015]"
_BEGIN = re.compile(rf"{_DASH}+[ \t]*BEGIN ([A-Z0-9 ]+?)[ \t]*{_DASH}+")
_END = re.compile(rf"{_DASH}+[ \t]*END ([A-Z0-9 ]+?)[ \t]*{_DASH}+")
_SSH = ("ssh-", "ecdsa-")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_PEM_HEADER = re.compile(r"(?m)^[ \t]*[A-Za-z-]+:[^\n]*$")


def load_private_key(text: str) -> RSAPrivateKey:
    r"""Read an RSA private key as people paste it.

    Args:
        text: PEM (PKCS#8 or PKCS#1), also with literal ``\n``, on one line, indented, with CRLF, quoted, with a byte
            order mark, in base64 or without its frame; or the path of a file that holds one.

    Returns:
        The key.

    Raises:
        AuthenticationFailed: ``key_unreadable`` with what is wrong; the text itself is never part of it.
    """
    return _load_der(_der(key_bytes(text)))


def _unreadable(reason: str) -> SalesZoomInfoError:
    return fail("key_unreadable", reason=reason)


def key_bytes(text: str) -> bytes:
    """The key's bytes: the text itself, or what is in the file it names."""
    name = text.strip().strip("\ufeff\"'").strip()
    if not name:
        raise _unreadable("it is empty")
    if len(name) > _LONGEST_KEY:
        raise _unreadable("it is far too long for a key")
    # Base64 has slashes like a path, but is longer than one.
    packed = len(name) > 200 and _BASE64.fullmatch(name)
    if packed or name.startswith(_SSH) or any(part in name for part in ("BEGIN ", "END ", "\n", "\0")):
        return text.encode("utf-8", "replace")
    content: bytes | None = None
    trouble = ""
    path = Path(name)
    try:
        path = path.expanduser()
        if path.is_dir():
            trouble = "it names a folder"
        elif path.is_file():
            with path.open("rb") as file:
                content = file.read(_LONGEST_KEY + 1)
        elif "/" in name or "\\" in name or path.suffix.lower() in (".pem", ".key", ".p8", ".der", ".txt"):
            trouble = "the file that it names does not exist"
    except ValueError:  # no path that the system can encode
        content = None
    except (OSError, RuntimeError) as error:
        trouble = f"the file that it names cannot be read ({type(error).__name__})"
    if trouble:
        raise _unreadable(trouble)
    if content is None:
        return text.encode("utf-8", "replace")
    if not content.strip():
        raise _unreadable("the file is empty")
    if len(content) > _LONGEST_KEY:
        raise _unreadable("the file is far too long for a key")
    return content


def _der(raw: bytes, *, unwrapped: bool = False) -> bytes:
    """The binary form, from PEM in any state of repair."""
    if raw[:1] == b"\x30" and raw[1:2] in (b"\x81", b"\x82", b"\x83"):
        return raw
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = raw.decode(encoding, "replace").strip().strip("\ufeff\"'").strip()
    for literal, real in (("\\r", "\r"), ("\\n", "\n"), ("\\t", " "), ("\r", "\n")):
        text = text.replace(literal, real)
    begins = list(_BEGIN.finditer(text))
    if not begins:
        return _unframed(text, unwrapped)
    # A bundle may hold a certificate first.
    begin = next((match for match in begins if match[1].endswith("PRIVATE KEY")), begins[0])
    label = begin[1]
    wrong = _wrong_kind(label)
    if wrong is not None:
        raise _unreadable(wrong)
    end = _END.search(text, begin.end())
    if end is None:
        raise _unreadable("it is cut off, the END line is missing")
    body = text[begin.end() : end.start()]
    if "ENCRYPTED" in body:
        raise _unreadable("it is protected by a passphrase; export it without one")
    packed = "".join(_PEM_HEADER.sub("", body).split())
    return _whole(_decode(packed))


def _unframed(text: str, unwrapped: bool) -> bytes:
    if _END.search(text):
        raise _unreadable("it is cut off, the BEGIN line is missing")
    if _BEGIN.match(f"{text}-----"):
        raise _unreadable("it is cut off after its first line")
    packed = "".join(text.split())
    if len(packed) >= 200 and _BASE64.fullmatch(packed):
        content = _decode(packed)
        if content[:1] == b"\x30":
            return _whole(content)
        if not unwrapped and b"BEGIN" in content:
            return _der(content, unwrapped=True)
    if text.startswith(_SSH):
        raise _unreadable("it is a public key; the private one is needed")
    raise _unreadable("it is no PEM key, there is no BEGIN line")


def _wrong_kind(label: str) -> str | None:
    if label in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        return None
    if "ENCRYPTED" in label:
        return "it is protected by a passphrase; export it without one"
    if label.startswith("OPENSSH"):
        return "it is an OpenSSH key; ZoomInfo's keys are RSA in PKCS#8 PEM"
    if "PUBLIC KEY" in label:
        return "it is a public key; the private one is needed"
    if label.startswith("CERTIFICATE"):
        return "it is a certificate; the private key is needed"
    if label in ("EC PRIVATE KEY", "DSA PRIVATE KEY", "EC PARAMETERS"):
        return f"it is a key of the type {label[:3].strip()}; ZoomInfo's keys are RSA"
    return "it holds something else than a private key"


def _decode(packed: str) -> bytes:
    stray = not _BASE64.fullmatch(packed) if packed else False
    content: bytes | None = None
    if packed and not stray:
        # Some exports drop the padding; a single left-over character means that something is missing.
        with contextlib.suppress(binascii.Error, ValueError):
            content = base64.b64decode(packed.rstrip("=") + "=" * (-len(packed.rstrip("=")) % 4))
    if stray:
        raise _unreadable("there are characters in it that do not belong into a key")
    if not content:
        raise _unreadable("it is cut off" if packed else "there is nothing between BEGIN and END")
    return content


def _whole(content: bytes) -> bytes:
    """Compare the length that the key states with what is there."""
    if content[:1] != b"\x30" or len(content) < 4:
        raise _unreadable("its content is damaged")
    size = content[1]
    start = 2
    if size & 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(content[2:start])
    if start + size > len(content):
        raise _unreadable("it is cut off, part of the key is missing")
    return content[: start + size]


def _load_der(content: bytes) -> RSAPrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    key: object = None
    reason = "its content is damaged, or it is no private key"
    try:
        key = load_der_private_key(content, None)
    except TypeError:
        reason = "it is protected by a passphrase; export it without one"
    except UnsupportedAlgorithm:
        reason = "it is a key of another type; ZoomInfo's keys are RSA"
    except ValueError:
        pass
    if key is None:
        raise _unreadable(reason)
    if not isinstance(key, RSAPrivateKey):
        name = type(key).__name__.removesuffix("PrivateKey").lstrip("_").upper().replace("ELLIPTICCURVE", "EC")
        raise _unreadable(f"it is a key of the type {name}; ZoomInfo's keys are RSA")
    if key.key_size < 2048:
        raise _unreadable(f"it is an RSA key of {key.key_size} bits; at least 2048 are needed")
    return key
