"""The vault: keys from one secret, and no answer with the wrong one."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.settings import load_settings
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.store.vault import KEY_FILE, Vault, open_vault, read_key

pytestmark = pytest.mark.anyio
SECRET = bytes(range(32))


@how(deadline=None)
@given(st.binary(max_size=2_000), st.text(max_size=20))
def test_what_goes_in_comes_out_and_is_not_there_in_clear(data: bytes, purpose: str) -> None:
    vault = Vault(SECRET)
    sealed = vault.encrypt(purpose, data)
    assert vault.decrypt(purpose, sealed) == data
    assert len(data) < 4 or data not in sealed
    assert vault.encrypt(purpose, data) != sealed, "the same text twice must not show"


@how(deadline=None)
@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    vault = Vault(SECRET)
    sealed = bytearray(vault.encrypt("a", b"ada.sample@acme.example"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidArgument, match="cannot be decrypted"):
        vault.decrypt("a", bytes(sealed))


@pytest.mark.parametrize("cut", [0, 1, 12, 28])
def test_a_short_message_is_noticed(cut: int) -> None:
    with pytest.raises(InvalidArgument, match="cannot be decrypted"):
        Vault(SECRET).decrypt("a", Vault(SECRET).encrypt("a", b"")[:cut])


def test_purposes_and_secrets_have_nothing_in_common() -> None:
    one, other = Vault(SECRET), Vault(SECRET[::-1])
    assert len({one.digest("a", "x"), one.digest("b", "x"), other.digest("a", "x"), one.digest("a", "y")}) == 4
    assert one.digest("a", "x") == Vault(SECRET).digest("a", "x")
    assert one.fingerprint != other.fingerprint
    assert SECRET not in (one.fingerprint + one.digest("a", "x"))
    for vault, purpose in ((one, "b"), (other, "a")):
        with pytest.raises(InvalidArgument):
            vault.decrypt(purpose, one.encrypt("a", b"text"))


def test_the_derivation_is_the_standard_one() -> None:
    # RFC 5869 by hand, so that a change of library or salt cannot make old state unreadable unnoticed.
    import hmac

    extracted = hmac.digest(b"sales-zoominfo", SECRET, "sha256")
    key = hmac.digest(extracted, b"digest a\x01", "sha256")
    assert Vault(SECRET).digest("a", "text") == hmac.digest(key, b"text", "sha256")


def test_the_ledgers_own_digest_stays_what_it_was() -> None:
    import hmac

    assert Vault(SECRET).input_digest("contact\nid:7") == hmac.digest(SECRET, b"contact\nid:7", "sha256")


@pytest.mark.parametrize(
    "text",
    [
        SECRET.hex(),
        SECRET.hex().upper(),
        base64.b64encode(SECRET).decode(),
        base64.urlsafe_b64encode(SECRET).decode(),
        f"  {base64.b64encode(SECRET).decode()}\n",
    ],
)
def test_a_key_comes_as_hex_or_base64(text: str) -> None:
    assert read_key(text) == SECRET


@pytest.mark.parametrize("text", ["", "secret", SECRET.hex()[:-2], SECRET.hex() + "00", "g" * 64, "A" * 43])
def test_anything_else_is_no_key_and_is_not_repeated(text: str) -> None:
    with pytest.raises(InvalidArgument, match="ZOOMINFO_STATE_KEY") as caught:
        read_key(text)
    assert len(text) < 4 or text not in str(caught.value)


@pytest.fixture
async def store(state_url: str):  # type: ignore[no-untyped-def]
    opened = await open_store(state_url)
    yield opened
    await opened.close()


async def test_the_key_file_is_private_and_made_once(store: Store) -> None:
    first = await open_vault(store, load_settings())
    path = store.directory / KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    again = await open_vault(store, load_settings())
    assert again.decrypt("a", first.encrypt("a", b"text")) == b"text"


async def test_another_key_is_refused_whichever_way_it_comes(store: Store, tmp_path: Path) -> None:
    await open_vault(store, load_settings())
    for settings in (
        load_settings(state_key=SECRET.hex()),
        load_settings(state_key_file=_file(tmp_path / "key", SECRET.hex())),
    ):
        with pytest.raises(InvalidArgument, match="ZOOMINFO_STATE_KEY is not the one"):
            await open_vault(store, settings)
    (store.directory / KEY_FILE).write_bytes(os.urandom(32))
    with pytest.raises(InvalidArgument, match=r"ledger\.key is not the one"):
        await open_vault(store, load_settings())


def _file(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


async def test_a_lost_key_file_is_not_replaced_in_silence(store: Store) -> None:
    await open_vault(store, load_settings())
    (store.directory / KEY_FILE).unlink()
    with pytest.raises(InvalidArgument, match="is gone"):
        await open_vault(store, load_settings())
    assert not (store.directory / KEY_FILE).exists()


async def test_a_damaged_key_advises_only_what_works(store: Store) -> None:
    path = store.directory / KEY_FILE
    path.write_bytes(b"cut")
    with pytest.raises(InvalidArgument, match="damaged") as new:
        await open_vault(store, load_settings())
    assert "move it away, and a new one is made" in str(new.value)
    path.unlink()
    secret = await open_vault(store, load_settings())
    held = path.read_bytes()

    path.write_bytes(b"cut")
    with pytest.raises(InvalidArgument, match="damaged") as sealed:
        await open_vault(store, load_settings())
    assert "move it away" not in str(sealed.value)
    assert "Restore" in sealed.value.next_step
    assert "ZOOMINFO_STATE_KEY" in sealed.value.next_step
    assert f"move the whole folder {store.directory} away" in sealed.value.next_step
    by_setting = await open_vault(store, load_settings(state_key=held.hex()))
    assert by_setting.fingerprint == secret.fingerprint
    path.write_bytes(held)
    assert (await open_vault(store, load_settings())).fingerprint == secret.fingerprint


async def test_two_machines_share_a_database_by_sharing_the_key(state_url: str, tmp_path: Path) -> None:
    settings = load_settings(state_key=SECRET.hex())
    one = await open_store(state_url)
    sealed = (await open_vault(one, settings)).encrypt("a", b"text")
    assert not (one.directory / KEY_FILE).exists(), "a key that was given is not written"
    await one.close()
    other = await open_store(state_url)
    assert (await open_vault(other, settings)).decrypt("a", sealed) == b"text"
    with pytest.raises(InvalidArgument, match="is gone"):
        await open_vault(other, load_settings())
    await other.close()


def test_purposes_without_end_take_no_memory_without_end() -> None:
    vault = Vault(SECRET)
    sealed = [(f"answer {number}", vault.encrypt(f"answer {number}", b"told")) for number in range(200)]
    assert len(vault._ciphers) <= 64
    assert all(vault.decrypt(purpose, data) == b"told" for purpose, data in sealed)
