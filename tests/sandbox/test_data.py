"""The data set: the same in every build, fictional, and varied like the real market."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from sales_zoominfo.sandbox import dataset as data_files
from sales_zoominfo.sandbox import generate

from .conftest import COMPANIES, PEOPLE


@pytest.fixture
def db(dataset: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(dataset)
    yield connection
    connection.close()


def test_two_builds_are_equal(dataset: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"
    generate.build(again, COMPANIES, PEOPLE)
    assert generate.digest(again) == generate.digest(dataset)


def test_a_block_of_people_does_not_depend_on_their_number() -> None:
    companies = generate.make_companies(200)
    few = list(generate.People(companies, 1000))
    many = list(generate.People(companies, 1500))
    assert many[:1000] == few


def test_concurrent_first_use_builds_once(tmp_path: Path) -> None:
    found: list[Path] = []
    threads = [Thread(target=lambda: found.append(data_files.ensure(tmp_path, 100, 1000))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert not list(tmp_path.glob("*.tmp"))


def test_a_size_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100 companies"):
        data_files.ensure(tmp_path, 10, 10)
    with pytest.raises(ValueError, match="at most 200,000 companies and 2,000,000 people"):
        data_files.ensure(tmp_path, 1000, 2_000_001)
    assert not list(tmp_path.iterdir())


class Interrupted(Exception):
    pass


def test_an_interrupted_build_leaves_no_half_file(tmp_path: Path) -> None:
    seen: list[float] = []

    def told(share: float) -> None:
        seen.append(share)
        if share > 0.3:
            raise Interrupted

    with pytest.raises(Interrupted):
        data_files.ensure(tmp_path, 100, 3000, told)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
    # A process that was killed could not clear up; the next build does.
    left = data_files.path_of(tmp_path, 100, 3000).with_suffix(".1.tmp")
    left.write_bytes(b"half")
    again: list[float] = []
    path = data_files.ensure(tmp_path, 100, 3000, again.append)
    assert not left.exists()
    assert path.stat().st_size > 1_000_000
    assert again == sorted(again)
    assert again[-1] == 1.0


# Of every row before the index was made: a change here changes the records that users and documents know.
RECORDS = "4fce06ab4eb0ebc4c5da4c7b0669b440687dd6171cf34614e609ff157d7200da"


def test_the_records_stay_what_they_were(db: sqlite3.Connection) -> None:
    total = hashlib.sha256()
    for table in ("company_doc", "person_doc", "phone", "email_hash", "network", "place", "company"):
        for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
            total.update(repr(row).encode())
    assert total.hexdigest() == RECORDS


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A set beyond the size from which on there are more names and numbers."""
    path = data_files.ensure(tmp_path_factory.mktemp("larger"), 2_100, 21_000)
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def test_a_larger_set_has_the_documented_records(db: sqlite3.Connection, larger: sqlite3.Connection) -> None:
    keys = ("name", "domain", "city", "employees", "revenue", "type")
    for company in range(4):
        key = generate.FIRST_COMPANY_ID + company * 7
        few, many = (json.loads(doc_of(one, "company_doc", key)) for one in (db, larger))
        assert {name: few[name] for name in keys} == {name: many[name] for name in keys}
    keys = ("first", "last", "title", "company", "email", "levels", "function", "opted_out")
    for person in range(8):
        few, many = (json.loads(doc_of(one, "person_doc", generate.person_id(person))) for one in (db, larger))
        assert {name: few[name] for name in keys} == {name: many[name] for name in keys}


def doc_of(connection: sqlite3.Connection, table: str, key: int) -> str:
    return connection.execute(f"SELECT doc FROM {table} WHERE id=?", (key,)).fetchone()[0]


def test_nobody_shares_a_number_in_a_larger_set(larger: sqlite3.Connection) -> None:
    shared = larger.execute(
        "SELECT digits, count(*) FROM phone JOIN person_doc ON id=person "
        "WHERE json_extract(doc, '$.country') IN ('usa', 'canada') GROUP BY digits HAVING count(*) > 1"
    ).fetchall()
    assert shared == []
    emails = larger.execute("SELECT email FROM person WHERE email IS NOT NULL").fetchall()
    assert len(set(emails)) == len(emails)
    extended = [digits for (digits,) in larger.execute("SELECT digits FROM phone") if not digits[-4:].startswith("01")]
    assert extended
    assert all("55501" in digits for digits in extended)


def test_sizes_and_fiction(db: sqlite3.Connection) -> None:
    assert db.execute("SELECT count(*) FROM company").fetchone()[0] == COMPANIES
    assert db.execute("SELECT count(*) FROM person").fetchone()[0] == PEOPLE
    for (domains,) in db.execute("SELECT domains FROM company"):
        assert all(name.endswith(".example") for name in domains.strip("|").split("|"))
    emails = [row[0] for row in db.execute("SELECT email FROM person WHERE email IS NOT NULL")]
    assert all(address.endswith(".example") for address in emails)
    assert len(set(emails)) == len(emails)
    assert all("55501" in number for (number,) in db.execute("SELECT digits FROM phone"))


def test_proportions(db: sqlite3.Connection) -> None:
    def share(sql: str) -> float:
        return db.execute(sql).fetchone()[0]

    assert 0.4 < share("SELECT avg(country='usa') FROM company") < 0.7
    assert 0.1 < share("SELECT avg(continent='europe') FROM company") < 0.4
    assert share("SELECT avg(employees<50) FROM company") > 0.3
    assert share("SELECT max(employees) FROM company") > 5000
    assert 0 < share("SELECT avg(defunct) FROM company") < 0.1
    assert 0.05 < share("SELECT avg(parent IS NOT NULL) FROM company") < 0.2
    assert 0 < share("SELECT avg(opted_out) FROM person") < 0.03
    assert 0.005 < share("SELECT avg(company IS NULL) FROM person") < 0.06
    assert 0.6 < share("SELECT avg(email IS NOT NULL) FROM person") < 0.9
    assert share("SELECT avg(doc LIKE '%Board Member%') FROM person_doc") > 0.01
    assert share("SELECT count(*) FROM (SELECT name_key FROM company GROUP BY 1 HAVING count(*)>1)") > 0


def test_variety(db: sqlite3.Connection) -> None:
    docs = [json.loads(row[0]) for row in db.execute("SELECT doc FROM person_doc")]
    titles = Counter(doc["title"] for doc in docs)
    assert titles["Manager, Purchasing"]
    assert any("& Amp;" in title for title in titles)
    assert any(title.startswith("Vice President, ") for title in titles)
    assert {doc["moved"] for doc in docs} == {"Yes", "No", "Uncertain"}
    assert any(doc["phone_dnc"] for doc in docs)
    assert any(not doc["city"] for doc in docs)
    ids = [row[0] for row in db.execute("SELECT id FROM person")]
    assert min(ids) < 0 < 2**53 < max(ids)
    names = {(doc["first"], doc["last"]) for doc in docs}
    assert {("Zoë", "Ångström"), ("Łukasz", "Wiśniewski"), ("明", "李")} <= names
    assert db.execute("SELECT count(*) FROM company WHERE name='Acme, Inc.'").fetchone()[0] == 1


def test_the_data_set_stays_young() -> None:
    anchor = data_files.ANCHOR
    assert data_files.epoch(anchor - 1) == anchor
    assert data_files.epoch(anchor + 27 * 86_400) == anchor
    late = anchor + 1000 * 86_400.0
    assert 0 <= late - data_files.epoch(late) < 28 * 86_400
    assert (data_files.epoch(late) - anchor) % (28 * 86_400) == 0
