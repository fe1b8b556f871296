"""Do-not-call flags stay beside their numbers, and a region's policy decides about contact details."""

from __future__ import annotations

from typing import Any

import pytest
from privacy_parts import ADA, entry, opened

from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.settings import load_settings
from sales_zoominfo.zoominfo.fields import DO_NOT_CALL, OUTPUTS
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.records import Match

pytestmark = pytest.mark.anyio
NUMBERS = ("phone", "mobilePhone")
FLAGS = ("directPhoneDoNotCall", "mobilePhoneDoNotCall")


async def shown(
    state_url: str, row: dict[str, Any], asked: list[str] | None = None, **settings: object
) -> tuple[dict[str, Any], list[str]]:
    async with opened(state_url, **settings) as screen:
        wanted = list(row) if asked is None else asked
        [match], warnings = await screen.matches(
            "contact", [{"personId": "1"}], [Match("FULL_MATCH", row, "1")], wanted
        )
        return match.row, warnings


def test_every_number_of_a_contact_has_a_flag() -> None:
    numbers = {name for name in OUTPUTS["contact"] if "hone" in name and not name.startswith("company")}
    assert numbers - set(FLAGS) == set(DO_NOT_CALL)


async def test_a_number_stays_beside_its_flag(state_url: str) -> None:
    row = {**ADA, "mobilePhoneDoNotCall": True}
    assert await shown(state_url, row) == (row, [])
    # Also when nobody asked for the flag.
    assert await shown(state_url, row, ["id", *NUMBERS]) == (row, [])


@pytest.mark.parametrize("flag", [None, "Uncertain", 1])
async def test_a_number_without_a_flag_is_withheld_and_said(state_url: str, flag: object) -> None:
    row = {name: value for name, value in ADA.items() if name != "directPhoneDoNotCall"}
    if flag is not None:
        row["directPhoneDoNotCall"] = flag
    row["directPhoneAlt"] = [{"value": "(555) 010-9999"}]
    kept, [warning] = await shown(state_url, row, ["id", *NUMBERS, "directPhoneAlt"])
    assert "phone" not in kept
    assert "directPhoneAlt" not in kept
    assert kept["mobilePhone"] == ADA["mobilePhone"]
    assert warning.startswith("2 phone numbers withheld")
    assert "010" not in warning


async def test_flagged_numbers_can_be_withheld(state_url: str) -> None:
    row = {**ADA, "mobilePhoneDoNotCall": True}
    kept, [warning] = await shown(state_url, row, do_not_call="withhold")
    assert kept == {name: value for name, value in row.items() if name != "mobilePhone"}
    assert "ZOOMINFO_DO_NOT_CALL" in warning
    kept, _ = await shown(state_url, row, list(NUMBERS), do_not_call="withhold")
    assert "mobilePhoneDoNotCall" not in kept, "a flag without its number was not asked for"
    assert kept["directPhoneDoNotCall"] is False


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_flags_are_asked_for_with_what_they_are_about(state_url: str, generation: Generation) -> None:
    regions = ["withinEu", "withinCalifornia", "withinCanada"]
    async with opened(state_url) as screen:
        ask = screen.extra_outputs
        assert ask("contact", generation, ["id", "phone"]) == ["directPhoneDoNotCall", *regions]
        assert ask("contact", generation, ["id", "email", "withinEu"]) == regions[1:]
        assert ask("contact", generation, ["id", "jobTitle"]) == []
        assert ask("company", generation, ["id", "phone"]) == []
        assert ask("contact", "gtm", ["mobilePhoneAlt"])[0] == "mobilePhoneDoNotCall"
    async with opened(state_url, privacy_regions="eu=show,canada = withhold,california=show") as screen:
        assert screen.extra_outputs("contact", generation, ["email"]) == ["withinCanada"]


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_where_people_work_is_asked_for_while_companies_are_listed(
    state_url: str, generation: Generation
) -> None:
    async with opened(state_url) as screen:
        flags = screen.extra_outputs("contact", generation, ["email"])
        assert screen.beside("contact", generation, ["email"], await screen.list.scope()) == flags
        await screen.list.add([entry("person", 7123456), entry("company", 9)], "")
        scope = await screen.list.scope()
        assert scope == (False, True, False, frozenset())
        assert screen.beside("contact", generation, ["email"], scope) == [*flags, "companyId", "companyWebsite"]
        assert screen.beside("contact", generation, ["companyId"], scope) == ["companyWebsite"]
        assert screen.beside("company", generation, ["id"], scope) == []


async def test_a_region_is_marked_by_default(state_url: str) -> None:
    row = {**ADA, "withinEu": True, "withinCalifornia": False, "withinCanada": False}
    kept, warnings = await shown(state_url, row, ["id", "email"])
    assert kept == {**ADA, "withinEu": True}
    assert not warnings
    kept, _ = await shown(state_url, row, ["email", "withinCanada"])
    assert kept["withinCanada"] is False, "what was asked for is answered"


async def test_a_region_can_be_shown_without_a_mark(state_url: str) -> None:
    row = {**ADA, "withinEu": True}
    kept, _ = await shown(state_url, row, ["email"], privacy_regions="eu=show")
    assert kept == ADA
    assert (await shown(state_url, row, ["withinEu"], privacy_regions="eu=show"))[0] == row


@pytest.mark.parametrize("told", [True, None])
async def test_a_region_can_withhold_contact_details(state_url: str, told: bool | None) -> None:
    row = {**ADA, "withinEu": False, "withinCanada": told, "street": "1 Road", "externalUrls": [{"url": "x"}]}
    row = {name: value for name, value in row.items() if value is not None}
    kept, [warning] = await shown(state_url, row, list(ADA), privacy_regions="canada=withhold")
    for name in ("email", "supplementalEmail", "street", "externalUrls", *NUMBERS, *FLAGS):
        assert name not in kept
    for name in ("id", "firstName", "lastName", "jobTitle", "companyName", "companyPhone"):
        assert kept[name] == ADA[name]
    assert "Canada" in warning
    assert ("did not tell" in warning) == (told is None)


async def test_outside_of_the_region_everything_is_shown(state_url: str) -> None:
    row = {**ADA, "withinEu": False, "withinCanada": False, "withinCalifornia": False}
    assert await shown(state_url, row, list(ADA), privacy_regions="canada=withhold,eu=withhold") == (ADA, [])


@pytest.mark.parametrize("value", ["mars=mark", "eu=hide", "eu", "eu=mark;canada=show", "withhold"])
def test_a_wrong_policy_is_refused(value: str) -> None:
    with pytest.raises(InvalidArgument, match="ZOOMINFO_PRIVACY_REGIONS"):
        load_settings(privacy_regions=value)


@pytest.mark.parametrize("value", ["eu=mark", " eu = withhold , canada=show ", "california=show,"])
def test_a_policy_may_name_some_regions(value: str) -> None:
    assert load_settings(privacy_regions=value)


def test_a_long_policy_is_read_at_once() -> None:
    # The form is checked by a pattern, which must not take exponential time.
    with pytest.raises(InvalidArgument):
        load_settings(privacy_regions="eu=mark," * 2_000 + "x")
