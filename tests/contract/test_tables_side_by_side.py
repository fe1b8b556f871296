"""The client's tables beside the sandbox's. They were written apart, so a difference is a mistake or has a reason.

Each difference is a line ``place name: aspect: ours | theirs``. :data:`EXPLAINED` gives the reason for those that are
meant; a difference without a reason fails, and so does a reason that no difference needs any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from sales_zoominfo.sandbox import signal_tables
from sales_zoominfo.sandbox import tables as theirs
from sales_zoominfo.sandbox.taxonomies import SUB_UNIT_TYPES
from sales_zoominfo.zoominfo import fields as ours
from sales_zoominfo.zoominfo import operations, signal_fields, taxonomy

ENTITIES: tuple[operations.Entity, ...] = ("contact", "company")
GENERATIONS: tuple[operations.Generation, ...] = ("gtm", "enterprise")

THEIR_FILTERS = {"contact": theirs.CONTACT_FILTERS, "company": theirs.COMPANY_FILTERS}
THEIR_OUTPUTS = {"contact": theirs.CONTACT_OUTPUTS, "company": theirs.COMPANY_OUTPUTS}
THEIR_INPUTS = {"contact": theirs.CONTACT_MATCH_INPUTS, "company": theirs.COMPANY_MATCH_INPUTS}
THEIR_ROWS = {
    "contact": theirs.CONTACT_SEARCH_OUTPUTS,
    # The row names the company by `id`; the field lookup calls the same column companyId and companyName.
    "company": tuple(name.removeprefix("company").lower() for name in theirs.COMPANY_SEARCH_OUTPUTS),
}
THEIR_SORTS = {"contact": theirs.CONTACT_SORTS, "company": theirs.COMPANY_SORTS}

THEIR_PATHS = theirs.PATHS | signal_tables.PATHS

# The sandbox's words for what our tables say otherwise.
WIRE = {
    None: None, "str": "string", "date": "string", "str[]": "strings", "arr": "strings", "obj[]": "objects",
    "i64[]": "integers", "i16": "integer", "i32": "integer", "int": "integer", "bool": "boolean",
}  # fmt: skip
INPUT_KIND = {"i64": "id", "str": "text", "date": "date", "score": "integer"}
KINDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "choice"),
    "email": ("text",),
    "phone": ("text",),
    "hash": ("text",),
    "alnum": ("text",),
    "digits": ("lookup", "text"),
    "taxonomy": ("lookup",),
    "number": ("integer", "decimal"),
    "object": ("history",),
}

# Reasons, each with the differences it explains as patterns of whole lines.
EXPLAINED: dict[str, tuple[str, ...]] = {
    "Free text that ZoomInfo matches word by word; we send what was given as one text and join nothing.": (
        r"(contact|company|intent|scoop) filter (address|street): join (gtm|enterprise): one \| words",
        r"(contact|scoop) filter (degree|school): join (gtm|enterprise): one \| words",
    ),
    "AND, OR and NOT work inside the text; we join a list by OR, and a text with operators passes as it is.": (
        r"(contact|company|intent|scoop) filter industryKeywords: join (gtm|enterprise): or \| boolean",
        r"contact filter companyName: join enterprise: or \| boolean",
    ),
    "Technologies: OR (on GTM a comma) separates alternatives and AND binds tighter; we only ever join alternatives.": (
        r"(contact|company) filter excludeTechAttributeTagList: join gtm: comma \| boolean",
        r"(contact|company|intent|scoop) filter techAttributeTagList: join enterprise: or \| boolean",
    ),
    "Countries and states may be free text on the wire; we resolve names by the lookup so that a typo is noticed.": (
        r"(contact|company|intent|scoop) filter (country|state): kind: lookup \| text",
    ),
    "Only the width of the number is documented. Within no months means nothing; the sandbox stops at a century.": (
        r"(contact|scoop) filter lastUpdatedInMonths: bounds: \(1, 2147483647\) \| \(0, 1200\)",
    ),
    "The flag is a number on the wire; we list its two values, the sandbox its range.": (
        r"(company|intent|scoop) filter certified: (kind: choice \| number|choices: .*|bounds: .*)",
    ),
    "A radius is a number of which only five are legal.": (
        r"(contact|company|intent|scoop) filter zipCodeRadiusMiles: kind: choice \| number",
    ),
    "The lookup lists the same few words that the documents give, so nothing has to be asked.": (
        r"(contact|scoop) filter boardMember: lookup: None \| board-members",
        r"(contact|company|intent|scoop) filter companyStructureIncludedSubUnitTypes: lookup: None \| sub-unit-types",
        r"(contact|company|intent|scoop) filter companyStructureIncludedSubUnitTypes: kind: .*",
        r"(contact|company|intent|scoop) filter companyStructureIncludedSubUnitTypes: choices: .* \| \(\)",
    ),
    "The hashtag lookup has to be narrowed by category, so that a name cannot be resolved without guessing one.": (
        r"(contact|company|intent|scoop) filter hashTagString: (lookup: None \| hashtags|kind: text \| taxonomy)",
    ),
    "A head count or a score is its own unit; ours names the score's range.": (
        r"contact output companyEmployeeCount: unit: None \| employees",
        r"company output (employeeCount|employeeCountByDepartment|ultimateParentEmployees): unit: None \| employees",
        r"contact output contactAccuracyScore: unit: 70\.\.99 \| score",
    ),
    "Objects of several figures pass to the row as they are; our table gives units to single numbers.": (
        r"contact output companyEmployeeGrowth: unit: None \| percent",
        r"company output employeeGrowth: unit: None \| percent",
        r"company output (companyFunding|departmentBudgets): unit: None \| thousands of USD",
    ),
    "Scores travel as text or number by endpoint; our rows always hold a number.": (
        r"contact output contactAccuracyScore: type gtm: number \| string",
    ),
    "Yes and no travel as text on the Enterprise API; our rows always hold a boolean.": (
        r"contact output hasCanadianEmail: type enterprise: boolean \| string",
    ),
    "GTM sends one job function as an object, Enterprise a list; our rows always hold a list.": (
        r"contact output jobFunction: type gtm: objects \| \{.*",
    ),
    "Documented by name alone. Our rows take texts and objects; the sandbox sends what the hashtag enrich answers.": (
        r"company output hashtags: type enterprise: strings \| array<object>",
    ),
    "No published list has the name; a client of the live service saw it accepted, which the sandbox imitates.": (
        r"company output alexaRank: only the sandbox has it",
    ),
    "GTM adds who owns a record when underManagement is asked for; the field lookup does not list that.": (
        r"contact row (underManagement|purchaseDate): only we have it",
    ),
    "GTM's company search answers a wider row than the field lookup of either generation lists.": (
        r"company row (website|city|state|country|logo|employeeCount|revenue|underManagement|purchaseDate): "
        r"only we have it",
    ),
    "Enterprise lookups of bands and codes that no filter of the two searches uses.": (
        r"lookup (employee-category-band|revenue-category-band|hierarchy-code): only the sandbox has it",
    ),
    "Audiences are graded; ours stand from the smallest, so that a lower bound comes before its upper bound.": (
        r"intent (filter|enrich) audienceStrength(Min|Max): (kind: choice \| grade|choices: .*)",
    ),
    "No document says that a scoop takes several departments; we send one, the sandbox takes what contacts take.": (
        r"scoop (filter|enrich) department: join (gtm|enterprise): one \| comma",
    ),
    "The sandbox checks the least length of a URL's part beside its table.": (
        r"news (filter|enrich) url: bounds: \(5, None\) \| \(None, None\)",
    ),
    "In the captured example or the text of the endpoint, though the field lookup does not list it.": (
        r"intent (search|enrich) row enterprise (newSignal|trend): only we have it",
        r"intent enrich row enterprise topSignalLocations: only we have it",
        r"news enrich row enterprise description: only we have it",
    ),
    "Our rows are flat: an article about several companies has a list in place of the one company's fields.": (
        r"news (search|enrich) row (gtm|enterprise) companies: only we have it",
    ),
    "Names of GTM's intent enrich that are misspelt or that nothing explains; ours are those of the row.": (
        r"intent enrich sort gtm (companybname|issuedate|signalstrength|surgescore): only the sandbox has it",
        r"intent enrich sort enterprise issueDate: only the sandbox has it",
    ),
    "A person's browser asks for the approval page; the client only sends the person there.": (
        r"path GET /gtm/oauth/v1/authorize: only the sandbox has it",
    ),
}


def filter_differences(
    where: str, mine: Mapping[str, ours.Filter], other: Mapping[str, theirs.Filter]
) -> Iterator[str]:
    yield from _names(where, mine, other)
    for name in mine.keys() & other.keys():
        a, b, place = mine[name], other[name], f"{where} {name}"
        for generation in GENERATIONS:
            wire = b.gtm if generation == "gtm" else b.enterprise
            if a.wire(generation) != WIRE[wire]:
                yield f"{place}: type {generation}: {a.wire(generation)} | {wire}"
            join = (b.enterprise_join or b.join) if generation == "enterprise" else b.join
            join_name = "one" if join == "single" else join
            if wire and a.joining(generation) != join_name:
                yield f"{place}: join {generation}: {a.joining(generation)} | {join_name}"
        if a.kind not in KINDS.get(b.kind, (b.kind,)):
            yield f"{place}: kind: {a.kind} | {b.kind}"
        if a.lookup != b.taxonomy:
            yield f"{place}: lookup: {a.lookup} | {b.taxonomy}"
        if a.choices != b.choices:
            yield f"{place}: choices: {a.choices} | {b.choices}"
        if (a.low, a.high) != (b.low, b.high):
            yield f"{place}: bounds: {(a.low, a.high)} | {(b.low, b.high)}"
        # Units stand in the text that people read; a count of what the text names needs no other.
        words = {"YYYY-MM-DD": "", "score": "score", "contacts": "people"}.get(b.unit or "", b.unit or "")
        if words.casefold() not in a.text.casefold():
            yield f"{place}: unit: {a.text} | {b.unit}"


# What a type of our rows may look like on the wire, by generation.
ROW_TYPES: dict[str, str] = {
    "id": r"int64|string",
    "string": r"string|enum",
    "number": r"int32|int64",
    "boolean": r"boolean",
    "date": r"date|MM/DD/YYYY",
    "datetime": r"datetime|M/D/YYYY h:mm AM",
    "strings": r"array<string>",
    "objects": r"array<(\{.*\}|object)>",
    "object": r"\{.*\}|object of int32",
}


def output_differences(entity: operations.Entity) -> Iterator[str]:
    mine, other = ours.OUTPUTS[entity], THEIR_OUTPUTS[entity]
    yield from _names(f"{entity} output", mine, other)
    for name in mine.keys() & other.keys():
        a, b, place = mine[name], other[name], f"{entity} output {name}"
        for generation in GENERATIONS:
            wire = b.gtm if generation == "gtm" else b.enterprise
            if a.known(generation) != (wire is not None):
                yield f"{place}: known {generation}: {a.known(generation)} | {wire}"
            elif wire and not re.fullmatch(ROW_TYPES[a.type], wire):
                yield f"{place}: type {generation}: {a.type} | {wire}"
        if a.unit != b.unit:
            yield f"{place}: unit: {a.unit} | {b.unit}"


def other_differences() -> Iterator[str]:
    for entity in ENTITIES:
        keys = ours.MATCH_KEYS[entity]
        yield from _names(f"{entity} input", keys, THEIR_INPUTS[entity])
        for name in keys.keys() & THEIR_INPUTS[entity].keys():
            if keys[name].kind != INPUT_KIND[THEIR_INPUTS[entity][name]]:
                yield f"{entity} input {name}: kind: {keys[name].kind} | {THEIR_INPUTS[entity][name]}"
        yield from _names(f"{entity} row", ours.SEARCH_ROW[entity], dict.fromkeys(THEIR_ROWS[entity]))
        if ours.SORTS[entity] != THEIR_SORTS[entity]:
            yield f"{entity} sorts: {ours.SORTS[entity]} | {THEIR_SORTS[entity]}"
    yield from _names("taxonomy", taxonomy.LOOKUPS, theirs.GTM_LOOKUPS)
    served = {there: here for here, there in taxonomy.LOOKUPS.items() if there}
    yield from _names("lookup", served, theirs.ENTERPRISE_LOOKUPS)
    for name in served.keys() & theirs.ENTERPRISE_LOOKUPS.keys():
        if served[name] != theirs.ENTERPRISE_LOOKUPS[name]:
            yield f"lookup {name}: {served[name]} | {theirs.ENTERPRISE_LOOKUPS[name]}"


def signal_differences(signal: operations.Signal) -> Iterator[str]:
    mine, other = signal_fields.SIGNAL_FILTERS[signal], signal_tables.SEARCH_FILTERS[signal]
    yield from filter_differences(f"{signal} filter", mine, other)
    mine, other = signal_fields.SIGNAL_ENRICH[signal], signal_tables.ENRICH_FILTERS[signal]
    yield from filter_differences(f"{signal} enrich", mine, other)
    for operation, rows in (("search", signal_fields.SIGNAL_ROW), ("enrich", signal_fields.SIGNAL_ENRICH_ROW)):
        for generation in GENERATIONS:
            known = {name: spec for name, spec in rows[signal].items() if spec.known(generation)}
            told = dict.fromkeys(signal_tables.OUTPUTS[signal, operation, generation])  # type: ignore[index]
            yield from _names(f"{signal} {operation} row {generation}", known, told)
    renamed = signal_fields.ENTERPRISE_SORTS.get(signal, {})
    orders = signal_fields.SIGNAL_ENRICH_SORTS[signal]
    for operation, generation, names in (
        ("search", "gtm", ours.SORTS[signal]),
        ("search", "enterprise", [renamed.get(name, name) for name in ours.SORTS[signal]]),
        ("enrich", "gtm", [gtm for gtm, _ in orders.values()]),
        ("enrich", "enterprise", [enterprise for _, enterprise in orders.values()]),
    ):
        told = signal_tables.SORTS[signal, operation, generation].names  # type: ignore[index]
        yield from _names(f"{signal} {operation} sort {generation}", dict.fromkeys(names), told)


def path_differences() -> Iterator[str]:
    known: set[tuple[str, str]] = set()
    for operation in operations.OPERATIONS.values():
        for generation in GENERATIONS:
            route = operation.route(generation)
            if route is None:
                continue
            # A lookup's name may hold a slash, as in tech/vendor; a placeholder may be called otherwise.
            pattern = re.sub(r"\\\{\w+\\\}", r"([^{}]+|\\{\\w+\\})", re.escape(route.path))
            fits = {
                (method, path)
                for method, path in THEIR_PATHS
                if method == route.method and (path == route.path or re.fullmatch(pattern, path))
            }
            known |= fits
            if not fits:
                yield f"operation {operation.name}: the sandbox does not serve {route.path}"
    for method, path in sorted(THEIR_PATHS - known):
        yield f"path {method} {path}: only the sandbox has it"


def _names(place: str, mine: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    for name in mine.keys() - other.keys():
        yield f"{place} {name}: only we have it"
    for name in other.keys() - mine.keys():
        yield f"{place} {name}: only the sandbox has it"


def differences() -> list[str]:
    found: list[str] = []
    for entity in ENTITIES:
        filters = filter_differences(f"{entity} filter", ours.FILTERS[entity], THEIR_FILTERS[entity])
        found += [*filters, *output_differences(entity)]
    for signal in ours.SIGNALS:
        found += signal_differences(signal)
    return sorted([*found, *other_differences(), *path_differences()])


def judge(found: list[str], explained: Mapping[str, tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """The differences without a reason, and the reasons without a difference."""
    patterns = [pattern for group in explained.values() for pattern in group]
    open_ones = [line for line in found if not any(re.fullmatch(pattern, line) for pattern in patterns)]
    idle = [pattern for pattern in patterns if not any(re.fullmatch(pattern, line) for line in found)]
    return open_ones, idle


def test_every_difference_is_explained_and_every_explanation_needed() -> None:
    unexplained, idle = judge(differences(), EXPLAINED)
    assert not unexplained, "differences without a reason:\n" + "\n".join(unexplained)
    assert not idle, "reasons that nothing needs any more:\n" + "\n".join(idle)


def test_what_the_explanations_rest_on() -> None:
    assert ours.FILTERS["company"]["companyStructureIncludedSubUnitTypes"].choices == SUB_UNIT_TYPES
    assert ours.FILTERS["contact"]["boardMember"].choices == theirs.MODES
    assert signal_tables.STRENGTHS[::-1] == signal_fields.STRENGTHS
    assert signal_fields.SHORTEST_URL == signal_tables.SHORTEST_URL
    assert signal_fields.MOST_TOPICS == signal_tables.MOST_TOPICS
    assert signal_fields.LONGEST_SPAN_DAYS == signal_tables.LONGEST_INTENT_SPAN
    counts = {
        "contact filters": (88, sum(spec.gtm is not None for spec in ours.FILTERS["contact"].values())),
        "company filters": (62, sum(spec.gtm is not None for spec in ours.FILTERS["company"].values())),
        "intent filters": (48, sum(spec.gtm is not None for spec in ours.FILTERS["intent"].values())),
        "scoop filters": (74, sum(spec.gtm is not None for spec in ours.FILTERS["scoop"].values())),
        "news filters": (4, sum(spec.gtm is not None for spec in ours.FILTERS["news"].values())),
        "contact outputs": (78, sum(spec.gtm for spec in ours.OUTPUTS["contact"].values())),
        "company outputs": (60, sum(spec.gtm for spec in ours.OUTPUTS["company"].values())),
    }
    assert all(published == here for published, here in counts.values()), counts


def test_a_planted_difference_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(differences())
    real = ours.FILTERS["contact"]["revenueMin"]
    changed = ours.Filter(real.name, real.kind, "USD.", enterprise=real.enterprise, low=real.low, high=real.high)
    monkeypatch.setitem(ours.FILTERS["contact"], "revenueMin", changed)
    without = {name: spec for name, spec in ours.OUTPUTS["company"].items() if name != "revenue"}
    monkeypatch.setitem(ours.OUTPUTS, "company", without)
    monkeypatch.setitem(taxonomy.LOOKUPS, "industries", "industries")
    planted = set(differences()) - before
    assert {line.rsplit(":", 1)[0] for line in planted} == {
        "contact filter revenueMin: unit",
        "contact filter revenueMin: type gtm",
        "company output revenue",
        "lookup industries",
        "lookup industry",
    }
    unexplained, _ = judge(sorted(planted), EXPLAINED)
    assert set(unexplained) == planted
    assert judge([], {"reason": ("a line",)}) == ([], ["a line"])
