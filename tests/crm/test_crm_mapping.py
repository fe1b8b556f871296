"""A mapping says which ZoomInfo field goes into which column; one that does not fit is refused before any spend."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from sales_zoominfo.crm import Mapping, load_mapping, preset_names, preset_text
from sales_zoominfo.errors import InvalidArgument, NotFound
from sales_zoominfo.zoominfo.fields import OUTPUTS
from sales_zoominfo.zoominfo.records import FieldRight

JANE = {
    "id": "1", "firstName": "Jane", "lastName": "Doe", "jobTitle": "CFO", "email": "jane@acme.com",
    "phone": "(415) 555-0123", "directPhoneDoNotCall": False, "mobilePhone": "(415) 555-0199",
    "mobilePhoneDoNotCall": True, "companyName": "Acme, Inc.", "companyPhone": "(415) 555-0100",
    "companyRevenueNumeric": 260_000_000, "companyEmployeeCount": 1250, "companyCountry": "United States",
    "companyPrimaryIndustry": ["Software"], "companyWebsite": "www.acme.com",
    "positionStartDate": "2023-07-08T00:00:00Z",
    "jobFunction": [{"name": "Procurement", "department": "Operations"}, {"name": "Finance", "department": "Finance"}],
    "externalUrls": [
        {"type": "twitter.com", "url": "https://twitter.com/jane"},
        {"type": "linkedin.com", "url": "https://www.linkedin.com/in/jane"},
    ],
}  # fmt: skip
ACME = {
    "id": "9", "name": "Acme, Inc.", "website": "www.acme.com", "revenue": 260_000, "employeeCount": 1250,
    "country": "Germany", "domainList": ["acme.com", "acme.de"], "primaryIndustry": ["Software"],
    "sicCodes": [{"id": "7372", "name": "Prepackaged Software"}, {"id": "7371", "name": "Other"}],
    "socialMediaUrls": [
        {"type": "FACEBOOK", "url": "https://facebook.com/acme"},
        {"type": "LINKED_IN", "url": "https://www.linkedin.com/company/acme"},
    ],
}  # fmt: skip


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def written(folder: Path, text: str, name: str = "map.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InvalidArgument) as caught:
        load_mapping(written(folder, text))
    assert "map.yaml" in caught.value.message
    return caught.value.message


# --- what the page of ZoomInfo's Salesforce integration describes ----------------------------------------------

BUSINESS_PHONE = """
name: Salesforce, as the page has it
entity: contact
columns:
  LastName: {from: Last Name, required: true}
  Business Phone:             # the first occurrence is number 1, the second number 2
    from: [Direct Phone, Company Phone]
    update: overwrite
  Title: {from: jobTitle, update: fill}
"""
PEOPLE = """\
Id,LastName,Business Phone,Title,Fax
1,Doe,,,
2,Roe,030 1,VP,
3,Poe,,CEO,7
"""
ENRICHED = """\
Id,LastName,Business Phone,Title,Fax,zi_directPhoneDoNotCall
1,Doe,(415) 555-0123,CFO,,false
2,Roe,(415) 555-0100,VP,,
3,Poe,(415) 555-0123,CEO,7,true
"""
CHANGES = """\
Id,LastName,Business Phone,Title,zi_directPhoneDoNotCall
1,,(415) 555-0123,CFO,false
2,,(415) 555-0100,,
3,,(415) 555-0123,,true
"""


def as_file(lines: list[list[Any]]) -> str:
    out = io.StringIO()
    shown = [["true" if cell is True else "false" if cell is False else cell for cell in line] for line in lines]
    csv.writer(out, lineterminator="\n").writerows(shown)
    return out.getvalue()


def test_the_business_phone_is_the_direct_line_and_else_the_company_phone(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(PEOPLE)))
    columns = list(rows[0])
    mapping = load_mapping(written(tmp_path, BUSINESS_PHONE)).fit(columns, "contact")
    assert mapping.outputs == ["lastName", "phone", "companyPhone", "jobTitle", "directPhoneDoNotCall"]
    records = [
        JANE,
        # Nobody knows a direct line of the second; the name stays, since it is to be filled only when it is missing.
        without(JANE, "phone", "directPhoneDoNotCall"),
        {**JANE, "directPhoneDoNotCall": True},
    ]
    output = [columns + [name for name in mapping.targets if name not in columns]]
    changes: list[list[Any]] = [mapping.change_columns("Id")]
    for row, record in zip(rows, records, strict=True):
        applied = mapping.apply(row, record)
        output.append([{**row, **applied.values}.get(name, "") for name in output[0]])
        changed = mapping.change_row(row, applied, "Id")
        assert changed is not None
        changes.append(changed)
    assert as_file(output) == ENRICHED
    assert as_file(changes) == CHANGES


@pytest.mark.parametrize(
    ("update", "before", "after"),
    [
        ("overwrite", "old", "CFO"), ("overwrite", "", "CFO"), ("overwrite", "CFO", "CFO"),
        ("fill", "old", "old"), ("fill", "", "CFO"), ("fill", "  ", "CFO"), ("fill", "[not provided]", "CFO"),
    ],
)  # fmt: skip
def test_both_update_options(tmp_path: Path, update: str, before: str, after: str) -> None:
    mapping = load_mapping(written(tmp_path, f"columns: {{Title: {{from: jobTitle, update: {update}}}}}")).fit(
        ["Title"], "contact"
    )
    applied = mapping.apply({"Title": before}, JANE)
    assert applied.values == {"Title": after}
    assert applied.changes == ({"Title": (before, "CFO")} if before != after else {})


def test_a_value_that_zoominfo_has_not_empties_no_cell(tmp_path: Path) -> None:
    mapping = load_mapping(written(tmp_path, "columns: {Title: {from: jobTitle, update: overwrite}}")).fit(
        ["Title"], "contact"
    )
    applied = mapping.apply({"Title": "VP"}, {"id": "1"})
    assert (applied.values, applied.changes) == ({"Title": "VP"}, {})


def test_a_field_that_is_required_cannot_be_removed(tmp_path: Path) -> None:
    text = "extends: salesforce-lead\nremove: [Fax, LastName]"
    assert "'LastName' is required and cannot be removed" in refusal(tmp_path, text)


def test_a_removed_field_is_not_sent(tmp_path: Path) -> None:
    whole = load_mapping("salesforce-lead").fit(["Id", "Email"], "contact")
    path = written(
        tmp_path,
        "extends: salesforce-lead\nremove: [Fax, Website]\ncolumns: {Title: {from: jobTitle, update: overwrite}}",
    )
    less = load_mapping(path).fit(["Id", "Email"], "contact")
    assert set(whole.targets) - set(less.targets) == {"Fax", "Website"}
    assert {"companyFax", "companyWebsite"} == set(whole.outputs) - set(less.outputs)
    assert less.apply({"Id": "1", "Title": "VP"}, JANE).changes["Title"] == ("VP", "CFO")


def test_a_required_column_that_stays_empty_is_told(tmp_path: Path) -> None:
    mapping = load_mapping("salesforce-lead").fit(["LastName", "Company"], "contact")
    assert mapping.apply({"LastName": "", "Company": ""}, without(JANE, "lastName")).missing == ("LastName",)


# --- presets ---------------------------------------------------------------------------------------------------


def test_every_crm_has_its_presets() -> None:
    assert set(preset_names()) == {
        "plain", "salesforce-lead", "salesforce-contact", "salesforce-account", "hubspot-contact", "hubspot-company",
        "dynamics-contact", "dynamics-account", "pipedrive-person", "pipedrive-organization",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in preset_names() if name != "plain"])
def test_a_preset_fits_its_own_columns_and_says_what_each_line_does(name: str) -> None:
    data = yaml.safe_load(preset_text(name))
    mapping = load_mapping(name)
    assert mapping.entity == data["entity"]
    assert mapping.name == data["name"]
    labels = [(entry.get("labels") or [given]) for given, entry in data["columns"].items()]
    heads = [label if isinstance(label, str) else label[0] for label in labels]
    fitted = mapping.fit([mapping.record_id[1], *heads], data["entity"])
    assert set(heads) <= set(fitted.targets), "the headings of a report are found"
    assert fitted.own_id([mapping.record_id[1], *heads]) == mapping.record_id[1]
    record = JANE if mapping.entity == "contact" else ACME
    applied = fitted.apply(dict.fromkeys(heads, ""), record)
    assert len(applied.changes) >= 4
    assert all(not isinstance(value, list | dict) for value in applied.values.values())
    assert preset_text(name).startswith("# ")


def test_names_of_a_crm_stand_for_the_preset_of_the_entity() -> None:
    assert load_mapping("hubspot", "company").name == "HubSpot company"
    assert load_mapping("Salesforce Lead").name == "Salesforce Lead"
    assert load_mapping("dynamics", "contact").name == "Dynamics 365 contact"


def test_an_unknown_preset_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="'salesforce-leads', did you mean 'salesforce-lead'") as caught:
        load_mapping("salesforce-leads")
    assert "hubspot-contact" in caught.value.next_step
    with pytest.raises(NotFound):
        load_mapping(tmp_path / "none.yaml")


def test_plain_gives_every_field_a_column_of_its_own() -> None:
    mapping = Mapping.plain(["email", "mobilePhone", "jobFunction"], "contact")
    assert mapping.targets == ["zi_email", "zi_mobilePhone", "zi_jobFunction", "zi_mobilePhoneDoNotCall"]
    values = mapping.bound(["Email", "zi_email"]).apply({"Email": "old", "zi_email": "old"}, JANE).values
    assert values == {
        "zi_email": "jane@acme.com", "zi_mobilePhone": "(415) 555-0199", "zi_jobFunction": "Procurement; Finance",
        "zi_mobilePhoneDoNotCall": True,
    }  # fmt: skip
    concise = load_mapping("plain", "company")
    assert concise.outputs == [spec.name for spec in OUTPUTS["company"].values() if spec.concise]


# --- do-not-call flags -----------------------------------------------------------------------------------------


def test_a_number_brings_its_do_not_call_flag(tmp_path: Path) -> None:
    mapping = load_mapping(written(tmp_path, "columns: {Cell: mobilePhone}")).fit(["Cell"], "contact")
    assert mapping.outputs == ["mobilePhone", "mobilePhoneDoNotCall"]
    assert mapping.apply({"Cell": ""}, JANE).values == {"Cell": "(415) 555-0199", "zi_mobilePhoneDoNotCall": True}
    assert mapping.change_columns("Id") == ["Id", "Cell", "zi_mobilePhoneDoNotCall"]


@pytest.mark.parametrize(
    ("before", "flags", "after"),
    [
        ("false", (False, True), True),
        ("0", (True, False), True),
        ("", (False, False), ""),
        ("true", (False, False), "true"),
        ("false", (False, False), "false"),
    ],
)
def test_a_crms_own_flag_is_set_and_never_cleared(before: str, flags: tuple[bool, bool], after: object) -> None:
    mapping = load_mapping("salesforce-contact").fit(["Id", "Do Not Call", "Phone"], "contact")
    record = {**JANE, "directPhoneDoNotCall": flags[0], "mobilePhoneDoNotCall": flags[1]}
    assert mapping.apply({"Id": "1", "Do Not Call": before}, record).values["Do Not Call"] == after
    assert not any(name.startswith("zi_") for name in mapping.targets)


# --- values ----------------------------------------------------------------------------------------------------

SHAPES = """
entity: contact
columns:
  Code: {from: companyCountry, as: country_code}
  Land: {from: companyCountry, as: country_name}
  Started: {from: positionStartDate, as: date, format: "%d.%m.%Y"}
  Departments: {from: jobFunction.department, as: list, separator: ";"}
  First: {from: jobFunction.name, as: first}
  Profile: externalUrls.linkedin
  Employees: {from: companyEmployeeCount, as: number}
  Revenue: {from: companyRevenueNumeric, as: usd}
  Lead source: {from: "text:ZoomInfo"}
  Any phone: {from: [mobilePhone, "column:Phone"]}
  Phone: {from: phone}
"""


def test_values_take_the_form_that_a_crm_wants(tmp_path: Path) -> None:
    mapping = load_mapping(written(tmp_path, SHAPES)).fit(["Phone"], "contact")
    values = mapping.apply({"Phone": ""}, without(JANE, "mobilePhone")).values
    assert {name: value for name, value in values.items() if not name.startswith("zi_")} == {
        "Code": "US", "Land": "United States", "Started": "08.07.2023", "Departments": "Operations;Finance",
        "First": "Procurement", "Profile": "https://www.linkedin.com/in/jane", "Employees": 1250,
        "Revenue": 260_000_000, "Lead source": "ZoomInfo", "Any phone": "(415) 555-0123", "Phone": "(415) 555-0123",
    }  # fmt: skip


def test_zoominfos_thousands_become_dollars() -> None:
    values = load_mapping("salesforce-account").fit(["Annual Revenue"], "company").apply({}, ACME).values
    assert values["Annual Revenue"] == 260_000_000
    assert values["Sic"] == "7372"
    hubspot = load_mapping("hubspot-company").fit([], "company").apply({}, ACME).values
    assert hubspot["LinkedIn Company Page"] == "https://www.linkedin.com/company/acme"
    assert hubspot["Company Domain Name"] == "acme.com"


@pytest.mark.parametrize(
    ("field", "before", "now"),
    [
        ("phone", "+1 415-555-0123", "(415) 555-0123"),
        ("email", "Jane@ACME.com", "jane@acme.com"),
        ("companyWebsite", "https://acme.com/", "www.acme.com"),
        ("companyEmployeeCount", "1,250", 1250),
        ("jobTitle", " CFO ", "CFO"),
    ],
)
def test_the_same_value_in_another_spelling_is_no_change(tmp_path: Path, field: str, before: str, now: object) -> None:
    mapping = load_mapping(written(tmp_path, f"columns: {{X: {{from: {field}, update: overwrite}}}}")).fit(
        ["X"], "contact"
    )
    applied = mapping.apply({"X": before}, {field: now})
    assert "X" not in applied.changes
    assert applied.values["X"] == before


def test_a_cell_that_zoominfo_has_nothing_for_is_left_as_it_is(tmp_path: Path) -> None:
    text = "columns: {A: city, B: {from: city, update: overwrite}, C: jobTitle, D: {from: jobTitle}, E: city}"
    mapping = load_mapping(written(tmp_path, text)).fit(["A", "B", "C", "D"], "contact")
    row = {"A": None, "B": None, "C": "cfo", "D": "CFO"}
    applied = mapping.apply(row, {"jobTitle": "CFO"})
    assert applied.values == {**row, "E": ""}
    assert applied.changes == {}
    assert applied.confirmed == {"D"}, "a null is not confirmed, and neither is another value that is kept"


def test_changes_tell_before_and_after() -> None:
    mapping = load_mapping("salesforce-contact").fit(["Id", "Title", "Email"], "contact")
    applied = mapping.apply({"Id": "003", "Title": "VP", "Email": ""}, JANE)
    told = {line["column"]: line for line in applied.report("003")}
    assert told["Email"] == {
        "record": "003", "column": "Email", "before": "", "after": "jane@acme.com", "how": "filled",
    }  # fmt: skip
    assert "Title" not in told


def test_a_row_without_changes_or_without_an_id_is_not_in_the_changes_file() -> None:
    mapping = load_mapping("salesforce-contact").fit(["Contact ID", "Email"], "contact")
    own = mapping.own_id(["Contact ID", "Email"])
    assert own == "Contact ID"
    assert mapping.change_columns(own)[:2] == ["Id", "FirstName"]
    row = {"Contact ID": "003", "Email": "jane@acme.com"}
    assert mapping.change_row(row, mapping.apply(row, {"email": "jane@acme.com"}), own) is None
    nobody = {"Contact ID": "", "Email": ""}
    assert mapping.change_row(nobody, mapping.apply(nobody, JANE), own) is None


# --- what is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "columns: {Phone: phnoe}",
            "'Phone' takes from 'phnoe', which is no output field of a contact, did you mean 'phone'",
        ),
        ("columns: {Phone: }", "'Phone' is blank"),
        ("columns: {Phone: []}", "'Phone' is blank"),
        ("columns: {Phone: ['']}", "'Phone': 'from.0' is blank"),
        ("columns: {Phone: {update: fill}}", "'Phone': 'from' is missing"),
        ("columns: {'': phone}", "must be text"),
        ("columns: {7: phone}", "'7' must be text"),
        ("columns: {Phone: {from: phone, updtae: fill}}", "'Phone': 'updtae' is unknown (legal: from, update"),
        ("columns: {Phone: {from: phone, update: replace}}", "'Phone': 'update' must be 'fill' or 'overwrite'"),
        ("columns: {Phone: {from: phone, as: upper}}", "'Phone': 'as' must be"),
        ("columns: {Phone: [phone, phone]}", "'Phone': 'phone' stands twice in it"),
        ("columns:\n  Phone: phone\n  Phone: companyPhone", "'Phone' stands twice, in lines 2 and 3"),
        ("columns: {A: 'column:B', B: 'column:C', C: 'column:A'}", "draw on each other in a circle"),
        ("columns: {A: 'column:A'}", "draw on each other in a circle: A <- A"),
        ("columns: {A: {from: phone, labels: B}, B: email}", "'B' and 'A' both stand for the column 'B'"),
        ("columns: {A: phone.type}", "phone has no parts"),
        ("columns: {A: ['text:x', phone]}", "which would never count"),
        ("columns: {A: 'column:'}", "which names nothing"),
        ("columns: {A: {from: validDate, as: date, format: nonsense}}", "it is no date format"),
        ("columns: {A: {from: phone, format: '%Y'}}", "'format' goes with 'as: date' alone"),
        ("colums: {A: phone}", "'colums' is unknown (legal: name, entity"),
        ("entity: lead\ncolumns: {A: phone}", "'entity' must be 'contact' or 'company'"),
        ("entity: company\ncolumns: {A: jobTitle}", "no output field of a company"),
        ("name: x", "'columns' has no entry"),
        ("columns: [a, b]", "'columns'"),
        ("just text", "it has no entries"),
        ("columns: {A: [phone", "it is no YAML in line 1"),
        ("a: &x [1]\nb: *x", "an alias ('*name') is not used in mappings"),
        ("columns: {A: !!python/object:os.system x}", "it is no YAML"),
        ("extends: map.yaml", "'extends' leads back to itself"),
        ("extends: salesforce-lead\nremove: [Fx]", "'Fx', which is not in what it extends, did you mean 'Fax'"),
        ("extends: salesforce-lead\nentity: company", "what it extends maps a contact"),
        ("remove: [Fax]", "nothing is extended"),
        ("[" * 5000, "YAML"),
    ],
)
def test_a_broken_mapping_is_refused_with_the_fields_name(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidArgument, match="not UTF-8"):
        load_mapping(tmp_path / "map.yaml")
    (tmp_path / "map.yaml").write_text("#" * 2_000_000)
    with pytest.raises(InvalidArgument, match="far too large"):
        load_mapping(tmp_path / "map.yaml")
    with pytest.raises(InvalidArgument, match="cannot be read"):
        load_mapping(tmp_path)


def test_mappings_build_on_each_other_beside_them(tmp_path: Path) -> None:
    written(
        tmp_path,
        "extends: salesforce-contact\nrecord_id: External Id\ncolumns: {Title: {from: jobTitle, update: overwrite}}",
        "ours.yaml",
    )
    top = load_mapping(written(tmp_path, "extends: ours.yaml\nname: Ours\ncolumns: {Tier__c: 'text:A'}\nblank: [none]"))
    assert (top.name, top.entity, top.record_id, top.blank) == ("Ours", "contact", ("External Id",), {"none"})
    title = next(column for column in top.columns if column.given == "Title")
    assert title.target.update == "overwrite"
    assert title.target.labels == ["Job Title"], "labels of what it extends stay"
    assert top.columns[-1].given == "Tier__c"


def mapped(folder: Path, text: str, columns: list[str], rights: list[FieldRight] | None = None, **more: Any) -> str:
    with pytest.raises(InvalidArgument) as caught:
        load_mapping(written(folder, text)).verify(columns, more.pop("entity", "contact"), rights, **more)
    assert "Nothing was spent" in caught.value.next_step
    return caught.value.message


def test_what_does_not_fit_the_file_is_refused_with_every_fields_name(tmp_path: Path) -> None:
    text = "columns: {Busines Phone: phone, Title: jobTitle, Other: {from: 'column:Gone'}}"
    told = mapped(tmp_path, text, ["Business Phone", "Title"])
    assert "no column 'Busines Phone'; is 'Business Phone' meant" in told
    assert "'Other' takes from the column 'Gone', which the file has not" in told
    assert "Title" not in told
    assert "the file has no column 'Nick'" in mapped(tmp_path, "missing: refuse\ncolumns: {Nick: firstName}", ["Id"])
    both = "columns: {Job Title: jobTitle, JobTitle: managementLevel}"
    assert "both the file's column 'Job-Title'" in mapped(tmp_path, both, ["Job-Title"])
    assert "it maps contacts, and companies are wanted" in mapped(
        tmp_path, "entity: contact\ncolumns: {A: phone}", [], entity="company"
    )


def test_what_the_account_may_not_have_is_refused_with_its_name(tmp_path: Path) -> None:
    rights = [FieldRight("phone", "", granted=True), FieldRight("mobilePhone", "", granted=False)]
    told = mapped(tmp_path, "columns: {Cell: mobilePhone, Phone: phone}", ["Cell"], rights)
    assert "'Cell' takes mobilePhone, which is not included in the account's plan" in told
    assert "'Phone'" not in told
    told = mapped(tmp_path, "columns: {Cell: mobilePhone}", ["Cell"], None, generation="enterprise")
    assert "'Cell' takes mobilePhone, which is not part of the API that this account uses" in told


def test_a_preset_does_without_what_the_account_has_not_and_says_so() -> None:
    mapping = load_mapping("salesforce-contact")
    rights = [FieldRight("phone", "", granted=False)]
    notes = mapping.verify(["Id", "Phone"], "contact", rights, generation="enterprise")
    assert "phone is left out: it is not included in the account's plan." in notes
    assert any(note.startswith("mobilePhone is left out") for note in notes)
    fitted = mapping.fit(["Id", "Phone"], "contact", rights, generation="enterprise")
    assert not {"phone", "mobilePhone", "supplementalEmail"} & set(fitted.outputs)
    assert "MobilePhone" not in fitted.targets
    assert fitted.apply({"Id": "1", "Phone": ""}, JANE).values["Phone"] == "(415) 555-0100"


def test_a_mapping_can_be_cut_down_to_the_fields_that_are_asked_for() -> None:
    fitted = load_mapping("salesforce-contact").bound(["Id", "Phone"], ["companyPhone", "jobTitle"])
    assert fitted.outputs == ["jobTitle", "companyPhone"]
    assert fitted.targets == ["Title", "Phone"]


def test_columns_that_the_file_lacks_are_added_or_skipped(tmp_path: Path) -> None:
    text = "columns: {Title: jobTitle, City: city}"
    notes = load_mapping(written(tmp_path, text)).verify(["Title"], "contact")
    assert notes == ["The file has no column 'City'; it is added."]
    assert load_mapping(written(tmp_path, f"missing: skip\n{text}")).fit(["Title"], "contact").targets == ["Title"]
