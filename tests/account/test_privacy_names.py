"""Names in free texts: a listed person's is cut where the text is about their company, a namesake's elsewhere stays."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from privacy_parts import ADA, entry, opened

from sales_zoominfo.account.names import About, Employer, names_in
from sales_zoominfo.account.privacy import Screen
from sales_zoominfo.account.screening import WITHHELD

pytestmark = pytest.mark.anyio
ACME = Employer("900100", "Acme Widgets")
OTHER = Employer("900200", "Other Works")


def who(first: str, last: str, **more: Any) -> dict[str, Any]:
    return {**ADA, "firstName": first, "lastName": last, **more}


@asynccontextmanager
async def knowing(state_url: str, row: dict[str, Any]) -> AsyncGenerator[Screen]:
    """A list on which a person stands by e-mail, and which has seen the record."""
    async with opened(state_url) as screen:
        await screen.list.add([entry("email", row["email"])], "test")
        await screen.learn([f"email:{row['email']}"], row)
        yield screen


async def shown(screen: Screen, text: str, employer: Employer = ACME, field: str = "markdown") -> str:
    [row], _ = await screen.rows([{"section": "x", field: text}], About(employer, frozenset([field])))
    return row[field]


WRITTEN = {
    "a sentence": ("Ada", "Sample", "It is led by Ada Sample."),
    "a possessive": ("Ada", "Sample", "This is Ada Sample's team, and Ada Sample\u2019s budget."),
    "bold text": ("Ada", "Sample", "- **Ada Sample** (CTO)\n- __Ada__ *Sample*"),
    "capitals": ("Ada", "Sample", "ADA SAMPLE JOINS"),
    "a title in front": ("Ada", "Sample", "CTO Dr. Ada Sample joined"),
    "a middle initial": ("Ada", "Sample", "Ada Q. Sample"),
    "a middle name": ("Ada", "Sample", "Ada Quinn Sample"),
    "initials": ("A. J.", "Sample", "A. J. Sample left."),
    "family name first": ("Ada", "Sample", "Leaders: Sample, Ada; and others"),
    "a line break": ("Ada", "Sample", "said Ada\nSample"),
    "no break space": ("Ada", "Sample", "said Ada\u00a0Sample"),
    "hyphens": ("Anne-Marie", "Smith-Sample", "Anne-Marie Smith-Sample left"),
    "another hyphen": ("Anne\u2010Marie", "Sample", "Anne\u2010Marie Sample left"),
    "an apostrophe": ("Ada", "O'Sample", "Ada O'Sample left"),
    "particles": ("Ada", "van der Sample", "Ada van der Sample left"),
    "two first names": ("Ada Maria", "Sample Stone", "Ada Maria Sample Stone left"),
    "a hyphen that the record writes otherwise": ("Anne-Marie", "Sample", "Anne\u2011Marie Sample left"),
    "an apostrophe that the record writes otherwise": ("Ada", "O'Sample", "Ada O\u2019Sample left"),
    "accents": ("Zoë", "Sämple", "Zoë Sämple left"),
    "decomposed accents": ("Zoë", "Sämple", "Zoe\u0308 Sa\u0308mple left"),
    "accents that the text lacks": ("Zoë", "Sämple", "Zoe Sample left"),
    "accents that the record lacks": ("Zoe", "Sample", "Zoë Sämple left"),
    "another script": ("Анна", "Примерова", "Компанию ведёт Анна Примерова."),
    "a script without capitals": ("아다", "샘플", "대표 아다 샘플 입니다"),
}


@pytest.mark.parametrize("case", WRITTEN)
async def test_a_listed_name_is_cut_from_a_text_about_the_company(state_url: str, case: str) -> None:
    first, last, text = WRITTEN[case]
    async with knowing(state_url, who(first, last)) as screen:
        told = await shown(screen, text)
        assert WITHHELD in told
        for part in (*first.split(), *last.split()):
            if len(part) > 2:
                assert part.casefold() not in told.casefold()
        assert await shown(screen, text, Employer("900100")) == told, "the company's id is enough"
        assert await shown(screen, text, Employer("", " ACME  widgets")) == told, "so is its name"
        assert await shown(screen, text, OTHER) == text, "a namesake at another company stays"
        assert await shown(screen, text, Employer()) == text, "a name alone names nobody"


async def test_the_family_name_alone_goes_where_the_whole_name_stood(state_url: str) -> None:
    async with knowing(state_url, who("Ada", "Sample")) as screen:
        told = await shown(screen, "Ada Sample is CTO. Ms. Sample's plan: Samples of Ben Stone.")
        assert told == f"{WITHHELD} is CTO. Ms. {WITHHELD} plan: Samples of Ben Stone."
        assert await shown(screen, "A Sample of Ada.") == "A Sample of Ada."


async def test_a_text_that_names_the_company_itself_needs_no_record_of_it(state_url: str) -> None:
    async with knowing(state_url, who("Ada", "Sample")) as screen:
        brief = "Ada Sample, Director at Acme Widgets (Sales, Director)"
        assert "Sample" not in await shown(screen, brief, Employer())
        assert "Sample" not in await shown(screen, "**Ada Sample**, Director at **Acme Widgets**.", OTHER)
        elsewhere = "Ada Sample, Director at Other Works (Sales, Director)"
        assert await shown(screen, elsewhere, Employer()) == elsewhere


async def test_names_are_looked_for_in_every_answer_and_text_that_tells_its_company(state_url: str) -> None:
    async with knowing(state_url, who("Ada", "Sample")) as screen:
        text = "Ada Sample opens a plant."
        rows = [
            {"companyId": "900100", "description": text},
            {"companyId": "900200", "description": text},
            {"company": {"id": "900100"}, "updateText": text, "types": [{"description": text}]},
        ]
        [own, other, nested] = (await screen.envelope({"data": rows, "meta": {}}))["data"]
        assert "Sample" not in str([own, nested])
        assert other == rows[1]
        # A brief tells in its meta what its statements are about, and which fields ZoomInfo's AI wrote.
        brief: dict[str, Any] = {"data": [{"section": "zoominfoSummary", "statement": text, "note": text}]}
        told = await screen.envelope({**brief, "meta": {"subject": {"companyId": "900100"}, "aiTexts": ["note"]}})
        assert "Sample" not in str(told)
        told = await screen.envelope({**brief, "meta": {"subject": {"companyId": "900200", "name": "Other"}}})
        assert told["data"] == brief["data"]


@pytest.mark.parametrize(
    "text",
    ["Ada Sample Stone Wells " * 1400, "A" * 30_000, "A'" * 15_000, "A. " * 10_000, "Ada at " * 4_300, "A, " * 10_000],
    ids=["names", "one word", "apostrophes", "initials", "companies", "commas"],
)
def test_the_work_grows_with_the_length_of_a_text_and_no_faster(text: str) -> None:
    def work(size: int) -> int:
        return sum(len(mark.keys) for mark in names_in(text[:size], "", ACME))

    whole, part = work(len(text)), work(len(text) // 10)
    assert whole <= 12 * part + 200
    assert whole < 12 * len(text)


def test_an_ordinary_text_has_few_names_to_look_up() -> None:
    words = "The plant opened last year and Ben Stone runs it with a team of forty, after Eva Wells left in May. "
    text = words * (30_000 // len(words))
    assert len({key for mark in names_in(text, "", ACME) for key in mark.keys}) < 20
