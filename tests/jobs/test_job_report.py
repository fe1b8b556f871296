"""The report of a job: figures that add up, advice that fits, and a page that anybody may forward."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales_zoominfo.jobs.model import STATUSES
from sales_zoominfo.jobs.report import ANSWERED, MATCHED, MOST_COLUMNS, MOST_KEYS, Facts, Tally, report
from sales_zoominfo.jobs.report_advice import ADVICE
from sales_zoominfo.jobs.report_page import MEANINGS, NAMES, duration, page, percent

FACTS = Facts(
    "5f3a2c10",
    "done",
    "contact",
    "contacts.csv",
    8,
    mapping="salesforce-contact",
    output="contacts.enriched.csv",
    credits=2,
    cap=10,
    price=0.5,
    created=1_795_262_400.0,
    started=1_795_262_400.0,
    finished=1_795_262_460.0,
)


def small() -> Tally:
    """Eight rows, of which each shows something else."""
    tally = Tally()
    email, name = ("emailAddress",), ("First Name", "Last Name", "Account Name")
    tally.row("enriched", by=email, accuracy=95)
    tally.row("enriched", by=email, accuracy="88")
    tally.row("enriched", by=email, accuracy=95, duplicate=True)
    tally.row("unchanged", by=name, accuracy=72)
    tally.row("no_match", by=name, reason="NO_MATCH")
    tally.row("no_match", by=name, reason="COMPANY_ONLY_MATCH")
    tally.row("ambiguous", by=name, reason="candidates")
    tally.row("invalid", reason="nothing to match by")
    for before, after in (("", "1"), ("", "2"), ("3", "4"), ("5", "5")):
        tally.cell("Phone", before, after)
    for _ in range(4):
        tally.cell("Phone", "", "", answered=False)
    return tally


def test_figures_are_those_of_the_rows() -> None:
    told = report(FACTS, small())
    assert told["rows"] == {
        "total": 8,
        "done": 8,
        "pending": 0,
        "byStatus": {"enriched": 3, "unchanged": 1, "no_match": 2, "ambiguous": 1, "invalid": 1},
        "duplicates": 1,
    }
    match = told["match"]
    assert (match["answered"], match["matched"], match["rate"]) == (7, 4, 0.5714)
    assert match["byColumns"] == [
        {"columns": "First Name + Last Name + Account Name", "rows": 4, "matched": 1, "rate": 0.25},
        {"columns": "E-mail address", "rows": 3, "matched": 3, "rate": 1.0},
    ]
    assert match["noMatchReasons"] == {"NO_MATCH": 1, "COMPANY_ONLY_MATCH": 1}
    [phone] = told["completeness"]["columns"]
    assert phone == {"column": "Phone", "before": 0.25, "after": 0.5, "filled": 2, "changed": 1, "confirmed": 1}
    assert told["credits"] == {
        "spent": 2,
        "reserved": 0,
        "cap": 10,
        "saved": {"alreadyOwned": 1, "duplicates": 1},
        "money": {"currency": "USD", "spent": 1.0, "saved": 1.0},
        "perMatchedRow": 0.5,
    }
    assert told["time"] == {"seconds": 60.0, "rowsPerSecond": 0.1}
    assert told["accuracy"]["median"] == 88
    assert [(band["from"], band["rows"]) for band in told["accuracy"]["bands"]] == [
        (70, 1), (75, 0), (80, 0), (85, 1), (90, 0), (95, 2),
    ]  # fmt: skip
    assert json.loads(json.dumps(told)) == told


def test_a_running_job_says_what_is_still_to_do() -> None:
    facts = Facts("a", "running", "company", "accounts.csv", 20, error="Waits for the day budget.")
    told = report(facts, small())
    assert (told["rows"]["done"], told["rows"]["pending"], told["time"]) == (8, 12, {})
    text = page(told)
    assert "12 rows are still to do" in text
    assert "Waits for the day budget." in text
    assert "20 companies" in text


def test_a_job_without_a_row_still_has_a_page() -> None:
    told = report(Facts("a", "cancelled", "contact", "contacts.csv", 0), Tally())
    assert told["match"]["rate"] is None
    assert told["completeness"]["before"] is None
    assert "No row could be matched" in page(told)


@pytest.mark.parametrize("status", [name for name in STATUSES if name not in MATCHED])
def test_every_status_that_is_no_success_has_advice(status: str) -> None:
    tally = Tally()
    tally.row(status)
    tally.row(status, reason="SOMETHING_NEW")
    [entry] = report(FACTS, tally)["next"]
    assert (entry["status"], entry["rows"]) == (status, 2)
    assert "{" not in entry["do"]
    assert NAMES[status]
    assert MEANINGS[status]


def test_each_reason_has_advice_of_its_own_and_no_row_is_told_twice() -> None:
    tally = small()
    told = {entry["what"]: entry["rows"] for entry in report(FACTS, tally)["next"]}
    assert told[ADVICE["no_match:COMPANY_ONLY_MATCH"].what] == 1
    assert told[ADVICE["no_match"].what] == 1
    assert sum(told.values()) == 4
    assert {name.partition(":")[0] for name in ADVICE} <= set(STATUSES)


def test_a_matched_person_who_has_moved_is_told_once_and_stays_matched() -> None:
    tally = Tally()
    for status in ("enriched", "enriched", "unchanged"):
        tally.row(status, reason="CONTACT_ONLY_MATCH")
    tally.row("enriched", reason="FULL_MATCH")
    told = report(FACTS, Tally.from_json(tally.to_json()))
    assert (told["match"]["matched"], told["match"]["toCheck"]) == (4, {"CONTACT_ONLY_MATCH": 3})
    [entry] = told["next"]
    assert (entry["rows"], entry["what"]) == (3, ADVICE["enriched:CONTACT_ONLY_MATCH"].what)
    text = read(page(told)).text
    assert "person known, at another company" in text
    assert entry["what"] in text


def test_a_record_that_was_paid_and_not_written_hides_no_free_one() -> None:
    tally = Tally()
    tally.row("enriched")
    tally.row("enriched")
    for duplicate in (False, True):
        tally.row("ambiguous", reason="OTHER_PERSON", unused=True, duplicate=duplicate)
    # Two credits: one for a record that was written, one for somebody else's.
    told = report(Facts("a", "done", "contact", "f.csv", 4, credits=2), Tally.from_json(tally.to_json()))
    assert told["credits"]["saved"] == {"alreadyOwned": 1, "duplicates": 0}
    assert told["match"]["toCheck"] == {"OTHER_PERSON": 2}
    older = tally.to_json()
    del older["unused"]
    assert Tally.from_json(older).unused == 0, "jobs of an earlier release still have a report"


ROWS = st.lists(
    st.tuples(
        st.sampled_from(STATUSES),
        st.lists(st.text(max_size=6), max_size=2),
        st.sampled_from(("", "NO_MATCH", "COMPANY_ONLY_MATCH", "OTHER")),
        st.one_of(st.none(), st.integers(-5, 200), st.text(max_size=4)),
        st.booleans(),
        st.sampled_from(("", " ", "a", None, [], ["x"], 0, False)),
        st.sampled_from(("", "a", "b", None, 0)),
    ),
    max_size=40,
)


@given(ROWS)
def test_nothing_is_counted_twice_or_lost(rows: list[tuple[Any, ...]]) -> None:
    tally = Tally()
    for status, by, reason, accuracy, duplicate, before, after in rows:
        tally.row(status, by=by, reason=reason, accuracy=accuracy, duplicate=duplicate)
        tally.cell("Phone", before, after)
    told = report(Facts("a", "done", "contact", "f.csv", len(rows)), tally)
    counts = Counter(row[0] for row in rows)
    assert told["rows"]["byStatus"] == dict(counts)
    assert told["match"]["answered"] == sum(counts[name] for name in ANSWERED)
    assert sum(entry["rows"] for entry in told["next"]) == sum(counts[n] for n in STATUSES if n not in MATCHED)
    assert told["accuracy"]["scored"] == sum(band["rows"] for band in told["accuracy"].get("bands", ()))
    for column in told["completeness"]["columns"]:
        assert 0 <= column["before"] <= 1
        assert 0 <= column["after"] <= 1
    assert report(Facts("a", "done", "contact", "f.csv", len(rows)), Tally.from_json(tally.to_json())) == told
    page(told)


def test_thousands_of_columns_and_keys_stay_a_short_report() -> None:
    tally = Tally()
    for number in range(1_000):
        tally.row("enriched", by=(f"Key {number}",))
        tally.cell(f"Column {number}", "", "x" * (number % 3))
    told = report(FACTS, tally)
    assert len(told["completeness"]["columns"]) == MOST_COLUMNS
    assert told["completeness"]["notShown"] == 1_000 - MOST_COLUMNS
    assert len(told["match"]["byColumns"]) == MOST_KEYS + 1
    assert sum(key["rows"] for key in told["match"]["byColumns"]) == 1_000
    assert len(page(told)) < 100_000


# --- the page --------------------------------------------------------------------------------------------------

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Notes what a page loads and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader


def test_the_page_needs_nothing_else() -> None:
    text = page(report(FACTS, small()))
    reader = read(text)
    assert not {"script", "link", "img", "iframe", "object", "form", "a", "base"} & set(reader.tags)
    names = {name for name, _ in reader.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"src", "href", "srcset"})
    assert "url(" not in text
    assert "@import" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "default-src 'none'" in text
    assert reader.tags["svg"] >= 5
    # Light, dark and paper.
    for part in ("prefers-color-scheme:dark", "@media print", 'content="light dark"'):
        assert part in text
    style = text[text.index("<style>") : text.index("</style>")]
    roots = re.findall(r":root\{([^}]*)\}", style)
    assert len(roots) == 3
    used = set(re.findall(r"var\(--([a-z_-]+)\)", style))
    assert len(used) > 20
    for root in roots:
        named = dict(part.split(":", 1) for part in root.removesuffix(";").split(";"))
        assert used <= {name.removeprefix("--") for name in named}, "each colour is in each of the three"
        assert all(re.fullmatch(r"#[0-9a-f]{3,6}", value) for name, value in named.items() if name.startswith("--"))
    assert set(re.findall(r"class=\"?([sc]-[a-z_]+)", text)) <= used
    assert style.count("{") == style.count("}")


def test_the_page_says_what_the_report_says() -> None:
    text = read(page(report(FACTS, small()))).text
    for part in (
        "Enrichment report: contacts.csv",
        "8 contacts · mapping salesforce-contact · finished 21 November 2026, 12:01 UTC · took 1 min",
        "ZoomInfo matched 4 of the 7 rows it was asked about (57.1 %)",
        "2 empty cells were filled and 1 outdated one replaced, for 2 credits.",
        "1.00 USD",
        "company known, person not",
        "the median is 88",
        "written to contacts.enriched.csv",
    ):
        assert part in text, part
    assert "Sandbox" not in text


def test_the_sandbox_is_told_first() -> None:
    told = report(Facts("a", "done", "contact", "f.csv", 8, sandbox=True), small())
    assert told["sandbox"] is True
    text = read(page(told)).text
    assert 0 < text.index("Sandbox.") < text.index("ZoomInfo matched")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '" onload="alert(1)',
        "ada.sample@acme.example",
        "+1 415 555 0100",
        "a\u202egnp.exe",
        "x" * 5_000,
        "line\nbreak\x00",
        "<b>",
    ],
)
def test_a_heading_can_break_nothing_and_tells_nobody(name: str) -> None:
    tally = small()
    tally.row("enriched", by=(name,))
    tally.cell(name, "", "x")
    told = report(Facts("a", "done", "contact", f"{name}.csv", 9, mapping=name, output=name, error=name), tally)
    text = page(told)
    reader = read(text)
    assert "script" not in reader.tags
    assert "b" not in reader.tags
    assert not [attribute for attribute, _ in reader.attributes if attribute.startswith("on")]
    for place in (text, json.dumps(told, ensure_ascii=False)):
        for secret in ("ada.sample@", "415 555", "\u202e", "\x00", "x" * 501):
            assert secret not in place


def test_a_tally_keeps_no_value() -> None:
    tally = Tally()
    tally.row("enriched", by=("Email",), reason="", accuracy=90)
    tally.cell("Email", "ada.sample@acme.example", "grace.sample@acme.example")
    told = json.dumps(tally.to_json()) + page(report(FACTS, tally))
    assert "sample" not in told


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "–"), (0.0, "0 %"), (1.0, "100 %"), (0.00001, "<0.1 %"), (0.9999, ">99.9 %"), (0.5, "50.0 %")],
)
def test_a_percentage_never_rounds_some_to_none(rate: float | None, text: str) -> None:
    assert percent(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under a second"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_599.7, "1 h"),
        (27_000, "7 h 30 min"),
        (270_000, "3 d 3 h"),
    ],
)
def test_a_time_span_is_told_as_a_person_would(seconds: float, text: str) -> None:
    assert duration(seconds) == text
