"""The demo key pair for Enterprise PKI sign-in. `cryptography` is loaded only when a pair is made."""

import os
from pathlib import Path
from typing import Final

PRIVATE: Final = "demo-private-key.pem"
PUBLIC: Final = "demo-public-key.pem"


def ensure_private_key(state_dir: Path) -> str:
    """Return the private key kept in `state_dir`, creating the pair on first use.

    Args:
        state_dir: Directory of the sandbox.

    Returns:
        PKCS#8 PEM, RSA 2048.

    Raises:
        OSError: The files cannot be written or read.
    """
    private = state_dir / PRIVATE
    if not private.exists():
        from filelock import FileLock

        state_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{private}.lock"):
            if not private.exists():
                _create(state_dir)
    return private.read_text(encoding="ascii")


def public_key(state_dir: Path) -> str | None:
    """Return the registered public key as PEM, or None when none has been registered."""
    path = state_dir / PUBLIC
    return path.read_text(encoding="ascii") if path.exists() else None


def _create(state_dir: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The private half comes last: where it exists, the public half is registered already.
    (state_dir / PUBLIC).write_bytes(public)
    draft = state_dir / f"{PRIVATE}.{os.getpid()}.tmp"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)
    draft.replace(state_dir / PRIVATE)
