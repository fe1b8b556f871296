"""Screening: a person on the list is in no answer, whichever way the list names them and wherever they stand."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from privacy_parts import ADA, BEN, NAMES, entry, opened

from sales_zoominfo.account.privacy import Screen, suspicious
from sales_zoominfo.account.screening import WITHHELD
from sales_zoominfo.errors import InvalidArgument, fail
from sales_zoominfo.zoominfo.records import Match, Page

pytestmark = pytest.mark.anyio

# What must not be read anywhere once Ada is on the list; the company is not a secret.
PERSONAL = ("Ada", "Sample", "ada.sample", "ada.private", "010-1234", "12345678", "7123456")


def personal(answer: object) -> list[str]:
    text = json.dumps(answer, ensure_ascii=False)
    return [needle for needle in PERSONAL if needle in text]


def matched(row: dict[str, Any], status: str = "FULL_MATCH") -> Match:
    return Match(status, row, row["id"])


async def listed(screen: Screen, name: str) -> None:
    await screen.list.add([entry(*NAMES[name])], "test")


@pytest.mark.parametrize("name", NAMES)
async def test_an_enriched_person_is_withheld_by_each_identifier(state_url: str, name: str) -> None:
    async with opened(state_url) as screen:
        await listed(screen, name)
        inputs = [{"fullName": "Ada Sample", "companyName": "Acme"}, {"personId": "1"}]
        other = {"id": "1", "firstName": "Cid", "email": "cid@other.example", "companyId": "5"}
        kept, warnings = await screen.matches("contact", inputs, [matched(ADA), matched(other)], list(ADA))
        assert kept[0] == Match("SUPPRESSED", {}, None)
        assert kept[1].row == other
        assert not personal([match.row for match in kept])
        assert any("1 record is withheld" in line for line in warnings)


@pytest.mark.parametrize("name", set(NAMES) - {"domain", "company id"})
async def test_a_colleague_is_not_withheld(state_url: str, name: str) -> None:
    async with opened(state_url) as screen:
        await listed(screen, name)
        [kept], warnings = await screen.matches("contact", [{"personId": BEN["id"]}], [matched(BEN)], list(BEN))
        assert kept.row == BEN
        assert not warnings


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("e-mail", {"emailAddress": "ada.sample@acme-widgets.example"}),
        ("e-mail", {"emailAddress": "ADA.SAMPLE+crm@acme-widgets.example", "companyName": "X"}),
        ("domain", {"emailAddress": "anyone@eu.acme-widgets.example"}),
        ("direct phone", {"phone": "555 010 1234"}),
        ("direct phone without a code", {"phone": "+1 (555) 010-1234"}),
        ("mobile phone", {"phone": "030/12345678"}),
        ("person id", {"personId": "7123456"}),
        ("company id", {"firstName": "X", "lastName": "Y", "companyId": "900100"}),
    ],
)
async def test_a_listed_input_is_never_sent(state_url: str, name: str, given: dict[str, object]) -> None:
    async with opened(state_url) as screen:
        assert await screen.refuse("contact", [given]) == {}
        await listed(screen, name)
        assert list(await screen.refuse("contact", [{"personId": "1"}, given])) == [1]


async def test_a_company_is_refused_by_id_website_and_number(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("domain", "acme.example"), entry("company", 9), entry("phone", "5550100000")], "")
        inputs: list[dict[str, object]] = [
            {"companyWebsite": "https://shop.acme.example/x"},
            {"companyId": "9"},
            {"companyPhone": "(555) 010-0000"},
            {"companyWebsite": "notacme.example"},
            {"companyId": "10"},
        ]
        assert list(await screen.refuse("company", inputs)) == [0, 1, 2]


async def test_a_resolved_person_is_refused_by_name_with_company(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        await listed(screen, "e-mail")
        by_name = {"firstName": "ADA", "lastName": "sample", "companyName": "acme  widgets"}
        full = {"fullName": "Ada Sample", "companyId": "900100"}
        assert not await screen.refuse("contact", [by_name, full])
        # An answer that came by e-mail teaches the list the rest.
        await screen.matches("contact", [{"hashedEmail": "x"}], [matched(ADA)], list(ADA))
        assert len(await screen.refuse("contact", [by_name, full, {"personId": "7123456"}])) == 3
        assert not await screen.refuse("contact", [{**by_name, "companyName": "Other"}, {"personId": BEN["id"]}])


@pytest.mark.parametrize("name", NAMES)
async def test_every_answer_and_text_is_screened(state_url: str, name: str) -> None:
    async with opened(state_url) as screen:
        answer: dict[str, Any] = {
            "data": [
                {"input": {"fullName": "Ada Sample"}, "matchStatus": "FULL_MATCH", **ADA},
                {"input": {"personId": "1"}, "matchStatus": "FULL_MATCH", "id": "1", "firstName": "Cid"},
                {"id": "55", "title": "A scoop", "contacts": [ADA, {"id": "2", "firstName": "Dot"}]},
                ADA,
            ],
            "meta": {"warnings": [], "totalResults": 4},
        }
        assert await screen.envelope(answer) is answer, "an empty list changes nothing"
        await listed(screen, name)
        screened = await screen.envelope(answer)
        assert not personal(screened)
        assert screened["data"][0]["matchStatus"] == "SUPPRESSED"
        assert screened["data"][0]["input"] == {"fullName": WITHHELD}
        assert screened["data"][1] == answer["data"][1]
        assert screened["data"][2]["contacts"] == [{"id": "2", "firstName": "Dot"}]
        assert len(screened["data"]) == 3
        assert not personal(json.loads(await screen.text(json.dumps(answer))))


FREE_TEXT = {
    "e-mail": "Write to Ada.Sample+x@acme-widgets.example, please.",
    "domain": "Write to info@sales.acme-widgets.example.",
    "direct phone": "Call (555) 010-1234 today",
    "mobile phone": "Tel: +49 30 12345678.",
    "mobile phone without a code": "Tel: 030-12345678",
    "person id": "There is no person with id 7123456 here",
}


@pytest.mark.parametrize("name", FREE_TEXT)
async def test_free_text_loses_the_identifier_and_keeps_the_rest(state_url: str, name: str) -> None:
    text = FREE_TEXT[name]
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", "else@where.example")], "")
        assert await screen.text(text) == text
        await listed(screen, name)
        screened = await screen.text(text)
        assert WITHHELD in screened
        assert screened.split(" ")[0] == text.split(" ")[0]
        assert not personal(screened)
        row = {"id": "5", "description": text}
        [kept] = (await screen.envelope({"data": [row], "meta": {}}))["data"]
        assert kept == {"id": "5", "description": screened}
        error = await screen.error(fail("not_found", thing="thing", name=text, hint="", how=text))
        assert not personal(str(error))
        assert (error.code, error.kind) == ("NOT_FOUND", "not_found")


async def test_numbers_that_are_no_identifiers_stay(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("person", 7123456), entry("phone", "7123456")], "")
        row = {"id": "5", "revenue": 7123456, "employeeCount": 7123456, "rate": 7123456.5, "on": True}
        answer = {"data": [row], "meta": {"totalResults": 7123456}}
        assert await screen.envelope(answer) == answer


async def test_a_parent_on_the_list_goes_and_its_daughter_stays(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("company", 9)], "")
        row = {"id": "5", "name": "Daughter", "parentId": "9", "parentName": "Secret Parent", "website": "d.example"}
        [kept], _ = await screen.matches("company", [{"companyId": "5"}], [matched(row)], list(row))
        assert kept.row == {"id": "5", "name": "Daughter", "website": "d.example"}


async def test_a_switchboard_goes_and_its_people_stay(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("phone", "(555) 010-0000")], "")
        [kept], _ = await screen.matches("contact", [{"personId": "1"}], [matched(BEN)], list(BEN))
        assert kept.row == {name: value for name, value in BEN.items() if name != "companyPhone"}


@pytest.mark.parametrize("name", ["person id", "company id"])
async def test_a_search_page_loses_rows_and_no_pages(state_url: str, name: str) -> None:
    rows = [{key: who[key] for key in ("id", "firstName", "companyId")} for who in (ADA, BEN)]
    page = Page(rows, 10, 1, 2, 1_000)
    async with opened(state_url) as screen:
        assert await screen.page("contact", page) == (page, [])
        await listed(screen, name)
        kept, [warning] = await screen.page("contact", page)
        assert [row["id"] for row in kept.rows] == ([BEN["id"]] if name == "person id" else [])
        assert kept.next_page == 2, "a page that lost rows is not the last one"
        assert "withheld" in warning


async def test_a_search_says_when_opt_outs_are_not_looked_up(state_url: str) -> None:
    page = Page([{"id": "1", "firstName": "Cid"}], 1, 1, 25, 1_000)
    async with opened(state_url) as screen:
        await listed(screen, "e-mail")
        _, [warning] = await screen.page("contact", page)
        assert "opt-outs resolve" in warning
        await screen.list.resolved(1, [], 0)
        assert await screen.page("contact", page) == (page, [])


async def test_zoominfos_opt_out_joins_the_list(either_state_url: str) -> None:
    async with opened(either_state_url) as screen:
        inputs: list[dict[str, object]] = [
            {"emailAddress": "ada.sample@acme-widgets.example", "phone": "(555) 010-1234"},
            {"personId": "7123456"},
            {"phone": "+49 30 12345678"},
            {"fullName": "Ada Sample", "companyName": "Acme"},
            {"personId": "1"},
        ]
        statuses = ["OPT_OUT", "OPT_OUT", "OPT_OUT", "OPT_OUT", "NO_MATCH"]
        kept, _ = await screen.matches("contact", inputs, [Match(status, {}, None) for status in statuses], ["id"])
        assert [match.status for match in kept] == statuses
        entries = await screen.list.page()
        assert {(one.kind, one.source, one.permanent) for one in entries} == {
            (kind, "zoominfo", True) for kind in ("email", "person", "phone")
        }
        # Named with a person, a number may be shared by others.
        assert [one.value for one in entries if one.kind == "phone"] == ["+493012345678"]
        rows = [{"input": item, "matchStatus": status} for item, status in zip(inputs, statuses, strict=True)]
        screened = await screen.envelope({"data": rows, "meta": {}})
        assert not personal(screened)
        assert screened["data"][4] == rows[4]


# --- closed on failure -----------------------------------------------------------------------------------------


async def _ask_everything(screen: Screen) -> list[str]:
    error = fail("not_found", thing="thing", name="ada.sample@acme-widgets.example", hint="", how="")
    codes: list[str] = []
    for ask in (
        lambda: screen.refuse("contact", [{"personId": "7123456"}]),
        lambda: screen.matches("contact", [{"personId": "7123456"}], [matched(ADA)], list(ADA)),
        lambda: screen.page("contact", Page([ADA], 1, 1, 25, 1_000)),
        lambda: screen.envelope({"data": [ADA], "meta": {}}),
        lambda: screen.text("ada.sample@acme-widgets.example"),
        lambda: screen.error(error),
    ):
        with pytest.raises(InvalidArgument) as caught:
            await ask()
        assert not personal(str(caught.value))
        codes.append(caught.value.kind)
    return codes


async def test_nothing_leaves_when_the_list_cannot_be_read(state_url: str, tmp_path: Path) -> None:
    async with opened(state_url) as screen:
        await listed(screen, "person id")
        with sqlite3.connect(tmp_path / "state.sqlite") as db:
            db.execute("ALTER TABLE opt_out RENAME TO gone")
        assert set(await _ask_everything(screen)) == {"opt_outs_unreadable"}


async def test_nothing_leaves_when_the_store_is_gone(state_url: str) -> None:
    async with opened(state_url) as screen:
        await listed(screen, "person id")
    assert set(await _ask_everything(screen)) == {"opt_outs_unreadable"}


async def test_nothing_leaves_with_another_key(state_url: str) -> None:
    async with opened(state_url) as screen:
        await listed(screen, "person id")
    with pytest.raises(InvalidArgument, match="not the one"):
        async with opened(state_url, state_key="00" * 32):
            pass


# --- any tree --------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    ["ada.sample@acme-widgets.example", "x", "see 7123456", "+49 30 12345678", "7123456", "Ada", "", "a@b.example"]
)
_FIELDS = st.sampled_from(["id", "personId", "email", "phone", "text", "company", "name", "list"])
_TREES = st.recursive(
    st.one_of(_WORDS, st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_FIELDS, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(st.dictionaries(_FIELDS, _TREES, max_size=4), max_size=4), meta=st.dictionaries(_FIELDS, _TREES))
def test_no_tree_keeps_an_identifier(tmp_path: Path, data: list[Any], meta: dict[str, Any]) -> None:
    import anyio

    async def visit() -> None:
        async with opened(f"sqlite:///{tmp_path / 'state.sqlite'}") as screen:
            for name in ("e-mail", "person id", "mobile phone"):
                await listed(screen, name)
            once = await screen.envelope({"data": data, "meta": meta})
            text = json.dumps(once)
            for needle in ("ada.sample@", "7123456", "12345678"):
                assert needle not in text
            assert await screen.envelope(once) == once

    anyio.run(visit)


def test_what_cannot_be_on_a_list_costs_nothing() -> None:
    assert not suspicious("Give 1 to 100 of them; see section 5.2 of 2026.")
    assert suspicious("ada@acme.example")
    assert suspicious("id 7123456")
    assert suspicious("+49 30 12345678")


# Where people and programs write an address or a number.
WRITTEN = {
    "email": (
        "{}! Hi",
        "**{}**",
        "`{}`",
        "_{}_",
        "mailto:{}?subject=x",
        "https://x.example/?e={}&y=1",
        "邮箱{}请",
        "{}。",
        "'{}'",
        "name='{}'",
        "{}.Please reply",
        "{}|x",
        "{}-",
    ),
    "phone": (
        "{}x123",
        "{} / 646-555-9876",
        "646-555-9876 / {}",
        "{} 2024 plan",
        "2024-01-05 {}",
        "电话{}转",
        "tel{}",
    ),
    "person": ("ids {},55555", "ids 55555,{}", "person-{}", "person_{}", "编号{}的"),
}
VALUES = {"email": "ada.sample@acme.example", "phone": "212-555-1234", "person": "7123456"}


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind, forms in WRITTEN.items() for form in forms])
async def test_what_stands_beside_an_identifier_in_a_text_does_not_hide_it(
    state_url: str, kind: str, form: str
) -> None:
    text = form.format(VALUES[kind])
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", "else@where.example")], "")
        assert await screen.text(text) == text
        await screen.list.add([entry(kind, VALUES[kind])], "")
        assert VALUES[kind] not in await screen.text(text)
        [row] = (await screen.envelope({"data": [{"note": text}]}))["data"]
        assert VALUES[kind] not in row["note"]


async def test_an_escaped_address_is_found(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", "ada.sample@acme.example")], "")
        assert "ada" not in await screen.text("https://x.example/?e%3Dada.sample%40acme.example")


async def test_a_field_with_more_than_an_address_does_not_hide_it(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", "ada.sample@acme.example")], "")
        for written in ("ada.sample@acme.example!", "'ada.sample@acme.example'", "邮箱ada.sample@acme.example"):
            assert "ada.sample" not in json.dumps(await screen.envelope({"data": [{"email": written}]}))


async def test_an_apostrophe_keeps_nobody_off_the_list(state_url: str) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", "mary.o'brien@acme.example")], "")
        shown = await screen.envelope({"data": [{"email": "Mary.O'Brien@acme.example"}], "note": "x"})
        assert shown["data"] == []
        assert "Brien" not in await screen.text("ask mary.O'Brien@acme.example.")


@pytest.mark.parametrize(
    ("listed_as", "shown_as"), [("+86 138 0013 8000", "13800138000"), ("13800138000", "+86 138 0013 8000")]
)
async def test_a_chinese_number_without_its_code_is_not_taken_for_an_american_one(
    state_url: str, listed_as: str, shown_as: str
) -> None:
    async with opened(state_url) as screen:
        await screen.list.add([entry("phone", listed_as)], "")
        assert (await screen.envelope({"data": [{"phone": shown_as}]}))["data"] == []
