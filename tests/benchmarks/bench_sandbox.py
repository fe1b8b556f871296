"""Sandbox speed: ``python tests/benchmarks/bench_sandbox.py [--companies N] [--people N] [--state DIR] [--rounds N]``.

Calls the sandbox in process, each request whole: routing, rate windows, search or match, charge, rendering. Every
class of request is made with many different values. The same requests run on the default data set too, and the
ratio of the medians says what the larger set costs. ``--check`` ends with 1 when a ratio or the spread is over its
bound; absolute times depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "server"))

from sales_zoominfo.sandbox import Switches, create_app, default_account  # noqa: E402
from sales_zoominfo.sandbox import dataset as data_files  # noqa: E402

NOW = data_files.ANCHOR + 20 * 86_400.0
JSON_API = b"application/vnd.api+json"
Case = Callable[["Sample"], dict[str, Any]]


class Sample:
    """A person with the company that employs them, to take values from."""

    def __init__(self, db: sqlite3.Connection, dice: random.Random) -> None:
        self.dice = dice
        self.id = dice.choice(KEYS)
        row = db.execute("SELECT doc, company FROM person_doc JOIN person USING (id) WHERE id=?", (self.id,)).fetchone()
        self.person: dict[str, Any] = json.loads(row[0])
        self.company_id: int = row[1]
        text = db.execute("SELECT doc FROM company_doc WHERE id=?", (self.company_id,)).fetchone()[0]
        self.company: dict[str, Any] = json.loads(text)

    def word(self) -> str:
        """A topic of the company."""
        return self.dice.choice(self.company["topics"])


KEYS: list[int] = []

CONTACTS: dict[str, Case] = {
    "title": lambda s: {"jobTitle": s.person["title"]},
    "title word": lambda s: {"jobTitle": s.dice.choice(("Manager", "Director", "Engineer", "Marketing", "Sales"))},
    "exact title": lambda s: {"exactJobTitle": s.person["title"]},
    "title but not": lambda s: {"jobTitle": "Director OR VP", "excludeJobTitle": s.person["title"]},
    "level": lambda s: {"managementLevel": s.person["levels"][0], "boardMember": "include"},
    "department and level": lambda s: {
        "department": s.person["function"].split(".")[0] if s.person["function"][0] != "0" else "3",
        "managementLevel": s.dice.choice(("Director", "VP Level Exec", "Manager,Director")),
    },
    "job function": lambda s: {"jobFunction": s.person["function"]},
    "country": lambda s: {"country": s.person["country"] or "usa"},
    "state": lambda s: {"state": s.person["state"] or "California", "country": s.person["country"] or "usa"},
    "metro": lambda s: {"metroRegion": s.dice.choice(METROS)},
    "postcode radius": lambda s: {
        "zipCode": s.dice.choice(("10018", "94105", "60606", "78701", "30303")),
        "zipCodeRadiusMiles": s.dice.choice((10, 50, 250)),
    },
    "home only": lambda s: {"country": s.person["country"] or "usa", "locationSearchType": "Person"},
    "company name": lambda s: {"companyName": s.company["name"]},
    "company id": lambda s: {"companyId": str(s.company_id)},
    "company site": lambda s: {"companyWebsite": s.company["domain"]},
    "industry": lambda s: {"industryCodes": s.company["industries"][-1]},
    "industry and size": lambda s: {
        "industryCodes": s.company["industries"][0],
        "employeeRangeMin": str(s.dice.randrange(10, 500)),
        "employeeRangeMax": str(s.dice.randrange(501, 90_000)),
    },
    "revenue": lambda s: {"revenueMin": s.dice.randrange(1, 50_000), "revenueMax": s.company["revenue"] + 50_000},
    "keywords": lambda s: {"industryKeywords": f"{s.word()} OR {s.word()}"},
    "technology": lambda s: {"techAttributeTagList": ",".join(s.company["tech"][:3]) or "713"},
    "funding": lambda s: {"fundingAmountMin": s.dice.randrange(1, 9000), "fundingStartDate": "2024-01-01"},
    "name": lambda s: {"firstName": s.person["first"], "lastName": s.person["last"]},
    "full name": lambda s: {"fullName": f"{s.person['first']} {s.person['last']}"},
    "last name": lambda s: {"lastName": s.person["last"]},
    "e-mail": lambda s: {"emailAddress": s.person["email"] or "nobody@nowhere.example"},
    "phone": lambda s: {"phone": [s.person["phone"] or s.person["mobile"] or "2005550100"]},
    "id": lambda s: {"personId": str(s.id)},
    "accuracy": lambda s: {"contactAccuracyScoreMin": str(s.dice.randrange(71, 99))},
    "updated": lambda s: {"lastUpdatedInMonths": s.dice.randrange(1, 12)},
    "in the post since": lambda s: {
        "positionStartDateMin": f"202{s.dice.randrange(0, 6)}-0{s.dice.randrange(1, 9)}-01"
    },
    "reachable": lambda s: {"requiredFields": "email,directPhone,mobilePhone", "country": s.person["country"] or "usa"},
    "school": lambda s: {"school": s.person["education"][0][0] if s.person["education"] else "Northfen University"},
    "skills": lambda s: {"techSkills": s.person["skills"] or ["1001"]},
    "former employer": lambda s: {"companyId": str(s.company_id), "companyPastOrPresent": "past"},
    "employment history": lambda s: {
        "employmentHistory": [{"companyName": s.company["name"], "jobTitle": s.person["title"]}]
    },
    "executives in an industry in a state": lambda s: {
        "executivesOnly": True,
        "industryCodes": s.company["industries"][0],
        "state": s.person["state"] or "Texas",
        "contactAccuracyScoreMin": "85",
    },
    "ideal customer": lambda s: {
        "jobTitle": s.dice.choice(("VP Marketing", "Director Sales", "Chief Technology Officer")),
        "country": "usa",
        "industryCodes": s.company["industries"][0],
        "employeeRangeMin": str(s.dice.randrange(50, 400)),
        "requiredFields": "email",
        "companyType": "private",
    },
    "everybody": lambda s: {"boardMember": s.dice.choice(("include", "exclude"))},
}
METROS = ("usa.newyork.newyork", "usa.california.sanfrancisco", "usa.texas.austin", "usa.illinois.chicago")
SORTS = ("contactAccuracyScore", "lastName", "companyName", "hierarchy", "sourceCount", "lastMentioned", "relevance")
COMPANIES: dict[str, Case] = {
    "company: name": lambda s: {"companyName": s.company["name"]},
    "company: industry and size": lambda s: {
        "industryCodes": s.company["industries"][0],
        "employeeRangeMin": str(s.dice.randrange(10, 500)),
    },
    "company: keywords": lambda s: {"industryKeywords": f"{s.word()} AND {s.word()}"},
    "company: long phrase": lambda s: {"industryKeywords": f"focus on {s.word()}"},
    "company: description": lambda s: {"companyDescription": f"{s.word()} focus"},
    "company: place": lambda s: {"state": s.company["state"] or "Texas", "country": s.company["country"]},
    "company: growth": lambda s: {"oneYearEmployeeGrowthRateMin": str(s.dice.randrange(1, 30))},
    "company: funding": lambda s: {"fundingAmountMin": s.dice.randrange(1, 9000), "fundingStartDate": "2024-06-01"},
    "company: all": lambda _: {},
}
OUTPUTS = ["firstName", "lastName", "email", "phone", "mobilePhone", "jobTitle", "managementLevel", "companyName",
           "companyRevenue", "companyEmployeeCount", "employmentHistory", "externalUrls"]  # fmt: skip
ENRICHES: dict[str, Case] = {
    "enrich: id": lambda s: {"personId": s.id},
    "enrich: e-mail": lambda s: {"emailAddress": s.person["email"] or "nobody@nowhere.example"},
    "enrich: phone": lambda s: {"phone": s.person["phone"] or s.person["mobile"] or "2005550100"},
    "enrich: name and company": lambda s: {
        "firstName": s.person["first"],
        "lastName": s.person["last"],
        "companyName": s.company["name"],
    },
    "enrich: name, company and LinkedIn": lambda s: {
        "fullName": f"{s.person['first']} {s.person['last']}",
        "companyId": s.company_id,
        "externalURL": s.person["urls"][0][1] if s.person["urls"] else "https://www.linkedin.com/in/nobody",
    },
}


class Caller:
    """Calls a sandbox as one signed-in client."""

    def __init__(self, folder: Path, companies: int, people: int) -> None:
        started = time.perf_counter()
        self.app: Any = create_app(
            folder,
            clock=lambda: NOW,
            switches=Switches(package="unlimited", credits=10_000_000, rate_authenticate=0),
            companies=companies,
            people=people,
        )
        self.opened = time.perf_counter() - started
        account = default_account()
        form = f"grant_type=client_credentials&client_id={account.client_id}&client_secret={account.client_secret}"
        form_type = b"application/x-www-form-urlencoded"
        self._bearer = b""
        answer = self.call("/gtm/oauth/v1/token", form.encode(), form_type)
        self._bearer = f"Bearer {answer['access_token']}".encode()

    def call(self, path: str, body: bytes, kind: bytes = JSON_API) -> Any:
        return asyncio.run(self._call(path, body, kind))

    async def _call(self, path: str, body: bytes, kind: bytes) -> Any:
        path, _, query = path.partition("?")
        headers = [(b"content-type", kind), (b"accept", JSON_API), (b"authorization", self._bearer)]
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "headers": headers,
                 "query_string": query.encode(), "client": ("127.0.0.1", 1), "scheme": "https"}  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        whole = b"".join(message.get("body", b"") for message in sent)
        if sent[0]["status"] != 200:
            raise SystemExit(f"{path}?{query}: {sent[0]['status']} {whole[:300]!r}")
        return json.loads(whole)

    def time(self, request: tuple[str, bytes]) -> tuple[float, float]:
        """Milliseconds of a request: on the clock, and of this process alone."""

        async def run() -> tuple[float, float]:
            started, worked = time.perf_counter(), time.process_time()
            await self._call(*request, JSON_API)
            return (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000

        return asyncio.run(run())


def search(entity: str, attributes: dict[str, Any], page: int = 1, size: int = 25, sort: str = "") -> tuple[str, bytes]:
    plural = {"contact": "contacts", "company": "companies"}[entity]
    order = f"&sort={sort}" if sort else ""
    body = {"data": {"type": f"{entity.capitalize()}Search", "attributes": attributes}}
    return f"/gtm/data/v1/{plural}/search?page[number]={page}&page[size]={size}{order}", json.dumps(body).encode()


def enrich(inputs: list[dict[str, Any]]) -> tuple[str, bytes]:
    attributes = {"matchPersonInput": inputs, "outputFields": OUTPUTS}
    body = {"data": {"type": "ContactEnrich", "attributes": attributes}}
    return "/gtm/data/v1/contacts/enrich", json.dumps(body).encode()


def requests(db: sqlite3.Connection, count: int, seed: int) -> dict[str, list[tuple[str, bytes]]]:
    """Return `count` requests of each class, with values of this data set."""
    dice = random.Random(seed)

    def some(make: Callable[[Sample], tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        return [make(Sample(db, dice)) for _ in range(count)]

    found = {name: some(lambda s, case=case: search("contact", case(s))) for name, case in CONTACTS.items()}
    wide = CONTACTS["ideal customer"]
    for sort in SORTS:
        for way in ("", "-"):
            found[f"sorted by {way}{sort}"] = some(
                lambda s, sort=f"{way}{sort}": search("contact", {"country": s.person["country"] or "usa"}, sort=sort)
            )
    found["page of 100"] = some(lambda s: search("contact", CONTACTS["department and level"](s), size=100))
    found["deep page"] = some(
        lambda s: search("contact", {"country": "usa"}, page=s.dice.randrange(2, 100), size=100, sort="lastName")
    )
    found["total of one row"] = some(lambda s: search("contact", wide(s), size=1))
    found |= {name: some(lambda s, case=case: search("company", case(s))) for name, case in COMPANIES.items()}
    found |= {name: some(lambda s, case=case: enrich([case(s)])) for name, case in ENRICHES.items()}
    mixed = list(ENRICHES.values())
    found["enrich: 25 at once"] = [
        enrich([mixed[place % 5](Sample(db, dice)) for place in range(25)]) for _ in range(count)
    ]
    return found


def centile(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def measure(folder: Path, companies: int, people: int, count: int, rounds: int) -> tuple[Caller, Times]:
    caller = Caller(folder, companies, people)
    times: Times = {}
    db = sqlite3.connect(data_files.path_of(folder, companies, people))
    KEYS[:] = [row[0] for row in db.execute("SELECT id FROM person WHERE company NOTNULL")]
    for round_ in range(rounds):
        # Classes in turn, not one after the other: none finds its own sets kept from the call before.
        wanted = requests(db, count, round_)
        for place in range(count):
            for name, made in wanted.items():
                times.setdefault(name, []).append(caller.time(made[place]))
    db.close()
    return caller, times


Times = dict[str, list[tuple[float, float]]]


def worked(times: Times, kind: str) -> list[float]:
    """What all classes of a kind took of this process, milliseconds."""
    return [cpu for name, took in times.items() if name.startswith("enrich") == (kind == "enrich") for _, cpu in took]


def row(name: str, took: list[tuple[float, float]], ratio: float) -> str:
    clock, cpu = [one for one, _ in took], [one for _, one in took]
    figures = [min(clock), statistics.median(clock), centile(clock, 0.95)]
    figures += [min(cpu), statistics.median(cpu), centile(cpu, 0.95), ratio]
    return f"{name:38}" + "".join(f"{figure:9.2f}" for figure in figures)


def held() -> str:
    """What this process holds, its own apart from mapped pages of the file, where the system tells."""
    status = Path("/proc/self/status")
    if not status.exists():
        return "not told by this system"
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    own, mapped = (int(lines[name].split()[0]) // 1024 for name in ("RssAnon", "RssFile"))
    return f"{own} MB of its own, {mapped} MB of files mapped"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--companies", type=int, default=100_000)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--state", type=Path, help="folder that holds or gets the data; a temporary one if absent")
    options.add_argument("--count", type=int, default=8, help="different requests of a class in a round")
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--check", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.state or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        path = data_files.ensure(folder, given.companies, given.people)
        print(f"data set: {path.stat().st_size / 1e9:.2f} GB, made or found in {time.perf_counter() - started:.1f} s")
        _, base = measure(Path(temporary) / "small", 2_000, 20_000, given.count, given.rounds)
        caller, times = measure(folder, given.companies, given.people, given.count, given.rounds)
    print(f"opened in {caller.opened * 1000:.0f} ms; memory {held()}")
    print("milliseconds: on the clock (minimum, median, p95), of this process, median of this over the default set's")
    for name, took in times.items():
        ratio = statistics.median(cpu for _, cpu in took) / statistics.median(cpu for _, cpu in base[name])
        print(row(name, took, ratio))
    passed = True
    for kind in ("search", "enrich"):
        cpu, small = worked(times, kind), worked(base, kind)
        ratio = statistics.median(cpu) / statistics.median(small)
        everything = [one for name in times if name.startswith("enrich") == (kind == "enrich") for one in times[name]]
        print(row(f"{kind}: {len(cpu)} calls", everything, ratio))
        # p95 of the larger set against the default set's: the bound on growth fifty-fold.
        passed &= ratio < 4 and centile(cpu, 0.95) < 8 * centile(small, 0.95)
    return 0 if passed or not given.check else 1


if __name__ == "__main__":
    sys.exit(main())
