"""The report of a job: what became of its rows, what that cost, and what to do next.

A :class:`Tally` counts while the output is written and keeps no value of any row; :func:`report` makes the JSON of it,
:func:`~.report_page.page` the HTML page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..scrub import scrub
from .model import STATUSES
from .report_advice import ADVICE, advice

if TYPE_CHECKING:
    from .model import Job

Report = dict[str, Any]

VERSION = 1
MATCHED = ("enriched", "unchanged")
# Rows that ZoomInfo has answered for; the others say nothing about how well the file matches.
ANSWERED = (*MATCHED, "no_match", "ambiguous", "opted_out")

LONGEST_LABEL, LONGEST_TEXT = 60, 500
# A file may have thousands of columns; a report names the ones that tell most.
MOST_COLUMNS = 60
MOST_KEYS = 12
# ZoomInfo's contact accuracy score is 0 to 99; this is the width of a bar.
BAND = 5
# Match keys as a person calls them.
KEYS = {
    "personId": "ZoomInfo id",
    "companyId": "ZoomInfo id",
    "emailAddress": "E-mail address",
    "hashedEmail": "Hashed e-mail address",
    "externalURL": "LinkedIn or other profile",
    "phone": "Phone number",
    "name and company": "Name and company",
    "name and website": "Name and website",
    "companyWebsite": "Website",
    "companyTicker": "Ticker",
    "companyName": "Company name",
    "companyPhone": "Phone number",
    "companyFax": "Fax number",
    "ipAddress": "IP address",
}
# What would turn a line of text around, or cannot be seen.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]+")


@dataclass(slots=True)
class Column:
    """What became of the cells of one target column.

    Attributes:
        before, after: how many cells hold something.
        filled: were empty and hold something now.
        changed: held something else.
        confirmed: ZoomInfo says what they hold already.
    """

    before: int = 0
    after: int = 0
    filled: int = 0
    changed: int = 0
    confirmed: int = 0


@dataclass(slots=True)
class Key:
    """How the rows fared that were matched by one set of columns."""

    rows: int = 0
    matched: int = 0


@dataclass(slots=True)
class Tally:
    """Counts rows, in bounded memory and without their values.

    Attributes:
        rows: by status.
        reasons: of rows that came to nothing, and of matched ones that want a look, by ZoomInfo's match status or our
            own word.
        columns: by target column.
        keys: by the label of the columns that a row was matched by.
        accuracy: how many contacts have which accuracy score.
        duplicates: rows that another row of the file answered for.
        spared: of them, those with a record.
        unused: rows for which records came that were not written.
    """

    rows: Counter[str] = field(default_factory=lambda: Counter[str]())
    reasons: Counter[str] = field(default_factory=lambda: Counter[str]())
    columns: dict[str, Column] = field(default_factory=lambda: dict[str, Column]())
    keys: dict[str, Key] = field(default_factory=lambda: dict[str, Key]())
    accuracy: Counter[int] = field(default_factory=lambda: Counter[int]())
    duplicates: int = 0
    spared: int = 0
    unused: int = 0

    def row(
        self,
        status: str,
        *,
        by: str | Sequence[str] = (),
        reason: str = "",
        accuracy: object = None,
        duplicate: bool = False,
        unused: bool = False,
    ) -> None:
        """Count a row.

        Args:
            status: one of :data:`STATUSES`.
            by: what it was matched by: match keys, or words.
            reason: ZoomInfo's match status or our word for why it came to nothing; of a matched row how it matched.
            accuracy: the record's contact accuracy score.
            duplicate: another row of the file answered for it.
            unused: a record came for it and was not written, though it may be paid for.
        """
        self.rows[status] += 1
        matched = status in MATCHED
        name = f"{status}:{reason}"
        if reason and (not matched or name in ADVICE):
            self.reasons[name] += 1
        if by and status in ANSWERED:
            name = KEYS.get(by, by) if isinstance(by, str) else " + ".join(KEYS.get(key, key) for key in by)
            key = self.keys.get(name)
            if key is None:
                key = self.keys[name] = Key()
            key.rows += 1
            key.matched += matched
        if accuracy not in (None, "") and matched:
            score = _score(accuracy)
            if score is not None:
                self.accuracy[score] += 1
        self.duplicates += duplicate
        self.spared += duplicate and matched
        self.unused += unused and not duplicate

    def cell(self, column: str, before: object, after: object, *, answered: bool = True) -> None:
        """Count a cell of a target column, of every row, whether it was matched or not.

        Args:
            column: its heading in the output.
            before: what the file held; None for a column that the output has and the file lacked.
            after: what the output holds.
            answered: ZoomInfo gave a value for it.
        """
        found = self.columns.get(column)
        if found is None:
            found = self.columns[column] = Column()
        # Most columns are those that the output has and the file lacked.
        full = before is not None and _full(before)
        holds = _full(after)
        found.before += full
        found.after += holds
        if not answered:
            return
        if not full:
            found.filled += holds
        elif before == after or str(before) == str(after):
            found.confirmed += 1
        else:
            found.changed += 1

    def to_json(self) -> dict[str, Any]:
        """The counts, for keeping."""
        return {
            "rows": dict(self.rows),
            "reasons": dict(self.reasons),
            "columns": {
                name: [c.before, c.after, c.filled, c.changed, c.confirmed] for name, c in self.columns.items()
            },
            "keys": {name: [key.rows, key.matched] for name, key in self.keys.items()},
            "accuracy": {str(score): count for score, count in self.accuracy.items()},
            "duplicates": self.duplicates,
            "spared": self.spared,
            "unused": self.unused,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Tally:
        """Counts that were kept by :meth:`to_json`."""
        return cls(
            Counter(kept["rows"]),
            Counter(kept["reasons"]),
            {name: Column(*counts) for name, counts in kept["columns"].items()},
            {name: Key(*counts) for name, counts in kept["keys"].items()},
            Counter({int(score): count for score, count in kept["accuracy"].items()}),
            kept["duplicates"],
            kept["spared"],
            # Jobs of the first releases did not count them.
            kept.get("unused", 0),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report says of a job beside its rows.

    Attributes:
        id: the job's.
        state: as the engine calls it.
        entity: ``contact`` or ``company``.
        file: name of the source, without its folder.
        rows: how many the file has.
        sandbox: whether the records are fictional.
        mapping: name of the preset or mapping file, empty for the ``zi_*`` columns.
        output: name of the file that was written, empty for none yet.
        credits: spent by the job.
        reserved: set aside for calls under way.
        cap: ``--max-credits``, None for none.
        price: of a credit, None where it is not set; in ``currency``.
        created, started, finished: Unix seconds.
        seconds: of running; None to take the time from start to finish.
        error: why the job stands still, in one sentence.
        warnings: sentences that a reader should know.
    """

    id: str
    state: str
    entity: str
    file: str
    rows: int
    sandbox: bool = False
    mapping: str = ""
    output: str = ""
    credits: int = 0
    reserved: int = 0
    cap: int | None = None
    price: float | None = None
    currency: str = "USD"
    created: float | None = None
    started: float | None = None
    finished: float | None = None
    seconds: float | None = None
    error: str = ""
    warnings: Sequence[str] = ()


def report(facts: Facts, tally: Tally) -> Report:
    """The report as JSON.

    Args:
        facts: of the job.
        tally: of the rows that are done; those that are not are ``pending``.

    Returns:
        Counts, rates (0 to 1) and advice; no value of any row, and no name of a column that looks like one.
    """
    done = sum(tally.rows.values())
    statuses = {name: tally.rows[name] for name in STATUSES if tally.rows[name]}
    told: Report = {"report": VERSION, "sandbox": facts.sandbox, "job": _job(facts)}
    told["rows"] = {
        "total": max(facts.rows, done),
        "done": done,
        "pending": max(0, facts.rows - done),
        "byStatus": statuses,
        "duplicates": tally.duplicates,
    }
    told["match"] = _match(tally)
    told["completeness"] = _completeness(tally, done)
    told["credits"] = _credits(facts, tally)
    told["time"] = _time(facts, done)
    told["accuracy"] = _accuracy(tally.accuracy)
    told["next"] = advice(statuses, tally.reasons, facts)
    told["warnings"] = [_line(text, LONGEST_TEXT) for text in facts.warnings]
    return told


def report_of(job: Job, kept: Mapping[str, Any] | None, *, price: float | None = None, currency: str = "USD") -> Report:
    """The report of a job.

    Args:
        job: as it stands.
        kept: what was counted when its output was written, None before; then the report has counts by status alone.
        price, currency: of a credit, where it is set.
    """
    tally = Tally(rows=Counter(job.counts)) if kept is None else Tally.from_json(kept)
    warnings: list[str] = [] if kept is None else list(kept.get("notes", ()))
    if kept is None and job.over:
        warnings.append("The output is not written yet, so columns and completeness are not told here.")
    facts = Facts(
        id=job.id,
        state=job.state,
        entity=job.entity,
        file=Path(job.source).name,
        rows=job.rows,
        sandbox=job.sandbox,
        mapping=Path(job.request.mapping or "").name,
        output="" if job.output is None or job.delivered_at is None else Path(job.output).name,
        credits=job.spent,
        reserved=job.reserved,
        cap=job.max_credits,
        price=price,
        currency=currency,
        created=job.made_at,
        finished=job.ended_at,
        seconds=job.seconds,
        error=job.why or "",
        warnings=warnings,
    )
    return report(facts, tally)


def label(name: str) -> str:
    """A heading as a report may print it: one line, not endless, and no e-mail or phone number, which the first row of
    a file without headings can be.
    """
    return _line(name, LONGEST_LABEL)


def _line(text: str, most: int) -> str:
    seen = " ".join(_UNSEEN.sub(" ", scrub(text)).split())
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"


def stamp(at: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- parts -----------------------------------------------------------------------------------------------------


def _job(facts: Facts) -> dict[str, Any]:
    told = {
        "id": facts.id,
        "state": facts.state,
        "entity": facts.entity,
        "file": label(facts.file),
        "mapping": label(facts.mapping),
        "output": label(facts.output),
        "createdAt": stamp(facts.created),
        "startedAt": stamp(facts.started),
        "finishedAt": stamp(facts.finished),
        "error": _line(facts.error, LONGEST_TEXT),
    }
    return {name: value for name, value in told.items() if value}


def _match(tally: Tally) -> dict[str, Any]:
    answered = sum(tally.rows[name] for name in ANSWERED)
    matched = sum(tally.rows[name] for name in MATCHED)
    ordered = sorted(tally.keys.items(), key=lambda item: (-item[1].rows, item[0]))
    rest = ordered[MOST_KEYS:]
    keys = [
        {"columns": label(name), "rows": key.rows, "matched": key.matched, "rate": _rate(key.matched, key.rows)}
        for name, key in ordered[:MOST_KEYS]
    ]
    if rest:
        rows, good = sum(key.rows for _, key in rest), sum(key.matched for _, key in rest)
        keys.append({"columns": f"{len(rest)} others", "rows": rows, "matched": good, "rate": _rate(good, rows)})
    reasons: dict[str, int] = {}
    looks: dict[str, int] = {}
    for name, count in tally.reasons.most_common():
        status, _, reason = name.partition(":")
        if status == "no_match":
            reasons[reason] = count
        elif name in ADVICE and status in (*MATCHED, "ambiguous"):
            looks[reason] = looks.get(reason, 0) + count
    return {
        "answered": answered,
        "matched": matched,
        "rate": _rate(matched, answered),
        "byColumns": keys,
        "noMatchReasons": reasons,
        "toCheck": looks,
    }


def _completeness(tally: Tally, rows: int) -> dict[str, Any]:
    columns = sorted(tally.columns.items(), key=lambda item: (item[1].before - item[1].after, -item[1].filled, item[0]))
    told = [
        {
            "column": label(name),
            "before": _rate(column.before, rows),
            "after": _rate(column.after, rows),
            "filled": column.filled,
            "changed": column.changed,
            "confirmed": column.confirmed,
        }
        for name, column in columns[:MOST_COLUMNS]
    ]
    cells = rows * len(columns)
    every = tally.columns.values()
    return {
        "before": _rate(sum(column.before for column in every), cells),
        "after": _rate(sum(column.after for column in every), cells),
        "filled": sum(column.filled for column in every),
        "changed": sum(column.changed for column in every),
        "confirmed": sum(column.confirmed for column in every),
        "columns": told,
        **({"notShown": len(columns) - MOST_COLUMNS} if len(columns) > MOST_COLUMNS else {}),
    }


def _credits(facts: Facts, tally: Tally) -> dict[str, Any]:
    matched = sum(tally.rows[name] for name in MATCHED)
    # A record that was matched once and cost nothing had been bought before, or stands in the file in another spelling.
    owned = max(0, matched + tally.unused - tally.spared - facts.credits)
    told: dict[str, Any] = {"spent": facts.credits, "reserved": facts.reserved}
    if facts.cap is not None:
        told["cap"] = facts.cap
    told["saved"] = {"alreadyOwned": owned, "duplicates": tally.spared}
    if facts.price is not None:
        told["money"] = {
            "currency": facts.currency,
            "spent": round(facts.credits * facts.price, 2),
            "saved": round((owned + tally.spared) * facts.price, 2),
        }
    told["perMatchedRow"] = round(facts.credits / matched, 3) if matched else None
    return told


def _time(facts: Facts, done: int) -> dict[str, Any]:
    seconds = facts.seconds
    if seconds is None and facts.started is not None and facts.finished is not None:
        seconds = max(0.0, facts.finished - facts.started)
    if seconds is None:
        return {}
    return {"seconds": round(seconds, 1), "rowsPerSecond": round(done / seconds, 1) if seconds > 0 else None}


def _accuracy(scores: Counter[int]) -> dict[str, Any]:
    scored = sum(scores.values())
    if not scored:
        return {"scored": 0}
    low = min(scores) // BAND * BAND
    bands = [
        {"from": start, "to": min(start + BAND - 1, 100), "rows": _between(scores, start, start + BAND)}
        for start in range(low, max(scores) + 1, BAND)
    ]
    return {"scored": scored, "median": _median(scores, scored), "bands": bands}


def _between(scores: Mapping[int, int], low: int, high: int) -> int:
    return sum(count for score, count in scores.items() if low <= score < high)


def _median(scores: Mapping[int, int], scored: int) -> int:
    seen = 0
    for score in sorted(scores):
        seen += scores[score]
        if 2 * seen >= scored:
            return score
    raise ValueError("no scores")


def _score(value: object) -> int | None:
    try:
        score = int(float(cast("str", value)))
    except (TypeError, ValueError, OverflowError):
        return None
    return score if 0 <= score <= 100 else None


def _full(cell: object) -> bool:
    # An empty list, an object without members and a text of blanks say nothing either; 0 and False do.
    if cell is None:
        return False
    if isinstance(cell, str):
        return bool(cell.strip())
    return not isinstance(cell, list | dict) or bool(cast("Iterable[object]", cell))


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
