"""What a file's columns hold is found by headings and values, shown with its reason, and overruled by a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.jobs.columns import Recognition, recognise, recognise_columns
from sales_zoominfo.jobs.files.model import Row

LEAD = "00Q5e00001AbCdEEAV"
CONTACT = "0035e00001AbCdEEAV"
ACCOUNT = "0015e00001AbCdEEAV"


class Table:
    """A source at hand: columns and rows."""

    def __init__(self, columns: list[str], rows: list[list[Any]]) -> None:
        self.columns, self._rows = columns, rows
        self.path = Path("export.csv")
        self.open = 0

    def rows(self, start: int = 0) -> Iterator[Row]:
        self.open += 1
        try:
            yield from map(Row, self._rows[start:])
        finally:
            self.open -= 1


def held(found: Recognition) -> dict[str, str]:
    return {column.name: column.field for column in found.columns if column.used}


SALESFORCE_LEAD = {
    "Id": (LEAD, "recordId"), "FirstName": ("Jane", "firstName"), "LastName": ("Doe", "lastName"),
    "Company": ("Acme, Inc.", "companyName"), "Title": ("VP Sales", "jobTitle"),
    "Email": ("jane@acme.com", "emailAddress"),
    "Phone": ("(415) 555-0123", "phone"), "MobilePhone": ("+1 415 555 0199", "mobilePhone"),
    "Website": ("www.acme.com", "companyWebsite"), "Country": ("United States", "country"), "LeadSource": ("Web", ""),
    "Status": ("Open", ""), "IsConverted": ("false", ""), "OwnerId": ("0055e00001AbCdEEAV", "owner"),
    "LastModifiedDate": ("2026-01-02T10:00:00.000Z", "modifiedAt"), "CreatedDate": ("2024-01-02", "createdAt"),
    "HasOptedOutOfEmail": ("false", "emailOptOut"), "DOZISF__ZoomInfo_Id__c": ("7000001", "personId"),
}  # fmt: skip
SALESFORCE_REPORT = {
    "Contact ID": (CONTACT, "recordId"), "First Name": ("Jane", "firstName"), "Last Name": ("Doe", "lastName"),
    "Account Name": ("Acme", "companyName"), "Account ID": (ACCOUNT, "accountRecordId"), "Title": ("VP", "jobTitle"),
    "Email": ("jane@acme.com", "emailAddress"), "Phone": ("+1 415 555 0123", "phone"), "Mobile": ("", "mobilePhone"),
    "Mailing City": ("Berlin", "city"), "Mailing Country": ("Germany", "country"),
    "Account Owner": ("Ann", "owner"), "Last Activity": ("2026-01-01", "activityAt"),
    "Account: Phone": ("+1 415 555 0100", "companyPhone"), "Account: Website": ("acme.com", "companyWebsite"),
}  # fmt: skip
SALESFORCE_ACCOUNT = {
    "Account ID": (ACCOUNT, "recordId"), "Account Name": ("Acme", "companyName"),
    "Website": ("acme.com", "companyWebsite"),
    "Phone": ("+1 415 555 0123", "companyPhone"), "Fax": ("+1 415 555 0124", "companyFax"),
    "Billing City": ("Berlin", "companyCity"), "Billing Country": ("Germany", "companyCountry"),
    "Industry": ("Software", "industry"), "Employees": ("200", "employees"), "Annual Revenue": ("1000", "revenue"),
    "Ticker Symbol": ("ACM", "companyTicker"), "Billing Zip/Postal Code": ("10115", "companyZipCode"),
}  # fmt: skip
HUBSPOT_CONTACT = {
    "Record ID - Contact": ("151", "recordId"), "First Name": ("Jane", "firstName"), "Last Name": ("Doe", "lastName"),
    "Email": ("jane@acme.com", "emailAddress"), "Phone Number": ("+1 415 555 0123", "phone"),
    "Mobile Phone Number": ("+1 415 555 0123", "mobilePhone"), "Contact owner": ("Ann", "owner"),
    "Associated Company": ("Acme", "companyName"), "Job Title": ("VP", "jobTitle"), "Lifecycle Stage": ("Lead", ""),
    "Last Modified Date": ("2026-01-01 10:00", "modifiedAt"), "Unsubscribed from all email": ("No", "emailOptOut"),
    "LinkedIn URL": ("https://www.linkedin.com/in/jane", "externalURL"),
    "Associated Company IDs": ("99", "accountRecordId"), "Create Date": ("2024-01-01 10:00", "createdAt"),
}  # fmt: skip
HUBSPOT_COMPANY = {
    "Record ID - Company": ("99", "recordId"), "Company name": ("Acme", "companyName"),
    "Company Domain Name": ("acme.com", "companyWebsite"), "Phone Number": ("+1 415 555 0123", "companyPhone"),
    "City": ("Berlin", "companyCity"), "Country/Region": ("Germany", "companyCountry"),
    "Company owner": ("Ann", "owner"),
    "LinkedIn Company Page": ("https://www.linkedin.com/company/acme", "companyLinkedIn"),
    "Number of Employees": ("200", "employees"), "Postal Code": ("10115", "companyZipCode"),
}  # fmt: skip
DYNAMICS = {
    "(Do Not Modify) Contact": ("7d6f3c1e-0000-0000-0000-000000000001", "recordId"),
    "First Name": ("Jane", "firstName"),
    "(Do Not Modify) Modified On": ("2026-01-01", "modifiedAt"), "Last Name": ("Doe", "lastName"),
    "Email": ("jane@acme.com", "emailAddress"), "Company Name": ("Acme", "companyName"),
    "Business Phone": ("+1 415 555 0123", "phone"), "Address 1: City": ("Berlin", "city"),
    "Address 1: Country/Region": ("Germany", "country"), "Job Title": ("VP", "jobTitle"),
}  # fmt: skip
PIPEDRIVE_PERSON = {
    "Person - ID": ("7", "recordId"), "Person - Name": ("Jane Doe", "fullName"),
    "Person - Email - Work": ("jane@acme.com", "emailAddress"), "Person - Phone - Work": ("+1 415 555 0123", "phone"),
    "Person - Organization": ("Acme", "companyName"), "Organization - Website": ("acme.com", "companyWebsite"),
    "Person - Phone - Mobile": ("+1 415 555 0123", "mobilePhone"), "Person - Owner": ("Ann", "owner"),
    "Organization - ID": ("3", "accountRecordId"), "Person - Email - Home": ("j@gmail.com", "supplementalEmail"),
}  # fmt: skip
PIPEDRIVE_ORGANIZATION = {
    "Organization - ID": ("3", "recordId"), "Organization - Name": ("Acme", "companyName"),
    "Organization - Website": ("acme.com", "companyWebsite"), "Organization - Address": ("1 Way", "companyStreet"),
}  # fmt: skip
EXPORTS = {
    "salesforce-lead": SALESFORCE_LEAD, "salesforce-contact": SALESFORCE_REPORT,
    "salesforce-account": SALESFORCE_ACCOUNT,
    "hubspot-contact": HUBSPOT_CONTACT, "hubspot-company": HUBSPOT_COMPANY, "dynamics-contact": DYNAMICS,
    "pipedrive-person": PIPEDRIVE_PERSON, "pipedrive-organization": PIPEDRIVE_ORGANIZATION,
}  # fmt: skip


@pytest.mark.parametrize("system", EXPORTS)
def test_an_export_of_a_crm_is_known_by_its_headings(system: str) -> None:
    export = EXPORTS[system]
    found = recognise_columns(list(export), [[value for value, _ in export.values()]] * 5)
    assert found.system == system
    assert found.entity == ("company" if system.endswith(("account", "company", "organization")) else "contact")
    assert held(found) == {name: field for name, (_, field) in export.items() if field}
    assert found.record_id == next(iter(export))
    assert all(column.why for column in found.columns)


LANGUAGES = {
    "German": ("Vorname", "Nachname", "Firma", "E-Mail-Adresse", "Telefonnummer", "Land", "Berufsbezeichnung"),
    "French": ("Prénom", "Nom", "Société", "Adresse e-mail", "Téléphone", "Pays", "Poste"),
    "Spanish": ("Nombre", "Apellidos", "Empresa", "Correo electrónico", "Teléfono", "País", "Cargo"),
    "Chinese": ("名", "姓", "公司名称", "电子邮箱", "电话", "国家", "职位"),
    "Japanese": ("名", "姓", "会社名", "メールアドレス", "電話番号", "国", "役職"),
    "shouted": ("FIRST-NAME", "LAST_NAME", "COMPANY NAME *", "E-MAIL", "TEL.", "COUNTRY", "JOB_TITLE"),
    "full-width": ("Ｆｉｒｓｔ　Ｎａｍｅ", "姓", "会社名", "Ｅメール", "電話", "国", "職種"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_read_in_several_languages(language: str) -> None:
    names = LANGUAGES[language]
    rows = [["Jane", "Doe", "Acme", "jane@acme.com", "+49 30 1234567", "Germany", "VP"]] * 3
    fields = ("firstName", "lastName", "companyName", "emailAddress", "phone", "country", "jobTitle")
    assert held(recognise_columns(list(names), rows)) == dict(zip(names, fields, strict=True))


def test_the_full_name_is_the_company_in_a_file_of_companies() -> None:
    firms = recognise_columns(["Name", "Website"], [["Acme Inc.", "acme.com"], ["Best GmbH", "best.de"]])
    assert firms.entity == "company"
    assert held(firms)["Name"] == "companyName"
    people = recognise_columns(["Name", "Company"], [["Jane Doe", "Acme"]])
    assert held(people) == {"Name": "fullName", "Company": "companyName"}
    # A name and a website may be either's, so what is wanted of the file decides.
    assert held(recognise_columns(["Name", "Website"], [["Jane Doe", "acme.com"]], "contact"))["Name"] == "fullName"


def test_a_file_of_people_can_be_asked_for_their_companies() -> None:
    source: Any = Table(["First Name", "Last Name", "Company", "Email"], [["Jane", "Doe", "Acme", "jane@acme.com"]])
    found = recognise(source, "company")
    assert found.entity == "contact"
    assert found.matched_by("company") == ("emailAddress", "companyName")
    assert source.open == 0, "the rows are let go"


def test_values_tell_what_a_heading_does_not() -> None:
    rows = [
        ["jane@acme.com", "https://linkedin.com/in/jane", "https://acme.com", "+49 30 123456",
        "d41d8cd98f00b204e9800998ecf8427e"],
        ["joe@best.de", "linkedin.com/in/joe", "best.de", "+1 415 555 0123", "0cc175b9c0f1b6a831c399e269772661"],
        ["ann@corp.fr", "www.linkedin.com/in/ann", "www.corp.fr", "+33 6 12 34 56 78",
        "900150983cd24fb0d6963f7d28e17f72"],
    ]  # fmt: skip
    found = recognise_columns(["Spalte A", "B", "C", "D", "E"], rows)
    fields = ["emailAddress", "externalURL", "companyWebsite", "phone", "hashedEmail"]
    assert [column.field for column in found.columns] == fields
    assert all(
        (0.5 <= column.confidence < 0.95 and "%" in column.why) or "phone" in column.why for column in found.columns
    )


def test_a_heading_that_its_values_contradict_is_not_used() -> None:
    rows = [["yes", "Jane", "Doe", "Acme"], ["no way", "Joe", "Roe", "Best"]]
    found = recognise_columns(["Email", "First Name", "Last Name", "Company"], rows)
    email = found.columns[0]
    assert not email.used
    assert "none of its values looks like an e-mail address" in email.why
    assert found.matched_by("contact") == ("firstName", "lastName", "companyName")


def test_addresses_of_others_are_not_the_records_own() -> None:
    names = [
        "First Name",
        "Last Name",
        "Company",
        "Contact Owner Email",
        "Created By",
        "Assistant's Email",
        "Manager E-Mail",
    ]
    row = ["Jane", "Doe", "Acme", "rep@us.com", "rep@us.com", "ass@acme.com", "boss@acme.com"]
    assert "emailAddress" not in held(recognise_columns(names, [row] * 3)).values()


def test_a_persons_word_wins() -> None:
    rows = [["jane@acme.com", "7", "Acme"]]
    overrides = {"col 1": "email", "number": "personId", "Company": "ignore"}
    found = recognise_columns(["Col_1", "Number", "Company"], rows, "contact", overrides)
    assert [(column.field, column.confidence) for column in found.columns] == [
        ("emailAddress", 1.0), ("personId", 1.0), ("", 1.0),
    ]  # fmt: skip
    assert recognise_columns(["x"], [["Acme"]], "company", {"x": "name"}).columns[0].field == "companyName"


@pytest.mark.parametrize(
    ("overrides", "named"),
    [({"Emial": "emailAddress"}, "'Emial', did you mean 'Email'"), ({"Email": "emailAdress"}, "emailAddress")],
)
def test_a_wrong_override_names_what_is_legal(overrides: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidArgument, match=named):
        recognise_columns(["Email", "Name"], [], "contact", overrides)


@pytest.mark.parametrize(
    ("entity", "columns", "rows", "told"),
    [
        ("contact", ["First Name", "Notes"], [["Jane", "tall"]], "a LinkedIn profile"),
        ("contact", ["First Name", "Last Name"], [["Jane", "Doe"]], "a name together with a company"),
        ("company", ["City", "Industry"], [["Berlin", "Steel"]], "a website or domain"),
        ("contact", ["Email"], [["see notes"]], "none of its values looks like an e-mail address"),
        ("contact", [], [], "emailAddress"),
    ],
)
def test_a_file_of_which_nothing_can_be_matched_is_refused(
    entity: Any, columns: list[str], rows: list[list[str]], told: str
) -> None:
    source: Any = Table(columns, rows)
    with pytest.raises(InvalidArgument) as caught:
        recognise(source, entity)
    assert told in str(caught.value)
    assert "export.csv" in str(caught.value)
    assert "--column" in caught.value.next_step


def test_a_header_without_rows_is_taken_at_its_word() -> None:
    found = recognise_columns(["Email", "Company"], [])
    assert held(found) == {"Email": "emailAddress", "Company": "companyName"}
    assert "no values in the first rows" in found.columns[0].why


def test_a_thousand_columns_and_odd_cells_are_read() -> None:
    columns = [f"Field {number}" for number in range(999)] + ["Email"]
    row: list[Any] = [None, 7, 1.5, True, ["a"], {"b": 1}, "\x00", "x" * 100_000, *[""] * 991, "jane@acme.com"]
    assert recognise_columns(columns, [row[:5], row]).matched_by("contact") == ("emailAddress",)


def test_the_fullest_id_column_is_the_records_own() -> None:
    rows = [["", CONTACT, "Jane", "Doe"], [LEAD, CONTACT, "Joe", "Roe"]]
    found = recognise_columns(["Lead ID", "Contact ID", "First Name", "Last Name"], rows)
    assert found.record_id == "Contact ID"


def numbered(width: int) -> list[str]:
    """What the columns of a file without a header are called."""
    return [f"column {place}" for place in range(1, width + 1)]


def ids(prefix: str, count: int, length: int = 18) -> list[str]:
    return [f"{prefix}5g0000{number:05d}IAAH"[:length] for number in range(count)]


@pytest.mark.parametrize("length", [15, 18])
@pytest.mark.parametrize(
    ("prefix", "system", "entity"),
    [
        ("003", "salesforce-contact", "contact"),
        ("00Q", "salesforce-lead", "contact"),
        ("001", "salesforce-account", "company"),
    ],
)
def test_a_salesforce_id_is_known_without_a_heading(prefix: str, system: str, entity: str, length: int) -> None:
    whose = ids(prefix, 5, length)
    if entity == "contact":
        rows = [[f"p{n}@acme.com", who, "Ann"] for n, who in enumerate(whose)]
    else:
        rows = [[f"acme{n}.com", who, "Oslo"] for n, who in enumerate(whose)]
    found = recognise_columns(numbered(3), rows)
    assert (found.record_id, found.system, found.entity) == ("column 2", system, entity)
    own = found.columns[1]
    assert own.used
    assert "Salesforce" in own.why
    # It is the CRM's key and not ZoomInfo's.
    assert found.matched_by(found.entity) == (("emailAddress",) if entity == "contact" else ("companyWebsite",))


def test_of_several_ids_the_persons_own_is_the_rows() -> None:
    boss = ids("003", 1)[0]
    rows = [
        [account, boss, own, owner, f"p{n}@acme.com"]
        for n, (account, own, owner) in enumerate(zip(ids("001", 5), ids("003", 5), ids("005", 5), strict=True))
    ]
    found = recognise_columns(numbered(5), rows)
    assert found.record_id == "column 3"
    assert held(found) == {"column 1": "accountRecordId", "column 3": "recordId", "column 5": "emailAddress"}
    # A list of people with their accounts' ids alone has none of its own, whether that shows or is said.
    people = [[row[0], row[4]] for row in rows]
    assert recognise_columns(numbered(2), people).record_id is None
    names = [[row[0], "Ann", "Lee", "Acme"] for row in rows]
    said = {"column 2": "firstName", "column 3": "lastName", "column 4": "companyName"}
    assert recognise_columns(numbered(4), names, "contact", said).record_id is None
    by_word = recognise_columns(numbered(4), names, None, said)
    assert (by_word.entity, by_word.record_id) == ("contact", None)


def test_an_id_with_a_heading_of_its_own_goes_before_one_that_only_looks_like_it() -> None:
    rows = [[who, other, "a@acme.com"] for who, other in zip(ids("003", 4), ids("003", 4, 15), strict=True)]
    rows[0][0] = ""
    found = recognise_columns(["Record ID", "Sync Key", "Email"], rows)
    assert held(found) == {"Record ID": "recordId", "Email": "emailAddress"}
    assert recognise_columns(["Sync Key", "Email"], [row[1:] for row in rows]).record_id == "Sync Key"
    assert recognise_columns(["Reports To", "Email"], [row[1:] for row in rows]).record_id is None


@pytest.mark.parametrize(
    "values",
    [
        ["0031612345678", "0039061234567", "0012025550100"],
        ["003612345678901", "+49 30 1234567", "0035212345678"],
        ["0035g00000ABCde", "0035g00000ABCdeFG", "see notes", "0035g00000ABCdf"],
        ["0055g00000ABCde", "0055g00000ABCdf", "0055g00000ABCdg"],
    ],
)
def test_numbers_and_other_ids_are_no_record_ids(values: list[str]) -> None:
    rows = [[value, f"p{n}@acme.com"] for n, value in enumerate(values)]
    assert recognise_columns(numbered(2), rows).record_id is None


def test_a_person_can_say_which_column_has_the_record_id() -> None:
    rows = [["7", "ann@acme.com"], ["8", "bob@acme.com"]]
    assert recognise_columns(numbered(2), rows, None, {"column 1": "recordId"}).record_id == "column 1"
    rows = [[who, key, "a@acme.com"] for who, key in zip(ids("003", 4), "1234", strict=True)]
    assert recognise_columns(numbered(3), rows, None, {"column 2": "recordId"}).record_id == "column 2"
    assert recognise_columns(numbered(3), rows, None, {"column 1": "ignore"}).record_id is None
