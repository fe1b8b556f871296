"""The opt-out list: canonical forms, dates, duplicates, removal, and nothing in clear on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy_parts import entry, opened, written

from sales_zoominfo.account.entries import is_public_suffix
from sales_zoominfo.account.identifiers import (
    Phone,
    hashes,
    read_domain,
    read_email,
    read_phone,
    read_record_id,
)
from sales_zoominfo.account.masks import mask
from sales_zoominfo.errors import InvalidArgument

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Ada.Sample@Acme.Example", "ada.sample@acme.example"),
        (" mailto:ada@acme.example ", "ada@acme.example"),
        ("ada+news@acme.example", "ada@acme.example"),
        ("a.d.a+x@gmail.com", "ada@gmail.com"),
        ("ada@googlemail.com", "ada@gmail.com"),
        ("ada.b@acme.example", "ada.b@acme.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ａｄａ@acme.example", "ada@acme.example"),
        ("ada", None),
        ("ada@acme", None),
        ("@acme.example", None),
        ("ada@@acme.example", None),
        ("a b@acme.example", None),
        ("", None),
    ],
)
def test_an_email_has_one_form(given: str, expected: str | None) -> None:
    assert read_email(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("acme.example", "acme.example"),
        ("https://WWW.Acme.example:443/path?q#x", "acme.example"),
        ("//eu.acme.example", "eu.acme.example"),
        ("ada@acme.example", "acme.example"),
        ("acme.example.", "acme.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("acme", None),
        ("192.0.2.1", None),
        ("-acme.example", None),
        ("acme..example", None),
        ("acme example.com", None),
    ],
)
def test_a_domain_has_one_form(given: str, expected: str | None) -> None:
    assert read_domain(given) == expected


@pytest.mark.parametrize("name", ["com", "co.uk", "example", "de", "gov.au"])
def test_a_public_suffix_is_known(name: str) -> None:
    assert is_public_suffix(name)


@pytest.mark.parametrize("name", ["acme.com", "acme.co.uk", "acme.example", "blogspot.com"])
def test_a_companys_domain_is_no_public_suffix(name: str) -> None:
    assert not is_public_suffix(name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("+1 (555) 010-1234", Phone("1", "5550101234")),
        ("1-555-010-1234", Phone("1", "5550101234")),
        ("001 555 010 1234", Phone("1", "5550101234")),
        ("(555) 010-1234", Phone(None, "5550101234")),
        ("(555) 010-1234 ext. 77", Phone(None, "5550101234")),
        ("555.010.1234 x7", Phone(None, "5550101234")),
        ("+49 30 12345678", Phone("49", "3012345678")),
        ("+49 (0)30 12345678", Phone("49", "3012345678")),
        ("0049 30 12345678", Phone("49", "3012345678")),
        ("030 12345678", Phone(None, "3012345678")),
        ("tel:+44-20-7946-0000", Phone("44", "2079460000")),
        ("+39 06 1234567", Phone("39", "61234567")),
        ("12345", None),
        ("call me", None),
        ("555-ACME-123", None),
        ("1" * 30, None),
    ],
)
def test_a_phone_number_has_one_form(given: str, expected: Phone | None) -> None:
    assert read_phone(given) == expected


@pytest.mark.parametrize(("given", "expected"), [("007", "7"), ("-7", "-7"), (" 7 ", "7"), ("0", None), ("7.0", None)])
def test_an_id_has_one_form(given: str, expected: str | None) -> None:
    assert read_record_id(given) == expected


@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reader in (read_email, read_domain, read_phone, read_record_id):
        found = reader(text)
        assert found is None or found


@given(st.emails())
def test_a_canonical_address_is_its_own_form(address: str) -> None:
    found = read_email(address)
    if found is not None:
        assert read_email(found) == found


@pytest.mark.parametrize(
    ("kind", "value", "complaint"),
    [
        ("email", "*@acme.example", "domain"),
        ("domain", "*.acme.example", "bare domain"),
        ("email", "%@acme.example", "domain"),
        ("phone", "555*", "wildcards"),
        ("email", "acme.example", "no e-mail address"),
        ("domain", "co.uk", "public suffix"),
        ("domain", "com", "no domain"),
        ("phone", "12", "no phone number"),
        ("person", "Ada", "person id"),
        ("company", "", "empty"),
        ("email", "a" * 400 + "@acme.example", "too long"),
        ("person", None, "empty"),
        ("person", True, "empty"),
    ],
)
def test_what_names_nobody_is_refused_without_repeating_it(kind: str, value: object, complaint: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        entry(kind, value)
    assert complaint in str(caught.value)
    assert not isinstance(value, str) or len(value) < 5 or value not in str(caught.value)


def test_a_kind_goes_by_the_names_that_people_use() -> None:
    assert entry("personId", 7).kind == "person"
    assert entry("E-Mail", "ada@acme.example").kind == "email"
    with pytest.raises(InvalidArgument, match="email, domain, phone"):
        entry("name", "Ada Sample")


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("email", "ada.sample@acme.example", "a***@a***.example"),
        ("domain", "acme.co.uk", "a***.co.uk"),
        ("phone", "+15550101234", "+***34"),
        ("person", "7123456", "***56"),
    ],
)
def test_a_mask_hides_most(kind: str, value: str, shown: str) -> None:
    assert mask(kind, value) == shown  # type: ignore[arg-type]


async def test_entries_are_counted_found_and_removed(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        first = await screen.list.add([entry("email", "ada@acme.example", reason="letter"), entry("person", 7)], "me")
        assert (first.added, first.known) == (2, 0)
        again = await screen.list.add(
            [entry("email", "ADA+x@acme.example"), entry("person", 8), entry("person", 8)], ""
        )
        assert (again.added, again.known) == (1, 2)
        counts = await screen.list.counts()
        assert (counts.total, counts.kinds, counts.pending) == (3, {"email": 1, "person": 2}, 1)
        [ada] = await screen.list.page(size=1)
        assert (ada.value, ada.reason, ada.added_by, ada.found) == ("ada@acme.example", "letter", "me", None)
        assert await screen.listed(entry("email", "ada@acme.example"))
        for found in hashes("ada@acme.example"):
            assert await screen.refuse("contact", [{"hashedEmail": found.upper()}]) == {0: "on the opt-out list"}
        assert await screen.list.remove([ada.id, 999]) == 1
        assert not await screen.listed(entry("email", "ada@acme.example"))
        assert not await screen.refuse("contact", [{"hashedEmail": item} for item in hashes("ada@acme.example")])
        assert (await screen.list.counts()).total == 2


async def test_the_stricter_of_two_entries_holds(either_state_url: str) -> None:
    now = [1_000.0]
    async with opened(either_state_url, clock=lambda: now[0]) as screen:
        await screen.list.add([entry("person", 7, from_at=2_000.0, until_at=3_000.0)], "")
        assert not await screen.listed(entry("person", 7)), "not in force yet"
        now[0] = 2_000.0
        assert await screen.listed(entry("person", 7))
        now[0] = 3_000.0
        assert not await screen.listed(entry("person", 7)), "over"
        await screen.list.add([entry("person", 7, from_at=2_500.0, until_at=2_600.0)], "")
        assert not await screen.listed(entry("person", 7)), "a shorter time changes nothing"
        await screen.list.add([entry("person", 7, permanent=True)], "")
        assert await screen.listed(entry("person", 7)), "now without an end"
        await screen.list.add([entry("person", 7, until_at=3_100.0)], "")
        now[0] = 4_000.0
        assert await screen.listed(entry("person", 7))
        [kept] = await screen.list.page()
        assert (kept.from_at, kept.until_at, kept.permanent) == (2_000.0, None, True)


async def test_ids_of_the_sandbox_are_not_zoominfos(either_state_url: str) -> None:
    async with opened(either_state_url, place="sandbox") as screen:
        await screen.list.add([entry("person", 7123456), entry("email", "ada@acme.example")], "")
    async with opened(either_state_url) as screen:
        assert not await screen.listed(entry("person", 7123456))
        assert await screen.listed(entry("email", "ada@acme.example")), "an address is the same everywhere"
        assert [one.elsewhere for one in await screen.list.page()] == [True, False]


async def test_what_waits_for_a_look_up_is_known_without_reading_the_list(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        assert not await screen.list.pending()
        await screen.list.add([entry("person", 7)], "")
        assert not await screen.list.pending(), "an id needs no look-up"
        ids = (await screen.list.add([entry("email", f"p{n}@acme.example") for n in range(5)], "")).ids
        assert await screen.list.pending()
        for number in ids[1:]:
            await screen.list.resolved(number, ["person::55"], 1)
        assert [one.id for one in await screen.list.to_resolve(10)] == ids[:1]
        await screen.list.resolved(ids[0], [], 0)
        assert not await screen.list.pending()
        assert not await screen.list.to_resolve(10)
        assert [one.id for one in await screen.list.to_resolve(10, retry_before=4e9)] == ids[:1]
        assert await screen.listed(entry("person", 55))
        assert (await screen.list.counts())[3:] == (0, 1)


async def test_nothing_is_in_clear_on_disk(state_url: str, tmp_path: Path) -> None:
    values = {
        "email": "ada.sample@acme-widgets.example",
        "domain": "secret-supplier.example",
        "phone": "+1 555 010 1234",
        "person": "712345678",
        "company": "987654321",
    }
    async with opened(state_url) as screen:
        entries = [entry(kind, value, reason="asked by letter") for kind, value in values.items()]
        await screen.list.add(entries, "somebody")
        await screen.list.resolved(1, ["person::700700700", "name::ada sample@acme"], 1)
    needles = [*values.values(), *(item.value for item in entries), "letter", "somebody", "700700700", "5550101234"]
    files = written(tmp_path)
    assert "state.sqlite" in files
    for name, data in files.items():
        for needle in needles:
            assert needle.lower().encode() not in data.lower(), f"{needle} is in {name}"


async def test_an_entry_with_the_number_of_a_removed_one_is_looked_for(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        listing = screen.list
        gone = await listing.add([entry("email", "ada@acme.example")], "")
        await listing.resolved(gone.ids[0], [], 1)
        await listing.remove(gone.ids)
        await listing.add([entry("email", "ben@acme.example")], "")
        assert await listing.pending()
        assert [waiting.value for waiting in await listing.to_resolve(5)] == ["ben@acme.example"]
