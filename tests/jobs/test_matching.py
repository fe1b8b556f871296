"""A row asks for the same record however its values are spelled, and for none when they are no values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales_zoominfo.account.match_key import match_key
from sales_zoominfo.jobs.columns import recognise_columns
from sales_zoominfo.jobs.files.model import BrokenRow
from sales_zoominfo.jobs.matching import REASONS, Ambiguous, Invalid, Matching, Wanted, decide
from sales_zoominfo.jobs.names import read_company, read_person
from sales_zoominfo.jobs.values import Useless, clean, free_mail, read_domain, read_email, read_phone, read_profile
from sales_zoominfo.store.vault import Vault
from sales_zoominfo.zoominfo.arguments import read_inputs

VAULT = Vault(bytes(32))
PEOPLE = {
    "ZoomInfo Contact ID": "personId", "Email": "emailAddress", "Email 2": "supplementalEmail",
    "Email SHA256": "hashedEmail",
    "LinkedIn": "externalURL", "Phone": "phone", "Mobile": "mobilePhone", "First Name": "firstName",
    "Last Name": "lastName",
    "Full Name": "fullName", "Company": "companyName", "Website": "companyWebsite", "Title": "jobTitle",
    "Country": "country",
    "ZoomInfo Company ID": "companyId",
}  # fmt: skip
FIRMS = {
    "ZoomInfo Company ID": "companyId", "Website": "companyWebsite", "Account Name": "companyName",
    "Phone": "companyPhone",
    "Fax": "companyFax", "Ticker": "companyTicker", "IP Address": "ipAddress", "Billing City": "companyCity",
    "Billing Country": "companyCountry", "Email": "emailAddress", "Industry": "industry",
}  # fmt: skip
ROWS = {"contact": PEOPLE, "company": FIRMS}


def matching(entity: Any, **more: Any) -> Matching:
    return Matching(recognise_columns(list(ROWS[entity]), [], entity), entity, VAULT, **more)


def read(entity: Any, cells: dict[str, Any], **more: Any) -> Wanted | Invalid:
    return matching(entity, **more).read([cells.get(name, "") for name in ROWS[entity]])


def person(cells: dict[str, Any], **more: Any) -> Wanted | Invalid:
    return read("contact", cells, **more)


def firm(cells: dict[str, Any], **more: Any) -> Wanted | Invalid:
    return read("company", cells, **more)


NAMED = {"First Name": "Jane", "Last Name": "Doe", "Company": "Acme, Inc.", "Title": "VP"}


@pytest.mark.parametrize(
    ("cells", "by", "asked"),
    [
        ({"ZoomInfo Contact ID": "-7", "Email": "jane@acme.com", **NAMED}, "personId", {"personId": "-7"}),
        ({"ZoomInfo Contact ID": 7000001.0}, "personId", {"personId": "7000001"}),
        ({"Email": " Jane.Doe@ACME.com "}, "emailAddress", {"emailAddress": "jane.doe@acme.com"}),
        ({"Email": "n/a", "Email 2": "jd@gmail.com"}, "emailAddress", {"emailAddress": "jd@gmail.com"}),
        (
            {"Email": "jane@acme.com", "Phone": "+1 415 555 0123", **NAMED},
            "emailAddress",
            {"emailAddress": "jane@acme.com", "firstName": "Jane", "lastName": "Doe", "companyName": "Acme Inc"},
        ),
        ({"Email SHA256": "AB" * 32}, "hashedEmail", {"hashedEmail": "ab" * 32}),
        (
            {"LinkedIn": "http://de.linkedin.com/in/Jane-Doe/?trk=x"},
            "externalURL",
            {"externalURL": "https://www.linkedin.com/in/jane-doe"},
        ),
        ({"Phone": "030 / 12345-67", "Country": "Deutschland"}, "phone", {"phone": "+49301234567"}),
        ({"Phone": "-", "Mobile": "(415) 555-0123 x7", "Country": "USA"}, "phone", {"phone": "+14155550123"}),
        (NAMED, "name and company", {"firstName": "Jane", "lastName": "Doe", "companyName": "Acme Inc",
        "jobTitle": "VP"}),
        (
            {"Full Name": "Doe, Dr. Jane", "ZoomInfo Company ID": "99"},
            "name and company",
            {"fullName": "Jane Doe", "companyId": "99"},
        ),
    ],
)  # fmt: skip
def test_a_person_is_asked_for_by_the_surest_key(cells: dict[str, Any], by: str, asked: dict[str, str]) -> None:
    wanted = person(cells)
    assert isinstance(wanted, Wanted)
    assert (wanted.by, wanted.input) == (by, asked)
    assert wanted.search is None


@pytest.mark.parametrize(
    ("cells", "by", "asked"),
    [
        ({"ZoomInfo Company ID": "99", "Website": "acme.com"}, "companyId", {"companyId": "99"}),
        ({"Website": "https://www.shop.Acme.co.uk/about"}, "companyWebsite", {"companyWebsite": "acme.co.uk"}),
        ({"Email": "jane@mail.acme.com"}, "companyWebsite", {"companyWebsite": "acme.com"}),
        ({"Website": "gmail.com", "Account Name": "Acme"}, "companyName", {"companyName": "Acme"}),
        (
            {"Account Name": "Acme Gesellschaft mit beschränkter Haftung", "Billing City": "Berlin", "Website": "n/a"},
            "companyName",
            {"companyName": "Acme GmbH", "companyCity": "Berlin"},
        ),
        ({"Phone": "030 1234567", "Billing Country": "DE"}, "companyPhone", {"companyPhone": "+49301234567"}),
        ({"Ticker": "nasdaq: acm"}, "companyTicker", {"companyTicker": "ACM"}),
        ({"Fax": "+49 30 1234568"}, "companyFax", {"companyFax": "+49301234568"}),
        ({"IP Address": "203.0.113.9"}, "ipAddress", {"ipAddress": "203.0.113.9"}),
    ],
)
def test_a_company_is_asked_for_by_the_surest_key(cells: dict[str, Any], by: str, asked: dict[str, str]) -> None:
    wanted = firm(cells)
    assert isinstance(wanted, Wanted)
    assert (wanted.by, wanted.input) == (by, asked)


SAME = [
    ("contact", {"Email": "jane@acme.com"}, {"Email": "<Jane+news@ACME.COM>"}),
    ("contact", {"Email": "jane@acme.com"}, {"Email": "jane@acme.com.invalid"}),
    (
        "contact",
        {"Email": "jane@acme.com", "Phone": "1"},
        {"Email": "mailto:jane@acme.com", "Phone": "+1 415 555 0123"},
    ),
    ("contact", {"Phone": "+49 (0)30 1234567"}, {"Phone": "0049 30 12345 67"}),
    ("contact", {"Phone": "+81312345678"}, {"Phone": "０３－１２３４－５６７８", "Country": "日本"}),
    ("contact", NAMED, {**NAMED, "Company": "ACME INCORPORATED", "First Name": " jane "}),
    (
        "contact",
        {"Full Name": "Jane Doe", "Company": "Acme"},
        {"First Name": "Jane", "Last Name": "Doe", "Company": "Acme"},
    ),
    ("company", {"Account Name": "アクメ(株)"}, {"Account Name": "アクメ㈱"}),
    ("company", {"Account Name": "Acme S.A.R.L."}, {"Account Name": "Acme, Société à responsabilité limitée"}),
    ("company", {"Account Name": "Müller GmbH & Co. KG"}, {"Account Name": "MÜLLER GmbH und Co KG"}),
    ("company", {"Website": "münchen.de"}, {"Website": "http://www.xn--mnchen-3ya.de/"}),
]


@pytest.mark.parametrize(("entity", "one", "other"), SAME)
def test_the_same_record_is_known_however_it_is_spelled(
    entity: Any, one: dict[str, str], other: dict[str, str]
) -> None:
    first, second = read(entity, one), read(entity, other)
    assert isinstance(first, Wanted)
    assert isinstance(second, Wanted)
    assert first.digest == second.digest


DIFFERENT = [
    ("company", {"Account Name": "Acme GmbH"}, {"Account Name": "Acme Inc."}),
    ("company", {"Account Name": "株式会社アクメ"}, {"Account Name": "有限会社アクメ"}),
    ("company", {"Website": "acme.co.uk"}, {"Website": "best.co.uk"}),
    ("company", {"Website": "acme.github.io"}, {"Website": "best.github.io"}),
    ("contact", {"Email": "jane@acme.com"}, {"Email": "jane@acme.de"}),
    ("contact", NAMED, {**NAMED, "Title": "CFO"}),
]


@pytest.mark.parametrize(("entity", "one", "other"), DIFFERENT)
def test_different_records_stay_apart(entity: Any, one: dict[str, str], other: dict[str, str]) -> None:
    first, second = read(entity, one), read(entity, other)
    assert isinstance(first, Wanted)
    assert isinstance(second, Wanted)
    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("entity", "cells", "reason"),
    [
        ("contact", {}, "empty"),
        ("contact", {"Email": "N/A", "Phone": "-", "Company": "unknown"}, "junk"),
        ("contact", {"Email": "test@test.com"}, "test"),
        ("contact", {"Email": "testing1@acme.com", "First Name": "Jane"}, "test"),
        ("contact", {"Email": "jane@example.com"}, "test"),
        ("contact", {"Email": "info@acme.com"}, "shared_mailbox"),
        ("contact", {"Email": "jane at acme"}, "unreadable"),
        ("contact", {"Phone": "1234567890"}, "junk"),
        ("contact", {"Phone": "call me"}, "unreadable"),
        ("contact", {"First Name": "Jane", "Last Name": "Doe"}, "name_alone"),
        ("contact", {"First Name": "Jane", "Last Name": "Doe", "Company": "self-employed"}, "name_alone"),
        ("contact", {"First Name": "Jane", "Last Name": "Doe", "Website": "acme.com"}, "needs_search"),
        ("contact", {"Company": "Acme"}, "empty"),
        ("contact", {"Email": "x" * 5_000_000}, "too_long"),
        ("contact", {"ZoomInfo Contact ID": "0"}, "junk"),
        ("contact", {"LinkedIn": "https://linkedin.com/company/acme"}, "free_mail_only"),
        ("company", {"Website": "https://www.facebook.com/acme"}, "free_mail_only"),
        ("company", {"Email": "jane@gmail.com"}, "free_mail_only"),
        ("company", {"Email": "jane@web.de", "Account Name": "k.A."}, "free_mail_only"),
        ("company", {"Account Name": "不明"}, "junk"),
        ("company", {"Website": "co.uk"}, "unreadable"),
        ("company", {"IP Address": "10.0.0.1"}, "unreadable"),
    ],
)
def test_what_identifies_nothing_is_invalid_with_its_reason(entity: Any, cells: dict[str, str], reason: str) -> None:
    found = read(entity, cells)
    assert isinstance(found, Invalid)
    assert found.reason == reason
    assert found.text == REASONS[found.reason]


def test_a_row_that_cannot_be_read_is_invalid() -> None:
    broken = BrokenRow(["jane@acme.com"], None, 7, "too many cells")
    assert matching("contact").read(broken) == Invalid("broken")


def test_no_free_mail_domain_identifies_a_company() -> None:
    assert {"gmail.com", "qq.com", "web.de", "orange.fr", "docomo.ne.jp", "outlook.com", "hey.com"} <= free_mail()
    for domain in sorted(free_mail())[::40]:
        found = firm({"Email": f"jane@{domain}", "Website": f"https://www.{domain}"})
        assert isinstance(found, Invalid), domain


def test_a_file_of_people_gives_their_companies() -> None:
    recognition = recognise_columns(list(PEOPLE), [], "contact")
    row = ["", "jane@mail.acme.com", *[""] * (len(PEOPLE) - 2)]
    wanted = Matching(recognition, "company", VAULT).read(row)
    assert isinstance(wanted, Wanted)
    assert wanted.input == {"companyWebsite": "acme.com"}


def test_a_number_without_country_code_is_dialled_where_the_setting_says() -> None:
    told = [person({"Phone": "030 1234567"}), person({"Phone": "030 1234567"}, country="DE")]
    assert [each.input for each in told if isinstance(each, Wanted)] == [
        {"phone": "0301234567"},
        {"phone": "+49301234567"},
    ]


def test_the_digest_is_the_ledgers() -> None:
    wanted = person({"Email": "jane@acme.com", **NAMED})
    assert isinstance(wanted, Wanted)
    assert wanted.digest == VAULT.input_digest(f"contact\n{match_key('contact', wanted.input)}")
    assert isinstance(other := Matching(matching("contact").recognition, "contact").read(["7", *[""] * 14]), Wanted)
    assert other.digest != VAULT.input_digest("contact\nid:7")


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("@.,+-0123456789 株式会社éß\x00\ud800"), max_size=60)
CELL = st.one_of(TEXT, st.none(), st.integers(), st.floats(), st.booleans(), st.sampled_from(
    ["jane@acme.com", "+49 30 1234567", "Acme GmbH", "acme.com", "n/a", "Jane", "https://linkedin.com/in/x", "7"]
))  # fmt: skip


@given(st.sampled_from(["contact", "company"]), st.lists(CELL, min_size=15, max_size=15), st.booleans())
def test_whatever_a_row_holds_its_input_is_canonical(entity: Any, cells: list[Any], search: bool) -> None:
    found = matching(entity, search_first=search).read(cells[: len(ROWS[entity])])
    if isinstance(found, Wanted) and found.input:
        assert read_inputs(entity, [found.input], where="contacts") == [found.input]
        json.dumps(found.input).encode()
        # Read again, its own values are the same.
        names = {field: name for name, field in ROWS[entity].items()}
        again = read(entity, {names[key]: value for key, value in found.input.items() if key in names})
        assert isinstance(again, Wanted)


@given(
    st.dictionaries(st.sampled_from(["fullName", "emailAddress", "companyName", "externalURL"]), st.text(max_size=30))
)
def test_the_key_of_an_input_is_what_json_writes(input: dict[str, str]) -> None:
    text = match_key("contact", input)
    if text:
        assert text == "parts:" + json.dumps(
            json.loads(text.removeprefix("parts:")), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )


@pytest.mark.parametrize(
    ("read_it", "text", "value"),
    [
        (read_email, "jane@acme.com; joe@acme.com", "jane@acme.com"),
        (read_email, "no-reply@acme.com", Useless.JUNK),
        (read_email, "jane@@acme.com", Useless.BROKEN),
        (read_email, "na@acme.com", "na@acme.com"),
        (read_domain, "https://user:secret@acme.com:8443/x?y#z", "acme.com"),
        (read_domain, "acme.myshopify.com", "acme.myshopify.com"),
        (read_domain, "https://linkedin.com/company/acme", Useless.PLATFORM),
        (read_domain, "http://192.168.0.1/", Useless.BROKEN),
        (read_phone, "+1 415 555 0123 ext. 45", "+14155550123"),
        (read_phone, "+1 123", Useless.BROKEN),
        (read_phone, "+1 015 555 0123", Useless.BROKEN),
        (read_profile, "https://www.linkedin.com/sales/people/ACoAAA,name", Useless.PLATFORM),
        (read_person, "Na", "Na"),
        (read_person, "NA", Useless.JUNK),
        (read_person, "Jane Doe, PhD", "Jane Doe"),
        (read_person, "jane@acme.com", Useless.BROKEN),
        (read_company, "ABC", "ABC"),
        (read_company, "abc", Useless.JUNK),
        (read_company, "Bain & Company", "Bain & Company"),
        (read_company, "S.A.", "S.A."),
        (read_company, "Acme (UK) Ltd.", "Acme (UK) Ltd"),
        (read_company, "北京某某科技股份有限公司", "北京某某科技股份有限公司"),
    ],
)
def test_single_values(read_it: Any, text: str, value: Any) -> None:
    assert read_it(clean(text)) == value


# --- a search before the purchase ------------------------------------------------------------------------------


def searched(cells: dict[str, str], entity: Any = "contact") -> Wanted:
    found = read(entity, cells, search_first=True)
    assert isinstance(found, Wanted)
    return found


JANE = {
    "id": "1",
    "firstName": "Jane",
    "lastName": "Doe",
    "companyId": "9",
    "companyName": "Acme Inc.",
    "jobTitle": "VP",
}
JOHN = {**JANE, "id": "2", "firstName": "John"}
NAMESAKE = {**JANE, "id": "3", "jobTitle": "Engineer"}


def test_a_name_and_a_website_are_searched_for() -> None:
    wanted = searched({"Full Name": "Jane Doe", "Email": "info@acme.com"})
    assert wanted.input == {}
    assert wanted.search == {"fullName": "Jane Doe", "companyWebsite": "acme.com"}
    assert wanted.digest == searched({"Full Name": "JANE DOE", "Website": "www.acme.com"}).digest


def test_a_single_candidate_is_asked_for_by_its_id() -> None:
    wanted = searched({"Email": "jane@acme.com"})
    assert wanted.search == {"emailAddress": "jane@acme.com"}
    found = decide("contact", wanted, [JANE], 1)
    assert isinstance(found, Wanted)
    assert (found.input, found.digest, found.by) == ({"personId": "1"}, wanted.digest, "emailAddress")


def test_of_several_only_the_one_that_says_so_itself_is_taken() -> None:
    found = decide("contact", searched(NAMED), [JOHN, JANE], 2)
    assert isinstance(found, Wanted)
    assert found.input == {"personId": "1"}


def test_namesakes_are_ambiguous_and_told() -> None:
    found = decide("contact", searched(NAMED), [JOHN, JANE, NAMESAKE], 3)
    assert isinstance(found, Ambiguous)
    assert [candidate["id"] for candidate in found.candidates] == ["1", "3"]
    assert found.candidates[0]["jobTitle"] == "VP"
    assert found.total == 3


def test_more_candidates_than_were_read_are_ambiguous() -> None:
    found = decide("contact", searched(NAMED), [JANE, JOHN], 40)
    assert isinstance(found, Ambiguous)
    assert found.total == 40


def test_nothing_found_is_told_as_that() -> None:
    assert decide("contact", searched(NAMED), [], 0) is None


def test_companies_of_one_name_and_another_legal_form_are_told_apart() -> None:
    rows = [{"id": "1", "name": "Acme GmbH"}, {"id": "2", "name": "Acme Inc."}]
    found = decide("company", searched({"Account Name": "ACME, Incorporated"}, "company"), rows, 2)
    assert isinstance(found, Wanted)
    assert found.input == {"companyId": "2"}
    assert isinstance(decide("company", searched({"Account Name": "Acme"}, "company"), rows, 2), Ambiguous)


def test_a_row_with_zoominfos_own_id_is_not_searched_for() -> None:
    assert searched({"ZoomInfo Contact ID": "7"}).search is None
