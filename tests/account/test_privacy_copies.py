"""What is kept about people on this machine: nothing by default, encrypted otherwise, and gone when it should be."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from privacy_parts import ADA, BEN, entry, opened, written

from sales_zoominfo.account.answers import KEPT_FOR, KeptAnswers
from sales_zoominfo.account.copies import Copies
from sales_zoominfo.account.privacy import Screen
from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.store.vault import Vault

pytestmark = pytest.mark.anyio
DAY = 86_400.0
FIELDS = list(ADA)


class Now:
    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def kept(state_url: str, days: int, now: Now) -> AsyncGenerator[tuple[Copies, Screen]]:
    async with opened(state_url, clock=now) as screen:
        store, vault = screen.list._store, screen.list.vault  # pyright: ignore[reportPrivateUsage]
        yield Copies(store, vault, "default", days=days, screen=screen, clock=now), screen


async def test_by_default_nothing_is_kept(state_url: str) -> None:
    async with kept(state_url, 0, Now()) as (copies, _):
        await copies.put("contact", ADA["id"], FIELDS, ADA)
        assert await copies.get("contact", ADA["id"], FIELDS, 30) is None
        assert await copies.purge() == 0
        assert not copies.kept


async def test_a_copy_holds_what_was_bought_for_as_long_as_it_may(state_url: str, tmp_path: Path) -> None:
    now = Now()
    async with kept(state_url, 30, now) as (copies, _):
        await copies.put("contact", ADA["id"], ["id", "email", "fax"], ADA)
        assert await copies.get("contact", ADA["id"], ["id", "email", "fax"], 5) == {
            "id": ADA["id"],
            "email": ADA["email"],
        }
        assert await copies.get("contact", ADA["id"], ["email", "phone"], 5) is None, "never bought"
        assert await copies.get("company", ADA["id"], ["email"], 5) is None
        assert await copies.get("contact", ADA["id"], ["email"], 0) is None
        now.at += 6 * DAY
        assert await copies.get("contact", ADA["id"], ["email"], 5) is None, "too old for this caller"
        assert await copies.get("contact", ADA["id"], ["email"], 7) == {"email": ADA["email"]}
        # Bought later, other fields have dates of their own.
        await copies.put("contact", ADA["id"], ["jobTitle"], ADA)
        assert await copies.get("contact", ADA["id"], ["jobTitle"], 1) == {"jobTitle": "Director"}
        assert await copies.get("contact", ADA["id"], ["email", "jobTitle"], 1) is None
        now.at += 25 * DAY
        assert await copies.get("contact", ADA["id"], ["email"], 999) is None, "over for everybody"
        assert await copies.get("contact", ADA["id"], ["jobTitle"], 999) == {"jobTitle": "Director"}
        now.at += 6 * DAY
        assert await copies.purge() == 1
        assert await copies.get("contact", ADA["id"], ["jobTitle"], 999) is None
    files = written(tmp_path)
    assert "state.sqlite" in files
    for name, data in files.items():
        assert ADA["email"].encode() not in data, name
        assert ADA["id"].encode() not in data, name


async def test_a_new_opt_out_deletes_the_copy(either_state_url: str) -> None:
    async with kept(either_state_url, 30, Now()) as (copies, screen):
        for who in (ADA, BEN):
            await copies.put("contact", who["id"], FIELDS, who)
        await screen.list.add([entry("email", ADA["email"])], "test")
        assert await copies.get("contact", ADA["id"], ["jobTitle"], 5) is None, "also when e-mail is not asked for"
        assert await copies.drop_opted_out() == 0, "it went when it was asked for"
        await screen.list.add([entry("phone", BEN["phone"])], "test")
        assert await copies.drop_opted_out() == 1
        assert await copies.purge(everything=True) == 0


async def test_days_of_a_lowered_setting_count_at_once(either_state_url: str) -> None:
    now = Now()
    async with kept(either_state_url, 30, now) as (copies, _):
        await copies.put("contact", ADA["id"], FIELDS, ADA)
    now.at += 2 * DAY
    async with kept(either_state_url, 1, now) as (copies, _):
        assert await copies.get("contact", ADA["id"], FIELDS, 30) is None
        assert await copies.purge() == 1


# --- answers too long to show ----------------------------------------------------------------------------------


def answers(folder: Path, *, secret: bytes = bytes(32), now: Now | None = None) -> KeptAnswers:
    async def vault() -> Vault:
        return Vault(secret)

    return KeptAnswers(lambda: folder, vault, **({} if now is None else {"clock": now}))


async def test_a_kept_answer_is_private_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    keeper = answers(folder)
    token = await keeper.put("enrich_contacts", "ada.sample@acme.example" * 1_000)
    [file] = folder.iterdir()
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"ada" not in file.read_bytes()
    assert await keeper.get(token) == "ada.sample@acme.example" * 1_000
    assert await keeper.get(token, "enrich_contacts") == await keeper.get(token)
    assert await keeper.get(token, "get_contact") is None
    with pytest.raises(InvalidArgument):
        await answers(folder, secret=bytes(31) + b"x").get(token)


@pytest.mark.parametrize("token", ["", "0123", "../../etc/passwd", "*", "0123456789abcdef", "0123456789ABCDEF"])
async def test_a_token_names_no_other_file(tmp_path: Path, token: str) -> None:
    keeper = answers(tmp_path)
    await keeper.put("lookup", "text")
    assert await keeper.get(token) is None


async def test_an_exchanged_file_is_noticed(tmp_path: Path) -> None:
    keeper = answers(tmp_path)
    one, other = [await keeper.put("lookup", text) for text in ("one", "other")]
    (tmp_path / f"lookup-{one}.sealed").replace(tmp_path / f"lookup-{other}.sealed")
    with pytest.raises(InvalidArgument):
        await keeper.get(other)


async def test_answers_go_after_their_days_and_all_when_asked(tmp_path: Path) -> None:
    now = Now()
    now.at = time.time()
    keeper = answers(tmp_path, now=now)
    old, new = [await keeper.put("lookup", "text") for _ in range(2)]
    os.utime(tmp_path / f"lookup-{old}.sealed", (now.at - KEPT_FOR - 1,) * 2)
    os.utime(tmp_path / f"lookup-{new}.sealed", (now.at - KEPT_FOR + 1,) * 2)
    (tmp_path / "notes.txt").write_text("of somebody else")
    assert await keeper.get(old) is None
    assert await keeper.get(new) == "text"
    assert await keeper.purge() == 0
    assert await keeper.purge(everything=True) == 1
    assert list(written(tmp_path)) == ["notes.txt"]
