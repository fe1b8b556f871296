"""Matches that are not simply the row's person: who has moved, who shares a number; and cells that are left alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from in_process import Shop, whole
from in_process import rows as rows_of

from sales_zoominfo.account.spending import Credits, Enriched
from sales_zoominfo.jobs.model import Job, JobRequest, Order
from sales_zoominfo.jobs.outcomes import MOVED, OTHER, read_matches
from sales_zoominfo.jobs.report import Report, report_of
from sales_zoominfo.jobs.report_advice import ADVICE
from sales_zoominfo.jobs.report_page import REASONS, page
from sales_zoominfo.jobs.somebody import somebody_else
from sales_zoominfo.jobs.spool import Result, Unit
from sales_zoominfo.tools.enrich import REASONS as TOLD_BY_THE_TOOL
from sales_zoominfo.zoominfo.records import Match
from support import DEMO

ENTERPRISE = {"client_id": None, "client_secret": None, "username": DEMO.username, "password": DEMO.password}
HEADINGS = ("First Name", "Last Name", "Company", "Email")


async def known(shop: Shop, count: int) -> list[dict[str, Any]]:
    """People with e-mail addresses, employers of different names, and no middle name that ZoomInfo knows."""
    jobs = await shop.open()
    page = await jobs.account.search("contact", {"state": "California"}, page=1, size=50, caller="searcher")
    ids = [{"personId": row["id"]} for row in page.rows]
    wanted = ["id", "firstName", "lastName", "companyName", "email"]
    outputs = [*wanted, "middleName"]
    found = await jobs.account.enrich("contact", ids[:25], outputs=outputs, caller="searcher", max_credits=25)
    rows = [match.row for match in found.matches if match.row.keys() >= set(wanted) and "middleName" not in match.row]
    people = {row["companyName"]: row for row in rows}
    assert len(people) >= count
    return list(people.values())[:count]


def written(path: Path, *lines: Sequence[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path


async def reported(shop: Shop, job: Job) -> Report:
    return report_of(job, await shop.jobs.report(job.id))


def read(job: Job) -> list[str]:
    return Path(job.output or "").read_text("utf-8").splitlines()


def cells(person: dict[str, Any], **other: str) -> list[str]:
    told = {**person, **other}
    return [told[name] for name in ("firstName", "lastName", "companyName", "email")]


# --- who has moved ---------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("settings", [{}, ENTERPRISE], ids=["gtm", "enterprise"])
async def test_a_person_known_at_another_company_is_written_and_told(shop: Shop, settings: dict[str, Any]) -> None:
    shop.settings |= settings
    stays, moved, employer = await known(shop, 3)
    lines = [cells(stays), cells(moved, companyName=employer["companyName"])]
    source = written(shop.folder / "p.csv", HEADINGS, *lines)
    done = await whole(shop.jobs, shop.request(source))
    assert done.counts == {"enriched": 2}
    one, other = rows_of(done)
    assert (one["zi_id"], one["zi_reason"]) == (stays["id"], "")
    assert (other["zi_status"], other["zi_id"], other["zi_reason"]) == ("enriched", moved["id"], MOVED)
    told = await reported(shop, done)
    assert told["match"]["toCheck"] == {"CONTACT_ONLY_MATCH": 1}
    [entry] = told["next"]
    assert (entry["status"], entry["rows"], entry["what"]) == (
        "enriched",
        1,
        ADVICE["enriched:CONTACT_ONLY_MATCH"].what,
    )
    assert REASONS["CONTACT_ONLY_MATCH"] in page(told)


@pytest.mark.anyio
async def test_one_who_moved_is_told_beside_a_column_that_stays_empty(shop: Shop) -> None:
    moved, employer = await known(shop, 2)
    source = written(
        shop.folder / "p.csv", (*HEADINGS, "Mine"), [*cells(moved, companyName=employer["companyName"]), ""]
    )
    mapping = shop.folder / "m.yaml"
    mapping.write_text("columns: {Mine: {from: jobTitle}, Other: {from: middleName, required: true}}", "utf-8")
    done = await whole(shop.jobs, shop.request(source, fields=None, mapping=str(mapping)))
    [row] = rows_of(done)
    assert row["zi_reason"] == f"{MOVED}; still empty: Other"


def test_the_words_are_those_of_the_enrich_tools() -> None:
    told = TOLD_BY_THE_TOOL["CONTACT_ONLY_MATCH"]
    assert told.lower().rstrip(".") == MOVED


# --- who is somebody else --------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("settings", [{}, ENTERPRISE], ids=["gtm", "enterprise"])
async def test_a_person_of_another_name_is_a_candidate_and_is_not_written(shop: Shop, settings: dict[str, Any]) -> None:
    """Otherwise a number that two people share puts one's details into the other's row."""
    shop.settings |= settings
    owner, mine = await known(shop, 2)
    before = len(shop.sandbox.charges)
    lines = [cells(mine), ["Zebulon", "Quigglethorpe", "", owner["email"]], ["", "", "", owner["email"]]]
    source = written(shop.folder / "p.csv", HEADINGS, *lines)
    done = await whole(shop.jobs, shop.request(source, fields=("id", "firstName", "lastName", "email")))
    assert done.counts == {"enriched": 2, "ambiguous": 1}
    _, row, nameless = rows_of(done)
    assert (row["zi_status"], row["zi_reason"]) == ("ambiguous", f"candidates: {owner['id']}; {OTHER}")
    assert {row[name] for name in ("zi_id", "zi_firstName", "zi_lastName", "zi_email")} == {""}
    assert nameless["zi_id"] == owner["id"], "a row without names says nothing against it"
    assert len(shop.sandbox.charges) - before == done.spent
    told = await reported(shop, done)
    assert told["match"]["toCheck"] == {"OTHER_PERSON": 1}
    assert told["credits"]["saved"]["alreadyOwned"] + told["credits"]["spent"] == 3, "nobody's credit is lost count of"
    assert [entry["what"] for entry in told["next"]] == [ADVICE["ambiguous:OTHER_PERSON"].what]
    assert owner["id"] not in json.dumps(told) + page(told)


@pytest.mark.anyio
async def test_who_is_somebody_else_is_not_told_where_the_names_are_not_asked_for(shop: Shop) -> None:
    [owner] = await known(shop, 1)
    source = written(shop.folder / "p.csv", HEADINGS, ["Zebulon", "Quigglethorpe", "", owner["email"]])
    done = await whole(shop.jobs, shop.request(source, fields=("id", "jobTitle")))
    [row] = rows_of(done)
    assert (row["zi_status"], row["zi_id"]) == ("enriched", owner["id"])


def test_a_new_record_of_another_name_is_counted_as_paid() -> None:
    asked: dict[str, object] = {"phone": "+14155550123", "firstName": "Jane", "lastName": "Doe"}
    match = Match("FULL_MATCH", {"id": "7", "firstName": "Omar", "lastName": "Haddad"}, "7")
    order = Order(JobRequest(source="p.csv", entity="contact", caller="me"), ("id",), "")
    sent = read_matches([None], [0], Enriched([asked], [match], Credits(1, None, None)), order)
    candidate = Result("ambiguous", f"candidates: 7; {OTHER}", "OTHER_PERSON", {"candidates": ["7"]})
    assert (sent.results, sent.spent, sent.error) == ([candidate], 1, None)
    # After a free search it is asked for by id; the row's own names are those that count.
    by_id = Enriched([{"personId": "7"}], [match], Credits(1, None, None))
    assert read_matches([None], [0], by_id, order).results[0] != candidate
    assert read_matches([None], [0], by_id, order, [Unit(asked, "phone", {"phone": asked["phone"]})]).results == [
        candidate
    ]


def test_a_company_alone_stays_no_match_and_a_company_is_no_person() -> None:
    order = Order(JobRequest(source="p.csv", entity="contact", caller="me"), ("id",), "")
    alone = Match("COMPANY_ONLY_MATCH", {"companyName": "Acme"}, None)
    found = Enriched([{"fullName": "Jane Doe"}], [alone], Credits(1, None, None))
    assert read_matches([None], [0], found, order).results == [
        Result("no_match", "COMPANY_ONLY_MATCH", "COMPANY_ONLY_MATCH", {})
    ]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("Jane", "Doe"), ("Omar", "Haddad")),
        (("Bob J.", "Smith"), ("Jane", "Doe")),
        (("Jan", "van Dijk"), ("Kees", "van Dam")),
        (("John", "Smith Jr."), ("Omar", "Haddad Jr.")),
        (("Wei", "Zhang"), ("Lei", "Li")),
        (("小明", "王"), ("伟", "李")),
        (("Анна", "Сидорова"), ("Пётр", "Кузнецов")),
    ],
)
def test_names_with_nothing_in_common_are_two_people(given: tuple[str, str], found: tuple[str, str]) -> None:
    assert somebody_else(dict(zip(("firstName", "lastName"), given, strict=True)), of(found))
    assert somebody_else({"fullName": " ".join(given)}, of(found))
    assert not somebody_else({"firstName": given[0], "companyName": "Acme"}, of(found)), "half a name"
    assert not somebody_else({"phone": "+14155550123"}, of(found))
    assert not somebody_else(dict(zip(("firstName", "lastName"), given, strict=True)), {"lastName": found[1]})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("JANE", "doe"), ("Jane", "Doe")),
        (("José", "Núñez"), ("Jose", "Nunez")),
        (("Sean", "O'Brien"), ("Shawn", "O Brien")),
        (("Jean-Luc", "Godard"), ("Jean Luc", "Godard")),
        (("Jürgen", "Müller"), ("Juergen", "Mueller")),
        (("Bob", "Miller"), ("Robert", "Jones")),
        (("Peggy", "Miller"), ("Margaret", "Jones")),
        (("Liz", "Taylor"), ("Elizabeth", "Burton")),
        (("Alex", "Reed"), ("Alexander", "Stone")),
        (("J.", "Roe"), ("Jane", "Doe")),
        (("Jane", "D."), ("Janet", "Davis")),
        (("Doe", "Jane"), ("Jane", "Doe")),
        (("Jane", "Roe"), ("Jane", "Doe")),
        (("Omar", "Doe"), ("Jane", "Doe")),
        (("Maria", "Garcia Lopez"), ("Ana", "Lopez")),
        (("Xiao Ming", "Wang"), ("Xiaoming", "Li")),
        (("王", "小明"), ("小明", "王")),
        (("志明", "陳"), ("伟", "陈")),
        (("小明", "王"), ("Xiaoming", "Wang")),
        (("Иван", "Петров"), ("Ivan", "Petrov")),
        (("И.", "Сидоров"), ("Иван", "Петров")),
    ],
)
def test_one_persons_names_in_two_ways_are_one_person(given: tuple[str, str], found: tuple[str, str]) -> None:
    assert not somebody_else(dict(zip(("firstName", "lastName"), given, strict=True)), of(found))
    assert not somebody_else({"fullName": " ".join(given)}, of(found))
    assert not somebody_else(dict(zip(("firstName", "lastName"), found, strict=True)), of(given))


def test_a_name_written_together_is_compared_by_its_signs() -> None:
    assert not somebody_else({"fullName": "王小明"}, of(("小明", "王")))
    assert somebody_else({"fullName": "王小明"}, of(("伟", "李")))
    assert not somebody_else({"fullName": "Jane"}, of(("Omar", "Haddad")))


def of(name: tuple[str, str]) -> dict[str, str]:
    return {"id": "7", "firstName": name[0], "lastName": name[1]}


# --- cells that are left alone ---------------------------------------------------------------------------------

COLUMNS = "columns: {Known: {from: firstName}, Alone: {from: middleName}, New: {from: middleName}}"


async def nulls(shop: Shop) -> tuple[list[dict[str, Any]], Path]:
    people = await known(shop, 3)
    mapping = shop.folder / "m.yaml"
    mapping.write_text(COLUMNS, "utf-8")
    return people, mapping


@pytest.mark.anyio
async def test_a_null_of_json_stays_a_null_and_an_absent_key_stays_absent(shop: Shop) -> None:
    people, mapping = await nulls(shop)
    told: list[dict[str, Any]] = [
        {"ZoomInfo Contact ID": people[0]["id"], "Known": "x", "Alone": None},
        {"ZoomInfo Contact ID": people[1]["id"], "Known": None},
        {"ZoomInfo Contact ID": people[2]["id"], "Known": "x", "Alone": ""},
        {"ZoomInfo Contact ID": "1", "Known": None, "Alone": None},
    ]
    source = shop.folder / "p.jsonl"
    source.write_text("".join(f"{json.dumps(line)}\n" for line in told), "utf-8")
    done = await whole(shop.jobs, shop.request(source, fields=None, mapping=str(mapping)))
    lines = read(done)
    out = [json.loads(line) for line in lines]
    assert done.counts == {"unchanged": 2, "enriched": 1, "no_match": 1}
    assert [(row["Known"], row.get("Alone", "absent")) for row in out] == [
        ("x", None), (people[1]["firstName"], "absent"), ("x", ""), (None, None),
    ]  # fmt: skip
    assert [row["New"] for row in out] == ["", "", "", ""], "what the file lacks is there, and empty"
    assert lines[0].startswith(json.dumps(told[0])[:-1]), "the text of a row stays as it stands"
    report = await reported(shop, done)
    columns = {each.pop("column"): each for each in report["completeness"]["columns"]}
    assert columns["Known"] == {"before": 0.5, "after": 0.75, "filled": 1, "changed": 0, "confirmed": 0}
    assert columns["Alone"] == {"before": 0.0, "after": 0.0, "filled": 0, "changed": 0, "confirmed": 0}


@pytest.mark.anyio
async def test_a_null_of_parquet_stays_a_null(shop: Shop) -> None:
    pa: Any = pytest.importorskip("pyarrow")
    pq: Any = pytest.importorskip("pyarrow.parquet")
    people, mapping = await nulls(shop)
    source = shop.folder / "p.parquet"
    table = {
        "ZoomInfo Contact ID": [person["id"] for person in people],
        "Known": [None, "x", people[2]["firstName"]],
        "Alone": pa.array([None, "", None], pa.string()),
    }
    pq.write_table(pa.table(table), source)
    done = await whole(shop.jobs, shop.request(source, fields=None, mapping=str(mapping)))
    out = pq.read_table(done.output).to_pydict()
    assert out["Known"] == [people[0]["firstName"], "x", people[2]["firstName"]]
    assert out["Alone"] == [None, "", None]
    report = await reported(shop, done)
    columns = {each.pop("column"): each for each in report["completeness"]["columns"]}
    assert columns["Known"] | {"before": 0, "after": 0} == {
        "before": 0, "after": 0, "filled": 1, "changed": 0, "confirmed": 1,
    }, "a cell that ZoomInfo contradicts and that is only filled is not confirmed"  # fmt: skip
