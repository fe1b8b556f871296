"""An e-mail address is protected in the form in which it was given, beside the canonical one."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest
from privacy_parts import Desk, entry, opened

from sales_zoominfo.account.entries import Entry
from sales_zoominfo.account.identifiers import hashes, spelled_email
from sales_zoominfo.account.opt_out_files import export_rows, read_rows
from support import respell

pytestmark = pytest.mark.anyio

# As a person writes it, and as ZoomInfo holds it.
DOTTED = "Q.Dotted.Sample@Gmail.com"
TAGGED = "ada.sample+news@mail.example"
SPELLED = [DOTTED, TAGGED, "q.dotted+x@googlemail.com"]
METHODS = ("md5", "sha1", "sha256", "sha512")


async def with_supplemental(desk: Desk) -> str:
    """Somebody who has a further address, asked over a sandbox that nothing has been changed about."""
    account = await desk.open()
    rows = (await account.search("contact", {"jobTitle": "Manager"}, size=100)).rows
    found = next(str(row["id"]) for row in rows if row["hasSupplementalEmail"] and row["hasEmail"])
    assert desk.app is not None
    await desk.app.aclose()
    return found


def test_dots_tag_and_host_stay_and_nothing_else() -> None:
    assert spelled_email(" mailto:A.Da+X@Gmail.com. ") == "a.da+x@gmail.com"
    assert spelled_email("ada@bücher.example") == "ada@xn--bcher-kva.example"
    assert spelled_email("no address") is None
    assert entry("email", "a.da+x@gmail.com").spelled == "a.da+x@gmail.com"
    assert entry("email", "ADA@acme.example").spelled == ""
    assert entry("email", "+x@gmail.com".replace("+x", "x")).spelled == ""


@pytest.mark.parametrize("address", SPELLED)
async def test_a_person_known_by_such_an_address_is_protected(desk: Desk, address: str) -> None:
    person = await with_supplemental(desk)
    held = address.lower()
    respell(desk.sandbox.folder, {person: held})
    desk.sandbox.app = desk.sandbox.open()
    account = await desk.open()
    assert desk.app is not None
    _, resolved = await (await desk.app.privacy()).add([entry("email", address)], "test", resolve=5)
    assert (resolved.records, resolved.without) == (1, [])
    assert not (await account.search("contact", {"personId": person})).rows
    inputs: list[dict[str, Any]] = [{"personId": person}, {"emailAddress": held}]
    inputs += [{"hashedEmail": hashlib.new(name, held.encode()).hexdigest()} for name in METHODS]
    found = await account.enrich("contact", inputs, caller="t", outputs=["firstName"])
    assert {match.status for match in found.matches} == {"SUPPRESSED"}
    assert not desk.sandbox.charges, "nobody on the list is paid for"


async def test_a_hash_is_refused_in_both_forms_until_the_entry_goes(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        [number] = (await screen.list.add([entry("email", DOTTED)], "")).ids
        inputs = [
            {"hashedEmail": each} for form in (DOTTED.lower(), "qdottedsample@gmail.com") for each in hashes(form)
        ]
        assert len(await screen.refuse("contact", inputs)) == 8
        await screen.list.remove([number])
        await screen.list.add([entry("person", 7)], "")
        assert not await screen.refuse("contact", inputs)


async def test_an_address_that_was_learnt_is_refused_by_its_hash_too(either_state_url: str) -> None:
    row = {"personId": "7", "email": "Ada.S@acme.example", "supplementalEmail": "a.da@gmail.com"}
    async with opened(either_state_url) as screen:
        [number] = (await screen.list.add([entry("person", 7)], "")).ids
        await screen.learn(["person::7"], row)
        plain = [{"emailAddress": row["email"]}, {"emailAddress": row["supplementalEmail"]}]
        hashed = [{"hashedEmail": each} for form in ("ada.s@acme.example", "a.da@gmail.com") for each in hashes(form)]
        assert len(await screen.refuse("contact", [*plain, *hashed])) == 10
        await screen.list.remove([number])
        await screen.list.add([entry("person", 8)], "")
        assert not await screen.refuse("contact", [*plain, *hashed])


async def test_a_hash_in_an_answer_makes_its_person_known(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        await screen.list.add([entry("email", DOTTED)], "")
        await screen.learn([f"hash:{hashes(DOTTED.lower())[0]}"], {"personId": "7"})
        assert await screen.listed(entry("person", 7))


async def test_an_entry_from_before_takes_the_spelling_and_is_looked_for_again(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        # As it was stored before: the canonical form alone.
        [number] = (await screen.list.add([Entry("email", "qdottedsample@gmail.com")], "")).ids
        await screen.list.resolved(number, [], 0)
        assert not await screen.list.pending()
        told = await screen.list.add([entry("email", DOTTED), entry("email", "q.d.ottedsample@gmail.com")], "")
        assert (told.added, told.known, told.ids) == (0, 2, [number])
        [waiting] = await screen.list.to_resolve(5)
        assert waiting.forms == ("qdottedsample@gmail.com", DOTTED.lower(), "q.d.ottedsample@gmail.com")
        assert await screen.refuse("contact", [{"hashedEmail": hashes(DOTTED.lower())[1]}])
        await screen.list.resolved(number, [], 0)
        assert (await screen.list.add([entry("email", DOTTED)], "")).ids == [], "it has that spelling by now"
        assert not await screen.list.pending()


async def test_an_export_holds_what_was_given(state_url: str, tmp_path: Path) -> None:
    given = [DOTTED.lower(), TAGGED, "ada@acme.example"]
    path = tmp_path / "export.csv"
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", address) for address in given], "")
        path.write_text("".join(export_rows(await screen.list.page())))
    with path.open(newline="") as file:
        assert [row["value"] for row in csv.DictReader(file)] == given
    back = [row for row in read_rows(path) if isinstance(row, Entry)]
    async with opened(f"sqlite:///{tmp_path / 'other.sqlite'}") as screen:
        await screen.list.add(back, "")
        assert [listed.forms[-1] for listed in await screen.list.page()] == given
