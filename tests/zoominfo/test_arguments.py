"""What callers give: every documented filter travels in its documented form, everything else is refused in words."""

from __future__ import annotations

import json
import re
from typing import Any

import documented
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.errors import InvalidArgument, NotAvailable, SalesZoomInfoError
from sales_zoominfo.zoominfo.arguments import (
    read_choice,
    read_date,
    read_filters,
    read_flag,
    read_id,
    read_inputs,
    read_names,
    read_number,
    read_outputs,
    read_text,
    to_wire,
)
from sales_zoominfo.zoominfo.fields import (
    ENOUGH,
    FILTERS,
    INPUTS,
    MATCH_KEYS,
    OUTPUTS,
    SEARCH_ROW,
    SHOWN,
    SORTS,
    Filter,
)
from sales_zoominfo.zoominfo.operations import Entity, Generation, Subject
from sales_zoominfo.zoominfo.paging import read_sort
from sales_zoominfo.zoominfo.taxonomy import LOOKUPS

ENTITIES: tuple[Entity, ...] = ("contact", "company")
GENERATIONS: tuple[Generation, ...] = ("gtm", "enterprise")
SUBJECTS: tuple[Subject, ...] = ("contact", "company", "intent", "scoop", "news")
TABLES: dict[Subject, documented.Types] = {
    "contact": documented.CONTACT,
    "company": documented.COMPANY,
    "intent": documented.INTENT,
    "scoop": documented.SCOOP,
    "news": documented.NEWS,
}


def documented_types(subject: Subject) -> dict[str, tuple[str, str]]:
    shared = documented.SHARED if subject in ENTITIES else {}
    groups = [*shared.items(), *TABLES[subject].items()]
    return {name: types for types, names in groups for name in names.split()}


def wired(subject: Subject, generation: Generation, **filters: object) -> dict[str, object]:
    values = read_filters(subject, generation, filters)
    return {name: to_wire(FILTERS[subject][name], generation, items) for name, items in values.items()}


def refused(subject: Subject, generation: Generation = "gtm", **filters: object) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        wired(subject, generation, **filters)
    return caught.value


# --- the tables ------------------------------------------------------------------------------------------------


def test_every_documented_filter_is_there_and_no_other() -> None:
    counts: dict[tuple[Subject, Generation], int] = {}
    for subject in SUBJECTS:
        types = documented_types(subject)
        assert set(FILTERS[subject]) == set(types)
        for place, generation in enumerate(GENERATIONS):
            given_here = {name for name, wire in types.items() if wire[place] != "-"}
            assert {name for name, spec in FILTERS[subject].items() if spec.wire(generation)} == given_here
            counts[subject, generation] = len(given_here)
    # The Enterprise tables hold four paging and sorting keys more, and two for news.
    assert counts == {
        ("contact", "gtm"): 88,
        ("company", "gtm"): 62,
        ("intent", "gtm"): 48,
        ("scoop", "gtm"): 74,
        ("news", "gtm"): 4,
        ("contact", "enterprise"): 88 - 4,
        ("company", "enterprise"): 62 - 4,
        ("intent", "enterprise"): 51 - 4,
        ("scoop", "enterprise"): 81 - 4,
        ("news", "enterprise"): 6 - 2,
    }


def test_every_documented_output_field_is_there_and_no_other() -> None:
    for entity, prefix, gtm in (("contact", "CONTACT", 78), ("company", "COMPANY", 60)):
        sets = {
            part: set(getattr(documented, f"{prefix}_OUTPUTS_{part}").split()) for part in ("BOTH", "GTM", "ENTERPRISE")
        }
        table = OUTPUTS[entity]  # type: ignore[index]
        assert {name for name, spec in table.items() if spec.gtm} == sets["BOTH"] | sets["GTM"]
        assert {name for name, spec in table.items() if spec.enterprise} == sets["BOTH"] | sets["ENTERPRISE"]
        assert len(sets["BOTH"] | sets["GTM"]) == gtm


# Past what Python agrees to print.
VAST = 10**5000
LONG = "9" * 5000

SAMPLES: dict[str, object] = {
    "text": "word",
    "id": "900001",
    "integer": 75,
    "decimal": 7.5,
    "flag": True,
    "date": "2026-01-31",
    "lookup": "value",
    "history": {"companyName": "Acme, Inc.", "jobTitle": "Manager, Purchasing"},
}


def sample(spec: Filter) -> object:
    if spec.kind == "text" and spec.low:
        return "word" * spec.low
    return spec.choices[0] if spec.kind == "choice" else SAMPLES[spec.kind]


def beside(subject: Subject, name: str) -> dict[str, object]:
    """What must be given with a filter."""
    specs = FILTERS[subject]
    others = {spec.name for spec in specs.values() if spec.required} | {specs[name].needs}
    return {other: sample(specs[other]) for other in others if other and other != name}


def has_type(value: object, wire: str) -> bool:
    match wire:
        case "str":
            return isinstance(value, str)
        case "date":
            return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
        case "str[]" | "arr":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "obj[]":
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)
        case "i64[]":
            return isinstance(value, list) and all(type(item) is int for item in value)
        case "bool":
            return isinstance(value, bool)
        case _:
            return type(value) is int


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(("subject", "name"), [(subject, name) for subject in SUBJECTS for name in FILTERS[subject]])
def test_each_filter_travels_in_its_documented_type(subject: Subject, name: str, generation: Generation) -> None:
    wire = documented_types(subject)[name][GENERATIONS.index(generation)]
    spec = FILTERS[subject][name]
    extra = beside(subject, name)
    if wire == "-":
        with pytest.raises((NotAvailable, InvalidArgument), match=name):
            wired(subject, generation, **{name: sample(spec)}, **extra)
        return
    forms: list[object] = [sample(spec), [sample(spec)]]
    if spec.kind != "history":
        forms.append(str(sample(spec)).lower() if spec.kind == "flag" else str(sample(spec)))
    travelled = [wired(subject, generation, **{name: form}, **extra)[name] for form in forms]
    assert all(has_type(value, wire) for value in travelled), travelled
    assert all(value == travelled[0] for value in travelled), "text, number and list of one are the same"


def test_the_tables_hang_together() -> None:
    for subject in SUBJECTS:
        specs = FILTERS[subject]
        assert set(SHOWN[subject]) <= set(specs)
        for spec in specs.values():
            assert spec.lookup is None or spec.lookup in LOOKUPS
            assert (spec.kind == "lookup") == (spec.lookup is not None)
            assert (spec.kind == "choice") == bool(spec.choices)
            for other in (spec.upper, spec.needs, spec.excludes):
                assert other is None or other in specs
            assert spec.name not in spec.aliases
            assert not set(spec.aliases) & set(specs), "a name that exists needs no hint"
        assert SORTS[subject] or subject == "news"
        assert {spec.name for spec in SEARCH_ROW[subject].values()} == set(SEARCH_ROW[subject])
    for entity in ENTITIES:
        assert all(set(enough) <= set(MATCH_KEYS[entity]) for enough in ENOUGH[entity])


# --- several values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
def test_names_and_titles_with_commas_survive(generation: Generation) -> None:
    assert wired("contact", generation, jobTitle="Manager, Purchasing") == {"jobTitle": "Manager, Purchasing"}
    assert wired("contact", generation, companyName="Acme, Inc.") == {"companyName": "Acme, Inc."}
    assert wired("company", generation, companyName="Acme, Inc.") == {"companyName": "Acme, Inc."}
    titles = ["Manager, Purchasing", "Director, Data"]
    joined = "Manager, Purchasing OR Director, Data"
    assert wired("contact", generation, jobTitle=titles) == {"jobTitle": joined}
    assert wired("contact", generation, exactJobTitle=titles) == {"exactJobTitle": joined}


def test_a_comma_that_would_split_a_value_is_an_error_with_a_way_out() -> None:
    error = refused("contact", excludeJobTitle=["Manager, Purchasing"])
    assert error.kind == "comma_in_list"
    assert "'Purchasing Manager'" in error.next_step
    assert wired("contact", "gtm", excludeJobTitle=["Purchasing Manager", "Intern"]) == {
        "excludeJobTitle": "Purchasing Manager,Intern"
    }


def test_lists_that_cannot_hold_a_comma_are_taken_apart_and_joined_again() -> None:
    assert wired("company", "gtm", companyId="900001, 900008 ,-7")["companyId"] == "900001,900008,-7"
    assert wired("company", "gtm", companyId=[900001, "900008"])["companyId"] == "900001,900008"
    assert wired("company", "gtm", companyWebsite="a.example, b.example")["companyWebsite"] == "a.example,b.example"
    assert wired("company", "gtm", companyTicker="AAA, BBB")["companyTicker"] == ["AAA", "BBB"]
    assert wired("contact", "gtm", requiredFields="email,directPhone")["requiredFields"] == "email,directPhone"
    assert wired("contact", "gtm", locationCompanyId="1,2")["locationCompanyId"] == [1, 2]
    assert wired("contact", "enterprise", locationCompanyId="1,2")["locationCompanyId"] == ["1", "2"]


def test_and_or_not_reach_the_filters_that_have_them() -> None:
    assert wired("contact", "gtm", jobTitle=["CEO OR CFO", "CTO"])["jobTitle"] == "CEO OR CFO OR CTO"
    keywords = wired("company", "gtm", industryKeywords=["software AND security", "retail"])
    assert keywords["industryKeywords"] == "software AND security OR retail"
    assert wired("contact", "enterprise", companyName="Acme NOT Widgets")["companyName"] == "Acme NOT Widgets"
    # The Enterprise contact search joins names by OR; no other search documents more than one.
    assert wired("contact", "enterprise", companyName=["Acme", "Ajax"])["companyName"] == "Acme OR Ajax"
    for entity, generation in (("contact", "gtm"), ("company", "gtm"), ("company", "enterprise")):
        assert refused(entity, generation, companyName=["Acme", "Ajax"]).kind == "one_value_only"  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["country", "state", "continent", "parentId", "zipCode", "boardMember"])
def test_one_value_a_call_is_said_so(name: str) -> None:
    spec = FILTERS["contact"][name]
    values = ["exclude", "only"] if spec.kind == "choice" else ["1", "2"]
    error = refused("contact", **{name: values})
    assert (error.kind, name in error.message) == ("one_value_only", True)
    assert "Call once for each" in error.next_step
    assert wired("contact", "gtm", **{name: [values[0], values[0]]}) == {name: values[0]}


def test_limits_of_lists_are_kept() -> None:
    job = {"companyName": "Acme", "jobTitle": "Clerk"}
    assert wired("contact", "gtm", employmentHistory=[job] * 5)["employmentHistory"] == [job] * 5
    assert refused("contact", employmentHistory=[job] * 6).kind == "out_of_range"
    assert refused("contact", employmentHistory={"companyName": "Acme"}).kind == "wrong_type"
    assert refused("contact", employmentHistory={**job, "since": "2020"}).kind == "unknown_argument"
    assert refused("contact", buyingGroup=["1", "2"]).kind == "one_value_only"


def test_title_lists_end_before_500_characters_on_gtm() -> None:
    titles = [f"Director of Division {number:03}" for number in range(20)]
    error = refused("contact", jobTitle=titles)
    assert error.kind == "too_long"
    assert "500" in error.message
    assert wired("contact", "enterprise", jobTitle=titles), "only the GTM API is known to refuse them"


# --- bounds and partners ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "low"),
    [(subject, spec.name) for subject in SUBJECTS for spec in FILTERS[subject].values() if spec.upper],
)
def test_swapped_bounds_are_named(subject: Subject, low: str) -> None:
    spec = FILTERS[subject][low]
    high = str(spec.upper)
    # Audiences are graded from E to A.
    bounds = {"date": ("2026-02-01", "2026-01-01"), "decimal": (7.5, 7.25), "choice": ("A", "C")}
    values = bounds.get(spec.kind, (90, 80))
    extra = beside(subject, low)
    error = refused(subject, **{low: values[0], high: values[1]}, **extra)
    assert error.kind == "swapped_bounds"
    assert low in error.message
    assert high in error.message
    assert wired(subject, "gtm", **{low: values[1], high: values[0]}, **extra)
    assert wired(subject, "gtm", **{low: values[0], high: values[0]}, **extra)


def test_numbers_are_compared_as_numbers_and_keep_their_digits() -> None:
    assert wired("company", "gtm", employeeRangeMin="900", employeeRangeMax="1,000") == {
        "employeeRangeMin": "900",
        "employeeRangeMax": "1000",
    }
    growth = wired("company", "gtm", oneYearEmployeeGrowthRateMin=1234567.25, oneYearEmployeeGrowthRateMax=1e7)
    assert growth == {"oneYearEmployeeGrowthRateMin": "1234567.25", "oneYearEmployeeGrowthRateMax": "10000000"}
    assert wired("company", "gtm", oneYearEmployeeGrowthRateMin=0.00001)["oneYearEmployeeGrowthRateMin"] == "0.00001"
    assert wired("company", "gtm", revenueMin="1e6")["revenueMin"] == 1_000_000


def test_amounts_that_the_wire_cannot_hold_are_refused_here() -> None:
    error = refused("company", revenueMin=5_000_000_000)
    assert error.kind == "out_of_range"
    assert "2147483647" in error.message


def test_filters_that_need_or_exclude_another() -> None:
    assert refused("company", zipCodeRadiusMiles=25).kind == "filter_needs"
    assert refused("company", zipCode="78701", zipCodeRadiusMiles=30).kind == "not_a_choice"
    assert refused("company", primaryIndustriesOnly=True).kind == "filter_needs"
    assert refused("company", engagementEndDate="2026-01-01").kind == "filter_needs"
    error = refused("company", recentFundingRoundTypes="1", allFundingRoundTypes="2")
    assert error.kind == "filters_together"
    # The Enterprise API answers either of the two, that is everybody in the country.
    assert wired("company", "gtm", state="usa.ohio", country="usa")


# --- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "tried", "meant"),
    [
        ("contact", "email", "emailAddress"),
        ("contact", "title", "jobTitle"),
        ("contact", "titles", "jobTitle"),
        ("contact", "seniority", "managementLevel"),
        ("contact", "industry", "industryCodes"),
        ("contact", "Job_Title", "jobTitle"),
        ("contact", "jobTitel", "jobTitle"),
        ("contact", "personIdList", "personId"),
        ("contact", "companyDomain", "companyWebsite"),
        ("contact", "pastCompany", "employmentHistory"),
        ("company", "industry", "industryCodes"),
        ("company", "techStack", "techAttributeTagList"),
        ("company", "employeesMin", "employeeRangeMin"),
        ("company", "location", "country"),
        ("company", "revenuemin", "revenueMin"),
    ],
)
def test_names_that_people_try_get_the_right_one(entity: Entity, tried: str, meant: str) -> None:
    error = refused(entity, **{tried: "x"})
    assert isinstance(error, InvalidArgument)
    assert f"did you mean '{meant}'" in error.message
    assert f"{entity} search" in error.message
    assert "-filters" in error.next_step


def test_a_name_like_no_other_gets_no_hint() -> None:
    assert "did you mean" not in refused("contact", qqqqqqqq="x").message


@pytest.mark.parametrize(
    ("entity", "tried", "meant"),
    [
        ("contact", "linkedinUrl", "externalUrls"),
        ("contact", "emailAddress", "email"),
        ("contact", "directPhone", "phone"),
        ("contact", "department", "jobFunction"),
        ("contact", "title", "jobTitle"),
        ("contact", "personId", "id"),
        ("company", "companyType", "type"),
        ("company", "industry", "primaryIndustry"),
        ("company", "linkedInUrl", "socialMediaUrls"),
        ("company", "companyName", "name"),
        ("company", "techStack", "techAttributes"),
    ],
)
def test_output_fields_that_people_try_get_the_right_one(entity: Entity, tried: str, meant: str) -> None:
    with pytest.raises(InvalidArgument, match=f"did you mean '{meant}'"):
        read_outputs(entity, "gtm", [tried], detail="concise")


def test_output_fields_take_a_list_or_a_comma_list() -> None:
    assert read_outputs("company", "gtm", "id, name,", detail="concise") == ["id", "name"]
    assert read_outputs("company", "gtm", ["name", "name"], detail="concise") == ["name"]
    assert read_outputs("contact", "gtm", ["phone"], detail="concise") == ["phone", "directPhoneDoNotCall"]
    assert read_outputs("contact", "gtm", ["mobilePhone"], detail="concise") == ["mobilePhone", "mobilePhoneDoNotCall"]
    assert len(read_outputs("contact", "gtm", None, detail="full")) == 78
    assert len(read_outputs("company", "gtm", None, detail="full")) == 60
    assert "mobilePhone" not in read_outputs("contact", "enterprise", None, detail="full")
    with pytest.raises(NotAvailable, match="mobilePhone exists only in ZoomInfo's GTM API"):
        read_outputs("contact", "enterprise", ["mobilePhone"], detail="concise")


def test_sort_fields_are_named() -> None:
    assert read_sort("company", None) is None
    assert read_sort("company", "-REVENUE") == "-revenue"
    with pytest.raises(InvalidArgument, match="name, employeeCount, revenue"):
        read_sort("company", "size")


def test_filters_that_no_schema_shows_go_through_more_filters() -> None:
    from sales_zoominfo.tools.search import _filters

    for entity in ENTITIES:
        hidden = {name: sample(spec) for name, spec in FILTERS[entity].items() if name not in SHOWN[entity]}
        pairs = [{"name": name, "value": value} for name, value in hidden.items()]
        shown = {"companyName": "Acme, Inc.", "page": 2, "detail": "full", "sort": None}
        assert _filters({**shown, "moreFilters": pairs}) == {"companyName": "Acme, Inc.", **hidden}
        assert _filters({"moreFilters": hidden}) == hidden, "an object is what a model writes when it forgets the pairs"
    twice = [{"name": "school", "value": "a"}, {"name": "school", "value": "b"}]
    for wrong in ("school", 7, [7], [{"name": "school"}], [{"name": [], "value": 1}], twice, [{**twice[0], "and": 1}]):
        with pytest.raises(InvalidArgument):
            _filters({"moreFilters": wrong})


# --- match inputs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 101])
def test_the_number_of_inputs_is_told(count: int) -> None:
    with pytest.raises(InvalidArgument, match=f"number of contacts={count} is outside 1..100"):
        read_inputs("contact", [{"personId": n} for n in range(count)], where="contacts")


@pytest.mark.parametrize(
    ("entity", "values"),
    [
        ("contact", {"firstName": "Ada", "lastName": "Sample"}),
        ("contact", {"fullName": "Ada Sample"}),
        ("contact", {"firstName": "Ada", "companyName": "Acme, Inc."}),
        ("contact", {"companyId": 900001}),
        ("contact", {"jobTitle": "Clerk", "companyId": 900001}),
        ("contact", {"emailAddress": "  ", "companyId": None}),
        ("contact", {}),
        ("company", {"companyCity": "Austin", "companyState": "Texas"}),
        ("company", {}),
    ],
)
def test_inputs_that_can_match_nothing_are_not_sent(entity: Entity, values: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read_inputs(entity, [values], where=INPUTS[entity])
    assert caught.value.kind == "input_cannot_match"
    assert f"{INPUTS[entity]}[0]" in caught.value.message
    assert "nothing was charged" in caught.value.next_step


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "contacts[0] can match nothing: it is empty."),
        ({"emailAddress": "  ", "companyId": None}, "all that it has is blank (emailAddress, companyId)."),
        ({"emailAddress": "  ", "firstName": "Ada"}, "it has only firstName."),
    ],
)
def test_what_an_input_lacks_is_said_plainly(values: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read_inputs("contact", [values], where="contacts")
    assert reason in caught.value.message
    assert "Give one of: " in caught.value.next_step


def test_inputs_are_canonical() -> None:
    [item] = read_inputs(
        "contact",
        {
            "personId": " -7 ",
            "companyId": 9007199254740993,
            "contactAccuracyScoreMin": "85",
            "validDateAfter": "2026-01-02T03:04:05Z",
        },
        where="contacts",
    )
    assert item == {
        "personId": "-7",
        "companyId": "9007199254740993",
        "contactAccuracyScoreMin": 85,
        "validDateAfter": "2026-01-02",
    }
    names = read_inputs("contact", [{"fullName": "Zoë Müller-Çelik", "companyName": "Acme, Inc."}], where="contacts")
    assert names == [{"fullName": "Zoë Müller-Çelik", "companyName": "Acme, Inc."}]


@pytest.mark.parametrize(
    ("tried", "meant"),
    [("email", "emailAddress"), ("linkedinUrl", "externalURL"), ("company", "companyName"), ("id", "personId")],
)
def test_match_keys_that_people_try_get_the_right_one(tried: str, meant: str) -> None:
    with pytest.raises(InvalidArgument, match=f"did you mean '{meant}'"):
        read_inputs("contact", [{tried: "x"}], where="contacts")


# --- readers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given_id", ["-9223372036854775808", 9223372036854775807, "007", " 42 ", 42.0])
def test_ids_of_64_bits(given_id: object) -> None:
    assert read_id("personId", given_id) == str(int(str(given_id).strip().removesuffix(".0")))


@pytest.mark.parametrize(
    "wrong",
    ["9223372036854775808", "1.5", 1.5, "--7", "+7", "", "7e3", "٣", 2.0**60, True, None, [], {}, LONG, VAST],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_id(wrong: object) -> None:
    with pytest.raises(InvalidArgument, match="personId"):
        read_id("personId", wrong)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,000", 1000),
        ("1_000", 1000),
        ("-3", -3),
        ("+3.50", 3.5),
        ("1e3", 1000),
        ("12,345,678.5", 12345678.5),
        (5.0, 5),
        (" 7 ", 7),
    ],
)
def test_numbers_as_people_write_them(text: object, number: float) -> None:
    assert read_number("n", text, whole=False, low=None, high=None) == number


@pytest.mark.parametrize(
    "wrong",
    [
        "1,5",
        "1,00",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "0x10",
        "",
        "5 %",
        True,
        None,
        [1],
        {},
        float("nan"),
        float("inf"),
        VAST,
        LONG,
        1e300,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_number(wrong: object) -> None:
    with pytest.raises(InvalidArgument):
        read_number("n", wrong, whole=False, low=None, high=None)


def test_a_fraction_is_no_whole_number() -> None:
    for value in (1.5, "1.5"):
        with pytest.raises(InvalidArgument, match="whole number"):
            read_number("n", value, whole=True, low=0, high=None)
    assert read_number("n", "2.0", whole=True, low=0, high=None) == 2
    with pytest.raises(InvalidArgument, match="n must be at least 0, not -1"):
        read_number("n", -1, whole=True, low=0, high=None)


@pytest.mark.parametrize(
    "day", ["2026-02-29", "06/27/2020", "2026-1-5", "20260105", "2026-01-05Tgarbage", "2026-W01-1", "", 7, None]
)
def test_what_is_no_date(day: object) -> None:
    with pytest.raises(InvalidArgument, match="day must be"):
        read_date("day", day)


def test_flags_and_choices_in_words() -> None:
    assert [read_flag("f", word) for word in ("Yes", "TRUE", True, "no")] == [True, True, True, False]
    for wrong in (1, "1", "maybe", None, []):
        with pytest.raises(InvalidArgument):
            read_flag("f", wrong)
    assert read_choice("c", "PERSONORHQ", ("PersonOrHQ", "HQ")) == "PersonOrHQ"
    with pytest.raises(InvalidArgument, match="did you mean 'include'"):
        read_choice("c", "includes", ("exclude", "include", "only"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text()
    | st.text("0123456789.,-+eE_T:Z "),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON)
def test_no_value_crashes_a_reader(value: Any) -> None:
    for read in (
        lambda: read_text("x", value),
        lambda: read_id("x", value),
        lambda: read_date("x", value),
        lambda: read_flag("x", value),
        lambda: read_choice("x", value, ("a", "b")),
        lambda: read_number("x", value, whole=True, low=0, high=None),
        lambda: read_number("x", value, whole=False, low=None, high=10),
        lambda: read_names(value, OUTPUTS["contact"], where="enrich"),
        lambda: read_outputs("contact", "gtm", value, detail="full"),
        lambda: read_sort("contact", value),
        lambda: read_inputs("contact", value, where="contacts"),
        lambda: read_inputs(
            "contact", [{"personId": value, "fullName": value, "validDateAfter": value}], where="contacts"
        ),
    ):
        try:
            read()
        except (InvalidArgument, NotAvailable) as error:
            json.dumps(error.details)
            assert len(str(error)) < 8000


@settings(deadline=None)
@given(subject=st.sampled_from(SUBJECTS), generation=st.sampled_from(GENERATIONS), data=st.data())
def test_no_value_crashes_a_filter(subject: Subject, generation: Generation, data: st.DataObject) -> None:
    names = st.sampled_from(sorted(FILTERS[subject])) | st.text(max_size=80)
    raw = data.draw(st.dictionaries(names, JSON, min_size=1, max_size=4))
    try:
        json.dumps(wired(subject, generation, **raw))
    except (InvalidArgument, NotAvailable) as error:
        json.dumps(error.details)


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1))
def test_every_id_comes_through(number: int) -> None:
    assert read_id("x", number) == read_id("x", str(number)) == str(number)
    assert wired("contact", "gtm", personId=[number]) == {"personId": str(number)}


@settings(deadline=None)
@given(st.floats(-1e6, 1e6).map(lambda number: round(number, 4)))
def test_every_rate_comes_through(number: float) -> None:
    travelled = wired("company", "gtm", oneYearEmployeeGrowthRateMin=number)["oneYearEmployeeGrowthRateMin"]
    assert isinstance(travelled, str)
    assert float(travelled) == number
    assert "e" not in travelled
