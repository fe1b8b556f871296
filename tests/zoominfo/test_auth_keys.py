"""Keys as people paste them."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from signing import (
    clean,
    pem,
    posix,
)

from sales_zoominfo.errors import (
    AuthenticationFailed,
)
from sales_zoominfo.zoominfo.auth import EnterpriseTokens
from sales_zoominfo.zoominfo.keys import load_private_key
from sales_zoominfo.zoominfo.transport import Transport

pytestmark = pytest.mark.anyio


# Keys


def one_line(text: str) -> str:
    return " ".join(text.split())


REPAIRS: dict[str, Callable[[str], str]] = {
    "as it is": lambda t: t,
    "literal newlines": lambda t: t.replace("\n", "\\n"),
    "literal CRLF": lambda t: t.replace("\n", "\\r\\n"),
    "one line": one_line,
    "one line without spaces": lambda t: t.replace("\n", ""),
    "indented": lambda t: textwrap.indent(t, "\t    "),
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "quoted": lambda t: f'"{t}"',
    "single-quoted literal": lambda t: "'" + t.strip().replace("\n", "\\n") + "'",
    "byte order mark": lambda t: "\ufeff" + t,
    "quoted after the mark": lambda t: '\ufeff "' + t + '" ',
    "blank lines": lambda t: "\n\n" + t.replace("\n", "\n\n"),
    "text around": lambda t: "Key for ada:\n" + t + "\nregards",
    "dashes of a word processor": lambda t: t.replace("-----", "\u2014\u2014-"),
    "base64 of the whole": lambda t: base64.b64encode(t.encode()).decode(),
    "no frame": lambda t: "".join(t.strip().splitlines()[1:-1]),
    "lost padding": lambda t: t.replace("=", ""),
    "after a certificate": lambda t: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + t,
}


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["pkcs8", "pkcs1"])
@pytest.mark.parametrize("repair", REPAIRS)
def test_keys_as_people_paste_them(key: rsa.RSAPrivateKey, form: PrivateFormat, repair: str) -> None:
    assert load_private_key(REPAIRS[repair](pem(key, form))).private_numbers() == key.private_numbers()


@pytest.mark.parametrize("content", ["pem", "literal", "der", "utf-16", "bom"])
def test_keys_in_files(key: rsa.RSAPrivateKey, tmp_path: Path, content: str) -> None:
    path = tmp_path / "my key.pem"
    text = pem(key)
    path.write_bytes(
        {
            "pem": text.encode(),
            "literal": text.replace("\n", "\\n").encode(),
            "der": key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "utf-16": text.encode("utf-16"),
            "bom": text.encode("utf-8-sig"),
        }[content]
    )
    for name in (str(path), f'"{path}"', f" {path}\n"):
        assert load_private_key(name).private_numbers() == key.private_numbers()


async def test_a_key_replaced_in_its_file_is_another_identity(
    transport: Transport, tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    path = tmp_path / "key.pem"
    path.write_text(pem(key))
    tokens = EnterpriseTokens(transport, "u", client_id="c", key=str(path))
    before = tokens.identity()
    path.write_text(pem(rsa.generate_private_key(65537, 2048)))
    assert tokens.identity() != before


def cut(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(lines[:10] + lines[-1:])


def damaged(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([lines[0], "AAAA" + lines[1][4:], *lines[2:]])


LOCKED = BestAvailableEncryption(b"x")


def elliptic(form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return pem(ec.generate_private_key(ec.SECP256R1()), form)


def public(key: rsa.RSAPrivateKey, encoding: Encoding, form: PublicFormat) -> str:
    return key.public_key().public_bytes(encoding, form).decode()


def private(key: rsa.RSAPrivateKey, form: PrivateFormat, lock: Any = None) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


# What is wrong -> how to make it from a good key, and what the error says.
BAD_KEYS: dict[str, tuple[Callable[[rsa.RSAPrivateKey], str], str]] = {
    "empty": (lambda k: "", "empty"),
    "blank": (lambda k: ' \n "" ', "empty"),
    "no END": (lambda k: pem(k)[:900], "END line is missing"),
    "no END literal": (lambda k: pem(k)[:900].replace("\n", "\\n"), "END line is missing"),
    "no BEGIN": (lambda k: pem(k)[200:], "BEGIN line is missing"),
    "first line only": (lambda k: "-----BEGIN PRIVATE KEY-----", "END line is missing"),
    "lines missing": (lambda k: cut(pem(k)), "cut off"),
    "frame only": (lambda k: "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "nothing between"),
    "stray characters": (lambda k: pem(k).replace("\n", "\n> ", 5), "characters"),
    "damaged": (lambda k: damaged(pem(k)), "damaged"),
    "public": (lambda k: public(k, Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "public key"),
    "public pkcs1": (lambda k: public(k, Encoding.PEM, PublicFormat.PKCS1), "public key"),
    "public ssh": (lambda k: public(k, Encoding.OpenSSH, PublicFormat.OpenSSH), "public key"),
    "certificate": (lambda k: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "certificate"),
    "ec": (lambda k: elliptic(), "type EC"),
    "ec sec1": (lambda k: elliptic(PrivateFormat.TraditionalOpenSSL), "type EC"),
    "ed25519": (lambda k: pem(ed25519.Ed25519PrivateKey.generate()), "type ED25519"),
    "encrypted": (lambda k: private(k, PrivateFormat.PKCS8, LOCKED), "passphrase"),
    "encrypted pkcs1": (lambda k: private(k, PrivateFormat.TraditionalOpenSSL, LOCKED), "passphrase"),
    "openssh": (lambda k: private(k, PrivateFormat.OpenSSH), "OpenSSH"),
    "random": (lambda k: "correct horse battery staple", "no BEGIN line"),
    "random base64": (lambda k: base64.b64encode(b"x" * 600).decode(), "no BEGIN line"),
    "small": (lambda k: pem(rsa.generate_private_key(65537, 1024)), "1024 bits"),
    "missing file": (lambda k: "/nowhere/key.pem", "does not exist"),
    "missing relative file": (lambda k: "key.pem", "does not exist"),
    "folder": (lambda k: "/", "folder"),
    "too long": (lambda k: "x" * 100_000, "too long"),
    "zero byte": (lambda k: "a\0b", "no BEGIN line"),
    "half character": (lambda k: "\ud800", "no BEGIN line"),
    "other frame": (lambda k: "-----BEGIN PGP MESSAGE-----\nMIIB\n-----END PGP MESSAGE-----", "something else"),
}


@pytest.mark.parametrize("which", BAD_KEYS)
def test_keys_that_cannot_be_used_say_why(key: rsa.RSAPrivateKey, which: str) -> None:
    spoil, reason = BAD_KEYS[which]
    text = spoil(key)
    with pytest.raises(AuthenticationFailed) as caught:
        load_private_key(text)
    assert caught.value.kind == "key_unreadable"
    assert reason in caught.value.message
    clean(caught.value)


@posix
def test_a_key_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.pem"
    path.write_text("x")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AuthenticationFailed, match="PermissionError"):
        load_private_key(str(path))
    monkeypatch.undo()
    path.write_text("")
    with pytest.raises(AuthenticationFailed, match="file is empty"):
        load_private_key(str(path))
