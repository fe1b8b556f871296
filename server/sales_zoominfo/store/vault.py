"""Encryption and keyed digests for what the state holds about people. All keys come from one secret of 32 bytes."""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SalesZoomInfoError, fail
from ..settings import Settings
from .files import create_once

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from .base import Store, Transaction

KEY_FILE = "ledger.key"
KEY_SIZE = 32
# First byte of everything encrypted, so that another cipher could be told apart one day.
_AES_GCM = b"\x01"
_NONCE = 12
_CIPHERS = 64
_HOW_TO_MAKE_ONE = 'python3 -c "import os, base64; print(base64.b64encode(os.urandom(32)).decode())"'


class Vault:
    """Digests and encrypts under keys derived from one secret (HKDF-SHA256, a key for each purpose).

    Args:
        secret: 32 random bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._digest_keys: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that tell two secrets apart and give neither away."""
        return hmac.digest(self._secret, b"sales-zoominfo key fingerprint", "sha256")[:16]

    def input_digest(self, text: str) -> bytes:
        """The digest that the ledger has kept of match inputs since its first version.

        Args:
            text: the canonical match input.

        Returns:
            32 bytes.
        """
        return hmac.digest(self._secret, text.encode(), "sha256")

    def digest(self, purpose: str, text: str) -> bytes:
        """A keyed digest: equal for equal texts, and no way back without the secret.

        Args:
            purpose: what it is for; the digests of two purposes have nothing in common.
            text: any text.

        Returns:
            HMAC-SHA256, 32 bytes.
        """
        return self.digester(purpose)(text)

    def digester(self, purpose: str) -> Callable[[str], bytes]:
        """:meth:`digest` of one purpose, for many texts."""
        key = self._digest_keys.get(purpose)
        if key is None:
            key = self._digest_keys[purpose] = self._derive(f"digest {purpose}")
        return lambda text: hmac.digest(key, text.encode(), "sha256")

    def encrypt(self, purpose: str, data: bytes) -> bytes:
        """Encrypt and authenticate (AES-256-GCM, a random nonce for each message).

        Args:
            purpose: what it is for; :meth:`decrypt` must be given the same.
            data: any bytes.

        Returns:
            The message, 29 bytes longer than the data.
        """
        nonce = os.urandom(_NONCE)
        return _AES_GCM + nonce + self._cipher(purpose).encrypt(nonce, data, purpose.encode())

    def decrypt(self, purpose: str, data: bytes) -> bytes:
        """Undo :meth:`encrypt`.

        Args:
            purpose: as given to :meth:`encrypt`.
            data: the message.

        Returns:
            The bytes that were encrypted.

        Raises:
            InvalidArgument: the message is damaged, or was made with another key or for another purpose.
        """
        from cryptography.exceptions import InvalidTag

        data = bytes(data)
        if data[:1] != _AES_GCM or len(data) < 1 + _NONCE + 16:
            raise fail("state_undecryptable")
        nonce, body = data[1 : 1 + _NONCE], data[1 + _NONCE :]
        try:
            return self._cipher(purpose).decrypt(nonce, body, purpose.encode())
        except InvalidTag:
            raise fail("state_undecryptable") from None

    def _cipher(self, purpose: str) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if purpose not in self._ciphers:
            # Each kept answer is a purpose of its own, and a server may run for years.
            if len(self._ciphers) >= _CIPHERS:
                self._ciphers.clear()
            self._ciphers[purpose] = AESGCM(self._derive(f"encrypt {purpose}"))
        return self._ciphers[purpose]

    def _derive(self, info: str) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), KEY_SIZE, salt=b"sales-zoominfo", info=info.encode()).derive(self._secret)


async def open_vault(store: Store, settings: Settings) -> Vault:
    """The vault of a store.

    Args:
        store: holds the fingerprint of the key that it was first opened with.
        settings: ``ZOOMINFO_STATE_KEY`` or its ``_FILE``; without them the key is a file in the state folder, made
            when it is missing.

    Returns:
        The vault.

    Raises:
        InvalidArgument: the key is malformed, missing, or another than the store was made with.
    """
    import anyio.to_thread

    known = await store.read(_fingerprint)
    given = settings.secret("state_key")
    path = store.directory / KEY_FILE
    if given is not None:
        vault = Vault(read_key(given))
    else:
        # A new key beside old data would look like an empty opt-out list, so none is made then.
        if known is not None and not path.exists():
            raise fail("state_key_missing", path=path)
        mend = None if known is None else _mend(store, path)
        vault = Vault(await anyio.to_thread.run_sync(partial(create_once, path, KEY_SIZE, mend=mend)))
    mine = vault.fingerprint
    if known is None:
        known = await store.write(lambda transaction: _claim(transaction, mine), lane="vault")
    if not hmac.compare_digest(bytes(known), mine):
        raise _wrong_key(path, given is not None)
    return vault


def read_key(text: str) -> bytes:
    """A key from a setting.

    Args:
        text: 32 bytes as base64 (either alphabet) or as 64 hexadecimal digits.

    Raises:
        InvalidArgument: it is anything else; the text is not repeated.
    """
    bare = "".join(text.split())
    for decode in (bytes.fromhex, b64decode, urlsafe_b64decode):
        # Decoders pass over letters that they do not know, so the length alone would let a mistyped key through.
        with suppress(ValueError):
            key = decode(bare)
            if len(key) == KEY_SIZE and len(bare) in (2 * KEY_SIZE, 44):
                return key
    raise fail(
        "setting_invalid",
        name="ZOOMINFO_STATE_KEY",
        reason="it is not 32 bytes in base64 or hexadecimal digits",
        how=f"Make one with `{_HOW_TO_MAKE_ONE}`, and use the same on every machine that shares the state.",
    )


def _fingerprint(transaction: Transaction) -> bytes | None:
    row = transaction.execute("SELECT fingerprint FROM vault_key WHERE id = 1").fetchone()
    return None if row is None else bytes(row[0])


def _claim(transaction: Transaction, fingerprint: bytes) -> bytes:
    transaction.execute(
        "INSERT INTO vault_key (id, fingerprint, made_at) VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING",
        (fingerprint, transaction.now()),
    )
    return _fingerprint(transaction) or fingerprint


def _mend(store: Store, path: Path) -> str:
    """What to do about a damaged key that something was sealed with: a new one would be refused."""
    anew = (
        "use another database" if getattr(store, "path", None) is None else f"move the whole folder {path.parent} away"
    )
    return f"Restore {path} from a backup, or set ZOOMINFO_STATE_KEY to the key that it held; to start anew, {anew}."


def _wrong_key(path: Path, given: bool) -> SalesZoomInfoError:
    return fail("state_key_wrong", source="ZOOMINFO_STATE_KEY" if given else str(path))
