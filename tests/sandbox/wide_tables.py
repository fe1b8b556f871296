"""The data set as plain tables with a column for everything that can be searched, made without its index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sales_zoominfo.sandbox import generate
from sales_zoominfo.sandbox.vocabulary import title_words

Row = dict[str, Any]
REGION = ("state", "state_id", "zip", "country", "continent", "metro")


def person_rows(companies: int, people: int) -> Iterator[tuple[Row, Row]]:
    """Make the people again; gives what is searched and what they were made from."""
    employers = generate.make_companies(companies)
    made = generate.People(employers, people)
    addresses = generate.Addresses()
    for person in made:
        company = employers[person["company"]] if person["company"] >= 0 else None
        email = made.email(person, company) if person["has_email"] and company else ""
        email2 = made.email(person, None) if person["has_email2"] else ""
        yield generate.person_row(person, company, email, email2, addresses), person


def write(target: Path, dataset: Path, companies: int, people: int) -> Path:
    """Write the tables into a new SQLite file, with the companies of a data set; returns it."""
    db = sqlite3.connect(target, isolation_level=None)
    db.execute("ATTACH ? AS data", (str(dataset),))
    db.execute("BEGIN")
    for table in ("company", "phone", "email_hash", "place"):
        db.execute(f"CREATE TABLE main.{table} AS SELECT * FROM data.{table}")
    db.execute("CREATE TABLE funding (company INTEGER, day INTEGER, amount INTEGER)")
    db.execute("CREATE TABLE engagement (kind TEXT, owner INTEGER, at INTEGER, type TEXT)")
    db.execute("CREATE TABLE past (person INTEGER, company INTEGER, company_words TEXT, title_words TEXT)")
    db.execute("CREATE VIRTUAL TABLE title_words USING fts5(words, content='', detail=none, tokenize='ascii')")
    for key, text in db.execute("SELECT id, doc FROM data.company_doc").fetchall():
        doc = json.loads(text)
        db.executemany(
            "INSERT INTO funding VALUES (?,?,?)", [(key, day, amount) for day, _, amount, _ in doc["rounds"]]
        )
        db.executemany(
            "INSERT INTO engagement VALUES ('company',?,?,?)", [(key, at, kind) for at, kind in doc["engagements"]]
        )
    keys = dict(db.execute("SELECT id, name_key FROM company"))
    for key, text in db.execute("SELECT id, doc FROM data.person_doc").fetchall():
        doc = json.loads(text)
        db.executemany(
            "INSERT INTO past VALUES (?,?,?,?)",
            [(key, job[4], f" {keys[job[4]]} ", f" {' '.join(title_words(job[0]))} ") for job in doc["history"]],
        )
        db.executemany(
            "INSERT INTO engagement VALUES ('contact',?,?,?)", [(key, at, kind) for at, kind in doc["engagements"]]
        )
    _write_people(db, companies, people)
    db.execute("COMMIT")
    db.close()
    return target


def _write_people(db: sqlite3.Connection, companies: int, people: int) -> None:
    made = list(person_rows(companies, people))
    made.sort(key=lambda pair: (generate.relevance(pair[1]), pair[1]["index"]))
    offices = {
        row[0]: dict(zip(REGION, row[2:], strict=True)) | {"name": row[1]}
        for row in db.execute(f"SELECT id, name_sort, {','.join(REGION)} FROM company")
    }
    for relevance, (row, _) in enumerate(made, start=1):
        office = offices.get(row["company"], {})
        row |= {f"office_{name}": office.get(name) for name in REGION}
        row |= {
            "relevance": relevance,
            "full": f"{row['first']} {row['last']}",
            "last_sort": row["last"],
            "company_sort": office.get("name", ""),
            "location": row["company"] + 1 if row["company"] is not None else None,
        }
    columns = list(made[0][0])
    marks = ",".join("?" * len(columns))
    db.execute(f"CREATE TABLE person ({','.join(columns)}, PRIMARY KEY (id)) WITHOUT ROWID")
    db.executemany(f"INSERT INTO person VALUES ({marks})", [tuple(row.values()) for row, _ in made])
    db.executemany("INSERT INTO title_words(rowid, words) VALUES (?,?)", [(row["id"], row["title"]) for row, _ in made])
